//! The mint in workerd, by the very configuration file that operators get: deploy/workerd/config.capnp.

use crate::ca::Authority;
use crate::process::{Process, free_port};
use crate::run::Run;
use crate::{http, tools};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(30);

/// Where a mint will listen, known before it starts since its configuration names it.
pub struct Address {
    name: String,
    port: u16,
}

impl Address {
    /// A free one; `name` is that of the mint's folder and log.
    pub fn new(name: &str) -> Result<Self> {
        Ok(Self { name: name.to_owned(), port: free_port()? })
    }

    /// The URL, which is the mint's issuer.
    pub fn issuer(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }
}

/// What a mint is started with.
pub struct Setup<'a> {
    /// The configuration, JSON as `kubectl mint config build` makes it.
    pub configuration: &'a str,
    /// The secret `SIGNING_KEYS`: a JSON array of private JWKs with their times.
    pub signing_keys: &'a str,
    /// More of the environment: a moved clock, `RATE_LIMIT`.
    pub environment: &'a [(&'static str, String)],
}

/// A running mint.
pub struct Workerd {
    process: Option<Process>,
    log: PathBuf,
    issuer: String,
}

impl Workerd {
    /// Starts it on its address with the run's certificates and waits until it answers, be it that it has no keys.
    pub fn start(run: &Run, authority: &Authority, address: &Address, setup: &Setup<'_>) -> Result<Self> {
        Self::start_worker(&tools::worker()?, &own(), run, authority, address, setup)
    }

    /// Starts another worker in the mint's place: its bundle, and a configuration file of workerd's for it.
    pub fn start_worker(
        bundle: &Path,
        capnp: &Path,
        run: &Run,
        authority: &Authority,
        address: &Address,
        setup: &Setup<'_>,
    ) -> Result<Self> {
        let folder = lay_out(bundle, capnp, run, authority, &address.name, setup)?;
        let mut command = Command::new(tools::tool("workerd")?);
        command
            .current_dir(&folder)
            .args(["serve", "config.capnp", "--socket-addr"])
            .arg(format!("https=127.0.0.1:{}", address.port))
            .env("SIGNING_KEYS", setup.signing_keys)
            .envs(setup.environment.iter().cloned());
        let mut process = Process::start(run, &address.name, &command)?;
        let issuer = address.issuer();
        let client = http::client(authority.pem(), None)?;
        process.wait_until("answering", LIMIT, || client.get(format!("{issuer}/healthz")).call().ok())?;
        Ok(Self { log: process.log().to_path_buf(), process: Some(process), issuer })
    }

    /// Its issuer URL.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Its log, JSON lines from the mint among it.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its process id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// Ends it: the mint is away.
    pub fn stop(&mut self) -> Result<()> {
        match self.process.take() {
            Some(process) => process.stop(LIMIT).map(drop),
            None => Ok(()),
        }
    }
}

/// The folder that config.capnp describes.
fn lay_out(
    bundle: &Path,
    capnp: &Path,
    run: &Run,
    authority: &Authority,
    name: &str,
    setup: &Setup<'_>,
) -> Result<PathBuf> {
    let folder = run.dir(name)?;
    let modules = run.dir(&format!("{name}/bundle"))?;
    for file in fs::read_dir(bundle)?.collect::<Result<Vec<_>, _>>()? {
        if file.file_type()?.is_file() {
            copy(&file.path(), &modules.join(file.file_name()))?;
        }
    }
    let issued = authority.server(run, &format!("{name}-serving"))?;
    run.write(&format!("{name}/tls/tls.crt"), &issued.certificate)?;
    run.write(&format!("{name}/tls/tls.key"), &issued.key)?;
    run.write(&format!("{name}/trusted/ca.crt"), authority.pem())?;
    run.write(&format!("{name}/bundle/config.json"), setup.configuration)?;
    copy(capnp, &folder.join("config.capnp"))?;
    Ok(folder)
}

fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/workerd/config.capnp")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| from.display().to_string()).map(drop)
}
