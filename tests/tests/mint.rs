//! The mint as wasm in real workerd: the certified provider's own pages, then sessions and grants that strangers read.
#![allow(clippy::indexing_slicing, reason = "test code: a missing member ends the test there")]

use anyhow::Result;
use kubemint_tests::edge::{ACCESS_TOKEN, Edge, timed};
use kubemint_tests::stranger::Stranger;
use serde_json::{Value, json};

#[test]
fn a_sign_in_becomes_a_session_and_a_grant_that_strangers_read() -> Result<()> {
    for algorithm in ["ES256", "RS256"] {
        let edge = Edge::start("mint", algorithm, &[])?;
        let mut node = Stranger::node(&edge.authority)?;
        let issuer = edge.mint.issuer().to_owned();
        let jwks = node.ask("discovery", json!({ "issuer": issuer }))?["jwks"].clone();

        let (alice, session) = edge.session(&mut node, "alice")?;
        let presentation = edge.present(&mut node, &alice, &session)?;
        let form = [
            ("subject_token", presentation.as_str()),
            ("subject_token_type", ACCESS_TOKEN),
            ("resource", &edge.cluster("prod")),
        ];
        let grant = edge.token(&form, None)?.token()?;

        for stranger in [&mut node, &mut Stranger::start()?] {
            let read = stranger.verify(&session, &jwks, &issuer, &format!("{issuer}/bound"))?["claims"].clone();
            assert_eq!((&read["sub"], &read["username"]), (&json!("corp:alice"), &json!("alice@example.com")));
            assert_eq!(read["groups"], json!(["sre", "dev"]));
            let audience = format!("{}/bound", edge.cluster("prod"));
            let presented = stranger.present(&grant, &alice.key, &audience, json!({}))?;
            let child = stranger.verify(&presented, &jwks, &issuer, &audience)?["claims"].clone();
            assert_eq!(child["groups"], json!(["dev-read", "sre"]));
            assert_eq!(child["cnf"]["jwk"], alice.key["public"]);
            for same in ["sid", "session_iat", "auth_time", "sub", "username"] {
                assert_eq!(child[same], read[same], "{same}");
            }
            assert!(child["exp"].as_u64() <= read["exp"].as_u64());
        }
        assert_eq!(edge.provider.visits(), 1, "one visit to the provider serves both");
    }
    Ok(())
}

#[test]
fn h60_what_is_no_sign_in_and_no_session_is_refused() -> Result<()> {
    let edge = Edge::start("mint", "ES256", &[])?;
    let mut node = Stranger::node(&edge.authority)?;
    let (alice, session) = edge.session(&mut node, "alice")?;
    let (issuer, prod) = (edge.mint.issuer().to_owned(), edge.cluster("prod"));
    let exchange = |token: &str, resource: &str| {
        edge.token(&[("subject_token", token), ("subject_token_type", ACCESS_TOKEN), ("resource", resource)], None)
    };

    // A grant, a session without its holder's signature, a presentation made for a cluster.
    let presentation = edge.present(&mut node, &alice, &session)?;
    let grant = exchange(&presentation, &prod)?.token()?;
    for bare in [&grant, &session] {
        assert_eq!(exchange(bare, &prod)?.reason(), "binding-missing");
    }
    let elsewhere = node.present(&grant, &alice.key, &format!("{prod}/bound"), json!({}))?;
    assert_eq!(exchange(&elsewhere, &prod)?.reason(), "audience-wrong");
    assert_eq!(exchange(&presentation, &issuer)?.reason(), "session-chained");

    // The same ID token with a thief's key: its nonce commits to another.
    let mut stolen = edge.sign_in(&mut node, "alice")?;
    stolen.key = node.key()?;
    assert_eq!(edge.redeem(&mut node, &stolen, &issuer)?.reason(), "nonce-wrong");

    // An ID token that the same provider made for somebody else's client.
    let commitment = node.ask("commitment", json!({ "key": alice.key["private"] }))?;
    let ask = json!({ "provider": edge.provider.issuer(), "user": "alice", "client": "somebody-else", "nonce": commitment["nonce"] });
    let mut foreign = edge.sign_in(&mut node, "alice")?;
    (foreign.id_token, foreign.salt) = (text(&node.ask("sign_in", ask)?["id_token"]), text(&commitment["salt"]));
    foreign.key = alice.key.clone();
    assert_eq!(edge.redeem(&mut node, &foreign, &issuer)?.reason(), "audience-wrong");
    Ok(())
}

