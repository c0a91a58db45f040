//! The log: one JSON line each, on the console that the platform collects.

use wasm_bindgen::prelude::*;

/// Writes a line that the caller has kept free of secrets.
pub fn write(line: &str) {
    log(line);
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(line: &str);
}
