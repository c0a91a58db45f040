//! Vectors of configurations: what people may write, and the fields they got wrong.

use super::file::File;
use serde_json::{Value, json};

/// A good configuration, as JSON.
pub fn good() -> Value {
    json!({
        "issuer": "https://mint.example.com",
        "identityProviders": [{
            "alias": "corp", "clientID": "kubemint",
            "issuer": { "url": "https://login.example.com", "audiences": ["kubemint"] },
            "claimMappings": {
                "username": { "claim": "email", "prefix": "" }, "groups": { "claim": "groups", "prefix": "corp:" },
            },
        }],
        "clusters": [
            cluster("prod", &["bound"]), cluster("stage", &["bound", "bearer"]), cluster("files", &["bearer"]),
        ],
        "rules": [
            rule("Group", "corp:sre", &["*"], &["sre"]),
            rule("User", "alice@example.com", &["stage"], &["shop-dev"]),
        ],
    })
}

/// A cluster.
pub fn cluster(name: &str, accepts: &[&str]) -> Value {
    let endpoints = json!([{ "name": "public", "server": format!("https://{name}.example.com:6443") }]);
    json!({ "name": name, "endpoints": endpoints, "accepts": accepts })
}

/// A rule.
pub fn rule(kind: &str, name: &str, clusters: &[&str], groups: &[&str]) -> Value {
    json!({ "subjects": [{ "kind": kind, "name": name }], "clusters": clusters, "groups": groups })
}

/// Configurations.
pub fn file() -> File {
    let says = "`config` is read and checked; gives what it holds, or is refused with the faulty fields";
    let mut file = File::new("config", says, json!({}));
    let shows = json!({ "issuer": "https://mint.example.com", "clusters": ["prod", "stage", "files"], "rules": 2 });
    file.accept("a good one", json!({ "config": { "json": good() } }), shows.clone());
    for (name, pointer, value, path) in faults() {
        let mut config = good();
        set(&mut config, pointer, value);
        file.refuse(name, json!({ "config": { "json": config } }), json!([path]));
    }
    providers(&mut file);
    for (name, pointer, value) in unreadable() {
        let mut config = good();
        set(&mut config, pointer, value);
        file.refuse(name, json!({ "config": { "json": config } }), "unreadable");
    }
    let text = good().to_string();
    for (name, text) in [
        ("h35 issuer twice", text.replacen('{', "{\"issuer\":\"https://evil.example\",", 1)),
        ("h35 rules twice, once escaped", text.replacen('{', "{\"\\u0072ules\":[],", 1)),
        ("h37 trailing bytes", format!("{text}x")),
        ("h37 cut short", text[..text.len() - 1].into()),
        ("h37 a BOM", format!("\u{feff}{text}")),
        ("nothing", String::new()),
        ("null", "null".into()),
    ] {
        file.refuse(name, json!({ "config": text }), "unreadable");
    }
    file
}

/// Replaces or adds what a pointer names.
fn set(config: &mut Value, pointer: &str, value: Value) {
    let (parent, member) = pointer.rsplit_once('/').expect("a pointer");
    let parent = config.pointer_mut(parent).expect("a parent");
    match parent {
        Value::Array(items) => items[member.parse::<usize>().expect("an index")] = value,
        other => other[member] = value,
    }
}

