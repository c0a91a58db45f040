// Runs the vectors in workerd: POST a file's text, get its report. Signatures are checked by WebCrypto, as the mint's are.
import { run } from "./index.js";

const ES256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

function decode(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Keys are imported as the mint imports them: points raw, RSA as a JWK. */
async function verify({ jwk, input, signature }) {
  const rsa = jwk.kty === "RSA";
  const algorithm = rsa ? RS256 : ES256;
  const material = rsa ? ["jwk", jwk] : ["raw", Uint8Array.of(4, ...decode(jwk.x), ...decode(jwk.y))];
  const key = await crypto.subtle.importKey(...material, algorithm, false, ["verify"]);
  return crypto.subtle.verify(algorithm, key, decode(signature), decode(input));
}

/** Runs the file, answers what checks are wanted, and runs it again until none is. */
async function report(file) {
  const known = {};
  for (;;) {
    const outcome = JSON.parse(run(file, JSON.stringify(known)));
    if (outcome.unreadable !== undefined || outcome.wanted.length === 0) return outcome;
    for (const check of outcome.wanted) known[check.id] = await verify(check);
  }
}

export default {
  async fetch(request) {
    if (request.method !== "POST") return new Response("the vectors of one file, please\n", { status: 405 });
    try {
      return Response.json(await report(await request.text()));
    } catch (error) {
      return new Response(String(error?.stack ?? error), { status: 500 });
    }
  },
};
