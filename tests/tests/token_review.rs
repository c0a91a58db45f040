//! kube-apiserver, our webhook, and tokens that neither we nor our libraries made.
#![allow(clippy::indexing_slicing, reason = "test code: a missing member ends the test there")]

use anyhow::{Result, anyhow};
use kubemint_tests::ca::Authority;
use kubemint_tests::cluster::{self, Authentication, Cluster};
use kubemint_tests::etcd::Etcd;
use kubemint_tests::kubectl::Person;
use kubemint_tests::publisher::Publisher;
use kubemint_tests::run::Run;
use kubemint_tests::stranger::Stranger;
use kubemint_tests::tools::Kubectl;
use kubemint_tests::webhook::{CEILING, Consent, Webhook};
use serde_json::{Value, json};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// One cluster for all tests of this file; each makes users and keys of its own.
struct Rig {
    run: Run,
    issuer: Publisher,
    signer: Value,
    cluster: Cluster,
    webhook: Webhook,
    _etcd: Etcd,
}

static RIG: LazyLock<Result<Mutex<Rig>>> = LazyLock::new(|| Rig::start().map(Mutex::new));

impl Rig {
    fn start() -> Result<Self> {
        let run = Run::new("token-review")?;
        let ca = Authority::new(&run, "ca")?;
        let mut stranger = Stranger::start()?;
        let signer = stranger.key()?;
        let issuer = Publisher::start(&run, &ca, "issuer", &stranger.jwks(&[&signer])?)?;
        let consent = Consent { issuer: issuer.issuer(), issuer_ca: ca.file(), cluster: "prod", also: CEILING };
        let webhook = Webhook::start(&run, "webhook", &consent)?;
        let etcd = Etcd::start(&run)?;
        let asked = Authentication::Webhook(cluster::Webhook::new(webhook.kubeconfig()));
        let cluster = Cluster::start(&run, &etcd, &ca, "prod", &asked)?;
        Ok(Self { run, issuer, signer, cluster, webhook, _etcd: etcd })
    }

    fn audience(&self, cluster: &str) -> String {
        format!("{}/clusters/{cluster}/bound", self.issuer.issuer())
    }

    /// A grant for a user made at random, and its holder's key.
    fn grant(&self, stranger: &mut Stranger, audience: &str, also: &Value) -> Result<(String, Value, Value)> {
        let (holder, user) = (stranger.key()?, stranger.user()?);
        let mut options = json!({ "user": user });
        options.as_object_mut().into_iter().zip(also.as_object()).for_each(|(all, more)| all.extend(more.clone()));
        let grant = stranger.grant(&self.signer, &holder, self.issuer.issuer(), audience, options)?;
        Ok((grant, holder, user))
    }

    fn whoami(&self, release: Kubectl, token: &str) -> Result<kubemint_tests::kubectl::Answer> {
        let person = Person::new(&self.run, "person")?.with(&self.run, &self.cluster.bearer(token))?;
        match release {
            Kubectl::Current | Kubectl::V1_32 => person.kubectl(release, &["auth", "whoami", "--output", "json"]),
            // It knows no whoami; who may not list is at least known by name.
            Kubectl::V1_20 => person.kubectl(release, &["get", "secrets"]),
        }
    }

    /// kubectl is told nothing but Unauthorized; the webhook's log says why.
    fn refuses(&self, token: &str, reason: &str) -> Result<()> {
        let answer = self.whoami(Kubectl::Current, token)?;
        assert!(answer.is_unauthorized(), "{reason}: {answer}");
        let said = self.webhook.said();
        let last = said.lines().next_back().unwrap_or_default();
        assert!(last.ends_with(&format!("refused reason=\"{reason}\"")), "not {reason}: {last}");
        Ok(())
    }
}

/// The token with the last of the six bits that one of its characters stands for turned over.
fn flip(token: &str, at: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = token.as_bytes().to_vec();
    let value = ALPHABET.iter().position(|one| *one == bytes[at]).unwrap_or_default();
    bytes[at] = ALPHABET[value ^ 1];
    String::from_utf8(bytes).unwrap_or_default()
}

fn rig() -> Result<MutexGuard<'static, Rig>> {
    let rig = RIG.as_ref().map_err(|error| anyhow!("{error:#}"))?;
    Ok(rig.lock().unwrap_or_else(PoisonError::into_inner))
}

