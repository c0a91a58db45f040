//! Bindings of the worker, read with distrust: a variable that is unset may be missing, undefined or null.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use crate::task::settled;

/// A secret or variable; an empty one counts as unset.
pub fn text(environment: &JsValue, name: &str) -> Option<String> {
    binding(environment, name)?.as_string().filter(|text| !text.is_empty())
}

/// Whether the platform's rate limiter of that name lets a key pass; none if there is no limiter.
pub async fn limit(environment: &JsValue, name: &str, key: &str) -> Option<bool> {
    let limiter = binding(environment, name).filter(JsValue::is_object)?;
    // A limiter that fails must not lock everybody out.
    Some(settled(take(&limiter, key)).await != JsValue::FALSE)
}

fn binding(environment: &JsValue, name: &str) -> Option<JsValue> {
    js_sys::Reflect::get(environment, &name.into()).ok()
}

#[wasm_bindgen(inline_js = "export const take = async (limiter, key) => (await limiter.limit({ key })).success;")]
extern "C" {
    fn take(limiter: &JsValue, key: &str) -> Promise;
}
