//! The OpenID provider: a certified one, signing people in through its own pages, over https.

use crate::ca::Authority;
use crate::process::Process;
use crate::run::Run;
use crate::tools;
use anyhow::Result;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(30);

/// tests/node/provider.mjs, running; its people are those of tests/node/accounts.mjs.
pub struct Provider {
    process: Process,
    issuer: String,
}

impl Provider {
    /// Starts it; `also` overrides the options at the head of its script.
    pub fn start(run: &Run, authority: &Authority, also: Value) -> Result<Self> {
        Self::start_script(run, authority, "provider", also)
    }

    /// Starts tests/node/hostile-provider.mjs, which misbehaves in every way its script lists; its issuer URLs are this
    /// one with the way as their path.
    pub fn hostile(run: &Run, authority: &Authority, jwks: &Value) -> Result<Self> {
        Self::start_script(run, authority, "hostile-provider", json!({ "jwks": jwks }))
    }

    fn start_script(run: &Run, authority: &Authority, base: &str, also: Value) -> Result<Self> {
        let name = format!("{base}{}", suffix(run, base));
        let issued = authority.server(run, &name)?;
        let mut options = json!({ "certificate": issued.certificate_file, "key": issued.key_file });
        if let (Some(options), Value::Object(also)) = (options.as_object_mut(), also) {
            options.extend(also);
        }
        let mut command = Command::new(tools::tool("node")?);
        command.arg(script(&format!("{base}.mjs"))).arg(options.to_string());
        let mut process = Process::start(run, &name, &command)?;
        let log = process.log().to_path_buf();
        let issuer = process.wait_until("ready", LIMIT, || {
            let ready = events(&log).into_iter().find(|event| event["event"] == "ready")?;
            ready["issuer"].as_str().map(str::to_owned)
        })?;
        Ok(Self { process, issuer })
    }

    /// Its issuer URL.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The public client that the mint's users sign in with.
    pub fn client(&self) -> &'static str {
        "kubemint"
    }

    /// How often somebody's browser came to sign in, by its own log.
    pub fn visits(&self) -> usize {
        self.events("visit").len()
    }

    /// What it said of one kind.
    pub fn events(&self, kind: &str) -> Vec<Value> {
        events(self.process.log()).into_iter().filter(|event| event["event"] == kind).collect()
    }

    /// Ends it; what it said stays readable.
    pub fn stop(&mut self) -> Result<()> {
        self.process.signal(Signal::KILL)
    }

    /// Makes new signing keys and drops the old ones from its JWKS.
    pub fn rotate(&mut self) -> Result<()> {
        let before = self.events("rotated").len();
        self.process.signal(Signal::HUP)?;
        let log = self.process.log().to_path_buf();
        self.process.wait_until("rotated", LIMIT, || {
            let rotated = events(&log).into_iter().filter(|event| event["event"] == "rotated");
            (rotated.count() > before).then_some(())
        })
    }
}

/// The JSON lines of a log; what libraries say between them is not ours.
pub(crate) fn events(log: &Path) -> Vec<Value> {
    let said = std::fs::read_to_string(log).unwrap_or_default();
    said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// A second one in a run has a log of its own.
fn suffix(run: &Run, name: &str) -> String {
    let taken = |number: &usize| run.log(&format!("{name}{}", numbered(*number))).exists();
    numbered((0..).find(|number| !taken(number)).unwrap_or_default())
}

fn numbered(number: usize) -> String {
    if number == 0 { String::new() } else { format!("-{}", number + 1) }
}

/// A script of tests/node.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("node").join(name)
}
