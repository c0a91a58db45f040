//! Renewal ahead of time: a child of its own asks for the next grant while kubectl goes on.

use std::{
    env,
    process::{Command, Stdio},
};

use kubemint_core::time::{Seconds, Time};

use crate::{
    args::RenewArgs,
    clock::{self, Offset},
    context::Context,
    kept::Kept,
    key,
    mint::Mint,
    refusal::Refusal,
    session, token,
};

/// What a new grant must bring to be worth a request.
const GAIN: Seconds = Seconds(60);
/// The name of the hidden command that the child runs.
const COMMAND: &str = "renew";

/// Whether the next grant should be asked for: this one is late, and the session could give a longer one.
pub fn is_due(context: &Context, grant: &Kept, now: Time) -> Result<bool, Refusal> {
    if !grant.is_late(now) {
        return Ok(false);
    }
    let session = session::live(context)?;
    Ok(session.is_some_and(|session| session.left(now).0 > grant.left(now).0 + GAIN.0))
}

/// Starts the child. It holds none of kubectl's streams, so kubectl never waits for it, and whether
/// it starts at all changes nothing for the grant that is still good.
pub fn start(context: &Context, cluster: &str) {
    let Ok(program) = env::current_exe() else { return };
    let child = Command::new(program)
        .args([COMMAND, "--cluster", cluster])
        .env_remove("KUBERNETES_EXEC_INFO")
        .current_dir(context.home.folder())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    context.note(format_args!(
        "the next grant for {cluster} is asked for: {}",
        if child.is_ok() { "started" } else { "not started" }
    ));
}

/// The lock of whoever asks for a cluster's next grant.
pub fn lock_name(cluster: &str) -> String {
    format!("renewal.{cluster}.lock")
}

/// `kubectl-mint renew`: what the child does. One at a time for each cluster.
pub fn run(context: &Context, args: &RenewArgs) -> Result<(), Refusal> {
    // Away from kubectl's terminal: closing it must not end a request in flight.
    #[cfg(unix)]
    let _ = rustix::process::setsid();
    let cluster = &args.cluster;
    crate::kept::check_cluster(cluster)?;
    let Some(_lock) = context.home.try_lock(&lock_name(cluster))? else { return Ok(()) };
    let now = Offset::load(&context.home).to_mint(clock::local());
    if let Some(grant) = Kept::grant(&context.home, cluster)?
        && !is_due(context, &grant, now)?
    {
        return Ok(());
    }
    let mint = Mint::require(&context.home)?;
    let session = session::require_live(context, &mint)?;
    let key = key::require(&context.home)?;
    token::exchange(context, &mint, &session, &key, cluster).map(drop)
}
