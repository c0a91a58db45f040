//! The mint on Cloudflare Workers, or any workerd: the host that holds the signing keys.
//!
//! The body is read once, the answer made from bytes. Nothing is kept between sign-in and grant; configuration and keys
//! are read once for each isolate. worker/js/glue.mjs is the other half: it reads requests and turns the wheel.

mod answer;
mod binding;
mod bucket;
mod host;
mod isolate;
mod log;
mod outbound;
mod task;
mod webcrypto;

pub use task::Task;

use std::sync::Once;

use kubemint::Request;
use wasm_bindgen::prelude::*;
use worker::Env;

/// Begins to answer a request: its head as lines, in the order of glue.mjs, and its whole body.
#[wasm_bindgen]
#[must_use]
pub fn receive(head: &str, body: Vec<u8>, environment: Env) -> Task {
    HUSH.call_once(hush);
    // A header's value holds no line feed: fetch sees to that.
    let mut lines = head.split('\n').map(str::to_owned);
    let mut next = || lines.next().unwrap_or_default();
    let request = Request {
        method: next(),
        path: next(),
        accept: next(),
        content_type: next(),
        authorization: next(),
        dpop: next(),
        address: next(),
        body,
    };
    Task::new(async move {
        let response = match isolate::current(&environment).await {
            Ok(isolate) => isolate.handle(&environment, &request).await,
            Err(unready) => unready.answer(),
        };
        answer::make(&response)
    })
}

/// Once for each instance, and not at its start: workers-rs sets a hook there that writes out what a panic says.
static HUSH: Once = Once::new();

/// Of a panic only its place is logged: nobody can know what it quotes.
fn hush() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line()));
        log::write(&serde_json::json!({ "event": "panicked", "at": place }).to_string());
    }));
}
