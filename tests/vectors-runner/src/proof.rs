//! DPoP proofs: text and the request they must be for in, key and id out.

use kubemint_core::{
    dpop::{Pending, Purpose},
    jws::Verifier,
};
use serde_json::{Value, json};

use crate::input::{Fault, Input};

pub(crate) fn verify<V: Verifier>(input: &Input<'_>, verifier: &V) -> Result<Value, Fault> {
    let (text, now) = (input.text("proof")?, input.now()?);
    let pending = Pending::read(&text)?;
    let check = pending.check();
    let valid = verifier.verify(check.key(), check.input(), check.signature());
    let (signed, signature) = (check.input().to_vec(), check.signature().to_vec());
    // A second reading of the same text has the same check: what passed for one opens the other.
    let again = Pending::read(&text)?;
    if again.check().input() != signed || again.check().signature() != signature {
        return Err(Fault::refused("two readings differ"));
    }
    let passed = pending.check().judged(valid)?;
    let proof = again.accept(&passed, &purpose(input)?, now)?;
    Ok(json!({ "jkt": proof.key.thumbprint(), "jti": proof.id }))
}

pub(crate) fn purpose<'a>(input: &Input<'a>) -> Result<Purpose<'a>, Fault> {
    Ok(Purpose {
        method: input.str("method")?,
        uri: input.str("uri")?,
        resource: input.str("resource")?,
        requested_token_type: input.optional_str("requested_token_type")?,
        token: input.optional_str("token")?,
    })
}
