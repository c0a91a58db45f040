//! kubectl's lock: a file `<file>.lock` that only one process can create.

use std::{
    ffi::OsString,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::{atomic, home::lower, refusal::Refusal};

const PATIENCE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(50);

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub struct Lock(PathBuf);

impl Lock {
    /// Waits up to five seconds; then names the lock, for only a person can tell that it is stale.
    pub fn take(path: &Path) -> Result<Self, Refusal> {
        Self::take_within(path, PATIENCE)
    }

    fn take_within(path: &Path, patience: Duration) -> Result<Self, Refusal> {
        let mut name = OsString::from(path);
        name.push(".lock");
        let lock = PathBuf::from(name);
        let start = Instant::now();
        loop {
            match atomic::create(&lock, 0o600) {
                Ok(_) => return Ok(Self(lock)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists && start.elapsed() < patience => {
                    thread::sleep(POLL);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    return Err(Refusal::new(
                        "kubeconfig-locked",
                        format!("{} is locked: {} is there", path.display(), lock.display()),
                    )
                    .hint("another kubectl may be writing; if none is, remove the lock file"));
                }
                Err(error) => {
                    return Err(Refusal::new("kubeconfig-unwritable", format!("{} cannot be made: {}", lock.display(), lower(&error)))
                        .hint("the folder of the kubeconfig must be writable; --kubeconfig names another file, --print writes none"));
                }
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h76_a_stale_lock_is_waited_for_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        let held = Lock::take(&file).unwrap();
        let refusal = Lock::take_within(&file, Duration::from_millis(120)).unwrap_err();
        assert_eq!(refusal.reason(), "kubeconfig-locked");
        assert!(refusal.to_string().contains("config.lock"));
        drop(held);
        drop(Lock::take_within(&file, Duration::ZERO).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn waits_for_a_lock_that_goes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        let held = Lock::take(&file).unwrap();
        let other = thread::spawn(move || Lock::take(&file).is_ok());
        drop(held);
        assert!(other.join().unwrap());
    }
}
