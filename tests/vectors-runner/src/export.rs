//! The one function JavaScript calls.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};
use kubemint_core::{base64url, jwk::VerifyingKey};
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    Report, Unreadable,
    answers::{Answers, Wanted},
};

/// Runs a file with the answers known so far, `{"<id>": true}`; gives the report and the checks
/// still wanted, each with its key as a JWK.
#[wasm_bindgen]
#[must_use]
pub fn run(file: &str, known: &str) -> String {
    let known: BTreeMap<String, bool> = match serde_json::from_str(known) {
        Ok(known) => known,
        Err(error) => return json!({ "unreadable": error.to_string() }).to_string(),
    };
    let answers = Answers::new(known);
    let report = crate::run(file, &answers);
    let wanted: Vec<Value> = answers.into_wanted().iter().map(wanted).collect();
    match report {
        Ok(report) => json!({ "report": rendered(&report), "wanted": wanted }),
        Err(Unreadable(what)) => json!({ "unreadable": what }),
    }
    .to_string()
}

fn rendered(report: &Report) -> Value {
    let verdicts: Vec<Value> =
        report.verdicts.iter().map(|v| json!({ "name": v.name, "mismatch": v.mismatch })).collect();
    json!({ "noun": report.noun, "verdicts": verdicts })
}

fn wanted(wanted: &Wanted) -> Value {
    let jwk: Value = match &wanted.key {
        VerifyingKey::P256(key) => serde_json::from_str(&key.jwk()).unwrap_or_default(),
        VerifyingKey::Rsa(key) => json!({
            "kty": "RSA", "n": base64url::encode(&key.modulus), "e": base64url::encode(&key.exponent),
        }),
        _ => Value::Null,
    };
    json!({
        "id": wanted.id,
        "jwk": jwk,
        "input": base64url::encode(&wanted.input),
        "signature": base64url::encode(&wanted.signature),
    })
}
