//! Why a command ended without doing its work: one line for people, then the next step.

use std::{fmt, process::ExitCode};

/// The exit code for a command line that makes no sense (sysexits' EX_USAGE).
const USAGE: u8 = 64;
/// The exit code for everything that was understood and refused.
const REFUSAL: u8 = 1;

/// A command's end without success.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    what: String,
    hint: String,
}

impl Failure {
    /// The command line makes no sense.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: USAGE, what: what.into(), hint: hint.into() }
    }

    /// The command was understood and could not or must not be done.
    pub fn refusal(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: REFUSAL, what: what.into(), hint: hint.into() }
    }

    /// What went wrong, without program name and hint.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "kubemint-webhook: {}\nhint: {}", self.what, self.hint)
    }
}
