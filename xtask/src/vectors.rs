//! `cargo xtask vectors`: the vectors on every host, and the hostile inputs they and the tests cover.

use crate::failure::Result;
use crate::{hostile, test};

/// Runs only the tests that read tests/vectors.
pub fn run() -> Result<()> {
    test::run(&["vectors".to_owned(), "--".to_owned(), "--nocapture".to_owned()])?;
    hostile::check()
}
