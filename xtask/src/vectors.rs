//! `cargo xtask vectors`: the vectors on every host, and the hostile inputs they and the tests cover.

use crate::failure::Result;
use crate::program::Program;
use crate::{hostile, step, test};

/// Makes tests/vectors anew, so that a change is a difference to read, and runs only the tests that read it.
pub fn run() -> Result<()> {
    let make = ["--quiet", "--package", "kubemint-tests", "--bin", "vectors"];
    step::loud("make tests/vectors", || Program::cargo("run")?.arguments(make).loud())?;
    test::run(&["vectors".to_owned(), "--".to_owned(), "--nocapture".to_owned()])?;
    hostile::check()
}
