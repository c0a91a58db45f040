//! One run of the rig: the folder that its processes write into.

use anyhow::{Context, Result};
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use tempfile::TempDir;

/// A folder of its own for files and logs; removed at the end unless the test failed or `KUBEMINT_KEEP` is set.
pub struct Run {
    folder: Option<TempDir>,
    path: PathBuf,
}

impl Run {
    /// A fresh folder whose name tells whose it is.
    pub fn new(name: &str) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix(&format!("kubemint-{name}-")).tempdir()?;
        Ok(Self { path: folder.path().to_path_buf(), folder: Some(folder) })
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
        if !thread::panicking() && env::var_os("KUBEMINT_KEEP").is_none() {
            return;
        }
        if let Some(folder) = self.folder.take() {
            eprintln!("kept: {}", folder.keep().display());
        }
    }
}
