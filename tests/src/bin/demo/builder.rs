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
    let mut shown = 0;
    loop {
        let ended = process.ended()?;
        let said = process.said();
        let lines: Vec<_> = said.split_inclusive('\n').filter(|line| line.ends_with('\n')).collect();
        for line in lines.iter().skip(shown) {
            step.clear();
            terminal.answer(line)?;
        }
        shown = lines.len();
        match ended {
            Some(status) if status.success() => {
                step.clear();
                return terminal.done(&format!("etcd, kube-apiserver and kubectl are here  {}", step.elapsed()));
            }
            Some(status) => bail!("kube-apiserver could not be built ({status}); what was said stands above"),
            None => {}
        }
        if let Err(error) = interrupt::check() {
            step.clear();
            return Err(error);
        }
        step.tick("preparing etcd, kube-apiserver and kubectl");
        sleep(Duration::from_millis(50));
    }
}
