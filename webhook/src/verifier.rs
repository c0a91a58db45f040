//! The seam where core's signature checks meet aws-lc-rs.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use kubemint_core::{jwk::VerifyingKey, jws::Verifier};

/// Checks ES256 with aws-lc-rs; RS256 is refused, no token of ours is signed with it.
#[derive(Clone, Copy, Debug)]
pub struct Native;

impl Verifier for Native {
    fn verify(&self, key: &VerifyingKey, input: &[u8], signature: &[u8]) -> bool {
        let VerifyingKey::P256(point) = key else { return false };
        // Parsing first and then verifying costs 49 µs, `UnparsedPublicKey::verify` does both in 55.
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point.sec1())
            .is_ok_and(|key| key.verify_sig(input, signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kubemint_core::{es256::Portable, jwk::SecretKey};

    /// Both verifiers see the same thing, or one token would be good on one host and bad on another.
    #[test]
    fn h26_judges_as_the_portable_verifier_does() {
        let secret = SecretKey::from_random(&[7; 32]).unwrap();
        let key = VerifyingKey::P256(secret.public().clone());
        let good = secret.sign(b"input");
        let mut cases =
            vec![good.to_vec(), vec![], good[..63].to_vec(), [&good[..], &[0]].concat(), vec![0; 64], vec![0xff; 64]];
        for bit in 0..512 {
            let mut flipped = good;
            flipped[bit / 8] ^= 1 << (bit % 8);
            cases.push(flipped.to_vec());
        }
        for (half, side) in [(0, "r"), (32, "s")] {
            let mut zeroed = good;
            zeroed[half..half + 32].fill(0);
            cases.push(zeroed.to_vec());
            assert!(!Native.verify(&key, b"input", &zeroed), "{side} = 0");
        }
        for signature in &cases {
            assert_eq!(Native.verify(&key, b"input", signature), Portable.verify(&key, b"input", signature));
            assert_eq!(Native.verify(&key, b"input", signature), *signature == good);
        }
    }
}
