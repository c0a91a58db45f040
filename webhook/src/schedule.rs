//! When the mint is asked for its keys again: by their age, after a failure, or because one was missing.

use std::time::Duration;

use kubemint_core::time::Seconds;

/// However often unknown key ids arrive, the mint is asked once in this time.
const LEAST: Duration = Duration::from_secs(30);
/// A set is never kept longer without asking: a key that was removed dies by then.
const MOST: Duration = Duration::from_secs(15 * 60);
/// How long a set is kept whose answer does not say.
const USUAL: Duration = Duration::from_secs(5 * 60);

/// What is known about the last fetch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Schedule {
    failures: u32,
    max_age: Option<Seconds>,
}

impl Schedule {
    /// The last fetch brought keys, with the age the answer allows them.
    pub const fn succeeded(&mut self, max_age: Option<Seconds>) {
        self.failures = 0;
        self.max_age = max_age;
    }

    /// The last fetch brought nothing that can be used.
    pub const fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// How long after the last fetch the next one begins; `wanted`: a token named an unknown key since.
    pub fn pause(&self, wanted: bool) -> Duration {
        match (self.failures, wanted) {
            (0, true) => LEAST,
            (0, false) => self.max_age.map_or(USUAL, |age| Duration::from_secs(age.0)).clamp(LEAST, MOST),
            // 1, 2, 4, 8, 16 and then 30 s: a mint that starts beside us is found soon, a dead one is left alone.
            (failures, _) => Duration::from_secs(1 << (failures - 1).min(5)).min(LEAST),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(max_age: Option<u64>) -> Schedule {
        let mut schedule = Schedule::default();
        schedule.failed();
        schedule.succeeded(max_age.map(Seconds));
        schedule
    }

    #[test]
    fn max_age_is_honoured_within_bounds() {
        let seconds = |max_age| after(max_age).pause(false).as_secs();
        assert_eq!([None, Some(0), Some(60), Some(u64::MAX)].map(seconds), [300, 30, 60, 900]);
    }

    #[test]
    fn an_unknown_key_hastens_the_next_fetch_but_never_below_thirty_seconds() {
        assert_eq!(after(Some(600)).pause(true).as_secs(), 30);
        assert_eq!(after(Some(1)).pause(true).as_secs(), 30);
    }

    #[test]
    fn failures_are_retried_ever_more_slowly() {
        let mut schedule = after(Some(60));
        let pauses: Vec<u64> = (0..8)
            .map(|_| {
                schedule.failed();
                assert_eq!(schedule.pause(true), schedule.pause(false));
                schedule.pause(false).as_secs()
            })
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30, 30]);
    }
}
