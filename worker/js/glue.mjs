// The worker's JavaScript half: reads requests, waits for what the mint waits for, and never lets a failure out.
//
// After a failure the wasm instance is not used again: a fresh one serves the next request.
import * as mint from "./index.js";

/** One byte more than the mint reads: a longer body arrives cut to this, and is refused for its length. */
const MOST = 64 * 1024 + 1;
const EMPTY = new Uint8Array(0);
let broken = false;

/** The stream costs more than the whole at once, so it is for what states no length, or too long a one. */
async function streamOf(request) {
  if (request.body === null) return EMPTY;
  const body = new Uint8Array(MOST);
  let length = 0;
  for await (const part of request.body) {
    body.set(part.subarray(0, MOST - length), length);
    length = Math.min(MOST, length + part.length);
    if (length === MOST) break;
  }
  return body.subarray(0, length);
}

/** What the mint reads of a request, a line each; worker/src/lib.rs takes them in this order. */
function headOf({ method, url, headers }) {
  const value = (name) => headers.get(name) ?? "";
  const start = url.indexOf("/", "https://".length);
  const end = url.indexOf("?", start);
  const path = end < 0 ? url.slice(start) : url.slice(start, end);
  const names = ["accept", "content-type", "authorization", "dpop", "cf-connecting-ip"];
  return [method, path, ...names.map(value)].join("\n");
}

function failed(error) {
  broken ||= error instanceof WebAssembly.RuntimeError;
  // The error itself stays here: nobody can say what it quotes.
  console.error(JSON.stringify({ event: "worker-failed", broken }));
  return new Response("the mint failed; its operator finds more in the log\n", { status: 500 });
}

export default {
  // One function, since each that waits inside another costs a turn of the event loop.
  async fetch(request, environment) {
    try {
      if (broken) {
        mint.__wbg_reset_state();
        broken = false;
      }
      // A stated length is kept: the runtime never hands out more than was stated.
      const stated = Number(request.headers.get("content-length") ?? NaN);
      const body = stated < MOST ? new Uint8Array(await request.arrayBuffer()) : await streamOf(request);
      const task = mint.receive(headOf(request), body, environment);
      let next = task.step(undefined);
      while (next.then !== undefined) {
        let given;
        try {
          given = await next;
        } catch {
          // What is rejected gives nothing; the mint knows what to make of that.
        }
        next = task.step(given);
      }
      task.free();
      return next;
    } catch (error) {
      return failed(error);
    }
  },
};
