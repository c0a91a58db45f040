//! `cargo xtask test`: everything CI asks for, and a summary at the end.

use crate::failure::{Failure, Result};
use crate::products::{self, Products, Profile};
use crate::program::Program;
use crate::tools::{self, Tool};
use crate::{checks, clone, demo, hostile, prerequisite, runner, step};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Runs everything, or with names only the end-to-end tests of those files.
pub fn run(words: &[String]) -> Result<()> {
    prerequisite::demand(&["cargo", "cc", "npm", "python3", "strace"])?;
    prerequisite::demand_wasm()?;
    let (names, own) = split(words);
    let started = Instant::now();
    let mut report = Report::default();
    let quick = report.plain("quick tools", || tools::prepare(&Tool::QUICK));
    if names.is_empty() {
        before(&mut report, quick.as_deref());
    }
    match rig(&mut report) {
        Some(rig) => {
            report.loud("end-to-end tests", || rig.test(names, own));
            if names.is_empty() {
                report.loud("secrets in logs", || rig.search());
            }
        }
        None => step::note("end-to-end tests: not run, for want of the above"),
    }
    if names.is_empty() {
        report.quiet("hostile inputs", hostile::check);
    }
    report.close(started)
}

fn before(report: &mut Report, tools: Option<&Path>) {
    report.quiet("formatting", checks::formatting);
    report.quiet("lints", checks::lints);
    report.quiet("the worker's lints", checks::worker_lints);
    if let Some(tools) = tools {
        report.quiet("dependencies", || checks::dependencies(tools));
    }
    report.quiet("core for wasm", checks::core_for_wasm);
    report.loud("unit tests", checks::unit_tests);
}

fn rig(report: &mut Report) -> Option<Rig> {
    let tools = report.plain("slow tools", || tools::prepare(&Tool::ALL))?;
    let products = report.plain("products", || products::build(Profile::Dev))?;
    Some(Rig { tools, products })
}

/// Names of test files first; after `--` what the test program gets.
fn split(words: &[String]) -> (&[String], &[String]) {
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let (names, rest) = words.split_at(end);
    (names, rest.get(1..).unwrap_or_default())
}

/// What the tests, the demo and the benches run on.
pub struct Rig {
    /// The folder of tools.
    pub tools: PathBuf,
    /// Our own programs and bundle.
    pub products: Products,
}

impl Rig {
    /// The variables that crate kubemint-tests reads.
    pub fn env(&self) -> [(&'static str, &Path); 3] {
        [
            ("KUBEMINT_TOOLS", self.tools.as_path()),
            ("KUBEMINT_BIN", self.products.bin.as_path()),
            ("KUBEMINT_WORKER", self.products.worker.as_path()),
        ]
    }

    /// Cargo runs one file of stories after the other.
    fn test(&self, names: &[String], own: &[String]) -> Result<()> {
        let (runs, vectors) = (runs(), runner::build()?);
        let _ = fs::remove_dir_all(&runs); // what the last tests left to look into
        let mut cargo = Program::cargo("test")?
            .arguments(["--package", "kubemint-tests", "--no-fail-fast"])
            .envs(self.env())
            .env("KUBEMINT_RUNS", &runs)
            .env("KUBEMINT_VECTORS", &vectors)
            .env("KUBEMINT_XTASK", demo::own()?);
        for name in names {
            cargo = cargo.arguments(["--test", name]);
        }
        cargo.argument("--").arguments(own).loud()
    }

    /// Looks for every token, key and PEM of the tests in every log they left.
    fn search(&self) -> Result<()> {
        let cargo =
            Program::cargo("run")?.arguments(["--quiet", "--package", "kubemint-tests", "--bin", "leaks", "--"]);
        cargo.argument(runs()).loud()
    }
}

/// Where the tests' processes leave their logs.
fn runs() -> PathBuf {
    clone::path("build/runs")
}

/// What was done and how it ended.
#[derive(Default)]
struct Report {
    failed: Vec<(&'static str, Failure)>,
    passed: usize,
}

impl Report {
    fn quiet<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        self.plain(name, || step::quiet(name, work))
    }

    fn loud<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        self.plain(name, || step::loud(name, work))
    }

    /// A failure is shown where it happens and counted; what does not depend on it goes on.
    fn plain<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        match work() {
            Ok(value) => {
                self.passed += 1;
                Some(value)
            }
            Err(failure) => {
                eprintln!("{failure}");
                self.failed.push((name, failure));
                None
            }
        }
    }

    fn close(mut self, started: Instant) -> Result<()> {
        let time = step::elapsed(started);
        if self.failed.is_empty() {
            eprintln!("\nall {} steps passed in {time}", self.passed);
            return Ok(());
        }
        let names: Vec<_> = self.failed.iter().map(|(name, _)| *name).collect();
        eprintln!("\n{} steps passed, {} failed in {time}: {}", self.passed, names.len(), names.join(", "));
        // A prerequisite's exit code is worth keeping when it is the only trouble.
        match (self.failed.pop(), self.failed.is_empty()) {
            (Some((_, failure)), true) => Err(failure),
            _ => Err(Failure::new("some steps failed; what they said stands above")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_before_the_dashes() {
        let words = ["cluster", "--", "--nocapture"].map(str::to_owned);
        let (names, own) = split(&words);
        assert_eq!((names, own), (&words[..1], &words[2..]));
        assert_eq!(split(&words[..1]), (&words[..1], [].as_slice()));
    }

    #[test]
    fn one_failure_is_enough_and_the_rest_goes_on() {
        let mut report = Report::default();
        assert!(report.plain("first", || Err::<(), _>(Failure::prerequisite("no go", "get it"))).is_none());
        assert!(report.plain("second", || Ok(())).is_some());
        assert_eq!(report.close(Instant::now()).err().map(|failure| failure.exit_code()), Some(69));
    }
}
