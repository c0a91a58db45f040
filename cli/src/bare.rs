//! `kubectl mint token --bare`: one presentation for a person who asks why a cluster refuses them.
//!
//! It opens the cluster until its window ends, so it goes into a pipe and never onto a screen, and
//! kubectl, which names the server it calls, never gets it this way.

use std::{env, io, io::IsTerminal as _};

use crate::{
    clock::{self, Offset},
    context::Context,
    key,
    known::Known,
    output,
    refusal::Refusal,
    token::{self, EXEC_INFO},
};

/// Prints a presentation for a cluster and nothing else.
pub fn run(context: &Context, cluster: &str) -> Result<(), Refusal> {
    refuse_kubectl_and_screens(cluster)?;
    Known::load(&context.home, cluster)?.ok_or_else(|| token::unknown(context, cluster))?;
    let key = key::require(&context.home)?;
    let grant = token::grant(context, cluster, &key, false)?;
    let now = Offset::load(&context.home).to_mint(clock::local());
    let text = grant.present(&key, now)?;
    context.say(format_args!(
        "kubectl-mint: whoever reads this within {} is {} at {cluster}; give it to nothing but what checks it",
        grant.window(),
        grant.username
    ));
    output::text(&format!("{text}\n"))
}

fn refuse_kubectl_and_screens(cluster: &str) -> Result<(), Refusal> {
    if env::var_os(EXEC_INFO).is_some() {
        return Err(Refusal::new("bare-for-kubectl", "nothing is signed: --bare is for people, and kubectl asks")
            .hint("whoever wrote this kubeconfig put --bare into it: do not use it, or let `kubectl mint kubeconfig add` write it anew"));
    }
    if io::stdout().is_terminal() {
        return Err(Refusal::new("output-terminal", "a token is not shown on a terminal, where it would stay to be read")
            .hint(format!("pipe it into what checks it: `kubectl mint token --cluster {cluster} --bare | ssh NODE kubemint-webhook verify`")));
    }
    Ok(())
}
