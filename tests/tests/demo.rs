//! The demo as a newcomer meets it: what it tells, what it never tells, and what it leaves behind: nothing.

use anyhow::{Context, Result, ensure};
use kubemint_tests::run::Run;
use kubemint_tests::secrets::{Kind, Secrets};
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A demo in a session of its own: whatever it starts can be told from all else on this machine.
struct Demo {
    child: Child,
    said: String,
    stdout: ChildStdout,
    run: Run,
}

impl Demo {
    /// Its files go to a folder of ours, where they can be missed.
    fn start(words: &[&str], xtask: &OsStr) -> Result<Self> {
        Self::run(Command::new("setsid").env_remove("KUBEMINT_RUNS"), words, xtask)
    }

    fn run(command: &mut Command, words: &[&str], xtask: &OsStr) -> Result<Self> {
        let run = Run::new("demo-of-a-test")?;
        let mut child = command
            .arg(env!("CARGO_BIN_EXE_demo"))
            .args(words)
            .env("KUBEMINT_XTASK", xtask)
            .env("TMPDIR", run.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().context("no standard output")?;
        Ok(Self { child, said: String::new(), stdout, run })
    }

    /// Reads until it has said something.
    fn wait_for(&mut self, word: &str) -> Result<()> {
        let mut chunk = [0; 4096];
        while !self.said.contains(word) {
            let size = self.stdout.read(&mut chunk)?;
            ensure!(size > 0, "it ended without `{word}`:\n{}", self.said);
            self.said += &String::from_utf8_lossy(chunk.get(..size).unwrap_or_default());
        }
        Ok(())
    }

    /// To itself only: a terminal would tell its children too.
    fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill_process(Pid::from_child(&self.child), signal)?)
    }

    /// Waits for its end; what it said, how it ended, and what is left of its session and its files.
    fn end(mut self) -> Result<Ended> {
        self.stdout.read_to_string(&mut self.said)?;
        let status = self.child.wait()?;
        let session = self.child.id().to_string();
        let started = Instant::now();
        // Whom a signal has killed may take a moment to be gone.
        while !members(&session).is_empty() && started.elapsed() < Duration::from_secs(5) {
            sleep(Duration::from_millis(20));
        }
        let runs = self.run.path().join("kubemint-runs");
        let files = fs::read_dir(runs).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        Ok(Ended { said: self.said, status, processes: members(&session), files })
    }
}

struct Ended {
    said: String,
    status: ExitStatus,
    processes: Vec<String>,
    files: Vec<PathBuf>,
}

impl Ended {
    fn leaves_nothing(&self) {
        assert_eq!((&self.processes, &self.files), (&Vec::new(), &Vec::new()), "{}", self.said);
        let secrets = Secrets::of(&self.said);
        assert_eq!(Kind::ALL.map(|kind| secrets.count(kind)), [0; 3], "{}", self.said);
    }
}

/// The living processes of a session, by name.
fn members(session: &str) -> Vec<String> {
    let stats = fs::read_dir("/proc").into_iter().flatten().flatten();
    let stats = stats.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    let living = stats.filter(|stat| {
        let fields: Vec<_> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        fields.first() != Some(&"Z") && fields.get(3) == Some(&session)
    });
    living.collect()
}

/// The xtask that runs these tests, for the demo to ask for the cluster's programs.
fn xtask() -> Result<std::ffi::OsString> {
    std::env::var_os("KUBEMINT_XTASK").context("KUBEMINT_XTASK is not set: run `cargo xtask test`")
}

