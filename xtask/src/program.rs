//! A program that xtask runs, with its output kept back, passed on, or read.

use crate::failure::{Failure, Result};
use crate::{cache, clone, prerequisite};
use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus};

/// One run of a program, in the clone's top folder unless told otherwise.
pub struct Program {
    command: Command,
    name: String,
}

impl Program {
    /// A program by its name on the path, or by its own path.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let name = Path::new(program.as_ref()).file_name().unwrap_or(program.as_ref());
        let mut command = Command::new(&program);
        command.current_dir(clone::path(""));
        Self { name: name.to_string_lossy().into_owned(), command }
    }

    /// Cargo, which builds into the cache so that a fresh clone finds its dependencies compiled.
    pub fn cargo(verb: &str) -> Result<Self> {
        let program = Self::new("cargo").argument(verb);
        Ok(match std::env::var_os("CARGO_TARGET_DIR") {
            Some(_) => program,
            None => program.env("CARGO_TARGET_DIR", cache::folder()?.join("target")),
        })
    }

    /// One more word.
    pub fn argument(mut self, word: impl AsRef<OsStr>) -> Self {
        self.command.arg(word);
        self
    }

    /// More words.
    pub fn arguments<S: AsRef<OsStr>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        self.command.args(words);
        self
    }

    /// One more environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// More environment variables.
    pub fn envs<V: AsRef<OsStr>>(mut self, pairs: impl IntoIterator<Item = (&'static str, V)>) -> Self {
        self.command.envs(pairs);
        self
    }

    /// Where it runs.
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Runs it and keeps its output back, unless it fails.
    pub fn quiet(self) -> Result<()> {
        self.text().map(drop)
    }

    /// Runs it and gives its standard output; when it fails, the failure carries all it said.
    pub fn text(mut self) -> Result<String> {
        let output = self.command.output().map_err(|error| self.not_run(&error))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        Err(Failure::new(format!("{}\n{}", self.ended(output.status), said.trim_end())))
    }

    /// Runs it with its output passed on as it comes.
    pub fn loud(mut self) -> Result<()> {
        let status = self.command.status().map_err(|error| self.not_run(&error))?;
        if status.success() { Ok(()) } else { Err(Failure::new(self.ended(status))) }
    }

    /// Becomes it: signals and the exit code are its own from here on.
    pub fn become_it(mut self) -> Result<()> {
        let error = self.command.exec();
        Err(self.not_run(&error))
    }

    fn not_run(&self, error: &io::Error) -> Failure {
        if error.kind() == io::ErrorKind::NotFound {
            return prerequisite::lacking(&self.name);
        }
        Failure::new(format!("{}: {error}", self.name))
    }

    fn ended(&self, status: ExitStatus) -> String {
        let words: Vec<_> = self.command.get_args().take(4).map(OsStr::to_string_lossy).collect();
        format!("`{} {}` failed: {status}", self.name, words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_carries_what_the_program_said() {
        let failure = Program::new("sh").arguments(["-c", "echo out; echo err >&2; exit 3"]).quiet();
        let said = failure.err().map(|failure| failure.to_string()).unwrap_or_default();
        assert!(said.contains("out") && said.contains("err") && said.contains('3'), "{said}");
    }

    #[test]
    fn a_missing_program_is_a_prerequisite() {
        let failure = Program::new("/nowhere/npm").quiet();
        assert_eq!(failure.err().map(|failure| failure.exit_code()), Some(69));
    }
}
