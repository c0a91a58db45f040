//! The authenticator: every check between a token and an identity, in the order that is safe.

use alloc::{format, string::String, sync::Arc, vec::Vec};

use crate::{
    bearer::{self, Bearer},
    ceiling::Ceiling,
    deny::{Deny, Marks},
    grant::{self, Expected, Grant},
    hash,
    jws::{MAX_TOKEN, Verifier},
    key_set::KeySet,
    presentation::Parts,
    problem::Reason,
    resource::Resource,
    time::Time,
};

/// What one cluster believes: one issuer, one name, and its owner's bounds.
#[derive(Clone, Debug)]
pub struct Authenticator {
    issuer: String,
    bound_audience: String,
    bearer_audience: String,
    accepts: Accepts,
    ceiling: Ceiling,
}

/// The kinds of credential a cluster accepts. A missing key binding is refused by this policy, and
/// never because one happened to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepts {
    /// Presentations of grants.
    pub bound: bool,
    /// Bearers.
    pub bearer: bool,
}

/// Somebody who passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `user.username`.
    pub username: String,
    /// `user.groups`.
    pub groups: Vec<String>,
    /// `user.uid`: base64url SHA-256(iss NUL sub).
    pub uid: String,
    /// `jti` of the credential.
    pub id: String,
    /// `sid` of its session.
    pub session_id: String,
    /// Thumbprint of the holder's key; none for a bearer.
    pub thumbprint: Option<String>,
    /// When the person signed in; none for a bearer.
    pub auth_time: Option<Time>,
}

/// A host's bounded store of grants whose signature was verified, by SHA-256 of their text. Times,
/// ceiling and deny list are checked again each time.
pub trait Memory {
    /// A grant remembered under this digest.
    fn recall(&self, digest: &[u8; 32]) -> Option<Arc<Grant>>;
    /// Remembers a grant, forgetting others if need be.
    fn remember(&self, digest: [u8; 32], grant: &Arc<Grant>);
}

/// Remembers nothing.
pub struct NoMemory;

impl Memory for NoMemory {
    fn recall(&self, _: &[u8; 32]) -> Option<Arc<Grant>> {
        None
    }

    fn remember(&self, _: [u8; 32], _: &Arc<Grant>) {}
}

/// Hears of each check that passed, in order; the one that failed is the returned reason.
pub trait Trace {
    /// A check passed.
    fn passed(&mut self, check: &'static str);
}

/// Hears nothing.
impl Trace for () {
    fn passed(&mut self, _: &'static str) {}
}

impl Trace for Vec<&'static str> {
    fn passed(&mut self, check: &'static str) {
        self.push(check);
    }
}

/// What a judgement needs beside the token and the clock.
pub struct Evidence<'a, V, M> {
    /// The mint's public keys.
    pub keys: &'a KeySet,
    /// What is shut out here.
    pub deny: &'a Deny,
    /// How signatures are checked.
    pub verifier: &'a V,
    /// Grants that were verified before.
    pub memory: &'a M,
}

impl Authenticator {
    /// An authenticator for the cluster of this name at this issuer.
    #[must_use]
    pub fn new(issuer: &str, cluster: &str, accepts: Accepts, ceiling: Ceiling) -> Self {
        let resource = Resource::Cluster(cluster.into());
        Self {
            issuer: issuer.into(),
            bound_audience: resource.bound_audience(issuer),
            bearer_audience: resource.url(issuer),
            accepts,
            ceiling,
        }
    }

    /// Judges a token.
    ///
    /// # Errors
    /// The first check that fails. A transient reason must not be cached.
    pub fn judge<V: Verifier, M: Memory>(
        &self,
        token: &str,
        evidence: &Evidence<'_, V, M>,
        now: Time,
        trace: &mut impl Trace,
    ) -> Result<Identity, Reason> {
        if token.len() > MAX_TOKEN {
            return Err(Reason::TokenTooLarge);
        }
        trace.passed("size");
        if !token.contains('~') {
            return self.judge_bearer(token, evidence, now, trace);
        }
        if !self.accepts.bound {
            return Err(Reason::NotAccepted);
        }
        let parts = Parts::split(token)?;
        trace.passed("shape");
        let grant = self.grant(parts.grant(), evidence, now, trace)?;
        self.ceiling.check(&grant.username, &grant.groups, (grant.issued_at, grant.expires_at))?;
        trace.passed("ceiling");
        let thumbprint = grant.holder.thumbprint();
        evidence.deny.check(&marks(&grant, &thumbprint))?;
        trace.passed("deny list");
        let binding = parts.binding(&grant, self.ceiling.window, now)?;
        trace.passed("presentation: grant, audience, nonce and window");
        binding.accept(binding.check().run(evidence.verifier))?;
        trace.passed("presentation: signature of the key");
        Ok(identity(&grant, thumbprint))
    }

