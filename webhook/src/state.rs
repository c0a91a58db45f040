//! What survives a restart: the last good keys, in a file that is replaced whole or not at all.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use kubemint_core::{key_set::KeySet, time::Time};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const FILE: &str = "keys.json";

/// The folder for what survives a restart.
#[derive(Clone, Debug)]
pub struct State(PathBuf);

/// Keys with the moment they were fetched.
#[derive(Debug, PartialEq, Eq)]
pub struct Kept {
    /// The keys.
    pub keys: KeySet,
    /// When the mint last said so.
    pub fetched_at: Time,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Wire {
    issuer: String,
    fetched_at: Time,
    keys: Value,
}

impl State {
    /// Opens the folder, made if it is missing, and sees that it can be written.
    pub fn open(folder: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        tempfile::tempfile_in(folder)?;
        Ok(Self(folder.to_owned()))
    }

    /// The folder as it is, for reading only.
    pub fn at(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// The keys kept for an issuer; none if there are none, or they are another issuer's or unreadable.
    pub fn load(&self, issuer: &str) -> Option<Kept> {
        let bytes = fs::read(self.0.join(FILE)).ok()?;
        let wire: Wire = serde_json::from_slice(&bytes).ok()?;
        let keys = KeySet::parse(wire.keys.to_string().as_bytes()).ok()?;
        (wire.issuer == issuer && !keys.is_empty()).then_some(Kept { keys, fetched_at: wire.fetched_at })
    }

    /// Keeps keys: after a crash at any moment the file holds the old ones or the new ones.
    pub fn save(&self, issuer: &str, kept: &Kept) -> io::Result<()> {
        let keys = serde_json::from_str(&kept.keys.to_json())?;
        let wire = Wire { issuer: issuer.to_owned(), fetched_at: kept.fetched_at, keys };
        replace(&self.0.join(FILE), &serde_json::to_vec_pretty(&wire)?, 0o600)
    }
}

/// Writes a file beside its place and renames it there, durably.
pub fn replace(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().permissions(fs::Permissions::from_mode(mode)).tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kubemint_core::jwk::SecretKey;

    const ISS: &str = "https://mint.example";

    fn kept(seed: u8) -> Kept {
        let key = SecretKey::from_random(&[seed; 32]).unwrap();
        Kept { keys: KeySet::of([key.public()]), fetched_at: Time::from_unix(1000).unwrap() }
    }

    #[test]
    fn gives_back_what_was_kept_for_this_issuer_only() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(&folder.path().join("deep/er")).unwrap();
        assert_eq!(state.load(ISS), None);
        state.save(ISS, &kept(7)).unwrap();
        state.save(ISS, &kept(8)).unwrap();
        assert_eq!(state.load(ISS), Some(kept(8)));
        assert_eq!(state.load("https://other.example"), None);
        assert_eq!(fs::read_dir(folder.path().join("deep/er")).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_spoilt_file_is_no_keys() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(folder.path()).unwrap();
        state.save(ISS, &kept(7)).unwrap();
        let whole = fs::read_to_string(folder.path().join(FILE)).unwrap();
        for spoilt in
            ["", &whole[..whole.len() / 2], &whole.replace("fetchedAt", "fetched"), &whole.replace("P-256", "P-384")]
        {
            fs::write(folder.path().join(FILE), spoilt).unwrap();
            assert_eq!(state.load(ISS), None, "{spoilt}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(State::open(&folder.path().join("file/state")).is_err());
    }
}
