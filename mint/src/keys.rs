//! The mint's signing keys: which one signs now, and which are published, by the clock alone.

use kubemint_core::{
    json,
    jwk::{PublicKey, SecretKey},
    key_set::KeySet,
    time::Time,
};
use serde_json::Value;
use zeroize::Zeroizing;

/// One key's public half and its times; the host holds the private half.
#[derive(Clone, Debug)]
pub struct Key {
    /// RFC 7638 thumbprint.
    pub id: String,
    /// The public half.
    pub public: PublicKey,
    /// Signs from here on. Publish a key 24 h before, so that every verifier knows it in time.
    pub sign_from: Time,
    /// Signs no longer.
    pub sign_until: Time,
    /// Is published no longer: everything it signed is over.
    pub publish_until: Time,
}

/// All keys, so that a rotation is one new secret and no moment of coordination.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<Key>);

/// The secret `SIGNING_KEYS` cannot be used; it is never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeysError(
    /// What was expected.
    pub &'static str,
);

impl std::fmt::Display for KeysError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SIGNING_KEYS: expected {}", self.0)
    }
}

impl std::error::Error for KeysError {}

impl Keys {
    /// Reads `SIGNING_KEYS`: a JSON array of private JWKs, each with `sign_from`, `sign_until` and
    /// `publish_until` in Unix seconds. The private halves come beside, in the same order, for the
    /// host to import.
    ///
    /// # Errors
    /// [`KeysError`] without any part of the secret.
    pub fn parse(secret: &Zeroizing<String>) -> Result<(Self, Vec<SecretKey>), KeysError> {
        let value = json::parse(secret.as_bytes()).ok_or(KeysError("a JSON array without doubled members"))?;
        let entries = value.as_array().filter(|list| !list.is_empty()).ok_or(KeysError("a JSON array of keys"))?;
        let (mut keys, mut secrets) = (Vec::new(), Vec::new());
        for entry in entries {
            let secret = SecretKey::from_jwk(&Zeroizing::new(entry.to_string()))
                .map_err(|_| KeysError("private P-256 JWKs: kty, crv, x, y and d"))?;
            let key = Key::new(secret.public(), entry)?;
            if keys.iter().any(|known: &Key| known.id == key.id) {
                return Err(KeysError("each key once"));
            }
            keys.push(key);
            secrets.push(secret);
        }
        Ok((Self(keys), secrets))
    }

    /// The key that signs now: of those whose time it is, the one that began last.
    #[must_use]
    pub fn signing(&self, now: Time) -> Option<&Key> {
        self.0.iter().filter(|key| key.sign_from <= now && now < key.sign_until).max_by_key(|key| key.sign_from)
    }

    /// When the last of them signs no longer: whoever runs the mint has given it another by then.
    #[must_use]
    pub fn end(&self) -> Option<Time> {
        self.0.iter().map(|key| key.sign_until).max()
    }

    /// The keys that are published now, and so the ones our own credentials are verified with.
    #[must_use]
    pub fn published(&self, now: Time) -> KeySet {
        let published = self.0.iter().filter(|key| now < key.publish_until);
        KeySet::named(published.map(|key| (key.id.clone(), &key.public)))
    }
}

impl Key {
    fn new(public: &PublicKey, entry: &Value) -> Result<Self, KeysError> {
        let time = |name| entry.get(name).and_then(Value::as_u64).and_then(Time::from_unix);
        let times = (time("sign_from"), time("sign_until"), time("publish_until"));
        let (Some(sign_from), Some(sign_until), Some(publish_until)) = times else {
            return Err(KeysError("sign_from, sign_until and publish_until in Unix seconds"));
        };
        if sign_from >= sign_until || sign_until > publish_until {
            return Err(KeysError("sign_from < sign_until <= publish_until"));
        }
        Ok(Self { id: public.thumbprint(), public: public.clone(), sign_from, sign_until, publish_until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seed: u8, times: (u64, u64, u64)) -> String {
        let key = SecretKey::from_random(&[seed; 32]).unwrap().reveal_jwk();
        let (a, b, c) = times;
        key.replace('}', &format!(",\"sign_from\":{a},\"sign_until\":{b},\"publish_until\":{c}}}"))
    }

    fn parse(entries: &[String]) -> Result<Keys, KeysError> {
        Keys::parse(&Zeroizing::new(format!("[{}]", entries.join(",")))).map(|(keys, _)| keys)
    }

    fn at(seconds: u64) -> Time {
        Time::from_unix(seconds).unwrap()
    }

    #[test]
    fn the_clock_rotates() {
        let keys = parse(&[entry(1, (0, 150, 300)), entry(2, (100, 400, 500))]).unwrap();
        let id = |now| keys.signing(at(now)).map(|key| key.id.clone());
        assert_ne!(id(99), id(100));
        assert_eq!(id(100), id(399));
        assert_eq!(id(400), None);
        assert_eq!(keys.end(), Some(at(400)));
        let published = |now| keys.published(at(now)).len();
        assert_eq!((published(0), published(299), published(300), published(500)), (2, 2, 1, 0));
    }

    #[test]
    fn refuses_without_showing() {
        let good = entry(1, (0, 1, 2));
        for bad in [
            vec![],
            vec![good.clone(), good.clone()],
            vec![good.replace("\"d\"", "\"e\"")],
            vec![good.replace("sign_from", "from")],
            vec![entry(1, (1, 1, 2))],
            vec![entry(1, (0, 2, 1))],
            vec![good.replace("EC", "RSA")],
        ] {
            let error = parse(&bad).unwrap_err().to_string();
            assert!(error.starts_with("SIGNING_KEYS: expected") && error.len() < 100, "{error}");
        }
    }
}
