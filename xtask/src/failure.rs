//! A failure of xtask: what happened, and what to do next.

use std::fmt;

/// The result of everything xtask does.
pub type Result<T> = std::result::Result<T, Failure>;

/// What happened and the next step, as one lower-case line each.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    what: String,
    next: Option<String>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Failed,
    Usage,
    Prerequisite,
}

impl Failure {
    /// Something that was tried and did not work.
    pub fn new(what: impl Into<String>) -> Self {
        Self { kind: Kind::Failed, what: what.into(), next: None }
    }

    /// Words that make no sense.
    pub fn usage(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { kind: Kind::Usage, what: what.into(), next: Some(next.into()) }
    }

    /// Something this machine must have and lacks; `next` is the command that installs it.
    pub fn prerequisite(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { kind: Kind::Prerequisite, what: what.into(), next: Some(next.into()) }
    }

    /// An input or output error with the thing it happened to.
    pub fn io(thing: impl fmt::Display) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::new(format!("{thing}: {error}"))
    }

    /// With what to do next.
    pub fn hint(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// The numbers of sysexits.h where one fits.
    pub fn exit_code(&self) -> i32 {
        match self.kind {
            Kind::Failed => 1,
            Kind::Usage => 64,
            Kind::Prerequisite => 69,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)?;
        match &self.next {
            Some(next) => write!(formatter, "\n  next: {next}"),
            None => Ok(()),
        }
    }
}
