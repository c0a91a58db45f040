//! The builder of what only the second half needs: `xtask tools cluster`, its words passed on as they come.

use crate::terminal::{Step, Terminal};
use anyhow::{Context, Result, bail};
use kubemint_tests::interrupt;
use kubemint_tests::process::Process;
use kubemint_tests::run::Run;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

/// Has etcd, kube-apiserver and kubectl put where the rig finds them; built once, there at once ever after.
pub fn prepare_cluster(terminal: &Terminal, run: &Run) -> Result<()> {
    let xtask = std::env::var_os("KUBEMINT_XTASK").context("KUBEMINT_XTASK is not set: run `cargo xtask demo`")?;
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" tools cluster >/dev/null"]).arg(xtask);
    // What a compiler leaves when it is killed goes with the run.
    command.env("TMPDIR", run.dir("build")?);
    let mut process = Process::start(run, "tools", &command)?;
    let step = Step::new(terminal);
    let mut told = Told { terminal, lines: 0, part: None };
    loop {
        let ended = process.ended()?;
        told.more(&process.said())?;
        match ended {
            Some(status) if status.success() => {
                drop(told);
                return terminal.done(&format!("etcd, kube-apiserver and kubectl are here  {}", step.elapsed()));
            }
            Some(status) => bail!("the cluster's programs cannot be had ({status}); why stands above"),
            None => interrupt::check()?,
        }
        sleep(Duration::from_millis(100));
    }
}

/// What was passed on so far.
struct Told<'a> {
    terminal: &'a Terminal,
    lines: usize,
    part: Option<(String, Step<'a>)>,
}

impl Told<'_> {
    /// Passes on the lines that are new; where a clock can run, the beginning of a part makes it run.
    fn more(&mut self, said: &str) -> Result<()> {
        let lines: Vec<_> = said.split_inclusive('\n').filter(|line| line.ends_with('\n')).collect();
        for line in lines.iter().skip(self.lines) {
            self.hush();
            match line.trim_end().strip_prefix("· ") {
                Some(part) if self.terminal.is_live() => self.part = Some((part.to_owned(), Step::new(self.terminal))),
                _ => self.terminal.answer(line)?,
            }
        }
        self.lines = lines.len();
        if let Some((part, step)) = &self.part {
            step.tick(part);
        }
        Ok(())
    }

    fn hush(&mut self) {
        if let Some((_, step)) = self.part.take() {
            step.clear();
        }
    }
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        self.hush();
    }
}
