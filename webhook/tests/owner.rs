//! The cluster owner's own word, changed under a running webhook: deny file, ceiling, certificate, clients.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs;

use serde_json::json;
use support::{
    client::{Client, Http},
    mint::Mint,
    tokens::{self, key},
    until,
    webhook::{self, CEILING, Webhook},
};

const DENY: &str = "[revocations]\ndeny = \"deny\"\n";

/// A webhook with an empty deny file.
fn pair() -> (Mint, Webhook) {
    let mint = Mint::start(&[&key(1)]);
    let mut webhook = Webhook::init();
    fs::write(webhook.path("deny"), "").unwrap();
    webhook.configure(&mint, &format!("{CEILING}{DENY}"));
    webhook.resume();
    webhook.wait_ready();
    (mint, webhook)
}

fn admits(webhook: &Webhook, mint: &Mint) -> bool {
    let token = tokens::alice(&mint.issuer, &key(1));
    let answer = webhook.client().review(Http::Two, tokens::review("v1", &token).to_string());
    let status = &answer.json()["status"];
    assert!(status.get("error").is_none(), "{status}");
    status["authenticated"] == true
}

fn until_admits(webhook: &Webhook, mint: &Mint, wanted: bool) {
    until("another verdict", || (admits(webhook, mint) == wanted).then_some(()));
}

fn readiness(webhook: &Webhook) -> (u16, String) {
    let answer = webhook.client().get("/readyz").unwrap();
    (answer.status, answer.body)
}

#[test]
fn each_kind_of_denial_holds_for_remembered_grants_and_ends_with_its_line() {
    let (mint, webhook) = pair();
    until_admits(&webhook, &mint, true);
    let thumbprint = key(77).public().thumbprint();
    for line in
        ["jti ZXhhbXBsZS1qdGktMDAwMQ", "sid ZXhhbXBsZS1zaWQtMDAwMQ", "sub corp:alice", &format!("jkt {thumbprint}")]
    {
        fs::write(webhook.path("deny"), format!("# break glass\n{line}\n")).unwrap();
        until_admits(&webhook, &mint, false);
        fs::write(webhook.path("deny"), "sub corp:bob\n").unwrap();
        until_admits(&webhook, &mint, true);
    }
}

#[test]
fn a_bad_line_turns_readiness_red_and_the_others_apply() {
    let (mint, webhook) = pair();
    fs::write(webhook.path("deny"), "subject corp:bob\nsub corp:alice\n").unwrap();
    until_admits(&webhook, &mint, false);
    let (status, problems) = until("red", || Some(readiness(&webhook)).filter(|(status, _)| *status == 503));
    assert_eq!(status, 503);
    assert!(problems.contains("line 1") && !problems.contains("bob"), "{problems}");
    assert!(webhook.client().get("/metrics").unwrap().body.contains("kubemint_webhook_deny_broken 1"));
    fs::write(webhook.path("deny"), "sub corp:alice\n").unwrap();
    webhook.wait_ready();
    assert!(!admits(&webhook, &mint));
}

#[test]
fn a_lost_deny_file_keeps_the_last_list() {
    let (mint, webhook) = pair();
    fs::write(webhook.path("deny"), "sub corp:alice\n").unwrap();
    until_admits(&webhook, &mint, false);
    fs::remove_file(webhook.path("deny")).unwrap();
    until("red", || Some(readiness(&webhook)).filter(|(status, _)| *status == 503));
    assert!(!admits(&webhook, &mint));
}

#[test]
fn a_deny_file_is_in_force_before_the_first_answer() {
    let (mint, mut webhook) = pair();
    until_admits(&webhook, &mint, true);
    webhook.stop();
    fs::write(webhook.path("deny"), "sub corp:alice\n").unwrap();
    webhook.resume();
    assert!(!admits(&webhook, &mint));
}

#[test]
fn sighup_lowers_the_ceiling_for_remembered_grants_too() {
    let (mint, webhook) = pair();
    assert!(admits(&webhook, &mint));
    webhook.configure(&mint, &CEILING.replace("example.com", "example.org"));
    assert!(admits(&webhook, &mint), "not before it is told");
    webhook.signal("-HUP");
    until_admits(&webhook, &mint, false);
    webhook.configure(&mint, CEILING);
    webhook.signal("-HUP");
    until_admits(&webhook, &mint, true);
}

