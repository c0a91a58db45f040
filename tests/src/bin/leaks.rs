//! Searches all logs of a folder of runs for every secret that passed through the rig; `cargo xtask test` ends with it.

use kubemint_tests::secrets::{Kind, Search};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("leaks: which folder?");
        return ExitCode::from(64);
    };
    let search = Search::of(Path::new(&folder));
    let counts = Kind::ALL.map(|kind| format!("{} of {kind:?}", search.secrets.count(kind)));
    let (logs, bytes) = search.logs;
    println!("searched {logs} logs ({bytes} bytes) for pieces of secrets: {}", counts.join(", "));
    for (log, kinds) in &search.leaks {
        println!("leak: {} holds {kinds:?}", log.display());
    }
    // A search for nothing, or in nothing, finds nothing and proves nothing.
    let empty = logs == 0 || Kind::ALL.into_iter().any(|kind| search.secrets.count(kind) == 0);
    if empty {
        println!("leaks: some kind of secret was never recorded, or there is no log");
    }
    if empty || !search.leaks.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
