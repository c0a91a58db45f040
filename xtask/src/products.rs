//! The products: what an operator or a user would install.

use crate::failure::{Failure, Result};
use crate::program::Program;
use crate::tools::{self, Tool};
use crate::{bundle, clone, prerequisite, step};
use std::fs;
use std::path::PathBuf;

/// How they are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quickly, for the tests and the demo.
    Dev,
    /// Optimised, for the benches and for people.
    Release,
}

/// Where they are.
pub struct Products {
    /// The folder with kubemint-webhook and kubectl-mint.
    pub bin: PathBuf,
    /// The folder with the worker's bundle.
    pub worker: PathBuf,
}

const PROGRAMS: [&str; 2] = ["kubemint-webhook", "kubectl-mint"];

/// Builds both programs and the bundle. The npm packages must be there.
pub fn build(profile: Profile) -> Result<Products> {
    let bin = step::quiet("build kubemint-webhook and kubectl-mint", || programs(profile))?;
    let worker = bundle::upload(&bin)?;
    Ok(Products { bin, worker })
}

/// The verb: everything optimised, and where it is.
pub fn build_all() -> Result<()> {
    prerequisite::demand(&["cc"])?;
    prerequisite::demand_wasm()?;
    tools::prepare(&[Tool::Node, Tool::NodeModules])?;
    let products = build(Profile::Release)?;
    println!("{}\n{}", products.bin.display(), products.worker.display());
    Ok(())
}

/// Cargo's own folder may be shared with other clones, so the programs are put into this one.
fn programs(profile: Profile) -> Result<PathBuf> {
    let mut cargo = Program::cargo("build")?.arguments(["--message-format", "json-render-diagnostics"]);
    if profile == Profile::Release {
        cargo = cargo.argument("--release");
    }
    for program in PROGRAMS {
        cargo = cargo.arguments(["--bin", program]);
    }
    let said = cargo.text()?;
    let folder = clone::path("build").join(match profile {
        Profile::Dev => "dev",
        Profile::Release => "release",
    });
    fs::create_dir_all(&folder).map_err(Failure::io(folder.display()))?;
    for program in PROGRAMS {
        let built = executable(&said, program).ok_or_else(|| Failure::new(format!("cargo built no {program}")))?;
        let fresh = folder.join(format!("{program}.new"));
        fs::copy(built, &fresh).map_err(Failure::io(built))?;
        fs::rename(&fresh, folder.join(program)).map_err(Failure::io(fresh.display()))?;
    }
    Ok(folder)
}

/// The path in cargo's message `"executable":"…/name"`.
fn executable<'a>(said: &'a str, program: &str) -> Option<&'a str> {
    let paths = said.lines().filter_map(|line| line.split_once("\"executable\":\"")?.1.split('"').next());
    paths.into_iter().find(|path| path.rsplit('/').next() == Some(program))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_by_its_whole_name() {
        let said = "{\"executable\":\"/t/debug/kubectl-mint-x\"}\n{\"executable\":null}\n{\"executable\":\"/t/debug/kubectl-mint\"}";
        assert_eq!(executable(said, "kubectl-mint"), Some("/t/debug/kubectl-mint"));
        assert_eq!(executable(said, "mint"), None);
    }
}
