//! Vectors of TokenReview: bodies as kube-apiserver and others send them.

use super::{
    file::{File, NOW},
    mint::{self, BOUND_AUDIENCE},
    presentation,
};
use serde_json::{Value, json};

/// Reviews.
pub fn file() -> File {
    let mut given = mint::webhook(&["bound"]);
    given["api_audiences"] = json!([]);
    let says = "`body` is answered by a webhook whose API server has `api_audiences`; gives the answer, and the reason \
                of a refusal, which kube-apiserver is told only where time can cure it";
    let mut file = File::new("review", says, given);
    let grant = format!("{}~", mint::grant().good());
    let good = mint::present(&grant, BOUND_AUDIENCE);
    answers(&mut file, &good);
    refusals(&mut file, &grant, &good);
    audiences(&mut file, &good);
    bodies(&mut file);
    file
}

fn body(version: &str, token: &str, audiences: Option<Value>) -> Value {
    let mut spec = json!({ "token": token });
    if let Some(audiences) = audiences {
        spec["audiences"] = audiences;
    }
    json!({
        "kind": "TokenReview", "apiVersion": format!("authentication.k8s.io/{version}"),
        "metadata": { "creationTimestamp": null }, "spec": spec, "status": { "user": {} },
    })
}

fn yes(version: &str, audiences: Option<Value>) -> Value {
    let identity = presentation::identity(&["sre", "dev-shop"]);
    let one = |value: String| json!([value]);
    let text = |member: &str| identity[member].as_str().unwrap_or_default().to_owned();
    let user = json!({
        "username": identity["username"], "uid": identity["uid"], "groups": identity["groups"],
        "extra": {
            "authentication.kubernetes.io/credential-id": one(format!("JTI={}", text("jti"))),
            "kubemint.dev/jkt": one(text("jkt")), "kubemint.dev/sid": one(text("sid")),
            "kubemint.dev/auth-time": one((NOW - 7230).to_string()),
        },
    });
    let mut status = json!({ "authenticated": true, "user": user });
    if let Some(audiences) = audiences {
        status["audiences"] = audiences;
    }
    answer(version, status)
}

fn answer(version: &str, status: impl Into<Value>) -> Value {
    let status = status.into();
    json!({ "apiVersion": format!("authentication.k8s.io/{version}"), "kind": "TokenReview", "status": status })
}

fn answers(file: &mut File, good: &str) {
    for version in ["v1", "v1beta1"] {
        let input = json!({ "body": { "json": body(version, good, None) } });
        file.accept(format!("h66 yes in {version}"), input, json!({ "answer": yes(version, None) }));
    }
}

/// A plain no is remembered by kube-apiserver; one with an error is not.
fn refusals(file: &mut File, grant: &str, good: &str) {
    let binding = mint::binding(grant, BOUND_AUDIENCE);
    let early = format!("{grant}{}", binding.with_claims(&binding.claims.set("iat", (NOW + 31).to_string())));
    let stale = format!("{grant}{}", binding.with_claims(&binding.claims.set("iat", (NOW - 91).to_string())));
    let draft = mint::grant();
    let unknown = format!("{}~", draft.with_header(&draft.header.text("kid", "new")));
    let session = mint::present(&format!("{}~", mint::session().good()), mint::SESSION_AUDIENCE);
    for (name, token, reason, transient) in [
        ("h66 an empty token", String::new(), "token-malformed", false),
        ("h66 another system's token", "sha256~abcdefghijklmnop".into(), "token-malformed", false),
        ("h66 h6 a bootstrap token", "abcdef.0123456789abcdef".into(), "token-malformed", false),
        ("h38 a bare grant", grant.into(), "binding-missing", false),
        ("h43 a stale presentation", stale, "binding-stale", false),
        ("h43 a presentation ahead of time", early, "binding-early", true),
        ("h23 a key that is not known yet", mint::present(&unknown, BOUND_AUDIENCE), "key-unknown", true),
        ("h60 a session's presentation", session, "audience-wrong", false),
        ("h38 a bearer", mint::bearer().good(), "not-accepted", false),
        ("h26 a flipped last character", flipped(good), "binding-signature-wrong", false),
    ] {
        let mut status = json!({ "authenticated": false });
        if transient {
            status["error"] = reason.into();
        }
        let gives = json!({ "answer": answer("v1", status), "because": reason });
        file.accept(
            format!("{name}: {}", if transient { "a no that says why" } else { "a plain no" }),
            json!({ "body": { "json": body("v1", &token, None) } }),
            gives,
        );
    }
}

/// Another character in the middle of the holder's signature.
fn flipped(good: &str) -> String {
    let at = good.len() - 40;
    let other = if good.as_bytes()[at] == b'A' { "B" } else { "A" };
    format!("{}{other}{}", &good[..at], &good[at + 1..])
}

