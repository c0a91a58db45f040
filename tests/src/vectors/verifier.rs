//! The verifiers that vectors run with on this machine.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use kubemint_core::{es256::Portable, jwk::VerifyingKey, jws::Verifier};

/// Everything through aws-lc-rs, as the native hosts do.
pub struct Native;

impl Verifier for Native {
    fn verify(&self, key: &VerifyingKey, input: &[u8], signature: &[u8]) -> bool {
        match key {
            VerifyingKey::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point.sec1()).verify(input, signature).is_ok()
            }
            VerifyingKey::Rsa(rsa) => {
                let key = RsaPublicKeyComponents { n: &rsa.modulus, e: &rsa.exponent };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, input, signature).is_ok()
            }
            _ => false,
        }
    }
}

/// ES256 by core's own portable code; RS256, which core has none of, as [`Native`] does it.
pub struct InCore;

impl Verifier for InCore {
    fn verify(&self, key: &VerifyingKey, input: &[u8], signature: &[u8]) -> bool {
        match key {
            VerifyingKey::P256(_) => Portable.verify(key, input, signature),
            _ => Native.verify(key, input, signature),
        }
    }
}
