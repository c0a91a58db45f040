//! The forger: fixed keys of every kind, and signatures over anything.

use super::members::{Members, quoted};
use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{self as aws, KeyPair as _},
};
use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// base64url without padding.
#[must_use]
pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

/// base64url of SHA-256.
#[must_use]
pub fn digest(bytes: impl AsRef<[u8]>) -> String {
    b64(Sha256::digest(bytes.as_ref()))
}

/// A P-256 key made from a label, the same for ever.
pub struct Ec(SigningKey);

impl Ec {
    /// The key of a label.
    #[must_use]
    pub fn of(label: &str) -> Self {
        let seed = Sha256::digest(format!("kubemint vectors: {label}"));
        Self(SigningKey::from_slice(&seed).expect("a scalar of the curve"))
    }

    /// ES256, deterministic.
    #[must_use]
    pub fn sign(&self, input: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(input);
        signature.to_bytes().to_vec()
    }

    /// The other valid signature of the same input: s replaced by n − s.
    #[must_use]
    pub fn sign_mirrored(&self, input: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(input);
        let mirrored = Signature::from_scalars(signature.r().to_bytes(), (-*signature.s()).to_bytes());
        mirrored.expect("scalars in range").to_bytes().to_vec()
    }

    /// The same signature as ASN.1.
    #[must_use]
    pub fn sign_der(&self, input: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(input);
        signature.to_der().as_bytes().to_vec()
    }

    /// 04 ‖ x ‖ y.
    #[must_use]
    pub fn point(&self) -> Vec<u8> {
        self.0.verifying_key().to_sec1_point(false).as_bytes().to_vec()
    }

    /// x and y in base64url.
    #[must_use]
    pub fn coordinates(&self) -> (String, String) {
        let point = self.point();
        (b64(&point[1..33]), b64(&point[33..]))
    }

    /// The bare public JWK, in lexical order.
    #[must_use]
    pub fn jwk(&self) -> Members {
        let (x, y) = self.coordinates();
        Members::new().text("crv", "P-256").text("kty", "EC").text("x", &x).text("y", &y)
    }

    /// The private JWK.
    #[must_use]
    pub fn private_jwk(&self) -> Members {
        self.jwk().text("d", &b64(self.0.to_bytes()))
    }

    /// RFC 7638.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        digest(self.jwk().render())
    }

    /// An entry of a key set.
    #[must_use]
    pub fn published(&self, kid: &str) -> Value {
        let (x, y) = self.coordinates();
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": "ES256", "kid": kid })
    }
}

/// The one RSA key of 2048 bits; it stands in the repository and protects nothing.
pub struct Rsa(aws::RsaKeyPair);

impl Rsa {
    /// Reads it.
    #[must_use]
    pub fn fixed() -> Self {
        let text: String = include_str!("rsa.b64").split_whitespace().collect();
        let der = Base64::decode_vec(&text).expect("base64");
        Self(aws::RsaKeyPair::from_der(&der).expect("an RSA key"))
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256, deterministic.
    #[must_use]
    pub fn sign(&self, input: &[u8]) -> Vec<u8> {
        self.sign_with(&aws::RSA_PKCS1_SHA256, input)
    }

    /// Some other RSA encoding.
    #[must_use]
    pub fn sign_with(&self, encoding: &'static dyn aws::RsaEncoding, input: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(encoding, &SystemRandom::new(), input, &mut signature).expect("an RSA signature");
        signature
    }

    /// n and e in base64url.
    #[must_use]
    pub fn members(&self) -> (String, String) {
        let der = self.0.public_key().as_ref();
        // SEQUENCE, INTEGER n with its sign byte (257 bytes), INTEGER 65537 in the last five.
        assert_eq!((der.len(), &der[4..9], &der[265..]), (270, &[2, 0x82, 1, 1, 0][..], &[2, 3, 1, 0, 1][..]));
        (b64(&der[9..265]), b64([1, 0, 1]))
    }

    /// An entry of a key set.
    #[must_use]
    pub fn published(&self, kid: &str) -> Value {
        let (n, e) = self.members();
        json!({ "kty": "RSA", "n": n, "e": e, "use": "sig", "alg": "RS256", "kid": kid })
    }
}

/// HMAC-SHA-256 with any bytes for a key.
#[must_use]
pub fn hs256(key: &[u8], input: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), input).as_ref().to_vec()
}

/// A compact JWS over any bytes, signed in any way.
pub fn jws(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    seal(&b64(header), &b64(payload), sign)
}

/// A compact JWS of parts that are encoded already, well or badly.
pub fn seal(header: &str, payload: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let input = format!("{header}.{payload}");
    let signature = sign(input.as_bytes());
    format!("{input}.{}", b64(signature))
}

/// A token in the making: a good header and good claims, and the key that signs.
pub struct Draft {
    /// The header.
    pub header: Members,
    /// The claims.
    pub claims: Members,
    /// Who signs.
    pub key: Ec,
}

impl Draft {
    /// As it is.
    #[must_use]
    pub fn good(&self) -> String {
        self.with_claims(&self.claims)
    }

    /// With another header.
    #[must_use]
    pub fn with_header(&self, header: &Members) -> String {
        self.raw_header(header.render())
    }

    /// With any bytes for a header.
    #[must_use]
    pub fn raw_header(&self, header: impl AsRef<[u8]>) -> String {
        jws(header, self.claims.render(), |input| self.key.sign(input))
    }

    /// With other claims.
    #[must_use]
    pub fn with_claims(&self, claims: &Members) -> String {
        self.raw_claims(claims.render())
    }

    /// With any bytes for a payload.
    #[must_use]
    pub fn raw_claims(&self, payload: impl AsRef<[u8]>) -> String {
        jws(self.header.render(), payload, |input| self.key.sign(input))
    }

    /// Signed in another way.
    pub fn signed(&self, header: &Members, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
        jws(header.render(), self.claims.render(), sign)
    }
}

/// A header of our own.
#[must_use]
pub fn header(typ: &str, kid: &str) -> Members {
    Members::new().text("alg", "ES256").text("typ", typ).text("kid", kid)
}

/// An array of strings.
#[must_use]
pub fn array(items: &[&str]) -> String {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    format!("[{}]", items.join(","))
}
