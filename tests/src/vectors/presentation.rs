//! Vectors of presentations: everything a cluster's webhook does with one.

use super::{
    claims,
    file::{File, NOW},
    forge::{Draft, Ec, b64, digest, hs256, jws},
    grant, header,
    members::{Members, quoted},
    mint::{self, BOUND_AUDIENCE},
    shape::{self, Attack},
    signature,
};
use serde_json::{Value, json};

/// Presentations.
pub fn file() -> File {
    let says = "`token` is judged by a webhook of `cluster` with `keys`, `accept`, `ceiling` and the lines of `deny`; \
                gives the identity";
    let mut file = File::new("presentation", says, mint::webhook(&["bound"]));
    let draft = mint::grant();
    let grant = format!("{}~", draft.good());
    let good = mint::present(&grant, BOUND_AUDIENCE);
    file.accept("a presentation", json!({ "token": good }), identity(&["sre", "dev-shop"]));
    let around = |jws: String| mint::present(&format!("{jws}~"), BOUND_AUDIENCE);
    for attack in grant_part(&draft, &around) {
        file.refuse(attack.name, json!({ "token": attack.token }), attack.reason);
    }
    let mirrored = mint::present(&format!("{}~", signature::mirrored(&draft)), BOUND_AUDIENCE);
    file.accept("h26 high s by the mint", json!({ "token": mirrored }), identity(&["sre", "dev-shop"]));
    bindings(&mut file, &grant);
    moments(&mut file, &grant);
    shapes(&mut file, &draft, &good);
    names_and_lives(&mut file, &draft);
    owner(&mut file, &good);
    file
}

/// Who the good presentation is.
pub fn identity(groups: &[&str]) -> Value {
    json!({
        "username": "alice@example.com", "groups": groups, "uid": mint::uid("corp:00u1"), "jti": b64([1; 16]),
        "sid": b64([2; 16]), "jkt": mint::holder().thumbprint(), "auth_time": NOW - 7230,
    })
}

/// What is wrong with the grant shows whatever the holder signs; the grants' own file has all of it.
fn grant_part(draft: &Draft, around: shape::Wrap<'_>) -> Vec<Attack> {
    let whole = ["h1 ", "h2 ", "h3 ", "h4 ", "h5 ", "h8 "];
    let ours = ["h9 ", "h10 ", "h13 ", "h15 ", "h16 ", "h22 ", "h24 ", "h26 ", "h31 ", "h32 ", "h33 ", "h34 ", "h47 "];
    let taken = |name: &str| ours.iter().any(|number| name.starts_with(number));
    grant::attacks(draft, around)
        .into_iter()
        .filter(|attack| !whole.iter().any(|number| attack.name.starts_with(number)) && taken(&attack.name))
        .map(|attack| Attack { name: format!("{} (grant)", attack.name), ..attack })
        .collect()
}

fn bindings(file: &mut File, grant: &str) {
    let draft = mint::binding(grant, BOUND_AUDIENCE);
    let behind = |binding: String| format!("{grant}{binding}");
    let mut attacks = shape::attacks(&draft, &behind, "");
    attacks.retain(|a| !["h1 ", "h2 ", "h3 ", "h4 ", "h5 ", "h8 "].iter().any(|n| a.name.starts_with(n)));
    attacks.extend(signature::attacks(&draft, &behind, "binding-signature-wrong"));
    attacks.extend(header::attacks(&draft, &behind, "kb+jwt"));
    attacks.extend(claims::times(&draft, &behind, &["iat"]));
    attacks.extend(claims::required(&draft, &behind, &["iat", "aud", "nonce", "sd_hash"]));
    attacks.extend(claims::documents(&draft, &behind));
    attacks.extend(holders(&draft, &behind));
    attacks.extend(binding_claims(&draft, &behind, grant));
    for attack in attacks {
        let reason = if attack.reason == "signature-wrong" { "binding-signature-wrong" } else { attack.reason };
        file.refuse(format!("{} (holder)", attack.name), json!({ "token": attack.token }), reason);
    }
    let token = behind(signature::mirrored(&draft));
    file.accept("h26 high s by the holder", json!({ "token": token }), identity(&["sre", "dev-shop"]));
    for (name, text) in [
        ("h2 three dots behind the grant", behind("...".into())),
        ("h1 only a dot behind the grant", behind(".".into())),
        ("h6 a word behind the grant", behind("key".into())),
    ] {
        file.refuse(name, json!({ "token": text }), "token-malformed");
    }
    file.refuse("h2 two dots behind the grant", json!({ "token": behind("..".into()) }), "header-malformed");
}

