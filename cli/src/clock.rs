//! The clock of this computer, and how far the mint's differs from it.

use std::time::SystemTime;

use kubemint_core::{
    date,
    time::{Seconds, Time},
};

use crate::{home::Home, refusal::Refusal};

const FILE: &str = "clock";
/// `Date` headers have whole seconds and answers take time: less than this is no difference.
const NOISE: i64 = 2;

/// The moment by this computer's clock, right or wrong.
pub fn local() -> Time {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_secs());
    Time::from_unix(seconds).unwrap_or_else(epoch)
}

fn epoch() -> Time {
    // 0 is always a moment; the default is never reached and costs no panic.
    Time::from_unix(0).unwrap_or_else(epoch)
}

/// Seconds to add to the local clock to get the mint's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offset(i64);

impl Offset {
    /// The offset remembered from the last answer of the mint; none if there was none.
    pub fn load(home: &Home) -> Self {
        let text = home.read(FILE).ok().flatten();
        Self(text.and_then(|t| t.trim().parse().ok()).unwrap_or_default())
    }

    /// Measures it from an answer's `Date` header.
    pub fn measure(header: &str, local: Time) -> Option<Self> {
        let mint = date::parse_http(header)?;
        let difference = i64::try_from(mint.unix()).ok()?.checked_sub(i64::try_from(local.unix()).ok()?)?;
        Some(Self(if difference.abs() <= NOISE { 0 } else { difference }))
    }

    /// Remembers it.
    pub fn save(self, home: &Home) -> Result<(), Refusal> {
        if Self::load(home) == self { Ok(()) } else { home.write(FILE, self.0.to_string().as_bytes()) }
    }

    /// The mint's time at a local moment.
    pub fn to_mint(self, local: Time) -> Time {
        shift(local, self.0)
    }

    /// The local time at a moment of the mint's.
    pub fn to_local(self, mint: Time) -> Time {
        shift(mint, self.0.saturating_neg())
    }

    /// The seconds, for people.
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

fn shift(time: Time, by: i64) -> Time {
    let magnitude = Seconds(by.unsigned_abs());
    if by >= 0 {
        time.plus(magnitude)
    } else {
        Time::from_unix(time.since(epoch()).0.saturating_sub(magnitude.0)).unwrap_or(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Time::from_unix(seconds).unwrap()
    }

    #[test]
    fn h84_a_clock_a_day_off_is_repaired_both_ways() {
        let date = "Sun, 22 Nov 2026 12:00:00 GMT";
        let mint = 1_795_348_800_i64;
        for day in [-86_400, 86_400] {
            let local = at((mint + day).cast_unsigned());
            let offset = Offset::measure(date, local).unwrap();
            assert_eq!(offset.seconds(), -day);
            assert_eq!(offset.to_mint(local), at(mint.cast_unsigned()));
            assert_eq!(offset.to_local(at(mint.cast_unsigned())), local);
        }
    }

    #[test]
    fn a_second_or_two_is_noise() {
        assert_eq!(Offset::measure("Sun, 22 Nov 2026 12:00:00 GMT", at(1_795_348_802)), Some(Offset(0)));
        assert_eq!(Offset::measure("yesterday", at(0)), None);
        assert_eq!(Offset(-5).to_mint(at(2)), at(0));
    }
}
