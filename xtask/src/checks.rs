//! The checks that need no other part: formatting, lints, dependencies, core for wasm, unit tests.

use crate::failure::Result;
use crate::program::Program;
use std::path::Path;

/// Stable rustfmt, all members.
pub fn formatting() -> Result<()> {
    Program::cargo("fmt")?.arguments(["--all", "--check"]).quiet()
}

/// Clippy's and rustc's lints over everything native, tests included.
pub fn lints() -> Result<()> {
    clippy(&["--all-targets", "--features", "kubemint-core/jwt-compact"])
}

/// The same over the worker, which exists for wasm only.
pub fn worker_lints() -> Result<()> {
    clippy(&["--package", "kubemint-worker", "--target", "wasm32-unknown-unknown"])
}

fn clippy(arguments: &[&str]) -> Result<()> {
    Program::cargo("clippy")?.arguments(arguments).arguments(["--quiet", "--", "-D", "warnings"]).quiet()
}

/// Licences, doubled crates and sources against deny.toml. Advisories are no part of it: they change by themselves.
pub fn dependencies(tools: &Path) -> Result<()> {
    Program::new(tools.join("bin/cargo-deny")).arguments(["--locked", "check", "bans", "licenses", "sources"]).quiet()
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
        .arguments(["--no-fail-fast", "--workspace", "--exclude", "kubemint-worker", "--exclude", "kubemint-tests"])
        .arguments(["--features", "kubemint-core/jwt-compact"])
        .loud()
}
