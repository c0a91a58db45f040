//! The clone xtask was built from.

use std::path::{Path, PathBuf};

/// A path in the clone, by its parts from the top.
pub fn path(inside: impl AsRef<Path>) -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).join(inside)
}
