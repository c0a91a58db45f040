//! Where the mint's keys come from, how they are kept, and what never replaces them.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs;

use kubemint_core::jwk::SecretKey;
use serde_json::{Value, json};
use support::{
    client::Http,
    mint::Mint,
    tokens::{self, key},
    until,
    webhook::{CEILING, Webhook},
};

const JWKS: &str = "/jwks.json";

fn status(webhook: &Webhook, mint: &Mint, signer: &SecretKey) -> Value {
    let token = tokens::alice(&mint.issuer, signer);
    webhook.client().review(Http::Two, tokens::review("v1", &token).to_string()).json()["status"].clone()
}

fn admits(webhook: &Webhook, mint: &Mint, signer: &SecretKey) -> bool {
    status(webhook, mint, signer)["authenticated"] == true
}

/// What the last fetch ended with, as the metrics count it.
fn fetches(webhook: &Webhook, outcome: &str) -> u32 {
    let metrics = webhook.client().get("/metrics").unwrap().body;
    let name = format!("kubemint_webhook_key_fetches_total{{outcome=\"{outcome}\"}} ");
    metrics.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
}

/// Makes the webhook fetch and waits until it has.
fn refetch(webhook: &Webhook, outcome: &str) {
    let before = fetches(webhook, outcome);
    webhook.signal("-HUP");
    until("a fetch", || (fetches(webhook, outcome) > before).then_some(()));
}

#[test]
fn starts_from_disk_with_the_mint_dead() {
    let mint = Mint::start(&[&key(1)]);
    let mut webhook = Webhook::start(&mint);
    assert!(admits(&webhook, &mint, &key(1)));
    webhook.stop();
    mint.die();
    webhook.resume();
    webhook.wait_ready();
    assert!(admits(&webhook, &mint, &key(1)));
    until("a failed fetch", || (fetches(&webhook, "failed") > 0).then_some(()));
    assert!(admits(&webhook, &mint, &key(1)), "a failed fetch changes nothing");
}

#[test]
fn without_keys_it_answers_and_is_not_ready() {
    let mint = Mint::start(&[&key(1)]);
    mint.die();
    let mut webhook = Webhook::init();
    webhook.configure(&mint, CEILING);
    webhook.resume();
    let ready = webhook.client().get("/readyz").unwrap();
    assert_eq!((ready.status, ready.body.as_str()), (503, "no keys of the mint yet\n"));
    assert_eq!(webhook.client().get("/healthz").unwrap().status, 200);
    assert_eq!(status(&webhook, &mint, &key(1)), json!({ "authenticated": false, "error": "key-unknown" }));
    mint.publish(&[&key(1)]);
    webhook.wait_ready();
    assert!(admits(&webhook, &mint, &key(1)), "found by itself once the mint is there");
}

#[test]
fn rotation_needs_no_restart_and_a_removed_key_dies() {
    let mint = Mint::start(&[&key(1)]);
    let webhook = Webhook::start(&mint);
    assert!(admits(&webhook, &mint, &key(1)));
    mint.publish(&[&key(1), &key(2)]);
    refetch(&webhook, "ok");
    assert!(admits(&webhook, &mint, &key(1)) && admits(&webhook, &mint, &key(2)));
    mint.publish(&[&key(2)]);
    refetch(&webhook, "ok");
    assert!(admits(&webhook, &mint, &key(2)));
    // Remembered or not: what the removed key signed is over.
    assert_eq!(status(&webhook, &mint, &key(1)), json!({ "authenticated": false, "error": "key-unknown" }));
}

#[test]
fn unknown_keys_are_answered_at_once_and_fetched_for_once() {
    let mint = Mint::start(&[&key(1)]);
    let webhook = Webhook::start(&mint);
    let asked = mint.asked(JWKS);
    assert_eq!(asked, 1);
    for seed in 2..100 {
        assert_eq!(status(&webhook, &mint, &key(seed))["error"], "key-unknown");
    }
    assert_eq!(mint.asked(JWKS), asked, "not within thirty seconds of the last fetch");
}

