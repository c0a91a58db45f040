//! Node, new enough for wrangler, and the npm packages of tests/node.

use crate::failure::{Failure, Result};
use crate::program::Program;
use crate::{cache, clone, link, prerequisite, step};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

const VERSION: &str = "22.23.3";
const OLDEST: (u32, u32) = (22, 12);

/// A `node` of 22.12 or later: the machine's own, else npm's.
pub fn program() -> Result<PathBuf> {
    if let Some(own) = own() {
        return Ok(own);
    }
    let package = format!("node-{}-{}", platform()?, architecture()?);
    let made = cache::provide(&format!("node-{VERSION}"), |folder| {
        prerequisite::demand(&["npm"])?;
        step::quiet(&format!("install Node {VERSION}"), || {
            let what = format!("{package}@{VERSION}");
            npm(folder)
                .arguments(["install", "--no-save", "--no-audit", "--no-fund", "--prefix", "."])
                .argument(what)
                .quiet()
        })
    })?;
    Ok(made.join("node_modules").join(package).join("bin/node"))
}

fn own() -> Option<PathBuf> {
    let said = Program::new("node").arguments(["-p", "process.version + ' ' + process.execPath"]).text().ok()?;
    let (version, path) = said.trim().split_once(' ')?;
    (version_of(version)? >= OLDEST).then(|| PathBuf::from(path))
}

/// The (22, 12) in `v22.12.0`.
fn version_of(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim_start_matches('v').split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// The packages of tests/node, installed once for each lock; tests/node/node_modules points to them.
pub fn modules(node: &Path) -> Result<PathBuf> {
    let home = clone::path("tests/node");
    let files = [home.join("package.json"), home.join("package-lock.json")];
    let mut texts = Vec::new();
    for file in &files {
        texts.push(fs::read(file).map_err(Failure::io(file.display()))?);
    }
    let key = cache::key(texts.iter().map(Vec::as_slice));
    let made = cache::provide(&format!("node-modules-{key}"), |folder| {
        prerequisite::demand(&["npm"])?;
        for (name, text) in ["package.json", "package-lock.json"].iter().zip(&texts) {
            fs::write(folder.join(name), text).map_err(Failure::io(name))?;
        }
        step::quiet("install npm packages", || {
            npm(folder).arguments(["ci", "--no-audit", "--no-fund"]).env("PATH", with_first(node)).quiet()
        })
    })?;
    link::point(&home.join("node_modules"), &made.join("node_modules"))?;
    Ok(made.join("node_modules"))
}

/// workerd itself, without the script that npm puts in front of it.
pub fn workerd(modules: &Path) -> Result<PathBuf> {
    let bits = if architecture()? == "x64" { "64" } else { "arm64" };
    let program = modules.join(format!("@cloudflare/workerd-{}-{bits}/bin/workerd", platform()?));
    if program.is_file() { Ok(program) } else { Err(Failure::new("tests/node brings no workerd")) }
}

/// The path with `node`'s folder first, so that what npm starts runs on it.
pub fn with_first(node: &Path) -> OsString {
    let old = env::var_os("PATH").unwrap_or_default();
    let folders = node.parent().map(Path::to_path_buf).into_iter().chain(env::split_paths(&old));
    env::join_paths(folders).unwrap_or(old)
}

fn npm(folder: &Path) -> Program {
    Program::new("npm").dir(folder).env("npm_config_update_notifier", "false")
}

fn platform() -> Result<&'static str> {
    match env::consts::OS {
        "linux" => Ok("linux"),
        "macos" => Ok("darwin"),
        other => Err(Failure::new(format!("npm brings no workerd for {other}"))),
    }
}

fn architecture() -> Result<&'static str> {
    match env::consts::ARCH {
        "x86_64" => Ok("x64"),
        "aarch64" => Ok("arm64"),
        other => Err(Failure::new(format!("npm brings no workerd for {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(version_of("v22.9.0") < Some(OLDEST));
        assert!(version_of("v22.12.0") >= Some(OLDEST));
        assert!(version_of("v100.0.0") >= Some(OLDEST));
        assert_eq!(version_of("nonsense"), None);
    }
}
