//! Exchanges of sessions: children, bearers, and what never follows from a session.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod rig;

use kubemint_core::{exchange, grant, time::Time};
use rig::{ISS, NOW, Rig, body, cluster, key, post, reason, request, token};
use serde_json::json;

#[test]
fn h80_a_child_keeps_to_its_session() {
    let rig = Rig::new();
    let session_text = rig.session();
    rig.host.now.set(NOW + 7000);
    let answer = rig.exchange(&rig.present(&session_text), &cluster("prod"), None, String::new());
    let now = Time::from_unix(NOW + 7000).unwrap();
    let (session, child) = (grant::peek(&session_text, now).unwrap(), grant::peek(&token(&answer), now).unwrap());
    assert_eq!(child.expires_at, session.expires_at, "never beyond its session");
    assert_eq!(
        (child.holder, child.session_id, child.session_issued_at),
        (session.holder, session.session_id, session.session_issued_at)
    );
    assert_eq!(
        (child.auth_time, child.subject, child.username),
        (session.auth_time, session.subject, session.username)
    );
    assert_eq!(child.groups, ["sre"]);
    rig.host.now.set(NOW + 7200);
    let late = rig.exchange(&format!("{session_text}{}", "a.b.c"), &cluster("prod"), None, String::new());
    assert_eq!(reason(&late), "expired");
}

#[test]
fn h80_a_session_makes_no_session() {
    let rig = Rig::new();
    let presentation = rig.present(&rig.session());
    assert_eq!(reason(&rig.exchange(&presentation, ISS, None, String::new())), "session-chained");
    assert_eq!(reason(&rig.exchange(&presentation, "*", None, String::new())), "resource-unknown");
}

#[test]
fn h60_what_is_no_presentation_of_a_session_is_no_subject_token() {
    let rig = Rig::new();
    let session = rig.session();
    let child = token(&rig.exchange(&rig.present(&session), &cluster("staging"), None, String::new()));
    let ask = |subject: &str| reason(&rig.exchange(subject, &cluster("prod"), None, String::new()));
    assert_eq!(ask(&session), "binding-missing");
    assert_eq!(ask(session.trim_end_matches('~')), "token-malformed");
    assert_eq!(ask(&rig.present(&child)), "audience-wrong");
    let stranger = Rig { person: key(9), ..Rig::new() };
    assert_eq!(ask(&stranger.present(&session)), "binding-signature-wrong");
    rig.host.now.set(NOW + 91);
    let old = Rig::new().present(&session);
    assert_eq!(reason(&rig.exchange(&old, &cluster("prod"), None, String::new())), "binding-stale");
}

#[test]
fn policy_is_decided_again_each_time() {
    let rig = Rig::new();
    let presentation = rig.present(&rig.session());
    assert_eq!(reason(&rig.exchange(&presentation, &cluster("secret"), None, String::new())), "access-denied");
    assert_eq!(reason(&rig.exchange(&presentation, &cluster("nowhere"), None, String::new())), "resource-unknown");
}

#[test]
fn h87_a_bearer_needs_the_key_again() {
    let rig = Rig::new();
    let presentation = rig.present(&rig.session());
    let staging = cluster("staging");
    let bearer = Some(exchange::ACCESS_TOKEN);
    let ask = |dpop: String| rig.exchange(&presentation, &staging, bearer, dpop);
    assert_eq!(reason(&ask(String::new())), "proof-missing");
    assert_eq!(reason(&ask(rig.proof(&staging, bearer, None))), "proof-wrong");
    assert_eq!(reason(&ask(rig.proof(&staging, bearer, Some("another")))), "proof-wrong");
    assert_eq!(reason(&ask(rig.proof(&cluster("prod"), bearer, Some(&presentation)))), "proof-wrong");
    let stranger = Rig { person: key(9), ..Rig::new() };
    assert_eq!(reason(&ask(stranger.proof(&staging, bearer, Some(&presentation)))), "proof-wrong");
    let proof = rig.proof(&staging, bearer, Some(&presentation));
    let answer = ask(proof.clone());
    assert_eq!(answer.status, 200);
    assert_eq!((&body(&answer)["token_type"], &body(&answer)["expires_at"]), (&json!("Bearer"), &json!(NOW + 900)));
    assert_eq!(reason(&ask(proof)), "proof-replayed");
}

#[test]
fn bearers_only_where_rules_and_cluster_allow() {
    let rig = Rig::new();
    let presentation = rig.present(&rig.session());
    let bearer = Some(exchange::ACCESS_TOKEN);
    let answer =
        rig.exchange(&presentation, &cluster("prod"), bearer, rig.proof(&cluster("prod"), bearer, Some(&presentation)));
    assert_eq!(reason(&answer), "kind-forbidden");
}

#[test]
fn a_life_is_chosen_within_policy() {
    let rig = Rig::new();
    let presentation = rig.present(&rig.session());
    let ask = |ttl: &str| {
        let (prod, form) = (cluster("prod"), exchange::GRANT_TYPE);
        rig.send(&post(&[
            ("grant_type", form),
            ("subject_token", &presentation),
            ("subject_token_type", exchange::ACCESS_TOKEN),
            ("resource", &prod),
            ("ttl", ttl),
        ]))
    };
    assert_eq!(body(&ask("900"))["expires_in"], 900);
    assert_eq!(reason(&ask("3601")), "life-too-long");
    for bad in ["0", "-1", "1.5", "9223372036854775808000", "1h"] {
        assert_eq!(reason(&ask(bad)), "request-malformed", "{bad}");
    }
}

#[test]
fn requests_that_are_no_exchange() {
    let rig = Rig::new();
    assert_eq!(reason(&rig.send(&post(&[]))), "parameter-missing");
    assert_eq!(reason(&rig.send(&post(&[("grant_type", "password")]))), "grant-type-unsupported");
    let form = [
        ("grant_type", exchange::GRANT_TYPE),
        ("resource", ISS),
        ("subject_token", "a"),
        ("subject_token_type", "urn:x"),
    ];
    assert_eq!(reason(&rig.send(&post(&form))), "token-type-unsupported");
    assert_eq!(rig.send(&request("GET", "/token")).status, 405);
    rig.host.allowed.set(false);
    let slow = rig.send(&post(&form));
    assert_eq!((slow.status, body(&slow)["error"].as_str()), (429, Some("slow_down")));
    assert!(slow.headers.iter().any(|(name, _)| *name == "retry-after"));
}

#[test]
fn too_many_groups_are_named_as_the_cause() {
    let mut config = rig::config();
    config["rules"][0]["groups"] = json!((0..40).map(|i| format!("group-{i:0>60}")).collect::<Vec<_>>());
    let rig = Rig::with(&config, &[(1, (0, 1 << 40, 1 << 40))]);
    let answer = rig.sign_in(&rig.claims(), &cluster("prod"));
    assert_eq!(reason(&answer), "grant-too-large");
}

#[test]
fn logs_hold_ids_and_no_tokens() {
    let rig = Rig::new();
    let session = rig.session();
    let presentation = rig.present(&session);
    rig.exchange(&presentation, &cluster("prod"), None, String::new());
    rig.exchange(&presentation, ISS, None, String::new());
    let log = rig.host.log.borrow().join("\n");
    assert!(log.contains("\"event\":\"issued\"") && log.contains("session-chained"), "{log}");
    assert!(log.contains("\"keys_end\":1"), "an operator can see when the keys are over: {log}");
    for part in presentation.split(['.', '~']).filter(|part| part.len() > 50) {
        assert!(!log.contains(part));
    }
}
