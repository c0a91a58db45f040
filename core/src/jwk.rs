//! P-256 keys as JSON Web Keys (RFC 7517, RFC 7518 §6.2) with their thumbprints (RFC 7638).

use alloc::{format, string::String, vec::Vec};
use core::fmt;
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::{base64url, hash, problem::Reason};

/// A public P-256 key: a point known to lie on the curve.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey([u8; 65]);

impl PublicKey {
    /// Reads an uncompressed SEC 1 point: 65 bytes, `04 ‖ x ‖ y`.
    ///
    /// # Errors
    /// [`Reason::KeyRefused`] for any other form, the identity, or a point off the curve.
    pub fn from_sec1(bytes: &[u8]) -> Result<Self, Reason> {
        let point: [u8; 65] = bytes.try_into().map_err(|_| Reason::KeyRefused)?;
        p256::PublicKey::from_sec1_bytes(&point).map_err(|_| Reason::KeyRefused)?;
        Ok(Self(point))
    }

    /// Reads a public JWK of exactly the members `kty`, `crv`, `x`, `y`.
    ///
    /// # Errors
    /// [`Reason::KeyRefused`] also for a private member or any other: what is not a bare public key
    /// was not meant to be handed over.
    pub fn from_jwk(json: &str) -> Result<Self, Reason> {
        crate::json::read::<WireJwk>(json.as_bytes()).ok_or(Reason::KeyRefused)?.key()
    }

    /// The canonical JWK: the required members in lexical order without white space (RFC 7638 §3.3).
    #[must_use]
    pub fn jwk(&self) -> String {
        let (x, y) = self.coordinates();
        format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
    }

    /// The RFC 7638 thumbprint: base64url SHA-256 of the canonical JWK, 43 characters.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        hash::sha256_base64url(self.jwk().as_bytes())
    }

    /// The uncompressed SEC 1 point.
    #[must_use]
    pub const fn sec1(&self) -> &[u8; 65] {
        &self.0
    }

    fn coordinates(&self) -> (String, String) {
        let (_, xy) = self.0.split_at(1);
        let (x, y) = xy.split_at(32);
        (base64url::encode(x), base64url::encode(y))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.thumbprint())
    }
}

/// The wire form of a bare public key, in `cnf`, DPoP headers and key sets of ours.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WireJwk {
    crv: String,
    kty: String,
    x: String,
    y: String,
}

impl WireJwk {
    pub(crate) fn new(key: &PublicKey) -> Self {
        let (x, y) = key.coordinates();
        Self { crv: "P-256".into(), kty: "EC".into(), x, y }
    }

    pub(crate) fn key(&self) -> Result<PublicKey, Reason> {
        if self.kty != "EC" || self.crv != "P-256" {
            return Err(Reason::KeyRefused);
        }
        point(&self.x, &self.y)
    }
}

/// The point of two coordinates of exactly 32 bytes each (RFC 7518 §6.2.1.2).
pub(crate) fn point(x: &str, y: &str) -> Result<PublicKey, Reason> {
    let x: [u8; 32] = base64url::decode_array(x).map_err(|_| Reason::KeyRefused)?;
    let y: [u8; 32] = base64url::decode_array(y).map_err(|_| Reason::KeyRefused)?;
    PublicKey::from_sec1(&[&[4][..], &x, &y].concat())
}

/// An RSA public key of 2048 … 4096 bits, as identity providers use them (RFC 7518 §6.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaKey {
    /// The modulus, big-endian, without leading zeros.
    pub modulus: Vec<u8>,
    /// The exponent, big-endian, without leading zeros.
    pub exponent: Vec<u8>,
}

impl RsaKey {
    pub(crate) fn from_members(n: &str, e: &str) -> Result<Self, Reason> {
        let modulus = base64url::decode(n).map_err(|_| Reason::KeyRefused)?;
        let exponent = base64url::decode(e).map_err(|_| Reason::KeyRefused)?;
        let odd = exponent.last().is_some_and(|b| b % 2 == 1) && exponent != [1];
        if !(256..=512).contains(&modulus.len()) || modulus.first() == Some(&0) || exponent.len() > 4 || !odd {
            return Err(Reason::KeyRefused);
        }
        Ok(Self { modulus, exponent })
    }
}

/// A key that verifies: the algorithm follows from it, never from the token (RFC 8725 §3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyingKey {
    /// ES256: ECDSA over P-256 with SHA-256, signatures of 64 bytes `r ‖ s`.
    P256(PublicKey),
    /// RS256: RSASSA-PKCS1-v1_5 with SHA-256; only for tokens of identity providers.
    Rsa(RsaKey),
}

