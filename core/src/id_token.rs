//! ID tokens of identity providers (OpenID Connect Core §2, §3.1.3.7): foreign, so read with distrust.

use alloc::{borrow::ToOwned, string::String};
use serde_json::Value;

use crate::{
    grant::LEEWAY,
    hash, json,
    jws::{Check, Compact, Passed, Signed},
    key_set::KeySet,
    name,
    problem::Reason,
    time::Time,
};

/// Header members no foreign token may carry: each lets the token choose how it is checked
/// (RFC 7515 §4.1, RFC 7516 §4.1, RFC 7797 §3).
const REFUSED: [&str; 9] = ["crit", "b64", "jwk", "jku", "x5u", "x5c", "zip", "enc", "cty"];

/// An ID token whose header is read, and whose key is still to be found.
pub struct Unkeyed<'a> {
    compact: Compact<'a>,
    algorithm: String,
    key_id: Option<String>,
    issuer: String,
}

impl<'a> Unkeyed<'a> {
    /// Reads the header, and the issuer to know whose keys to ask; nothing is believed yet.
    ///
    /// # Errors
    /// Shape and header: [`Reason::HeaderMemberRefused`], [`Reason::TypeWrong`],
    /// [`Reason::AlgorithmRefused`], [`Reason::KeyIdMalformed`].
    pub fn read(text: &'a str) -> Result<Self, Reason> {
        let compact = Compact::split(text)?;
        let header = json::parse(&compact.header_bytes()?).filter(Value::is_object).ok_or(Reason::HeaderMalformed)?;
        if REFUSED.iter().any(|member| header.get(member).is_some()) {
            return Err(Reason::HeaderMemberRefused);
        }
        match header.get("typ").map(|typ| typ.as_str().unwrap_or_default()) {
            None | Some("JWT" | "JOSE") => {}
            Some(_) => return Err(Reason::TypeWrong),
        }
        let algorithm = json::text(&header, "alg").ok_or(Reason::AlgorithmRefused)?.to_owned();
        let key_id = match header.get("kid") {
            None => None,
            Some(Value::String(key_id)) if name::is_id(key_id) => Some(key_id.clone()),
            Some(_) => return Err(Reason::KeyIdMalformed),
        };
        let payload = json::parse(&compact.payload_bytes()?).ok_or(Reason::ClaimsMalformed)?;
        let issuer = json::text(&payload, "iss").ok_or(Reason::ClaimsMalformed)?.to_owned();
        Ok(Self { compact, algorithm, key_id, issuer })
    }

    /// The issuer it claims, to look up in the configuration.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Chooses the key from that issuer's set; the key decides the algorithm.
    ///
    /// # Errors
    /// [`Reason::KeyUnknown`] (a fresh set may know it), [`Reason::AlgorithmRefused`].
    pub fn with_keys(self, keys: &KeySet) -> Result<Pending<'a>, Reason> {
        let key = match &self.key_id {
            Some(key_id) => keys.get(key_id),
            None => keys.only(),
        };
        let key = key.ok_or(Reason::KeyUnknown)?;
        if key.algorithm() != self.algorithm {
            return Err(Reason::AlgorithmRefused);
        }
        Ok(Pending { signed: Signed::new(self.compact, key.clone())? })
    }

    /// Whether a set holds the key it names, so that an unknown one is fetched once and not hoped for.
    #[must_use]
    pub fn is_known_to(&self, keys: &KeySet) -> bool {
        self.key_id.as_deref().map_or(keys.only().is_some(), |key_id| keys.get(key_id).is_some())
    }
}

/// An ID token whose signature is still to be checked.
pub struct Pending<'a> {
    signed: Signed<'a>,
}

/// What the mint insists on in an ID token.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The provider's issuer, compared exactly.
    pub issuer: &'a str,
    /// Our client id at that provider.
    pub client_id: &'a str,
    /// Audiences the configuration accepts.
    pub audiences: &'a [String],
    /// The nonce that commits to the key, computed from the proof's key and the salt.
    pub nonce: &'a str,
}

/// The claims of an ID token that was accepted, still in the provider's words.
#[derive(Clone, Debug)]
pub struct IdToken(Value);

impl Pending<'_> {
    /// The check the host has to run.
    pub fn check(&self) -> Check<'_> {
        self.signed.check()
    }

    /// The token, if it is for us, alive and made for this key.
    ///
    /// # Errors
    /// [`Reason::IssuerWrong`], [`Reason::AudienceWrong`], [`Reason::Expired`],
    /// [`Reason::NotYetValid`], [`Reason::NonceWrong`], [`Reason::ClaimsMalformed`].
    pub fn accept(&self, passed: &Passed<'_>, expected: &Expected<'_>, now: Time) -> Result<IdToken, Reason> {
        let claims = json::parse(&self.signed.open(passed)?).filter(Value::is_object).ok_or(Reason::ClaimsMalformed)?;
        if json::text(&claims, "iss") != Some(expected.issuer) {
            return Err(Reason::IssuerWrong);
        }
        check_audience(&claims, expected)?;
        let token = IdToken(claims);
        let expires_at = token.time("exp")?.ok_or(Reason::ClaimsMalformed)?;
        let issued_at = token.time("iat")?.ok_or(Reason::ClaimsMalformed)?;
        let begins = token.time("nbf")?.unwrap_or(issued_at).max(issued_at);
        if expires_at <= now {
            return Err(Reason::Expired);
        }
        if begins > now.plus(LEEWAY) {
            return Err(Reason::NotYetValid);
        }
        match json::text(&token.0, "nonce") {
            Some(nonce) if hash::equal(nonce, expected.nonce) => Ok(token),
            _ => Err(Reason::NonceWrong),
        }
    }
}

impl IdToken {
    /// A claim by name.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A claim that is a moment; none if it is absent.
    ///
    /// # Errors
    /// [`Reason::ClaimsMalformed`] if it is there and is no plain integer in range.
    pub fn time(&self, name: &str) -> Result<Option<Time>, Reason> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        value.as_u64().and_then(Time::from_unix).map(Some).ok_or(Reason::ClaimsMalformed)
    }
}

/// One accepted audience; where there are several, `azp` must be ours (OpenID Connect Core §3.1.3.7).
fn check_audience(claims: &Value, expected: &Expected<'_>) -> Result<(), Reason> {
    let accepted = |audience: &str| expected.audiences.iter().any(|a| a == audience);
    let party = match claims.get("azp") {
        None => None,
        Some(party) => Some(party.as_str().ok_or(Reason::ClaimsMalformed)?),
    };
    let authorized = party.is_none_or(|party| party == expected.client_id);
    let ours = match claims.get("aud") {
        Some(Value::String(audience)) => accepted(audience),
        Some(audiences @ Value::Array(_)) => {
            let audiences = json::texts(audiences).ok_or(Reason::ClaimsMalformed)?;
            let named = audiences.len() == 1 || party.is_some();
            named && audiences.iter().any(|audience| accepted(audience))
        }
        _ => return Err(Reason::ClaimsMalformed),
    };
    if ours && authorized { Ok(()) } else { Err(Reason::AudienceWrong) }
}
