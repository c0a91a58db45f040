//! A refusal as people read it: one line that says what, one that says what to do next.

use std::{borrow::Cow, fmt};

use clap::builder::styling::{AnsiColor, Style};
use kubemint_core::{name, problem::Reason};

/// Why a command ends without having done what it was asked.
#[derive(Debug)]
pub struct Refusal {
    reason: Cow<'static, str>,
    sentence: String,
    hint: Option<String>,
    status: u8,
}

impl Refusal {
    /// A refusal by its stable kebab-case name, with a sentence that has no final stop.
    pub fn new(reason: &'static str, sentence: impl Into<String>) -> Self {
        Self { reason: Cow::Borrowed(reason), sentence: short(&sentence.into()), hint: None, status: 1 }
    }

    /// A refusal that somebody else gave, under its own name.
    pub fn foreign(reason: &str, sentence: impl Into<String>) -> Self {
        Self { reason: Cow::Owned(short(reason)), sentence: short(&sentence.into()), hint: None, status: 1 }
    }

    /// A command line that makes no sense, though it parses.
    pub fn usage(sentence: impl Into<String>) -> Self {
        Self { status: EXIT_USAGE, ..Self::new("usage", sentence) }
    }

    /// Says the next step, in place of any other.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the next step where none was given yet.
    pub fn or_hint(self, hint: impl Into<String>) -> Self {
        if self.hint.is_some() { self } else { self.hint(hint) }
    }

    /// The stable name.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The next step, if there is one.
    pub fn next_step(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Whether the mint's clock and ours were too far apart; its answer has mended the offset by then.
    pub fn is_about_clocks(&self) -> bool {
        [Reason::BindingStale, Reason::BindingEarly, Reason::ProofStale]
            .iter()
            .any(|reason| reason.as_str() == self.reason)
    }

    /// The exit status: 64 for usage, 1 for everything else.
    pub const fn status(&self) -> u8 {
        self.status
    }

    /// Writes it to standard error, in colour only on a terminal.
    pub fn report(&self) {
        let (bold, dim) = (Style::new().fg_color(Some(AnsiColor::Red.into())).bold(), Style::new().dimmed());
        let sentence = Plain(&self.sentence);
        let reason = Plain(&self.reason);
        anstream::eprintln!("{bold}kubectl-mint:{bold:#} {sentence} {dim}({reason}){dim:#}");
        if let Some(hint) = &self.hint {
            anstream::eprintln!("  {}", Plain(hint));
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", Plain(&self.sentence), Plain(&self.reason))
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self::new(reason.as_str(), reason.sentence()).hint(format!("who can mend it: {}", reason.fixer().as_str()))
    }
}

/// An answer may have megabytes; nobody reads more of a sentence than this.
fn short(text: &str) -> String {
    text.chars().take(600).collect()
}

/// The exit status of a wrong command line (`EX_USAGE` of sysexits.h).
pub const EXIT_USAGE: u8 = 64;

/// Text from elsewhere without the characters that could drive a terminal, or show a name as another.
pub struct Plain<'a>(pub &'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| fmt::Write::write_char(f, if name::is_deceptive(c) { '\u{fffd}' } else { c }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_cannot_drive_the_terminal() {
        let refusal = Refusal::foreign("access\u{1b}[2J", "no\u{1b}]0;owned\u{7} way\r\n");
        assert!(!refusal.to_string().contains(|c: char| c.is_control()));
        assert_eq!(Plain("prod\u{202e}dorp\u{200b}").to_string(), "prod\u{fffd}dorp\u{fffd}");
    }

    #[test]
    fn what_others_say_cannot_flood_the_terminal() {
        let long = "e".repeat(4 << 20);
        for refusal in [
            Refusal::foreign("expired", long.as_str()),
            Refusal::foreign(&long, "no"),
            Refusal::new("a", long.as_str()),
        ] {
            assert!(refusal.to_string().len() < 2000);
        }
    }

    #[test]
    fn the_first_hint_stays() {
        let refusal = Refusal::new("a", "b").or_hint("first").or_hint("second");
        assert_eq!(refusal.hint.as_deref(), Some("first"));
        assert_eq!((refusal.status(), Refusal::usage("c").status()), (1, 64));
    }
}
