//! The one place that reads the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use kubemint_core::time::Time;

/// The present moment. A clock before 1970 or after the last moment there is reads as 1970, when
/// nothing is valid.
pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time::from_unix(since.as_secs()).unwrap_or(Time::EPOCH)
}
