//! Attacks on claims that several kinds of token share: hostile inputs 27 to 37.

use super::{
    forge::Draft,
    members::{Members, escaped, quoted},
    shape::{Attack, Wrap},
};

const MALFORMED: &str = "claims-malformed";

/// Times that are none.
const NO_TIMES: [(&str, &str); 14] = [
    ("a string", "\"1800000000\""),
    ("a float", "1800000000.5"),
    ("a float without a fraction", "1800000000.0"),
    ("written with an exponent", "18e8"),
    ("null", "null"),
    ("true", "true"),
    ("negative", "-1"),
    ("negative zero point", "-0.0"),
    ("2^53 + 1", "9007199254740993"),
    ("2^63", "9223372036854775808"),
    ("2^64", "18446744073709551616"),
    ("1e300", "1e300"),
    ("an array", "[1800000000]"),
    ("an object", "{}"),
];

/// Each of these times in each of these claims.
pub fn times(draft: &Draft, wrap: Wrap<'_>, names: &[&str]) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for name in names {
        for (what, raw) in NO_TIMES {
            let token = wrap(draft.with_claims(&draft.claims.set(name, raw)));
            attacks.push(Attack::new(format!("h27 {name} {what}"), token, MALFORMED));
        }
    }
    attacks
}

/// Each of these claims left out, and each of them twice.
pub fn required(draft: &Draft, wrap: Wrap<'_>, names: &[&str]) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for name in names {
        let number = if *name == "exp" { "h28" } else { "h35" };
        let without = wrap(draft.with_claims(&draft.claims.without(name)));
        attacks.push(Attack::new(format!("{number} no {name}"), without, MALFORMED));
        let twice = wrap(draft.with_claims(&draft.claims.add(name, draft.claims.get(name))));
        attacks.push(Attack::new(format!("h35 {name} twice"), twice, MALFORMED));
        let hidden = wrap(draft.with_claims(&draft.claims.add(&escaped(name), draft.claims.get(name))));
        attacks.push(Attack::new(format!("h35 {name} twice, once escaped"), hidden, MALFORMED));
    }
    attacks
}

/// Payloads that are no JSON object, or more than one thing at once.
pub fn documents(draft: &Draft, wrap: Wrap<'_>) -> Vec<Attack> {
    let claims = draft.claims.render();
    let open = &claims[..claims.len() - 1];
    let many: String = (0..300).map(|n| format!(",\"{n}\":0")).collect();
    let texts: Vec<(&str, Vec<u8>)> = vec![
        ("h37 a BOM", format!("\u{feff}{claims}").into()),
        ("h37 trailing bytes", format!("{claims}x").into()),
        ("h37 a trailing NUL", format!("{claims}\0").into()),
        ("h37 two payloads", format!("{claims}{claims}").into()),
        ("h37 bad UTF-8", [open.as_bytes(), b",\"x\":\"\xff\"}"].concat()),
        ("h37 overlong UTF-8", [open.as_bytes(), b",\"x\":\"\xc0\xaf\"}"].concat()),
        ("h37 a lone surrogate", format!("{open},\"x\":\"\\ud800\"}}").into()),
        ("h37 cut short", open.into()),
        ("h37 a trailing comma", format!("{open},}}").into()),
        ("h37 a comment", format!("{open}/* */}}").into()),
        ("h36 depth 2000", format!("{open},\"x\":{}{}}}", "[".repeat(1200), "]".repeat(1200)).into()),
        ("h36 depth without an end", format!("{open},\"x\":{}", "{\"a\":".repeat(400)).into()),
        ("h36 hundreds of members", format!("{}{many}}}", &open[..open.len()]).into()),
        ("h35 an array of the claims' values", draft.claims.as_array().into()),
        ("h35 null", "null".into()),
        ("h35 an array of claims", format!("[{claims}]").into()),
        ("h35 a string", quoted("claims").into()),
        ("h35 nothing", Vec::new()),
    ];
    texts.into_iter().map(|(name, text)| Attack::new(name, wrap(draft.raw_claims(text)), MALFORMED)).collect()
}

