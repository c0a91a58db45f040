// A native app of a stranger: authorization code with PKCE over a loopback redirect (RFC 8252), nothing of the mint.
import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const browser = fileURLToPath(new URL("../browser.mjs", import.meta.url));
const random = () => randomBytes(32).toString("base64url");

/** {"do": "sign_in", "provider": URL, "user": …, "nonce": …} -> {"id_token": …};
    also: "client", "scope", "prompt", "jar" (a file that keeps the browser's cookies) */
export async function sign_in(ask) {
  const metadata = await (await fetch(`${ask.provider}/.well-known/openid-configuration`)).json();
  const { address, answer, close } = await loopback();
  try {
    const [verifier, state] = [random(), random()];
    const client = ask.client ?? "kubemint";
    const parameters = {
      client_id: client,
      response_type: "code",
      redirect_uri: address,
      scope: ask.scope ?? "openid email groups",
      state,
      nonce: ask.nonce,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
      ...(ask.prompt && { prompt: ask.prompt }),
    };
    await open(`${metadata.authorization_endpoint}?${new URLSearchParams(parameters)}`, ask);
    const got = await answer;
    if (got.get("error")) throw new Error(`the provider refuses: ${got.get("error")}`);
    if (got.get("state") !== state || got.get("iss") !== metadata.issuer) throw new Error("an answer to another question");
    return await redeem(metadata.token_endpoint, { client_id: client, code: got.get("code"), redirect_uri: address, code_verifier: verifier });
  } finally {
    close();
  }
}

/** One request on a free port, whatever the port. */
async function loopback() {
  let received;
  const answer = new Promise((resolve) => (received = resolve));
  const server = createServer((request, response) => {
    response.end("back to the terminal\n");
    received(new URL(request.url, "http://127.0.0.1").searchParams);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => server.close() && server.closeAllConnections();
  return { address: `http://127.0.0.1:${server.address().port}/callback`, answer, close };
}

async function open(url, ask) {
  const mine = { KUBEMINT_BROWSER_USER: ask.user, KUBEMINT_BROWSER_CA: process.env.NODE_EXTRA_CA_CERTS, KUBEMINT_BROWSER_JAR: ask.jar ?? "" };
  await run(process.execPath, [browser, url], { env: { ...process.env, ...mine } });
}

async function redeem(endpoint, members) {
  const body = new URLSearchParams({ grant_type: "authorization_code", ...members });
  const response = await fetch(endpoint, { method: "POST", body });
  const answer = await response.json();
  if (!response.ok) throw new Error(`the provider refuses: ${answer.error}`);
  return { id_token: answer.id_token };
}
