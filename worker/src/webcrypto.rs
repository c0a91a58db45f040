//! WebCrypto: one crossing into JavaScript for each signature made or checked.
//!
//! Signing keys become non-extractable at once; no byte of them can be read back.

use std::cell::RefCell;
use std::collections::HashMap;

use base64ct::{Base64UrlUnpadded, Encoding};
use js_sys::{Promise, Uint8Array};
use kubemint_core::jwk::VerifyingKey;
use wasm_bindgen::prelude::*;

use crate::task::settled;

/// A key of WebCrypto.
#[derive(Clone)]
pub struct Key(JsValue);

/// Imported verifying keys are kept for the isolate's life; beyond this many, all are dropped and imported again.
const KEPT: usize = 512;

thread_local! {
    static IMPORTED: RefCell<HashMap<Vec<u8>, Key>> = RefCell::new(HashMap::new());
}

impl Key {
    /// Imports a private P-256 JWK for signing only.
    pub async fn signing(jwk: &str) -> Option<Self> {
        Self::of(settled(import_signing(jwk)).await)
    }

    /// Signs with ES256: 64 bytes `r ‖ s`.
    pub async fn sign(&self, input: &[u8]) -> Option<[u8; 64]> {
        let signature = settled(sign(&self.0, input)).await;
        Uint8Array::new(&signature).to_vec().try_into().ok()
    }

    /// None where WebCrypto refused.
    fn of(imported: JsValue) -> Option<Self> {
        imported.is_object().then_some(Self(imported))
    }
}

/// Whether a signature is that key's; what WebCrypto will not take is not.
pub async fn verify(key: &VerifyingKey, input: &[u8], signature: &[u8]) -> bool {
    let name = name(key);
    let known = IMPORTED.with_borrow(|keys| keys.get(&name).cloned());
    let imported = match known {
        Some(key) => key,
        None => match import(key).await {
            Some(key) => keep(name, key),
            None => return false,
        },
    };
    let verdict = match key {
        VerifyingKey::P256(_) => verify_es256(&imported.0, signature, input),
        VerifyingKey::Rsa(_) => verify_rs256(&imported.0, signature, input),
        _ => return false,
    };
    settled(verdict).await.is_truthy()
}

/// The public key's own bytes; the first tells the kinds apart, since a point begins with 4.
fn name(key: &VerifyingKey) -> Vec<u8> {
    match key {
        VerifyingKey::P256(key) => key.sec1().to_vec(),
        VerifyingKey::Rsa(key) => [&[0], &key.exponent[..], &[0], &key.modulus].concat(),
        _ => Vec::new(),
    }
}

async fn import(key: &VerifyingKey) -> Option<Key> {
    let imported = match key {
        VerifyingKey::P256(key) => import_es256(key.sec1()),
        VerifyingKey::Rsa(key) => {
            let text = Base64UrlUnpadded::encode_string;
            import_rs256(&text(&key.modulus), &text(&key.exponent))
        }
        _ => return None,
    };
    Key::of(settled(imported).await)
}

fn keep(name: Vec<u8>, key: Key) -> Key {
    IMPORTED.with_borrow_mut(|keys| {
        if keys.len() >= KEPT {
            keys.clear();
        }
        keys.insert(name, key.clone());
    });
    key
}

// Byte arguments are views into wasm memory, which may move before a promise settles: each is copied first.
#[wasm_bindgen(inline_js = r#"
const subtle = crypto.subtle;
const ES256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const SIGN = ["sign"];
const VERIFY = ["verify"];

export const importSigning = (jwk) => {
  const { kty, crv, x, y, d } = JSON.parse(jwk);
  return subtle.importKey("jwk", { kty, crv, x, y, d }, ES256, false, SIGN);
};
export const importEs256 = (point) => subtle.importKey("raw", point.slice(), ES256, false, VERIFY);
export const importRs256 = (n, e) => subtle.importKey("jwk", { kty: "RSA", n, e }, RS256, false, VERIFY);
export const sign = (key, input) => subtle.sign(ES256, key, input.slice());
export const verifyEs256 = (key, signature, input) => subtle.verify(ES256, key, signature.slice(), input.slice());
export const verifyRs256 = (key, signature, input) => subtle.verify(RS256, key, signature.slice(), input.slice());
"#)]
extern "C" {
    #[wasm_bindgen(js_name = importSigning)]
    fn import_signing(jwk: &str) -> Promise;
    #[wasm_bindgen(js_name = importEs256)]
    fn import_es256(point: &[u8]) -> Promise;
    #[wasm_bindgen(js_name = importRs256)]
    fn import_rs256(n: &str, e: &str) -> Promise;
    fn sign(key: &JsValue, input: &[u8]) -> Promise;
    #[wasm_bindgen(js_name = verifyEs256)]
    fn verify_es256(key: &JsValue, signature: &[u8], input: &[u8]) -> Promise;
    #[wasm_bindgen(js_name = verifyRs256)]
    fn verify_rs256(key: &JsValue, signature: &[u8], input: &[u8]) -> Promise;
}
