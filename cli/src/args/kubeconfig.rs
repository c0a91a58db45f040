//! The command line of `kubectl mint kubeconfig`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The commands about kubeconfig files.
#[derive(Debug, Subcommand)]
pub enum KubeconfigCommand {
    /// Write entries that call this plugin; no secret is in them
    Add(AddArgs),
    /// List the entries that this plugin made
    #[command(
        after_help = "Examples:\n  kubectl mint kubeconfig list\n  kubectl mint kubeconfig list --kubeconfig ./team.yaml"
    )]
    List(ListArgs),
    /// Remove entries that this plugin made, and no others
    Remove(RemoveArgs),
}

/// Which clusters a command is about.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Which {
    /// One cluster, by its name at the mint
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
    /// All of them
    #[arg(long)]
    pub all: bool,
    /// The mint itself, for `kubectl get clusters`
    #[arg(long)]
    pub mint: bool,
}

/// Arguments of `kubeconfig add`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubectl mint kubeconfig add --cluster prod --use
  kubectl mint kubeconfig add --all --prefix mint-
  kubectl mint kubeconfig add --cluster prod --endpoint internal --namespace shop
  kubectl mint kubeconfig add --mint && kubectl --context kubemint get clusters
  kubectl mint kubeconfig add --cluster prod --print > prod.yaml
  kubectl mint kubeconfig add --cluster prod --print --embed-token > secret.yaml")]
pub struct AddArgs {
    /// Which clusters
    #[command(flatten)]
    pub which: Which,
    /// Make it the current context; with --all the first
    #[arg(long = "use")]
    pub use_it: bool,
    /// The namespace of the context, in place of the mint's
    #[arg(long, value_name = "NAME", conflicts_with = "mint")]
    pub namespace: Option<String>,
    /// The endpoint to write, if the cluster has several [default: its first]
    #[arg(long, value_name = "NAME", conflicts_with = "mint")]
    pub endpoint: Option<String>,
    /// Put before the names of the entries
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub prefix: String,
    /// Print a kubeconfig and write no file
    #[arg(long, conflicts_with = "kubeconfig")]
    pub print: bool,
    /// Put a bearer token into what is printed: it is a secret, until it ends
    #[arg(long, requires = "print", conflicts_with_all = ["exec_command", "mint"])]
    pub embed_token: bool,
    /// The command that kubectl calls [default: kubectl-mint]
    #[arg(long, value_name = "COMMAND")]
    pub exec_command: Option<String>,
    /// The file to write, in place of kubectl's choice
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Do not check the server's certificate; whoever stands in between gets your access
    #[arg(long, conflicts_with = "mint")]
    pub insecure_skip_tls_verify: bool,
}

/// Arguments of `kubeconfig list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The file to read, in place of kubectl's choice
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
}

/// Arguments of `kubeconfig remove`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubectl mint kubeconfig remove --cluster prod
  kubectl mint kubeconfig remove --mint
  kubectl mint kubeconfig remove --all")]
pub struct RemoveArgs {
    /// Which clusters
    #[command(flatten)]
    pub which: Which,
    /// The file to change, in place of kubectl's choice
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
}
