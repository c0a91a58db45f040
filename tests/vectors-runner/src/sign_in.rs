//! ID tokens and the callers they are mapped to: everything between a sign-in and the rules.

use kubemint_core::{
    caller::Caller,
    config::{Mapping, Provider},
    id_token::{Expected, Unkeyed},
    jwk::PublicKey,
    jws::Verifier,
    nonce,
    problem::Reason,
};
use serde_json::Value;

use crate::{
    input::{Fault, Input, unfit},
    wire,
};

pub(crate) fn verify<V: Verifier>(input: &Input<'_>, verifier: &V) -> Result<Value, Fault> {
    let (text, keys, now) = (input.text("id_token")?, input.keys("keys")?, input.now()?);
    let provider = provider(&input.within("provider")?)?;
    let holder = PublicKey::from_jwk(&alloc::format!("{}", input.value("holder")?)).map_err(|_| unfit("holder"))?;
    let unkeyed = Unkeyed::read(&text)?;
    if unkeyed.issuer() != provider.issuer {
        return Err(Reason::ProviderUnknown.into());
    }
    let pending = unkeyed.with_keys(&keys)?;
    let passed = pending.check().run(verifier)?;
    let expected = Expected {
        issuer: &provider.issuer,
        client_id: &provider.client_id,
        audiences: &provider.audiences,
        nonce: &nonce::commitment(&holder.thumbprint(), input.str("nonce_salt")?),
    };
    let token = pending.accept(&passed, &expected, now)?;
    Ok(wire::caller(&Caller::from_id_token(&token, &provider)?))
}

fn provider(input: &Input<'_>) -> Result<Provider, Fault> {
    Ok(Provider {
        alias: input.str("alias")?.into(),
        client_id: input.str("client_id")?.into(),
        issuer: input.str("issuer")?.into(),
        audiences: input.strings("audiences")?,
        scopes: input.strings("scopes")?,
        username: mapping(&input.within("username")?)?,
        groups: input.optional("groups").map(|_| mapping(&input.within("groups")?)).transpose()?,
    })
}

fn mapping(input: &Input<'_>) -> Result<Mapping, Fault> {
    Ok(Mapping { claim: input.str("claim")?.into(), prefix: input.str("prefix")?.into() })
}
