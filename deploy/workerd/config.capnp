# The mint on your own machine: `workerd serve config.capnp`, with `--socket-addr https=0.0.0.0:443` for another address.
#
# Beside this file (embed takes relative paths only):
#   bundle/          entry.mjs, config.mjs, index.js, index.wasm of a release, and config.json, made by
#                    `kubectl mint config build kubemint.toml --output bundle/config.json`
#   tls/             tls.crt and tls.key, the serving certificate with its chain and its key
#   trusted/ca.crt   the authorities of your OpenID provider, beside those that browsers trust
#
# Secrets come from the environment of the process, never from a file here: see the bindings.
# A changed configuration or certificate needs a restart; nothing is lost, since nothing is kept.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "mint", worker = .mint),
    (name = "internet", network = .internet),
  ],
  sockets = [
    (
      name = "https",
      address = "127.0.0.1:8443",
      service = "mint",
      https = (
        tlsOptions = (
          keypair = (privateKey = embed "tls/tls.key", certificateChain = embed "tls/tls.crt"),
          minVersion = tls1Dot2,
        ),
      ),
    ),
  ],
);

# The mint fetches from the identity providers of its configuration, and from nobody else.
const internet :Workerd.Network = (
  # Drop "private" when the providers are on the internet.
  allow = ["public", "private"],
  tlsOptions = (
    trustBrowserCas = true,
    trustedCertificates = [embed "trusted/ca.crt"],
  ),
);

const mint :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    (name = "entry.mjs", esModule = embed "bundle/entry.mjs"),
    (name = "config.mjs", esModule = embed "bundle/config.mjs"),
    (name = "config.json", text = embed "bundle/config.json"),
    (name = "index.js", esModule = embed "bundle/index.js"),
    (name = "index.wasm", wasm = embed "bundle/index.wasm"),
  ],
  bindings = [
    # A JSON array of private JWKs, each with sign_from, sign_until and publish_until in Unix seconds.
    (name = "SIGNING_KEYS", fromEnvironment = "SIGNING_KEYS"),
    # Requests a minute, for each user and each address: 60 if unset. An address is known only where a proxy in front
    # sets CF-Connecting-IP itself.
    (name = "RATE_LIMIT", fromEnvironment = "RATE_LIMIT"),
  ],
);
