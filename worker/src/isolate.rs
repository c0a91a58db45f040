//! What an isolate keeps: the mint with its configuration, and its signing keys inside WebCrypto.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Display;
use std::rc::Rc;

use kubemint::{Keys, Mint, Request, Response};
use wasm_bindgen::prelude::*;
use worker::Env;
use zeroize::Zeroizing;

use crate::host::{LIMIT, Worker};
use crate::{binding, bucket, log, webcrypto};

/// The name of the secret with the signing keys.
const SIGNING_KEYS: &str = "SIGNING_KEYS";
/// The name of the variable with the operator's own rate limit.
const RATE_LIMIT: &str = "RATE_LIMIT";

/// A mint that can sign.
pub struct Isolate {
    mint: Mint,
    keys: HashMap<String, webcrypto::Key>,
    rate: Option<u32>,
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<Isolate>>> = const { RefCell::new(None) };
}

/// This isolate's mint; the first request of an isolate makes it.
pub async fn current(environment: &Env) -> Result<Rc<Isolate>, Unready> {
    if let Some(isolate) = CURRENT.with_borrow(Clone::clone) {
        return Ok(isolate);
    }
    let isolate = Rc::new(Isolate::new(environment).await?);
    // Another first request may have been faster: one memory of spent proofs serves all.
    Ok(CURRENT.with_borrow_mut(|current| Rc::clone(current.get_or_insert(isolate))))
}

impl Isolate {
    async fn new(environment: &Env) -> Result<Self, Unready> {
        let configuration = configuration().ok_or_else(|| Unready::because("the configuration", &"config.json"))?;
        let secret = binding::text(environment, SIGNING_KEYS).map(Zeroizing::new);
        let secret = secret.ok_or_else(|| Unready::because("the secret", &SIGNING_KEYS))?;
        let (keys, secrets) = Keys::parse(&secret).map_err(|error| Unready::because("the secret", &error))?;
        let mint = Mint::new(configuration.as_bytes(), keys).map_err(|faults| {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            Unready::because("the configuration", &faults.join("; "))
        })?;
        let mut keys = HashMap::new();
        for secret in secrets {
            let key = webcrypto::Key::signing(&secret.reveal_jwk()).await;
            let key = key.ok_or_else(|| Unready::because("the secret", &"keys that WebCrypto takes"))?;
            keys.insert(secret.public().thumbprint(), key);
        }
        let rate = if binding::has(environment, LIMIT) { None } else { Some(rate(environment)?) };
        Ok(Self { mint, keys, rate })
    }

    /// Answers one request.
    pub async fn handle(&self, environment: &Env, request: &Request) -> Response {
        self.mint.handle(&Worker::new(environment, self), request).await
    }

    /// Requests a minute and key; none where the platform's limiter is bound.
    pub fn own_rate(&self) -> Option<u32> {
        self.rate
    }

    /// The private key of that id.
    pub fn key(&self, id: &str) -> Option<&webcrypto::Key> {
        self.keys.get(id)
    }
}

/// An isolate that cannot be a mint; its operator finds why in the log, its caller only that it is so.
#[derive(Debug)]
pub struct Unready(());

impl Unready {
    fn because(what: &str, expected: &dyn Display) -> Self {
        let line = serde_json::json!({ "event": "unready", "what": what, "expected": expected.to_string() });
        log::write(&line.to_string());
        Self(())
    }

    /// A 503 in the token endpoint's words.
    pub fn answer(&self) -> Response {
        let body = serde_json::json!({
            "error": "temporarily_unavailable",
            "error_description": "the mint has no usable configuration or keys; who can mend it: the mint's administrator",
            "reason": "mint-unready",
        });
        let headers = vec![("content-type", "application/json".to_owned()), ("retry-after", "10".to_owned())];
        Response { status: 503, headers, body: body.to_string().into_bytes() }
    }
}

/// The operator's own rate limit, for workers outside the platform.
fn rate(environment: &Env) -> Result<u32, Unready> {
    let Some(rate) = binding::text(environment, RATE_LIMIT) else { return Ok(bucket::DEPTH) };
    rate.parse().map_err(|_| Unready::because("RATE_LIMIT", &"requests a minute, a whole number"))
}

/// The text that config.mjs put on the global object.
fn configuration() -> Option<String> {
    CONFIGURATION.with(JsValue::as_string)
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_namespace = globalThis, js_name = kubemintConfiguration)]
    static CONFIGURATION: JsValue;
}
