//! Vectors of sessions: their presentations as the mint reads them.

use super::{
    file::{File, NOW},
    grant::shown,
    mint::{self, BOUND_AUDIENCE, ISSUER, SESSION_AUDIENCE},
};
use serde_json::json;

/// Sessions.
pub fn file() -> File {
    let given = json!({ "keys": mint::keys(), "issuer": ISSUER });
    let says =
        "`token`, the presentation of a session, is read as the mint at `issuer` does; gives the session's claims";
    let mut file = File::new("session", says, given);
    let draft = mint::session();
    let grant = format!("{}~", draft.good());
    let good = mint::present(&grant, SESSION_AUDIENCE);
    file.accept("a session of twelve hours", json!({ "token": good }), shown(&draft.claims));
    let day = draft.claims.set("exp", (NOW - 7200 + 86_400).to_string());
    let token = mint::present(&format!("{}~", draft.with_claims(&day)), SESSION_AUDIENCE);
    file.accept("h30 a session of exactly 24 hours", json!({ "token": token }), shown(&day));
    let more = draft.claims.set("exp", (NOW - 7200 + 86_401).to_string());
    let token = mint::present(&format!("{}~", draft.with_claims(&more)), SESSION_AUDIENCE);
    file.refuse("h30 a second above 24 hours", json!({ "token": token }), "life-too-long");
    let cluster = mint::present(&format!("{}~", mint::grant().good()), BOUND_AUDIENCE);
    let crossed = mint::present(&format!("{}~", mint::grant().good()), SESSION_AUDIENCE);
    let bearer = mint::bearer();
    for (name, token, reason) in [
        ("h60 a cluster's presentation", cluster, "audience-wrong"),
        ("h60 h32 a cluster's grant, presented to the mint", crossed, "audience-wrong"),
        ("h60 a bare session", grant.clone(), "binding-missing"),
        ("h60 a session without its tilde", draft.good(), "token-malformed"),
        ("h60 a bearer", bearer.good(), "token-malformed"),
        ("h60 a bearer, presented", mint::present(&format!("{}~", bearer.good()), SESSION_AUDIENCE), "type-wrong"),
        ("h42 a presentation for a cluster", mint::present(&grant, BOUND_AUDIENCE), "audience-wrong"),
        ("h39 a disclosure inserted", good.replace('~', "~WyJhIl0~"), "disclosure-refused"),
        ("h59 at its end", good.clone(), "expired"),
    ] {
        let at = if name.starts_with("h59") { NOW + 36_000 } else { NOW };
        file.refuse(name, json!({ "token": token }), reason).at(at);
    }
    let binding = mint::binding(&grant, SESSION_AUDIENCE);
    let by_thief = binding.signed(&binding.header, |input| mint::key().sign(input));
    let token = format!("{grant}{by_thief}");
    file.refuse("h46 presented by somebody else", json!({ "token": token }), "binding-signature-wrong");
    let captured = json!({ "token": good });
    file.refuse("h87 captured and sent after its window", captured, "binding-stale").at(NOW + 91);
    file
}
