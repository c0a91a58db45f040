//! Bindings of the worker, read with distrust: a variable that is unset may be missing, undefined or null.

use wasm_bindgen::prelude::*;
use worker::Env;

/// A secret or variable; an empty one counts as unset.
pub fn text(environment: &Env, name: &str) -> Option<String> {
    binding(environment, name)?.as_string().filter(|text| !text.is_empty())
}

/// Whether the platform's rate limiter of that name lets a key pass; none if there is no limiter.
pub async fn limit(environment: &Env, name: &str, key: &str) -> Option<bool> {
    let limiter = binding(environment, name).filter(JsValue::is_object)?;
    // A limiter that fails must not lock everybody out.
    Some(take(&limiter, key).await.map_or(true, |allowed| allowed.is_truthy()))
}

fn binding(environment: &Env, name: &str) -> Option<JsValue> {
    js_sys::Reflect::get(environment, &name.into()).ok()
}

#[wasm_bindgen(inline_js = r#"
export const take = async (limiter, key) => {
  try {
    return (await limiter.limit({ key })).success;
  } catch {
    return true;
  }
};
"#)]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn take(limiter: &JsValue, key: &str) -> Result<JsValue, JsValue>;
}
