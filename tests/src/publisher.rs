//! A stranger's issuer: https with nothing behind it but a folder of documents.

use crate::ca::Authority;
use crate::process::Process;
use crate::run::Run;
use crate::tools;
use anyhow::Result;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// tests/python/publish.py, running.
pub struct Publisher {
    process: Process,
    name: String,
    issuer: String,
}

impl Publisher {
    /// Starts it and publishes an issuer's metadata and these keys.
    pub fn start(run: &Run, authority: &Authority, name: &str, jwks: &Value) -> Result<Self> {
        let issued = authority.server(run, name)?;
        let folder = run.dir(&format!("{name}-documents"))?;
        let mut command = Command::new(tools::tool("python3")?);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("python/publish.py")).arg(&folder);
        command.arg(&issued.certificate_file).arg(&issued.key_file);
        let mut process = Process::start(run, name, &command)?;
        let log = process.log().to_path_buf();
        let port = process.wait_until("ready", Duration::from_secs(30), || {
            let said = std::fs::read_to_string(&log).ok()?;
            said.lines().next_back()?.strip_prefix("port ")?.parse::<u16>().ok()
        })?;
        let this = Self { process, name: name.to_owned(), issuer: format!("https://127.0.0.1:{port}") };
        let metadata = json!({ "issuer": this.issuer, "jwks_uri": format!("{}/jwks.json", this.issuer) });
        this.publish(run, ".well-known/openid-configuration", &metadata)?;
        this.publish(run, ".well-known/oauth-authorization-server", &metadata)?;
        this.publish(run, "jwks.json", jwks)?;
        Ok(this)
    }

    /// Its URL.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Puts a document there, or another in its place.
    pub fn publish(&self, run: &Run, path: &str, document: &Value) -> Result<()> {
        run.write(&format!("{}-documents/{path}", self.name), document.to_string()).map(drop)
    }

    /// The requests it had, a line each.
    pub fn requests(&self) -> Vec<String> {
        self.process.said().lines().filter(|line| line.contains("HTTP/")).map(str::to_owned).collect()
    }
}
