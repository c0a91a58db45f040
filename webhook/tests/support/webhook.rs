//! The real binary, made ready by its own `init`, with a configuration that tests change.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
};

use base64ct::{Base64, Encoding as _};
use serde_json::Value;
use tempfile::TempDir;

use super::{client::Client, mint::Mint, until};

/// The ceiling alice is under.
pub const CEILING: &str =
    "[ceiling]\nusernames = [\"*@example.com\"]\ngroups = [\"dev-*\"]\nlife = \"12h\"\nwindow = \"60s\"\n";

/// The binary under test.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubemint-webhook"));
    // No proxy of the machine it runs on, and nothing else that a node would not have.
    command.env_clear();
    command
}

/// Runs it to its end.
pub fn run(args: &[&str]) -> Output {
    command().args(args).stdin(Stdio::null()).output().unwrap()
}

/// A webhook in a folder of its own.
pub struct Webhook {
    folder: TempDir,
    address: SocketAddr,
    mutual: bool,
    child: Option<Child>,
}

impl Webhook {
    /// Runs `init`; nothing is configured or started yet.
    pub fn init() -> Self {
        Self::init_at([127, 0, 0, 1])
    }

    /// As [`Self::init`], for all addresses: others can connect, and have to show a certificate.
    pub fn init_mutual() -> Self {
        Self::init_at([0, 0, 0, 0])
    }

    fn init_at(ip: [u8; 4]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        address.set_ip(ip.into());
        let output = run(&["init", "--directory", folder.path().to_str().unwrap(), "--listen", &address.to_string()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { folder, address, mutual: address.ip().is_unspecified(), child: None }
    }

    /// One that is ready for alice.
    pub fn start(mint: &Mint) -> Self {
        let mut webhook = Self::init();
        webhook.configure(mint, CEILING);
        webhook.resume();
        webhook.wait_ready();
        webhook
    }

    /// Writes the configuration; `more` ends with the tables.
    pub fn configure(&self, mint: &Mint, more: &str) {
        fs::write(self.path("mint-ca.crt"), &mint.ca).unwrap();
        let client_ca = if self.mutual { ", clientCA = \"client-ca.crt\"" } else { "" };
        let text = format!(
            "issuer = \"{}\"\nissuerCA = \"mint-ca.crt\"\ncluster = \"prod\"\nlisten = \"{}\"\n\
             tls = {{ certificate = \"tls.crt\", key = \"tls.key\"{client_ca} }}\nstate = \"state\"\n{more}",
            mint.issuer, self.address
        );
        fs::write(self.path("webhook.toml"), text).unwrap();
    }

    /// Starts it and waits until it answers at all.
    pub fn resume(&mut self) {
        let log = fs::File::options().create(true).append(true).open(self.path("log")).unwrap();
        let mut command = command();
        command.args(["serve", "--verbose", "--config"]).arg(self.path("webhook.toml"));
        self.child = Some(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap());
        until("listening", || self.try_dial().ok());
    }

    /// Waits until `/readyz` is green.
    pub fn wait_ready(&self) {
        until("ready", || self.client().get("/readyz").ok().filter(|answer| answer.status == 200));
    }

    /// A client that trusts what `init` wrote for kube-apiserver.
    pub fn client(&self) -> Client {
        Client::new(self.address(), &self.authority())
    }

    /// Where it answers.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.address.port()))
    }

    /// A connection without TLS.
    pub fn dial(&self) -> TcpStream {
        self.try_dial().unwrap()
    }

    /// As [`Self::dial`], where it may be refused.
    pub fn try_dial(&self) -> std::io::Result<TcpStream> {
        TcpStream::connect(self.address())
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Waits for the end that was asked for.
    pub fn ended(&mut self) -> ExitStatus {
        let child = self.child.as_mut().unwrap();
        until("ended", || child.try_wait().unwrap())
    }

    /// Ends it and waits.
    pub fn stop(&mut self) {
        self.signal("-TERM");
        assert!(self.ended().success());
        self.child = None;
    }

    /// A file in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }

    /// The authority in the kubeconfig.
    pub fn authority(&self) -> String {
        pem(&self.path("kubeconfig"), "/clusters/0/cluster/certificate-authority-data")
    }
}

/// A PEM out of a kubeconfig.
pub fn pem(kubeconfig: &Path, pointer: &str) -> String {
    let document: Value = serde_json::from_str(&fs::read_to_string(kubeconfig).unwrap()).unwrap();
    let data = document.pointer(pointer).and_then(Value::as_str).unwrap();
    String::from_utf8(Base64::decode_vec(data).unwrap()).unwrap()
}

impl Drop for Webhook {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
