//! `cargo xtask bench [-- NAME …]`: one table of what a user waits for, beside what they would take instead.

use kubemint_tests::bench::{self, Row, exchange, plugin, reviews};
use kubemint_tests::run::Run;

type Rows = fn(&Run) -> anyhow::Result<Vec<Row>>;

const TABLES: [(&str, Rows); 3] = [("exchange", exchange::rows), ("reviews", reviews::rows), ("plugin", plugin::rows)];

fn main() -> anyhow::Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let run = Run::new("bench")?;
    let cores = std::thread::available_parallelism()?;
    println!(
        "{cores} cores: server on {}, load on {}; load generators: tests/src/load.rs, tests/node/bench/load.mjs\n",
        bench::SERVER,
        bench::GENERATOR
    );
    let mut rows = Vec::new();
    for (name, table) in TABLES {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            rows.extend(table(&run)?);
        }
    }
    print!("{}", bench::table(&rows));
    Ok(())
}
