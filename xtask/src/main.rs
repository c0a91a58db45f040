//! `cargo xtask`: the only entry for people and CI.
//!
//! Installs and builds what is missing into a cache outside the clone, then runs the demo, the tests or the benches.

mod bench;
mod bundle;
mod cache;
mod checks;
mod clone;
mod cluster;
mod command;
mod demo;
mod failure;
mod hostile;
mod kubectl;
mod link;
mod node;
mod prerequisite;
mod products;
mod program;
mod python;
mod runner;
mod step;
mod test;
mod tools;
mod vectors;

use command::Command;
use failure::Result;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Err(failure) = Command::parse(&arguments).and_then(run) {
        eprintln!("xtask: {failure}");
        std::process::exit(failure.exit_code());
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Help(text) => {
            println!("{text}");
            Ok(())
        }
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Build => products::build_all(),
        Command::Bundle => bundle::build().map(|folder| println!("{}", folder.display())),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Vectors => vectors::run(),
        Command::Tools(names) => tools::run(&names),
    }
}
