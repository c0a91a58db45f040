// The worker's JavaScript half: reads requests, waits for what the mint waits for, and never lets a failure out.
//
// After a failure the wasm instance is not used again: a fresh one serves the next request.
import * as mint from "./index.js";

/** One byte more than the mint reads: a longer body arrives cut to this, and is refused for its length. */
const MOST = 64 * 1024 + 1;
const EMPTY = new Uint8Array(0);
let broken = false;

async function bodyOf(request) {
  // A stated length is kept: the runtime never hands out more than was stated. The stream costs more.
  const stated = request.headers.get("content-length");
  if (stated !== null && Number(stated) < MOST) return new Uint8Array(await request.arrayBuffer());
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

async function answer(request, environment) {
  const body = await bodyOf(request);
  const task = mint.receive(headOf(request), body, environment);
  let given;
  for (;;) {
    const next = task.step(given);
    if (next instanceof Response) {
      task.free();
      return next;
    }
    try {
      given = await next;
    } catch {
      given = undefined;
    }
  }
}

function failed(error) {
  broken ||= error instanceof WebAssembly.RuntimeError;
  // The error itself stays here: nobody can say what it quotes.
  console.error(JSON.stringify({ event: "worker-failed", broken }));
  return new Response("the mint failed; its operator finds more in the log\n", { status: 500 });
}

export default {
  async fetch(request, environment) {
    try {
      if (broken) {
        mint.__wbg_reset_state();
        broken = false;
      }
      return await answer(request, environment);
    } catch (error) {
      return failed(error);
    }
  },
};
