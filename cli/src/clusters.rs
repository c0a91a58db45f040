//! The clusters one may see: asked of the mint, remembered, and listed.

use std::io::Write as _;

use kubemint_core::cluster::View;

use crate::{
    context::Context,
    exchange::twice,
    kept::Kept,
    key,
    known::Known,
    mint::{Connection, Mint},
    output,
    refusal::{Plain, Refusal},
    session,
};

const PATH: &str = "/apis/kubemint.dev/v1alpha1/clusters";

/// Asks the mint and remembers what it says.
pub fn refresh(context: &Context) -> Result<Vec<Known>, Refusal> {
    let home = &context.home;
    let mint = Mint::require(home)?;
    let key = key::require(home)?;
    let session = session::require_live(context, &mint)?;
    let connection = mint.connect(context, Mint::ca(home)?.as_deref())?;
    fetch(context, &mint, &connection, &session, &key)
}

/// Asks over a connection that is open already.
pub fn fetch(
    context: &Context,
    mint: &Mint,
    connection: &Connection<'_>,
    session: &Kept,
    key: &kubemint_core::jwk::SecretKey,
) -> Result<Vec<Known>, Refusal> {
    let body = twice(|| connection.get(PATH, Some(&session.present(key, connection.now())?)))?;
    let views = View::list(&body)?;
    let known: Vec<Known> = views.into_iter().map(|view| Known::new(&mint.issuer, view)).collect();
    Known::replace_all(&context.home, &known)?;
    Known::all(&context.home)
}

/// Asks the mint; what is remembered where it cannot be asked.
pub fn refresh_or_recall(context: &Context) -> Result<Vec<Known>, Refusal> {
    refresh(context).or_else(|refusal| {
        let known = Known::all(&context.home)?;
        if known.is_empty() {
            return Err(refusal);
        }
        context.say(format_args!("kubectl-mint: as remembered, for the mint could not be asked: {refusal}"));
        if let Some(next) = refusal.next_step() {
            context.say(format_args!("  {next}"));
        }
        Ok(known)
    })
}

/// `kubectl mint clusters`.
pub fn run(context: &Context) -> Result<(), Refusal> {
    let known = refresh_or_recall(context)?;
    let mut table = vec![["NAME", "SERVER", "NAMESPACE", "ACCEPTS", "DESCRIPTION"].map(str::to_owned)];
    for cluster in &known {
        let server = cluster.addresses.first().map_or("", |address| &address.server);
        let namespace = cluster.namespace.as_deref().unwrap_or("-");
        table.push(
            [&cluster.name, server, namespace, &cluster.accepts.join(","), &cluster.display_name].map(str::to_owned),
        );
    }
    output::table(&table)?;
    if known.is_empty() {
        writeln!(std::io::stderr(), "{}", Plain("no rule of the mint lets you see a cluster"))
            .map_err(|error| output::failed(&error))?;
    }
    Ok(())
}
