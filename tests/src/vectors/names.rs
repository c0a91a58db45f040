//! Vectors of names, patterns, resources and small encodings.

use super::{
    claims::{SYSTEM_NAMES, bad_texts},
    file::File,
    forge::{b64, digest},
    mint,
};
use serde_json::json;

/// Usernames, groups, labels, aliases, ids.
pub fn name() -> File {
    let says = "a `name` of some `kind`, or `groups` (or `count` of them)";
    let mut file = File::new("name", says, json!({}));
    let username = |name: &str| json!({ "kind": "username", "name": name });
    let groups = |names: &[&str]| json!({ "kind": "groups", "groups": names });
    for (what, text) in bad_texts() {
        file.refuse(format!("h33 a username {what}"), username(&text), "username-refused");
        file.refuse(format!("h34 a group {what}"), groups(&["sre", &text]), "groups-refused");
    }
    for text in SYSTEM_NAMES {
        file.refuse(format!("h33 username {text:?}"), username(text), "system-name");
        file.refuse(format!("h34 group {text:?}"), groups(&["sre", text]), "system-name");
    }
    for text in ["alice@example.com", "corp:system:masters", "systemd", "system", " ", "josé", "a/b:c"] {
        file.accept(format!("username {text:?}"), username(text), true);
    }
    let count = |count: u64| json!({ "kind": "groups", "count": count });
    file.accept("no groups", groups(&[]), true);
    file.accept("h34 64 groups", count(64), true);
    file.refuse("h34 65 groups", count(65), "groups-refused");
    file.refuse("h34 ten thousand groups", count(10_000), "groups-refused");
    let long = "a".repeat(64);
    for (kind, good, bad) in [
        ("label", ["prod", "a-1"], ["", "-a", "a-", "A", "a.b", "a/b", "ä", "a b", "*", &long]),
        ("alias", ["corp", "a-1"], ["", "system", "A", "a:b", "a.b", "a/b", "ä", "a b", "a\0", &long]),
        ("id", ["AAAA", "a/b?c=d"], ["", " ", "a b", "a\0", "a\n", "ä", "\u{7f}", "\u{202e}", "a\tb", &long.repeat(3)]),
    ] {
        for name in good {
            file.accept(format!("{kind} {name:?}"), json!({ "kind": kind, "name": name }), true);
        }
        for name in bad {
            let shown = if name.len() > 40 { "that is too long".into() } else { format!("{name:?}") };
            file.refuse(format!("{kind} {shown}"), json!({ "kind": kind, "name": name }), kind);
        }
    }
    file
}

/// Patterns.
pub fn pattern() -> File {
    let says = "whether `pattern` fits the whole `name`; `*` crosses no `@ : /`";
    let mut file = File::new("pattern", says, json!({}));
    for (pattern, name, fits) in [
        ("*@example.com", "alice@example.com", true),
        ("*@example.com", "@example.com", true),
        ("*@example.com", "alice@example.com.evil", false),
        ("*@example.com", "alice@evil.example", false),
        ("*@example.com", "a@b@example.com", false),
        ("*@example.com", "evil:a@example.com", false),
        ("*@example.com", "evil/a@example.com", false),
        ("*@example.com", "alice@exampleXcom", false),
        ("dev-*", "dev-shop", true),
        ("dev-*", "dev-", true),
        ("dev-*", "dev", false),
        ("dev-*", "xdev-shop", false),
        ("dev-*", "dev-a:b", false),
        ("dev-*", "Dev-a", false),
        ("repo:org/*", "repo:org/app", true),
        ("repo:org/*", "repo:org-evil/x", false),
        ("repo:org/*", "repo:org/app/x", false),
        ("repo:org/*:ref", "repo:org/app:pull:ref", false),
        ("*-*-x", "a-b-c-x", true),
        ("a*b*c", "abc", true),
        ("a*b*c", "acb", false),
        ("**", "abc", true),
        ("**", "a:b", false),
        ("", "", true),
        ("", "a", false),
        ("*", "", true),
        ("*", "a/b", false),
        ("sre", "sre", true),
        ("sre", "sr", false),
        ("sre", "sres", false),
        ("sr?", "sre", false),
        ("[a-z]*", "sre", false),
        (".*", "sre", false),
        ("ä*", "äö", true),
    ] {
        file.accept(format!("{pattern:?} and {name:?}"), json!({ "pattern": pattern, "name": name }), fits);
    }
    let slow = json!({ "pattern": [{ "repeat": "*a", "times": 200 }, "b"], "name": [{ "repeat": "a", "times": 255 }] });
    file.accept("many stars end in bounded time", slow, false);
    file
}

