//! Whose turn it is to open a tab: one per computer, and a pause after one that nobody answered.

use std::{
    env, thread,
    time::{Duration, Instant},
};

use kubemint_core::time::{Seconds, Time};

use crate::{clock, context::Context, kept::Kept, mint::Mint, refusal::Refusal, session, sign_in::SignIn};

const LOCK: &str = "sign-in.lock";
const ASKED: &str = "sign-in.asked";
const PAUSE: Seconds = Seconds::minutes(5);
const POLL: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(180);
/// More than a day is a mistake, and more than the clock can add up.
const MOST: Duration = Duration::from_secs(86_400);
/// How much longer than the one whose turn it is others wait: that one has to exchange the code too.
const LONGER: Duration = Duration::from_secs(15);

/// How long a person is waited for: `KUBEMINT_SIGN_IN_TIMEOUT` in seconds, else three minutes.
pub fn patience() -> Duration {
    patience_in(env::var("KUBEMINT_SIGN_IN_TIMEOUT").ok().as_deref())
}

fn patience_in(text: Option<&str>) -> Duration {
    let seconds = text.and_then(|text| text.parse().ok());
    seconds.map_or(PATIENCE, |seconds| Duration::from_secs(seconds).min(MOST))
}

/// Ends the pause: somebody did answer, or asked of their own accord.
pub fn answered(context: &Context) -> Result<(), Refusal> {
    context.home.remove(ASKED).map(drop)
}

/// Gets a session by asking the person, in one tab for all who want one at this moment.
pub fn take(context: &Context, mint: &Mint) -> Result<Kept, Refusal> {
    let start = Instant::now();
    let mut told = false;
    while start.elapsed() < patience() + LONGER {
        if let Some(_lock) = context.home.try_lock(LOCK)? {
            return ask(context, mint);
        }
        if !told {
            context.say(format_args!(
                "kubectl-mint: waiting for the sign-in that another kubectl has opened in the browser"
            ));
            told = true;
        }
        thread::sleep(POLL);
    }
    Err(unanswered(mint))
}

/// Asks, under the lock, unless another one has just been answered or not.
fn ask(context: &Context, mint: &Mint) -> Result<Kept, Refusal> {
    if let Some(session) = session::live(context)? {
        return Ok(session);
    }
    if is_pausing(context)? {
        return Err(unanswered(mint));
    }
    // Written before the tab is opened: a plugin that is killed while it waits has asked all the same.
    context.home.write(ASKED, clock::local().unix().to_string().as_bytes())?;
    let ca = Mint::ca(&context.home)?;
    let signed_in = SignIn { mint: mint.clone(), ca, patience: patience(), context }.run();
    let session =
        signed_in.map_err(|refusal| refusal.or_hint(format!("run `kubectl mint login {}`", mint.issuer)))?.session;
    answered(context)?;
    Ok(session)
}

fn is_pausing(context: &Context) -> Result<bool, Refusal> {
    let asked = context.home.read(ASKED)?.and_then(|text| text.trim().parse().ok()).and_then(Time::from_unix);
    let now = clock::local();
    // A date ahead of the clock says nothing.
    Ok(asked.is_some_and(|asked| asked <= now && now.since(asked) < PAUSE))
}

fn unanswered(mint: &Mint) -> Refusal {
    let sentence =
        format!("your session with {} is over, and the last sign-in in the browser was not answered", mint.issuer);
    Refusal::new("sign-in-unanswered", sentence).hint(format!("run `kubectl mint login {}`", mint.issuer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_patience_is_too_long_to_wait_a_little_longer() {
        assert!(patience_in(Some("18446744073709551615")).checked_add(LONGER).is_some());
        assert_eq!(patience_in(Some("7")), Duration::from_secs(7));
        assert_eq!((patience_in(Some("soon")), patience_in(None)), (PATIENCE, PATIENCE));
    }
}