fn holders(draft: &Draft, behind: shape::Wrap<'_>) -> Vec<Attack> {
    let thief = Ec::of("thief");
    let by = |key: &Ec| behind(draft.signed(&draft.header, |input| key.sign(input)));
    let header = &draft.header;
    let own_key = header.set("jwk", thief.jwk().render());
    let wrong = "binding-signature-wrong";
    let hs = draft.signed(&header.text("alg", "HS256"), |input| hs256(&mint::holder().point(), input));
    vec![
        Attack::new("h46 signed by the issuer", by(&mint::key()), wrong),
        Attack::new("h46 signed by a thief", by(&thief), wrong),
        Attack::new(
            "h46 signed by a key in its own header",
            behind(draft.signed(&own_key, |input| thief.sign(input))),
            "header-malformed",
        ),
        Attack::new(
            "h46 signed by the holder, whose key stands in the header",
            behind(draft.with_header(&header.set("jwk", mint::holder().jwk().render()))),
            "header-malformed",
        ),
        Attack::new(
            "h46 with the issuer's kid",
            behind(draft.with_header(&header.text("kid", "a"))),
            "header-malformed",
        ),
        Attack::new("h46 h16 HS256 keyed with the holder's point", behind(hs), "algorithm-refused"),
    ]
}

fn binding_claims(draft: &Draft, behind: shape::Wrap<'_>, grant: &str) -> Vec<Attack> {
    let hash = |value: &str| draft.claims.text("sd_hash", value);
    let hex: String = {
        use sha2::{Digest as _, Sha256};
        Sha256::digest(grant).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let nonce = |raw: &str| draft.claims.set("nonce", raw);
    let aud = |text: &str| draft.claims.text("aud", text);
    let right = digest(grant);
    let list: Vec<(&str, Members, &'static str)> = vec![
        ("h41 the hash of another grant", hash(&digest("another~")), "binding-wrong"),
        ("h41 the hash without the tilde", hash(&digest(grant.trim_end_matches('~'))), "binding-wrong"),
        ("h41 the hash in hex", hash(&hex), "binding-wrong"),
        ("h41 the hash cut", hash(&right[..42]), "binding-wrong"),
        ("h41 the hash with padding", hash(&format!("{right}=")), "binding-wrong"),
        ("h41 an empty hash", hash(""), "binding-wrong"),
        ("h41 the hash of another case", hash(&right.to_lowercase()), "binding-wrong"),
        ("h41 the hash null", draft.claims.set("sd_hash", "null"), "claims-malformed"),
        ("h42 aud of another cluster", aud("https://mint.example.com/clusters/stage/bound"), "audience-wrong"),
        ("h42 aud of the mint", aud("https://mint.example.com/bound"), "audience-wrong"),
        ("h42 aud of the bearer", aud("https://mint.example.com/clusters/prod"), "audience-wrong"),
        ("h42 aud empty", aud(""), "audience-wrong"),
        ("h42 aud an array", draft.claims.set("aud", format!("[{}]", quoted(BOUND_AUDIENCE))), "claims-malformed"),
        ("h44 nonce empty", nonce("\"\""), "nonce-malformed"),
        ("h44 nonce of 15 bytes", nonce(&quoted(&b64([1; 15]))), "nonce-malformed"),
        ("h44 nonce of 17 bytes", nonce(&quoted(&b64([1; 17]))), "nonce-malformed"),
        ("h44 nonce in hex", nonce(&quoted(&"03".repeat(16))), "nonce-malformed"),
        ("h44 nonce with loose bits", nonce("\"AAAAAAAAAAAAAAAAAAAAAB\""), "nonce-malformed"),
        ("h44 nonce of words", nonce("\"hello, hello, hello !!\""), "nonce-malformed"),
        ("h44 nonce a number", nonce("1"), "claims-malformed"),
        ("h44 nonce null", nonce("null"), "claims-malformed"),
        ("h30 exp", draft.claims.set("exp", (NOW + 60).to_string()), "claims-malformed"),
        ("h40 an unknown claim", draft.claims.text("admin", "yes"), "claims-malformed"),
        ("h47 cnf", draft.claims.set("cnf", "{}"), "claims-malformed"),
    ];
    let mut attacks: Vec<Attack> = list
        .into_iter()
        .map(|(name, claims, reason)| Attack::new(name, behind(draft.with_claims(&claims)), reason))
        .collect();
    let start = behind(draft.header.render());
    let text = json!([start, { "repeat": "A", "times": 65_536 }]);
    attacks.push(Attack::new("h44 nonce of 64 KiB", text, "token-too-large"));
    attacks
}

fn moments(file: &mut File, grant: &str) {
    let draft = mint::binding(grant, BOUND_AUDIENCE);
    let mut at = |name: &str, iat: u64, reason: Option<&'static str>| {
        let token = format!("{grant}{}", draft.with_claims(&draft.claims.set("iat", iat.to_string())));
        let input = json!({ "token": token });
        match reason {
            None => file.accept(name, input, identity(&["sre", "dev-shop"])),
            Some(reason) => file.refuse(name, input, reason),
        };
    };
    at("h43 iat -90 s: window and leeway", NOW - 90, None);
    at("h43 iat -91 s", NOW - 91, Some("binding-stale"));
    at("h43 an hour old", NOW - 3600, Some("binding-stale"));
    at("h43 older than the grant", NOW - 3700, Some("binding-stale"));
    at("h43 iat +30 s", NOW + 30, None);
    at("h43 iat +31 s", NOW + 31, Some("binding-early"));
    at("h43 h84 a day ahead", NOW + 86_400, Some("binding-early"));
    at("h43 h84 a day behind", NOW - 86_400, Some("binding-stale"));
    at("h43 h27 iat at the calendar's beginning", 0, Some("binding-stale"));
    at("h43 h27 iat at the calendar's end", 1 << 53, Some("binding-early"));
    let token = mint::present(grant, BOUND_AUDIENCE);
    let input = || json!({ "token": token });
    file.refuse("h84 by a clock a day ahead", input(), "expired").at(NOW + 86_400);
    file.refuse("h84 by a clock a day behind", input(), "not-yet-valid").at(NOW - 86_400);
    file.refuse("h84 by a clock that reads nothing", input(), "not-yet-valid").at(0);
    file.refuse("h59 at the grant's end", input(), "expired").at(NOW + 7 * 3600);
    windows(file);
}