/// Resources.
pub fn resource() -> File {
    let says = "`resource` of a request to the mint at `issuer`; gives the audiences it stands for";
    let mut file = File::new("resource", says, json!({ "issuer": mint::ISSUER }));
    let input = |text: &str| json!({ "resource": text });
    file.accept("the mint", input(mint::ISSUER), json!({ "url": mint::ISSUER, "bound": mint::SESSION_AUDIENCE }));
    let gives = json!({ "url": mint::BEARER_AUDIENCE, "bound": mint::BOUND_AUDIENCE });
    file.accept("a cluster", input(mint::BEARER_AUDIENCE), gives);
    for (name, text) in [
        ("nothing", ""),
        ("a slash behind the mint", "https://mint.example.com/"),
        ("no name", "https://mint.example.com/clusters/"),
        ("no slash", "https://mint.example.com/clusters"),
        ("a bound audience", "https://mint.example.com/clusters/prod/bound"),
        ("a slash behind", "https://mint.example.com/clusters/prod/"),
        ("h70 a path inside", "https://mint.example.com/clusters/../clusters/prod"),
        ("h70 a path as a name", "https://mint.example.com/clusters/.."),
        ("a query", "https://mint.example.com/clusters/prod?x"),
        ("a fragment", "https://mint.example.com/clusters/prod#x"),
        ("h31 another host that begins the same", "https://mint.example.com.evil.example/clusters/prod"),
        ("h31 a user", "https://mint.example.com@evil.example/clusters/prod"),
        ("h31 another case", "https://Mint.example.com/clusters/prod"),
        ("h31 http", "http://mint.example.com/clusters/prod"),
        ("h31 a port", "https://mint.example.com:443/clusters/prod"),
        ("another case of the name", "https://mint.example.com/clusters/Prod"),
        ("an escaped name", "https://mint.example.com/clusters/%70rod"),
        ("a star", "https://mint.example.com/clusters/*"),
        ("h33 NUL", "https://mint.example.com/clusters/prod\0"),
        ("h9 a space behind", "https://mint.example.com/clusters/prod "),
        ("two resources in one", "https://mint.example.com/clusters/prod https://mint.example.com"),
    ] {
        file.refuse(name, input(text), "resource-unknown");
    }
    let long = json!({ "resource": ["https://mint.example.com/clusters/", { "repeat": "a", "times": 64 }] });
    file.refuse("a name of 64 letters", long, "resource-unknown");
    file
}

/// Small encodings, with the examples of their RFCs.
pub fn text() -> File {
    let says = "small encodings: base64url, SHA-256 in base64url, the sign-in's nonce, durations, HTTP dates";
    let mut file = File::new("text", says, json!({}));
    let of = |what: &str, text: &str| json!({ "what": what, "text": text });
    for text in ["", "_-8", "AA", "YQ", "YWI"] {
        file.accept(format!("base64url {text:?}"), of("base64url", text), text);
    }
    for (name, text) in [
        ("h10 +/", "+/8"),
        ("h11 padding", "_-8="),
        ("h11 padding of a full group", "YWJj===="),
        ("h12 loose bits", "_-9"),
        ("h12 loose bits after one byte", "YR"),
        ("h12 one character", "_"),
        ("h12 five characters", "AAAAA"),
        ("h13 CRLF", "_-\r\n8"),
        ("h9 a space", "_-8 "),
        ("h9 NUL", "_-8\0"),
        ("h14 a full-width minus", "_\u{ff0d}8"),
    ] {
        file.refuse(format!("{name} in base64url"), of("base64url", text), "encoding-malformed");
    }
    let rfc9449 = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    file.accept("ath of RFC 9449, section 7", of("sha256", rfc9449), "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
    file.accept("SHA-256 of nothing", of("sha256", ""), "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
    let thumbprint = mint::holder().thumbprint();
    let commitment = json!({ "what": "commitment", "thumbprint": thumbprint, "nonce_salt": "salt" });
    file.accept("a sign-in's nonce", commitment, digest(format!("{thumbprint}.salt")));
    file.accept("a nonce", of("nonce", &b64([1; 16])), true);
    for text in
        ["", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAAAAA"]
    {
        file.refuse(format!("h44 nonce {text:?}"), of("nonce", text), "nonce-malformed");
    }
    durations_and_dates(&mut file);
    file
}

fn durations_and_dates(file: &mut File) {
    let of = |what: &str, text: &str| json!({ "what": what, "text": text });
    for (text, seconds) in [("90s", 90), ("15m", 900), ("12h", 43_200), ("7d", 604_800)] {
        file.accept(format!("duration {text}"), of("duration", text), json!({ "seconds": seconds, "prints": text }));
    }
    file.accept("duration 3600s", of("duration", "3600s"), json!({ "seconds": 3600, "prints": "1h" }));
    for text in [
        "",
        "s",
        "5",
        "1.5h",
        "-1h",
        "+1h",
        "1w",
        "1H",
        "1 h",
        "1h30m",
        "1e3s",
        "99999999999999999999d",
        "\u{ff11}h",
        "∞s",
    ] {
        file.refuse(format!("duration {text:?}"), of("duration", text), "no duration");
    }
    let gives = json!({ "unix": 784_111_777, "rfc3339": "1994-11-06T08:49:37Z" });
    file.accept("the date of RFC 9110", of("http-date", "Sun, 06 Nov 1994 08:49:37 GMT"), gives);
    let ahead = json!({ "unix": 4_107_542_400_u64, "rfc3339": "2100-03-01T00:00:00Z" });
    file.accept("a year that is no leap year", of("http-date", "Mon, 01 Mar 2100 00:00:00 GMT"), ahead);
    for text in [
        "",
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Mon, 29 Feb 2100 00:00:00 GMT",
    ] {
        file.refuse(format!("h27 date {text:?}"), of("http-date", text), "no date");
    }
}
