//! What core has signed: values in, the exact bytes of the signing input out.

use alloc::{format, string::String};
use kubemint_core::{dpop, presentation};
use serde_json::Value;

use crate::{
    input::{Fault, Input, unfit},
    proof, wire,
};

pub(crate) fn issue(input: &Input<'_>) -> Result<Value, Fault> {
    let signing_input = match input.str("what")? {
        "grant" => wire::read_grant(&input.within("claims")?)?.signing_input(input.str("kid")?),
        "bearer" => wire::read_bearer(&input.within("claims")?)?.signing_input(input.str("kid")?),
        "presentation" => {
            presentation::unsigned(input.str("grant")?, input.str("audience")?, &random(input)?, input.now()?)
        }
        "dpop" => dpop::unsigned(&wire::key(input, "jwk")?, &proof::purpose(input)?, &random(input)?, input.now()?),
        _ => return Err(unfit("what")),
    };
    let text = String::from_utf8_lossy(signing_input.bytes()).into_owned();
    let signature = input.bytes("signature")?.try_into().map_err(|_| unfit("signature"))?;
    let token = signing_input.attach(&signature);
    if token.strip_prefix(&format!("{text}.")).is_none() {
        return Err(Fault::refused("the attached token is not the signing input and a signature"));
    }
    Ok(token.into())
}

fn random(input: &Input<'_>) -> Result<[u8; 16], Fault> {
    input.bytes("random")?.try_into().map_err(|_| unfit("random"))
}
