//! A second opinion on single tokens: what the jwt-compact crate, with our ES256, says of the same bytes.
//!
//! It is recorded beside each vector and decides nothing: it knows neither our headers nor our claims.

use super::{forge, mint};
use jwt_compact::{Algorithm as _, AlgorithmExt as _, UntrustedToken};
use kubemint_core::{jwk::PublicKey, jwt_compact::Es256};
use serde_json::Value;

/// Of a grant: its JWS, without the `~`.
pub fn of_grant(token: &Value) -> Option<&'static str> {
    token.as_str().map(|text| verdict(text.strip_suffix('~').unwrap_or(text), &mint::key()))
}

/// Of a bearer.
pub fn of_bearer(token: &Value) -> Option<&'static str> {
    token.as_str().map(|text| verdict(text, &mint::key()))
}

fn verdict(text: &str, key: &forge::Ec) -> &'static str {
    let key = PublicKey::from_sec1(&key.point()).expect("a point of the curve");
    let accepts = UntrustedToken::new(text)
        .ok()
        .filter(|token| token.algorithm() == Es256.name())
        .is_some_and(|token| Es256.validator::<Value>(&key).validate(&token).is_ok());
    if accepts { "accepts" } else { "refuses" }
}
