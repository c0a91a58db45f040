//! The presentation: a grant and its holder's signature of this minute (RFC 9901 §4.3, Key Binding).

use alloc::{borrow::ToOwned, string::String};
use serde::{Deserialize, Serialize};

use crate::{
    base64url,
    grant::{Grant, LEEWAY},
    hash, json,
    jwk::VerifyingKey,
    jws::{self, Check, Compact, MAX_TOKEN, Passed, Signed, SigningInput},
    nonce,
    problem::Reason,
    time::{Seconds, Time},
};

const TYPE: &str = "kb+jwt";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iat: Time,
    aud: String,
    nonce: String,
    sd_hash: String,
}

/// What the holder's key signs to present `grant` (its text, with the `~`) to `audience`. The
/// finished presentation is the grant's text followed by the attached token.
pub fn unsigned(grant: &str, audience: &str, random: &[u8; 16], now: Time) -> SigningInput {
    SigningInput::new(
        &Header { alg: "ES256".into(), typ: TYPE.into() },
        &Claims {
            iat: now,
            aud: audience.to_owned(),
            nonce: base64url::encode(random),
            sd_hash: hash::sha256_base64url(grant.as_bytes()),
        },
    )
}

/// The most bytes the holder's part adds to a grant for an audience of so many bytes.
#[must_use]
pub const fn binding_length(audience: usize) -> usize {
    const HEADER: usize = 40;
    const CLAIMS: usize = r#"{"iat":9007199254740992,"aud":"","nonce":"","sd_hash":""}"#.len() + 22 + 43;
    const SIGNATURE: usize = 86;
    HEADER + 1 + ((CLAIMS + audience) * 4).div_ceil(3) + 1 + SIGNATURE
}

/// A presentation split at its `~`: nothing decoded, nothing believed.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    grant: &'a str,
    binding: &'a str,
}

impl<'a> Parts<'a> {
    /// Splits a text of exactly one `~` with two dots on each side.
    ///
    /// # Errors
    /// [`Reason::TokenTooLarge`]; [`Reason::BindingMissing`] for a bare grant;
    /// [`Reason::DisclosureRefused`] for more than one `~`; [`Reason::TokenMalformed`].
    pub fn split(text: &'a str) -> Result<Self, Reason> {
        if text.len() > MAX_TOKEN {
            return Err(Reason::TokenTooLarge);
        }
        match text.bytes().filter(|b| *b == b'~').count() {
            0 => return Err(Reason::TokenMalformed),
            1 => {}
            _ => return Err(Reason::DisclosureRefused),
        }
        let end = text.find('~').ok_or(Reason::TokenMalformed)?;
        let (grant, binding) = text.split_at_checked(end + 1).ok_or(Reason::TokenMalformed)?;
        if binding.is_empty() {
            return Err(Reason::BindingMissing);
        }
        // Before any signature is checked: a shape that cannot be a presentation costs nothing.
        let dots = |part: &str| part.bytes().filter(|b| *b == b'.').count();
        if dots(grant) != 2 || dots(binding) != 2 {
            return Err(Reason::TokenMalformed);
        }
        Ok(Self { grant, binding })
    }

    /// The text of the grant, with its `~`.
    #[must_use]
    pub const fn grant(&self) -> &'a str {
        self.grant
    }

    /// Reads the holder's part, once the grant is verified.
    ///
    /// `ceiling` is the verifier's own longest window; the grant's can only be shorter.
    ///
    /// # Errors
    /// Shape, header, [`Reason::BindingWrong`], [`Reason::AudienceWrong`],
    /// [`Reason::NonceMalformed`], [`Reason::BindingStale`] and [`Reason::BindingEarly`].
    pub fn binding(&self, grant: &Grant, ceiling: Seconds, now: Time) -> Result<Binding<'a>, Reason> {
        let compact = Compact::split(self.binding)?;
        let header: Header = compact.header()?;
        jws::check_algorithm_and_type((&header.alg, &header.typ), TYPE)?;
        let claims: Claims = json::read(&compact.payload_bytes()?).ok_or(Reason::ClaimsMalformed)?;
        if !hash::equal(&claims.sd_hash, &hash::sha256_base64url(self.grant.as_bytes())) {
            return Err(Reason::BindingWrong);
        }
        if claims.aud != grant.audience {
            return Err(Reason::AudienceWrong);
        }
        nonce::check(&claims.nonce)?;
        check_window(claims.iat, grant.window.min(ceiling), now)?;
        let signed = Signed::new(compact, VerifyingKey::P256(grant.holder.clone())).map_err(holder)?;
        Ok(Binding { signed, nonce: claims.nonce })
    }
}

/// From 30 s before its date, for clocks that run ahead, until 30 s after its window.
fn check_window(issued_at: Time, window: Seconds, now: Time) -> Result<(), Reason> {
    if issued_at > now.plus(LEEWAY) {
        return Err(Reason::BindingEarly);
    }
    if now > issued_at.plus(window).plus(LEEWAY) { Err(Reason::BindingStale) } else { Ok(()) }
}

fn holder(reason: Reason) -> Reason {
    if reason == Reason::SignatureWrong { Reason::BindingSignatureWrong } else { reason }
}

/// The holder's part, whose signature is still to be checked.
pub struct Binding<'a> {
    signed: Signed<'a>,
    nonce: String,
}

impl Binding<'_> {
    /// The check the host has to run, with the key the grant names.
    pub fn check(&self) -> Check<'_> {
        self.signed.check()
    }

    /// The nonce of the presentation, once its signature has passed.
    ///
    /// # Errors
    /// [`Reason::BindingSignatureWrong`] if the check failed or was another's.
    pub fn accept(&self, passed: Result<Passed<'_>, Reason>) -> Result<&str, Reason> {
        self.signed.open(&passed.map_err(holder)?).map_err(holder)?;
        Ok(&self.nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h6_h7_the_shape_is_known_before_anything_is_decoded() {
        assert!(Parts::split("a.b.c~d.e.f").is_ok());
        for bad in ["a.b.c~d.e", "a.b.c~d.e.f.g", "a.b~d.e.f", "~d.e.f", "a.b.c.d~e.f.g", "a.b.c~.", "sha256~abc"] {
            assert_eq!(Parts::split(bad).err(), Some(Reason::TokenMalformed), "{bad}");
        }
    }

    #[test]
    fn the_bound_on_its_length_holds() {
        for audience in ["a", "https://mint.example.com/clusters/prod/bound"] {
            let binding = unsigned("grant~", audience, &[0; 16], Time::from_unix(1 << 53).unwrap()).attach(&[0; 64]);
            assert!(binding.len() <= binding_length(audience.len()));
            assert!(binding.len() + 4 > binding_length(audience.len()));
        }
    }
}
