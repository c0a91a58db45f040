//! The portable verifier, for hosts that have nothing better than p256.

use ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey as P256Key};

use crate::{jwk::VerifyingKey, jws::Verifier};

/// Verifies ES256 in plain Rust; RS256 is refused, there is no RSA in the core.
///
/// Both halves of `s` are accepted: RFC 7518 §3.4 asks for no normal form, and WebCrypto, Go and
/// OpenSSL sign with either. So a signature is never used as an identity.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portable;

impl Verifier for Portable {
    fn verify(&self, key: &VerifyingKey, input: &[u8], signature: &[u8]) -> bool {
        let VerifyingKey::P256(key) = key else { return false };
        let (Ok(key), Ok(signature)) = (P256Key::from_sec1_bytes(key.sec1()), Signature::from_slice(signature)) else {
            return false;
        };
        key.verify(input, &signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jwk::SecretKey;
    use p256::elliptic_curve::ops::Neg as _;

    #[test]
    fn h26_scalars_out_of_range_refuse_and_high_s_passes() {
        let secret = SecretKey::from_random(&[7; 32]).unwrap();
        let key = VerifyingKey::P256(secret.public().clone());
        let good = secret.sign(b"input");
        assert!(Portable.verify(&key, b"input", &good));
        assert!(!Portable.verify(&key, b"inpuT", &good));
        let order = [
            0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad,
            0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
        ];
        for half in [[0; 32], order, [0xff; 32]] {
            let (mut r, mut s) = (good, good);
            r[..32].copy_from_slice(&half);
            s[32..].copy_from_slice(&half);
            assert!(!Portable.verify(&key, b"input", &r));
            assert!(!Portable.verify(&key, b"input", &s));
        }
        for length in [0, 63] {
            assert!(!Portable.verify(&key, b"input", &good[..length]));
        }
        let signature = Signature::from_slice(&good).unwrap();
        let high = Signature::from_scalars(signature.r().to_bytes(), signature.s().neg().to_bytes()).unwrap();
        assert!(Portable.verify(&key, b"input", &high.to_bytes()));
    }
}
