//! One kubeconfig file: read under its lock, replaced as a whole, through symlinks, with its mode.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{
    edit::{self, Change},
    lock::Lock,
};
use crate::{atomic, home::lower, refusal::Refusal};

/// More than any kubeconfig people keep; a larger one is not read at all.
const MAX_SIZE: u64 = 8 << 20;

/// A file whose lock we hold.
pub struct Locked {
    /// The path as kubectl names it.
    pub path: PathBuf,
    /// Its text; empty if there is no such file yet.
    pub text: String,
    _lock: Lock,
}

impl Locked {
    /// Locks and reads files, in the order of their names so that two of us never wait for each other.
    pub fn all<'a>(paths: impl Iterator<Item = &'a PathBuf>) -> Result<Vec<Self>, Refusal> {
        let mut paths: Vec<&PathBuf> = paths.collect();
        paths.sort();
        paths.dedup();
        paths.into_iter().map(|path| Self::open(path)).collect()
    }

    fn open(path: &Path) -> Result<Self, Refusal> {
        // Before the lock is tried: a folder or a huge file is named as what it is.
        read(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder {
            fs::create_dir_all(folder).map_err(|error| failed(path, "unwritable", &error))?;
        }
        let lock = Lock::take(path)?;
        Ok(Self { path: path.to_owned(), text: read(path)?, _lock: lock })
    }

    /// Applies changes and writes the file, unless they change nothing; true if they did.
    pub fn save(&self, changes: &[Change]) -> Result<bool, Refusal> {
        let text = edit::apply(&self.text, changes, &self.path)?;
        if text == self.text {
            return Ok(false);
        }
        let target = resolve(&self.path);
        atomic::replace(&target, text.as_bytes(), mode(&target))
            .map_err(|error| failed(&self.path, "unwritable", &error))?;
        Ok(true)
    }
}

/// The text of a file; empty if there is none.
pub fn read(path: &Path) -> Result<String, Refusal> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(failed(path, "unreadable", &error)),
    };
    if !metadata.is_file() {
        return Err(Refusal::new("kubeconfig-unreadable", format!("{} is not a file", path.display()))
            .hint("--kubeconfig or $KUBECONFIG must name a file"));
    }
    if metadata.len() > MAX_SIZE {
        return Err(Refusal::new("kubeconfig-too-large", format!("{} is larger than 8 MiB", path.display()))
            .hint("this is hardly a kubeconfig; name another with --kubeconfig"));
    }
    fs::read_to_string(path).map_err(|error| failed(path, "unreadable", &error))
}

/// Where a symlink leads, also if nothing is there yet.
fn resolve(path: &Path) -> PathBuf {
    if let Ok(target) = fs::canonicalize(path) {
        return target;
    }
    match fs::read_link(path) {
        Ok(link) => path.parent().map_or_else(|| link.clone(), |folder| folder.join(&link)),
        Err(_) => path.to_owned(),
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).map_or(0o600, |metadata| metadata.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &Path) -> u32 {
    0o600
}

fn failed(path: &Path, how: &str, error: &std::io::Error) -> Refusal {
    let reason = if how == "unwritable" { "kubeconfig-unwritable" } else { "kubeconfig-unreadable" };
    Refusal::new(reason, format!("{}: {}", path.display(), lower(error)))
        .hint("nothing was changed; --kubeconfig names another file, --print writes none")
}
