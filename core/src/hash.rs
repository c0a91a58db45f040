//! SHA-256, and comparison in constant time.

use alloc::string::String;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::base64url;

/// SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// base64url of SHA-256, the form of `sd_hash` (RFC 9901 §4.3.1), `ath` (RFC 9449 §4.1) and
/// thumbprints (RFC 7638 §3): 43 characters.
#[must_use]
pub fn sha256_base64url(bytes: &[u8]) -> String {
    base64url::encode(&sha256(bytes))
}

/// Compares two texts without telling by time where they differ.
#[must_use]
pub fn equal(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}
