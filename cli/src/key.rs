//! The user's key: in a file of its own, never rewritten, never shown, refused if others can read it.

use kubemint_core::jwk::SecretKey;
use zeroize::Zeroizing;

use crate::{home::Home, refusal::Refusal};

/// The name of its file.
pub const FILE: &str = "key.jwk";

/// The key, if there is one.
pub fn load(home: &Home) -> Result<Option<SecretKey>, Refusal> {
    let path = home.path(FILE);
    refuse_if_shared(&path)?;
    let Some(jwk) = home.read(FILE)? else { return Ok(None) };
    SecretKey::from_jwk(&Zeroizing::new(jwk)).map(Some).map_err(|_| {
        Refusal::new("key-damaged", format!("{} holds no P-256 key", path.display()))
            .hint("move it away and run `kubectl mint login` again: a new key is made")
    })
}

/// The key that must be there for what is asked.
pub fn require(home: &Home) -> Result<SecretKey, Refusal> {
    load(home)?.ok_or_else(|| {
        Refusal::new("key-missing", "there is no key on this computer").hint("run `kubectl mint login` first")
    })
}

/// The key; a new one if there is none.
pub fn load_or_make(home: &Home) -> Result<SecretKey, Refusal> {
    if let Some(key) = load(home)? {
        return Ok(key);
    }
    home.create(FILE, make()?.reveal_jwk().as_bytes())?;
    // Read again: if another process was faster, its key is the one.
    require(home)
}

fn make() -> Result<SecretKey, Refusal> {
    loop {
        let random = Zeroizing::new(crate::chance::bytes::<32>()?);
        if let Ok(key) = SecretKey::from_random(&random) {
            return Ok(key);
        }
    }
}

#[cfg(unix)]
fn refuse_if_shared(path: &std::path::Path) -> Result<(), Refusal> {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(metadata) = std::fs::metadata(path) else { return Ok(()) };
    if metadata.mode() & 0o077 == 0 {
        return Ok(());
    }
    let sentence =
        format!("the key file {} can be read by others (mode {:03o})", path.display(), metadata.mode() & 0o777);
    Err(Refusal::new("key-shared", sentence).hint(format!(
        "run `chmod 600 {}`; if others may have read it, `kubectl mint logout --all` and sign in again",
        path.display()
    )))
}

#[cfg(not(unix))]
fn refuse_if_shared(_: &std::path::Path) -> Result<(), Refusal> {
    Ok(())
}
