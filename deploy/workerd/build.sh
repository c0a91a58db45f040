#!/bin/sh
# Puts into build/worker what `wrangler deploy` uploads: the bundle, and the configuration made from kubemint.toml.
set -eu
cd "$(dirname "$0")/../.."

if command -v cargo >/dev/null && [ -f worker/Cargo.toml ] && [ -z "${KUBEMINT_PREBUILT:-}" ]; then
  cargo xtask bundle
elif [ ! -f build/worker/index.wasm ]; then
  echo "kubemint: no Rust toolchain, and no bundle in build/worker: unpack a release's bundle there" >&2
  exit 1
fi

# A configuration made before, by hand or in CI, was checked then; only it must not be older than its document.
if command -v kubectl-mint >/dev/null && [ -f kubemint.toml ]; then
  kubectl-mint config build kubemint.toml --output build/worker/config.json
elif [ ! -f build/worker/config.json ] || [ kubemint.toml -nt build/worker/config.json ]; then
  echo "kubemint: build/worker/config.json is missing or older than kubemint.toml, and kubectl-mint is not on the PATH to make it:" >&2
  echo "  kubectl mint config build kubemint.toml --output build/worker/config.json" >&2
  exit 1
fi
