//! The vectors' runner for workerd: the same code as natively, as wasm, with the few lines that call it.

use crate::failure::{Failure, Result};
use crate::program::Program;
use crate::{bundle, clone, step};
use std::fs;
use std::path::PathBuf;

const ARTEFACT: &str = "kubemint_vectors.wasm";
const OWN: [&str; 2] = ["entry.mjs", "config.capnp"];

/// Builds build/vectors, a folder that `workerd serve config.capnp` takes.
pub fn build() -> Result<PathBuf> {
    let bindgen = bundle::bindgen()?;
    step::quiet("build the vectors' runner for workerd", || {
        let wasm = artefact()?;
        let folder = clone::path("build/vectors");
        Program::new(bindgen).argument(wasm).argument(&folder).quiet()?;
        let glue = folder.join("index.js");
        let text = fs::read_to_string(&glue).map_err(Failure::io(glue.display()))?;
        // As for the worker: what wasm-bindgen writes is JavaScript of tomorrow.
        let text = text.replace("import source ", "import ").replace("./index_bg.wasm", "./index.wasm");
        fs::write(&glue, text).map_err(Failure::io(glue.display()))?;
        let made = folder.join("index_bg.wasm");
        fs::rename(&made, folder.join("index.wasm")).map_err(Failure::io(made.display()))?;
        for name in OWN {
            let own = clone::path("tests/vectors-runner/js").join(name);
            fs::copy(&own, folder.join(name)).map_err(Failure::io(own.display()))?;
        }
        Ok(folder)
    })
}

/// Alone in its cargo command: features of other members would end up in it.
fn artefact() -> Result<PathBuf> {
    let said = Program::cargo("rustc")?
        .arguments(["--profile", "wasm", "--target", "wasm32-unknown-unknown", "-p", "kubemint-vectors"])
        .arguments(["--lib", "--crate-type", "cdylib", "--message-format", "json-render-diagnostics"])
        .text()?;
    let path = said.split('"').find(|word| word.ends_with(&format!("/{ARTEFACT}")));
    path.map(PathBuf::from).ok_or_else(|| Failure::new(format!("cargo built no {ARTEFACT}")))
}
