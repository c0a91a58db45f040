//! The worker's bundle: one cargo command for the wasm artefact, then wasm-bindgen, esbuild and wasm-opt, each cached.

use crate::failure::{Failure, Result};
use crate::program::Program;
use crate::{cache, clone, node, step};
use std::fs;
use std::path::{Path, PathBuf};

const ARTEFACT: &str = "kubemint_worker.wasm";
/// What stands in worker/js beside what is built.
const MODULES: [&str; 2] = ["entry.mjs", "config.mjs"];
const BUILT: [&str; 2] = ["index.js", "index.wasm"];

/// Builds build/worker, the folder that `wrangler deploy` takes; the configuration is not in it yet.
pub fn build() -> Result<PathBuf> {
    let node = node::program()?;
    let modules = node::modules(&node)?;
    let wasm = step::quiet("build the worker's wasm", artefact)?;
    let bindgen = bindgen()?;
    let made = step::quiet("bundle the worker", || join(&wasm, &bindgen, &node, &modules))?;
    let folder = clone::path("build/worker");
    fs::create_dir_all(&folder).map_err(Failure::io(folder.display()))?;
    for name in BUILT {
        copy(&made.join(name), &folder.join(name))?;
    }
    for name in MODULES {
        copy(&clone::path("worker/js").join(name), &folder.join(name))?;
    }
    let size = made.join("size");
    step::note(fs::read_to_string(&size).map_err(Failure::io(size.display()))?.trim());
    Ok(folder)
}

/// Puts the configuration in, and gives the folder of what `wrangler deploy` would upload: that is what the tests run.
pub fn upload(bin: &Path) -> Result<PathBuf> {
    let folder = build()?;
    Program::new(bin.join("kubectl-mint"))
        .arguments(["config", "build", "kubemint.toml", "--output"])
        .argument(folder.join("config.json"))
        .quiet()?;
    let node = node::program()?;
    let uploaded = clone::path("build/upload");
    step::quiet("wrangler deploy --dry-run", || {
        Program::new(&node)
            .argument(node::modules(&node)?.join("wrangler/bin/wrangler.js"))
            .arguments(["deploy", "--dry-run", "--outdir"])
            .argument(&uploaded)
            .env("KUBEMINT_PREBUILT", "1")
            .env("WRANGLER_SEND_METRICS", "false")
            .env("PATH", node::with_first(&node))
            .quiet()
    })?;
    Ok(uploaded)
}

/// Alone in its cargo command: features of other members would end up in it.
fn artefact() -> Result<PathBuf> {
    let said = Program::cargo("build")?
        .arguments(["--profile", "wasm", "--target", "wasm32-unknown-unknown", "-p", "kubemint-worker"])
        .arguments(["--message-format", "json-render-diagnostics"])
        .text()?;
    let path = said.split('"').find(|word| word.ends_with(&format!("/{ARTEFACT}")));
    path.map(PathBuf::from).ok_or_else(|| Failure::new(format!("cargo built no {ARTEFACT}")))
}

/// Our program over wasm-bindgen's own library, built once for each version of it.
pub fn bindgen() -> Result<PathBuf> {
    let home = clone::path("xtask/bindgen");
    let sources = ["Cargo.toml", "Cargo.lock", "src/main.rs"].map(|name| home.join(name));
    let made = cache::provide(&format!("bindgen-{}", hash(&sources)?), |folder| {
        step::quiet("build wasm-bindgen", || {
            Program::new("cargo")
                .arguments(["install", "--locked", "--quiet", "--path"])
                .argument(&home)
                .argument("--root")
                .argument(folder)
                .env("CARGO_TARGET_DIR", folder.join("target"))
                .quiet()
        })?;
        fs::remove_dir_all(folder.join("target")).map_err(Failure::io(folder.display()))
    })?;
    Ok(made.join("bin/kubemint-bindgen"))
}

/// The slow part, done once for each artefact: the folder with index.js, index.wasm and the line about their size.
fn join(wasm: &Path, bindgen: &Path, node: &Path, modules: &Path) -> Result<PathBuf> {
    let script = clone::path("worker/js/bundle.mjs");
    let sources = [wasm.to_path_buf(), bindgen.to_path_buf(), script.clone(), clone::path("worker/js/glue.mjs")];
    let lock = clone::path("tests/node/package-lock.json");
    let key = hash(&[&sources[..], &[lock]].concat())?;
    cache::provide(&format!("worker-{key}"), |folder| {
        let glue = folder.join("bindgen");
        Program::new(bindgen).argument(wasm).argument(&glue).quiet()?;
        let size = Program::new(node).argument(&script).argument(&glue).argument(modules).argument(folder).text()?;
        fs::write(folder.join("size"), size).map_err(Failure::io("size"))?;
        fs::remove_dir_all(&glue).map_err(Failure::io(glue.display()))
    })
}

fn hash(files: &[PathBuf]) -> Result<String> {
    let read = |path: &PathBuf| fs::read(path).map_err(Failure::io(path.display()));
    let texts = files.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(cache::key(texts.iter().map(Vec::as_slice)))
}

/// By a rename: a worker that is being started never sees half a file.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let fresh = to.with_extension(format!("new-{}", std::process::id()));
    fs::copy(from, &fresh).map_err(Failure::io(from.display()))?;
    fs::rename(&fresh, to).map_err(Failure::io(fresh.display()))
}
