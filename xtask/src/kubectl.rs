//! Older kubectls: 1.32 built by Go, 1.20 unpacked from Debian's package.

use crate::failure::{Failure, Result};
use crate::program::Program;
use crate::{cache, clone, cluster, prerequisite, step};
use std::fs;
use std::path::{Path, PathBuf};

/// kubectl 1.32, built once from a Go module of its own.
pub fn one_thirty_two() -> Result<PathBuf> {
    let module = clone::path("tests/cluster/kubectl-1.32");
    let name = format!("kubectl-1.32-{}", cluster::module_key(&module)?);
    if !cache::has(&name)? {
        prerequisite::demand_go()?;
    }
    let made = cache::provide(&name, |folder| {
        step::quiet("build kubectl 1.32", || {
            cluster::build(&module, "k8s.io/kubernetes/cmd/kubectl", &folder.join("kubectl"))
        })
    })?;
    Ok(made.join("kubectl"))
}

/// kubectl 1.20, the oldest one we promise anything for: Debian 11 and 12 still carry it.
pub fn one_twenty() -> Result<PathBuf> {
    let made = cache::provide("kubectl-1.20", |folder| {
        prerequisite::demand(&["apt-get", "dpkg"])?;
        step::quiet("unpack kubectl 1.20", || unpack(folder))
    })?;
    Ok(made.join("usr/bin/kubectl"))
}

/// Unpacked, not installed: the machine's own kubectl, if any, stays what it is.
fn unpack(folder: &Path) -> Result<()> {
    let download = || Program::new("apt-get").arguments(["-q", "download", "kubernetes-client"]).dir(folder).quiet();
    // A machine that has never updated its lists knows no package at all.
    download().or_else(|_| {
        Program::new("apt-get").arguments(["-q", "update"]).quiet()?;
        download().map_err(|failure| failure.hint("this package is in Debian 11 and 12"))
    })?;
    let package = downloaded(folder)?;
    Program::new("dpkg").argument("-x").argument(&package).argument(folder).quiet()?;
    fs::remove_file(&package).map_err(Failure::io(package.display()))?;
    let said = Program::new(folder.join("usr/bin/kubectl")).arguments(["version", "--client"]).text()?;
    if said.contains("Minor:\"20\"") {
        return Ok(());
    }
    Err(Failure::new("kubernetes-client is not 1.20 here").hint("this package is in Debian 11 and 12"))
}

fn downloaded(folder: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).map_err(Failure::io(folder.display()))?;
    let package =
        entries.flatten().map(|entry| entry.path()).find(|path| path.extension().is_some_and(|end| end == "deb"));
    package.ok_or_else(|| Failure::new("apt-get downloaded no package"))
}
