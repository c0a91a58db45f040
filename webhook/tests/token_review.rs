//! TokenReviews put to the real binary, as kube-apiserver puts them and as it never would.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

mod support;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use kubemint_core::time::Seconds;
use serde_json::{Value, json};
use support::{
    client::{Answer, Http},
    mint::Mint,
    tokens,
    webhook::Webhook,
};

/// A mint with key 1, and a webhook that knows it.
fn pair() -> (Mint, Webhook) {
    let mint = Mint::start(&[&tokens::key(1)]);
    let webhook = Webhook::start(&mint);
    (mint, webhook)
}

fn ask(webhook: &Webhook, token: &str) -> Value {
    let answer = webhook.client().review(Http::Two, tokens::review("v1", token).to_string());
    assert_eq!(answer.status, 200);
    answer.json()["status"].clone()
}

#[test]
fn admits_the_user_in_both_versions_over_both_protocols() {
    let (mint, webhook) = pair();
    for http in [Http::One, Http::Two] {
        for version in ["v1", "v1beta1"] {
            let token = tokens::alice(&mint.issuer, &tokens::key(1));
            let answer = webhook.client().review(http, tokens::review(version, &token).to_string());
            assert_eq!(answer.status, 200);
            assert_eq!(answer.headers["content-type"], "application/json");
            let review = answer.json();
            assert_eq!(review["apiVersion"], format!("authentication.k8s.io/{version}"));
            assert_eq!(review["kind"], "TokenReview");
            assert_eq!(review["status"]["authenticated"], true);
            assert_eq!(review["status"]["user"]["username"], "alice@example.com");
            assert_eq!(review["status"]["user"]["groups"], json!(["dev-shop"]));
            let id = &review["status"]["user"]["extra"]["authentication.kubernetes.io/credential-id"];
            assert_eq!(*id, json!(["JTI=ZXhhbXBsZS1qdGktMDAwMQ"]));
        }
    }
}

#[test]
fn a_remembered_grant_is_still_judged_each_time() {
    let (mint, webhook) = pair();
    let (holder, mint_key) = (tokens::key(77), tokens::key(1));
    let grant = tokens::grant(&mint.issuer, &holder);
    let text = tokens::sign(&grant, &mint_key);
    for _ in 0..3 {
        assert_eq!(ask(&webhook, &tokens::present(&text, &grant.audience, &holder))["authenticated"], true);
    }
    assert_eq!(
        ask(&webhook, &tokens::present(&text, &grant.audience, &tokens::key(78))),
        json!({ "authenticated": false })
    );
}

#[test]
fn h38_a_grant_without_its_holders_signature_opens_nothing() {
    let (mint, webhook) = pair();
    let (holder, mint_key) = (tokens::key(77), tokens::key(1));
    let grant = tokens::grant(&mint.issuer, &holder);
    let text = tokens::sign(&grant, &mint_key);
    assert_eq!(ask(&webhook, &tokens::present(&text, &grant.audience, &holder))["authenticated"], true);
    for bare in [text.as_str(), text.trim_end_matches('~')] {
        assert_eq!(ask(&webhook, bare), json!({ "authenticated": false }));
    }
}

#[test]
fn h85_a_mint_that_signs_beyond_the_ceiling_is_refused() {
    let (mint, webhook) = pair();
    let holder = tokens::key(77);
    let good = tokens::grant(&mint.issuer, &holder);
    let mut cases = vec![good.clone(); 5];
    cases[0].username = "root@evil.example".into();
    cases[1].groups.push("sre".into());
    cases[2].groups.push("system:masters".into());
    cases[3].username = "system:admin".into();
    cases[4].expires_at = good.issued_at.plus(Seconds::hours(13));
    for grant in cases {
        let token = tokens::present(&tokens::sign(&grant, &tokens::key(1)), &grant.audience, &holder);
        assert_eq!(ask(&webhook, &token), json!({ "authenticated": false }), "{grant:?}");
    }
}

#[test]
fn h42_a_grant_for_the_neighbour_cluster_is_refused() {
    let (mint, webhook) = pair();
    let holder = tokens::key(77);
    let mut grant = tokens::grant(&mint.issuer, &holder);
    grant.audience = format!("{}/clusters/dev/bound", mint.issuer);
    let token = tokens::present(&tokens::sign(&grant, &tokens::key(1)), &grant.audience, &holder);
    assert_eq!(ask(&webhook, &token), json!({ "authenticated": false }));
}

#[test]
fn one_flipped_character_anywhere_is_refused() {
    let (mint, webhook) = pair();
    let token = tokens::alice(&mint.issuer, &tokens::key(1));
    for at in (0..token.len()).step_by(37) {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        assert_ne!(ask(&webhook, std::str::from_utf8(&bytes).unwrap())["authenticated"], true, "at {at}");
    }
    assert_eq!(ask(&webhook, &token)["authenticated"], true);
}

fn post(webhook: &Webhook, http: Http, kind: &str, body: impl Into<Bytes>) -> Answer {
    let request = Request::post("https://localhost/authenticate").header("content-type", kind);
    webhook.client().send(http, request.body(Full::new(body.into())).unwrap()).unwrap()
}

/// Nothing that is no TokenReview gets a verdict, and nothing invites kube-apiserver to try again.
fn assert_turned_away(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(!answer.headers.contains_key("retry-after"));
    assert!(!answer.body.contains("authenticated"));
}

