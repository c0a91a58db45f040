//! The mint: exchanges a company sign-in for short grants, over whatever a [`Host`] gives it.
//!
//! It keeps nothing between sign-in and grant. What it remembers (providers' keys, ids of used
//! proofs) only saves work or narrows a stated limit, and is lost with its isolate.

mod answer;
mod clusters;
mod form;
mod host;
mod issue;
mod keys;
mod provider;
mod replay;
mod route;
mod session;
mod sign_in;
mod token;

pub use host::{Host, Request, Response};
pub use keys::{Key, Keys, KeysError};
pub use route::Mint;
