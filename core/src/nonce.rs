//! The nonce of a sign-in, which commits the ID token to the user's key before it exists.

use alloc::{format, string::String};

use crate::{base64url, hash, problem::Reason};

/// The nonce to send with the authorization request: base64url(SHA-256(ASCII(jkt) ‖ "." ‖ ASCII(salt))).
///
/// The salt is random and secret until the exchange, so that the provider learns nothing about the
/// key and cannot link two sign-ins by it.
#[must_use]
pub fn commitment(thumbprint: &str, salt: &str) -> String {
    hash::sha256_base64url(format!("{thumbprint}.{salt}").as_bytes())
}

/// Whether a text is 128 random bits in base64url: 22 characters.
///
/// # Errors
/// [`Reason::NonceMalformed`].
pub fn check(nonce: &str) -> Result<(), Reason> {
    base64url::decode_array::<16>(nonce).map(|_| ()).map_err(|_| Reason::NonceMalformed)
}
