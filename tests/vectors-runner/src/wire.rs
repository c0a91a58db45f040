//! Nouns as the vectors show them: with the names they have on the wire.

use kubemint_core::{
    authenticator::Identity, bearer::Bearer, caller::Caller, grant::Grant, jwk::PublicKey, policy::Decision,
    time::Seconds,
};
use serde_json::{Value, json};

use crate::input::{Fault, Input, unfit};

/// A grant's claims; `client_id` and `amr` only where it has them.
pub(crate) fn grant(grant: &Grant) -> Value {
    let mut claims = json!({
        "iss": grant.issuer, "aud": grant.audience, "iat": grant.issued_at, "exp": grant.expires_at,
        "jti": grant.id, "sub": grant.subject, "username": grant.username, "groups": grant.groups,
        "sid": grant.session_id, "session_iat": grant.session_issued_at, "auth_time": grant.auth_time,
        "jkt": grant.holder.thumbprint(), "window": grant.window.0,
    });
    set(&mut claims, "client_id", grant.client_id.as_ref().map(|id| id.as_str().into()));
    set(&mut claims, "amr", grant.authentication_methods.as_ref().map(|amr| amr.as_slice().into()));
    claims
}

/// The reverse of [`grant`], with `jwk` in place of `jkt`.
pub(crate) fn read_grant(input: &Input<'_>) -> Result<Grant, Fault> {
    Ok(Grant {
        issuer: input.str("iss")?.into(),
        audience: input.str("aud")?.into(),
        issued_at: input.time("iat")?,
        expires_at: input.time("exp")?,
        id: input.str("jti")?.into(),
        subject: input.str("sub")?.into(),
        username: input.str("username")?.into(),
        groups: input.strings("groups")?,
        session_id: input.str("sid")?.into(),
        session_issued_at: input.time("session_iat")?,
        auth_time: input.time("auth_time")?,
        holder: key(input, "jwk")?,
        window: Seconds(input.number("window")?),
        client_id: input.optional_str("client_id")?.map(Into::into),
        authentication_methods: input.optional("amr").map(|_| input.strings("amr")).transpose()?,
    })
}

pub(crate) fn bearer(bearer: &Bearer) -> Value {
    json!({
        "iss": bearer.issuer, "aud": bearer.audience, "iat": bearer.issued_at, "exp": bearer.expires_at,
        "jti": bearer.id, "sub": bearer.subject, "username": bearer.username, "groups": bearer.groups,
        "sid": bearer.session_id, "client_id": bearer.client_id,
    })
}

pub(crate) fn read_bearer(input: &Input<'_>) -> Result<Bearer, Fault> {
    Ok(Bearer {
        issuer: input.str("iss")?.into(),
        audience: input.str("aud")?.into(),
        issued_at: input.time("iat")?,
        expires_at: input.time("exp")?,
        id: input.str("jti")?.into(),
        subject: input.str("sub")?.into(),
        username: input.str("username")?.into(),
        groups: input.strings("groups")?,
        session_id: input.str("sid")?.into(),
        client_id: input.str("client_id")?.into(),
    })
}

pub(crate) fn identity(identity: &Identity) -> Value {
    let mut value = json!({
        "username": identity.username, "groups": identity.groups, "uid": identity.uid,
        "jti": identity.id, "sid": identity.session_id,
    });
    set(&mut value, "jkt", identity.thumbprint.as_ref().map(|t| t.as_str().into()));
    set(&mut value, "auth_time", identity.auth_time.map(|t| t.unix().into()));
    value
}

pub(crate) fn caller(caller: &Caller) -> Value {
    let mut value = json!({
        "sub": caller.subject, "username": caller.username, "groups": caller.groups,
        "auth_time": caller.auth_time, "client_id": caller.client_id,
    });
    set(&mut value, "amr", caller.authentication_methods.as_ref().map(|amr| amr.as_slice().into()));
    value
}

pub(crate) fn decision(decision: &Decision) -> Value {
    let mut value = json!({ "groups": decision.groups, "life": decision.life.0, "window": decision.window.0 });
    set(&mut value, "namespace", decision.namespace.as_ref().map(|n| n.as_str().into()));
    value
}

pub(crate) fn key(input: &Input<'_>, name: &str) -> Result<PublicKey, Fault> {
    PublicKey::from_jwk(&alloc::format!("{}", input.value(name)?)).map_err(|_| unfit(name))
}

fn set(value: &mut Value, member: &str, item: Option<Value>) {
    if let (Some(members), Some(item)) = (value.as_object_mut(), item) {
        members.insert(member.into(), item);
    }
}
