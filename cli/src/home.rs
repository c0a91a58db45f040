//! The folder that holds what the plugin remembers: nobody else may look into it.

use std::{
    env, fs,
    fs::{File, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::{atomic, refusal::Refusal};

const PRIVATE_FILE: u32 = 0o600;
const POLL: Duration = Duration::from_millis(20);

/// `$KUBEMINT_HOME`, else `$XDG_DATA_HOME/kubemint`, else `~/.local/share/kubemint`.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

impl Home {
    /// Finds the folder by the environment; it need not exist yet.
    pub fn find() -> Result<Self, Refusal> {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        set("KUBEMINT_HOME")
            .or_else(|| set("XDG_DATA_HOME").filter(|p| p.is_absolute()).map(|p| p.join("kubemint")))
            .or_else(|| env::home_dir().map(|p| p.join(".local/share/kubemint")))
            .map(Self)
            .ok_or_else(|| {
                Refusal::new("home-missing", "there is no home folder").hint("set KUBEMINT_HOME to a folder of yours")
            })
    }

    #[cfg(test)]
    pub fn at(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// The path of one of its files.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// A file's text; none if there is no such file.
    pub fn read(&self, name: &str) -> Result<Option<String>, Refusal> {
        match fs::read_to_string(self.path(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(name, &error)),
        }
    }

    /// A file of ours as the value that was saved; none if there is no such file.
    pub fn load<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let Some(text) = self.read(name)? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|_| {
            Refusal::new("state-damaged", format!("{} is damaged", self.path(name).display()))
                .hint("remove it and run `kubectl mint login` again")
        })
    }

    /// Replaces a file, readable by its owner alone; makes the folders it needs.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Refusal> {
        let path = self.path(name);
        self.make_folder(&path)
            .and_then(|()| atomic::replace(&path, bytes, PRIVATE_FILE))
            .map_err(|e| self.failed(name, &e))
    }

    /// Saves a value as JSON.
    pub fn save<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Refusal> {
        let json = serde_json::to_vec_pretty(value).map_err(|e| self.failed(name, &io::Error::other(e)))?;
        self.write(name, &json)
    }

    /// Creates a file that must not be there yet; false if another process was first.
    pub fn create(&self, name: &str, bytes: &[u8]) -> Result<bool, Refusal> {
        let path = self.path(name);
        // Written beside and linked, so that nobody ever reads half of it.
        let draft = format!("{name}.{}", std::process::id());
        self.write(&draft, bytes)?;
        let linked = fs::hard_link(self.path(&draft), &path);
        self.remove(&draft)?;
        match linked {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(self.failed(name, &error)),
        }
    }

    /// Removes a file or a folder with what is in it; it may be gone already.
    pub fn remove(&self, name: &str) -> Result<bool, Refusal> {
        let path = self.path(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.failed(name, &error)),
        }
    }

    /// The names in one of its folders, sorted; empty if there is no such folder.
    pub fn list(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|e| e.file_name().into_string().ok()).filter(|n| !n.starts_with('.')).collect();
        names.sort();
        names
    }

    /// Takes a lock that ends with this process; none while another one has it.
    pub fn try_lock(&self, name: &str) -> Result<Option<File>, Refusal> {
        let path = self.path(name);
        let file = self
            .make_folder(&path)
            .and_then(|()| File::options().create(true).truncate(false).write(true).open(&path))
            .map_err(|e| self.failed(name, &e))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(self.failed(name, &error)),
        }
    }

    /// Takes a lock as soon as it is free; none if another process keeps it too long.
    pub fn lock_within(&self, name: &str, patience: Duration) -> Result<Option<File>, Refusal> {
        let start = Instant::now();
        loop {
            let lock = self.try_lock(name)?;
            if lock.is_some() || start.elapsed() >= patience {
                return Ok(lock);
            }
            thread::sleep(POLL);
        }
    }

    fn make_folder(&self, file: &Path) -> io::Result<()> {
        let Some(folder) = file.parent().filter(|f| !f.is_dir()) else { return Ok(()) };
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)
    }

    fn failed(&self, name: &str, error: &io::Error) -> Refusal {
        Refusal::new("state-unusable", format!("{}: {}", self.path(name).display(), lower(error))).hint(format!(
            "the folder {} must be yours and writable; KUBEMINT_HOME names another one",
            self.0.display()
        ))
    }
}

/// An operating system's message, in lower case as every message of ours and without its number.
pub fn lower(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split_once(" (os error ").map_or(text.as_str(), |(text, _)| text);
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_are_private() {
        let root = tempfile::tempdir().unwrap();
        let home = Home::at(&root.path().join("a/b"));
        home.write("grants/x.json", b"1").unwrap();
        assert_eq!(home.read("grants/x.json").unwrap().as_deref(), Some("1"));
        assert_eq!(home.list("grants"), ["x.json"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |p: PathBuf| fs::metadata(p).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(root.path().join("a/b")), 0o700);
            assert_eq!(mode(home.path("grants")), 0o700);
            assert_eq!(mode(home.path("grants/x.json")), 0o600);
        }
        assert!(home.remove("grants").unwrap());
        assert!(!home.remove("grants").unwrap());
    }

    #[test]
    fn a_lock_has_one_holder() {
        let root = tempfile::tempdir().unwrap();
        let home = Home::at(root.path());
        let held = home.try_lock("l").unwrap();
        assert!(held.is_some() && home.try_lock("l").unwrap().is_none());
        drop(held);
        assert!(home.try_lock("l").unwrap().is_some());
    }

    #[test]
    fn what_exists_is_not_created_again() {
        let root = tempfile::tempdir().unwrap();
        let home = Home::at(root.path());
        assert!(home.create("key", b"first").unwrap());
        assert!(!home.create("key", b"second").unwrap());
        assert_eq!(home.read("key").unwrap().as_deref(), Some("first"));
        assert_eq!(home.list("."), ["key"]);
    }

    #[test]
    fn damage_is_named() {
        let root = tempfile::tempdir().unwrap();
        let home = Home::at(root.path());
        home.write("session.json", b"{").unwrap();
        assert_eq!(home.load::<String>("session.json").unwrap_err().reason(), "state-damaged");
    }
}
