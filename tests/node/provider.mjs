// An OpenID-certified provider over https, with the sign-in pages it comes with.
//
// `node provider.mjs OPTIONS`, OPTIONS being JSON: certificate and key (files), port (0 takes a free one), algorithm (of ID
// tokens: ES256 or RS256), accounts (more of them). It says what happens as JSON lines without secrets, the first of
// them {"event":"ready","issuer":…}. SIGHUP: new signing keys, the old ones gone from its JWKS.
import { createPrivateKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import Provider from "oidc-provider";
import { accounts as usual } from "./accounts.mjs";

const options = { port: 0, algorithm: "ES256", accounts: {}, ...JSON.parse(process.argv[2] ?? "{}") };
const accounts = { ...usual, ...options.accounts };
const cookieKey = randomBytes(32).toString("base64url");
let visits = 0;

const say = (event, more = {}) => console.log(JSON.stringify({ event, ...more }));

function signingKeys() {
  const pairs = [
    ["ES256", generateKeyPairSync("ec", { namedCurve: "P-256" })],
    ["RS256", generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ];
  return pairs.map(([alg, pair]) => ({
    ...createPrivateKey(pair.privateKey.export({ type: "pkcs8", format: "pem" })).export({ format: "jwk" }),
    kid: randomBytes(8).toString("base64url"),
    use: "sig",
    alg,
  }));
}

/** A client without a secret, as native apps are (RFC 8252): any port on loopback, PKCE. */
const native = (client_id, more = {}) => ({
  client_id,
  application_type: "native",
  token_endpoint_auth_method: "none",
  redirect_uris: ["http://127.0.0.1/callback", "http://127.0.0.1/", "http://[::1]/callback", "http://localhost/callback"],
  grant_types: ["authorization_code"],
  response_types: ["code"],
  require_auth_time: true,
  ...more,
});

function provider(issuer) {
  const made = new Provider(issuer, {
    clients: [
      native("kubemint", { id_token_signed_response_alg: options.algorithm }),
      native("kubemint-rs256", { id_token_signed_response_alg: "RS256" }),
      // A tenant of the same provider that has nothing to do with the mint.
      native("somebody-else", { id_token_signed_response_alg: options.algorithm }),
    ],
    jwks: { keys: signingKeys() },
    cookies: { keys: [cookieKey] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], groups: ["groups"] },
    scopes: ["openid", "email", "groups"],
    conformIdTokenClaims: false, // the mint reads ID tokens only, so everything must be in them
    pkce: { required: () => true },
    enabledJWA: { idTokenSigningAlgValues: ["ES256", "RS256"] },
    features: { devInteractions: { enabled: true } },
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 86400, Grant: 86400 },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
  });
  made.on("interaction.ended", (context) => say("interaction", { prompt: Object.keys(context.oidc.result ?? {}).join(" ") }));
  made.on("authorization.error", (_, error) => say("authorization-refused", { error: error.error }));
  made.on("grant.success", (context) => say("id-token", { account: context.oidc.account?.accountId, client: context.oidc.client.clientId }));
  made.on("grant.error", (_, error) => say("token-refused", { error: error.error }));
  made.on("server_error", (_, error) => say("failed", { error: error.message }));
  return made.callback();
}

const server = createServer({ cert: readFileSync(options.certificate), key: readFileSync(options.key) });
server.listen(options.port, "127.0.0.1", () => {
  const issuer = `https://127.0.0.1:${server.address().port}`;
  let handler = provider(issuer);
  server.on("request", (request, response) => {
    if (request.url.startsWith("/auth?")) say("visit", { count: ++visits });
    handler(request, response);
  });
  process.on("SIGHUP", () => {
    handler = provider(issuer);
    say("rotated");
  });
  say("ready", { issuer });
});
