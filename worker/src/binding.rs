//! Bindings of the worker, read with distrust: a variable that is unset may be missing, undefined, null or empty.

use js_sys::JsString;
use wasm_bindgen::prelude::*;
use worker::Env;

use crate::task;

/// A secret or variable; an empty one counts as unset.
pub fn text(environment: &Env, name: &str) -> Option<String> {
    // `var` serves secrets as well.
    let variable = present(environment, name)?.var(name).ok()?;
    let text = String::from(AsRef::<JsValue>::as_ref(&variable).dyn_ref::<JsString>()?);
    Some(text).filter(|text| !text.is_empty())
}

/// Whether there is a binding of that name.
pub fn has(environment: &Env, name: &str) -> bool {
    present(environment, name).is_some()
}

/// Whether the platform's rate limiter of that name lets a key pass.
pub async fn limit(environment: &Env, name: &str, key: &str) -> bool {
    // A limiter that fails must not lock everybody out.
    let Ok(limiter) = environment.rate_limiter(name) else { return true };
    let key = key.to_owned();
    let outcome =
        task::settled_future(async move { limiter.limit(key).await.ok().map(|outcome| outcome.success.into()) });
    outcome.await != JsValue::FALSE
}

/// The environment, if it has that binding: the library throws at one that is null, as an unset variable is in workerd.
fn present<'a>(environment: &'a Env, name: &str) -> Option<&'a Env> {
    let binding = js_sys::Reflect::get(environment, &name.into()).ok()?;
    (!binding.is_null() && !binding.is_undefined()).then_some(environment)
}
