//! Compact JSON Web Signatures (RFC 7515 §7.1), and the two seams where a host signs and verifies.

use alloc::{format, string::String, vec::Vec};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{base64url, json, jwk::VerifyingKey, problem::Reason};

/// The longest token that is looked at, in bytes.
pub const MAX_TOKEN: usize = 8192;

/// What is signed: `header.payload`. Core builds it, the host signs it, core attaches the signature.
#[must_use]
pub struct SigningInput(String);

impl SigningInput {
    /// Encodes header and claims; both are structs of ours, so encoding cannot fail for their content.
    pub(crate) fn new(header: &impl Serialize, claims: &impl Serialize) -> Self {
        let part = |json: Result<Vec<u8>, _>| base64url::encode(&json.unwrap_or_default());
        Self(format!("{}.{}", part(serde_json::to_vec(header)), part(serde_json::to_vec(claims))))
    }

    /// The bytes to sign with ES256.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The finished token, with the 64 bytes `r ‖ s` the host made.
    #[must_use]
    pub fn attach(self, signature: &[u8; 64]) -> String {
        format!("{}.{}", self.0, base64url::encode(signature))
    }
}

/// A signature that is still to be checked, by whatever the host has for it.
#[derive(Clone, Copy)]
#[must_use]
pub struct Check<'a> {
    key: &'a VerifyingKey,
    input: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Check<'a> {
    /// The key to check with; it decides the algorithm.
    #[must_use]
    pub const fn key(&self) -> &'a VerifyingKey {
        self.key
    }

    /// The signed bytes.
    #[must_use]
    pub const fn input(&self) -> &'a [u8] {
        self.input
    }

    /// The signature: `r ‖ s` for ES256, one RSA block for RS256.
    #[must_use]
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }

    /// Runs the check with a verifier that answers at once.
    ///
    /// # Errors
    /// [`Reason::SignatureWrong`].
    pub fn run(self, verifier: &impl Verifier) -> Result<Passed<'a>, Reason> {
        let valid = verifier.verify(self.key, self.input, self.signature);
        self.judged(valid)
    }

    /// Takes the host's word for exactly this check.
    ///
    /// # Errors
    /// [`Reason::SignatureWrong`] unless `valid`.
    pub fn judged(self, valid: bool) -> Result<Passed<'a>, Reason> {
        if valid { Ok(Passed(self)) } else { Err(Reason::SignatureWrong) }
    }
}

/// A check that passed; it opens only the value it came from.
#[must_use]
pub struct Passed<'a>(Check<'a>);

/// Verifies signatures at once; hosts that must wait use [`Check::judged`] instead.
pub trait Verifier {
    /// Whether `signature` is `key`'s over `input`.
    fn verify(&self, key: &VerifyingKey, input: &[u8], signature: &[u8]) -> bool;
}

/// A token split at its dots: nothing decoded, nothing believed.
#[derive(Clone, Copy)]
pub(crate) struct Compact<'a> {
    input: &'a str,
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> Compact<'a> {
    /// Exactly three parts, and within [`MAX_TOKEN`]; dots are counted before anything is split.
    pub(crate) fn split(text: &'a str) -> Result<Self, Reason> {
        if text.len() > MAX_TOKEN {
            return Err(Reason::TokenTooLarge);
        }
        if text.bytes().filter(|b| *b == b'.').count() != 2 {
            return Err(Reason::TokenMalformed);
        }
        let (input, signature) = text.rsplit_once('.').ok_or(Reason::TokenMalformed)?;
        let (header, payload) = input.split_once('.').ok_or(Reason::TokenMalformed)?;
        Ok(Self { input, header, payload, signature })
    }

    /// The header as a struct of known members.
    pub(crate) fn header<T: DeserializeOwned>(&self) -> Result<T, Reason> {
        json::read(&self.header_bytes()?).ok_or(Reason::HeaderMalformed)
    }

    pub(crate) fn header_bytes(&self) -> Result<Vec<u8>, Reason> {
        base64url::decode(self.header)
    }

    /// The payload; only a peek at the issuer may call this before the signature was checked.
    pub(crate) fn payload_bytes(&self) -> Result<Vec<u8>, Reason> {
        base64url::decode(self.payload)
    }
}

/// A token whose key is chosen and whose signature is still to be checked.
pub(crate) struct Signed<'a> {
    compact: Compact<'a>,
    key: VerifyingKey,
    signature: Vec<u8>,
}

impl<'a> Signed<'a> {
    pub(crate) fn new(compact: Compact<'a>, key: VerifyingKey) -> Result<Self, Reason> {
        let signature = base64url::decode(compact.signature)?;
        let expected = match &key {
            VerifyingKey::P256(_) => 64,
            VerifyingKey::Rsa(rsa) => rsa.modulus.len(),
        };
        if signature.len() == expected { Ok(Self { compact, key, signature }) } else { Err(Reason::SignatureWrong) }
    }

    pub(crate) fn check(&self) -> Check<'_> {
        Check { key: &self.key, input: self.compact.input.as_bytes(), signature: &self.signature }
    }

    /// The payload's bytes, once the check of exactly this token has passed.
    pub(crate) fn open(&self, passed: &Passed<'_>) -> Result<Vec<u8>, Reason> {
        let (own, its) = (self.check(), passed.0);
        if own.key != its.key || own.input != its.input || own.signature != its.signature {
            return Err(Reason::SignatureWrong);
        }
        self.compact.payload_bytes()
    }

    /// As [`Self::open`], read into a struct of known members.
    pub(crate) fn claims<T: DeserializeOwned>(&self, passed: &Passed<'_>) -> Result<T, Reason> {
        json::read(&self.open(passed)?).ok_or(Reason::ClaimsMalformed)
    }
}

/// The header of our own tokens: these members, each once, and no other.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    alg: String,
    typ: String,
    kid: String,
}

impl Header {
    pub(crate) fn new(typ: &str, key_id: &str) -> Self {
        Self { alg: "ES256".into(), typ: typ.into(), kid: key_id.into() }
    }

    /// The key id, once algorithm and type are the ones expected (RFC 8725 §3.1, §3.11).
    pub(crate) fn key_id(&self, typ: &str) -> Result<&str, Reason> {
        check_algorithm_and_type((&self.alg, &self.typ), typ)?;
        if crate::name::is_id(&self.kid) { Ok(&self.kid) } else { Err(Reason::KeyIdMalformed) }
    }
}

/// Our own tokens are ES256 of an exact type.
pub(crate) fn check_algorithm_and_type((alg, typ): (&str, &str), expected: &str) -> Result<(), Reason> {
    if alg != "ES256" {
        return Err(Reason::AlgorithmRefused);
    }
    if typ != expected {
        return Err(Reason::TypeWrong);
    }
    Ok(())
}
