//! What a server costs before anybody asks it anything: memory, time to start, bytes on disk.

use super::{Row, median};
use crate::process::Process;
use crate::run::Run;
use anyhow::{Context, Result, ensure};
use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

const STARTS: usize = 20;
const LIMIT: Duration = Duration::from_secs(30);

/// A server: how it is started, and where it then listens.
pub struct Server {
    /// Program and arguments.
    pub command: Command,
    /// Its address.
    pub address: SocketAddr,
}

/// Ours beside the floor, both running and idle.
pub fn memory(ours: &Process, floor: &Process) -> Result<Row> {
    let beside = format!("Go floor {:.1} MiB", resident(floor)?);
    Ok(Row::bound("webhook, memory idle", (resident(ours)?, 10.0), "MiB", beside))
}

/// Ours beside the floor: from the start to the first connection, then the program's size.
pub fn rows(run: &Run, ours: Server, floor: Server) -> Result<Vec<Row>> {
    let sizes = (size(&ours)?, size(&floor)?);
    let times = (start(run, ours)?, start(run, floor)?);
    Ok(vec![
        Row::bound("webhook, start to ready", (times.0, 8.0), "ms", format!("Go floor {:.1} ms", times.1)),
        Row::bound("webhook, binary", (sizes.0, 8.0), "MB", format!("Go floor {:.1} MB", sizes.1)),
    ])
}

/// In MiB.
fn resident(process: &Process) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

/// In milliseconds, without the rig's watching shell.
fn start(run: &Run, mut server: Server) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let log = File::create(run.log("footprint"))?;
        let begun = Instant::now();
        let mut child = server.command.stderr(log).spawn()?;
        while TcpStream::connect(server.address).is_err() && begun.elapsed() < LIMIT {
            sleep(Duration::from_micros(100));
        }
        times.push(begun.elapsed());
        child.kill()?;
        child.wait()?;
        ensure!(begun.elapsed() < LIMIT, "it never listened");
    }
    Ok(median(times.iter().map(|time| time.as_secs_f64() * 1000.0).collect()))
}

/// In megabytes.
fn size(server: &Server) -> Result<f64> {
    Ok(fs::metadata(Path::new(server.command.get_program()))?.len() as f64 / 1e6)
}
