//! `kubectl mint whoami`: who one is, for how long, with which key; without any network.

use kubemint_core::time::{Seconds, Time};

use crate::{
    clock::{self, Offset},
    context::Context,
    kept::Kept,
    key,
    known::Known,
    mint::Mint,
    output,
    refusal::{Plain, Refusal},
};

/// Prints what this computer remembers; a refusal if nobody is signed in.
pub fn run(context: &Context) -> Result<(), Refusal> {
    let home = &context.home;
    let mint = Mint::require(home)?;
    let key = key::require(home)?;
    let offset = Offset::load(home);
    let now = offset.to_mint(clock::local());
    let session = Kept::session(home)?.ok_or_else(|| crate::session::over(&mint))?;
    let mut lines = vec![
        ("User", session.username.clone()),
        ("Groups", session.groups.join(", ")),
        ("Mint", mint.issuer.clone()),
        ("Provider", mint.provider.clone().unwrap_or_default()),
        ("Key", key.public().thumbprint()),
        ("Session", life(&session, now)),
    ];
    for cluster in Known::all(home)? {
        if let Some(grant) = Kept::grant(home, &cluster.name)? {
            lines.push(("Grant", format!("{}: {}", cluster.name, life(&grant, now))));
        }
    }
    if offset != Offset::default() {
        lines.push((
            "Clock",
            format!("this computer differs from the mint by {} s; it is allowed for", offset.seconds()),
        ));
    }
    let text: String =
        lines.iter().map(|(name, value)| format!("{:<10}{}\n", format!("{name}:"), Plain(value))).collect();
    output::text(&text)?;
    if session.left(now) == Seconds(0) { Err(crate::session::over(&mint)) } else { Ok(()) }
}

fn life(kept: &Kept, now: Time) -> String {
    match kept.left(now) {
        Seconds(0) => "over".to_owned(),
        left => format!("{} left", about(left)),
    }
}

/// A span in its two largest units.
fn about(Seconds(left): Seconds) -> String {
    match (left / 86_400, left / 3600 % 24, left / 60 % 60, left % 60) {
        (0, 0, 0, s) => format!("{s}s"),
        (0, 0, m, s) => format!("{m}m{s}s"),
        (0, h, m, _) => format!("{h}h{m}m"),
        (d, h, _, _) => format!("{d}d{h}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short() {
        let spans = [5, 65, 3_700, 90_000].map(|s| about(Seconds(s)));
        assert_eq!(spans, ["5s", "1m5s", "1h1m", "1d1h"]);
    }
}
