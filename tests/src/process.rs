//! A process of the rig: in a group of its own, its words in a log, and gone with all it started when its owner is.

use crate::interrupt;
use crate::run::Run;
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Holds the far end of a pipe that the owner never writes to: when the owner is gone, however it went, the group is
/// killed. The process itself takes this shell's place, so its id and exit code are its own.
const WATCH: &str = r#"exec 3<&0 </dev/null; { read -r _ <&3; kill -KILL 0; } & exec 3<&-; exec "$@""#;

const POLL: Duration = Duration::from_millis(20);

/// A running process; dropping it kills its whole group.
pub struct Process {
    name: String,
    child: Child,
    group: Pid,
    log: PathBuf,
    _alive: Option<ChildStdin>,
}

impl Process {
    /// Starts a command; its log is `<run>/<name>.log`, appended to when the name was used before.
    pub fn start(run: &Run, name: &str, command: &Command) -> Result<Self> {
        interrupt::check()?;
        let log = run.log(name);
        let file = File::options().create(true).append(true).open(&log).with_context(|| log.display().to_string())?;
        let mut child = watched(command)
            .stdin(Stdio::piped())
            .stdout(file.try_clone()?)
            .stderr(file)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let group = Pid::from_child(&child);
        let alive = child.stdin.take();
        Ok(Self { name: name.to_owned(), child, group, log, _alive: alive })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where its words go.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// What it has said so far.
    pub fn said(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| self.name.clone())
    }

    /// Polls until `ready` gives a value; fails with the end of the log when the process ends or the time is up.
    pub fn wait_until<T>(&mut self, what: &str, limit: Duration, mut ready: impl FnMut() -> Option<T>) -> Result<T> {
        let started = Instant::now();
        loop {
            if let Some(value) = ready() {
                return Ok(value);
            }
            interrupt::check()?;
            if let Some(status) = self.ended()? {
                bail!("{} ended ({status}) before it was {what}:\n{}", self.name, self.tail());
            }
            if started.elapsed() > limit {
                bail!("{} was not {what} after {limit:?}:\n{}", self.name, self.tail());
            }
            sleep(POLL);
        }
    }

    /// Polls until it has said something.
    pub fn wait_for_word(&mut self, word: &str, limit: Duration) -> Result<()> {
        let log = self.log.clone();
        self.wait_until(&format!("saying `{word}`"), limit, || {
            let bytes = fs::read(&log).unwrap_or_default();
            String::from_utf8_lossy(&bytes).contains(word).then_some(())
        })
    }

    /// Sends a signal to the process itself, not to its group.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        kill_process(self.group, signal).with_context(|| self.name.clone())
    }

    /// Asks it to end and waits; what it leaves behind is killed.
    pub fn stop(mut self, limit: Duration) -> Result<ExitStatus> {
        self.signal(Signal::TERM)?;
        let started = Instant::now();
        while started.elapsed() < limit {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            sleep(POLL);
        }
        bail!("{} did not end within {limit:?}:\n{}", self.name, self.tail());
    }

    fn tail(&self) -> String {
        let said = self.said();
        let lines: Vec<_> = said.lines().collect();
        lines.get(lines.len().saturating_sub(30)..).unwrap_or_default().join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = kill_process_group(self.group, Signal::KILL);
        let _ = self.child.wait();
    }
}

/// The same command behind the watching shell.
fn watched(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", WATCH, "sh"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    shell
}

/// A port on 127.0.0.1 that nobody had a moment ago.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::test_kill_process;

    const LIMIT: Duration = Duration::from_secs(10);

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn alive(pid: Pid) -> bool {
        // A zombie still answers; its state says what it is.
        let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
        test_kill_process(pid).is_ok() && !stat.contains(") Z ")
    }

    fn grandchild(process: &mut Process) -> Pid {
        let log = process.log().to_path_buf();
        let number = process.wait_until("telling its child's id", LIMIT, || {
            fs::read_to_string(&log).ok()?.lines().next()?.parse::<i32>().ok()
        });
        Pid::from_raw(number.unwrap()).unwrap()
    }

    fn wait_for_end(pid: Pid) -> bool {
        let started = Instant::now();
        while alive(pid) && started.elapsed() < LIMIT {
            sleep(POLL);
        }
        !alive(pid)
    }

    #[test]
    fn a_drop_ends_grandchildren_too() {
        let run = Run::new("process").unwrap();
        let mut process = Process::start(&run, "parent", &sh("sleep 600 & echo $!; wait")).unwrap();
        let pid = grandchild(&mut process);
        assert!(alive(pid));
        drop(process);
        assert!(wait_for_end(pid));
    }

    #[test]
    fn an_owner_that_cannot_drop_leaves_nothing_behind() {
        let run = Run::new("process").unwrap();
        let mut process = Process::start(&run, "parent", &sh("sleep 600 & echo $!; wait")).unwrap();
        let pid = grandchild(&mut process);
        // The pipe's end closes as it would when this program is killed.
        process._alive = None;
        assert!(wait_for_end(pid));
    }

    #[test]
    fn an_early_end_is_told_with_its_last_words() {
        let run = Run::new("process").unwrap();
        let mut process = Process::start(&run, "brief", &sh("echo no such flag; exit 7")).unwrap();
        let error = process.wait_until("ready", LIMIT, || None::<()>).unwrap_err().to_string();
        assert!(error.contains("no such flag") && error.contains('7'), "{error}");
    }

    #[test]
    fn a_stop_is_polite() {
        let run = Run::new("process").unwrap();
        let script = "trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.05; done";
        let mut process = Process::start(&run, "polite", &sh(script)).unwrap();
        process.wait_for_word("up", LIMIT).unwrap();
        assert_eq!(process.stop(LIMIT).unwrap().code(), Some(5));
        assert!(fs::read_to_string(run.log("polite")).unwrap().contains("bye"));
    }
}
