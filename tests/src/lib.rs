//! The rig: real parts, started on loopback, watched, and gone when their owner is.
//!
//! Nothing here is a stand-in. Where a part is missing the rig fails and says what to run.
#![allow(clippy::indexing_slicing, reason = "test code: a missing member ends the test there")]

pub mod bench;
pub mod browser;
pub mod ca;
pub mod clock;
pub mod cluster;
pub mod edge;
pub mod etcd;
pub mod http;
pub mod interrupt;
pub mod kubectl;
pub mod load;
pub mod outset;
pub mod process;
pub mod provider;
pub mod publisher;
pub mod run;
pub mod secrets;
pub mod stranger;
pub mod tools;
pub mod vectors;
pub mod webhook;
pub mod workerd;
pub mod world;
