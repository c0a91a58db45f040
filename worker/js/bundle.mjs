// `node bundle.mjs BINDGEN-FOLDER MODULES-FOLDER OUT`: joins our glue with wasm-bindgen's, shrinks both, states the size.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET = 250 * 1024;
const [made, modules, out] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const { buildSync } = require("esbuild");

// What wasm-bindgen writes is JavaScript of tomorrow: workers import a compiled module without `source`.
const glue = readFileSync(join(made, "index.js"), "utf8")
  .replace("import source ", "import ")
  .replace("./index_bg.wasm", "./index.wasm");
writeFileSync(join(made, "index.js"), glue);
copyFileSync(join(dirname(fileURLToPath(import.meta.url)), "glue.mjs"), join(made, "glue.mjs"));

mkdirSync(out, { recursive: true });
buildSync({
  entryPoints: [join(made, "glue.mjs")],
  outfile: join(out, "index.js"),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  external: ["./index.wasm", "cloudflare:*"],
  logLevel: "warning",
});

const optimiser = join(modules, "binaryen", "bin", "wasm-opt");
const features = [
  "bulk-memory",
  "exception-handling",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
];
execFileSync(
  process.execPath,
  [
    optimiser,
    join(made, "index_bg.wasm"),
    "-o",
    join(out, "index.wasm"),
    "-O3",
    "--strip-debug",
    "--strip-producers",
    ...features.map((feature) => `--enable-${feature}`),
  ],
  { stdio: ["ignore", "inherit", "inherit"] },
);

const sizes = ["index.js", "index.wasm"].map((name) => gzipSync(readFileSync(join(out, name)), { level: 9 }).length);
const total = sizes[0] + sizes[1];
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
console.log(`worker: ${kib(total)} gzip (index.js ${kib(sizes[0])}, index.wasm ${kib(sizes[1])}), budget ${kib(BUDGET)}`);
if (total > BUDGET) {
  console.error("worker: over budget");
  process.exit(1);
}
