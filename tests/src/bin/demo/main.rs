//! `cargo xtask demo`: the whole path on this machine, from the sign-in page to `kubectl get`, told as a transcript.

mod answer;
mod builder;
mod story;
mod terminal;

use anyhow::Result;
use kubemint_tests::interrupt;
use kubemint_tests::world::World;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;
use story::Story;
use terminal::Terminal;

const HELP: &str = "\
usage: cargo xtask demo [-- --once]

Signs a demo user in at an OpenID provider, gets a grant from the mint, builds kube-apiserver where it is
missing, and shows what kubectl then may and may not do. All of it listens on 127.0.0.1 only.

  --once   end after the transcript instead of staying up until Ctrl-C

KUBEMINT_KEEP=1 keeps the folder with all logs afterwards.
exit codes: 0 told, and ended by Ctrl-C or --once; 130 Ctrl-C before that (143 SIGTERM); 1 failed; 64 usage";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let once = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => false,
        ["--once"] => true,
        ["--help" | "-h"] => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("demo: it knows `--once` only, not `{}`\n  cargo xtask demo -- --help", words.join(" "));
            return ExitCode::from(64);
        }
    };
    let terminal = Terminal::new();
    match (run(&terminal, once), interrupt::received()) {
        (Ok(()), _) => ExitCode::SUCCESS,
        (Err(_), Some(signal)) => {
            // What ran was stopped on the way out of `run`.
            let _ = terminal.text("\ninterrupted: everything is stopped, nothing is left behind");
            ExitCode::from(u8::try_from(128 + signal).unwrap_or(1))
        }
        (Err(error), None) => {
            eprintln!("\ndemo: {error:#}\n  next: KUBEMINT_KEEP=1 cargo xtask demo keeps all logs to look into");
            ExitCode::FAILURE
        }
    }
}

fn run(terminal: &Terminal, once: bool) -> Result<()> {
    interrupt::listen()?;
    let (mut world, alice) = Story::begin(terminal)?.go_on()?;
    if !once {
        story::farewell(terminal, &world, &alice)?;
        stay(&mut world)?;
    }
    drop(world);
    terminal.text("\nEverything is stopped, nothing is left behind.")
}

/// Until somebody ends it, or a part of it ends by itself.
fn stay(world: &mut World) -> Result<()> {
    while interrupt::received().is_none() {
        for guarded in &mut world.clusters {
            let apiserver = guarded.cluster.process();
            anyhow::ensure!(apiserver.ended()?.is_none(), "kube-apiserver ended: {}", apiserver.log().display());
        }
        sleep(Duration::from_millis(100));
    }
    Ok(())
}
