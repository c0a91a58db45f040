//! The terminal: what the demo writes, in colours and with a running clock where a person looks on.

use anyhow::Result;
use std::io::{IsTerminal, Write, stdout};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// So much of an address tells whose it is; what a sign-in adds fills half a screen.
const ADDRESS: usize = 60;

/// The plugin's mark in a kubeconfig, three times the same.
const FOLDED: &str = "extensions:";

/// Standard output.
pub struct Terminal {
    live: bool,
    colours: bool,
}

/// Something that takes its time: one line with its name and how long it took.
pub struct Step<'a> {
    terminal: &'a Terminal,
    started: Instant,
}

impl Terminal {
    /// As it is now.
    pub fn new() -> Self {
        let live = stdout().is_terminal();
        Self { live, colours: live && std::env::var_os("NO_COLOR").is_none() }
    }

    /// Whether a line can be written again and again.
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// Lines as they are.
    pub fn text(&self, text: &str) -> Result<()> {
        Ok(writeln!(stdout(), "{text}")?)
    }

    /// The title of what follows.
    pub fn heading(&self, text: &str) -> Result<()> {
        self.text(&format!("\n{}", self.paint("1", text)))
    }

    /// A command, as one would type it.
    pub fn command(&self, words: &str) -> Result<()> {
        self.text(&format!("\n{} {}", self.paint("36", "$"), self.paint("36", words)))
    }

    /// What a command said, with its marks in colour, and without what is long and says nothing to people.
    pub fn answer(&self, text: &str) -> Result<()> {
        let mut folded = None;
        for line in text.trim_end().lines() {
            let depth = line.len() - line.trim_start().len();
            if folded.is_some_and(|outer| depth > outer || (depth == outer && line.trim_start().starts_with("- "))) {
                continue;
            }
            folded = (line.trim() == FOLDED).then_some(depth);
            let more = if folded.is_some() { " …" } else { "" };
            self.text(&format!("{}{more}", self.mark(&cut(line))))?;
        }
        Ok(())
    }

    /// Something done.
    pub fn done(&self, text: &str) -> Result<()> {
        self.text(&self.mark(&format!("✓ {text}")))
    }

    /// Does something that says nothing itself.
    pub fn step<T>(&self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let step = &Step::new(self);
        let (done, waiting) = mpsc::channel::<()>();
        let result = thread::scope(|scope| {
            scope.spawn(move || step.count(name, &waiting));
            let result = work();
            drop(done);
            result
        })?;
        self.done(&format!("{name}  {}", step.elapsed()))?;
        Ok(result)
    }

    fn mark(&self, line: &str) -> String {
        for (mark, colour) in [("✓", "32"), ("✗", "31")] {
            if let Some(rest) = line.strip_prefix(mark) {
                return self.paint(colour, mark) + rest;
            }
        }
        line.to_owned()
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

impl<'a> Step<'a> {
    /// It begins now.
    pub fn new(terminal: &'a Terminal) -> Self {
        Self { terminal, started: Instant::now() }
    }

    /// Shows that it goes on; the next line takes this one's place.
    pub fn tick(&self, name: &str) {
        if self.terminal.live {
            let _ = write!(stdout(), "\r\x1b[2K· {name}  {}", self.elapsed());
            let _ = stdout().flush();
        }
    }

    /// Makes place for the next line.
    pub fn clear(&self) {
        if self.terminal.live {
            let _ = write!(stdout(), "\r\x1b[2K");
            let _ = stdout().flush();
        }
    }

    /// `7.3 s`, and from a minute on `2 min 05 s`.
    pub fn elapsed(&self) -> String {
        let time = self.started.elapsed();
        match time.as_secs() {
            0..60 => format!("{:.1} s", time.as_secs_f64()),
            seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
        }
    }

    fn count(&self, name: &str, waiting: &mpsc::Receiver<()>) {
        loop {
            self.tick(name);
            if !matches!(waiting.recv_timeout(Duration::from_millis(500)), Err(RecvTimeoutError::Timeout)) {
                return self.clear();
            }
        }
    }
}

/// With the end of a long address left out.
fn cut(line: &str) -> String {
    let whole = |word: &str| !word.contains("://") || word.len() <= ADDRESS;
    let words = line.split(' ').map(|word| match word.get(..ADDRESS) {
        Some(begin) if !whole(word) => format!("{begin}…"),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}
