# The JavaScript workers of the benches, served just as deploy/workerd/config.capnp serves the mint.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "internet", network = .internet),
  ],
  sockets = [
    (
      name = "https",
      address = "127.0.0.1:8443",
      service = "worker",
      https = (
        tlsOptions = (
          keypair = (privateKey = embed "tls/tls.key", certificateChain = embed "tls/tls.crt"),
          minVersion = tls1Dot2,
        ),
      ),
    ),
  ],
);

const internet :Workerd.Network = (
  allow = ["public", "private"],
  tlsOptions = (trustBrowserCas = true, trustedCertificates = [embed "trusted/ca.crt"]),
);

const worker :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    (name = "entry.mjs", esModule = embed "bundle/entry.mjs"),
    (name = "config.json", text = embed "bundle/config.json"),
  ],
  bindings = [(name = "SIGNING_KEYS", fromEnvironment = "SIGNING_KEYS")],
);
