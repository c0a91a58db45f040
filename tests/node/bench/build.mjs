// `node build.mjs WORKER OUT KEPT`: bundles one of the JavaScript workers into one module; KEPT, true or false, says
// whether it keeps the keys it imports.
import { buildSync } from "esbuild";

const [worker, out, kept] = process.argv.slice(2);
buildSync({
  entryPoints: [worker],
  outfile: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  external: ["./config.json"],
  define: { KEPT: kept },
  logLevel: "warning",
});
