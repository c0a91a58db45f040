//! Strict base64url: no padding, no other alphabet, canonical last character (RFC 7515 §2).

use alloc::{string::String, vec::Vec};
use base64ct::{Base64UrlUnpadded, Encoding};

use crate::problem::Reason;

/// Encodes bytes without padding.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Decodes text of any length.
///
/// # Errors
/// [`Reason::EncodingMalformed`] for padding, another alphabet, white space or a last character
/// with loose bits: each would give one token several spellings.
pub fn decode(text: &str) -> Result<Vec<u8>, Reason> {
    Base64UrlUnpadded::decode_vec(text).map_err(|_| Reason::EncodingMalformed)
}

/// Decodes text that must be exactly `N` bytes.
///
/// # Errors
/// As [`decode`], and for any other length.
pub fn decode_array<const N: usize>(text: &str) -> Result<[u8; N], Reason> {
    let mut bytes = [0; N];
    match Base64UrlUnpadded::decode(text, &mut bytes) {
        Ok(decoded) if decoded.len() == N => Ok(bytes),
        _ => Err(Reason::EncodingMalformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_and_decodes() {
        assert_eq!(decode(&encode(b"\xff\xfe\xfd")).unwrap(), b"\xff\xfe\xfd");
        assert_eq!(decode_array::<2>("_-8").unwrap(), [0xff, 0xef]);
    }

    #[test]
    fn h10_h11_h12_h13_refuses_other_spellings() {
        for text in ["+/8", "_-8=", "_-9", "_-\r\n8", "_-8 ", "_", "_\u{ff0d}8"] {
            assert_eq!(decode(text), Err(Reason::EncodingMalformed), "{text:?}");
        }
        assert_eq!(decode_array::<3>("_-8"), Err(Reason::EncodingMalformed));
    }
}
