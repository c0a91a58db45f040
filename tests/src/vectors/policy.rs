//! Vectors of policy: a configuration, somebody, and what they get.

use super::{
    config::{cluster, good, rule},
    file::File,
};
use serde_json::{Value, json};

const PROD: &str = "https://mint.example.com/clusters/prod";
const STAGE: &str = "https://mint.example.com/clusters/stage";
const FILES: &str = "https://mint.example.com/clusters/files";
const MINT: &str = "https://mint.example.com";

/// Decisions.
pub fn file() -> File {
    let mut config = good();
    let rules = config["rules"].as_array_mut().expect("an array");
    rules.push(with(
        rule("Group", "corp:ops", &["prod"], &["ops"]),
        &[("bound", "1h"), ("session", "6h")],
        Some("ops"),
    ));
    rules.push(with(rule("Group", "corp:ci", &["stage", "files"], &["ci"]), &[("bearer", "24h")], Some("ci")));
    rules.push(with(rule("Group", "corp:tools", &["stage"], &["tools"]), &[("bearer", "2h")], None));
    rules.push(with(
        rule("User", "eve@example.com", &["*"], &["eve"]),
        &[("bound", "2h"), ("bearer", "3d")],
        Some("eve"),
    ));
    let given = json!({ "config": { "json": config }, "username": "bob@example.com", "groups": [], "kind": "bound" });
    let says = "what the rules of `config` give `username` with `groups` on `resource`; or with `visible` the clusters \
                they may see";
    let mut file = File::new("policy", says, given);
    decisions(&mut file);
    refusals(&mut file);
    visible(&mut file);
    file
}

fn with(mut rule: Value, lives: &[(&str, &str)], namespace: Option<&str>) -> Value {
    for (kind, life) in lives {
        rule["maxTTL"][*kind] = (*life).into();
    }
    if let Some(namespace) = namespace {
        rule["namespace"] = namespace.into();
    }
    rule
}

fn decisions(file: &mut File) {
    let hours = 3600;
    let plain = |groups: &[&str], life: u64| json!({ "groups": groups, "life": life, "window": 60 });
    let named = |groups: &[&str], life: u64, namespace: &str| json!({ "groups": groups, "life": life, "window": 60, "namespace": namespace });
    let mut give = |name: &str, groups: &[&str], resource: &str, kind: &str, gives: Value| {
        file.accept(name, json!({ "groups": groups, "resource": resource, "kind": kind }), gives);
    };
    give("one rule", &["corp:sre"], PROD, "bound", plain(&["sre"], 8 * hours));
    give(
        "two rules add their groups, the smallest life wins",
        &["corp:sre", "corp:ops"],
        PROD,
        "bound",
        plain(&["sre", "ops"], hours),
    );
    give("one rule with a namespace", &["corp:ops"], PROD, "bound", named(&["ops"], hours, "ops"));
    give("a bearer where a rule allows it", &["corp:ci"], STAGE, "bearer", named(&["ci"], 24 * hours, "ci"));
    give("the smallest bearer wins", &["corp:ci", "corp:tools"], STAGE, "bearer", plain(&["ci", "tools"], 2 * hours));
    give(
        "a rule about another cluster says nothing here",
        &["corp:sre", "corp:ci"],
        PROD,
        "bound",
        plain(&["sre"], 8 * hours),
    );
    give("a session, default life", &["corp:sre"], MINT, "bound", plain(&[], 12 * hours));
    give("a session, the smallest life", &["corp:sre", "corp:ops"], MINT, "bound", plain(&[], 6 * hours));
    let user = |name: &str| json!({ "username": name, "resource": STAGE });
    file.accept("a rule for a user", user("alice@example.com"), plain(&["shop-dev"], 8 * hours));
    let both = json!({ "username": "alice@example.com", "groups": ["corp:sre"], "resource": STAGE });
    file.accept("rules for a user and her group", both, plain(&["sre", "shop-dev"], 8 * hours));
    let eve = json!({ "username": "eve@example.com", "groups": ["corp:ci"], "resource": STAGE, "kind": "bearer" });
    file.accept("conflicting namespaces leave it unset", eve, plain(&["ci", "eve"], 24 * hours));
}

fn refusals(file: &mut File) {
    let input =
        |groups: &[&str], resource: &str, kind: &str| json!({ "groups": groups, "resource": resource, "kind": kind });
    for (name, groups, resource, kind, reason) in [
        ("nobody", &[][..], PROD, "bound", "access-denied"),
        ("nobody, a session", &[], MINT, "bound", "access-denied"),
        ("a group of another name", &["corp:sr"], PROD, "bound", "access-denied"),
        ("a group of another case", &["corp:SRE"], PROD, "bound", "access-denied"),
        ("a group without its prefix", &["sre"], PROD, "bound", "access-denied"),
        ("a group named as a user", &["alice@example.com"], STAGE, "bound", "access-denied"),
        ("a group named *", &["*"], PROD, "bound", "access-denied"),
        ("a rule about other clusters", &["corp:ci"], PROD, "bound", "access-denied"),
        ("an unknown cluster", &["corp:sre"], "https://mint.example.com/clusters/nowhere", "bound", "resource-unknown"),
        ("a cluster named *", &["corp:sre"], "https://mint.example.com/clusters/*", "bound", "resource-unknown"),
        ("h80 a bearer for the mint itself", &["corp:sre"], MINT, "bearer", "kind-forbidden"),
        ("a bearer without a word about bearers", &["corp:sre"], STAGE, "bearer", "kind-forbidden"),
        (
            "a bearer, one rule silent: forbidden is smaller than any",
            &["corp:sre", "corp:ci"],
            STAGE,
            "bearer",
            "kind-forbidden",
        ),
        ("a grant where the cluster takes bearers only", &["corp:sre"], FILES, "bound", "kind-forbidden"),
        ("a bearer where the cluster takes grants only", &["corp:ops"], PROD, "bearer", "kind-forbidden"),
    ] {
        file.refuse(name, input(groups, resource, kind), reason);
    }
    for name in ["alice@example.co", "Alice@example.com", "alice@example.com ", "*", "", "corp:sre"] {
        file.refuse(
            format!("somebody else: {name:?}"),
            json!({ "username": name, "resource": STAGE }),
            "access-denied",
        );
    }
    let mut config = good();
    config["clusters"] = json!([cluster("prod", &["bound"])]);
    let groups = |n: usize| (0..40).map(|i| format!("g{n}-{i}")).collect::<Vec<_>>();
    let rules = [0, 1].map(|n| {
        json!({
            "subjects": [{ "kind": "Group", "name": "corp:sre" }], "clusters": ["*"], "groups": groups(n),
        })
    });
    config["rules"] = json!(rules);
    let many = json!({ "config": { "json": config }, "groups": ["corp:sre"], "resource": PROD });
    file.refuse("h34 rules that add up to 80 groups", many, "groups-refused");
}

fn visible(file: &mut File) {
    let mut see = |name: &str, groups: &[&str], clusters: &[&str]| {
        file.accept(name, json!({ "groups": groups, "visible": true }), json!(clusters));
    };
    see("nobody sees nothing", &[], &[]);
    see("everything", &["corp:sre"], &["prod", "stage", "files"]);
    see("some", &["corp:ci"], &["stage", "files"]);
    see("h80 never the mint itself", &["corp:sre", "corp:ops"], &["prod", "stage", "files"]);
}
