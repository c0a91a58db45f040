//! `cargo xtask bench`: one table of what a user waits for, beside what they would take instead.

use kubemint_tests::bench::{self, reviews};
use kubemint_tests::run::Run;

fn main() -> anyhow::Result<()> {
    let run = Run::new("bench")?;
    let cores = std::thread::available_parallelism()?;
    println!(
        "{cores} cores: server on {}, load on {}; load generator: tests/src/load.rs\n",
        bench::SERVER,
        bench::GENERATOR
    );
    print!("{}", bench::table(&reviews::rows(&run)?));
    Ok(())
}
