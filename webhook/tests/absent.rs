//! What must stay absent from the webhook, read from its own source.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

use std::{fs, path::Path};

/// The source files in whose code (tests and comments aside) a word stands.
fn where_is(word: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| code(path).lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word)))
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    found.sort();
    found
}

fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]").next().unwrap().to_owned()
}

#[test]
fn no_connection_is_opened_but_by_the_poller() {
    assert_eq!(where_is("ureq"), ["fetch.rs"]);
    assert_eq!(where_is(".fetch()"), ["poller.rs"]);
    assert_eq!(where_is("TcpStream::connect"), [""; 0]);
    // The answer only rings: these are all who can start a fetch.
    assert_eq!(where_is("key_is_missing"), ["host.rs", "poller.rs"]);
    assert_eq!(where_is("fetch_now"), ["poller.rs", "reload.rs"]);
}

#[test]
fn no_lock_is_taken() {
    for lock in ["Mutex", "RwLock", "Condvar", "Semaphore"] {
        assert_eq!(where_is(lock), [""; 0], "{lock}");
    }
}

#[test]
fn no_answer_invites_another_try() {
    for word in ["TOO_MANY_REQUESTS", "RETRY_AFTER", "429"] {
        assert_eq!(where_is(word), [""; 0], "{word}");
    }
}

#[test]
fn no_private_key_of_a_mint_can_be_read() {
    for word in ["SecretKey", "from_jwk", "reveal_jwk"] {
        assert_eq!(where_is(word), [""; 0], "{word}");
    }
}
