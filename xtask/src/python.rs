//! Python with the packages of tests/python, in a virtual environment of its own.

use crate::failure::{Failure, Result};
use crate::program::Program;
use crate::{cache, clone, prerequisite, step};
use std::fs;
use std::path::{Path, PathBuf};

/// The environment's `bin`, made once for each list of packages and each Python.
pub fn bin() -> Result<PathBuf> {
    prerequisite::demand(&["python3"])?;
    let list = clone::path("tests/python/requirements.txt");
    let packages = fs::read(&list).map_err(Failure::io(list.display()))?;
    let version = Program::new("python3").arguments(["-c", "import sys; print(sys.version, sys.prefix)"]).text()?;
    let key = cache::key([packages.as_slice(), version.as_bytes()]);
    let made = cache::provide(&format!("python-{key}"), |folder| {
        step::quiet("install Python packages", || {
            environment(folder)?;
            Program::new(folder.join("bin/python3"))
                .arguments(["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "-r"])
                .argument(&list)
                .quiet()
        })
    })?;
    Ok(made.join("bin"))
}

/// Debian splits the standard `venv` off into a package of its own; pip's `virtualenv` does as well.
fn environment(folder: &Path) -> Result<()> {
    let by = |module: &str| Program::new("python3").arguments(["-m", module]).argument(folder).quiet();
    by("venv").or_else(|_| by("virtualenv")).map_err(|_| {
        Failure::prerequisite("python3 here can make no virtual environment", "apt-get install python3-venv")
    })
}
