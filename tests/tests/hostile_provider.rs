//! Identity providers that misbehave, and the mint in real workerd that fetches from them.
#![allow(clippy::indexing_slicing, reason = "test code: a missing member ends the test there")]

use anyhow::{Context, Result};
use kubemint_tests::edge::{Edge, SignedIn};
use kubemint_tests::provider::Provider;
use kubemint_tests::stranger::Stranger;
use serde_json::{Value, json};
use std::time::UNIX_EPOCH;

/// Each way of tests/node/hostile-provider.mjs and what becomes of a sign-in there.
const WAYS: [(&str, &str); 13] = [
    ("honest", "none"),
    ("moved-document", "provider-unreachable"),
    ("moved-keys", "provider-unreachable"),
    ("other-issuer", "provider-malformed"),
    ("plain-keys", "provider-malformed"),
    ("link-local", "provider-malformed"),
    ("failing", "provider-unreachable"),
    ("long", "provider-unreachable"),
    ("endless", "provider-unreachable"),
    ("trickling", "provider-unreachable"),
    ("silent", "provider-unreachable"),
    ("doubled", "provider-malformed"),
    ("symmetric", "provider-malformed"),
];

#[test]
fn h64_a_provider_that_misbehaves_is_left_alone_and_no_other_suffers() -> Result<()> {
    let mut edge = Edge::start("hostile-provider", "ES256", &[])?;
    let mut node = Stranger::node(&edge.authority)?;
    let signer = node.key()?;
    let jwks = node.jwks(&[&signer])?;
    let hostile = Provider::hostile(&edge.run, &edge.authority, &jwks)?;
    let issuer = |way: &str| format!("{}/{way}", hostile.issuer());
    let providers: Vec<Value> = WAYS.iter().map(|(way, _)| entry(way, &issuer(way))).collect();
    edge.with_providers(&providers)?;

    for (way, reason) in WAYS {
        let signed_in = sign(&mut node, &signer, &issuer(way))?;
        let answer = edge.redeem(&mut node, &signed_in, edge.mint.issuer())?;
        assert_eq!(answer.reason(), reason, "{way}: {}", answer.body);
    }
    let asked = |way: &str, path: &str| {
        hostile.events("request").iter().filter(|event| event["way"] == way && event["path"] == path).count()
    };
    assert_eq!(asked("moved-document", "real"), 0, "a redirect was followed");
    assert_eq!(asked("honest", "jwks"), 1, "a redirect was followed, or keys were fetched twice");

    // It was asked once; until a pause is over it is not asked again, and an honest one still serves.
    let again = sign(&mut node, &signer, &issuer("failing"))?;
    assert_eq!(edge.redeem(&mut node, &again, edge.mint.issuer())?.reason(), "provider-unreachable");
    assert_eq!(asked("failing", "jwks"), 1);
    let honest = sign(&mut node, &signer, &issuer("honest"))?;
    edge.redeem(&mut node, &honest, edge.mint.issuer())?.token()?;
    Ok(())
}

/// Only the honest one's groups are mapped: the others never get as far.
fn entry(way: &str, issuer: &str) -> Value {
    let mut mappings = json!({ "username": { "claim": "sub", "prefix": format!("{way}:") } });
    if way == "honest" {
        mappings["groups"] = json!({ "claim": "groups", "prefix": "" });
    }
    json!({
        "alias": way,
        "clientID": "kubemint",
        "issuer": { "url": issuer, "audiences": ["kubemint"] },
        "scopes": ["openid"],
        "claimMappings": mappings,
    })
}

/// An ID token such as that provider would make, for a fresh key.
fn sign(node: &mut Stranger, signer: &Value, issuer: &str) -> Result<SignedIn> {
    let key = node.key()?;
    let commitment = node.ask("commitment", json!({ "key": key["private"] }))?;
    let now = UNIX_EPOCH.elapsed()?.as_secs();
    let header = json!({ "alg": "ES256", "kid": signer["thumbprint"] });
    let claims = json!({
        "iss": issuer, "aud": "kubemint", "sub": "alice", "groups": ["dev"],
        "iat": now, "exp": now + 600, "nonce": commitment["nonce"],
    });
    let id_token = node.sign(&header, &claims, signer)?;
    let salt = commitment["salt"].as_str().context("no salt")?.to_owned();
    Ok(SignedIn { key, id_token, salt })
}
