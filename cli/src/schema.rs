//! `kubectl mint config schema`: what kubemint.toml may say, for editors.

use kubemint_core::config::Document;

use crate::{output, refusal::Refusal};

/// Prints the JSON Schema.
pub fn print() -> Result<(), Refusal> {
    output::text(&format!("{:#}\n", Document::schema()))
}
