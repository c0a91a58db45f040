// What a careful person would write instead of the mint's worker: the same exchange in JavaScript with npm's jose.
//
// It makes the same checks in the same order on the same configuration and signing keys. Built with KEPT it keeps every
// key it imports, as ours does; without it imports them for each request, as most people's do, but its own signing key. It answers POST /token only: an ID token for a session or grant, a presentation of a session for a grant.
import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, importJWK, jwtVerify, SignJWT } from "jose";
import configurationText from "./config.json";

const configuration = JSON.parse(configurationText);
const { issuer } = configuration;
const GRANT = "kubemint-grant+sd-jwt";
const TYPES = "urn:ietf:params:oauth:token-type:";
const HOUR = 3600;
const RATE = 4_000_000_000;
const encoder = new TextEncoder();

/* global KEPT */
const imported = new Map();
let signer;
let providerKeys;

class Refusal extends Error {}
const demand = (condition, reason) => {
  if (!condition) throw new Refusal(reason);
};
const now = () => Math.floor(Date.now() / 1000);
const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const sha256 = async (text) => base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text))));
const randomId = () => base64url(crypto.getRandomValues(new Uint8Array(16)));

async function key(jwk, algorithm) {
  const name = jwk.x ?? jwk.n;
  const known = imported.get(name);
  if (known) return known;
  const made = { key: await importJWK(jwk, algorithm), thumbprint: await calculateJwkThumbprint(jwk) };
  if (KEPT) {
    if (imported.size > 512) imported.clear();
    imported.set(name, made);
  }
  return made;
}

async function ready(environment) {
  if (signer) return;
  const [own] = JSON.parse(environment.SIGNING_KEYS);
  const { kty, crv, x, y, d } = own;
  signer = { id: (await key({ kty, crv, x, y }, "ES256")).thumbprint, key: await importJWK({ kty, crv, x, y, d }, "ES256"), jwk: { kty, crv, x, y } };
}

async function providerKey(header) {
  if (!providerKeys) {
    const { url } = configuration.identityProviders[0].issuer;
    const metadata = await (await fetch(`${url}/.well-known/openid-configuration`)).json();
    providerKeys = new Map((await (await fetch(metadata.jwks_uri)).json()).keys.map((one) => [one.kid, one]));
  }
  const jwk = providerKeys.get(header.kid);
  demand(jwk && jwk.alg === header.alg, "key-unknown");
  return (await key(jwk, header.alg)).key;
}

function form(text) {
  const members = new URLSearchParams(text);
  for (const name of new Set(members.keys())) demand(members.getAll(name).length === 1, "request-malformed");
  return members;
}

async function proof(request, members) {
  const text = request.headers.get("dpop");
  demand(text && text.length <= 8192, "proof-missing");
  const { jwk } = decodeProtectedHeader(text);
  demand(jwk && Object.keys(jwk).length === 4, "key-refused");
  const holder = await key(jwk, "ES256");
  const { payload } = await jwtVerify(text, holder.key, { typ: "dpop+jwt", algorithms: ["ES256"], requiredClaims: ["jti", "iat"] });
  demand(payload.htm === "POST" && payload.htu === `${issuer}/token`, "proof-wrong");
  demand(payload.resource === members.get("resource"), "proof-wrong");
  demand((payload.requested_token_type ?? null) === members.get("requested_token_type"), "proof-wrong");
  demand(Math.abs(now() - payload.iat) <= 60, "proof-stale");
  return { jwk, thumbprint: holder.thumbprint };
}

async function idToken(text, holder, salt) {
  const provider = configuration.identityProviders[0];
  const options = { issuer: provider.issuer.url, audience: provider.issuer.audiences, algorithms: ["RS256", "ES256"], requiredClaims: ["exp", "iat", "nonce"] };
  const { payload } = await jwtVerify(text, providerKey, options);
  demand(payload.nonce === (await sha256(`${holder.thumbprint}.${salt}`)), "nonce-wrong");
  const { username, groups } = provider.claimMappings;
  demand(username.claim !== "email" || payload.email_verified === true, "email-unverified");
  const names = (payload[groups.claim] ?? []).map((one) => groups.prefix + one);
  demand(names.length <= 64 && !names.some((one) => one.startsWith("system:")), "name-refused");
  const sid = randomId();
  const base = { sub: `${provider.alias}:${payload.sub}`, username: username.prefix + payload[username.claim], sid };
  return { ...base, session_iat: now(), auth_time: payload.auth_time ?? payload.iat, cnf: { jwk: holder.jwk }, groups: names, client_id: provider.clientID };
}

