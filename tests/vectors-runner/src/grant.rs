//! Grants: text, keys, issuer, audience and longest life in, claims out.

use kubemint_core::{
    grant::{Expected, Pending, peek},
    jws::Verifier,
};
use serde_json::Value;

use crate::{
    input::{Fault, Input},
    wire,
};

pub(crate) fn verify<V: Verifier>(input: &Input<'_>, verifier: &V) -> Result<Value, Fault> {
    let (text, keys, now) = (input.text("grant")?, input.keys("keys")?, input.now()?);
    let pending = Pending::read(&text, &keys)?;
    let passed = pending.check().run(verifier)?;
    let expected = Expected {
        issuer: input.str("issuer")?,
        audience: input.str("audience")?,
        max_life: input.seconds("max_life")?,
    };
    let grant = pending.accept(&passed, &expected, now)?;
    // What its own holder reads of it, without a check, must be the same.
    if peek(&text, now).as_ref() != Ok(&grant) {
        return Err(Fault::refused("peek differs"));
    }
    Ok(wire::grant(&grant))
}