fn audiences(file: &mut File, good: &str) {
    let own = "https://kubernetes.default.svc";
    let no = json!({ "answer": answer("v1", json!({ "authenticated": false })), "because": "audiences-disjoint" });
    for (name, asked, own, expected) in [
        ("none asked, none configured", None, json!([]), Some(None)),
        ("none asked", None, json!([own]), Some(Some(json!([own])))),
        ("null asked", Some(Value::Null), json!([own]), Some(Some(json!([own])))),
        ("an empty list asked", Some(json!([])), json!([own]), Some(Some(json!([own])))),
        ("its own asked", Some(json!([own])), json!([own]), Some(Some(json!([own])))),
        ("another and its own asked", Some(json!(["x", own])), json!([own, "y"]), Some(Some(json!([own])))),
        ("h66 something asked, none configured: no echo", Some(json!(["x"])), json!([]), Some(None)),
        ("h66 nothing in common", Some(json!(["x"])), json!([own]), None),
        ("h66 a prefix in common", Some(json!(["https://kubernetes"])), json!([own]), None),
    ] {
        let input = json!({ "body": { "json": body("v1", good, asked) }, "api_audiences": own });
        let gives = expected.map_or_else(|| no.clone(), |list| json!({ "answer": yes("v1", list) }));
        file.accept(format!("{name} (audiences)"), input, gives);
    }
}

fn bodies(file: &mut File) {
    let good = body("v1", "t", None).to_string();
    let spec = "\"spec\":{\"token\":\"t\"}";
    assert!(good.contains(spec), "{good}");
    let with = |from: &str, to: &str| good.replace(from, to);
    for (name, text) in [
        ("an empty body", String::new()),
        ("an array", "[]".into()),
        ("null", "null".into()),
        ("no JSON", "token=t".into()),
        ("YAML", "kind: TokenReview".into()),
        ("an unknown version", with("k8s.io/v1", "k8s.io/v2")),
        ("an alpha version", with("k8s.io/v1", "k8s.io/v1alpha1")),
        ("another group", with("authentication.k8s.io", "authorization.k8s.io")),
        ("no version", with("apiVersion", "version")),
        ("another kind", with("TokenReview", "SubjectAccessReview")),
        ("a list", with("TokenReview", "TokenReviewList")),
        ("no spec", with(spec, "\"x\":1")),
        ("spec null", with(spec, "\"spec\":null")),
        ("spec a string", with(spec, "\"spec\":\"t\"")),
        ("no token", with(spec, "\"spec\":{}")),
        ("token null", with("\"t\"", "null")),
        ("token a number", with("\"t\"", "1")),
        ("token an array", with("\"t\"", "[\"t\"]")),
        ("audiences a string", with(spec, "\"spec\":{\"token\":\"t\",\"audiences\":\"a\"}")),
        ("audiences with a number", with(spec, "\"spec\":{\"token\":\"t\",\"audiences\":[1]}")),
        ("h35 token twice", with(spec, "\"spec\":{\"token\":\"a\",\"token\":\"t\"}")),
        ("h35 token twice, once escaped", with(spec, "\"spec\":{\"token\":\"a\",\"\\u0074oken\":\"t\"}")),
        ("h35 spec twice", with(spec, &format!("{spec},{spec}"))),
        ("h35 kind twice", with("\"kind\"", "\"kind\":\"TokenReview\",\"kind\"")),
        ("h37 a BOM", format!("\u{feff}{good}")),
        ("h37 trailing bytes", format!("{good}x")),
        ("h37 two documents", format!("{good}{good}")),
        ("h37 a lone surrogate", with("\"t\"", "\"\\ud800\"")),
    ] {
        let name = if name.starts_with('h') { format!("h66 {name}") } else { format!("h66 body: {name}") };
        file.refuse(name, json!({ "body": text }), "review-malformed");
    }
    let bytes = super::forge::b64([&good.as_bytes()[..10], b"\xff", &good.as_bytes()[10..]].concat());
    file.refuse("h66 h37 bad UTF-8", json!({ "body": { "base64url": bytes } }), "review-malformed");
    let (before, after) = good.split_once("\"t\"").expect("the token");
    let long = |times: u64| json!([format!("{before}\""), { "repeat": "a", "times": times }, format!("\"{after}")]);
    file.refuse("h66 64 KiB and more", json!({ "body": long(65_536) }), "review-malformed");
    file.refuse("h66 100 MiB, or as much as a vector may be", json!({ "body": long(4_000_000) }), "review-malformed");
    let no = json!({ "answer": answer("v1", json!({ "authenticated": false })), "because": "token-too-large" });
    file.accept("h66 h3 a token of 60 KB", json!({ "body": long(60_000) }), no);
    let deep = json!([format!("{before}\"t\",\"x\":"), { "repeat": "[", "times": 30_000 }]);
    file.refuse("h66 h36 depth 30000", json!({ "body": deep }), "review-malformed");
}
