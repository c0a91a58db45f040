//! etcd, which several clusters share.

use crate::process::{Process, free_port};
use crate::run::Run;
use crate::tools;
use anyhow::Result;
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

/// A running etcd on loopback, with its data in the run's folder.
pub struct Etcd {
    _process: Process,
    url: String,
}

impl Etcd {
    /// Starts it and waits until it takes clients.
    pub fn start(run: &Run) -> Result<Self> {
        let (client, peer) = (free_port()?, free_port()?);
        let (url, peer_url) = (format!("http://127.0.0.1:{client}"), format!("http://127.0.0.1:{peer}"));
        let mut command = Command::new(tools::tool("etcd")?);
        command
            .arg("--data-dir")
            .arg(run.dir("etcd")?)
            .args(["--listen-client-urls", &url, "--advertise-client-urls", &url])
            .args(["--listen-peer-urls", &peer_url, "--initial-advertise-peer-urls", &peer_url])
            .args(["--initial-cluster", &format!("default={peer_url}")])
            // Nothing here outlives the run, so nothing has to reach the disk.
            .args(["--unsafe-no-fsync", "--log-level", "warn"]);
        let mut process = Process::start(run, "etcd", &command)?;
        process
            .wait_until("taking clients", Duration::from_secs(60), || TcpStream::connect(("127.0.0.1", client)).ok())?;
        Ok(Self { _process: process, url })
    }

    /// Where its clients go.
    pub fn url(&self) -> &str {
        &self.url
    }
}
