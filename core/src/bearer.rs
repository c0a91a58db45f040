//! The bearer: a JWT access token (RFC 9068) bound to no key, where policy and cluster allow it.

use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{
    grant::{self, Expected},
    jws::{Check, Compact, Header, Passed, Signed, SigningInput},
    key_set::KeySet,
    name,
    problem::Reason,
    time::{Seconds, Time},
};

const TYPE: &str = "at+jwt";
/// How long a bearer lives unless another life is asked for.
pub const DEFAULT_LIFE: Seconds = Seconds::minutes(15);
/// No bearer lives longer.
pub const MAX_LIFE: Seconds = Seconds::hours(72);

/// A bearer: a secret, good for whoever has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// `iss`: the mint.
    pub issuer: String,
    /// `aud`: the URL of one cluster.
    pub audience: String,
    /// `iat`.
    pub issued_at: Time,
    /// `exp`.
    pub expires_at: Time,
    /// `jti`.
    pub id: String,
    /// `sub`.
    pub subject: String,
    /// What RBAC and audit see.
    pub username: String,
    /// What RBAC and audit see.
    pub groups: Vec<String>,
    /// `sid`: the session it came from.
    pub session_id: String,
    /// The client the sign-in was for (RFC 9068 §2.2).
    pub client_id: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    sub: String,
    username: String,
    groups: Vec<String>,
    aud: String,
    client_id: String,
    iat: Time,
    exp: Time,
    jti: String,
    sid: String,
}

impl Bearer {
    /// What the mint's key signs; the attached token is the bearer.
    pub fn signing_input(&self, key_id: &str) -> SigningInput {
        let claims = Claims {
            iss: self.issuer.clone(),
            sub: self.subject.clone(),
            username: self.username.clone(),
            groups: self.groups.clone(),
            aud: self.audience.clone(),
            client_id: self.client_id.clone(),
            iat: self.issued_at,
            exp: self.expires_at,
            jti: self.id.clone(),
            sid: self.session_id.clone(),
        };
        SigningInput::new(&Header::new(TYPE, key_id), &claims)
    }
}

/// A bearer whose signature is still to be checked.
pub struct Pending<'a>(Signed<'a>);

impl<'a> Pending<'a> {
    /// Reads a bearer as far as header and key.
    ///
    /// # Errors
    /// Shape, header and [`Reason::KeyUnknown`].
    pub fn read(text: &'a str, keys: &KeySet) -> Result<Self, Reason> {
        let compact = Compact::split(text)?;
        let header: Header = compact.header()?;
        let key = keys.p256(header.key_id(TYPE)?)?;
        Ok(Self(Signed::new(compact, key.clone())?))
    }

    /// The check the host has to run.
    pub fn check(&self) -> Check<'_> {
        self.0.check()
    }

    /// The bearer, if all its claims are as expected.
    ///
    /// # Errors
    /// The reasons of the claims.
    pub fn accept(&self, passed: &Passed<'_>, expected: &Expected<'_>, now: Time) -> Result<Bearer, Reason> {
        let claims: Claims = self.0.claims(passed)?;
        expected.check_parties(&claims.iss, &claims.aud)?;
        if !name::is_id(&claims.jti) || !name::is_id(&claims.sid) || claims.exp <= claims.iat {
            return Err(Reason::ClaimsMalformed);
        }
        expected.check_life(claims.iat, claims.exp)?;
        grant::check_time(claims.iat, claims.exp, now)?;
        name::check_identity(&claims.sub, &claims.username, &claims.groups)?;
        Ok(from_checked(claims))
    }
}

fn from_checked(claims: Claims) -> Bearer {
    Bearer {
        issuer: claims.iss,
        audience: claims.aud,
        issued_at: claims.iat,
        expires_at: claims.exp,
        id: claims.jti,
        subject: claims.sub,
        username: claims.username,
        groups: claims.groups,
        session_id: claims.sid,
        client_id: claims.client_id,
    }
}
