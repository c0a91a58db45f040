//! A cluster: a real kube-apiserver over etcd, with RBAC and an administrator's client certificate.

use crate::ca::{Authority, Issued};
use crate::etcd::Etcd;
use crate::http;
use crate::kubectl::Kubeconfig;
use crate::process::Process;
use crate::run::Run;
use crate::tools;
use anyhow::Result;
use rcgen::KeyPair;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(120);

/// Who tells kube-apiserver whose token it has before it, beside certificates and ServiceAccounts.
#[derive(Debug, Clone, Default)]
pub enum Authentication {
    /// Nobody.
    #[default]
    None,
    /// A TokenReview webhook.
    Webhook(Webhook),
    /// kube-apiserver's own JWT authenticators, by an AuthenticationConfiguration.
    Configuration(PathBuf),
}

/// How kube-apiserver asks a webhook.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// The kubeconfig that says where it is.
    pub kubeconfig: PathBuf,
    /// `v1`, or the flag's own default `v1beta1`.
    pub version: &'static str,
    /// How long an answer is kept: `2m0s` is the flag's default, `0s` keeps none.
    pub cache: &'static str,
}

impl Webhook {
    /// Asked in v1, its answers not kept by the flag's cache, so that a test need not wait for it.
    pub fn new(kubeconfig: impl Into<PathBuf>) -> Self {
        Self { kubeconfig: kubeconfig.into(), version: "v1", cache: "0s" }
    }
}

/// Where a cluster will be: known, and nobody else's, before its programs are even there.
pub struct Place {
    name: String,
    kept: TcpListener,
    server: String,
}

impl Place {
    /// A free one for the cluster of that name.
    pub fn new(name: &str) -> Result<Self> {
        let kept = TcpListener::bind(("127.0.0.1", 0))?;
        let server = format!("https://{}", kept.local_addr()?);
        Ok(Self { name: name.to_owned(), kept, server })
    }

    /// The cluster's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its URL.
    pub fn server(&self) -> &str {
        &self.server
    }
}

/// A running cluster.
pub struct Cluster {
    name: String,
    server: String,
    authority: String,
    admin: Issued,
    process: Process,
}

impl Cluster {
    /// Starts kube-apiserver under `name` and waits until it is ready, which takes about four seconds.
    pub fn start(run: &Run, etcd: &Etcd, ca: &Authority, name: &str, authentication: &Authentication) -> Result<Self> {
        Self::start_at(run, etcd, ca, Place::new(name)?, authentication)
    }

    /// Starts it where others expect it.
    pub fn start_at(
        run: &Run,
        etcd: &Etcd,
        ca: &Authority,
        place: Place,
        authentication: &Authentication,
    ) -> Result<Self> {
        let Place { name, kept, server } = place;
        let port = kept.local_addr()?.port();
        drop(kept);
        let serving = ca.server(run, &format!("{name}-apiserver"))?;
        let admin = ca.client(run, &format!("{name}-admin"), &["system:masters"])?;
        let accounts = KeyPair::generate()?;
        let signing = run.write(&format!("{name}-accounts.key"), accounts.serialize_pem())?;
        let public = run.write(&format!("{name}-accounts.pub"), accounts.public_key_pem())?;

        let mut command = Command::new(tools::tool("kube-apiserver")?);
        command
            .args(["--etcd-servers", etcd.url(), "--etcd-prefix", &format!("/{name}")])
            .args(["--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1"])
            .args(["--secure-port", &port.to_string(), "--service-cluster-ip-range", "10.0.0.0/24"])
            .arg("--tls-cert-file")
            .arg(&serving.certificate_file)
            .arg("--tls-private-key-file")
            .arg(&serving.key_file)
            .arg("--client-ca-file")
            .arg(ca.file())
            .args(["--service-account-issuer", "https://kubernetes.default.svc"])
            .arg("--service-account-key-file")
            .arg(&public)
            .arg("--service-account-signing-key-file")
            .arg(&signing)
            .args(["--authorization-mode", "RBAC", "--endpoint-reconciler-type", "none"]);
        authenticate(&mut command, authentication);

        let mut process = Process::start(run, &format!("{name}-apiserver"), &command)?;
        let agent = http::client(ca.pem(), Some(&admin))?;
        let readyz = format!("{server}/readyz");
        process
            .wait_until("ready", PATIENCE, || agent.get(&readyz).call().ok().filter(|answer| answer.status() == 200))?;
        Ok(Self { name, server, authority: ca.pem().to_owned(), admin, process })
    }

    /// The name it was started under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its URL.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The certificate authority that its clients must trust, PEM.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The process, to read its log or to send it a signal.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// A kubeconfig for the administrator, who may do anything.
    pub fn admin(&self) -> Kubeconfig {
        Kubeconfig::new(self).certificate(&self.admin)
    }

    /// A kubeconfig with a token as it is.
    pub fn bearer(&self, token: &str) -> Kubeconfig {
        Kubeconfig::new(self).token(token)
    }
}

fn authenticate(command: &mut Command, authentication: &Authentication) {
    match authentication {
        Authentication::None => {}
        Authentication::Webhook(webhook) => {
            command.arg("--authentication-token-webhook-config-file").arg(&webhook.kubeconfig);
            command.args(["--authentication-token-webhook-version", webhook.version]);
            command.args(["--authentication-token-webhook-cache-ttl", webhook.cache]);
        }
        Authentication::Configuration(file) => {
            command.arg("--authentication-config").arg(file);
        }
    }
}
