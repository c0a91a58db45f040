//! The checks that need nothing but Rust: formatting, lints, core for wasm, unit tests.

use crate::failure::Result;
use crate::program::Program;

/// Stable rustfmt, all members.
pub fn formatting() -> Result<()> {
    Program::cargo("fmt")?.arguments(["--all", "--check"]).quiet()
}

/// Clippy's and rustc's lints over everything native, tests included.
pub fn lints() -> Result<()> {
    clippy(&["--all-targets"])
}

/// The same over the worker, which exists for wasm only.
pub fn worker_lints() -> Result<()> {
    clippy(&["--package", "kubemint-worker", "--target", "wasm32-unknown-unknown"])
}

fn clippy(arguments: &[&str]) -> Result<()> {
    Program::cargo("clippy")?.arguments(arguments).arguments(["--quiet", "--", "-D", "warnings"]).quiet()
}

/// Core promises to run where there is no standard library, clock or chance: one cargo command per target.
pub fn core_for_wasm() -> Result<()> {
    for target in ["wasm32-unknown-unknown", "wasm32-wasip2"] {
        Program::cargo("build")?.arguments(["--package", "kubemint-core", "--target", target]).quiet()?;
    }
    Ok(())
}

/// Every member's own tests; the rig's come later, they need the tools.
pub fn unit_tests() -> Result<()> {
    Program::cargo("test")?
        .arguments(["--workspace", "--exclude", "kubemint-worker", "--exclude", "kubemint-tests"])
        .loud()
}
