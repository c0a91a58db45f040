//! Sessions: grants for the mint itself, from which grants for clusters are made without a new sign-in.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use crate::{
    bearer::Bearer,
    caller::Caller,
    grant::{Expected, Grant},
    jwk::PublicKey,
    policy::Decision,
    resource::Resource,
    time::{Seconds, Time},
};

/// No session without a record lives longer.
pub const MAX_LIFE: Seconds = Seconds::hours(24);

/// What the mint insists on when a session is presented to it.
#[must_use]
pub fn expected<'a>(issuer: &'a str, audience: &'a str) -> Expected<'a> {
    Expected { issuer, audience, max_life: MAX_LIFE }
}

/// A sign-in that was verified: the caller and the key they proved to hold.
pub struct SignIn<'a> {
    /// Who signed in.
    pub caller: &'a Caller,
    /// The key the sign-in committed to.
    pub holder: &'a PublicKey,
}

impl SignIn<'_> {
    /// A session, or a first grant that is its own session.
    #[must_use]
    pub fn grant(&self, issuer: &str, resource: &Resource, decision: Decision, ids: Ids, now: Time) -> Grant {
        let caller = self.caller;
        let groups = if *resource == Resource::Mint { caller.groups.clone() } else { decision.groups };
        Grant {
            issuer: issuer.to_owned(),
            audience: resource.bound_audience(issuer),
            issued_at: now,
            expires_at: now.plus(decision.life),
            id: ids.id,
            subject: caller.subject.clone(),
            username: caller.username.clone(),
            groups,
            session_id: ids.session_id,
            session_issued_at: now,
            auth_time: caller.auth_time,
            holder: self.holder.clone(),
            window: decision.window,
            client_id: Some(caller.client_id.clone()),
            authentication_methods: caller.authentication_methods.clone(),
        }
    }
}

/// Fresh random ids, 128 bits each in base64url.
pub struct Ids {
    /// The new credential's own.
    pub id: String,
    /// The new session's.
    pub session_id: String,
}

/// A child of a session for one cluster: same key, `sid`, `session_iat`, `auth_time`, subject and
/// username; never beyond the session's end.
#[must_use]
pub fn child(session: &Grant, cluster: &Resource, decision: Decision, id: String, now: Time) -> Grant {
    Grant {
        audience: cluster.bound_audience(&session.issuer),
        issued_at: now,
        expires_at: now.plus(decision.life).min(session.expires_at),
        id,
        groups: decision.groups,
        window: decision.window,
        ..session.clone()
    }
}

/// A bearer made from a session, never beyond the session's end.
#[must_use]
pub fn bearer(
    session: &Grant,
    cluster: &Resource,
    groups: Vec<String>,
    life: Seconds,
    id: String,
    now: Time,
) -> Bearer {
    Bearer {
        issuer: session.issuer.clone(),
        audience: cluster.url(&session.issuer),
        issued_at: now,
        expires_at: now.plus(life).min(session.expires_at),
        id,
        subject: session.subject.clone(),
        username: session.username.clone(),
        groups,
        session_id: session.session_id.clone(),
        client_id: session.client_id.clone().unwrap_or_else(|| "kubemint".to_owned()),
    }
}
