//! Sign-ins at the token endpoint: what an ID token and a proof give, and all they do not.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod rig;

use kubemint::Request;
use kubemint_core::{
    dpop::{self, Purpose},
    exchange, grant,
    key_set::KeySet,
    time::Time,
};
use rig::{IDP, ISS, NOW, Rig, SALT, body, cluster, jws, key, post, reason, sign, token};
use serde_json::{Value, json};

fn with(rig: &Rig, member: &str, value: Value) -> Value {
    let mut claims = rig.claims();
    claims[member] = value;
    claims
}

#[test]
fn a_sign_in_gives_a_session_for_its_key() {
    let rig = Rig::new();
    let answer = rig.sign_in(&rig.claims(), ISS);
    let session = grant::peek(&token(&answer), Time::from_unix(NOW).unwrap()).unwrap();
    assert_eq!(session.audience, format!("{ISS}/bound"));
    assert_eq!((session.username.as_str(), session.subject.as_str()), ("alice@example.com", "corp:u-1"));
    assert_eq!(session.groups, ["corp:sre"]);
    assert_eq!(session.expires_at.unix(), NOW + 7200, "the smallest life of the rules wins");
    assert_eq!(session.holder, *rig.person.public());
    let answer = body(&answer);
    assert_eq!((&answer["token_type"], &answer["expires_at"]), (&json!("N_A"), &json!(NOW + 7200)));
}

#[test]
fn a_sign_in_gives_a_grant_that_is_its_own_session() {
    let rig = Rig::new();
    let grant = token(&rig.sign_in(&rig.claims(), &cluster("prod")));
    let grant = grant::peek(&grant, Time::from_unix(NOW).unwrap()).unwrap();
    assert_eq!((grant.groups, grant.audience), (vec!["sre".to_string()], format!("{ISS}/clusters/prod/bound")));
    assert_eq!(grant.session_issued_at.unix(), NOW);
}

#[test]
fn h58_a_token_for_another_client_is_refused() {
    let rig = Rig::new();
    for audience in [json!("other"), json!(["kubemint", "other"]), json!([]), json!("kubemint2")] {
        assert_eq!(reason(&rig.sign_in(&with(&rig, "aud", audience), ISS)), "audience-wrong");
    }
    let mut claims = with(&rig, "aud", json!(["kubemint", "other"]));
    claims["azp"] = json!("other");
    assert_eq!(reason(&rig.sign_in(&claims, ISS)), "audience-wrong");
    claims["azp"] = json!("kubemint");
    assert_eq!(rig.sign_in(&claims, ISS).status, 200);
}

#[test]
fn h59_times_of_a_subject_token() {
    let rig = Rig::new();
    assert_eq!(reason(&rig.sign_in(&with(&rig, "exp", json!(NOW)), ISS)), "expired");
    assert_eq!(reason(&rig.sign_in(&with(&rig, "iat", json!(NOW + 31)), ISS)), "not-yet-valid");
    assert_eq!(reason(&rig.sign_in(&with(&rig, "nbf", json!(NOW + 31)), ISS)), "not-yet-valid");
    for bad in [json!("1"), json!(1.5), Value::Null, json!(-1), json!(1_u64 << 60)] {
        assert_eq!(reason(&rig.sign_in(&with(&rig, "exp", bad), ISS)), "claims-malformed");
    }
}

#[test]
fn h60_a_nonce_that_commits_to_another_key_is_refused() {
    let rig = Rig::new();
    let other = kubemint_core::nonce::commitment(&key(9).public().thumbprint(), SALT);
    for nonce in [json!(other), json!(""), Value::Null] {
        assert_eq!(reason(&rig.sign_in(&with(&rig, "nonce", nonce), ISS)), "nonce-wrong");
    }
}

