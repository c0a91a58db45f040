//! A fault in a configuration: where it stands and what was expected there.

use alloc::string::String;
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
