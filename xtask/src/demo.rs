//! `cargo xtask demo`: prepares what is ours, then becomes the demo, which asks for the cluster when it needs it.

use crate::failure::{Failure, Result};
use crate::prerequisite;
use crate::products::{self, Profile};
use crate::program::Program;
use crate::test::Rig;
use crate::tools::{self, Tool};
use std::env;

/// Nobody waits for kube-apiserver to be built before the first half is shown.
pub fn run(words: &[String]) -> Result<()> {
    prerequisite::demand(&["cargo", "cc", "npm"])?;
    prerequisite::demand_wasm()?;
    if env::var_os("KUBEBUILDER_ASSETS").is_none() {
        prerequisite::demand_go()?;
    }
    let tools = tools::prepare(&[Tool::Node, Tool::NodeModules])?;
    let rig = Rig { tools, products: products::build(Profile::Dev)? };
    become_binary("demo", &rig, words, &[])
}

/// Runs a program of crate kubemint-tests in our place, so that Ctrl-C is its own to handle.
pub fn become_binary(name: &str, rig: &Rig, words: &[String], cargo: &[&str]) -> Result<()> {
    let own = env::current_exe().map_err(Failure::io("xtask"))?;
    let words = words.strip_prefix(&["--".to_owned()]).unwrap_or(words);
    Program::cargo("run")?
        .arguments(["--quiet", "--package", "kubemint-tests", "--bin", name])
        .arguments(cargo)
        .argument("--")
        .arguments(words)
        .envs(rig.env())
        // `$KUBEMINT_XTASK tools cluster` installs what only its second half needs.
        .env("KUBEMINT_XTASK", own)
        .become_it()
}