    fn grant<V: Verifier, M: Memory>(
        &self,
        text: &str,
        evidence: &Evidence<'_, V, M>,
        now: Time,
        trace: &mut impl Trace,
    ) -> Result<Arc<Grant>, Reason> {
        let digest = hash::sha256(text.as_bytes());
        // The key must still be trusted: a remembered grant does not outlive the key that signed it.
        let pending = grant::Pending::read(text, evidence.keys)?;
        trace.passed("grant: header and key");
        if let Some(grant) = evidence.memory.recall(&digest) {
            trace.passed("grant: signature, remembered");
            grant.check_time(now)?;
            return Ok(grant);
        }
        let passed = pending.check().run(evidence.verifier)?;
        trace.passed("grant: signature");
        let expected = Expected { issuer: &self.issuer, audience: &self.bound_audience, max_life: grant::MAX_LIFE };
        let grant = Arc::new(pending.accept(&passed, &expected, now)?);
        trace.passed("grant: claims");
        evidence.memory.remember(digest, &grant);
        Ok(grant)
    }

    fn judge_bearer<V: Verifier, M: Memory>(
        &self,
        token: &str,
        evidence: &Evidence<'_, V, M>,
        now: Time,
        trace: &mut impl Trace,
    ) -> Result<Identity, Reason> {
        if !self.accepts.bearer {
            return Err(if token.bytes().filter(|b| *b == b'.').count() == 2 {
                Reason::NotAccepted
            } else {
                Reason::TokenMalformed
            });
        }
        let pending = bearer::Pending::read(token, evidence.keys)?;
        trace.passed("bearer: shape, header and key");
        let passed = pending.check().run(evidence.verifier)?;
        trace.passed("bearer: signature");
        let expected = Expected { issuer: &self.issuer, audience: &self.bearer_audience, max_life: bearer::MAX_LIFE };
        let bearer = pending.accept(&passed, &expected, now)?;
        trace.passed("bearer: claims");
        self.ceiling.check(&bearer.username, &bearer.groups, (bearer.issued_at, bearer.expires_at))?;
        trace.passed("ceiling");
        evidence.deny.check(&bearer_marks(&bearer))?;
        trace.passed("deny list");
        Ok(bearer_identity(bearer))
    }
}

fn marks<'a>(grant: &'a Grant, thumbprint: &'a str) -> Marks<'a> {
    Marks { id: &grant.id, session_id: &grant.session_id, subject: &grant.subject, thumbprint: Some(thumbprint) }
}

fn bearer_marks(bearer: &Bearer) -> Marks<'_> {
    Marks { id: &bearer.id, session_id: &bearer.session_id, subject: &bearer.subject, thumbprint: None }
}

fn uid(issuer: &str, subject: &str) -> String {
    hash::sha256_base64url(format!("{issuer}\0{subject}").as_bytes())
}

fn identity(grant: &Grant, thumbprint: String) -> Identity {
    Identity {
        uid: uid(&grant.issuer, &grant.subject),
        username: grant.username.clone(),
        groups: grant.groups.clone(),
        id: grant.id.clone(),
        session_id: grant.session_id.clone(),
        thumbprint: Some(thumbprint),
        auth_time: Some(grant.auth_time),
    }
}

fn bearer_identity(bearer: Bearer) -> Identity {
    Identity {
        uid: uid(&bearer.issuer, &bearer.subject),
        username: bearer.username,
        groups: bearer.groups,
        id: bearer.id,
        session_id: bearer.session_id,
        thumbprint: None,
        auth_time: None,
    }
}
