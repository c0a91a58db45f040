//! Sessions as the mint reads them, and their children.

use alloc::string::String;
use kubemint_core::{
    grant::{self, MAX_WINDOW, Pending},
    jws::Verifier,
    policy::Decision,
    presentation::Parts,
    resource::Resource,
    session,
    time::Seconds,
};
use serde_json::Value;

use crate::{
    input::{Fault, Input},
    wire,
};

/// The presentation of a session, as `POST /token` takes it for a subject token.
pub(crate) fn verify<V: Verifier>(input: &Input<'_>, verifier: &V) -> Result<Value, Fault> {
    let (text, keys, issuer, now) = (input.text("token")?, input.keys("keys")?, input.str("issuer")?, input.now()?);
    let parts = Parts::split(&text)?;
    let pending = Pending::read(parts.grant(), &keys)?;
    let passed = pending.check().run(verifier)?;
    let audience = Resource::Mint.bound_audience(issuer);
    let session: grant::Grant = pending.accept(&passed, &session::expected(issuer, &audience), now)?;
    let binding = parts.binding(&session, MAX_WINDOW, now)?;
    binding.accept(binding.check().run(verifier))?;
    Ok(wire::grant(&session))
}

pub(crate) fn child(input: &Input<'_>) -> Result<Value, Fault> {
    let session = wire::read_grant(&input.within("session")?)?;
    let cluster = Resource::Cluster(input.str("cluster")?.into());
    let decision = Decision {
        groups: input.strings("groups")?,
        namespace: None,
        life: input.seconds("life")?,
        window: Seconds(input.number("window")?),
    };
    let (id, now): (String, _) = (input.str("jti")?.into(), input.now()?);
    Ok(match input.str("kind")? {
        "bearer" => wire::bearer(&session::bearer(&session, &cluster, decision.groups, decision.life, id, now)),
        _ => wire::grant(&session::child(&session, &cluster, decision, id, now)),
    })
}
