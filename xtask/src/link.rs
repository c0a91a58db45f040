//! A link from where a thing is looked for to where it is kept.

use crate::failure::{Failure, Result};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// Makes `link` point to `target`, whatever it pointed to; a folder that npm made there is replaced.
pub fn point(link: &Path, target: &Path) -> Result<()> {
    if fs::read_link(link).is_ok_and(|old| old == target) {
        return Ok(());
    }
    if link.is_dir() && !link.is_symlink() {
        fs::remove_dir_all(link).map_err(Failure::io(link.display()))?;
    }
    let fresh = link.with_extension(format!("new-{}", std::process::id()));
    symlink(target, &fresh).map_err(Failure::io(fresh.display()))?;
    fs::rename(&fresh, link).map_err(Failure::io(link.display()))
}
