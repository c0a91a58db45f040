//! The grant: what a mint says a key may be on one cluster, as an SD-JWT without disclosures (RFC 9901).

use alloc::{format, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{
    json,
    jwk::{PublicKey, WireJwk},
    jws::{Check, Compact, Header, Passed, Signed, SigningInput},
    key_set::KeySet,
    name,
    problem::Reason,
    time::{Seconds, Time},
};

/// The exact `typ` of a grant and of a session.
pub const TYPE: &str = "kubemint-grant+sd-jwt";
/// No grant for a cluster lives longer.
pub const MAX_LIFE: Seconds = Seconds::days(7);
/// How far clocks may differ.
pub const LEEWAY: Seconds = Seconds(30);
/// How long a presentation is good for unless policy says otherwise.
pub const DEFAULT_WINDOW: Seconds = Seconds(60);
/// No grant may ask for a longer window.
pub const MAX_WINDOW: Seconds = Seconds(300);

/// A grant or, for the mint's own audience, a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// `iss`: the mint.
    pub issuer: String,
    /// `aud`: the bound audience of one cluster, or of the mint.
    pub audience: String,
    /// `iat`.
    pub issued_at: Time,
    /// `exp`.
    pub expires_at: Time,
    /// `jti`: 128 random bits, base64url.
    pub id: String,
    /// `sub`: `<alias>:<upstream sub>`, stable.
    pub subject: String,
    /// What RBAC and audit see.
    pub username: String,
    /// What RBAC and audit see.
    pub groups: Vec<String>,
    /// `sid`: the session it came from.
    pub session_id: String,
    /// `session_iat`: when that session was made.
    pub session_issued_at: Time,
    /// `auth_time`: when the person signed in at the provider.
    pub auth_time: Time,
    /// `cnf.jwk`: the key without which it opens nothing (RFC 7800 §3.2).
    pub holder: PublicKey,
    /// How long one presentation is good for.
    pub window: Seconds,
    /// The client the sign-in was for.
    pub client_id: Option<String>,
    /// How the person signed in (RFC 8176).
    pub authentication_methods: Option<Vec<String>>,
}

/// What the reader of a grant insists on.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The one issuer.
    pub issuer: &'a str,
    /// The one bound audience.
    pub audience: &'a str,
    /// The longest life it may have.
    pub max_life: Seconds,
}

impl Expected<'_> {
    /// One issuer and one audience, each compared exactly.
    pub(crate) fn check_parties(&self, issuer: &str, audience: &str) -> Result<(), Reason> {
        if issuer != self.issuer {
            return Err(Reason::IssuerWrong);
        }
        if audience == self.audience { Ok(()) } else { Err(Reason::AudienceWrong) }
    }

    pub(crate) fn check_life(&self, issued_at: Time, expires_at: Time) -> Result<(), Reason> {
        if expires_at.since(issued_at) > self.max_life { Err(Reason::LifeTooLong) } else { Ok(()) }
    }
}

/// Whether something of ours is alive.
pub(crate) fn check_time(issued_at: Time, expires_at: Time, now: Time) -> Result<(), Reason> {
    if issued_at > now.plus(LEEWAY) {
        return Err(Reason::NotYetValid);
    }
    if expires_at <= now { Err(Reason::Expired) } else { Ok(()) }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    iat: Time,
    exp: Time,
    jti: String,
    sub: String,
    username: String,
    groups: Vec<String>,
    sid: String,
    session_iat: Time,
    auth_time: Time,
    #[serde(deserialize_with = "json::object")]
    cnf: Confirmation,
    window: u64,
    #[serde(default, deserialize_with = "json::present", skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(default, deserialize_with = "json::present", skip_serializing_if = "Option::is_none")]
    amr: Option<Vec<String>>,
    #[serde(default, deserialize_with = "json::present", skip_serializing_if = "Option::is_none")]
    _sd_alg: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    #[serde(deserialize_with = "json::object")]
    jwk: WireJwk,
}

impl Grant {
    /// What the mint's key signs; [`text`] makes the grant of it.
    pub fn signing_input(&self, key_id: &str) -> SigningInput {
        SigningInput::new(&Header::new(TYPE, key_id), &self.to_claims())
    }

