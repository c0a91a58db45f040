//! kubectl as a person runs it: with a home, a kubeconfig, and an answer to read.

use crate::ca::Issued;
use crate::cluster::Cluster;
use crate::run::Run;
use crate::secrets;
use crate::tools::{self, Kubectl};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A kubeconfig with one cluster, one user and one context, all of the cluster's name.
pub struct Kubeconfig {
    name: String,
    cluster: Value,
    user: Value,
}

impl Kubeconfig {
    /// For a user who shows nothing yet.
    pub fn new(cluster: &Cluster) -> Self {
        let facts = json!({ "server": cluster.server(), "certificate-authority-data": base64(cluster.authority()) });
        Self { name: cluster.name().to_owned(), cluster: facts, user: json!({}) }
    }

    /// With a client certificate.
    pub fn certificate(mut self, issued: &Issued) -> Self {
        self.user = json!({
            "client-certificate-data": base64(&issued.certificate),
            "client-key-data": base64(&issued.key),
        });
        self
    }

    /// With a bearer token.
    pub fn token(mut self, token: &str) -> Self {
        self.user = json!({ "token": token });
        self
    }

    /// The file's text; JSON is YAML.
    pub fn text(&self) -> String {
        json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": self.name,
            "clusters": [{ "name": self.name, "cluster": self.cluster }],
            "users": [{ "name": self.name, "user": self.user }],
            "contexts": [{ "name": self.name, "context": { "cluster": self.name, "user": self.name } }],
        })
        .to_string()
    }
}

/// What a command answered.
#[derive(Debug)]
pub struct Answer {
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Answer {
    /// Its output when it went well, else a failure with all it said.
    pub fn ok(self) -> Result<String> {
        anyhow::ensure!(self.code == Some(0), "{self}");
        Ok(self.stdout)
    }

    /// Whether the cluster did not know the caller.
    pub fn is_unauthorized(&self) -> bool {
        self.code != Some(0) && (self.stderr.contains("Unauthorized") || self.stderr.contains("must be logged in"))
    }

    /// Whether the cluster knew the caller and said no.
    pub fn is_forbidden(&self) -> bool {
        self.code != Some(0) && self.stderr.contains("(Forbidden)")
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "exit {:?}\n{}{}", self.code, self.stdout, self.stderr)
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let stdout = text(&output.stdout);
        secrets::record(&stdout);
        Self { code: output.status.code(), stdout, stderr: text(&output.stderr) }
    }
}

/// A person at a terminal: a home of their own, nothing of this machine's configuration.
#[derive(Debug, Clone)]
pub struct Person {
    home: PathBuf,
    env: Vec<(OsString, OsString)>,
}

impl Person {
    /// With an empty home in the run's folder.
    pub fn new(run: &Run, name: &str) -> Result<Self> {
        Ok(Self { home: run.dir(&format!("home-{name}"))?, env: Vec::new() })
    }

    /// The home.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The same person with one more environment variable.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// The same person with that file as `KUBECONFIG`.
    pub fn kubeconfig(self, file: &Path) -> Self {
        self.env("KUBECONFIG", file)
    }

    /// Writes a kubeconfig into the home and uses it.
    pub fn with(self, run: &Run, kubeconfig: &Kubeconfig) -> Result<Self> {
        let name = format!("{}.kubeconfig", kubeconfig.name);
        let inside = self.home.strip_prefix(run.path()).unwrap_or(&self.home).join(name);
        let file = run.write(&inside.to_string_lossy(), kubeconfig.text())?;
        Ok(self.kubeconfig(&file))
    }

    /// A program as this person would start it; our plugin, once built, is on their path.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Result<Command> {
        let mut folders = vec![tools::bin()?];
        folders.extend(tools::products().ok());
        folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", env::join_paths(folders)?)
            .env("HOME", &self.home)
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.home)
            .stdin(Stdio::null());
        Ok(command)
    }

    /// Runs any program to its end.
    pub fn run(&self, program: impl AsRef<OsStr>, words: &[&str]) -> Result<Answer> {
        let mut command = self.command(&program)?;
        let output = command.args(words).output();
        Ok(output.with_context(|| program.as_ref().to_string_lossy().into_owned())?.into())
    }

    /// Runs kubectl of a release to its end.
    pub fn kubectl(&self, release: Kubectl, words: &[&str]) -> Result<Answer> {
        self.run(tools::kubectl(release)?, words)
    }
}

fn base64(text: &str) -> String {
    use base64ct::{Base64, Encoding};
    Base64::encode_string(text.as_bytes())
}
