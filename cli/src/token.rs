//! `kubectl mint token`: what kubectl calls. Signs for the server it knows and for no other.

use std::{env, time::Duration};

use kubemint_core::{
    exec::{self, Info},
    jwk::SecretKey,
    problem::Reason,
};

use crate::{
    args::TokenArgs,
    clock::{self, Offset},
    context::Context,
    exchange::Exchange,
    face,
    kept::{Kept, check_cluster},
    key,
    known::Known,
    mint::Mint,
    output,
    refusal::Refusal,
    renewal, session, turn,
};

/// What kubectl says it is about to call.
pub const EXEC_INFO: &str = "KUBERNETES_EXEC_INFO";
/// A little more than one request may take.
const PATIENCE: Duration = Duration::from_secs(6);

/// Answers kubectl. Standard output gets the whole credential or nothing.
pub fn run(context: &Context, args: &TokenArgs) -> Result<(), Refusal> {
    let info = asked()?;
    let cluster = args.server.cluster.as_deref();
    check_server(context, cluster, &info)?;
    let key = key::require(&context.home)?;
    let kept = match cluster {
        Some(cluster) => grant(context, cluster, &key, info.interactive)?,
        None => signed_in(context, &Mint::require(&context.home)?, info.interactive)?,
    };
    let offset = Offset::load(&context.home);
    let now = offset.to_mint(clock::local());
    let token = kept.present(&key, now)?;
    let ends = offset.to_local(kept.presentation_ends(now));
    let whom = cluster.unwrap_or("the mint");
    context.note(format_args!("signed for {whom}; good for {}", kept.presentation_ends(now).since(now)));
    output::text(&exec::credential(&info.api_version, &token, ends))
}

/// What kubectl says it is about to call.
fn asked() -> Result<Info, Refusal> {
    let missing = || {
        Refusal::from(Reason::ExecInfoMissing)
            .hint("this command is for kubectl: `kubectl mint kubeconfig add` writes the entry that calls it; for a token to look into, add --bare")
    };
    let text = env::var(EXEC_INFO).map_err(|_| missing())?;
    Info::parse(&text).map_err(Refusal::from)
}

/// Nothing is signed unless kubectl is about to call the cluster, or without one the mint itself.
fn check_server(context: &Context, cluster: Option<&str>, info: &Info) -> Result<(), Refusal> {
    cluster.map_or(Ok(()), check_cluster)?;
    let target = info.cluster.as_ref().ok_or_else(|| {
        Refusal::new("exec-info-missing", "nothing is signed: kubectl does not say which server it calls")
            .hint("the user's exec stanza needs `provideClusterInfo: true`; `kubectl mint kubeconfig add` writes it so")
    })?;
    let Some(cluster) = cluster else { return face::check_target(&context.home, target) };
    let known = Known::load(&context.home, cluster)?.ok_or_else(|| unknown(context, cluster))?;
    known.check_target(target)
}

/// The refusal for a cluster that the mint has not described to this computer.
pub fn unknown(context: &Context, cluster: &str) -> Refusal {
    match Mint::require(&context.home) {
        Err(refusal) => refusal,
        Ok(mint) => Refusal::new(
            "cluster-unknown",
            format!("{} has described no cluster `{cluster}` to this computer", mint.issuer),
        )
        .hint("`kubectl mint clusters` asks for the clusters you may see"),
    }
}

/// The grant on disk; a new one if that is over.
pub fn grant(context: &Context, cluster: &str, key: &SecretKey, interactive: bool) -> Result<Kept, Refusal> {
    if let Some(grant) = kept(context, cluster)? {
        return Ok(grant);
    }
    let mint = Mint::require(&context.home)?;
    let session = signed_in(context, &mint, interactive)?;
    // Of many at once one asks, and the others take what it got; nobody waits for one that hangs.
    let _lock = context.home.lock_within(&renewal::lock_name(cluster), PATIENCE)?;
    match kept(context, cluster)? {
        Some(grant) => Ok(grant),
        None => exchange(context, &mint, &session, key, cluster),
    }
}

/// The session; where a person may be asked, a new one if that is over.
fn signed_in(context: &Context, mint: &Mint, interactive: bool) -> Result<Kept, Refusal> {
    match session::live(context)? {
        Some(session) => Ok(session),
        None if interactive => turn::take(context, mint),
        None => Err(session::over(mint)),
    }
}

/// The grant on disk, if it is alive; the next one is asked for in time.
fn kept(context: &Context, cluster: &str) -> Result<Option<Kept>, Refusal> {
    let now = Offset::load(&context.home).to_mint(clock::local());
    let grant = Kept::grant(&context.home, cluster)?.filter(|grant| grant.left(now).0 > 0);
    if let Some(grant) = &grant
        && renewal::is_due(context, grant, now)?
    {
        renewal::start(context, cluster);
    }
    Ok(grant)
}

/// Exchanges the session for a grant and keeps it.
pub fn exchange(
    context: &Context,
    mint: &Mint,
    session: &Kept,
    key: &SecretKey,
    cluster: &str,
) -> Result<Kept, Refusal> {
    context.note(format_args!("asking {} for a grant for {cluster}", mint.issuer));
    let connection = mint.connect(context, Mint::ca(&context.home)?.as_deref())?;
    let grant = Exchange { issuer: &mint.issuer, mint: &connection, key }.grant(session, cluster)?;
    grant.save_grant(&context.home, cluster)?;
    Ok(grant)
}
