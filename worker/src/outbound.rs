//! Documents that the mint fetches from configured providers: never redirected, within five seconds, of a bounded size.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::task::settled;

/// As much as a discovery document or key set may have, and a byte more, so that the mint sees it is too long.
const MOST: u32 = 256 * 1024 + 1;

/// The document at a URL; none for anything but a 200 that came whole and in time.
pub async fn fetch(url: &str) -> Option<Vec<u8>> {
    let bytes = settled(get(url, MOST)).await;
    bytes.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec())
}

// The body is read piece by piece, so that an endless one costs no more than the limit.
#[wasm_bindgen(inline_js = r#"
const TIME = 5000;

export async function get(url, most) {
  const signal = AbortSignal.timeout(TIME);
  const response = await fetch(url, { redirect: "manual", signal, headers: { accept: "application/json" } });
  if (response.status !== 200) {
    await response.body?.cancel();
    return undefined;
  }
  const parts = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    length += part.length;
    if (length > most) return undefined;
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
"#)]
extern "C" {
    fn get(url: &str, most: u32) -> Promise;
}
