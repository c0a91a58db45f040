//! `cargo xtask bench`: everything optimised, then the bench's own table.

use crate::demo::become_binary;
use crate::failure::Result;
use crate::prerequisite;
use crate::products::{self, Profile};
use crate::test::Rig;
use crate::tools::{self, Tool};

/// Prepares and becomes the bench.
pub fn run(words: &[String]) -> Result<()> {
    prerequisite::demand(&["cargo", "cc", "npm"])?;
    prerequisite::demand_wasm()?;
    prerequisite::demand_go()?;
    let tools = tools::prepare(&[Tool::Node, Tool::NodeModules])?;
    let rig = Rig { tools, products: products::build(Profile::Release)? };
    become_binary("bench", &rig, words, &["--release"])
}
