//! A wall clock that is ahead or behind, for one process and those it starts.

use crate::run::Run;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The variable that the preloaded shim reads, in seconds.
pub const OFFSET: &str = "KUBEMINT_CLOCK_OFFSET";

/// The compiled shim.
pub struct Clock {
    shim: PathBuf,
}

impl Clock {
    /// Compiles it into the run's folder.
    pub fn new(run: &Run) -> Result<Self> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("clock/clock.c");
        let shim = run.path().join("clock.so");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]).arg(&shim).arg(&source);
        let output = compiler.output().context("there is no `cc` here: apt-get install build-essential")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(Self { shim })
    }

    /// The variables that move a process's clock by so many seconds.
    pub fn moved(&self, seconds: i64) -> [(&'static str, String); 2] {
        [("LD_PRELOAD", self.shim.display().to_string()), (OFFSET, seconds.to_string())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(program: &str, words: &[&str], env: &[(&str, String)]) -> i64 {
        let output = Command::new(program).args(words).envs(env.iter().cloned()).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
    }

    #[test]
    fn only_the_process_asked_for_is_moved() {
        let run = Run::new("clock").unwrap();
        let clock = Clock::new(&run).unwrap();
        let moved = clock.moved(7 * 3600);
        for (program, words) in [("date", vec!["+%s"]), ("python3", vec!["-c", "import time; print(int(time.time()))"])]
        {
            let before = read(program, &words, &[]);
            let ahead = read(program, &words, &moved);
            let after = read(program, &words, &[]);
            assert!((before + 25_200..=after + 25_200).contains(&ahead), "{program}: {before} {ahead} {after}");
        }
    }
}
