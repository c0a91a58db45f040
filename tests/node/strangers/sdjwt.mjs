// Grants and presentations, by @sd-jwt/core; its cryptography is Node's.
import { createHash, createPrivateKey, createPublicKey, sign, verify as check } from "node:crypto";
import { SDJwtInstance } from "@sd-jwt/core";
import { calculateJwkThumbprint } from "jose";
import { publicPart, randomId } from "./keys.mjs";

const GRANT_TYPE = "kubemint-grant+sd-jwt";
const NEEDED = ["iss", "aud", "iat", "exp", "jti", "sub", "username", "groups", "sid", "session_iat", "auth_time", "cnf", "window"];
const ALLOWED = [...NEEDED, "client_id", "amr", "_sd_alg"];

const hasher = (data) => new Uint8Array(createHash("sha256").update(typeof data === "string" ? data : Buffer.from(data)).digest());
const now = () => Math.floor(Date.now() / 1000);
const part = (text) => JSON.parse(Buffer.from(text, "base64url"));
const common = { hasher, hashAlg: "sha-256", saltGenerator: randomId, signAlg: "ES256", kbSignAlg: "ES256" };

function signer(jwk) {
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  return (data) => sign("sha256", Buffer.from(data), { key, dsaEncoding: "ieee-p1363" }).toString("base64url");
}

function verifier(jwk) {
  const key = createPublicKey({ key: jwk, format: "jwk" });
  return (data, text) => check("sha256", Buffer.from(data), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(text, "base64url"));
}

/** `base` with `changes` on top; a null takes the member away. */
function members(base, changes = {}) {
  return Object.fromEntries(Object.entries({ ...base, ...changes }).filter(([, value]) => value !== null));
}

/** {"do": "grant", "issuer", "audience", "key": JWK, "holder": JWK, "user": {…}} -> {"grant": …, "claims": {…}};
    also: "iat_offset", "life", "window" in seconds; "claims", "header": members to set, or with null to leave out */
export async function grant(ask) {
  const at = now() + (ask.iat_offset ?? 0);
  const base = {
    iss: ask.issuer,
    aud: ask.audience,
    iat: at,
    exp: at + (ask.life ?? 8 * 3600),
    jti: randomId(),
    sub: ask.user.subject,
    username: ask.user.username,
    groups: ask.user.groups,
    sid: randomId(),
    session_iat: at,
    auth_time: at,
    cnf: { jwk: publicPart(ask.holder) },
    window: ask.window ?? 60,
  };
  const claims = members(base, ask.claims);
  const header = members({ typ: GRANT_TYPE, kid: await calculateJwkThumbprint(ask.key) }, ask.header);
  const issuer = new SDJwtInstance({ ...common, signer: signer(ask.key) });
  return { grant: await issuer.issue(claims, undefined, { header }), claims };
}

/** {"do": "present", "grant": …, "key": JWK, "audience": URL} -> {"presentation": …, "nonce": …};
    also: "iat_offset" in seconds, "nonce" */
export async function present(ask) {
  const payload = { iat: now() + (ask.iat_offset ?? 0), aud: ask.audience, nonce: ask.nonce ?? randomId() };
  const holder = new SDJwtInstance({ ...common, kbSigner: signer(ask.key) });
  return { presentation: await holder.present(ask.grant, undefined, { kb: { payload } }), nonce: payload.nonce };
}

/** {"do": "verify", "token": …, "jwks": {…}, "issuer": URL, "audience": URL} -> {"claims": {…}, "binding": {…} or null} */
export async function verify({ token, jwks, issuer, audience }) {
  const [grantText, bindingText] = [token.slice(0, token.lastIndexOf("~")), token.slice(token.lastIndexOf("~") + 1)];
  const header = part(grantText.split(".")[0]);
  const key = jwks.keys.find((one) => one.kid === header.kid);
  demand(key, "kid");
  const library = new SDJwtInstance({
    ...common,
    verifier: verifier(key),
    kbVerifier: (data, signature, payload) => verifier(payload.cnf.jwk)(data, signature),
  });
  // The library wants the nonce it expects; ours is the holder's own choice, so its own is expected.
  const nonce = bindingText ? part(bindingText.split(".")[1]).nonce : undefined;
  const { payload: claims, kb } = await library.verify(token, { requiredClaimKeys: NEEDED, keyBindingNonce: nonce });
  profile(header, claims, issuer, audience);
  if (kb) bindingProfile(part(bindingText.split(".")[0]), kb.payload, claims);
  return { claims, binding: kb?.payload ?? null };
}

/** What the library leaves to its caller. */
function profile(header, claims, issuer, audience) {
  demand(same(Object.keys(header), ["alg", "typ", "kid"]) && header.alg === "ES256" && header.typ === GRANT_TYPE, "header");
  demand(Object.keys(claims).every((name) => ALLOWED.includes(name)), "claims");
  demand(claims.iss === issuer, "iss");
  demand(claims.aud === audience, "aud");
  demand(claims.iat <= now() + 30 && now() < claims.exp, "iat, exp");
  demand(same(Object.keys(claims.cnf.jwk), ["kty", "crv", "x", "y"]), "cnf");
}

function bindingProfile(header, binding, claims) {
  demand(same(Object.keys(header), ["alg", "typ"]) && header.alg === "ES256" && header.typ === "kb+jwt", "binding header");
  demand(same(Object.keys(binding), ["iat", "aud", "nonce", "sd_hash"]), "binding claims");
  demand(binding.aud === claims.aud, "binding aud");
  demand(binding.iat <= now() + 30 && now() - binding.iat <= claims.window + 30, "binding iat");
}

const same = (some, others) => some.length === others.length && others.every((one) => some.includes(one));

function demand(condition, what) {
  if (!condition) throw new Error(`not the profile: ${what}`);
}
