//! The parts the tests of the real binary stand on: a mint's https server, tokens, a client, the webhook.
#![allow(dead_code, missing_docs, reason = "each test file uses its own share")]

pub mod client;
pub mod mint;
pub mod tokens;
pub mod webhook;

use std::time::{Duration, Instant};

/// Waits until something is so; the limit is only there to end a test that cannot succeed.
pub fn until<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = attempt() {
            return value;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
