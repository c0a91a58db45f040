//! Vectors of grants: the text of one, verified with the mint's key set.

use super::{
    claims,
    file::{File, NOW},
    forge::{Draft, Ec, array, b64},
    header,
    members::{Members, quoted},
    mint::{self, BOUND_AUDIENCE, ISSUER},
    opinion,
    shape::{self, Attack},
    signature,
};
use serde_json::{Value, json};

/// Grants.
pub fn file() -> File {
    let given = json!({
        "keys": mint::keys(), "issuer": ISSUER, "audience": BOUND_AUDIENCE, "max_life": "7d",
    });
    let says = "`grant` is read with `keys`, its signature checked, its claims held against `issuer`, `audience`, \
                `max_life` and `now`; gives the claims, with the key's thumbprint for `cnf`";
    let mut file = File::new("grant", says, given);
    let draft = mint::grant();
    accepted(&mut file, &draft);
    for attack in attacks(&draft, &|jws| format!("{jws}~")) {
        file.refuse(attack.name, json!({ "grant": attack.token }), attack.reason);
    }
    shapes_of_its_own(&mut file, &draft);
    moments(&mut file, &draft);
    file.ask(opinion::of_grant, "grant");
    file
}

/// The claims as the vectors show them.
pub fn shown(claims: &Members) -> Value {
    let mut value: Value = serde_json::from_str(&claims.render()).expect("good claims");
    let members = value.as_object_mut().expect("an object");
    members.remove("cnf");
    members.remove("_sd_alg");
    members.insert("jkt".into(), mint::holder().thumbprint().into());
    value
}

