//! The tools and products the rig runs, from the folders that `cargo xtask` prepares and names.

use anyhow::{Context, Result, bail};
use std::env;
use std::path::{Path, PathBuf};

/// A release of kubectl that our credentials must work with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kubectl {
    /// The one that belongs to the cluster.
    Current,
    /// 1.32.
    V1_32,
    /// 1.20, the oldest.
    V1_20,
}

impl Kubectl {
    /// All of them, newest first.
    pub const ALL: [Self; 3] = [Self::Current, Self::V1_32, Self::V1_20];

    fn program(self) -> &'static str {
        match self {
            Self::Current => "kubectl",
            Self::V1_32 => "kubectl-1.32",
            Self::V1_20 => "kubectl-1.20",
        }
    }
}

/// kubectl of a release.
pub fn kubectl(release: Kubectl) -> Result<PathBuf> {
    tool(release.program())
}

/// A tool by the name it has in `$KUBEMINT_TOOLS/bin`.
pub fn tool(name: &str) -> Result<PathBuf> {
    inside("KUBEMINT_TOOLS", Path::new("bin").join(name))
}

/// Where the tools are; a path that starts with it finds them before the machine's own.
pub fn bin() -> Result<PathBuf> {
    inside("KUBEMINT_TOOLS", "bin")
}

/// One of our programs: `kubemint-webhook` or `kubectl-mint`.
pub fn product(name: &str) -> Result<PathBuf> {
    inside("KUBEMINT_BIN", name)
}

/// The folder of our programs: on the path, kubectl finds its plugin there.
pub fn products() -> Result<PathBuf> {
    inside("KUBEMINT_BIN", "")
}

/// The folder of the vectors' runner for workerd.
pub fn vectors() -> Result<PathBuf> {
    inside("KUBEMINT_VECTORS", "")
}

/// The folder of the worker's bundle.
pub fn worker() -> Result<PathBuf> {
    inside("KUBEMINT_WORKER", "")
}

fn inside(variable: &str, path: impl AsRef<Path>) -> Result<PathBuf> {
    let folder = env::var_os(variable).with_context(|| format!("{variable} is not set: run `cargo xtask test`"))?;
    let path = Path::new(&folder).join(path);
    if !path.exists() {
        bail!("{variable} has no {}: run `cargo xtask test`", path.display());
    }
    Ok(path)
}