/// The shorter of the grant's window and the webhook's counts.
fn windows(file: &mut File) {
    for (window, ceiling, age, good) in [
        (10, "60s", 40, true),
        (10, "60s", 41, false),
        (300, "60s", 90, true),
        (300, "60s", 91, false),
        (300, "5m", 330, true),
        (300, "5m", 331, false),
    ] {
        let draft = mint::grant();
        let grant = format!("{}~", draft.with_claims(&draft.claims.set("window", format!("{window}"))));
        let binding = mint::binding(&grant, BOUND_AUDIENCE);
        let claims = binding.claims.set("iat", (NOW - age).to_string());
        let mut webhook = mint::webhook(&[])["ceiling"].clone();
        webhook["window"] = ceiling.into();
        let input = json!({ "token": format!("{grant}{}", binding.with_claims(&claims)), "ceiling": webhook });
        let name = format!("h43 {age} s old, window {window} s, the owner's {ceiling}");
        match good {
            true => file.accept(name, input, identity(&["sre", "dev-shop"])),
            false => file.refuse(name, input, "binding-stale"),
        };
    }
}

fn shapes(file: &mut File, draft: &Draft, good: &str) {
    let (grant, binding) = good.split_once('~').expect("a presentation");
    let disclosure = b64("[\"salt\",\"groups\",[\"system:masters\"]]");
    let thief = mint::present(&format!("{}~", mint::bearer().good()), BOUND_AUDIENCE);
    for (name, text, reason) in [
        ("h1 empty", String::new(), "token-malformed"),
        ("h1 a tilde", "~".into(), "binding-missing"),
        ("h2 dots", "...".into(), "token-malformed"),
        ("h2 dots and a tilde", "..~..".into(), "header-malformed"),
        ("h38 the bare grant", grant.into(), "not-accepted"),
        ("h38 the grant and its tilde", format!("{grant}~"), "binding-missing"),
        ("h48 the parts swapped", format!("{binding}~{grant}"), "header-malformed"),
        ("h48 the holder's part twice", format!("{binding}~{binding}"), "header-malformed"),
        ("h48 the grant twice", format!("{grant}~{grant}"), "header-malformed"),
        ("h48 the holder's part alone", binding.into(), "not-accepted"),
        ("h48 the holder's part behind a tilde", format!("~{binding}"), "token-malformed"),
        ("h39 a disclosure inserted", format!("{grant}~{disclosure}~{binding}"), "disclosure-refused"),
        ("h39 an empty disclosure inserted", format!("{grant}~~{binding}"), "disclosure-refused"),
        ("h39 a tilde at the end", format!("{good}~"), "disclosure-refused"),
        ("h39 two presentations", format!("{good}~{good}"), "disclosure-refused"),
        ("h14 a look-alike tilde", format!("{grant}\u{ff5e}{binding}"), "token-malformed"),
        ("h10 a percent-escaped tilde", format!("{grant}%7E{binding}"), "token-malformed"),
        ("h60 a bearer with a holder's part", thief, "type-wrong"),
        ("h9 a scheme before", format!("Bearer {good}"), "encoding-malformed"),
    ] {
        file.refuse(name, json!({ "token": text }), reason);
    }
    let long = |text: &str| json!([{ "repeat": text, "times": 1_000_000 }]);
    file.refuse("h4 a million dots", json!({ "token": long(".") }), "token-too-large");
    file.refuse("h5 a million tildes", json!({ "token": long("~") }), "token-too-large");
    file.refuse(
        "h5 as many tildes as fit",
        json!({ "token": [{ "repeat": "~", "times": 8192 }] }),
        "disclosure-refused",
    );
    let fill = 8193 - good.len();
    file.refuse("h3 8 KiB and a byte", json!({ "token": [good, { "repeat": "A", "times": fill }] }), "token-too-large");
    let fill = fill - 1;
    let fits = json!({ "token": [good, { "repeat": "A", "times": fill }] });
    // 8 KiB are looked at: the longer signature is then what is wrong.
    let reason = if (86 + fill) % 4 == 1 { "encoding-malformed" } else { "binding-signature-wrong" };
    file.refuse("h3 exactly 8 KiB", fits, reason);
    let session = mint::session();
    let presented = mint::present(&format!("{}~", session.good()), mint::SESSION_AUDIENCE);
    file.refuse("h60 h32 a session's presentation", json!({ "token": presented }), "audience-wrong");
    let neighbour = draft.with_claims(&draft.claims.text("aud", "https://mint.example.com/clusters/stage/bound"));
    let presented = mint::present(&format!("{neighbour}~"), "https://mint.example.com/clusters/stage/bound");
    file.refuse("h42 h60 the neighbour's presentation", json!({ "token": presented }), "audience-wrong");
    let self_made = jws(draft.header.render(), draft.claims.render(), |input| mint::holder().sign(input));
    let presented = mint::present(&format!("{self_made}~"), BOUND_AUDIENCE);
    file.refuse("h26 a grant signed by its own holder", json!({ "token": presented }), "signature-wrong");
}

