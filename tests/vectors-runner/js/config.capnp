# The vectors' runner in workerd, beside what wasm-bindgen made of it.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "vectors", worker = .vectors)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "vectors")],
);

const vectors :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    (name = "entry.mjs", esModule = embed "entry.mjs"),
    (name = "index.js", esModule = embed "index.js"),
    (name = "index.wasm", wasm = embed "index.wasm"),
  ],
);
