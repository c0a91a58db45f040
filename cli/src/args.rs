//! The command line: every command, its flags, and examples one can paste.

mod kubeconfig;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use kubeconfig::{AddArgs, KubeconfigCommand, RemoveArgs};

/// kubectl access without a shared secret: sign in once, then plain kubectl.
#[derive(Debug, Parser)]
#[command(
    name = "kubectl mint",
    bin_name = "kubectl mint",
    version,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(after_help = "Examples:
  kubectl mint login https://mint.example.com
  kubectl mint kubeconfig add --cluster prod --use
  kubectl get pods

Files are kept in $KUBEMINT_HOME, else $XDG_DATA_HOME/kubemint, else ~/.local/share/kubemint.
Exit status: 0 done, 1 refused, 64 wrong command line.")]
pub struct CommandLine {
    /// Tell each step on standard error; never a token or a key
    #[arg(short, long, global = true, display_order = 900)]
    pub verbose: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sign in to a mint in the browser
    Login(LoginArgs),
    /// End the session and forget the grants
    Logout(LogoutArgs),
    /// Who you are at the mint, and for how long; works offline
    #[command(after_help = "Examples:\n  kubectl mint whoami")]
    Whoami,
    /// List the clusters you may see
    #[command(after_help = "Examples:\n  kubectl mint clusters\n  kubectl mint kubeconfig add --all")]
    Clusters,
    /// Add, list and remove this plugin's kubeconfig entries
    #[command(subcommand)]
    Kubeconfig(KubeconfigCommand),
    /// The exec credential plugin: what kubectl calls
    Token(TokenArgs),
    /// Ask for the next grant (started by `token`)
    #[command(hide = true)]
    Renew(RenewArgs),
    /// Print an AuthenticationConfiguration, for clusters without the webhook
    AuthenticationConfig(AuthenticationConfigArgs),
    /// Check and build the mint's configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Make a signing key for a mint, or its successor
    SigningKey(SigningKeyArgs),
    /// Print a completion script
    #[command(after_help = "Examples:
  source <(kubectl mint completion bash)
  kubectl mint completion zsh > ~/.zfunc/_kubectl-mint
  kubectl mint completion fish > ~/.config/fish/completions/kubectl-mint.fish")]
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual's pages, for whoever packages the plugin
    #[command(hide = true)]
    Man {
        /// Where they go
        folder: PathBuf,
    },
    /// Print the version
    #[command(after_help = "Examples:\n  kubectl mint version")]
    Version,
}

/// Arguments of `login`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubectl mint login https://mint.example.com
  kubectl mint login https://mint.test --certificate-authority ca.crt --provider corp
  kubectl mint login                      # the same mint again

The provider must know http://127.0.0.1/callback (any port) as a redirect of the client.")]
pub struct LoginArgs {
    /// The mint's URL; the last one if not given
    #[arg(value_name = "MINT_URL")]
    pub mint: Option<String>,
    /// The CA of the mint, if this computer does not trust it already; counts for the provider too
    #[arg(long, value_name = "FILE")]
    pub certificate_authority: Option<PathBuf>,
    /// The identity provider, if the mint has several
    #[arg(long, value_name = "ALIAS")]
    pub provider: Option<String>,
    /// Seconds to wait for the sign-in in the browser [default: 180]
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
}

/// Arguments of `logout`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubectl mint logout
  kubectl mint logout --all               # the key too: nothing made for it works any more")]
pub struct LogoutArgs {
    /// Remove everything that is kept here, the key too
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `token`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  users:
  - name: prod
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1beta1
        command: kubectl-mint
        args: [token, --cluster, prod]
        interactiveMode: IfAvailable
        provideClusterInfo: true

Nothing is signed for a server that is not the cluster as the mint described it,
or with --mint the mint as you signed in to it.

Why does a cluster refuse me? Its webhook tells each check of one token:
  kubectl mint token --cluster prod --bare | ssh node kubemint-webhook verify --config /etc/kubemint/webhook.toml")]
pub struct TokenArgs {
    /// Whom it is for
    #[command(flatten)]
    pub server: Server,
    /// Print one presentation and nothing else, for a pipe: until its window ends (a minute), whoever reads it is you
    #[arg(long, requires = "cluster", conflicts_with = "mint")]
    pub bare: bool,
}

/// Which server a token is for.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Server {
    /// A cluster, by its name at the mint
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
    /// The mint itself
    #[arg(long)]
    pub mint: bool,
}

/// Arguments of the hidden `renew`.
#[derive(Debug, Args)]
pub struct RenewArgs {
    /// The cluster's name at the mint
    #[arg(long, value_name = "NAME")]
    pub cluster: String,
}

/// Arguments of `authentication-config`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubectl mint authentication-config --cluster prod > authentication.yaml
  kubectl mint authentication-config --cluster prod --issuer https://mint.example.com --api-version v1beta1

For kube-apiserver --authentication-config; the cluster accepts bearers then, which are bound to no key.")]
pub struct AuthenticationConfigArgs {
    /// The cluster's name at the mint
    #[arg(long, value_name = "NAME")]
    pub cluster: String,
    /// The mint's URL [default: the one signed in to]
    #[arg(long, value_name = "MINT_URL")]
    pub issuer: Option<String>,
    /// v1beta1 for Kubernetes 1.30 to 1.33, v1 for later
    #[arg(long, value_enum, default_value_t = ConfigVersion::V1)]
    pub api_version: ConfigVersion,
    /// The CA of the mint, if the control plane does not trust it already
    #[arg(long, value_name = "FILE")]
    pub certificate_authority: Option<PathBuf>,
}

/// Versions of AuthenticationConfiguration.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ConfigVersion {
    /// Kubernetes 1.30 to 1.33.
    V1beta1,
    /// Kubernetes 1.34 and later.
    V1,
}

/// The commands about the mint's configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check kubemint.toml and write the JSON that the mint reads
    Build(BuildArgs),
    /// Print the JSON Schema of kubemint.toml, for editors
    #[command(after_help = "Examples:
  kubectl mint config schema > kubemint.schema.json

Editors that know TOML find it by the document's first line:
  #:schema ./kubemint.schema.json

`kubectl mint config build` has the last word: it also checks what no schema can say.")]
    Schema,
}

/// Arguments of `config build`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubectl mint config build                       # kubemint.toml to standard output
  kubectl mint config build kubemint.toml -o config.json")]
pub struct BuildArgs {
    /// The document
    #[arg(default_value = "kubemint.toml", value_name = "FILE")]
    pub document: PathBuf,
    /// Where the JSON goes [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `signing-key`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubectl mint signing-key                        # keys.json with a first key, which signs at once
  kubectl mint signing-key                        # again: its successor, which signs in a day
  npx wrangler secret put SIGNING_KEYS < keys.json

The file is secret. What is published no longer is dropped from it.")]
pub struct SigningKeyArgs {
    /// The JSON array of keys to begin or to add to
    #[arg(default_value = "keys.json", value_name = "FILE")]
    pub file: PathBuf,
    /// How long it signs; it is published 7d longer, until its last grant is over
    #[arg(long, value_name = "DURATION", default_value = "90d")]
    pub life: String,
}