#[test]
fn h64_a_bad_set_never_replaces_a_good_one() {
    let mint = Mint::start(&[&key(1)]);
    let webhook = Webhook::start(&mint);
    let kept = fs::read_to_string(webhook.path("state/keys.json")).unwrap();
    let good = key(2).public().jwk();
    let with = |extra: &str| good.replacen('{', &format!("{{{extra},"), 1);
    let answer = |headers: &str, body: &str| mint.answer(JWKS, "200 OK", headers, body);
    let doubled = format!("{{\"keys\":[{0},{0}]}}", with("\"kid\":\"a\""));
    let private = format!("{{\"keys\":[{}]}}", *key(2).reveal_jwk());
    let symmetric = "{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\",\"kid\":\"a\"}]}".to_owned();
    let large = format!("{{\"keys\":[{}],\"x\":\"{}\"}}", with("\"kid\":\"a\""), "a".repeat(10 << 20));
    for body in [&doubled, &private, &symmetric, &large, "{\"keys\":[]}", "{}", "", "<html>"] {
        answer("", body);
        refetch(&webhook, "failed");
        assert!(admits(&webhook, &mint, &key(1)), "{}", &body[..body.len().min(80)]);
    }
    mint.answer(JWKS, "500 Internal Server Error", "", "{}");
    refetch(&webhook, "failed");
    let elsewhere = Mint::start(&[&key(2)]);
    mint.answer(JWKS, "302 Found", &format!("Location: {}{JWKS}\r\n", elsewhere.issuer), "");
    refetch(&webhook, "failed");
    assert_eq!(elsewhere.asked(JWKS), 0, "no redirect is followed");
    for (issuer, jwks_uri) in [
        (mint.issuer.clone(), format!("{}{JWKS}", elsewhere.issuer)),
        (mint.issuer.clone(), mint.issuer.replace("https", "http") + JWKS),
        (mint.issuer.clone(), "https://169.254.169.254/latest".into()),
        (elsewhere.issuer.clone(), format!("{}{JWKS}", mint.issuer)),
        (format!("{}/", mint.issuer), format!("{}{JWKS}", mint.issuer)),
    ] {
        mint.publish(&[&key(2)]);
        mint.answer_discovery(&issuer, &jwks_uri);
        refetch(&webhook, "failed");
    }
    assert_eq!(elsewhere.asked(JWKS), 0, "no other origin is asked");
    assert!(admits(&webhook, &mint, &key(1)) && !admits(&webhook, &mint, &key(2)));
    assert_eq!(fs::read_to_string(webhook.path("state/keys.json")).unwrap(), kept);
}

#[test]
fn a_mint_of_another_authority_is_not_believed() {
    let mint = Mint::start(&[&key(1)]);
    let impostor = Mint::start(&[&key(2)]);
    let mut webhook = Webhook::init();
    webhook.configure(&mint, CEILING);
    fs::write(webhook.path("mint-ca.crt"), &impostor.ca).unwrap();
    webhook.resume();
    until("a failed fetch", || (fetches(&webhook, "failed") > 0).then_some(()));
    assert_eq!(mint.asked(JWKS), 0);
    assert_eq!(webhook.client().get("/readyz").unwrap().status, 503);
}

#[test]
fn a_spoilt_or_foreign_state_is_no_state() {
    let mint = Mint::start(&[&key(1)]);
    let mut webhook = Webhook::start(&mint);
    webhook.stop();
    let state = fs::read_to_string(webhook.path("state/keys.json")).unwrap();
    mint.die();
    for spoilt in
        [state.replace(&mint.issuer, "https://other.example"), state[..state.len() - 9].to_owned(), String::new()]
    {
        fs::write(webhook.path("state/keys.json"), spoilt).unwrap();
        webhook.resume();
        assert_eq!(webhook.client().get("/readyz").unwrap().status, 503);
        assert!(!admits(&webhook, &mint, &key(1)));
        webhook.stop();
    }
}
