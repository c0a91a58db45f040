//! DPoP proofs (RFC 9449), which carry beside their own members what the exchange is for.

use alloc::{borrow::ToOwned, string::String};
use serde::{Deserialize, Serialize};

use crate::{
    hash, json,
    jwk::{PublicKey, VerifyingKey, WireJwk},
    jws::{self, Check, Compact, Passed, Signed, SigningInput},
    name,
    problem::Reason,
    time::{Seconds, Time},
};

const TYPE: &str = "dpop+jwt";
/// How far a proof's date may lie from the verifier's clock, on either side.
pub const LEEWAY: Seconds = Seconds(60);

/// The request a proof is for. A captured proof cannot be turned to another purpose.
#[derive(Clone, Copy, Debug)]
pub struct Purpose<'a> {
    /// `htm`: the HTTP method.
    pub method: &'a str,
    /// `htu`: the URL without query, compared exactly.
    pub uri: &'a str,
    /// The form's `resource`.
    pub resource: &'a str,
    /// The form's `requested_token_type`, if it has one.
    pub requested_token_type: Option<&'a str>,
    /// A token the proof goes with, as `ath` (RFC 9449 §4.2): for bearers, the session's presentation.
    pub token: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    #[serde(deserialize_with = "json::object")]
    jwk: WireJwk,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: Time,
    resource: String,
    #[serde(default, deserialize_with = "json::present", skip_serializing_if = "Option::is_none")]
    requested_token_type: Option<String>,
    #[serde(default, deserialize_with = "json::present", skip_serializing_if = "Option::is_none")]
    ath: Option<String>,
}

/// What the holder's key signs to prove itself for one request; `id` is the `jti`, 128 random bits.
pub fn unsigned(key: &PublicKey, purpose: &Purpose<'_>, id: &[u8; 16], now: Time) -> SigningInput {
    SigningInput::new(
        &Header { alg: "ES256".into(), typ: TYPE.into(), jwk: WireJwk::new(key) },
        &Claims {
            jti: crate::base64url::encode(id),
            htm: purpose.method.to_owned(),
            htu: purpose.uri.to_owned(),
            iat: now,
            resource: purpose.resource.to_owned(),
            requested_token_type: purpose.requested_token_type.map(ToOwned::to_owned),
            ath: purpose.token.map(|token| hash::sha256_base64url(token.as_bytes())),
        },
    )
}

/// A proof whose signature is still to be checked.
pub struct Pending<'a> {
    signed: Signed<'a>,
    key: PublicKey,
}

/// A proof that was accepted: who holds the key, and an id to remember it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The key the sender holds.
    pub key: PublicKey,
    /// `jti`.
    pub id: String,
}

impl<'a> Pending<'a> {
    /// Reads a proof as far as header and key, which here comes with the token (RFC 9449 §4.2).
    ///
    /// # Errors
    /// Shape, header and [`Reason::KeyRefused`].
    pub fn read(text: &'a str) -> Result<Self, Reason> {
        let compact = Compact::split(text)?;
        let header: Header = compact.header()?;
        jws::check_algorithm_and_type((&header.alg, &header.typ), TYPE)?;
        let key = header.jwk.key()?;
        Ok(Self { signed: Signed::new(compact, VerifyingKey::P256(key.clone()))?, key })
    }

    /// The check the host has to run.
    pub fn check(&self) -> Check<'_> {
        self.signed.check()
    }

    /// The proof, if it is for this very request and of this minute.
    ///
    /// # Errors
    /// [`Reason::ProofWrong`], [`Reason::ProofStale`], [`Reason::ClaimsMalformed`].
    pub fn accept(&self, passed: &Passed<'_>, purpose: &Purpose<'_>, now: Time) -> Result<Proof, Reason> {
        let claims: Claims = self.signed.claims(passed)?;
        let token = purpose.token.map(|token| hash::sha256_base64url(token.as_bytes()));
        let token_fits = match (&claims.ath, &token) {
            (Some(ath), Some(token)) => hash::equal(ath, token),
            (ath, token) => ath.is_none() && token.is_none(),
        };
        let fits = claims.htm == purpose.method
            && claims.htu == purpose.uri
            && claims.resource == purpose.resource
            && claims.requested_token_type.as_deref() == purpose.requested_token_type
            && token_fits;
        if !fits {
            return Err(Reason::ProofWrong);
        }
        if !name::is_id(&claims.jti) {
            return Err(Reason::ClaimsMalformed);
        }
        if claims.iat.since(now).max(now.since(claims.iat)) > LEEWAY {
            return Err(Reason::ProofStale);
        }
        Ok(Proof { key: self.key.clone(), id: claims.jti })
    }
}
