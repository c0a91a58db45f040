//! Proofs that were used for bearers, remembered in this isolate until they are stale anyway.

use std::{cell::RefCell, collections::BTreeMap};

use kubemint_core::{dpop, problem::Reason, time::Time};

/// The most ids that are remembered; past that, bearers wait.
const MAX: usize = 10_000;

/// Ids of proofs by the last moment they are good. Another isolate has its own: a stated limit.
#[derive(Default)]
pub struct Replay(RefCell<BTreeMap<String, Time>>);

impl Replay {
    /// Uses a proof up.
    ///
    /// # Errors
    /// [`Reason::ProofReplayed`]; [`Reason::RateLimited`] when there is no more room to remember.
    pub fn spend(&self, id: &str, now: Time) -> Result<(), Reason> {
        let mut ids = self.0.borrow_mut();
        if ids.len() >= MAX {
            ids.retain(|_, until| *until >= now);
        }
        if ids.get(id).is_some_and(|until| *until >= now) {
            return Err(Reason::ProofReplayed);
        }
        if ids.len() >= MAX {
            return Err(Reason::RateLimited);
        }
        ids.insert(id.to_owned(), now.plus(dpop::LEEWAY).plus(dpop::LEEWAY));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_within_its_minute() {
        let (replay, now) = (Replay::default(), Time::from_unix(1000).unwrap());
        replay.spend("a", now).unwrap();
        assert_eq!(replay.spend("a", now), Err(Reason::ProofReplayed));
        replay.spend("b", now).unwrap();
        // A proof dated a minute ahead is good up to and with this second.
        assert_eq!(replay.spend("a", Time::from_unix(1120).unwrap()), Err(Reason::ProofReplayed));
        replay.spend("a", Time::from_unix(1121).unwrap()).unwrap();
    }
}
