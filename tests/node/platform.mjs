// The bundle as the platform would run it: wrangler.toml with its bindings, in wrangler's own harness.
//
// Standard input: {"worker": FOLDER, "signing_keys": TEXT, "requests": [{"path", "address"}, …]}. Standard output:
// {"answers": [{"status", "body"}, …], "logs": TEXT}, the requests sent one after the other.
import { fileURLToPath } from "node:url";
import { createTestHarness } from "wrangler";

const ask = JSON.parse(await new Response(process.stdin).text());
const root = fileURLToPath(new URL("../..", import.meta.url));
const worker = {
  configPath: "wrangler.toml",
  prebuiltWorkerDir: ask.worker,
  secrets: ask.signing_keys === null ? {} : { SIGNING_KEYS: ask.signing_keys },
};
const server = createTestHarness({ root, workers: [worker] });
await server.listen();
const answers = [];
for (const { path, method, address } of ask.requests) {
  const response = await server.fetch(path, { method: method ?? "GET", headers: { "cf-connecting-ip": address } });
  answers.push({ status: response.status, body: await response.text() });
}
console.log(JSON.stringify({ answers, logs: JSON.stringify(server.getLogs()) }));
await server.close();
