//! The Go floor: a TokenReview webhook as Go's standard library makes it, built from `tests/bench/go-floor`.

use super::footprint::Server;
use crate::ca::Issued;
use crate::process::{Process, free_port};
use crate::run::Run;
use anyhow::{Context, Result, ensure};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Builds it, into the run's folder.
pub fn build(run: &Run) -> Result<PathBuf> {
    go(run, "go-floor")
}

/// Builds a Go program of `tests/bench`.
pub fn go(run: &Run, name: &str) -> Result<PathBuf> {
    let program = run.path().join(name);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench").join(name);
    let status = Command::new("go")
        .args(["build", "-trimpath", "-ldflags", "-s -w", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(folder)
        .env("CGO_ENABLED", "0")
        .status()
        .context("go: install Go 1.24 or later")?;
    ensure!(status.success(), "{name} does not build");
    Ok(program)
}

/// How it is started with so many verifications a review, on a port of its own.
pub fn server(program: &Path, issued: &Issued, verifications: u8) -> Result<Server> {
    let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
    let mut command = Command::new(program);
    command.arg("-listen").arg(address.to_string()).arg("-verifications").arg(verifications.to_string());
    command.arg("-certificate").arg(&issued.certificate_file).arg("-key").arg(&issued.key_file);
    Ok(Server { command, address })
}

/// Starts it.
pub fn start(run: &Run, program: &Path, issued: &Issued, verifications: u8) -> Result<(Process, SocketAddr)> {
    let Server { command, address } = server(program, issued, verifications)?;
    let mut process = Process::start(run, &format!("go-floor-{verifications}"), &command)?;
    process.wait_until("listening", Duration::from_secs(30), || TcpStream::connect(address).ok())?;
    Ok((process, address))
}