#[test]
fn a_strangers_presentation_is_exactly_that_user() -> Result<()> {
    let rig = rig()?;
    let mut stranger = Stranger::start()?;
    let audience = rig.audience("prod");
    let (grant, holder, user) = rig.grant(&mut stranger, &audience, &json!({}))?;
    let username = user["username"].as_str().unwrap();
    for release in [Kubectl::Current, Kubectl::V1_32] {
        let token = stranger.present(&grant, &holder, &audience, json!({}))?;
        let said: Value = serde_json::from_str(&rig.whoami(release, &token)?.ok()?)?;
        let seen = &said["status"]["userInfo"];
        assert_eq!(seen["username"], user["username"]);
        let groups = user["groups"].as_array().unwrap().to_vec();
        let expected = [groups, vec![json!("system:authenticated")]].concat();
        assert_eq!(seen["groups"], json!(expected));
        let claims = stranger.ask("claims", json!({ "token": grant }))?;
        let id = format!("JTI={}", claims["jti"].as_str().unwrap());
        assert_eq!(seen["extra"]["authentication.kubernetes.io/credential-id"], json!([id]));
    }
    let token = stranger.present(&grant, &holder, &audience, json!({}))?;
    let answer = rig.whoami(Kubectl::V1_20, &token)?;
    assert!(answer.is_forbidden() && answer.stderr.contains(username), "{answer}");
    Ok(())
}

#[test]
fn one_flipped_bit_in_any_part_is_nobody() -> Result<()> {
    let rig = rig()?;
    let mut stranger = Stranger::start()?;
    let audience = rig.audience("prod");
    let (grant, holder, _) = rig.grant(&mut stranger, &audience, &json!({}))?;
    let token = stranger.present(&grant, &holder, &audience, json!({}))?;
    rig.whoami(Kubectl::Current, &token)?.ok()?;
    let mut start = 0;
    let reasons = ["header-malformed", "signature-wrong", "signature-wrong"];
    let bound = ["header-malformed", "audience-wrong", "binding-signature-wrong"];
    for (part, reason) in token.split(['.', '~']).zip(reasons.into_iter().chain(bound)) {
        // In the middle, where every bit of the character counts.
        rig.refuses(&flip(&token, start + part.len() / 2), reason)?;
        start += part.len() + 1;
    }
    Ok(())
}

#[test]
fn h38_h42_h43_what_is_no_fresh_presentation_for_this_cluster_is_nobody() -> Result<()> {
    let rig = rig()?;
    let mut stranger = Stranger::start()?;
    let (audience, neighbour) = (rig.audience("prod"), rig.audience("staging"));
    let (grant, holder, _) = rig.grant(&mut stranger, &audience, &json!({}))?;
    rig.refuses(&grant, "binding-missing")?;
    rig.refuses(grant.trim_end_matches('~'), "not-accepted")?;
    let old = stranger.present(&grant, &holder, &audience, json!({ "iat_offset": -3600 }))?;
    rig.refuses(&old, "binding-stale")?;
    let early = stranger.present(&grant, &holder, &audience, json!({ "iat_offset": 120 }))?;
    rig.refuses(&early, "binding-early")?;
    let elsewhere = stranger.present(&grant, &holder, &neighbour, json!({}))?;
    rig.refuses(&elsewhere, "audience-wrong")?;

    let (grant, holder, _) = rig.grant(&mut stranger, &neighbour, &json!({}))?;
    let token = stranger.present(&grant, &holder, &neighbour, json!({}))?;
    rig.refuses(&token, "audience-wrong")
}

#[test]
fn h34_h85_no_signature_makes_more_than_the_ceiling_allows() -> Result<()> {
    let rig = rig()?;
    let mut stranger = Stranger::start()?;
    let audience = rig.audience("prod");
    for (claims, reason) in [
        (json!({ "groups": ["system:masters"] }), "system-name"),
        (json!({ "groups": ["dev-a", "system:masters"] }), "system-name"),
        (json!({ "username": "system:admin" }), "system-name"),
        (json!({ "groups": ["sre"] }), "above-ceiling"),
        (json!({ "username": "alice@example.org" }), "above-ceiling"),
    ] {
        let (grant, holder, _) = rig.grant(&mut stranger, &audience, &json!({ "claims": claims }))?;
        let token = stranger.present(&grant, &holder, &audience, json!({}))?;
        rig.refuses(&token, reason)?;
    }
    let (grant, holder, _) = rig.grant(&mut stranger, &audience, &json!({ "life": 13 * 3600 }))?;
    let token = stranger.present(&grant, &holder, &audience, json!({}))?;
    rig.refuses(&token, "above-ceiling")
}

#[test]
fn another_key_than_the_issuers_or_the_holders_is_nobody() -> Result<()> {
    let rig = rig()?;
    let mut stranger = Stranger::start()?;
    let audience = rig.audience("prod");
    let thief = stranger.key()?;
    let (grant, _, user) = rig.grant(&mut stranger, &audience, &json!({}))?;
    let token = stranger.present(&grant, &thief, &audience, json!({}))?;
    rig.refuses(&token, "binding-signature-wrong")?;
    let forged = stranger.grant(&thief, &thief, rig.issuer.issuer(), &audience, json!({ "user": user }))?;
    let token = stranger.present(&forged, &thief, &audience, json!({}))?;
    rig.refuses(&token, "key-unknown")
}
