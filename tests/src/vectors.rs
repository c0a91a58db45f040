//! The vectors: how tests/vectors is made, by keys that are fixed and a forger who can write anything.
//!
//! Nothing here issues through core: what is expected is spelt out from the design, so that core can be wrong.
#![allow(clippy::expect_used, reason = "a generator that cannot go on must stop where it stands")]
#![allow(clippy::panic, reason = "a vector that says nothing clear must not be written")]

mod bearer;
mod child;
mod claims;
mod config;
mod documents;
mod dpop;
pub mod file;
pub mod forge;
mod grant;
mod header;
mod id_token;
mod issue;
mod keys;
mod members;
mod mint;
mod names;
mod opinion;
mod policy;
mod presentation;
mod review;
mod session;
mod shape;
mod signature;

pub mod verifier;

pub use file::File;

/// Every file, in the order of their names.
#[must_use]
pub fn files() -> Vec<File> {
    vec![
        bearer::file(),
        child::file(),
        documents::cluster(),
        config::file(),
        documents::deny(),
        dpop::file(),
        documents::exchange(),
        documents::exec(),
        grant::file(),
        id_token::file(),
        issue::file(),
        documents::json(),
        keys::jwk(),
        keys::key_set(),
        documents::metadata(),
        names::name(),
        names::pattern(),
        policy::file(),
        presentation::file(),
        names::resource(),
        review::file(),
        session::file(),
        names::text(),
    ]
}
