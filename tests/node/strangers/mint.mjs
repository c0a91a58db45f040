// What a client that knows only the standards does with the mint: discovery, DPoP, bearers.
import { createHash } from "node:crypto";
import { calculateJwkThumbprint, createRemoteJWKSet, importJWK, jwtVerify, SignJWT } from "jose";
import { publicPart, randomId } from "./keys.mjs";

/** {"do": "discovery", "issuer": URL} -> {"metadata": {…}, "jwks": {…}}, after the checks of OpenID Connect Discovery §4.3 */
export async function discovery({ issuer }) {
  const metadata = await document(`${issuer}/.well-known/openid-configuration`);
  if (metadata.issuer !== issuer) throw new Error(`the issuer calls itself ${metadata.issuer}`);
  const jwks = await document(metadata.jwks_uri);
  for (const key of jwks.keys) {
    if (key.kid !== (await calculateJwkThumbprint(key))) throw new Error("a kid that is no thumbprint");
    if ("d" in key) throw new Error("a private key is published");
    await importJWK(key, key.alg);
  }
  return { metadata, jwks };
}

async function document(url) {
  const response = await fetch(url, { redirect: "error" });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

/** {"do": "commitment", "key": JWK} -> {"nonce": …, "salt": …}: the nonce of a sign-in that commits to the key */
export async function commitment({ key }) {
  const salt = randomId();
  const text = `${await calculateJwkThumbprint(publicPart(key))}.${salt}`;
  return { nonce: createHash("sha256").update(text).digest("base64url"), salt };
}

/** {"do": "dpop", "key": JWK, "method": …, "uri": …, "claims": {…}} -> {"proof": …};
    also: "token" to hash into `ath`, "iat_offset" in seconds, "header": members to set */
export async function dpop(ask) {
  const claims = { jti: randomId(), htm: ask.method, htu: ask.uri, ...ask.claims };
  if (ask.token) claims.ath = createHash("sha256").update(ask.token).digest("base64url");
  const proof = new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk: publicPart(ask.key), ...ask.header })
    .setIssuedAt(Math.floor(Date.now() / 1000) + (ask.iat_offset ?? 0));
  return { proof: await proof.sign(await importJWK(ask.key, "ES256")) };
}

/** {"do": "bearer", "token": …, "issuer": URL, "audience": URL} -> {"claims": {…}, "header": {…}}, keys by discovery (RFC 9068 §4) */
export async function bearer({ token, issuer, audience }) {
  const { metadata } = await discovery({ issuer });
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
  const options = { issuer, audience, typ: "at+jwt", algorithms: ["ES256"], requiredClaims: ["sub", "iat", "exp", "jti", "client_id"] };
  const { payload, protectedHeader } = await jwtVerify(token, keys, options);
  return { claims: payload, header: protectedHeader };
}