#[test]
fn it_tells_the_whole_story_and_no_secret() -> Result<()> {
    // Its logs stay where they are searched for what may not be in them.
    let ended = Demo::run(&mut Command::new("setsid"), &["--once"], &xtask()?)?.end()?;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.said);
    let order = [
        "$ kubectl-mint login https://127.0.0.1:",
        " as alice@example.com.",
        "  groups    sre\n",
        "✓ presentation: signature of the key",
        "✗ binding-missing",
        "✓ etcd, kube-apiserver and kubectl are here",
        "$ kubectl config view",
        "provideClusterInfo: true",
        "$ kubectl auth whoami",
        "alice@example.com",
        "[sre system:authenticated]",
        "authentication.kubernetes.io/credential-id   [JTI=",
        "$ kubectl get namespaces",
        "kube-system",
        "$ kubectl get secrets",
        "(Forbidden)",
    ];
    let mut rest = ended.said.as_str();
    for line in order {
        let (_, after) = rest.split_once(line).with_context(|| format!("no `{line}` there:\n{}", ended.said))?;
        rest = after;
    }
    // The grant shown first is the one that kube-apiserver names at the end.
    let id = word_after(&ended.said, "  id        ").context("no id")?;
    assert_eq!(word_after(&ended.said, "[JTI=").map(|word| word.trim_end_matches(']')), Some(id));
    assert!(!ended.said.contains('\x1b'), "colours where nobody sees them");
    ended.leaves_nothing();
    Ok(())
}

fn word_after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.split_once(mark)?.1.split_whitespace().next()
}

#[test]
fn ctrl_c_while_it_is_up_is_its_ordinary_end() -> Result<()> {
    let mut demo = Demo::start(&[], &xtask()?)?;
    demo.wait_for("It stays up until Ctrl-C.")?;
    assert!(members(&demo.child.id().to_string()).len() > 5, "it is not up");
    demo.signal(Signal::INT)?;
    let ended = demo.end()?;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.said);
    ended.leaves_nothing();
    Ok(())
}

#[test]
fn an_interruption_before_that_says_so_and_leaves_nothing() -> Result<()> {
    for (moment, signal, code) in [
        ("all of it on 127.0.0.1", Signal::INT, 130),
        ("$ kubectl-mint login", Signal::INT, 130),
        ("✗ binding-missing", Signal::TERM, 143),
        ("kubectl are here", Signal::INT, 130),
    ] {
        let mut demo = Demo::start(&[], &xtask()?)?;
        demo.wait_for(moment)?;
        demo.signal(signal)?;
        let ended = demo.end()?;
        assert_eq!(ended.status.code(), Some(code), "{moment}: {}", ended.said);
        assert!(ended.said.contains("nothing is left behind"), "{}", ended.said);
        ended.leaves_nothing();
    }
    Ok(())
}

#[test]
fn an_interrupted_build_takes_its_compilers_along() -> Result<()> {
    // In the place of thirteen minutes of Go: something as long, with a child of its own.
    let folder = Run::new("builder")?;
    let slow = script(&folder, "echo '· build kube-apiserver' >&2; sleep 600 & wait")?;
    let mut demo = Demo::start(&[], slow.as_os_str())?;
    demo.wait_for("· build kube-apiserver")?;
    demo.signal(Signal::INT)?;
    let ended = demo.end()?;
    assert_eq!(ended.status.code(), Some(130), "{}", ended.said);
    ended.leaves_nothing();
    Ok(())
}

#[test]
fn a_build_that_fails_is_told_in_its_own_words() -> Result<()> {
    let folder = Run::new("builder")?;
    let broken = script(&folder, "echo 'xtask: there is no `go` here' >&2; exit 69")?;
    let ended = Demo::start(&[], broken.as_os_str())?.end()?;
    assert_eq!(ended.status.code(), Some(1), "{}", ended.said);
    assert!(ended.said.contains("xtask: there is no `go` here"), "{}", ended.said);
    ended.leaves_nothing();
    Ok(())
}

fn script(run: &Run, text: &str) -> Result<PathBuf> {
    let path = run.write("xtask", format!("#!/bin/sh\n{text}\n"))?;
    fs::set_permissions(Path::new(&path), fs::Permissions::from_mode(0o700))?;
    Ok(path)
}