type Fault = (&'static str, &'static str, Value, &'static str);

fn faults() -> Vec<Fault> {
    vec![
        ("h64 an issuer over http", "/issuer", json!("http://mint.example.com"), "issuer"),
        ("an issuer with a slash", "/issuer", json!("https://mint.example.com/"), "issuer"),
        ("an issuer with a query", "/issuer", json!("https://mint.example.com?x"), "issuer"),
        ("an issuer with a user", "/issuer", json!("https://a@mint.example.com"), "issuer"),
        ("an issuer without a host", "/issuer", json!("https://"), "issuer"),
        ("an issuer with a space", "/issuer", json!("https://mint example.com"), "issuer"),
        ("an alias of system", "/identityProviders/0/alias", json!("system"), "identityProviders[0].alias"),
        ("an alias with a colon", "/identityProviders/0/alias", json!("a:b"), "identityProviders[0].alias"),
        ("an empty alias", "/identityProviders/0/alias", json!(""), "identityProviders[0].alias"),
        ("no client id", "/identityProviders/0/clientID", json!(""), "identityProviders[0].clientID"),
        (
            "h64 a provider over http",
            "/identityProviders/0/issuer/url",
            json!("http://login.example.com"),
            "identityProviders[0].issuer.url",
        ),
        ("no audiences", "/identityProviders/0/issuer/audiences", json!([]), "identityProviders[0].issuer.audiences"),
        ("scopes without openid", "/identityProviders/0/scopes", json!(["email"]), "identityProviders[0].scopes"),
        (
            "no username claim",
            "/identityProviders/0/claimMappings/username/claim",
            json!(""),
            "identityProviders[0].claimMappings.username.claim",
        ),
        ("no provider", "/identityProviders", json!([]), "identityProviders"),
        ("h70 a cluster's name with a path", "/clusters/2/name", json!("../x"), "clusters[2].name"),
        ("h70 a cluster's name with capitals", "/clusters/2/name", json!("Files"), "clusters[2].name"),
        ("a cluster's name of 64 letters", "/clusters/2/name", json!("a".repeat(64)), "clusters[2].name"),
        ("a cluster twice", "/clusters/2/name", json!("prod"), "clusters[2].name"),
        ("no endpoints", "/clusters/0/endpoints", json!([]), "clusters[0].endpoints"),
        (
            "an endpoint over http",
            "/clusters/0/endpoints/0/server",
            json!("http://a"),
            "clusters[0].endpoints[0].server",
        ),
        (
            "two endpoints of one name",
            "/clusters/0/endpoints",
            json!([{ "name": "public", "server": "https://a" }, { "name": "public", "server": "https://b" }]),
            "clusters[0].endpoints[1].name",
        ),
        (
            "a CA that is no PEM",
            "/clusters/0/certificateAuthorityData",
            json!("AAAA"),
            "clusters[0].certificateAuthorityData",
        ),
        (
            "a CA that is no base64",
            "/clusters/0/certificateAuthorityData",
            json!("-----BEGIN CERTIFICATE-----"),
            "clusters[0].certificateAuthorityData",
        ),
        ("accepts nothing", "/clusters/0/accepts", json!([]), "clusters[0].accepts"),
        ("accepts something unknown", "/clusters/0/accepts", json!(["bound", "password"]), "clusters[0].accepts"),
        ("a rule for nobody", "/rules/0/subjects", json!([]), "rules[0].subjects"),
        ("a rule for a robot", "/rules/0/subjects/0/kind", json!("Robot"), "rules[0].subjects[0].kind"),
        ("a rule for an empty name", "/rules/0/subjects/0/name", json!(""), "rules[0].subjects[0].name"),
        ("a rule for no cluster", "/rules/0/clusters", json!([]), "rules[0].clusters"),
        ("a rule for an unknown cluster", "/rules/0/clusters", json!(["nowhere"]), "rules[0].clusters"),
        ("a rule without groups", "/rules/0/groups", json!([]), "rules[0].groups"),
        ("h34 a rule for system:masters", "/rules/0/groups", json!(["sre", "system:masters"]), "rules[0].groups"),
        ("h34 a rule with an empty group", "/rules/0/groups", json!([""]), "rules[0].groups"),
        ("h34 a rule with a bidi group", "/rules/0/groups", json!(["\u{202e}ers"]), "rules[0].groups"),
        ("a namespace with a dot", "/rules/0/namespace", json!("a.b"), "rules[0].namespace"),
        ("h30 a bound life of eight days", "/rules/0/maxTTL", json!({ "bound": "8d" }), "rules[0].maxTTL.bound"),
        ("h30 a bearer's life of 73 hours", "/rules/0/maxTTL", json!({ "bearer": "73h" }), "rules[0].maxTTL.bearer"),
        ("h30 a session's life of 25 hours", "/rules/0/maxTTL", json!({ "session": "25h" }), "rules[0].maxTTL.session"),
        ("a life of nothing", "/rules/0/maxTTL", json!({ "bound": "0s" }), "rules[0].maxTTL.bound"),
        ("a negative life", "/rules/0/maxTTL", json!({ "bound": "-1h" }), "rules[0].maxTTL.bound"),
        ("a life of 2^63", "/rules/0/maxTTL", json!({ "bound": "9223372036854775808s" }), "rules[0].maxTTL.bound"),
        ("a life in weeks", "/rules/0/maxTTL", json!({ "bound": "1w" }), "rules[0].maxTTL.bound"),
    ]
}

fn unreadable() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("an unknown field", "/issuers", json!("x")),
        ("an unknown field of a provider", "/identityProviders/0/secret", json!("x")),
        ("an unknown field of a cluster", "/clusters/0/server", json!("https://a")),
        ("an unknown field of a rule", "/rules/0/verbs", json!(["*"])),
        ("an unknown life", "/rules/0/maxTTL", json!({ "forever": "1h" })),
        ("an unknown field of a subject", "/rules/0/subjects/0/namespace", json!("x")),
        ("an issuer that is a number", "/issuer", json!(1)),
        ("rules null", "/rules", Value::Null),
        ("a life that is a number", "/rules/0/maxTTL", json!({ "bound": 3600 })),
        ("groups a string", "/rules/0/groups", json!("sre")),
    ]
}

