//! Grants and presentations for one user, made with the same core a mint uses, and the reviews around them.

use std::time::{SystemTime, UNIX_EPOCH};

use kubemint_core::{
    grant::{self, Grant},
    jwk::SecretKey,
    presentation,
    time::{Seconds, Time},
};
use serde_json::{Value, json};

/// The present moment.
pub fn now() -> Time {
    Time::from_unix(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// A key from one byte.
pub fn key(seed: u8) -> SecretKey {
    SecretKey::from_random(&[seed; 32]).unwrap()
}

/// The grant most tests begin with: alice, of the cluster `prod`, for an hour.
pub fn grant(issuer: &str, holder: &SecretKey) -> Grant {
    let issued_at = now();
    Grant {
        issuer: issuer.to_owned(),
        audience: format!("{issuer}/clusters/prod/bound"),
        issued_at,
        expires_at: issued_at.plus(Seconds::hours(1)),
        id: "ZXhhbXBsZS1qdGktMDAwMQ".to_owned(),
        subject: "corp:alice".to_owned(),
        username: "alice@example.com".to_owned(),
        groups: vec!["dev-shop".to_owned()],
        session_id: "ZXhhbXBsZS1zaWQtMDAwMQ".to_owned(),
        session_issued_at: issued_at,
        auth_time: issued_at,
        holder: holder.public().clone(),
        window: Seconds(60),
        client_id: None,
        authentication_methods: None,
    }
}

/// The text of a grant, signed by the mint's key.
pub fn sign(grant: &Grant, mint: &SecretKey) -> String {
    let input = grant.signing_input(&mint.public().thumbprint());
    let signature = mint.sign(input.bytes());
    grant::text(&input.attach(&signature))
}

/// A presentation of a grant's text.
pub fn present(text: &str, audience: &str, holder: &SecretKey) -> String {
    let input = presentation::unsigned(text, audience, &[9; 16], now());
    let signature = holder.sign(input.bytes());
    format!("{text}{}", input.attach(&signature))
}

/// A fresh presentation of alice's grant.
pub fn alice(issuer: &str, mint: &SecretKey) -> String {
    let holder = key(77);
    let grant = grant(issuer, &holder);
    present(&sign(&grant, mint), &grant.audience, &holder)
}

/// A review as kube-apiserver asks it.
pub fn review(version: &str, token: &str) -> Value {
    json!({
        "kind": "TokenReview",
        "apiVersion": format!("authentication.k8s.io/{version}"),
        "metadata": { "creationTimestamp": null },
        "spec": { "token": token },
        "status": { "user": {} },
    })
}
