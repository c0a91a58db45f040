// An https server that is one provider for each way to misbehave: `https://127.0.0.1:PORT/<way>` is its issuer.
//
// `node hostile-provider.mjs OPTIONS`, OPTIONS being JSON: certificate and key (files), jwks (of a key that the caller
// signs ID tokens with). The first line it says is {"event":"ready","issuer":…}, without the way.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";

const options = JSON.parse(process.argv[2]);
const keys = JSON.stringify(options.jwks);
const server = createServer({ cert: readFileSync(options.certificate), key: readFileSync(options.key) });
const origin = () => `https://127.0.0.1:${server.address().port}`;

const say = (event, more) => console.log(JSON.stringify({ event, ...more }));
const json = (response, text) => response.writeHead(200, { "content-type": "application/json" }).end(text);
const metadata = (way) => JSON.stringify({ issuer: `${origin()}/${way}`, jwks_uri: `${origin()}/${way}/jwks` });

/** Sends a piece again and again, as fast as it is taken, until the other side has had enough. */
function flood(response, piece) {
  response.writeHead(200, { "content-type": "application/json" });
  const pour = () => {
    while (!response.destroyed && response.write(piece));
    if (!response.destroyed) response.once("drain", pour);
  };
  pour();
}

/** Sends a byte now and then, forever. */
function trickle(response) {
  response.writeHead(200, { "content-type": "application/json" });
  const timer = setInterval(() => response.write(" "), 500);
  response.on("close", () => clearInterval(timer));
}

/** What each way answers for its discovery document and for its keys; where it says nothing, it is honest. */
const ways = {
  honest: {},
  "moved-document": { document: (response) => response.writeHead(302, { location: `${origin()}/moved-document/real` }).end() },
  "moved-keys": { keys: (response) => response.writeHead(307, { location: `${origin()}/honest/jwks` }).end() },
  "other-issuer": { document: (response) => json(response, metadata("honest")) },
  "plain-keys": {
    document: (response) => {
      const jwks_uri = `${origin().replace("https", "http")}/plain-keys/jwks`;
      json(response, JSON.stringify({ issuer: `${origin()}/plain-keys`, jwks_uri }));
    },
  },
  "link-local": {
    document: (response) => {
      const jwks_uri = "https://169.254.169.254/latest/meta-data";
      json(response, JSON.stringify({ issuer: `${origin()}/link-local`, jwks_uri }));
    },
  },
  failing: { keys: (response) => response.writeHead(500).end(keys) },
  long: { keys: (response) => json(response, keys.replace(/}$/, `,"x":"${"a".repeat(10 << 20)}"}`)) },
  endless: { keys: (response) => flood(response, " ".repeat(1 << 16)) },
  trickling: { keys: trickle },
  silent: { keys: () => {} },
  doubled: { keys: (response) => json(response, JSON.stringify({ keys: [...options.jwks.keys, ...options.jwks.keys] })) },
  symmetric: {
    keys: (response) => json(response, JSON.stringify({ keys: [...options.jwks.keys, { kty: "oct", kid: "s", k: "c2VjcmV0" }] })),
  },
};

server.on("request", (request, response) => {
  const [, way, ...rest] = request.url.split("/");
  const path = rest.join("/");
  say("request", { way, path });
  const behaviour = ways[way] ?? {};
  if (path === ".well-known/openid-configuration") (behaviour.document ?? ((to) => json(to, metadata(way))))(response);
  else if (path === "real") json(response, metadata(way));
  else if (path === "jwks") (behaviour.keys ?? ((to) => json(to, keys)))(response);
  else response.writeHead(404).end();
});
server.listen(0, "127.0.0.1", () => say("ready", { issuer: origin() }));
