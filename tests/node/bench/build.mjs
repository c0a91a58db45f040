// `node build.mjs WORKER OUT`: bundles one of the JavaScript workers into one module.
import { buildSync } from "esbuild";

const [worker, out] = process.argv.slice(2);
buildSync({
  entryPoints: [worker],
  outfile: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  external: ["./config.json"],
  logLevel: "warning",
});
