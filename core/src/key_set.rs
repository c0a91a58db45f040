//! A JSON Web Key Set (RFC 7517 §5): the public keys of one issuer by key id.

use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
};
use serde_json::{Value, json};

use crate::{
    json,
    jwk::{self, PublicKey, RsaKey, VerifyingKey},
    name,
    problem::Reason,
};

/// The largest key set that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
/// The most keys one set may hold.
pub const MAX_KEYS: usize = 50;

/// Public keys by key id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet(BTreeMap<String, VerifyingKey>);

impl KeySet {
    /// Reads a key set. Keys of kinds that are not used here are passed over, as RFC 7517 §5 asks;
    /// keys for encryption too.
    ///
    /// # Errors
    /// [`Reason::KeysMalformed`] if it is too large, is no key set, holds a key id twice or a
    /// symmetric or private key: whoever publishes that is not to be trusted with the rest.
    pub fn parse(bytes: &[u8]) -> Result<Self, Reason> {
        if bytes.len() > MAX_BYTES {
            return Err(Reason::KeysMalformed);
        }
        let document = json::parse(bytes).ok_or(Reason::KeysMalformed)?;
        let keys = document.get("keys").and_then(Value::as_array).ok_or(Reason::KeysMalformed)?;
        if keys.len() > MAX_KEYS {
            return Err(Reason::KeysMalformed);
        }
        let (mut set, mut ids) = (BTreeMap::new(), BTreeSet::new());
        for value in keys {
            let key_id = key_id(value)?;
            // Also among kinds that are passed over: which of two keys is meant is not ours to guess.
            if !key_id.is_empty() && !ids.insert(key_id) {
                return Err(Reason::KeysMalformed);
            }
            let Some(key) = read(value)? else { continue };
            if set.insert(key_id.to_owned(), key).is_some() {
                return Err(Reason::KeysMalformed);
            }
        }
        Ok(Self(set))
    }

    /// A set of one issuer's ES256 keys under their thumbprints.
    #[must_use]
    pub fn of<'a>(keys: impl IntoIterator<Item = &'a PublicKey>) -> Self {
        Self::named(keys.into_iter().map(|key| (key.thumbprint(), key)))
    }

    /// As [`Self::of`], for an issuer that has its keys' thumbprints at hand.
    #[must_use]
    pub fn named<'a>(keys: impl IntoIterator<Item = (String, &'a PublicKey)>) -> Self {
        Self(keys.into_iter().map(|(id, key)| (id, VerifyingKey::P256(key.clone()))).collect())
    }

    /// The key of an id. An id is an opaque map key: never a path, a URL or a query.
    #[must_use]
    pub fn get(&self, key_id: &str) -> Option<&VerifyingKey> {
        self.0.get(key_id)
    }

    /// The ES256 key of an id, for tokens of ours.
    ///
    /// # Errors
    /// [`Reason::KeyUnknown`]; [`Reason::AlgorithmRefused`] if the id is that of another kind of key.
    pub(crate) fn p256(&self, key_id: &str) -> Result<&VerifyingKey, Reason> {
        match self.get(key_id).ok_or(Reason::KeyUnknown)? {
            key @ VerifyingKey::P256(_) => Ok(key),
            VerifyingKey::Rsa(_) => Err(Reason::AlgorithmRefused),
        }
    }

    /// The only key, for issuers that have one and leave `kid` out.
    #[must_use]
    pub fn only(&self) -> Option<&VerifyingKey> {
        if self.0.len() == 1 { self.0.values().next() } else { None }
    }

    /// How many usable keys it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The published form: `kty crv x y use alg kid` for each ES256 key.
    #[must_use]
    pub fn to_json(&self) -> String {
        let keys: alloc::vec::Vec<Value> = self.0.iter().filter_map(|(key_id, key)| published(key_id, key)).collect();
        json!({ "keys": keys }).to_string()
    }
}

fn published(key_id: &str, key: &VerifyingKey) -> Option<Value> {
    let VerifyingKey::P256(key) = key else { return None };
    let mut value = serde_json::to_value(jwk::WireJwk::new(key)).ok()?;
    let members = value.as_object_mut()?;
    members.insert("kid".into(), key_id.into());
    members.insert("alg".into(), "ES256".into());
    members.insert("use".into(), "sig".into());
    Some(value)
}