fn accepted(file: &mut File, draft: &Draft) {
    let mut accept = |name: &str, claims: &Members| {
        let text = format!("{}~", draft.with_claims(claims));
        file.accept(name, json!({ "grant": text }), shown(claims));
    };
    let claims = &draft.claims;
    accept("a grant of eight hours", claims);
    accept("h40 with the _sd_alg that some issuers always write", &claims.text("_sd_alg", "sha-256"));
    accept("without client_id and amr", &claims.without("client_id").without("amr"));
    accept("without groups in the list", &claims.set("groups", "[]"));
    let many: Vec<String> = (0..64).map(|n| format!("g{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    accept("h34 64 groups", &claims.set("groups", array(&many)));
    accept("h33 a username of 255 bytes", &claims.text("username", &"a".repeat(255)));
    accept("h33 an upstream sub that looks like a system name", &claims.text("sub", "corp:system:masters"));
    accept("h33 a username of many letters", &claims.text("username", "josé.müller@example.com"));
    accept("h34 a group that only contains a system name", &claims.set("groups", array(&["corp:system:masters"])));
    accept("h30 a grant of exactly seven days", &claims.set("exp", (NOW - 3600 + 7 * 86_400).to_string()));
    accept("a window of 300 s", &claims.set("window", "300"));
    let mirrored = format!("{}~", signature::mirrored(draft));
    file.accept(
        "h26 high s is accepted: RFC 7518 asks for no normal form",
        json!({ "grant": mirrored }),
        shown(claims),
    );
    let spaced = format!("{}~", draft.raw_claims(claims.render().replace(',', ", ")));
    file.accept("claims with spaces between them", json!({ "grant": spaced }), shown(claims));
}

/// Everything that must not pass, whatever stands around the JWS.
pub fn attacks(draft: &Draft, wrap: shape::Wrap<'_>) -> Vec<Attack> {
    let mut attacks = shape::attacks(draft, wrap, "~");
    attacks.extend(signature::attacks(draft, wrap, "signature-wrong"));
    attacks.extend(header::attacks(draft, wrap, "kubemint-grant+sd-jwt"));
    attacks.extend(header::key_ids(draft, wrap));
    attacks.extend(claims_attacks(draft, wrap));
    attacks
}

fn claims_attacks(draft: &Draft, wrap: shape::Wrap<'_>) -> Vec<Attack> {
    let mut attacks = claims::times(draft, wrap, &["exp", "iat", "session_iat", "auth_time", "window"]);
    let names = [
        "iss",
        "aud",
        "iat",
        "exp",
        "jti",
        "sub",
        "username",
        "groups",
        "sid",
        "session_iat",
        "auth_time",
        "cnf",
        "window",
    ];
    attacks.extend(claims::required(draft, wrap, &names));
    attacks.extend(claims::documents(draft, wrap));
    attacks.extend(claims::issuers(draft, wrap, "issuer-wrong"));
    attacks.extend(claims::names(draft, wrap));
    attacks.extend(audiences(draft, wrap));
    attacks.extend(disclosures(draft, wrap));
    attacks.extend(confirmations(draft, wrap));
    attacks.extend(odds(draft, wrap));
    attacks
}

fn audiences(draft: &Draft, wrap: shape::Wrap<'_>) -> Vec<Attack> {
    let others = [
        ("of the neighbour", "https://mint.example.com/clusters/stage/bound"),
        ("of a bearer", "https://mint.example.com/clusters/prod"),
        ("of a session", "https://mint.example.com/bound"),
        ("of the mint", ISSUER),
        ("a prefix", "https://mint.example.com/clusters/prod/boun"),
        ("that goes on", "https://mint.example.com/clusters/prod/bound/x"),
        ("with a slash", "https://mint.example.com/clusters/prod/bound/"),
        ("of another case", "https://mint.example.com/clusters/Prod/bound"),
        ("escaped", "https://mint.example.com/clusters/%70rod/bound"),
        ("empty", ""),
    ];
    let token = |raw: String| wrap(draft.with_claims(&draft.claims.set("aud", raw)));
    let mut attacks: Vec<Attack> = others
        .into_iter()
        .map(|(name, aud)| Attack::new(format!("h32 aud {name}"), token(quoted(aud)), "audience-wrong"))
        .collect();
    for (name, raw) in [
        ("an array", array(&[BOUND_AUDIENCE])),
        ("an array with another", array(&[BOUND_AUDIENCE, "https://evil.example"])),
        ("null", "null".into()),
        ("a number", "1".into()),
    ] {
        attacks.push(Attack::new(format!("h32 aud {name}"), token(raw), "claims-malformed"));
    }
    attacks
}

fn disclosures(draft: &Draft, wrap: shape::Wrap<'_>) -> Vec<Attack> {
    let claims = &draft.claims;
    let digests = array(&[&b64([7; 32])]);
    [
        ("_sd", claims.set("_sd", &*digests)),
        ("an empty _sd", claims.set("_sd", "[]")),
        ("_sd in cnf", claims.set("cnf", claims.get("cnf").replacen('{', &format!("{{\"_sd\":{digests},"), 1))),
        ("... for a group", claims.set("groups", format!("[\"sre\",{{\"...\":{}}}]", quoted(&b64([7; 32]))))),
        ("another _sd_alg", claims.text("_sd_alg", "sha-512")),
        ("_sd_alg of another case", claims.text("_sd_alg", "SHA-256")),
        ("_sd_alg null", claims.set("_sd_alg", "null")),
        ("vct", claims.text("vct", "https://example.com/credential")),
        ("nbf", claims.set("nbf", (NOW - 3600).to_string())),
        ("an unknown claim", claims.text("admin", "yes")),
        ("h27 client_id null", claims.set("client_id", "null")),
        ("h27 amr null", claims.set("amr", "null")),
        ("amr a string", claims.text("amr", "mfa")),
    ]
    .into_iter()
    .map(|(name, claims)| {
        let name = if name.starts_with('h') { name.into() } else { format!("h40 {name}") };
        Attack::new(name, wrap(draft.with_claims(&claims)), "claims-malformed")
    })
    .collect()
}

/// Keys that are none, or more than a key.
fn confirmations(draft: &Draft, wrap: shape::Wrap<'_>) -> Vec<Attack> {
    let jwk = mint::holder().jwk();
    let (x, y) = mint::holder().coordinates();
    let token = |cnf: String| wrap(draft.with_claims(&draft.claims.set("cnf", cnf)));
    let cnf = |jwk: &Members| format!("{{\"jwk\":{}}}", jwk.render());
    let refused = "key-refused";
    let malformed = "claims-malformed";
    let jkt = format!("{{\"jkt\":{}}}", quoted(&mint::holder().thumbprint()));
    let both = format!("{{\"jwk\":{},\"jkt\":{}}}", jwk.render(), quoted(&mint::holder().thumbprint()));
    let two = format!("{{\"jwk\":{},\"jwk\":{}}}", Ec::of("thief").jwk().render(), jwk.render());
    [
        ("only a jkt", jkt, malformed),
        ("a key and a jkt", both, malformed),
        ("two keys", two, malformed),
        ("an array of two keys", format!("{{\"jwk\":[{0},{0}]}}", jwk.render()), malformed),
        ("the key's values as an array", format!("{{\"jwk\":{}}}", jwk.as_array()), malformed),
        ("an array instead of an object", format!("[{}]", jwk.render()), malformed),
        ("empty", "{}".into(), malformed),
        ("null", "null".into(), malformed),
        ("a text", quoted(&jwk.render()), malformed),
        ("with d", cnf(&mint::holder().private_jwk()), malformed),
        ("with a kid", cnf(&jwk.text("kid", "a")), malformed),
        ("without y", cnf(&jwk.without("y")), malformed),
        ("with x twice", cnf(&jwk.add("x", quoted(&x))), malformed),
        ("a symmetric key", "{\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}}".into(), malformed),
        ("x of 31 bytes", cnf(&jwk.text("x", &b64([1; 31]))), refused),
        ("y of 33 bytes", cnf(&jwk.text("y", &b64([1; 33]))), refused),
        ("x with a leading zero byte", cnf(&jwk.text("x", &format!("AA{x}"))), refused),
        ("x with padding", cnf(&jwk.text("x", &format!("{x}="))), refused),
        ("off the curve", cnf(&jwk.text("x", &y).text("y", &x)), refused),
        ("the identity", cnf(&jwk.text("x", &b64([0; 32])).text("y", &b64([0; 32]))), refused),
        ("a coordinate above p", cnf(&jwk.text("x", &b64([0xff; 32]))), refused),
        ("an empty x", cnf(&jwk.text("x", "")), refused),
        ("crv P-384", cnf(&jwk.text("crv", "P-384")), refused),
        ("crv secp256k1", cnf(&jwk.text("crv", "secp256k1")), refused),
        ("crv of another case", cnf(&jwk.text("crv", "p-256")), refused),
        ("kty OKP", cnf(&jwk.text("kty", "OKP")), refused),
        ("kty RSA", cnf(&jwk.text("kty", "RSA")), refused),
    ]
    .into_iter()
    .map(|(name, raw, reason)| Attack::new(format!("h47 cnf {name}"), token(raw), reason))
    .collect()
}

fn odds(draft: &Draft, wrap: shape::Wrap<'_>) -> Vec<Attack> {
    let claims = &draft.claims;
    let text = |name: &str, value: &str| claims.text(name, value);
    [
        ("a window of nothing", claims.set("window", "0")),
        ("a window of 301 s", claims.set("window", "301")),
        ("a window of 2^53", claims.set("window", "9007199254740992")),
        ("an empty jti", text("jti", "")),
        ("a jti with a space", text("jti", "a b")),
        ("a jti of 129 characters", text("jti", &"a".repeat(129))),
        ("an empty sid", text("sid", "")),
        ("h33 a sid with a newline", text("sid", "a\nb")),
        ("h80 a session made after its grant", claims.set("session_iat", (NOW - 3600 + 31).to_string())),
        ("h27 exp before iat", claims.set("exp", (NOW - 3601).to_string())),
        ("h27 exp at iat", claims.set("exp", (NOW - 3600).to_string())),
    ]
    .into_iter()
    .map(|(name, claims)| Attack::new(name, wrap(draft.with_claims(&claims)), "claims-malformed"))
    .collect()
}

fn shapes_of_its_own(file: &mut File, draft: &Draft) {
    let good = draft.good();
    for (name, text) in [
        ("h38 without its tilde", good.clone()),
        ("h39 with a disclosure", format!("{good}~WyJzYWx0Iiwic3ViIiwieCJd~")),
        ("h39 with an empty disclosure", format!("{good}~~")),
        ("h9 a newline behind the tilde", format!("{good}~\n")),
    ] {
        // Two tildes in a row leave one inside the signature.
        let reason = if text.ends_with("~~") { "encoding-malformed" } else { "token-malformed" };
        let reason = if name.starts_with("h39 with a d") { "encoding-malformed" } else { reason };
        file.refuse(name, json!({ "grant": text }), reason);
    }
}

fn moments(file: &mut File, draft: &Draft) {
    let text = format!("{}~", draft.good());
    let (from, to) = (NOW - 3600, NOW + 7 * 3600);
    let gives = shown(&draft.claims);
    let input = || json!({ "grant": text });
    file.accept("in its last second", input(), gives.clone()).at(to - 1);
    file.refuse("h29 at its end: there is no leeway", input(), "expired").at(to);
    file.refuse("h84 a day later", input(), "expired").at(NOW + 86_400);
    file.refuse("h84 by a clock that reads nothing", input(), "not-yet-valid").at(0);
    file.refuse("h84 a day earlier", input(), "not-yet-valid").at(NOW - 86_400);
    file.accept("h29 dated 30 s ahead", input(), gives).at(from - 30);
    file.refuse("h29 dated 31 s ahead", input(), "not-yet-valid").at(from - 31);
    file.refuse("h27 at the calendar's end", input(), "expired").at(1 << 53);
    let mut claims = |name: &str, iat: u64, exp: u64, reason: &'static str| {
        let base = draft.claims.set("session_iat", "0").set("iat", iat.to_string());
        let token = format!("{}~", draft.with_claims(&base.set("exp", exp.to_string())));
        file.refuse(name, json!({ "grant": token }), reason);
    };
    claims("h30 a second above seven days", from, from + 7 * 86_400 + 1, "life-too-long");
    claims("h30 h27 until the calendar's end", from, 1 << 53, "life-too-long");
    claims("h30 h27 from the calendar's beginning", 0, to, "life-too-long");
    claims("h27 a second at the calendar's beginning", 0, 1, "expired");
    claims("h27 a second at the calendar's end", (1 << 53) - 1, 1 << 53, "not-yet-valid");
    claims("h27 nothing at the calendar's end", 1 << 53, 1 << 53, "claims-malformed");
    file.refuse("h30 above a shorter maximum", json!({ "grant": text, "max_life": "7h" }), "life-too-long");
    let other = json!({ "keys": [Ec::of("another mint").published(&mint::key().thumbprint())] });
    file.refuse("h26 the same kid for another key", json!({ "grant": text, "keys": other }), "signature-wrong");
    let none = json!({ "keys": [] });
    file.refuse("h23 an empty key set", json!({ "grant": text, "keys": none }), "key-unknown");
}
