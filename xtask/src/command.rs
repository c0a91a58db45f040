//! A command of xtask, read from the words after `cargo xtask`.

use crate::failure::{Failure, Result};

/// What a person asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Show this text and nothing else.
    Help(&'static str),
    /// The whole path on this machine; the words are the demo's own.
    Demo(Vec<String>),
    /// Everything CI asks for; the words choose end-to-end tests.
    Test(Vec<String>),
    /// The products, optimised.
    Build,
    /// The worker's bundle only; `wrangler deploy` asks for it.
    Bundle,
    /// The table of ratios; the words are the bench's own.
    Bench(Vec<String>),
    /// The vectors on every host, and which hostile inputs are covered.
    Vectors,
    /// Install the tools named, or all of them.
    Tools(Vec<String>),
}

impl Command {
    /// Reads the words after `cargo xtask`; what is not known is a usage failure.
    pub fn parse(words: &[String]) -> Result<Self> {
        let Some((verb, rest)) = words.split_first() else {
            return Err(Failure::usage("which verb?", "cargo xtask --help"));
        };
        let Some(help) = help(verb) else {
            let next = "cargo xtask --help lists the verbs";
            return Err(Failure::usage(format!("no verb `{verb}`"), next));
        };
        if asks_for_help(rest) {
            return Ok(Self::Help(help));
        }
        let rest = rest.to_vec();
        match verb.as_str() {
            "demo" => Ok(Self::Demo(rest)),
            "test" => Ok(Self::Test(rest)),
            "bench" => Ok(Self::Bench(rest)),
            "tools" => Ok(Self::Tools(rest)),
            "build" => bare(verb, &rest, Self::Build),
            "bundle" => bare(verb, &rest, Self::Bundle),
            "vectors" => bare(verb, &rest, Self::Vectors),
            _ => Ok(Self::Help(ALL)),
        }
    }
}

/// Before a `--`, which hands the rest on untouched.
fn asks_for_help(words: &[String]) -> bool {
    words.iter().take_while(|word| *word != "--").any(|word| word == "--help" || word == "-h")
}

fn bare(verb: &str, rest: &[String], command: Command) -> Result<Command> {
    match rest.first() {
        None => Ok(command),
        Some(word) => {
            let what = format!("`{verb}` takes no `{word}`");
            Err(Failure::usage(what, format!("cargo xtask {verb} --help")))
        }
    }
}

fn help(verb: &str) -> Option<&'static str> {
    match verb {
        "help" | "--help" | "-h" => Some(ALL),
        "demo" => Some(DEMO),
        "test" => Some(TEST),
        "build" => Some(BUILD),
        "bundle" => Some(BUNDLE),
        "bench" => Some(BENCH),
        "vectors" => Some(VECTORS),
        "tools" => Some(TOOLS),
        _ => None,
    }
}

const ALL: &str = "\
usage: cargo xtask VERB [--help]

  demo      the whole path on this machine, from the sign-in page to `kubectl get`
  test      everything CI asks for
  build     the products, optimised: kubemint-webhook, kubectl-mint, the worker's bundle
  bundle    the worker's bundle only
  bench     the table of ratios against what people would use instead
  vectors   the test vectors on every host, and which hostile inputs are covered
  tools     install what the tests need and print where it is

What is installed or built for the tests goes to $KUBEMINT_CACHE, else $XDG_CACHE_HOME/kubemint,
else ~/.cache/kubemint, and is kept there. Nothing is installed on the machine itself.

exit codes: 0 done, 1 something failed, 64 usage, 69 this machine lacks a prerequisite (it is named)";

const DEMO: &str = "\
usage: cargo xtask demo [-- --once]

Starts an OpenID provider, the mint, the webhook, etcd and kube-apiserver on loopback, signs a demo
user in through the provider's own pages, and shows what kubectl then may and may not do. It stays up
until Ctrl-C and leaves no process behind; with `--once` it ends after what it had to show.

exit codes: 0 ended by Ctrl-C when all was shown, or by `--once`; 130 Ctrl-C before that";

const TEST: &str = "\
usage: cargo xtask test [NAME …] [-- WORDS]

Formatting, lints, core for wasm, unit tests, the worker's bundle, then the end-to-end tests against a
real provider, workerd, etcd, kube-apiserver and kubectl. With a NAME only the end-to-end tests of that
file (tests/tests/NAME.rs) run. The words after `--` go to the test program.

  cargo xtask test
  cargo xtask test cluster -- --nocapture";

const BUILD: &str = "\
usage: cargo xtask build

Builds kubemint-webhook and kubectl-mint optimised into build/release, and the worker's bundle, which
`wrangler deploy` takes without a Rust toolchain, into build/worker.";

const BUNDLE: &str = "\
usage: cargo xtask bundle

Builds the worker's bundle into build/worker and prints its size. `wrangler deploy` runs this.";

const BENCH: &str = "\
usage: cargo xtask bench [-- WORDS]

Builds everything optimised and prints one table: each figure a ratio against something a person would
use instead, measured in the same run. The words after `--` are the bench's own.";

const VECTORS: &str = "\
usage: cargo xtask vectors

Runs tests/vectors natively and inside workerd, then lists which hostile inputs a vector or test carries.
Fails on a number that CONTRIBUTING.md claims and nothing carries.";

const TOOLS: &str = "\
usage: cargo xtask tools [NAME …]

Installs the tools the rig runs into the cache, builds those that have to be built, and prints the
folder for $KUBEMINT_TOOLS. Names: cluster, kubectl-1.32, kubectl-1.20, node, node-modules, python.
Without a name, all of them. Where KUBEBUILDER_ASSETS names a folder with etcd, kube-apiserver and
kubectl, those are used and nothing is built for the cluster.";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<Command> {
        Command::parse(&words.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn an_unknown_verb_is_a_usage_failure() {
        assert_eq!(parse("destroy").err().map(|failure| failure.exit_code()), Some(64));
        assert_eq!(parse("").err().map(|failure| failure.exit_code()), Some(64));
        assert_eq!(parse("build fast").err().map(|failure| failure.exit_code()), Some(64));
    }

    #[test]
    fn help_after_the_dashes_is_somebody_elses() {
        assert!(matches!(parse("test --help"), Ok(Command::Help(TEST))));
        assert!(matches!(parse("test -- --help"), Ok(Command::Test(_))));
    }
}