#[test]
fn a_bad_reload_changes_nothing_and_says_so() {
    let (mint, webhook) = pair();
    let good = fs::read_to_string(webhook.path("webhook.toml")).unwrap();
    let refused = |text: &str, why: &str| {
        fs::write(webhook.path("webhook.toml"), text).unwrap();
        webhook.signal("-HUP");
        until("refused", || readiness(&webhook).1.contains(why).then_some(()));
        assert!(admits(&webhook, &mint));
    };
    refused(&good.replace("*@example.com\"]", "*@example.org\"]\nunknown = 1"), "unknown field `unknown`");
    refused(good.split_once("[ceiling]").unwrap().0, "ceiling");
    refused(&good.replace("tls.key", "missing.key"), "missing.key cannot be read");
    refused(&good.replace("\"state\"", "\"elsewhere\""), "a change of state needs a restart");
    refused(&good.replace(&mint.issuer, "https://other.example"), "a change of issuer needs a restart");
    fs::write(webhook.path("webhook.toml"), &good).unwrap();
    webhook.signal("-HUP");
    webhook.wait_ready();
}

#[test]
fn sighup_takes_a_new_certificate_for_new_connections() {
    let (mint, webhook) = pair();
    let old = webhook.client();
    let other = Webhook::init();
    for file in ["tls.crt", "tls.key"] {
        fs::copy(other.path(file), webhook.path(file)).unwrap();
    }
    assert!(old.get("/healthz").is_ok(), "not before it is told");
    webhook.signal("-HUP");
    until("the old authority fails", || old.get("/healthz").is_err().then_some(()));
    let new = Client::new(webhook.address(), &other.authority());
    let token = tokens::alice(&mint.issuer, &key(1));
    assert_eq!(new.review(Http::Two, tokens::review("v1", &token).to_string()).json()["status"]["authenticated"], true);
}

#[test]
fn bearers_only_where_the_owner_says_so() {
    let (mint, webhook) = pair();
    let now = tokens::now();
    let bearer = kubemint_core::bearer::Bearer {
        issuer: mint.issuer.clone(),
        audience: format!("{}/clusters/prod", mint.issuer),
        issued_at: now,
        expires_at: now.plus(kubemint_core::time::Seconds::minutes(15)),
        id: "ZXhhbXBsZS1qdGktMDAwMQ".into(),
        subject: "corp:alice".into(),
        username: "alice@example.com".into(),
        groups: vec![],
        session_id: "ZXhhbXBsZS1zaWQtMDAwMQ".into(),
        client_id: "kubemint".into(),
    };
    let input = bearer.signing_input(&key(1).public().thumbprint());
    let signature = key(1).sign(input.bytes());
    let body = tokens::review("v1", &input.attach(&signature)).to_string();
    let ask = || webhook.client().review(Http::One, body.clone()).json()["status"].clone();
    assert_eq!(ask(), json!({ "authenticated": false }));
    webhook.configure(&mint, &format!("accept = [\"bound\", \"bearer\"]\n{CEILING}"));
    webhook.signal("-HUP");
    until("accepted", || (ask()["authenticated"] == true).then_some(()));
}

#[test]
fn clients_must_show_a_certificate_where_an_authority_is_set() {
    let mint = Mint::start(&[&key(1)]);
    let mut webhook = Webhook::init_mutual();
    webhook.configure(&mint, CEILING);
    webhook.resume();
    let kubeconfig = webhook.path("kubeconfig");
    let user = |member: &str| webhook::pem(&kubeconfig, &format!("/users/0/user/{member}"));
    let known = webhook.client().with_identity(&user("client-certificate-data"), &user("client-key-data"));
    until("ready", || known.get("/readyz").ok().filter(|answer| answer.status == 200));
    let token = tokens::alice(&mint.issuer, &key(1));
    assert_eq!(
        known.review(Http::Two, tokens::review("v1", &token).to_string()).json()["status"]["authenticated"],
        true
    );

    webhook.client().get("/healthz").expect_err("no certificate");
    let stranger = Webhook::init_mutual();
    let user = |member: &str| webhook::pem(&stranger.path("kubeconfig"), &format!("/users/0/user/{member}"));
    let stranger = webhook.client().with_identity(&user("client-certificate-data"), &user("client-key-data"));
    stranger.get("/healthz").expect_err("another authority's certificate");
    let read = |name: &str| fs::read_to_string(webhook.path(name)).unwrap();
    let server = webhook.client().with_identity(&read("tls.crt"), &read("tls.key"));
    server.get("/healthz").expect_err("the serving certificate is no client's");
}
