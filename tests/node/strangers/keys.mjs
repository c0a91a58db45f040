// Keys, and tokens signed or read with one of them.
import { randomBytes } from "node:crypto";
import { calculateJwkThumbprint, CompactSign, compactVerify, exportJWK, generateKeyPair, importJWK } from "jose";

export const randomId = () => randomBytes(16).toString("base64url");
export const publicPart = ({ kty, crv, x, y }) => ({ kty, crv, x, y });

/** {"do": "key"} -> {"private": JWK, "public": JWK, "thumbprint": …} */
export async function key() {
  const pair = await generateKeyPair("ES256", { extractable: true });
  const made = await exportJWK(pair.privateKey);
  return { private: made, public: publicPart(made), thumbprint: await calculateJwkThumbprint(made) };
}

/** {"do": "user"} -> {"subject": …, "username": …, "groups": […]} */
export function user() {
  const word = () => randomBytes(4).toString("hex");
  const groups = Array.from({ length: 1 + randomBytes(1)[0] % 4 }, () => `dev-${word()}`);
  return { subject: `corp:${word()}${word()}`, username: `${word()}@example.com`, groups };
}

/** {"do": "jwks", "keys": [JWK, …]} -> {"keys": […]}, without any private part */
export async function jwks({ keys }) {
  const named = keys.map(async (one) => {
    return { ...publicPart(one), kid: await calculateJwkThumbprint(one), alg: "ES256", use: "sig" };
  });
  return { keys: await Promise.all(named) };
}

/** {"do": "sign", "header": {…}, "payload": {…} or text, "key": JWK} -> {"token": …} */
export async function sign({ header, payload, key }) {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  const signer = new CompactSign(new TextEncoder().encode(text)).setProtectedHeader(header);
  return { token: await signer.sign(await importJWK(key, header.alg)) };
}

/** {"do": "read", "token": …, "key": JWK} -> {"header": {…}, "payload": {…}} */
export async function read({ token, key }) {
  const { payload, protectedHeader } = await compactVerify(token, await importJWK(key, "ES256"));
  return { header: protectedHeader, payload: JSON.parse(new TextDecoder().decode(payload)) };
}
