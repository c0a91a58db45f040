//! Keys and key sets: documents in; thumbprints, or ids and algorithms, out.

use kubemint_core::{
    jwk::{PublicKey, SecretKey, VerifyingKey},
    jws::Verifier,
    key_set::KeySet,
};
use serde_json::{Value, json};

use crate::input::{Fault, Input};

pub(crate) fn public(input: &Input<'_>) -> Result<Value, Fault> {
    let text = input.text("jwk")?;
    let key = match input.optional_str("as")? {
        Some("private") => SecretKey::from_jwk(&text)?.public().clone(),
        _ => PublicKey::from_jwk(&text)?,
    };
    Ok(json!({ "thumbprint": key.thumbprint(), "jwk": key.jwk() }))
}

/// Whether a bare signature fits, as the host's own primitive sees it.
pub(crate) fn signature<V: Verifier>(input: &Input<'_>, verifier: &V) -> Result<Value, Fault> {
    let key = VerifyingKey::P256(PublicKey::from_sec1(&input.bytes("point")?)?);
    Ok(verifier.verify(&key, &input.bytes("message")?, &input.bytes("signature")?).into())
}

/// Each id asked for, with the algorithm of the key found under it.
pub(crate) fn set(input: &Input<'_>) -> Result<Value, Fault> {
    let set = KeySet::parse(&input.bytes("key_set")?)?;
    let ids = input.strings("ask")?;
    let found: Value = ids.iter().map(|id| set.get(id).map_or(Value::Null, |key| key.algorithm().into())).collect();
    Ok(json!({ "size": set.len(), "found": found }))
}
