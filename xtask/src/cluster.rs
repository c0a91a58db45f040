//! The cluster's own programs: etcd, kube-apiserver and kubectl, built by Go from tests/cluster.

use crate::failure::{Failure, Result};
use crate::program::Program;
use crate::{cache, clone, prerequisite, step};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// What the folder holds.
pub const PROGRAMS: [&str; 3] = ["etcd", "kube-apiserver", "kubectl"];

const PACKAGES: [(&str, &str); 3] = [
    ("etcd", "go.etcd.io/etcd/server/v3"),
    ("kubectl", "k8s.io/kubernetes/cmd/kubectl"),
    ("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
];

/// The folder with the three programs: the machine's own where `KUBEBUILDER_ASSETS` names them, else built once.
pub fn folder() -> Result<PathBuf> {
    if let Some(assets) = assets()? {
        return Ok(assets);
    }
    let module = clone::path("tests/cluster");
    let name = format!("cluster-{}", module_key(&module)?);
    if !cache::has(&name)? {
        prerequisite::demand_go()?;
        step::note("kube-apiserver is built from source, once: about 13 minutes on two cores");
    }
    let made = cache::provide(&name, |folder| {
        for (program, package) in PACKAGES {
            step::quiet(&format!("build {program}"), || build(&module, package, &folder.join("bin").join(program)))?;
        }
        Ok(())
    })?;
    Ok(made.join("bin"))
}

/// The ecosystem's convention, filled by `setup-envtest` where downloads are possible.
fn assets() -> Result<Option<PathBuf>> {
    let Some(folder) = env::var_os("KUBEBUILDER_ASSETS").filter(|value| !value.is_empty()).map(PathBuf::from) else {
        return Ok(None);
    };
    match PROGRAMS.iter().find(|program| !folder.join(program).is_file()) {
        None => Ok(Some(folder)),
        Some(program) => {
            let what = format!("KUBEBUILDER_ASSETS names {}, which has no {program}", folder.display());
            Err(Failure::prerequisite(what, "unset KUBEBUILDER_ASSETS, or run setup-envtest use"))
        }
    }
}

/// Everything that decides what Go builds stands in the module's sums.
pub fn module_key(module: &Path) -> Result<String> {
    let sums = module.join("go.sum");
    let sums = fs::read(&sums).map_err(Failure::io(sums.display()))?;
    Ok(cache::key([sums.as_slice()]))
}

/// Builds one program; without a version of its own, `kubectl version` cannot parse itself.
pub fn build(module: &Path, package: &str, program: &Path) -> Result<()> {
    let version = kubernetes_version(module)?;
    let flags = format!("-s -w -X k8s.io/component-base/version.gitVersion={version}");
    Program::new("go")
        .arguments(["build", "-trimpath", "-ldflags", &flags, "-o"])
        .argument(program)
        .argument(package)
        .env("CGO_ENABLED", "0")
        .dir(module)
        .quiet()
}

/// The release of Kubernetes that a module asks for.
fn kubernetes_version(module: &Path) -> Result<String> {
    let file = module.join("go.mod");
    let text = fs::read_to_string(&file).map_err(Failure::io(file.display()))?;
    let version = text.lines().find_map(required);
    version.map(str::to_owned).ok_or_else(|| Failure::new(format!("{} requires no k8s.io/kubernetes", file.display())))
}

fn required(line: &str) -> Option<&str> {
    // What follows the version is Go's own comment.
    line.trim().trim_start_matches("require ").strip_prefix("k8s.io/kubernetes ")?.split(' ').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_the_one_the_modules_name() -> Result<()> {
        assert!(kubernetes_version(&clone::path("tests/cluster"))?.starts_with("v1.37."));
        assert!(kubernetes_version(&clone::path("tests/cluster/kubectl-1.32"))?.starts_with("v1.32."));
        Ok(())
    }

    #[test]
    fn a_tool_line_is_no_requirement() {
        assert_eq!(required("\tk8s.io/kubernetes/cmd/kubectl"), None);
        assert_eq!(required("require k8s.io/kubernetes v1.32.13"), Some("v1.32.13"));
        assert_eq!(required("\tk8s.io/kubernetes v1.37.2 // indirect"), Some("v1.37.2"));
    }
}
