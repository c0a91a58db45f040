//! The domain of kubemint: bytes, a clock reading and random bytes in, values out.
//!
//! Nothing here waits, reads, prints or looks anything up: clocks, randomness and networks belong
//! to the hosts. Bytes from outside become a *pending* value plus the signature [`jws::Check`] it
//! still needs; only an accepted one yields the plain noun.
#![no_std]

extern crate alloc;

pub mod authenticator;
pub mod base64url;
pub mod bearer;
pub mod caller;
pub mod ceiling;
pub mod cluster;
pub mod config;
pub mod date;
pub mod deny;
pub mod dpop;
pub mod es256;
pub mod exchange;
pub mod exec;
pub mod grant;
pub mod hash;
pub mod id_token;
pub mod json;
pub mod jwk;
pub mod jws;
pub mod key_set;
pub mod metadata;
pub mod name;
pub mod nonce;
pub mod pattern;
pub mod policy;
pub mod presentation;
pub mod problem;
pub mod resource;
pub mod review;
pub mod session;
pub mod time;

#[cfg(feature = "jwt-compact")]
pub mod jwt_compact;
