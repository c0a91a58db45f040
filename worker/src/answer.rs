//! Answers as they go out: one crossing each, from bytes.

use kubemint::Response;
use wasm_bindgen::prelude::*;

/// The runtime's own response.
pub fn make(response: &Response) -> JsValue {
    let lines: Vec<String> = response.headers.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    answer(response.status, &lines.join("\n"), &response.body)
}

// The bytes are a view of wasm memory, which may move while the response is sent: they are copied.
#[wasm_bindgen(inline_js = r#"
export function answer(status, lines, body) {
  const headers = {};
  for (const line of lines.split("\n")) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return new Response(body.slice(), { status, headers });
}
"#)]
extern "C" {
    fn answer(status: u16, lines: &str, body: &[u8]) -> JsValue;
}
