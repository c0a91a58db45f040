//! `kubectl mint`: signs in, answers kubectl, and keeps kubeconfig entries. Holds the user's key.

mod args;
mod atomic;
mod authentication_config;
mod bare;
mod chance;
mod clock;
mod clusters;
mod context;
mod document;
mod exchange;
mod face;
mod home;
mod http;
mod kept;
mod key;
mod known;
mod kubeconfig;
mod login;
mod loopback;
mod mint;
mod output;
mod provider;
mod refusal;
mod renewal;
mod schema;
mod session;
mod sign_in;
mod signing_key;
mod token;
mod told;
mod turn;
mod unreachable;
mod whoami;

use std::{path::Path, process::ExitCode};

use args::{Command, CommandLine, ConfigCommand, TokenArgs};
use clap::{CommandFactory as _, Parser as _};
use context::Context;
use refusal::{EXIT_USAGE, Refusal};

fn main() -> ExitCode {
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(error) => {
            return told(&error);
        }
    };
    let refusal = match line.command {
        Command::Token(ref args) => answer(&line, args).err(),
        command => run(command, line.verbose).err().inspect(Refusal::report),
    };
    refusal.map_or(ExitCode::SUCCESS, |refusal| ExitCode::from(refusal.status()))
}

/// Help and version go to standard output; a wrong command line is refused in our own words.
fn told(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        drop(error.print());
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    match text.strip_prefix("error: ") {
        Some(text) => anstream::eprint!("kubectl-mint: {text}"),
        None => anstream::eprint!("{text}"),
    }
    ExitCode::from(EXIT_USAGE)
}

/// `token`, whose refusals kubectl's user reads once, and people who ask for themselves each time.
fn answer(line: &CommandLine, args: &TokenArgs) -> Result<(), Refusal> {
    let context = Context::find(line.verbose).inspect_err(Refusal::report)?;
    match args.server.cluster.as_deref().filter(|_| args.bare) {
        Some(cluster) => bare::run(&context, cluster).inspect_err(Refusal::report),
        None => token::run(&context, args).inspect_err(|refusal| told::once(&context, refusal)),
    }
}

fn run(command: Command, verbose: bool) -> Result<(), Refusal> {
    let context = || Context::find(verbose);
    match command {
        Command::Token(args) => token::run(&context()?, &args),
        Command::Renew(args) => renewal::run(&context()?, &args),
        Command::Login(args) => login::login(&context()?, &args),
        Command::Logout(args) => login::logout(&context()?, &args),
        Command::Whoami => whoami::run(&context()?),
        Command::Clusters => clusters::run(&context()?),
        Command::Kubeconfig(command) => kubeconfig::run(&context()?, command),
        Command::AuthenticationConfig(args) => authentication_config::run(&context()?, &args),
        Command::Config(ConfigCommand::Build(args)) => document::build(&args),
        Command::Config(ConfigCommand::Schema) => schema::print(),
        Command::SigningKey(args) => signing_key::run(&args),
        Command::Completion { shell } => completion(shell),
        Command::Man { folder } => man(&folder),
        Command::Version => output::text(concat!("kubectl-mint ", env!("CARGO_PKG_VERSION"), "\n")),
    }
}

fn completion(shell: clap_complete::Shell) -> Result<(), Refusal> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command().bin_name("kubectl-mint"), "kubectl-mint", &mut script);
    output::text(&String::from_utf8_lossy(&script))
}

fn man(folder: &Path) -> Result<(), Refusal> {
    // A page's name has no space, unlike the command's.
    let command = CommandLine::command().name("kubectl-mint").bin_name("kubectl-mint");
    clap_mangen::generate_to(command, folder).map_err(|error| {
        let sentence = format!("the pages cannot be written to {}: {}", folder.display(), home::lower(&error));
        Refusal::new("output-failed", sentence).hint("name a folder that is there and yours")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        CommandLine::command().debug_assert();
    }
}