/// Two providers must never be able to name the same user.
fn providers(file: &mut File) {
    let two = |first: &str, second: &str, alias: &str, url: &str| {
        let mut config = good();
        let mut other = config["identityProviders"][0].clone();
        other["alias"] = alias.into();
        other["issuer"]["url"] = url.into();
        config["identityProviders"][0]["claimMappings"]["username"]["prefix"] = first.into();
        other["claimMappings"]["username"]["prefix"] = second.into();
        other["claimMappings"]["groups"]["prefix"] = "other:".into();
        config["identityProviders"].as_array_mut().expect("an array").push(other);
        json!({ "config": { "json": config } })
    };
    let url = "https://other.example.com";
    let shows = json!({ "issuer": "https://mint.example.com", "clusters": ["prod", "stage", "files"], "rules": 2 });
    file.accept("h92 two providers with prefixes of their own", two("a:", "b:", "other", url), shows);
    let all = "identityProviders";
    let prefix = "identityProviders[1].claimMappings.username.prefix";
    file.refuse("h92 the same prefix", two("a:", "a:", "other", url), json!([all]));
    file.refuse("h92 a prefix that begins with the other", two("a:", "a:b:", "other", url), json!([all]));
    file.refuse("h92 the other way round", two("a:b:", "a:", "other", url), json!([all]));
    file.refuse("h92 an empty prefix", two("a:", "", "other", url), json!([prefix, all]));
    file.refuse("h92 the same alias", two("a:", "b:", "corp", url), json!(["identityProviders[1].alias"]));
    for (name, prefix) in [("the same", "corp:"), ("an empty", ""), ("a longer", "corp:x:")] {
        let mut config = two("a:", "b:", "other", url);
        config["config"]["json"]["identityProviders"][1]["claimMappings"]["groups"]["prefix"] = prefix.into();
        file.refuse(format!("h92 {name} group prefix"), config, json!([all]));
    }
    let login = "https://login.example.com";
    file.refuse("h92 the same issuer", two("a:", "b:", "other", login), json!(["identityProviders[1].issuer.url"]));
}
