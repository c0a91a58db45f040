//! Moments and spans in whole seconds, as JWT claims carry them (RFC 7519 §2, NumericDate).

use core::{fmt, str::FromStr};
use serde::{Deserialize, Deserializer, Serialize, de};

/// The largest integer every JSON reader keeps exactly (RFC 8259 §6).
const MAX: u64 = 1 << 53;

/// A moment: seconds since 1970-01-01T00:00:00Z, 0 … 2^53.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Time(u64);

impl Time {
    /// 1970-01-01T00:00:00Z: what an unreadable clock reads as, when nothing is valid.
    pub const EPOCH: Self = Self(0);

    /// A moment from Unix seconds; none above 2^53.
    #[must_use]
    pub const fn from_unix(seconds: u64) -> Option<Self> {
        if seconds <= MAX { Some(Self(seconds)) } else { None }
    }

    /// Unix seconds.
    #[must_use]
    pub const fn unix(self) -> u64 {
        self.0
    }

    /// A later moment, at most the last one there is.
    #[must_use]
    pub const fn plus(self, span: Seconds) -> Self {
        let sum = self.0.saturating_add(span.0);
        Self(if sum < MAX { sum } else { MAX })
    }

    /// The span since an earlier moment; nothing if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Seconds {
        Seconds(self.0.saturating_sub(earlier.0))
    }
}

impl<'de> Deserialize<'de> for Time {
    /// Strings, floats, negatives, null and anything above 2^53 are refusals, never an absence.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = u64::deserialize(deserializer)?;
        Self::from_unix(seconds).ok_or_else(|| de::Error::custom("later than 2^53"))
    }
}

/// A span of whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(pub u64);

impl Seconds {
    /// So many minutes.
    #[must_use]
    pub const fn minutes(n: u64) -> Self {
        Self(n * 60)
    }

    /// So many hours.
    #[must_use]
    pub const fn hours(n: u64) -> Self {
        Self(n * 3600)
    }

    /// So many days of 24 hours.
    #[must_use]
    pub const fn days(n: u64) -> Self {
        Self(n * 86_400)
    }
}

/// A duration that is not `<n>s`, `<n>m`, `<n>h` or `<n>d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a duration such as 90s, 15m, 12h or 7d")]
pub struct DurationError;

impl FromStr for Seconds {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        let unit = text.chars().next_back().ok_or(DurationError)?;
        let digits = text.strip_suffix(unit).ok_or(DurationError)?;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(DurationError);
        }
        let count: u64 = digits.parse().map_err(|_| DurationError)?;
        let scale = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return Err(DurationError),
        };
        count.checked_mul(scale).filter(|s| *s <= MAX).map(Self).ok_or(DurationError)
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            s if s > 0 && s % 86_400 == 0 => write!(f, "{}d", s / 86_400),
            s if s > 0 && s % 3600 == 0 => write!(f, "{}h", s / 3600),
            s if s > 0 && s % 60 == 0 => write!(f, "{}m", s / 60),
            s => write!(f, "{s}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn durations_read_and_print() {
        for text in ["90s", "15m", "12h", "7d"] {
            assert_eq!(text.parse::<Seconds>().unwrap().to_string(), text);
        }
        for text in ["", "s", "5", "1.5h", "-1h", "+1h", "1w", "1H", "99999999999999999999d", "１h"] {
            assert_eq!(text.parse::<Seconds>(), Err(DurationError), "{text:?}");
        }
    }

    #[test]
    fn h27_times_are_plain_integers() {
        for json in ["\"1\"", "1.0", "1e3", "null", "true", "-1", "9007199254740993", "9223372036854775808", "1e300"] {
            assert!(serde_json::from_str::<Time>(json).is_err(), "{json}");
        }
        assert_eq!(serde_json::from_str::<Time>("9007199254740992").unwrap().unix(), 1 << 53);
    }
}
