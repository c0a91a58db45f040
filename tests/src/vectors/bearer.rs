//! Vectors of bearers, where a cluster accepts them.

use super::{
    claims,
    file::{File, NOW},
    forge::{Draft, array, b64},
    header,
    members::{Members, quoted},
    mint::{self, BEARER_AUDIENCE},
    opinion,
    shape::{self, Attack},
    signature,
};
use serde_json::{Value, json};

/// Bearers.
pub fn file() -> File {
    let says = "`token` is judged as a presentation is, by a webhook whose `accept` names bearers; gives the identity";
    let mut file = File::new("bearer", says, mint::webhook(&["bearer"]));
    let draft = mint::bearer();
    file.accept("a bearer", json!({ "token": draft.good() }), identity());
    file.accept("h26 high s", json!({ "token": signature::mirrored(&draft) }), identity());
    let wrap = |jws: String| jws;
    let mut attacks = shape::attacks(&draft, &wrap, "");
    attacks.retain(|attack| attack.name != "h4 a million tildes");
    attacks.extend(signature::attacks(&draft, &wrap, "signature-wrong"));
    attacks.extend(header::attacks(&draft, &wrap, "at+jwt"));
    attacks.extend(header::key_ids(&draft, &wrap));
    attacks.extend(claims::times(&draft, &wrap, &["exp", "iat"]));
    let names = ["iss", "sub", "username", "groups", "aud", "client_id", "iat", "exp", "jti", "sid"];
    attacks.extend(claims::required(&draft, &wrap, &names));
    attacks.extend(claims::documents(&draft, &wrap));
    attacks.extend(claims::issuers(&draft, &wrap, "issuer-wrong"));
    attacks.extend(claims::names(&draft, &wrap));
    attacks.extend(audiences(&draft));
    for attack in attacks {
        file.refuse(attack.name, json!({ "token": attack.token }), attack.reason);
    }
    policy(&mut file, &draft);
    moments(&mut file, &draft);
    file.ask(opinion::of_bearer, "token");
    file
}

fn identity() -> Value {
    json!({
        "username": "alice@example.com", "groups": ["sre"], "uid": mint::uid("corp:00u1"), "jti": b64([4; 16]),
        "sid": b64([2; 16]),
    })
}

fn audiences(draft: &Draft) -> Vec<Attack> {
    let token = |raw: String| draft.with_claims(&draft.claims.set("aud", raw));
    let mut attacks = Vec::new();
    for (name, aud) in [
        ("of a bound grant", mint::BOUND_AUDIENCE),
        ("of the neighbour", "https://mint.example.com/clusters/stage"),
        ("of the mint", mint::ISSUER),
        ("a prefix", "https://mint.example.com/clusters/pro"),
        ("that goes on", "https://mint.example.com/clusters/production"),
        ("with a slash", "https://mint.example.com/clusters/prod/"),
    ] {
        attacks.push(Attack::new(format!("h32 aud {name}"), token(quoted(aud)), "audience-wrong"));
    }
    attacks.push(Attack::new("h32 aud an array", token(array(&[BEARER_AUDIENCE])), "claims-malformed"));
    for (name, claims) in [
        ("cnf", draft.claims.set("cnf", format!("{{\"jwk\":{}}}", mint::holder().jwk().render()))),
        ("scope", draft.claims.text("scope", "admin")),
        ("nbf", draft.claims.set("nbf", NOW.to_string())),
        ("window", draft.claims.set("window", "60")),
    ] {
        attacks.push(Attack::new(format!("h40 with {name}"), draft.with_claims(&claims), "claims-malformed"));
    }
    attacks
}

fn policy(file: &mut File, draft: &Draft) {
    let good = draft.good();
    let input = |accept: Value| json!({ "token": good, "accept": accept });
    file.refuse("h38 where only presentations are accepted", input(json!(["bound"])), "not-accepted");
    file.refuse("h38 where nothing is accepted", input(json!([])), "not-accepted");
    let tilde = json!({ "token": format!("{good}~") });
    file.refuse("h38 with a tilde", tilde, "not-accepted");
    let tilde = json!({ "token": format!("{good}~"), "accept": ["bound", "bearer"] });
    file.refuse("h38 with a tilde, where both are accepted", tilde, "binding-missing");
    let claims = |claims: &Members| json!({ "token": draft.with_claims(claims) });
    file.refuse("h85 a username outside", claims(&draft.claims.text("username", "root")), "above-ceiling");
    file.refuse("h85 a group outside", claims(&draft.claims.set("groups", "[\"admins\"]")), "above-ceiling");
    let life = |seconds: u64| draft.claims.set("exp", (NOW - 60 + seconds).to_string());
    file.refuse("h85 h30 a second above twelve hours", claims(&life(12 * 3600 + 1)), "above-ceiling");
    file.refuse("h30 a second above 72 hours", claims(&life(72 * 3600 + 1)), "life-too-long");
    file.refuse("h35 an empty jti", claims(&draft.claims.text("jti", "")), "claims-malformed");
    file.refuse("h35 an empty sid", claims(&draft.claims.text("sid", "")), "claims-malformed");
    for line in [format!("jti {}", b64([4; 16])), format!("sid {}", b64([2; 16])), "sub corp:00u1".into()] {
        let name = format!("denied: its {}", &line[..3]);
        file.refuse(name, json!({ "token": good, "deny": line }), "denied");
    }
}

fn moments(file: &mut File, draft: &Draft) {
    let input = || json!({ "token": draft.good() });
    file.accept("in its last second", input(), identity()).at(NOW + 839);
    file.refuse("h29 at its end", input(), "expired").at(NOW + 840);
    file.accept("h29 dated 30 s ahead", input(), identity()).at(NOW - 90);
    file.refuse("h29 dated 31 s ahead", input(), "not-yet-valid").at(NOW - 91);
    file.refuse("h84 a day later", input(), "expired").at(NOW + 86_400);
    file.refuse("h84 a day earlier", input(), "not-yet-valid").at(NOW - 86_400);
}
