//! The ceiling: what the owner of a cluster lets the mint say at most.

use alloc::{string::String, vec::Vec};

use crate::{
    grant,
    pattern::Pattern,
    problem::Reason,
    time::{Seconds, Time},
};

/// Bounds that hold whatever the mint signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceiling {
    /// Usernames that may appear.
    pub usernames: Vec<Pattern>,
    /// Groups that may appear; one outside refuses the credential.
    pub groups: Vec<Pattern>,
    /// The longest life, `exp` − `iat`.
    pub life: Seconds,
    /// The longest window of a presentation.
    pub window: Seconds,
}

impl Ceiling {
    /// The longest life of a grant this cluster accepts.
    #[must_use]
    pub fn grant_life(&self) -> Seconds {
        self.life.min(grant::MAX_LIFE)
    }

    /// Whether the names and the life are within the bounds.
    ///
    /// # Errors
    /// [`Reason::AboveCeiling`].
    pub fn check(&self, username: &str, groups: &[String], (from, to): (Time, Time)) -> Result<(), Reason> {
        let any = |patterns: &[Pattern], name: &str| patterns.iter().any(|p| p.matches(name));
        let within = any(&self.usernames, username)
            && groups.iter().all(|g| any(&self.groups, g))
            && to.since(from) <= self.life;
        if within { Ok(()) } else { Err(Reason::AboveCeiling) }
    }
}