/// The id of a key; empty where there is none.
fn key_id(value: &Value) -> Result<&str, Reason> {
    let key_id = member(value, "kid")?;
    if key_id.is_none_or(name::is_id) { Ok(key_id.unwrap_or_default()) } else { Err(Reason::KeysMalformed) }
}

/// A member that is a string or is not there.
fn member<'a>(value: &'a Value, name: &str) -> Result<Option<&'a str>, Reason> {
    value.get(name).map(|member| member.as_str().ok_or(Reason::KeysMalformed)).transpose()
}

fn read(value: &Value) -> Result<Option<VerifyingKey>, Reason> {
    let text = |name| member(value, name);
    let kind = text("kty")?.ok_or(Reason::KeysMalformed)?;
    if kind == "oct" || value.get("d").is_some() {
        return Err(Reason::KeysMalformed);
    }
    if text("use")?.is_some_and(|usage| usage != "sig") {
        return Ok(None);
    }
    let algorithm = text("alg")?;
    match (kind, text("crv")?) {
        ("EC", Some("P-256")) if algorithm.is_none_or(|a| a == "ES256") => {
            let (x, y) = text("x")?.zip(text("y")?).ok_or(Reason::KeysMalformed)?;
            jwk::point(x, y).map(|key| Some(VerifyingKey::P256(key))).map_err(|_| Reason::KeysMalformed)
        }
        ("RSA", _) if algorithm.is_none_or(|a| a == "RS256") => {
            let (n, e) = text("n")?.zip(text("e")?).ok_or(Reason::KeysMalformed)?;
            RsaKey::from_members(n, e).map(|key| Some(VerifyingKey::Rsa(key))).map_err(|_| Reason::KeysMalformed)
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jwk::SecretKey;
    use alloc::{format, vec::Vec};

    fn jwk(extra: &str) -> String {
        SecretKey::from_random(&[7; 32]).unwrap().public().jwk().replace('{', &format!("{{{extra}"))
    }

    #[test]
    fn publishes_what_it_reads() {
        let key = SecretKey::from_random(&[7; 32]).unwrap();
        let set = KeySet::of([key.public()]);
        assert_eq!(KeySet::parse(set.to_json().as_bytes()).unwrap(), set);
        assert!(set.get(&key.public().thumbprint()).is_some());
    }

    #[test]
    fn h17_the_key_decides_the_algorithm() {
        let modulus = crate::base64url::encode(&[0xff; 256]);
        let rsa = format!(r#"{{"keys":[{{"kty":"RSA","n":"{modulus}","e":"AQAB","kid":"r"}}]}}"#);
        let set = KeySet::parse(rsa.as_bytes()).unwrap();
        assert!(set.get("r").is_some());
        assert_eq!(set.p256("r"), Err(Reason::AlgorithmRefused));
        assert_eq!(set.p256("x"), Err(Reason::KeyUnknown));
    }

    #[test]
    fn h64_sets_nobody_should_publish() {
        let double = format!("{{\"keys\":[{0},{0}]}}", jwk("\"kid\":\"a\","));
        let symmetric = r#"{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"a"}]}"#.into();
        let passed_over = format!("{{\"keys\":[{{\"kty\":\"OKP\",\"kid\":\"a\"}},{}]}}", jwk("\"kid\":\"a\","));
        let private = format!("{{\"keys\":[{}]}}", *SecretKey::from_random(&[7; 32]).unwrap().reveal_jwk());
        let many = format!(
            "{{\"keys\":[{}]}}",
            (0..51).map(|n| format!(r#"{{"kty":"OKP","kid":"{n}"}}"#)).collect::<Vec<_>>().join(",")
        );
        let large = format!("{{\"keys\":[],\"x\":\"{}\"}}", "a".repeat(MAX_BYTES));
        for bad in [double, passed_over, symmetric, private, many, large, "[]".into(), "{}".into()] {
            assert_eq!(KeySet::parse(bad.as_bytes()), Err(Reason::KeysMalformed));
        }
    }

    #[test]
    fn other_kinds_are_passed_over() {
        let json = format!(
            r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"AA","kid":"e"}},{}]}}"#,
            jwk("\"kid\":\"a\",\"use\":\"enc\",")
        );
        assert!(KeySet::parse(json.as_bytes()).unwrap().is_empty());
    }
}
