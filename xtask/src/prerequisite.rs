//! A prerequisite: what the machine itself must have, and the command that installs it.

use crate::failure::{Failure, Result};
use crate::program::Program;
use std::env;

/// The failure for a program that is not there, with the command that installs it.
pub fn lacking(program: &str) -> Failure {
    let next = match program {
        "cargo" | "rustc" | "rustup" => "install rustup from https://rustup.rs",
        "cc" => "apt-get install build-essential",
        "go" => "install Go 1.26 or newer from https://go.dev/dl",
        "node" | "npm" => "apt-get install npm",
        "python3" => "apt-get install python3 python3-venv",
        "apt-get" | "dpkg" => "these tests need Debian 11 or 12",
        other => {
            return Failure::prerequisite(format!("there is no `{other}` here"), format!("apt-get install {other}"));
        }
    };
    Failure::prerequisite(format!("there is no `{program}` here"), next)
}

/// Asks for programs by name, so that the first one lacking is named before anything long begins.
pub fn demand(programs: &[&str]) -> Result<()> {
    match programs.iter().find(|program| !on_path(program)) {
        Some(program) => Err(lacking(program)),
        None => Ok(()),
    }
}

/// Whether the path has a program.
pub fn on_path(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// Asks for the standard libraries that wasm needs; rustup brings them with the toolchain file.
pub fn demand_wasm() -> Result<()> {
    for target in ["wasm32-unknown-unknown", "wasm32-wasip2"] {
        let folder = Program::new("rustc").arguments(["--print", "target-libdir", "--target", target]).text()?;
        if !std::path::Path::new(folder.trim()).is_dir() {
            let what = format!("this Rust toolchain has no standard library for {target}");
            return Err(Failure::prerequisite(what, format!("rustup target add {target}")));
        }
    }
    Ok(())
}

/// Asks for Go as new as the modules say; an older one could fetch another toolchain, but not everywhere.
pub fn demand_go() -> Result<()> {
    demand(&["go"])?;
    let said = Program::new("go").argument("version").env("GOTOOLCHAIN", "local").text()?;
    match go_minor(&said) {
        Some(minor) if minor >= 26 => Ok(()),
        _ => {
            let next = "install Go 1.26 or newer from https://go.dev/dl, or export KUBEBUILDER_ASSETS";
            Err(Failure::prerequisite(format!("Go is too old: {}", said.trim()), next))
        }
    }
}

/// The 26 in `go version go1.26.8 linux/amd64`.
fn go_minor(said: &str) -> Option<u32> {
    said.split("go1.").nth(1)?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_go_is_read() {
        assert_eq!(go_minor("go version go1.26.8 linux/amd64"), Some(26));
        assert_eq!(go_minor("go version go1.27rc1 linux/amd64"), Some(27));
        assert_eq!(go_minor("go version devel"), None);
    }

    #[test]
    fn the_first_program_lacking_is_named() {
        let failure = demand(&["sh", "no-such-program-here"]).err().map(|failure| failure.to_string());
        assert!(failure.is_some_and(|said| said.contains("no-such-program-here")));
    }
}
