//! A step: one line with its name and how long it took.

use crate::failure::Result;
use std::io::{IsTerminal, Write, stderr};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Runs something that says nothing itself; on a terminal the line counts the seconds.
pub fn quiet<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let started = Instant::now();
    let (done, waiting) = mpsc::channel::<()>();
    let result = thread::scope(|scope| {
        scope.spawn(move || count(name, started, &waiting));
        let result = work();
        drop(done);
        result
    });
    let mark = if result.is_ok() { Mark::Done } else { Mark::Failed };
    close(name, mark, started);
    result
}

/// Runs something whose own output passes between a heading and a closing line.
pub fn loud<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let started = Instant::now();
    eprintln!("{}", Mark::Heading.paint(name));
    let result = work();
    let mark = if result.is_ok() { Mark::Done } else { Mark::Failed };
    close(name, mark, started);
    result
}

/// A line that took no time: something was there already, or was left out, and why.
pub fn note(text: &str) {
    eprintln!("  {text}");
}

/// Writes the step's line again and again until the other end of `waiting` is dropped.
fn count(name: &str, started: Instant, waiting: &mpsc::Receiver<()>) {
    if !stderr().is_terminal() {
        // One start line, since minutes may pass before the closing one.
        eprintln!("· {name}");
        return;
    }
    loop {
        eprint!("\r\x1b[2K· {name}  {}", elapsed(started));
        let _ = stderr().flush();
        match waiting.recv_timeout(Duration::from_secs(1)) {
            Err(RecvTimeoutError::Timeout) => {}
            _ => break,
        }
    }
    eprint!("\r\x1b[2K");
}

fn close(name: &str, mark: Mark, started: Instant) {
    let sign = if matches!(mark, Mark::Failed) { "✗" } else { "✓" };
    eprintln!("{} {name}  {}", mark.paint(sign), elapsed(started));
}

/// `7.3 s`, and from a minute on `2 min 05 s`.
pub fn elapsed(started: Instant) -> String {
    span(started.elapsed())
}

fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        return format!("{:.1} s", time.as_secs_f64());
    }
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

#[derive(Clone, Copy)]
enum Mark {
    Heading,
    Done,
    Failed,
}

impl Mark {
    /// In colour on a terminal that wants it.
    fn paint(self, text: &str) -> String {
        if !stderr().is_terminal() || std::env::var_os("NO_COLOR").is_some() {
            return text.to_owned();
        }
        let code = match self {
            Self::Heading => "1",
            Self::Done => "32",
            Self::Failed => "31",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_reads_like_a_clock() {
        assert_eq!(span(Duration::from_millis(7_340)), "7.3 s");
        assert_eq!(span(Duration::from_secs(125)), "2 min 05 s");
    }
}
