//! Our ES256 as an `Algorithm` of the jwt-compact crate, for Rust programs that already use it.
//!
//! It brings our key and signature code to that crate, not our profile: jwt-compact ignores `crit`
//! and does not insist on `typ`, so a token it accepts is not yet one we accept.

use alloc::borrow::Cow;
use jwt_compact::{Algorithm, AlgorithmSignature};

use crate::{
    es256::Portable,
    jwk::{PublicKey, SecretKey, VerifyingKey},
    jws::Verifier as _,
};

/// ES256 over this crate's keys (RFC 7518 §3.4).
#[derive(Clone, Copy, Debug, Default)]
pub struct Es256;

/// A signature of 64 bytes, `r ‖ s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl AlgorithmSignature for Signature {
    const LENGTH: Option<core::num::NonZeroUsize> = core::num::NonZeroUsize::new(64);

    fn try_from_slice(slice: &[u8]) -> anyhow::Result<Self> {
        Ok(Self(slice.try_into()?))
    }

    fn as_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }
}

impl Algorithm for Es256 {
    type SigningKey = SecretKey;
    type VerifyingKey = PublicKey;
    type Signature = Signature;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed("ES256")
    }

    fn sign(&self, signing_key: &SecretKey, message: &[u8]) -> Signature {
        Signature(signing_key.sign(message))
    }

    fn verify_signature(&self, signature: &Signature, verifying_key: &PublicKey, message: &[u8]) -> bool {
        Portable.verify(&VerifyingKey::P256(verifying_key.clone()), message, &signature.0)
    }
}
