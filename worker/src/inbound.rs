//! Requests as they come and answers as they go: one crossing into JavaScript each, bodies as bytes.

use kubemint::{Request, Response};
use wasm_bindgen::prelude::*;

/// One byte more than the mint reads: a longer body arrives cut to this, and is refused for its length.
const MOST: u32 = 64 * 1024 + 1;

/// Reads a request, its body at once and never more of it than [`MOST`].
pub async fn receive(request: &web_sys::Request) -> Result<Request, JsValue> {
    let read: Read = read(request, MOST).await?.unchecked_into();
    let head = read.head();
    let mut parts = head.split('\n').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    Ok(Request {
        method: next(),
        path: next(),
        accept: next(),
        content_type: next(),
        authorization: next(),
        dpop: next(),
        address: next(),
        body: read.body(),
    })
}

/// Sends an answer.
pub fn respond(answer: &Response) -> Result<web_sys::Response, JsValue> {
    let lines: Vec<String> = answer.headers.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    answer_with(answer.status, &lines.join("\n"), &answer.body)
}

// A header's value holds no line feed (fetch sees to that), so lines keep the parts of a head apart.
#[wasm_bindgen(inline_js = r#"
const EMPTY = new Uint8Array(0);

async function bodyOf(request, most) {
  if (request.body === null) return EMPTY;
  // A stated length is kept: the runtime never hands out more than was stated.
  const stated = request.headers.get("content-length");
  if (stated !== null && Number(stated) < most) return new Uint8Array(await request.arrayBuffer());
  const body = new Uint8Array(most);
  let length = 0;
  for await (const part of request.body) {
    body.set(part.subarray(0, most - length), length);
    length = Math.min(most, length + part.length);
    if (length === most) break;
  }
  return body.subarray(0, length);
}

export async function read(request, most) {
  const { headers, url } = request;
  const value = (name) => headers.get(name) ?? "";
  const start = url.indexOf("/", 8);
  const end = url.indexOf("?", start);
  const head = [
    request.method,
    end < 0 ? url.slice(start) : url.slice(start, end),
    value("accept"),
    value("content-type"),
    value("authorization"),
    value("dpop"),
    value("cf-connecting-ip"),
  ].join("\n");
  return { head, body: await bodyOf(request, most) };
}

export function answerWith(status, lines, body) {
  const headers = lines.split("\n").map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1)];
  });
  return new Response(body.slice(), { status, headers });
}
"#)]
extern "C" {
    type Read;
    #[wasm_bindgen(method, getter)]
    fn head(this: &Read) -> String;
    #[wasm_bindgen(method, getter)]
    fn body(this: &Read) -> Vec<u8>;
    #[wasm_bindgen(catch)]
    async fn read(request: &web_sys::Request, most: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = answerWith)]
    fn answer_with(status: u16, lines: &str, body: &[u8]) -> Result<web_sys::Response, JsValue>;
}
