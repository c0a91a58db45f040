//! The half of a world that needs no cluster's programs: provider, mint and webhooks; people can sign in already.

use crate::ca::Authority;
use crate::cluster::Place;
use crate::etcd::Etcd;
use crate::provider::Provider;
use crate::run::Run;
use crate::tools;
use crate::webhook::{Consent, Webhook};
use crate::workerd::{Address, Setup, Workerd};
use crate::world::{CEILING, DAY, Guarded, World, signing_keys};
use anyhow::{Result, ensure};
use base64ct::{Base64, Encoding};
use serde_json::json;
use std::process::Command;

/// What runs before any cluster does; what is dropped is stopped.
pub struct Outset {
    /// Whom everybody trusts.
    pub authority: Authority,
    /// The certified provider.
    pub provider: Provider,
    /// The mint, which knows where the clusters will be.
    pub mint: Workerd,
    /// The clusters to come, in the order of their names.
    pub awaited: Vec<Awaited>,
    address: Address,
    configuration: String,
    signing_keys: String,
    /// Its folder and logs; the last to go, when nobody writes there any more.
    pub run: Run,
}

/// A cluster to come, and its webhook, which answers already.
pub struct Awaited {
    /// Where the cluster will be.
    pub place: Place,
    /// What will answer its TokenReviews.
    pub webhook: Webhook,
}

impl Outset {
    /// Starts provider, mint and webhooks for clusters of these names.
    pub fn start(name: &str, clusters: &[&str]) -> Result<Self> {
        let run = Run::new(name)?;
        let authority = Authority::new(&run, "ca")?;
        let provider = Provider::start(&run, &authority, json!({}))?;
        let address = Address::new("mint")?;
        let issuer = address.issuer();
        let prepare = |name: &&str| Awaited::prepare(&run, &authority, &issuer, name);
        let mut awaited = clusters.iter().map(prepare).collect::<Result<Vec<_>>>()?;
        let configuration = configuration(&run, &authority, &issuer, &provider, &awaited)?;
        let signing_keys = signing_keys(&[(0, 7 * DAY, 14 * DAY)])?;
        let setup = Setup { configuration: &configuration, signing_keys: &signing_keys, environment: &[] };
        let mint = Workerd::start(&run, &authority, &address, &setup)?;
        for Awaited { webhook, .. } in &mut awaited {
            webhook.resume(&run, &[])?;
        }
        Ok(Self { authority, provider, mint, awaited, address, configuration, signing_keys, run })
    }

    /// Starts the clusters; `cache` is how long kube-apiserver keeps a verdict.
    pub fn raise(self, cache: &'static str) -> Result<World> {
        // In this order, so that after a failure the folder goes last.
        let Self { run, authority, provider, mint, awaited, address, configuration, signing_keys } = self;
        let etcd = Etcd::start(&run)?;
        let start = |awaited| Guarded::start(&run, &authority, &etcd, awaited, cache);
        let clusters = awaited.into_iter().map(start).collect::<Result<_>>()?;
        let mint = Some(mint);
        Ok(World { authority, provider, mint, clusters, address, configuration, signing_keys, etcd, run })
    }
}

impl Awaited {
    fn prepare(run: &Run, ca: &Authority, issuer: &str, name: &str) -> Result<Self> {
        let consent = Consent { issuer, issuer_ca: ca.file(), cluster: name, also: CEILING };
        let webhook = Webhook::prepare(run, &format!("{name}-webhook"), &consent)?;
        Ok(Self { place: Place::new(name)?, webhook })
    }
}

/// The mint's document as an operator writes it, checked and made into JSON by our own tool.
fn configuration(run: &Run, ca: &Authority, issuer: &str, provider: &Provider, clusters: &[Awaited]) -> Result<String> {
    let mut document = format!(
        r#"issuer = "{issuer}"

[[identityProviders]]
alias = "corp"
clientID = "{client}"
issuer = {{ url = "{url}", audiences = ["{client}"] }}
scopes = ["openid", "email", "groups"]
claimMappings.username = {{ claim = "email", prefix = "" }}
claimMappings.groups = {{ claim = "groups", prefix = "" }}

[[rules]]
description = "SREs, everywhere"
subjects = [{{ kind = "Group", name = "sre" }}]
clusters = ["*"]
groups = ["sre"]

[[rules]]
description = "The shop team, its namespace, files for tools without plugins"
subjects = [{{ kind = "Group", name = "shop" }}]
clusters = ["*"]
groups = ["shop-dev"]
namespace = "shop"
maxTTL = {{ bearer = "1h" }}
"#,
        client = provider.client(),
        url = provider.issuer(),
    );
    let authority = Base64::encode_string(ca.pem().as_bytes());
    for Awaited { place, .. } in clusters {
        document += &format!(
            "\n[[clusters]]\nname = \"{}\"\ncertificateAuthorityData = \"{authority}\"\naccepts = [\"bound\", \"bearer\"]\n\
             endpoints = [{{ name = \"public\", server = \"{}\" }}]\n",
            place.name(),
            place.server(),
        );
    }
    let file = run.write("kubemint.toml", document)?;
    let output = Command::new(tools::product("kubectl-mint")?).args(["config", "build"]).arg(file).output()?;
    ensure!(output.status.success(), "config build: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}