/// Other issuers.
pub fn issuers(draft: &Draft, wrap: Wrap<'_>, reason: &'static str) -> Vec<Attack> {
    let issuer = draft.claims.get("iss").trim_matches('"').to_owned();
    let others = [
        ("with a slash", format!("{issuer}/")),
        ("of another case", issuer.replace("mint", "Mint").replace("login", "Login")),
        ("with a look-alike letter", issuer.replace('e', "\u{435}")),
        ("with a port", format!("{issuer}:443")),
        ("over http", issuer.replace("https", "http")),
        ("with a space", format!("{issuer} ")),
        ("of another host", "https://mint.example.net".into()),
        ("that goes on", format!("{issuer}.evil.example")),
        ("with a user", issuer.replace("://", "://a@")),
        ("empty", String::new()),
    ];
    let token = |claims: &Members| wrap(draft.with_claims(claims));
    let mut attacks: Vec<Attack> = others
        .into_iter()
        .map(|(name, iss)| Attack::new(format!("h31 iss {name}"), token(&draft.claims.text("iss", &iss)), reason))
        .collect();
    let array = draft.claims.set("iss", format!("[{}]", draft.claims.get("iss")));
    attacks.push(Attack::new("h31 iss an array", token(&array), MALFORMED));
    attacks.push(Attack::new("h31 iss null", token(&draft.claims.set("iss", "null")), MALFORMED));
    attacks
}

/// Usernames and groups nobody may have.
pub fn names(draft: &Draft, wrap: Wrap<'_>) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let mut add = |name: String, member: &str, raw: String, reason| {
        attacks.push(Attack::new(name, wrap(draft.with_claims(&draft.claims.set(member, raw))), reason));
    };
    for (what, text) in bad_texts() {
        add(format!("h33 username {what}"), "username", quoted(&text), "username-refused");
    }
    for (what, text) in bad_texts().into_iter().filter(|(what, _)| *what != "of 256 bytes") {
        add(format!("h33 sub {what}"), "sub", quoted(&text), MALFORMED);
    }
    for text in SYSTEM_NAMES {
        add(format!("h33 username {text:?}"), "username", quoted(text), "system-name");
        add(format!("h34 a group {text:?}"), "groups", format!("[\"sre\",{}]", quoted(text)), "system-name");
    }
    for member in ["sub", "username"] {
        for (what, raw) in [("an array", "[\"a\"]"), ("null", "null"), ("a number", "1"), ("an object", "{}")] {
            add(format!("h33 {member} {what}"), member, raw.into(), MALFORMED);
        }
    }
    for (what, text) in bad_texts() {
        add(format!("h34 a group {what}"), "groups", format!("[\"sre\",{}]", quoted(&text)), "groups-refused");
    }
    let many: Vec<String> = (0..65).map(|n| format!("\"g{n}\"")).collect();
    add("h34 65 groups".into(), "groups", format!("[{}]", many.join(",")), "groups-refused");
    for (what, raw) in [
        ("nested", "[[\"sre\"]]"),
        ("a string", "\"sre\""),
        ("null", "null"),
        ("with a null inside", "[\"sre\",null]"),
        ("with a number inside", "[1]"),
        ("an object", "{\"0\":\"sre\"}"),
    ] {
        add(format!("h34 groups {what}"), "groups", raw.into(), MALFORMED);
    }
    attacks
}

/// Every form of name that belongs to the cluster itself.
pub const SYSTEM_NAMES: [&str; 9] = [
    "system:masters",
    "system:admin",
    "system:anonymous",
    "system:authenticated",
    "system:node:n1",
    "system:nodes",
    "system:kube-controller-manager",
    "system:serviceaccount:kube-system:default",
    "system:",
];

/// Names that are empty, too long or not what they look like.
pub fn bad_texts() -> Vec<(&'static str, String)> {
    vec![
        ("empty", String::new()),
        ("of 256 bytes", "a".repeat(256)),
        ("of 1 KiB", "a".repeat(1024)),
        ("with NUL", "a\0b".into()),
        ("with a newline", "alice\nroot".into()),
        ("with an escape", "\u{1b}[2Jalice".into()),
        ("with a C1 control", "alice\u{85}".into()),
        ("from right to left", "\u{202e}ecila".into()),
        ("with a bidi isolate", "alice\u{2066}".into()),
        ("with a zero-width space", "ali\u{200b}ce".into()),
        ("with a BOM", "\u{feff}alice".into()),
    ]
}
