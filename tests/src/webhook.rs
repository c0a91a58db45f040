//! Our webhook, made ready by its own `init` and run by its own `serve`.

use crate::http;
use crate::process::{Process, free_port};
use crate::run::Run;
use crate::tools;
use anyhow::{Context, Result, ensure};
use rustix::process::Signal;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(30);

/// A webhook for one cluster, running.
pub struct Webhook {
    name: String,
    folder: PathBuf,
    port: u16,
    process: Option<Process>,
}

/// What the cluster's owner writes into the configuration beside the addresses.
pub struct Consent<'a> {
    /// The mint.
    pub issuer: &'a str,
    /// The authority of the mint's server.
    pub issuer_ca: &'a Path,
    /// The cluster's name at the mint.
    pub cluster: &'a str,
    /// Further lines: the tables, `[ceiling]` among them, come last.
    pub also: &'a str,
}

/// A ceiling that what the stranger makes is under.
pub const CEILING: &str = r#"
[ceiling]
usernames = ["*@example.com"]
groups = ["dev-*"]
life = "12h"
window = "60s"
"#;

impl Webhook {
    /// Makes it ready and starts it.
    pub fn start(run: &Run, name: &str, consent: &Consent<'_>) -> Result<Self> {
        let mut this = Self::prepare(run, name, consent)?;
        this.resume(run, &[])?;
        Ok(this)
    }

    /// Runs `init` and writes the configuration: kube-apiserver can be started before it answers.
    pub fn prepare(run: &Run, name: &str, consent: &Consent<'_>) -> Result<Self> {
        let folder = run.dir(name)?;
        let port = free_port()?;
        let listen = format!("127.0.0.1:{port}");
        let mut init = Command::new(tools::product("kubemint-webhook")?);
        let output = init.args(["init", "--listen", &listen, "--directory"]).arg(&folder).output()?;
        ensure!(output.status.success(), "init: {}", String::from_utf8_lossy(&output.stderr));
        let this = Self { name: name.to_owned(), folder, port, process: None };
        this.configure(consent)?;
        Ok(this)
    }

    /// Writes the configuration anew; it applies after [`Webhook::reload`] or a restart.
    pub fn configure(&self, consent: &Consent<'_>) -> Result<()> {
        let Consent { issuer, issuer_ca, cluster, also } = consent;
        let text = format!(
            "issuer = {issuer:?}\nissuerCA = {issuer_ca:?}\ncluster = {cluster:?}\nlisten = \"127.0.0.1:{}\"\n\
             tls = {{ certificate = \"tls.crt\", key = \"tls.key\" }}\nstate = \"state\"\n{also}",
            self.port
        );
        fs::write(self.config(), text).context("the webhook's configuration")
    }

    /// Starts it again where it was stopped, perhaps in another environment, and waits until it is ready.
    pub fn resume(&mut self, run: &Run, env: &[(&str, String)]) -> Result<()> {
        let mut command = Command::new(tools::product("kubemint-webhook")?);
        command.args(["serve", "--verbose", "--config"]).arg(self.config());
        command.envs(env.iter().map(|(name, value)| (name, value)));
        let mut process = Process::start(run, &self.name, &command)?;
        let agent = http::client(&self.authority()?, None)?;
        let readyz = self.url("/readyz");
        process
            .wait_until("ready", LIMIT, || agent.get(&readyz).call().ok().filter(|answer| answer.status() == 200))?;
        self.process = Some(process);
        Ok(())
    }

    /// Asks it to end and waits until it has.
    pub fn stop(&mut self) -> Result<()> {
        let Some(process) = self.process.take() else { return Ok(()) };
        let status = process.stop(LIMIT)?;
        ensure!(status.success(), "the webhook ended with {status}");
        Ok(())
    }

    /// Makes it read configuration, certificate and deny file again.
    pub fn reload(&self) -> Result<()> {
        self.process.as_ref().context("the webhook is stopped")?.signal(Signal::HUP)
    }

    /// The process while it runs.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// What it has said so far: at `--verbose`, each verdict with its reason.
    pub fn said(&self) -> String {
        self.process.as_ref().map(Process::said).unwrap_or_default()
    }

    /// The kubeconfig for kube-apiserver's `--authentication-token-webhook-config-file`.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }

    /// Its configuration file.
    pub fn config(&self) -> PathBuf {
        self.folder.join("webhook.toml")
    }

    /// A path of it.
    pub fn url(&self, path: &str) -> String {
        format!("https://127.0.0.1:{}{path}", self.port)
    }

    /// The authority of its serving certificate, PEM, as kube-apiserver is told.
    pub fn authority(&self) -> Result<String> {
        use base64ct::{Base64, Encoding};
        let text = fs::read_to_string(self.kubeconfig())?;
        let document: serde_json::Value = serde_json::from_str(&text)?;
        let data = document["clusters"][0]["cluster"]["certificate-authority-data"].as_str();
        let pem = Base64::decode_vec(data.context("no authority in the webhook's kubeconfig")?);
        Ok(String::from_utf8(pem.map_err(|error| anyhow::anyhow!("{error}"))?)?)
    }
}
