//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Where the configuration is looked for when `--config` is not given.
pub const CONFIG: &str = "/etc/kubemint/webhook.toml";

const EXAMPLES: &str = "\
Examples:
  # once on each control-plane node: serving certificate and kube-apiserver's side of it
  kubemint-webhook init --directory /etc/kubemint

  # answer kube-apiserver
  kubemint-webhook serve --config /etc/kubemint/webhook.toml

  # why was this token refused?
  kubectl mint token --cluster prod --bare | kubemint-webhook verify

  # completion for this shell
  source <(kubemint-webhook completion bash)";

const SERVE: &str = "\
Example configuration:
  issuer = \"https://mint.example.com\"
  issuerCA = \"mint-ca.crt\"             # only if the mint's certificate is not publicly trusted
  cluster = \"prod\"
  listen = \"127.0.0.1:8443\"            # anything but loopback needs tls.clientCA
  tls = { certificate = \"tls.crt\", key = \"tls.key\" }
  state = \"/var/lib/kubemint\"

  [ceiling]                            # what the mint may say at most
  usernames = [\"*@example.com\"]        # `*` crosses no @ : /
  groups = [\"sre\", \"dev-*\"]
  life = \"12h\"
  window = \"60s\"

  [revocations]
  deny = \"/etc/kubemint/deny\"          # lines `jti|sid|sub|jkt <value>`

File names are relative to the configuration's folder.
SIGHUP reads configuration, certificate and deny file again and asks the mint for its keys;
SIGTERM finishes what is being answered and ends.";

/// Answers TokenReview for kube-apiserver: who may come in, checked offline with public keys only.
#[derive(Debug, Parser)]
#[command(name = "kubemint-webhook", version, after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Command {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Answer kube-apiserver until SIGTERM
    #[command(after_help = SERVE)]
    Serve(Serve),
    /// Write serving key, certificate and the kubeconfig kube-apiserver needs
    Init(Init),
    /// Read a token on stdin and tell each check and its outcome
    Verify(Verify),
    /// Print the version
    Version,
    /// Print a completion script for a shell
    Completion {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// Options of `serve`.
#[derive(Args, Debug)]
pub struct Serve {
    /// The configuration
    #[arg(short, long, value_name = "FILE", default_value = CONFIG)]
    pub config: PathBuf,
    /// Log every verdict with its reason, never its token
    #[arg(short, long)]
    pub verbose: bool,
}

/// Options of `init`.
#[derive(Args, Debug)]
pub struct Init {
    /// Where the files go
    #[arg(short, long, value_name = "DIR", default_value = "/etc/kubemint")]
    pub directory: PathBuf,
    /// Where the webhook will listen; anything but loopback also makes a client certificate for kube-apiserver
    #[arg(short, long, value_name = "ADDRESS", default_value = "127.0.0.1:8443")]
    pub listen: std::net::SocketAddr,
    /// A further name or address for the certificate (repeatable)
    #[arg(short, long = "name", value_name = "NAME")]
    pub names: Vec<String>,
    /// How many days the certificates last
    #[arg(long, default_value_t = 3650, value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub days: u16,
    /// Replace files that are there
    #[arg(long)]
    pub force: bool,
}

/// Options of `verify`.
#[derive(Args, Debug)]
pub struct Verify {
    /// The configuration
    #[arg(short, long, value_name = "FILE", default_value = CONFIG)]
    pub config: PathBuf,
    /// The mint's keys; without it the ones `serve` keeps in its state folder
    #[arg(long, value_name = "FILE")]
    pub jwks: Option<PathBuf>,
    /// Judge as of this moment, in Unix seconds
    #[arg(long, value_name = "SECONDS")]
    pub now: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_holds_together() {
        Command::command().debug_assert();
    }
}