#[test]
fn h66_bodies_that_are_no_review() {
    let (mint, webhook) = pair();
    let good = tokens::review("v1", &tokens::alice(&mint.issuer, &tokens::key(1))).to_string();
    for (what, body) in [
        ("unknown version", good.replace("io/v1", "io/v2")),
        ("another group", good.replace("authentication.k8s.io", "example.com")),
        ("another kind", good.replace("TokenReview", "SubjectAccessReview")),
        ("no spec", good.replace("\"spec\"", "\"special\"")),
        (
            "null token",
            json!({ "kind": "TokenReview", "apiVersion": "authentication.k8s.io/v1", "spec": { "token": null } })
                .to_string(),
        ),
        ("a doubled member", good.replacen("{\"token\":", "{\"token\":\"x\",\"token\":", 1)),
        ("a member doubled by escapes", good.replacen("{\"token\":", "{\"tok\\u0065n\":\"x\",\"token\":", 1)),
        ("a doubled spec", good.replacen("\"spec\":", "\"spec\":{},\"spec\":", 1)),
        ("trailing bytes", format!("{good}x")),
        ("cut", good[..good.len() - 1].to_owned()),
        ("a byte order mark", format!("\u{feff}{good}")),
        ("depth", "[".repeat(30_000)),
        ("empty", String::new()),
    ] {
        for http in [Http::One, Http::Two] {
            let answer = post(&webhook, http, "application/json", body.clone());
            assert_eq!((answer.status, what), (400, what), "{}", answer.body);
            assert_turned_away(&answer, 400);
        }
    }
    assert_turned_away(&post(&webhook, Http::One, "application/json", &b"\xff\xfe{}"[..]), 400);
    assert_eq!(
        post(&webhook, Http::One, "application/json; charset=utf-8", good).json()["status"]["authenticated"],
        true
    );
}

#[test]
fn h66_tokens_of_other_systems_get_a_plain_no() {
    let (_mint, webhook) = pair();
    let service_account = format!("eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.{}.{}", "e".repeat(800), "s".repeat(342));
    let long = "a".repeat(60_000);
    for token in ["", "abc", "abcdef.0123456789abcdef", &service_account, &long, "...", "~", ".~.", "a.b.c~d.e.f"] {
        let status = ask(&webhook, token);
        assert_eq!(status, json!({ "authenticated": false }), "{}", &token[..token.len().min(60)]);
    }
    let log = webhook.log();
    assert!(
        !log.contains("eyJhbGciOiJSUzI1NiIs") && !log.contains("abcdef.0123456789abcdef"),
        "a token reached the log"
    );
}

#[test]
fn h66_audiences_must_meet() {
    let mint = Mint::start(&[&tokens::key(1)]);
    let mut webhook = Webhook::init();
    webhook.configure(
        &mint,
        &format!("apiAudiences = [\"https://kubernetes\", \"other\"]\n{}", support::webhook::CEILING),
    );
    webhook.resume();
    webhook.wait_ready();
    let ask = |audiences: Value| {
        let mut review = tokens::review("v1", &tokens::alice(&mint.issuer, &tokens::key(1)));
        review["spec"]["audiences"] = audiences;
        webhook.client().review(Http::Two, review.to_string()).json()["status"].clone()
    };
    assert_eq!(ask(json!(["x", "https://kubernetes"]))["audiences"], json!(["https://kubernetes"]), "never an echo");
    assert_eq!(ask(json!(["x"])), json!({ "authenticated": false }));
    assert_eq!(ask(Value::Null)["authenticated"], true);
}

#[test]
fn h66_other_methods_types_and_places() {
    let (_mint, webhook) = pair();
    let client = webhook.client();
    for http in [Http::One, Http::Two] {
        for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let request = Request::builder().method(method).uri("https://localhost/authenticate");
            let answer = client
                .send(http, request.body(Full::default()).unwrap())
                .unwrap_or_else(|error| panic!("{http:?} {method}: {error}"));
            assert_turned_away(&answer, 405);
            assert_eq!(answer.headers["allow"], "POST");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "application/yaml", ""] {
            assert_turned_away(&post(&webhook, http, kind, "{}"), 415);
        }
    }
    for path in ["/", "/authenticate/", "/Authenticate", "/../etc/passwd", "/healthz/x", "//authenticate"] {
        assert_turned_away(&client.get(path).unwrap(), 404);
    }
    let request = Request::post("https://localhost/metrics").body(Full::default()).unwrap();
    assert_turned_away(&client.send(Http::One, request).unwrap(), 405);
}

#[test]
fn h66_a_body_beyond_64_kib_is_told_so() {
    let (_mint, webhook) = pair();
    let limit = 64 * 1024;
    let padded = |length: usize| {
        let review = tokens::review("v1", "").to_string();
        review.replacen("\"token\":\"\"", &format!("\"token\":\"{}\"", "a".repeat(length - review.len())), 1)
    };
    assert_eq!(padded(limit).len(), limit);
    for http in [Http::One, Http::Two] {
        assert_eq!(post(&webhook, http, "application/json", padded(limit)).status, 200);
        // Up to what kube-apiserver can send the answer arrives: a reset connection would be tried again.
        for length in [limit + 1, 2 * limit, 16 * limit] {
            assert_turned_away(&post(&webhook, http, "application/json", padded(length)), 413);
        }
    }
}
