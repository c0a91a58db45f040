//! The answer to a command that a person would type: all it says, in its own order.

use anyhow::{Context, Result, bail};
use kubemint_tests::interrupt;
use kubemint_tests::run::Run;
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// Runs a command to its end, or until somebody interrupts: then it goes with all it started.
pub fn to(run: &Run, command: &mut Command) -> Result<(ExitStatus, String)> {
    interrupt::check()?;
    // A file takes both streams in the order they were written; it holds nothing secret and goes with the run.
    let path = run.path().join("answer");
    let file = File::create(&path)?;
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).process_group(0);
    let mut child = command.spawn().context(name)?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((status, fs::read_to_string(&path)?));
        }
        if interrupt::received().is_some() {
            let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
            child.wait()?;
            bail!("interrupted");
        }
        sleep(Duration::from_millis(10));
    }
}
