//! The mint of the vectors: its URL, its cluster, its key, and a person with hers.

use super::{
    file::NOW,
    forge::{self, Draft, Ec, Rsa, array, b64, digest, jws},
    members::Members,
};
use serde_json::{Value, json};

/// The mint's URL.
pub const ISSUER: &str = "https://mint.example.com";
/// The cluster of the vectors.
pub const CLUSTER: &str = "prod";
/// `aud` of a bearer.
pub const BEARER_AUDIENCE: &str = "https://mint.example.com/clusters/prod";
/// `aud` of a grant.
pub const BOUND_AUDIENCE: &str = "https://mint.example.com/clusters/prod/bound";
/// `aud` of a session.
pub const SESSION_AUDIENCE: &str = "https://mint.example.com/bound";

/// The mint's signing key.
pub fn key() -> Ec {
    Ec::of("mint")
}

/// Alice's key.
pub fn holder() -> Ec {
    Ec::of("holder")
}

/// The mint's key set, with an RSA key in it that no token of ours may be signed with.
pub fn keys() -> Value {
    json!({ "keys": [key().published(&key().thumbprint()), Rsa::fixed().published("rsa")] })
}

/// An hour-old grant of eight hours for Alice.
pub fn grant() -> Draft {
    let claims = Members::new()
        .text("iss", ISSUER)
        .text("aud", BOUND_AUDIENCE)
        .set("iat", (NOW - 3600).to_string())
        .set("exp", (NOW + 7 * 3600).to_string())
        .text("jti", &b64([1; 16]))
        .text("sub", "corp:00u1")
        .text("username", "alice@example.com")
        .set("groups", array(&["sre", "dev-shop"]))
        .text("sid", &b64([2; 16]))
        .set("session_iat", (NOW - 7200).to_string())
        .set("auth_time", (NOW - 7230).to_string())
        .set("cnf", format!("{{\"jwk\":{}}}", holder().jwk().render()))
        .set("window", "60")
        .text("client_id", "kubemint")
        .set("amr", array(&["pwd", "mfa"]));
    Draft { header: forge::header("kubemint-grant+sd-jwt", &key().thumbprint()), claims, key: key() }
}

/// Her session: a grant for the mint itself.
pub fn session() -> Draft {
    let draft = grant();
    let claims = draft
        .claims
        .text("aud", SESSION_AUDIENCE)
        .set("iat", (NOW - 7200).to_string())
        .set("exp", (NOW + 36_000).to_string())
        .set("groups", array(&["corp:sre"]));
    Draft { claims, ..draft }
}

/// Her part of a presentation of `grant` (its text, with the `~`), for an audience.
pub fn binding(grant: &str, audience: &str) -> Draft {
    let claims = Members::new()
        .set("iat", NOW.to_string())
        .text("aud", audience)
        .text("nonce", &b64([3; 16]))
        .text("sd_hash", &digest(grant));
    Draft { header: Members::new().text("alg", "ES256").text("typ", "kb+jwt"), claims, key: holder() }
}

/// A grant's text, presented by Alice.
pub fn present(grant: &str, audience: &str) -> String {
    let draft = binding(grant, audience);
    format!("{grant}{}", jws(draft.header.render(), draft.claims.render(), |input| draft.key.sign(input)))
}

/// A bearer of fifteen minutes.
pub fn bearer() -> Draft {
    let claims = Members::new()
        .text("iss", ISSUER)
        .text("sub", "corp:00u1")
        .text("username", "alice@example.com")
        .set("groups", array(&["sre"]))
        .text("aud", BEARER_AUDIENCE)
        .text("client_id", "kubemint")
        .set("iat", (NOW - 60).to_string())
        .set("exp", (NOW + 840).to_string())
        .text("jti", &b64([4; 16]))
        .text("sid", &b64([2; 16]));
    Draft { header: forge::header("at+jwt", &key().thumbprint()), claims, key: key() }
}

/// What a webhook of the cluster is configured with.
pub fn webhook(accept: &[&str]) -> Value {
    json!({
        "issuer": ISSUER, "cluster": CLUSTER, "accept": accept, "keys": keys(),
        "ceiling": {
            "usernames": ["*@example.com"], "groups": ["sre", "dev-*", "g*"], "life": "12h", "window": "60s",
        },
    })
}

/// base64url SHA-256(iss NUL sub).
pub fn uid(subject: &str) -> String {
    digest(format!("{ISSUER}\0{subject}"))
}