async function presentation(text) {
  const [grant, binding] = [text.slice(0, text.indexOf("~") + 1), text.slice(text.indexOf("~") + 1)];
  const own = await key(signer.jwk, "ES256");
  const options = { issuer, audience: `${issuer}/bound`, typ: GRANT, algorithms: ["ES256"], requiredClaims: ["exp", "iat"] };
  const { payload: session } = await jwtVerify(grant.slice(0, -1), own.key, options);
  const holder = await key(session.cnf.jwk, "ES256");
  const { payload, protectedHeader } = await compactVerify(binding, holder.key, { algorithms: ["ES256"] });
  const claims = JSON.parse(new TextDecoder().decode(payload));
  demand(protectedHeader.typ === "kb+jwt" && claims.aud === session.aud, "binding-wrong");
  demand(claims.sd_hash === (await sha256(grant)), "hash-wrong");
  demand(Math.abs(now() - claims.iat) <= session.window + 30, "presentation-stale");
  return session;
}

function decide(who, cluster) {
  const matches = (rule) =>
    rule.subjects.some(({ kind, name }) => (kind === "User" ? name === who.username : who.groups.includes(name))) &&
    (!cluster || rule.clusters.includes("*") || rule.clusters.includes(cluster));
  const rules = configuration.rules.filter(matches);
  demand(rules.length > 0, "access-denied");
  return [...new Set(rules.flatMap((rule) => rule.groups))];
}

/** A bucket for each subject, never empty here: what is compared is the work. */
const buckets = new Map();
function limit(subject) {
  const at = Date.now();
  const bucket = buckets.get(subject) ?? { left: RATE, at };
  const left = Math.min(RATE, bucket.left + ((at - bucket.at) * RATE) / 60_000);
  demand(left >= 1, "rate-limited");
  if (buckets.size > 10_000) buckets.clear();
  buckets.set(subject, { left: left - 1, at });
}

async function issue(who, resource) {
  limit(who.sub);
  const cluster = resource === issuer ? undefined : resource.slice(`${issuer}/clusters/`.length);
  demand(!cluster || configuration.clusters.some((one) => one.name === cluster), "resource-unknown");
  const decided = decide(who, cluster);
  const life = (cluster ? 8 : 12) * HOUR;
  const { sub, username, sid, session_iat, auth_time, cnf, client_id } = who;
  const exp = Math.min(now() + life, who.exp ?? Number.MAX_SAFE_INTEGER);
  const claims = { iss: issuer, aud: `${resource}/bound`, iat: now(), exp, jti: randomId(), sub, username };
  const rest = { groups: cluster ? decided : who.groups, sid, session_iat, auth_time, cnf, window: 60, client_id };
  const header = { alg: "ES256", typ: GRANT, kid: signer.id };
  const token = `${await new SignJWT({ ...claims, ...rest }).setProtectedHeader(header).sign(signer.key)}~`;
  demand(token.length + 300 <= 4096, "grant-too-large");
  const jkt = (await key(cnf.jwk, "ES256")).thumbprint;
  console.log(JSON.stringify({ event: "issued", kind: "grant", aud: claims.aud, sub, jti: claims.jti, sid, jkt, exp }));
  return { access_token: token, issued_token_type: "urn:kubemint:params:oauth:token-type:grant", token_type: "N_A", expires_in: exp - now(), expires_at: exp };
}

async function exchange(request, environment) {
  await ready(environment);
  const members = form(await request.text());
  const subject = members.get("subject_token");
  demand(subject && subject.length <= 8192, "token-too-large");
  if (members.get("subject_token_type") === `${TYPES}id_token`) {
    const holder = await proof(request, members);
    return issue(await idToken(subject, holder, members.get("nonce_salt")), members.get("resource"));
  }
  return issue(await presentation(subject), members.get("resource"));
}

function json(value, status) {
  const headers = {
    "content-type": "application/json",
    "cache-control": "no-store",
    date: new Date().toUTCString(),
    "x-content-type-options": "nosniff",
  };
  return new Response(JSON.stringify(value), { status, headers });
}

export default {
  async fetch(request, environment) {
    if (request.url.endsWith("/healthz")) return new Response("ok\n");
    try {
      return json(await exchange(request, environment), 200);
    } catch (error) {
      return json({ error: "invalid_request", reason: error instanceof Refusal ? error.message : error.code }, 400);
    }
  },
};
