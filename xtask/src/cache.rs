//! The cache outside the clone: what took long to install or build, each thing named by a hash of what it was made from.

use crate::failure::{Failure, Result};
use sha2::{Digest, Sha256};
use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// The folder itself; made when missing.
pub fn folder() -> Result<PathBuf> {
    let folder =
        place(env::var_os("KUBEMINT_CACHE"), env::var_os("XDG_CACHE_HOME"), env::home_dir()).ok_or_else(|| {
            Failure::prerequisite("there is no home folder to cache in", "export KUBEMINT_CACHE=/some/folder")
        })?;
    fs::create_dir_all(&folder).map_err(Failure::io(folder.display()))?;
    Ok(folder)
}

fn place(own: Option<OsString>, xdg: Option<OsString>, home: Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |value: Option<OsString>| value.map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(own)
        .or_else(|| absolute(xdg).map(|path| path.join("kubemint")))
        .or_else(|| home.map(|path| path.join(".cache/kubemint")))
}

/// Sixteen hexadecimal digits that change whenever one of the parts does.
pub fn key<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The folder `name` in the cache; when it is not there yet, `make` fills it first, all or nothing.
///
/// One xtask at a time makes things: a second one waits and finds them made.
pub fn provide(name: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let cache = folder()?;
    let made = cache.join(name);
    if made.is_dir() {
        return Ok(made);
    }
    let _lock = lock(&cache)?;
    if made.is_dir() {
        return Ok(made);
    }
    let partial = cache.join(format!("{name}.partial"));
    let _ = fs::remove_dir_all(&partial); // left by a run that was cut off
    fs::create_dir_all(&partial).map_err(Failure::io(partial.display()))?;
    make(&partial)?;
    fs::rename(&partial, &made).map_err(Failure::io(made.display()))?;
    Ok(made)
}

/// Whether `provide` has something to do.
pub fn has(name: &str) -> Result<bool> {
    Ok(folder()?.join(name).is_dir())
}

/// Held until dropped; the file itself stays.
fn lock(cache: &Path) -> Result<File> {
    let path = cache.join("lock");
    let file = File::create(&path).map_err(Failure::io(path.display()))?;
    file.lock().map_err(Failure::io(path.display()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_variable_wins_and_relative_ones_are_ignored() {
        let some = |text: &str| Some(OsString::from(text));
        let home = || Some(PathBuf::from("/home/a"));
        assert_eq!(place(some("/c"), some("/x"), home()), Some(PathBuf::from("/c")));
        assert_eq!(place(some("c"), some("/x"), home()), Some(PathBuf::from("/x/kubemint")));
        assert_eq!(place(None, some(""), home()), Some(PathBuf::from("/home/a/.cache/kubemint")));
        assert_eq!(place(None, None, None), None);
    }

    #[test]
    fn a_key_depends_on_where_one_part_ends() {
        assert_ne!(key([b"ab".as_slice(), b"c"]), key([b"a".as_slice(), b"bc"]));
        assert_eq!(key([b"ab".as_slice()]).len(), 16);
    }
}
