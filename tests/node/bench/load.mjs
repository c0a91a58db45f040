// The load generator: `node load.mjs` with one JSON object on standard input, one as the answer.
//
// {"url", "form": [[name, value], …], "proof", "connections", "requests"}: posts the form, with a DPoP proof if there is
// one, that often over that many kept-alive connections, each after its answer, and fails on any status but 200.
// -> {"seconds", "median", "p99"}, the last two in milliseconds for one answer.
// The authority is in NODE_EXTRA_CA_CERTS.
import { Agent, request } from "node:https";

const ask = JSON.parse(await new Response(process.stdin).text());
const agent = new Agent({ keepAlive: true, maxSockets: ask.connections });
const body = new URLSearchParams([["grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"], ...ask.form]).toString();
const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": body.length, ...(ask.proof && { dpop: ask.proof }) };
const options = { method: "POST", headers, agent };

function once() {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const sent = request(ask.url, options, (response) => {
      response.resume();
      response.on("end", () => {
        if (response.statusCode === 200) resolve(performance.now() - started);
        else reject(new Error(`status ${response.statusCode}`));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

let left = ask.requests;
const times = [];
async function connection() {
  while (left-- > 0) times.push(await once());
}
const started = performance.now();
await Promise.all(Array.from({ length: ask.connections }, connection));
const seconds = (performance.now() - started) / 1000;
times.sort((a, b) => a - b);
const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))];
console.log(JSON.stringify({ seconds, median: at(0.5), p99: at(0.99) }));
agent.destroy();
