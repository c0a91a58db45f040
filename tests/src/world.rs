//! A whole world: provider, mint, clusters with their webhooks, and people who sign in.

use crate::browser::Browser;
use crate::ca::Authority;
use crate::cluster::{self, Authentication, Cluster};
use crate::etcd::Etcd;
use crate::kubectl::{Answer, Person};
use crate::outset::{Awaited, Outset};
use crate::provider::Provider;
use crate::run::Run;
use crate::tools::{self, Kubectl};
use crate::webhook::Webhook;
use crate::workerd::{Address, Setup, Workerd};
use crate::{secrets, stranger::Stranger};
use anyhow::{Context, Result};
use kubemint_core::jwk::SecretKey;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// What the rules of the world give at most, as each cluster's owner bounds it.
pub const CEILING: &str = r#"
[ceiling]
usernames = ["*@example.com"]
groups = ["sre", "shop-dev"]
life = "12h"
window = "60s"
"#;

/// Everything that runs; what is dropped is stopped.
pub struct World {
    /// Whom everybody trusts.
    pub authority: Authority,
    /// The certified provider.
    pub provider: Provider,
    /// The mint, until a story stops it.
    pub mint: Option<Workerd>,
    /// Each cluster and the webhook beside it, in the order of their names.
    pub clusters: Vec<Guarded>,
    pub(crate) address: Address,
    pub(crate) configuration: String,
    pub(crate) signing_keys: String,
    /// What the clusters keep their state in.
    pub etcd: Etcd,
    /// Its folder and logs; the last to go, when nobody writes there any more.
    pub run: Run,
}

/// A cluster and its webhook.
pub struct Guarded {
    /// kube-apiserver.
    pub cluster: Cluster,
    /// What answers its TokenReviews.
    pub webhook: Webhook,
}

impl World {
    /// Starts it all; `cache` is how long kube-apiserver keeps a verdict.
    pub fn start(name: &str, clusters: &[&str], cache: &'static str) -> Result<Self> {
        Outset::start(name, clusters)?.raise(cache)
    }

    /// Starts the mint, again perhaps, with more of an environment.
    pub fn start_mint(&mut self, environment: &[(&'static str, String)]) -> Result<()> {
        self.mint = None;
        let setup = Setup { configuration: &self.configuration, signing_keys: &self.signing_keys, environment };
        self.mint = Some(Workerd::start(&self.run, &self.authority, &self.address, &setup)?);
        Ok(())
    }

    /// Puts other signing keys in place; they apply when the mint is started again.
    pub fn set_signing_keys(&mut self, keys: String) {
        self.signing_keys = keys;
    }

    /// The mint's URL.
    pub fn issuer(&self) -> String {
        self.address.issuer()
    }

    /// A cluster by name.
    pub fn cluster(&mut self, name: &str) -> Result<&mut Guarded> {
        self.clusters.iter_mut().find(|guarded| guarded.cluster.name() == name).context("no such cluster")
    }

    /// Somebody at a terminal whose browser signs in as `user`.
    pub fn person(&self, home: &str, user: &str) -> Result<Someone> {
        Someone::new(&self.run, &self.authority, home, user)
    }

    /// Signs somebody in with the plugin, through the provider's own pages.
    pub fn login(&self, someone: &Someone) -> Result<Answer> {
        let ca = self.authority.file().display().to_string();
        someone.mint(&["login", &self.issuer(), "--certificate-authority", &ca])
    }

    /// Somebody who is signed in and has a context for one cluster.
    pub fn member(&self, home: &str, user: &str, cluster: &str) -> Result<Someone> {
        let someone = self.person(home, user)?;
        self.login(&someone)?.ok()?;
        someone.mint(&["kubeconfig", "add", "--cluster", cluster, "--use"])?.ok()?;
        Ok(someone)
    }

    /// A stranger with npm's libraries who can ask our servers.
    pub fn stranger(&self) -> Result<Stranger> {
        Stranger::node(&self.authority)
    }
}

impl Guarded {
    pub(crate) fn start(run: &Run, ca: &Authority, etcd: &Etcd, awaited: Awaited, cache: &'static str) -> Result<Self> {
        let Awaited { place, webhook } = awaited;
        let asked = cluster::Webhook { cache, ..cluster::Webhook::new(webhook.kubeconfig()) };
        let cluster = Cluster::start_at(run, etcd, ca, place, &Authentication::Webhook(asked))?;
        let guarded = Self { cluster, webhook };
        guarded.allow(run)?;
        Ok(guarded)
    }

    /// RBAC as an administrator would write it: `sre` may read namespaces, and nothing else.
    fn allow(&self, run: &Run) -> Result<()> {
        let admin = Person::new(run, &format!("{}-admin", self.cluster.name()))?.with(run, &self.cluster.admin())?;
        for words in [
            ["create", "clusterrole", "namespace-reader", "--verb=get,list", "--resource=namespaces"],
            ["create", "clusterrolebinding", "sre", "--clusterrole=namespace-reader", "--group=sre"],
        ] {
            admin.kubectl(Kubectl::Current, &words)?.ok()?;
        }
        Ok(())
    }
}

/// A person and their browser.
pub struct Someone {
    /// At the terminal.
    pub person: Person,
    /// In front of the provider's pages.
    pub browser: Browser,
}

impl Someone {
    /// At a terminal in an empty home, their browser signing in as `user`.
    pub fn new(run: &Run, authority: &Authority, home: &str, user: &str) -> Result<Self> {
        let browser = Browser::new(run, authority, user);
        let mut person = Person::new(run, home)?;
        for (name, value) in browser.environment()?.into_iter().filter(|(name, _)| *name != "PATH") {
            person = person.env(name, value);
        }
        Ok(Self { person, browser })
    }

    /// Runs `kubectl mint …` by the plugin's own name.
    pub fn mint(&self, words: &[&str]) -> Result<Answer> {
        self.person.run(tools::product("kubectl-mint")?, words)
    }

    /// Runs kubectl of the cluster's release.
    pub fn kubectl(&self, words: &[&str]) -> Result<Answer> {
        self.person.kubectl(Kubectl::Current, words)
    }

    /// Who kube-apiserver says they are: `status.userInfo`.
    pub fn whoami(&self) -> Result<Value> {
        let said: Value = serde_json::from_str(&self.kubectl(&["auth", "whoami", "--output", "json"])?.ok()?)?;
        Ok(said["status"]["userInfo"].clone())
    }
}

/// Seconds.
pub const DAY: i64 = 86_400;

/// `SIGNING_KEYS` of fresh keys: each with its times, in seconds from now.
pub fn signing_keys(times: &[(i64, i64, i64)]) -> Result<String> {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let mut keys = Vec::new();
    for (from, until, publish) in times {
        let mut random = [0; 32];
        aws_lc_rs::rand::fill(&mut random)?;
        let mut key: Value = serde_json::from_str(&SecretKey::from_random(&random)?.reveal_jwk())?;
        key["sign_from"] = json!(now + from);
        key["sign_until"] = json!(now + until);
        key["publish_until"] = json!(now + publish);
        keys.push(key);
    }
    let text = Value::Array(keys).to_string();
    secrets::record(&text);
    Ok(text)
}