#[test]
fn h61_h88_a_proof_serves_one_request() {
    let rig = Rig::new();
    let id_token = rig.id_token(&rig.claims());
    let uri = format!("{ISS}/token");
    let send = |dpop: String, resource: &str| {
        let form = [
            ("grant_type", exchange::GRANT_TYPE),
            ("subject_token", &id_token),
            ("subject_token_type", exchange::ID_TOKEN),
            ("nonce_salt", SALT),
            ("resource", resource),
        ];
        rig.send(&Request { dpop, ..post(&form) })
    };
    let good = Purpose { method: "POST", uri: &uri, resource: ISS, requested_token_type: None, token: None };
    let proof = |purpose: &Purpose<'_>, at: u64| {
        sign(&rig.person, dpop::unsigned(rig.person.public(), purpose, &[1; 16], Time::from_unix(at).unwrap()))
    };
    assert_eq!(send(proof(&good, NOW), ISS).status, 200);
    for other in [
        Purpose { method: "GET", ..good },
        Purpose { uri: "https://mint.example.com:444/token", ..good },
        Purpose { uri: "https://mint.example.com/token?a=b", ..good },
        Purpose { uri: "https://evil.example.com/token", ..good },
        Purpose { resource: "https://mint.example.com/clusters/prod", ..good },
        Purpose { requested_token_type: Some(exchange::ACCESS_TOKEN), ..good },
        Purpose { token: Some("x"), ..good },
    ] {
        assert_eq!(reason(&send(proof(&other, NOW), ISS)), "proof-wrong");
    }
    assert_eq!(reason(&send(proof(&good, NOW), &cluster("prod"))), "proof-wrong", "the form was turned");
    assert_eq!(reason(&send(proof(&good, NOW - 61), ISS)), "proof-stale");
    assert_eq!(reason(&send(proof(&good, NOW + 61), ISS)), "proof-stale");
    assert_eq!(reason(&send(String::new(), ISS)), "proof-missing");
    assert_eq!(reason(&send(format!("{0}, {0}", proof(&good, NOW)), ISS)), "proof-missing");
    let stranger = sign(&key(9), dpop::unsigned(key(9).public(), &good, &[1; 16], Time::from_unix(NOW).unwrap()));
    assert_eq!(reason(&send(stranger, ISS)), "nonce-wrong", "another key's proof with this ID token");
    let private: Value = serde_json::from_str(&rig.person.reveal_jwk()).unwrap();
    let claims = json!({ "jti": "a", "htm": "POST", "htu": uri, "iat": NOW, "resource": ISS });
    let header = |alg: &str, jwk: &Value| json!({ "alg": alg, "typ": "dpop+jwt", "jwk": jwk });
    assert_eq!(reason(&send(jws(&header("ES256", &private), &claims, &rig.person), ISS)), "header-malformed");
    let public: Value = serde_json::from_str(&rig.person.public().jwk()).unwrap();
    assert_eq!(reason(&send(jws(&header("HS256", &public), &claims, &rig.person), ISS)), "algorithm-refused");
}

#[test]
fn h63_unverified_mail_names_nobody() {
    let rig = Rig::new();
    for verified in [json!(false), json!("true"), Value::Null] {
        assert_eq!(reason(&rig.sign_in(&with(&rig, "email_verified", verified), ISS)), "email-unverified");
    }
}

#[test]
fn h33_h34_names_are_checked_after_mapping() {
    let mut config = rig::config();
    config["identityProviders"][0]["claimMappings"]["username"] = json!({ "claim": "name", "prefix": "" });
    config["identityProviders"][0]["claimMappings"]["groups"]["prefix"] = json!("");
    let rig = Rig::with(&config, &[(1, (0, 1 << 40, 1 << 40))]);
    let sign_in = |name: Value, groups: Value| {
        let mut claims = with(&rig, "name", name);
        claims["groups"] = groups;
        reason(&rig.sign_in(&claims, ISS))
    };
    assert_eq!(sign_in(json!("alice"), json!(["system:masters"])), "system-name");
    assert_eq!(sign_in(json!("system:admin"), json!([])), "system-name");
    assert_eq!(sign_in(json!(""), json!([])), "claim-missing");
    assert_eq!(sign_in(json!(["a"]), json!([])), "claim-missing");
    assert_eq!(sign_in(json!("a\u{202e}"), json!([])), "username-refused");
    assert_eq!(sign_in(json!("alice"), json!("sre")), "claim-missing");
    assert_eq!(sign_in(json!("alice"), json!([["sre"]])), "claim-missing");
    assert_eq!(sign_in(json!("alice"), Value::Null), "claim-missing");
    assert_eq!(sign_in(json!("alice"), json!(vec!["g"; 10_000])), "token-too-large");
    assert_eq!(sign_in(json!("alice"), json!(vec!["g"; 65])), "groups-refused");
    assert_eq!(sign_in(json!("alice"), json!([])), "access-denied");
}