#[test]
fn h88_a_captured_exchange_serves_no_other_purpose() -> Result<()> {
    let edge = Edge::start("mint", "ES256", &[])?;
    let mut node = Stranger::node(&edge.authority)?;
    let alice = edge.sign_in(&mut node, "alice")?;
    let (issuer, prod) = (edge.mint.issuer().to_owned(), edge.cluster("prod"));
    let proof = edge.proof(&mut node, &alice.key, &json!({ "resource": issuer }), json!({}))?;
    edge.token(&alice.form(&issuer), Some(&proof))?.token()?;

    let other = edge.token(&alice.form(&prod), Some(&proof))?;
    assert_eq!((other.status, other.reason()), (400, "proof-wrong"));
    let typed = [&alice.form(&issuer)[..], &[("requested_token_type", ACCESS_TOKEN)]].concat();
    assert!(edge.token(&typed, Some(&proof))?.token().is_err());
    let stale = edge.proof(&mut node, &alice.key, &json!({ "resource": issuer }), json!({ "iat_offset": -61 }))?;
    assert_eq!(edge.token(&alice.form(&issuer), Some(&stale))?.reason(), "proof-stale");
    assert_eq!(edge.token(&alice.form(&issuer), None)?.reason(), "proof-missing");
    let twice = format!("{proof}, {proof}");
    assert_eq!(edge.token(&alice.form(&issuer), Some(&twice))?.reason(), "proof-missing");
    Ok(())
}

#[test]
fn h87_a_bearer_takes_the_key_itself_and_a_stranger_verifies_it() -> Result<()> {
    let edge = Edge::start("mint", "ES256", &[])?;
    let mut node = Stranger::node(&edge.authority)?;
    let (alice, session) = edge.session(&mut node, "alice")?;
    let presentation = edge.present(&mut node, &alice, &session)?;
    let staging = edge.cluster("staging");
    let form = [
        ("subject_token", presentation.as_str()),
        ("subject_token_type", ACCESS_TOKEN),
        ("requested_token_type", ACCESS_TOKEN),
        ("resource", &staging),
    ];
    let claims = json!({ "resource": staging, "requested_token_type": ACCESS_TOKEN });
    assert_eq!(edge.token(&form, None)?.reason(), "proof-missing");
    let bare = edge.proof(&mut node, &alice.key, &claims, json!({}))?;
    assert_eq!(edge.token(&form, Some(&bare))?.reason(), "proof-wrong");
    let thief = node.key()?;
    let others = edge.proof(&mut node, &thief, &claims, json!({ "token": presentation }))?;
    assert_eq!(edge.token(&form, Some(&others))?.reason(), "proof-wrong");

    let proof = edge.proof(&mut node, &alice.key, &claims, json!({ "token": presentation }))?;
    let bearer = edge.token(&form, Some(&proof))?.token()?;
    let ask = json!({ "token": bearer, "issuer": edge.mint.issuer(), "audience": staging });
    let read = node.ask("bearer", ask)?["claims"].clone();
    assert_eq!(read["username"], "alice@example.com");
    assert!(read.get("cnf").is_none());
    assert_eq!(edge.token(&form, Some(&proof))?.reason(), "proof-replayed");
    Ok(())
}

#[test]
fn h33_h63_nobody_is_more_than_the_provider_may_say() -> Result<()> {
    let edge = Edge::start("mint", "ES256", &[])?;
    let mut node = Stranger::node(&edge.authority)?;
    for (user, reason) in [
        ("mallory", "system-name"),
        ("eve", "email-unverified"),
        ("trent", "groups-refused"),
        ("carol", "access-denied"),
    ] {
        let signed_in = edge.sign_in(&mut node, user)?;
        assert_eq!(edge.redeem(&mut node, &signed_in, edge.mint.issuer())?.reason(), reason, "{user}");
    }
    Ok(())
}

#[test]
fn a_rotation_is_one_new_secret_and_ends_no_session() -> Result<()> {
    let mut edge = Edge::start("mint", "ES256", &[])?;
    let mut node = Stranger::node(&edge.authority)?;
    let (old, new) = (node.key()?, node.key()?);
    edge.rekey(json!([timed(&old, -86_400, 86_400), timed(&new, 3_600, 86_400)]))?;
    let (alice, session) = edge.session(&mut node, "alice")?;
    assert_eq!(edge.document("/jwks.json")?["keys"].as_array().map(Vec::len), Some(2), "published ahead");

    edge.rekey(json!([timed(&old, -86_400, 86_400), timed(&new, -1, 86_400)]))?;
    let presentation = edge.present(&mut node, &alice, &session)?;
    let prod = edge.cluster("prod");
    let form = [("subject_token", presentation.as_str()), ("subject_token_type", ACCESS_TOKEN), ("resource", &prod)];
    let grant = edge.token(&form, None)?.token()?;
    assert_eq!(key_id(&session), text(&old["thumbprint"]));
    assert_eq!(key_id(&grant), text(&new["thumbprint"]));
    Ok(())
}

fn key_id(token: &str) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let header = Base64UrlUnpadded::decode_vec(token.split('.').next().unwrap_or_default()).unwrap_or_default();
    text(&serde_json::from_slice::<Value>(&header).unwrap_or_default()["kid"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