impl VerifyingKey {
    /// The JOSE name of the one algorithm this key is used with.
    #[must_use]
    pub const fn algorithm(&self) -> &'static str {
        match self {
            Self::P256(_) => "ES256",
            Self::Rsa(_) => "RS256",
        }
    }
}

/// A private P-256 key. It cannot be printed, and is overwritten when dropped.
pub struct SecretKey {
    key: SigningKey,
    public: PublicKey,
}

impl SecretKey {
    /// Makes a key from 32 random bytes.
    ///
    /// # Errors
    /// [`Reason::KeyRefused`] if they are no scalar of the curve (about once in 2^32): draw again.
    pub fn from_random(random: &[u8; 32]) -> Result<Self, Reason> {
        let key = SigningKey::from_slice(random).map_err(|_| Reason::KeyRefused)?;
        let public = PublicKey::from_sec1(key.verifying_key().to_sec1_point(false).as_bytes())?;
        Ok(Self { key, public })
    }

    /// Reads a private JWK; `d` decides, and `x`, `y` must be its own.
    ///
    /// # Errors
    /// [`Reason::KeyRefused`].
    pub fn from_jwk(json: &str) -> Result<Self, Reason> {
        let value: Value = serde_json::from_str(json).map_err(|_| Reason::KeyRefused)?;
        Self::from_value(&value)
    }

    pub(crate) fn from_value(value: &Value) -> Result<Self, Reason> {
        let member = |name| crate::json::text(value, name).ok_or(Reason::KeyRefused);
        let public = WireJwk {
            crv: member("crv")?.into(),
            kty: member("kty")?.into(),
            x: member("x")?.into(),
            y: member("y")?.into(),
        }
        .key()?;
        let scalar = Zeroizing::new(base64url::decode_array(member("d")?).map_err(|_| Reason::KeyRefused)?);
        let key = Self::from_random(&scalar)?;
        if key.public == public { Ok(key) } else { Err(Reason::KeyRefused) }
    }

    /// The private JWK, in clear: the one way to see the key.
    #[must_use]
    pub fn reveal_jwk(&self) -> Zeroizing<String> {
        let (x, y) = self.public.coordinates();
        let d = Zeroizing::new(base64url::encode(&Zeroizing::new(self.key.to_bytes())[..]));
        Zeroizing::new(format!(r#"{{"crv":"P-256","d":"{}","kty":"EC","x":"{x}","y":"{y}"}}"#, *d))
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs with ES256, deterministically (RFC 6979): 64 bytes `r ‖ s`.
    #[must_use]
    pub fn sign(&self, input: &[u8]) -> [u8; 64] {
        let signature: Signature = self.key.sign(input);
        signature.to_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SecretKey {
        SecretKey::from_random(&[7; 32]).unwrap()
    }

    #[test]
    fn reads_what_it_shows() {
        let again = SecretKey::from_jwk(&key().reveal_jwk()).unwrap();
        assert_eq!(again.public(), key().public());
        assert_eq!(PublicKey::from_jwk(&key().public().jwk()).unwrap(), *key().public());
    }

    #[test]
    fn thumbprint_is_of_the_canonical_form() {
        let key = PublicKey::from_jwk(r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#).unwrap();
        assert_eq!(key.thumbprint(), "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s");
    }

    #[test]
    fn h47_refuses_keys_that_are_not_bare_points() {
        let jwk = key().public().jwk();
        let (x, y) = key().public().coordinates();
        let short = base64url::encode(&[1; 31]);
        let long = base64url::encode(&[1; 33]);
        let zero = base64url::encode(&[0; 32]);
        for bad in [
            (*key().reveal_jwk()).clone(),
            jwk.replace("P-256", "P-384"),
            jwk.replace("\"EC\"", "\"OKP\""),
            jwk.replace(&x, &short),
            jwk.replace(&y, &long),
            jwk.replace(&x, &y),
            jwk.replace(&x, &zero).replace(&y, &zero),
            jwk.replace("{", r#"{"kid":"a","#),
            jwk.replace("{", r#"{"kty":"EC","#),
            "{}".into(),
        ] {
            assert_eq!(PublicKey::from_jwk(&bad), Err(Reason::KeyRefused), "{bad}");
        }
        assert_eq!(PublicKey::from_sec1(&[0]), Err(Reason::KeyRefused));
    }

    #[test]
    fn a_private_key_must_fit_its_public_half() {
        let other = SecretKey::from_random(&[8; 32]).unwrap();
        let (x, y) = key().public().coordinates();
        let (ox, oy) = other.public().coordinates();
        let swapped = key().reveal_jwk().replace(&x, &ox).replace(&y, &oy);
        assert!(matches!(SecretKey::from_jwk(&swapped), Err(Reason::KeyRefused)));
    }
}
