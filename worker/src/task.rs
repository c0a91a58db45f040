//! One request under way. JavaScript waits for promises natively; Rust is entered once for each that settles.
//!
//! wasm-bindgen's own bridge queues a microtask and makes two closures for each wait, which costs an exchange a tenth of
//! its time, and a panic under it leaves the caller without an answer. Here it is thrown at the caller.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

thread_local! {
    /// What the task that is being polled waits for, then what came of it.
    static WANTED: RefCell<Option<Promise>> = const { RefCell::new(None) };
    static GIVEN: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// A future that waits for nothing but [`settled`] promises, one at a time.
#[wasm_bindgen]
pub struct Task(Pin<Box<dyn Future<Output = JsValue>>>);

impl Task {
    /// A task that has not begun.
    pub fn new(future: impl Future<Output = JsValue> + 'static) -> Self {
        Self(Box::pin(future))
    }
}

#[wasm_bindgen]
impl Task {
    /// Goes on with what the last promise gave: a promise to wait for, or the answer.
    pub fn step(&mut self, given: JsValue) -> JsValue {
        GIVEN.set(Some(given));
        match self.0.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer,
            Poll::Pending => WANTED.take().map_or(JsValue::UNDEFINED, JsValue::from),
        }
    }
}

/// Waits for a promise; undefined if it is rejected.
pub async fn settled(promise: Promise) -> JsValue {
    let mut promise = Some(promise);
    poll_fn(|_| match promise.take() {
        Some(promise) => {
            WANTED.set(Some(promise));
            Poll::Pending
        }
        None => Poll::Ready(GIVEN.take().unwrap_or(JsValue::UNDEFINED)),
    })
    .await
}

/// Waits for a future of a library that waits in other ways; undefined if it gives nothing.
pub async fn settled_future(future: impl Future<Output = Option<JsValue>> + 'static) -> JsValue {
    settled(future_to_promise(async { Ok(future.await.unwrap_or(JsValue::UNDEFINED)) })).await
}
