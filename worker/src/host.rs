//! What the worker gives the mint: the runtime's clock, chance, network and cryptography.

use kubemint::Host;
use kubemint_core::{jws::Check, time::Time};
use wasm_bindgen::prelude::*;
use worker::Env;

use crate::isolate::Isolate;
use crate::{binding, bucket, log, outbound, webcrypto};

/// The rate limit's binding, where the platform has one.
pub const LIMIT: &str = "LIMIT";

/// The mint's key for a sender whose address is not known.
const NO_ADDRESS: &str = "address:";

/// The host of one request.
pub struct Worker<'a> {
    environment: &'a Env,
    isolate: &'a Isolate,
}

impl<'a> Worker<'a> {
    /// A host over what the isolate keeps.
    pub fn new(environment: &'a Env, isolate: &'a Isolate) -> Self {
        Self { environment, isolate }
    }
}

impl Host for Worker<'_> {
    fn now(&self) -> Time {
        // A clock before 1970 or after the last moment there is reads as 1970, when nothing is valid.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates at both ends")]
        let seconds = (js_sys::Date::now() / 1000.0) as u64;
        Time::from_unix(seconds).unwrap_or(Time::EPOCH)
    }

    fn random(&self) -> Option<[u8; 16]> {
        let mut bytes = [0; 16];
        get_random_values(&mut bytes).ok()?;
        Some(bytes)
    }

    async fn fetch(&self, url: &str) -> Option<Vec<u8>> {
        outbound::fetch(url).await
    }

    async fn sign(&self, key_id: &str, input: &[u8]) -> Option<[u8; 64]> {
        self.isolate.key(key_id)?.sign(input).await
    }

    async fn verify(&self, check: Check<'_>) -> bool {
        webcrypto::verify(check.key(), check.input(), check.signature()).await
    }

    async fn limit(&self, key: &str) -> bool {
        if key == NO_ADDRESS {
            // Without the platform's header everybody would share one limit.
            return true;
        }
        match self.isolate.own_rate() {
            Some(rate) => bucket::take(key, rate, js_sys::Date::now()),
            None => binding::limit(self.environment, LIMIT, key).await,
        }
    }

    fn log(&self, line: &str) {
        log::write(line);
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(bytes: &mut [u8]) -> Result<(), JsValue>;
}
