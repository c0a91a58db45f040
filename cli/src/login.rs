//! `kubectl mint login` and `logout`.

use std::{fs, time::Duration};

use crate::{
    args::{LoginArgs, LogoutArgs},
    context::Context,
    home::lower,
    http::Authorities,
    kept::Kept,
    key,
    known::Known,
    mint::{self, Mint},
    refusal::Refusal,
    sign_in::SignIn,
    turn,
};

/// Signs in, asked for by a person.
pub fn login(context: &Context, args: &LoginArgs) -> Result<(), Refusal> {
    let home = &context.home;
    let known = Mint::load(home)?;
    let issuer = match (&args.mint, &known) {
        (Some(url), _) => mint::issuer(url)?,
        (None, Some(known)) => known.issuer.clone(),
        (None, None) => return Err(Refusal::usage("which mint?").hint("run `kubectl mint login MINT_URL`")),
    };
    let known = known.filter(|known| known.issuer == issuer || Kept::session(home).is_ok_and(|s| s.is_some()));
    if let Some(other) = known.as_ref().filter(|known| known.issuer != issuer) {
        return Err(Refusal::new("signed-in-elsewhere", format!("this computer is signed in to {}", other.issuer))
            .hint("run `kubectl mint logout` first, or keep both with another KUBEMINT_HOME"));
    }
    let ca = authority(context, args, known.is_some())?;
    let provider = args.provider.clone().or_else(|| known.and_then(|known| known.provider));
    let patience = args.timeout.map_or_else(turn::patience, Duration::from_secs);
    let signed_in = SignIn { mint: Mint { issuer: issuer.clone(), provider }, ca, patience, context }.run()?;
    turn::answered(context)?;
    context.say(format_args!("Signed in to {issuer} as {}.", signed_in.session.username));
    let names: Vec<&str> = signed_in.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    match names.as_slice() {
        [] => context.say(format_args!("No rule of the mint gives you access to a cluster yet.")),
        [first, ..] => {
            context.say(format_args!("Clusters: {}", names.join(", ")));
            context.say(format_args!("Next: kubectl mint kubeconfig add --cluster {first} --use"));
        }
    }
    Ok(())
}

/// The CA given, else the one of the last sign-in to the same mint.
fn authority(context: &Context, args: &LoginArgs, again: bool) -> Result<Option<Vec<u8>>, Refusal> {
    let Some(path) = &args.certificate_authority else {
        return if again { Mint::ca(&context.home) } else { Ok(None) };
    };
    let pem = fs::read(path)
        .map_err(|error| Refusal::usage(format!("{} cannot be read: {}", path.display(), lower(&error))))
        .map_err(|refusal| {
            refusal.hint("name the CA certificate of the mint, in PEM; its administrator has the file")
        })?;
    Authorities::parse(&pem, path)?;
    Ok(Some(pem))
}

/// Forgets the session and all grants; the key stays unless everything is to go.
pub fn logout(context: &Context, args: &LogoutArgs) -> Result<(), Refusal> {
    let home = &context.home;
    let had_session = Kept::forget_all(home)?;
    if args.all {
        Known::forget_all(home)?;
        Mint::forget(home)?;
        turn::answered(context)?;
        home.remove(key::FILE)?;
    }
    let what = match (args.all, had_session) {
        (true, _) => "Signed out; the key is gone, and what was made for it opens nothing any more.",
        (false, true) => "Signed out. The key of this computer stays; `--all` removes it too.",
        (false, false) => "There was no session.",
    };
    context.say(format_args!("{what}"));
    Ok(())
}
