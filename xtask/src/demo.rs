//! `cargo xtask demo`: prepares what is ours, then becomes the demo, which asks for the cluster when it needs it.

use crate::failure::{Failure, Result};
use crate::prerequisite;
use crate::products::{self, Profile};
use crate::program::Program;
use crate::step;
use crate::test::Rig;
use crate::tools::{self, Tool};
use std::env;
use std::path::PathBuf;

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
    let words = words.strip_prefix(&["--".to_owned()]).unwrap_or(words);
    let program = |verb: &str| {
        let program = Program::cargo(verb)?.arguments(["--quiet", "--package", "kubemint-tests", "--bin", name]);
        Ok(program.arguments(cargo))
    };
    step::quiet(&format!("build the {name}"), || program("build")?.quiet())?;
    program("run")?.argument("--").arguments(words).envs(rig.env()).env("KUBEMINT_XTASK", own()?).become_it()
}

/// This program: `$KUBEMINT_XTASK tools cluster` installs what only the second half of the demo needs.
pub fn own() -> Result<PathBuf> {
    env::current_exe().map_err(Failure::io("xtask"))
}
