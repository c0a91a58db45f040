//! `kubemint-webhook`: answers TokenReview for kube-apiserver, offline, with public keys only.

mod authority;
mod clock;
mod command;
mod config;
mod deny;
mod failure;
mod fetch;
mod host;
mod init;
mod log;
mod memory;
mod metrics;
mod page;
mod poller;
mod reload;
mod schedule;
mod serve;
mod server;
mod state;
mod tls;
mod trust;
mod verifier;
mod verify;

use std::{io, process::ExitCode};

use clap::{CommandFactory as _, Parser as _, error::ErrorKind};

use crate::{
    command::{Command, Verb},
    failure::Failure,
};

fn main() -> ExitCode {
    match Command::try_parse().map_err(|error| misread(&error)).and_then(|command| run(command.verb)) {
        Ok(code) => code,
        Err(Ended::Shown) => ExitCode::SUCCESS,
        Err(Ended::Failed(failure)) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}

/// How a command ended early.
enum Ended {
    /// Help or version was printed, as asked.
    Shown,
    /// It failed.
    Failed(Failure),
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

fn run(verb: Verb) -> Result<ExitCode, Ended> {
    match verb {
        Verb::Serve(options) => serve::run(&options)?,
        Verb::Init(options) => init::run(&options)?,
        Verb::Verify(options) => return Ok(verify::run(&options)?),
        Verb::Version => println!("kubemint-webhook {}", env!("CARGO_PKG_VERSION")),
        Verb::Completion { shell } => {
            clap_complete::generate(shell, &mut Command::command(), "kubemint-webhook", &mut io::stdout());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Turns the parser's word about a command line into ours, on one line.
fn misread(error: &clap::Error) -> Ended {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // A closed stdout is the reader's choice.
        let _ = error.print();
        return Ended::Shown;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::usage(
            "which command? serve, init, verify, version or completion",
            "see `kubemint-webhook --help`",
        )
        .into();
    }
    let text = error.render().to_string();
    let what: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    let what = what.join(" ");
    Failure::usage(what.trim_start_matches("error: "), "see `kubemint-webhook --help`").into()
}
