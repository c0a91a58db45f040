//! Moments as people and protocols write them: RFC 3339, and the HTTP date of RFC 9110 §5.6.7.

use alloc::{format, string::String};

use crate::time::Time;

/// RFC 3339 in UTC, as `metav1.Time` wants it: `2026-11-22T00:00:00Z`.
#[must_use]
pub fn rfc3339(time: Time) -> String {
    let (year, month, day) = civil(time);
    let (hour, minute, second) = clock(time);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// IMF-fixdate: `Sun, 22 Nov 2026 00:00:00 GMT`.
#[must_use]
pub fn http(time: Time) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let name = |names: &[&'static str], index: u64| {
        usize::try_from(index).ok().and_then(|i| names.get(i).copied()).unwrap_or("")
    };
    let (year, month, day) = civil(time);
    let (hour, minute, second) = clock(time);
    let weekday = name(&DAYS, time.unix() / 86_400 % 7);
    let month = name(&MONTHS, month - 1);
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

/// Reads an IMF-fixdate; none for any other form.
#[must_use]
pub fn parse_http(text: &str) -> Option<Time> {
    let (_, rest) = text.split_once(", ")?;
    let mut words = rest.split(' ');
    let day: u64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let year: u64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':').map(|part| part.parse::<u64>().ok().filter(|count| *count < 60));
    let seconds = clock.next()?? * 3600 + clock.next()?? * 60 + clock.next()??;
    // Days are searched rather than computed backwards: one calendar, in one direction.
    let years = year.checked_sub(1970).filter(|_| year <= 9999)?;
    let first = years * 365 + years * 97 / 400; // give or take two leap days
    let time = (first.saturating_sub(2)..first + 368).find_map(|days| {
        let time = Time::from_unix(days * 86_400 + seconds)?;
        (http(time) == text).then_some(time)
    });
    time.filter(|_| day <= 31 && month.len() == 3)
}

const fn clock(time: Time) -> (u64, u64, u64) {
    let second = time.unix() % 86_400;
    (second / 3600, second / 60 % 60, second % 60)
}

/// The proleptic Gregorian date, by eras of 400 years that begin in March.
const fn civil(time: Time) -> (u64, u64, u64) {
    let shifted = time.unix() / 86_400 + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + if month <= 2 { 1 } else { 0 }, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let at = |s| rfc3339(Time::from_unix(s).unwrap());
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(at(1_795_305_600), "2026-11-22T00:00:00Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00Z");
    }

    #[test]
    fn http_dates_go_both_ways() {
        for second in
            [0, 784_111_777, 951_782_400, 1_795_305_601, 4_107_542_400, 4_102_444_799, 54_872_812_800, 253_402_300_799]
        {
            let time = Time::from_unix(second).unwrap();
            assert_eq!(parse_http(&http(time)), Some(time), "{}", http(time));
        }
        assert_eq!(http(Time::from_unix(784_111_777).unwrap()), "Sun, 06 Nov 1994 08:49:37 GMT");
        for bad in [
            "",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 99999999999999999 08:49:37 GMT",
            "Sun, 06 Nov 1994 18446744073709551615:49:37 GMT",
            "Sun, 06 Nov 1994 08:18446744073709551615:37 GMT",
            "Sun, 06 Nov 1994 08:49:18446744073709551615 GMT",
        ] {
            assert_eq!(parse_http(bad), None, "{bad}");
        }
    }
}
