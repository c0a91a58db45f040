//! `kubemint-bindgen WASM FOLDER`: writes `index.js`, `index_bg.wasm` and their snippets for an ES module host.

use anyhow::{Context, Result};
use std::env;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let wasm = arguments.next().context("usage: kubemint-bindgen WASM FOLDER")?;
    let folder = arguments.next().context("usage: kubemint-bindgen WASM FOLDER")?;
    Bindgen::new()
        .input_path(wasm)
        .out_name("index")
        .module(true)?
        .typescript(false)
        .reset_state_function(true) // a panic poisons the instance; the glue starts a fresh one
        .generate(folder)
}
