//! One run of the rig: the folder that its processes write into.

use crate::secrets;
use anyhow::{Context, Result};
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process;
use std::thread;

/// Where runs are made: `cargo xtask test` names a folder to look into afterwards, else it is a temporary one.
pub const RUNS: &str = "KUBEMINT_RUNS";

/// A folder of its own for files and logs.
///
/// At its end everything goes, or with `KUBEMINT_RUNS` everything but the logs. After a failure, or with
/// `KUBEMINT_KEEP`, all of it stays until the next run.
pub struct Run {
    path: PathBuf,
}

impl Run {
    /// A fresh folder whose name tells whose it is.
    pub fn new(name: &str) -> Result<Self> {
        let parent = match env::var_os(RUNS) {
            Some(folder) => PathBuf::from(folder),
            None => {
                let folder = env::temp_dir().join("kubemint-runs");
                sweep(&folder);
                folder
            }
        };
        fs::create_dir_all(&parent).with_context(|| parent.display().to_string())?;
        let prefix = format!("{name}-{}-", process::id());
        Ok(Self { path: tempfile::Builder::new().prefix(&prefix).tempdir_in(&parent)?.keep() })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where a process of that name writes what it says.
    pub fn log(&self, name: &str) -> PathBuf {
        self.path.join(format!("{name}.log"))
    }

    /// Writes a file that only its owner reads, and gives its path.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<PathBuf> {
        let path = self.path.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, content).with_context(|| path.display().to_string())?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        Ok(path)
    }

    /// A folder in it, made when missing.
    pub fn dir(&self, name: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        fs::create_dir_all(&path).with_context(|| path.display().to_string())?;
        Ok(path)
    }

    /// The logs written so far.
    pub fn logs(&self) -> Result<Vec<PathBuf>> {
        let entries = fs::read_dir(&self.path)?;
        let paths = entries.flatten().map(|entry| entry.path());
        Ok(paths.filter(|path| path.extension().is_some_and(|end| end == "log")).collect())
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if thread::panicking() || env::var_os("KUBEMINT_KEEP").is_some() {
            eprintln!("kept: {}", self.path.display());
            return;
        }
        if env::var_os(RUNS).is_none() {
            let _ = fs::remove_dir_all(&self.path);
            return;
        }
        secrets::record_files(&self.path);
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                let _ = fs::remove_dir_all(&path);
            } else if path.extension().is_none_or(|end| end != "log") {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

/// Removes what runs left whose program is gone: a rig in a `static` is never dropped.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.rsplit('-').nth(1).and_then(|word| word.parse::<u32>().ok());
        if owner.is_some_and(|id| !Path::new("/proc").join(id.to_string()).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_program_left_is_swept_and_the_living_ones_stay() {
        let parent = tempfile::tempdir().unwrap();
        let (dead, alive) =
            (parent.path().join("a-b-4194999-Xy"), parent.path().join(format!("c-{}-Zz", process::id())));
        fs::create_dir(&dead).unwrap();
        fs::create_dir(&alive).unwrap();
        sweep(parent.path());
        assert!(!dead.exists() && alive.exists());
    }
}