    /// Whether it is alive: checked again each time a remembered grant is used.
    ///
    /// # Errors
    /// [`Reason::NotYetValid`] or [`Reason::Expired`].
    pub fn check_time(&self, now: Time) -> Result<(), Reason> {
        check_time(self.issued_at, self.expires_at, now)
    }

    fn to_claims(&self) -> Claims {
        Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            iat: self.issued_at,
            exp: self.expires_at,
            jti: self.id.clone(),
            sub: self.subject.clone(),
            username: self.username.clone(),
            groups: self.groups.clone(),
            sid: self.session_id.clone(),
            session_iat: self.session_issued_at,
            auth_time: self.auth_time,
            cnf: Confirmation { jwk: WireJwk::new(&self.holder) },
            window: self.window.0,
            client_id: self.client_id.clone(),
            amr: self.authentication_methods.clone(),
            _sd_alg: None,
        }
    }

    fn from_claims(claims: Claims, expected: &Expected<'_>, now: Time) -> Result<Self, Reason> {
        expected.check_parties(&claims.iss, &claims.aud)?;
        let ids = [&claims.jti, &claims.sid].into_iter().all(|id| name::is_id(id));
        let window = (1..=MAX_WINDOW.0).contains(&claims.window);
        let hash = claims._sd_alg.as_deref().is_none_or(|a| a == "sha-256");
        if !ids || !window || !hash || claims.exp <= claims.iat || claims.session_iat > claims.iat.plus(LEEWAY) {
            return Err(Reason::ClaimsMalformed);
        }
        expected.check_life(claims.iat, claims.exp)?;
        name::check_identity(&claims.sub, &claims.username, &claims.groups)?;
        let grant = Self::from_checked(claims)?;
        grant.check_time(now)?;
        Ok(grant)
    }

    fn from_checked(claims: Claims) -> Result<Self, Reason> {
        Ok(Self {
            holder: claims.cnf.jwk.key()?,
            issuer: claims.iss,
            audience: claims.aud,
            issued_at: claims.iat,
            expires_at: claims.exp,
            id: claims.jti,
            subject: claims.sub,
            username: claims.username,
            groups: claims.groups,
            session_id: claims.sid,
            session_issued_at: claims.session_iat,
            auth_time: claims.auth_time,
            window: Seconds(claims.window),
            client_id: claims.client_id,
            authentication_methods: claims.amr,
        })
    }
}

/// A signed grant as it is handed out: the JWS and its `~` (RFC 9901 §4).
#[must_use]
pub fn text(jws: &str) -> String {
    format!("{jws}~")
}

/// A grant whose signature is still to be checked.
pub struct Pending<'a>(Signed<'a>);

impl<'a> Pending<'a> {
    /// Reads the text of a grant, with its `~`, as far as header and key.
    ///
    /// # Errors
    /// Shape, header and [`Reason::KeyUnknown`].
    pub fn read(text: &'a str, keys: &KeySet) -> Result<Self, Reason> {
        let jws = text.strip_suffix('~').ok_or(Reason::TokenMalformed)?;
        let compact = Compact::split(jws)?;
        let header: Header = compact.header()?;
        let key = keys.p256(header.key_id(TYPE)?)?;
        Ok(Self(Signed::new(compact, key.clone())?))
    }

    /// The check the host has to run.
    pub fn check(&self) -> Check<'_> {
        self.0.check()
    }

    /// The grant, if all its claims are as expected.
    ///
    /// # Errors
    /// The reasons of the claims; [`Reason::SignatureWrong`] if `passed` is another check's.
    pub fn accept(&self, passed: &Passed<'_>, expected: &Expected<'_>, now: Time) -> Result<Grant, Reason> {
        Grant::from_claims(self.0.claims(passed)?, expected, now)
    }
}

/// The claims of a grant without any check, for its own holder to read: who, until when.
///
/// # Errors
/// Shape and claims. Nothing here was verified: never decide access by it.
pub fn peek(text: &str, now: Time) -> Result<Grant, Reason> {
    let compact = Compact::split(text.strip_suffix('~').ok_or(Reason::TokenMalformed)?)?;
    let claims: Claims = json::read(&compact.payload_bytes()?).ok_or(Reason::ClaimsMalformed)?;
    let (issuer, audience) = (claims.iss.clone(), claims.aud.clone());
    Grant::from_claims(claims, &Expected { issuer: &issuer, audience: &audience, max_life: Seconds(u64::MAX) }, now)
}
