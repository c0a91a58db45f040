//! Texts at random that nearly are documents or tokens, and every door they are thrown at.

use kubemint_core::{
    base64url,
    cluster::View,
    config::Document,
    deny::Deny,
    dpop, exchange, exec, grant, id_token,
    jwk::{PublicKey, SecretKey},
    key_set::KeySet,
    metadata, review,
    time::Seconds,
};
use proptest::prelude::*;

use super::{ISSUER, fixed};

/// Every door that takes bytes or text.
pub fn parse_all(bytes: &[u8]) {
    let _ = KeySet::parse(bytes);
    let _ = review::Request::parse(bytes);
    let _ = metadata::providers(bytes, ISSUER);
    let _ = View::list(bytes);
    let _ = exchange::Issued::parse(bytes);
    let _ = exchange::Refusal::parse(bytes);
    let _ = kubemint_core::json::parse(bytes);
    let _ = serde_json::from_slice::<Document>(bytes).map(|document| document.check());
    let _ = PublicKey::from_sec1(bytes);
    let text = String::from_utf8_lossy(bytes);
    let _ = exec::Info::parse(&text);
    let _ = PublicKey::from_jwk(&text);
    let _ = SecretKey::from_jwk(&text);
    let _ = Deny::parse(&text);
    let _ = dpop::Pending::read(&text);
    let _ = id_token::Unkeyed::read(&text);
    let _ = grant::Pending::read(&text, &KeySet::default());
    let _ = base64url::decode(&text);
    let _ = text.parse::<Seconds>();
    let _ = kubemint_core::date::parse_http(&text);
}

/// JSON-ish texts out of the words that parsers look for.
pub fn json_like() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        proptest::sample::select(
            &[
                "{",
                "}",
                "[",
                "]",
                ":",
                ",",
                "null",
                "true",
                "1",
                "-1",
                "1e300",
                "9007199254740993",
                "\"\"",
                "\"kind\":\"TokenReview\",",
                "\"apiVersion\":\"authentication.k8s.io/v1\",",
                "\"spec\":{",
                "\"token\":\"a\"",
                "\"keys\":[",
                "\"kty\":\"EC\",",
                "\"crv\":\"P-256\",",
                "\"kid\":",
                "\"d\":",
                "\"issuer\":",
                "\"items\":[",
                "\"\\ud800\"",
                "\"\\u0000\"",
                "\u{feff}",
                " ",
            ][..]
        )
        .prop_map(String::from),
        "\\PC{0,4}",
    ];
    proptest::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

/// Three parts and more of nearly anything.
pub fn token_like() -> impl Strategy<Value = String> {
    let part = prop_oneof![json_like().prop_map(|json| base64url::encode(json.as_bytes())), "[A-Za-z0-9_-]{0,20}"];
    (proptest::collection::vec(part, 1..8), proptest::collection::vec("[.~]", 8))
        .prop_map(|(parts, marks)| parts.iter().zip(marks).map(|(part, mark)| format!("{part}{mark}")).collect())
}

/// The right header and a good signature of the mint, over claims that are nearly anything.
pub fn signed_anything() -> impl Strategy<Value = String> {
    (json_like(), proptest::sample::select(&["at+jwt", grant::TYPE][..])).prop_map(|(claims, typ)| {
        let mint = fixed(1);
        let header = format!(r#"{{"alg":"ES256","typ":"{typ}","kid":"{}"}}"#, mint.public().thumbprint());
        let input = format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(claims.as_bytes()));
        let signature = base64url::encode(&mint.sign(input.as_bytes()));
        let binding = if typ == "at+jwt" { "" } else { "~a.b.c" };
        format!("{input}.{signature}{binding}")
    })
}