#[test]
fn h20_h22_h24_h25_foreign_headers_choose_nothing() {
    let rig = Rig::new();
    let send = |header: Value| {
        let token = jws(&header, &rig.claims(), &rig.provider);
        let form = [
            ("grant_type", exchange::GRANT_TYPE),
            ("subject_token", &token),
            ("subject_token_type", exchange::ID_TOKEN),
            ("nonce_salt", SALT),
            ("resource", ISS),
        ];
        reason(&rig.send(&Request { dpop: rig.proof(ISS, None, None), ..post(&form) }))
    };
    let kid = rig.provider.public().thumbprint();
    for member in ["crit", "b64", "jwk", "jku", "x5u", "x5c", "zip", "enc"] {
        let mut header = json!({ "alg": "ES256", "kid": kid });
        header[member] = json!("x");
        assert_eq!(send(header), "header-member-refused", "{member}");
    }
    assert_eq!(send(json!({ "alg": "ES256", "kid": kid, "typ": "at+jwt" })), "type-wrong");
    assert_eq!(send(json!({ "alg": "none", "kid": kid })), "algorithm-refused");
    assert_eq!(send(json!({ "alg": "RS256", "kid": kid })), "algorithm-refused");
    assert_eq!(send(json!({ "alg": "ES256", "kid": 1 })), "key-id-malformed");
}

#[test]
fn h92_a_provider_can_name_only_its_own() {
    let mut config = rig::config();
    let second = json!({
        "alias": "lab", "clientID": "kubemint", "issuer": { "url": "https://lab.example.com", "audiences": ["kubemint"] },
        "claimMappings": { "username": { "claim": "email", "prefix": "" } },
    });
    config["identityProviders"].as_array_mut().unwrap().push(second);
    let (keys, _) = rig::signing_keys(&[(1, (0, 1, 2))]);
    let faults = kubemint::Mint::new(config.to_string().as_bytes(), keys).err().unwrap();
    assert!(
        faults.iter().any(|fault| fault.path == "identityProviders[1].claimMappings.username.prefix"),
        "{faults:?}"
    );
}

#[test]
fn h64_a_provider_that_misbehaves() {
    let discovery = format!("{IDP}/.well-known/openid-configuration");
    let cases = [
        (
            discovery.clone(),
            json!({ "issuer": "https://evil.example.com", "jwks_uri": format!("{IDP}/jwks") }).to_string(),
        ),
        (discovery.clone(), json!({ "issuer": IDP, "jwks_uri": "http://login.example.com/jwks" }).to_string()),
        (discovery.clone(), json!({ "issuer": IDP, "jwks_uri": "https://169.254.169.254/jwks" }).to_string()),
        (discovery, "x".repeat(300_000)),
        (format!("{IDP}/jwks"), r#"{"keys":[]}"#.into()),
    ];
    for (url, document) in cases {
        let rig = Rig::new();
        rig.serve(&url, &document);
        assert_eq!(reason(&rig.sign_in(&rig.claims(), ISS)), "provider-malformed", "{url}");
    }
    let rig = Rig::new();
    rig.host.documents.borrow_mut().clear();
    let answer = rig.sign_in(&rig.claims(), ISS);
    assert_eq!((answer.status, reason(&answer)), (503, "provider-unreachable".into()));
}

#[test]
fn keys_of_providers_are_kept_and_fetched_seldom() {
    let rig = Rig::new();
    rig.session();
    rig.session();
    assert_eq!(rig.host.fetches.get(), 2, "discovery and keys, once");
    let new = key(8);
    rig.serve(&format!("{IDP}/jwks"), &KeySet::of([new.public()]).to_json());
    let rotated = Rig { provider: new, ..rig };
    assert_eq!(reason(&rotated.sign_in(&rotated.claims(), ISS)), "key-unknown", "asked within the last 30 s");
    rotated.host.now.set(NOW + 31);
    assert_eq!(rotated.sign_in(&rotated.claims(), ISS).status, 200);
    rotated.host.documents.borrow_mut().clear();
    rotated.host.now.set(NOW + 5000);
    let mut claims = rotated.claims();
    claims["exp"] = json!(NOW + 9000);
    assert_eq!(rotated.sign_in(&claims, ISS).status, 200, "the last good set serves while the provider is away");
}

#[test]
fn a_provider_that_is_being_asked_is_not_asked_again() {
    let rig = Rig::new();
    rig.session();
    let rotated = Rig { provider: key(8), ..rig };
    rotated.host.now.set(NOW + 31);
    rotated.host.silent.set(true);
    rotated.abandon_sign_in();
    assert_eq!(rotated.host.fetches.get(), 3);
    assert_eq!(reason(&rotated.sign_in(&rotated.claims(), ISS)), "key-unknown", "told at once, by the last good set");
    assert_eq!(rotated.host.fetches.get(), 3);
}
