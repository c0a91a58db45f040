//! The session: whether it is there and alive, and what to run if not.

use kubemint_core::time::Seconds;

use crate::{
    clock::{self, Offset},
    context::Context,
    kept::Kept,
    mint::Mint,
    refusal::Refusal,
};

/// A session with less than this left is not worth a request.
const LEAST: Seconds = Seconds(5);

/// The session, if it is alive.
pub fn live(context: &Context) -> Result<Option<Kept>, Refusal> {
    let now = Offset::load(&context.home).to_mint(clock::local());
    Ok(Kept::session(&context.home)?.filter(|session| session.left(now) > LEAST))
}

/// The session that must be alive for what is asked.
pub fn require_live(context: &Context, mint: &Mint) -> Result<Kept, Refusal> {
    live(context)?.ok_or_else(|| over(mint))
}

/// The refusal that says the session is over and what to run.
pub fn over(mint: &Mint) -> Refusal {
    Refusal::new("session-over", format!("you have no live session with {}", mint.issuer))
        .hint(format!("run `kubectl mint login {}`", mint.issuer))
}