/// What the owner of the cluster lets no mint say.
fn names_and_lives(file: &mut File, draft: &Draft) {
    let mut refuse = |name: &str, claims: &Members, reason: &'static str| {
        let token = mint::present(&format!("{}~", draft.with_claims(claims)), BOUND_AUDIENCE);
        file.refuse(name, json!({ "token": token }), reason);
    };
    let claims = &draft.claims;
    for username in [
        "root",
        "alice@example.com.evil",
        "alice@evil.example",
        "a@b@example.com",
        "bob:x@example.com",
        "Alice@Example.com",
    ] {
        refuse(&format!("h85 username {username}"), &claims.text("username", username), "above-ceiling");
    }
    for group in ["cluster-admin", "xdev-shop", "dev-a:b", "dev-a/b", "sre ", "SRE"] {
        let groups = format!("[\"sre\",{}]", quoted(group));
        refuse(&format!("h85 a group {group:?}"), &claims.set("groups", groups), "above-ceiling");
    }
    let life = |seconds: u64| claims.set("exp", (NOW - 3600 + seconds).to_string());
    refuse("h85 h30 a second above twelve hours", &life(12 * 3600 + 1), "above-ceiling");
    refuse("h85 h30 a second above seven days", &life(7 * 86_400 + 1), "life-too-long");
}

fn owner(file: &mut File, good: &str) {
    for (name, line) in [
        ("its jti", format!("jti {}", b64([1; 16]))),
        ("its session", format!("sid {}", b64([2; 16]))),
        ("its subject", "sub corp:00u1".into()),
        ("its key", format!("jkt {}", mint::holder().thumbprint())),
    ] {
        file.refuse(format!("denied: {name}"), json!({ "token": good, "deny": line }), "denied");
    }
    file.accept(
        "somebody else is denied",
        json!({ "token": good, "deny": "sub corp:00u" }),
        identity(&["sre", "dev-shop"]),
    );
    file.refuse("h38 where only bearers are accepted", json!({ "token": good, "accept": ["bearer"] }), "not-accepted");
    let none = json!({ "usernames": [], "groups": [], "life": "12h", "window": "60s" });
    file.refuse("h85 an empty ceiling", json!({ "token": good, "ceiling": none }), "above-ceiling");
    let stripped = good.split('~').next().unwrap_or_default();
    let accept = json!(["bound", "bearer"]);
    file.refuse(
        "h38 the bare grant where bearers are accepted",
        json!({ "token": stripped, "accept": accept }),
        "type-wrong",
    );
}
