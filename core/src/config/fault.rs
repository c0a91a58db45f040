//! A fault in a configuration: where it stands and what was expected there.

use alloc::{string::String, vec::Vec};
use core::fmt;

/// One fault. The path is as in TOML: `clusters[0].endpoints[1].server`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field.
    pub path: String,
    /// What was expected.
    pub expected: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}", self.path, self.expected)
    }
}

impl core::error::Error for Fault {}

/// Faults as they are found, in the order of the document.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn unless(&mut self, good: bool, path: impl Into<String>, expected: &'static str) {
        if !good {
            self.add(path.into(), expected);
        }
    }

    pub(super) fn add(&mut self, path: String, expected: &'static str) {
        self.0.push(Fault { path, expected });
    }

    /// The value, if nothing was found.
    pub(super) fn none_in<T>(self, value: T) -> Result<T, Vec<Fault>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}
