//! Random bytes from the operating system.

use kubemint_core::base64url;

use crate::refusal::Refusal;

/// So many random bytes.
pub fn bytes<const N: usize>() -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|_| Refusal::new("chance-missing", "the operating system gives no random bytes"))?;
    Ok(bytes)
}

/// 256 random bits in base64url: 43 characters, as PKCE wants them (RFC 7636 §4.1).
pub fn text() -> Result<String, Refusal> {
    Ok(base64url::encode(&bytes::<32>()?))
}
