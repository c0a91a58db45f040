//! Vectors of documents that need no key: deny lists, exec credentials, clusters, metadata, answers, bare JSON.

use super::{
    file::{File, NOW},
    forge::b64,
};
use serde_json::{Value, json};

/// Deny lists.
pub fn deny() -> File {
    let given = json!({ "jti": "j1", "sid": "s1", "sub": "corp:00u1", "jkt": "k1" });
    let says = "`deny` is read and asked about `jti`, `sid`, `sub` and `jkt`; gives the numbers of its bad lines";
    let mut file = File::new("deny", says, given);
    for (name, text) in [
        ("a jti", "jti j1"),
        ("a session", "sid s1"),
        ("a subject", "sub corp:00u1"),
        ("a key", "jkt k1"),
        ("with spaces around", "  jti   j1  "),
        ("with CRLF", "jti x\r\njti j1\r\n"),
        ("beside bad lines", "nonsense\njti\njti j1\n\u{0}"),
        ("without a newline at the end", "# list\n\njti j1"),
    ] {
        file.refuse(name, json!({ "deny": text }), "denied");
    }
    for (name, text, bad) in [
        ("nothing", "", json!([])),
        ("comments and empty lines", "# jti j1\n\n   \n", json!([])),
        ("somebody else", "jti j2\nsid s2\nsub corp:00u\njkt k2\n", json!([])),
        ("a value of another kind", "sid j1\njti s1\nsub k1\njkt corp:00u1\n", json!([])),
        ("bad lines are counted from one", "jti j2\nrole x\n\njti\n jti \nJTI j1\n", json!([2, 4, 5, 6])),
        ("two values on a line", "jti j1 j2", json!([1])),
        ("a tab for a space", "jti\tj1", json!([1])),
    ] {
        file.accept(name, json!({ "deny": text }), json!({ "bad": bad }));
    }
    let many = json!({ "deny": [{ "repeat": "jti x\n", "times": 100_000 }, "jti j1"] });
    file.refuse("behind a hundred thousand others", many, "denied");
    file.accept("a bearer has no key", json!({ "deny": "jkt k1", "jkt": null }), json!({ "bad": [] }));
    file
}

/// Exec credentials.
pub fn exec() -> File {
    let says = "`info` is what kubectl says; gives what was understood or, with `token`, the exact answer";
    let mut file = File::new("exec", says, json!({}));
    let info = |version: &str, spec: Value| json!({ "kind": "ExecCredential", "apiVersion": format!("client.authentication.k8s.io/{version}"), "spec": spec });
    let cluster = json!({
        "server": "https://a:6443", "certificate-authority-data": "LS0t", "tls-server-name": "b",
        "insecure-skip-tls-verify": true, "proxy-url": "http://p", "config": { "audience": "prod" },
    });
    for version in ["v1", "v1beta1"] {
        let asked = info(version, json!({ "interactive": true, "cluster": cluster }));
        let api = format!("client.authentication.k8s.io/{version}");
        let mut seen = cluster.clone();
        seen.as_object_mut().expect("an object").remove("config");
        let gives = json!({ "apiVersion": api, "interactive": true, "cluster": seen });
        file.accept(format!("a cluster in {version}"), json!({ "info": { "json": asked } }), gives);
        let input = json!({ "info": { "json": asked }, "token": "a.b.c~d.e.f", "expires_at": NOW });
        let text = format!(
            "{{\"apiVersion\":\"{api}\",\"kind\":\"ExecCredential\",\"status\":\
             {{\"expirationTimestamp\":\"2027-01-15T08:00:00Z\",\"token\":\"a.b.c~d.e.f\"}}}}"
        );
        file.accept(format!("the answer in {version}"), input, text);
    }
    let api = "client.authentication.k8s.io/v1";
    let hidden = json!({ "apiVersion": api, "interactive": false, "cluster": null });
    for (name, spec) in [
        ("no cluster", json!({ "interactive": false })),
        ("cluster null", json!({ "interactive": false, "cluster": null })),
        ("an empty spec", json!({})),
    ] {
        file.accept(format!("h91 {name}"), json!({ "info": { "json": info("v1", spec) } }), hidden.clone());
    }
    let good = info("v1", json!({ "interactive": false })).to_string();
    for (name, text) in [
        ("nothing", String::new()),
        ("no JSON", "kind: ExecCredential".into()),
        ("an array", "[]".into()),
        ("an alpha version", good.replace("/v1", "/v1alpha1")),
        ("a later version", good.replace("/v1", "/v2")),
        ("another group", good.replace("client.authentication", "authentication")),
        ("another kind", good.replace("ExecCredential", "TokenReview")),
        ("no kind", good.replace("kind", "sort")),
        ("h35 kind twice", good.replacen('{', "{\"kind\":\"ExecCredential\",", 1)),
        ("h35 spec twice, once escaped", good.replacen('{', "{\"\\u0073pec\":{},", 1)),
        ("h37 trailing bytes", format!("{good}x")),
        ("h91 a server that is a number", info("v1", json!({ "cluster": { "server": 1 } })).to_string()),
        (
            "h91 a CA that is an array",
            info("v1", json!({ "cluster": { "certificate-authority-data": [] } })).to_string(),
        ),
        (
            "h91 an insecure flag that is a string",
            info("v1", json!({ "cluster": { "insecure-skip-tls-verify": "false" } })).to_string(),
        ),
        ("h91 a proxy that is a number", info("v1", json!({ "cluster": { "proxy-url": 1 } })).to_string()),
        ("h91 a TLS name that is an object", info("v1", json!({ "cluster": { "tls-server-name": {} } })).to_string()),
        ("h91 a cluster that is a string", info("v1", json!({ "cluster": "https://a" })).to_string()),
        ("h91 a cluster that is an array", info("v1", json!({ "cluster": [] })).to_string()),
        ("h35 interactive a string", info("v1", json!({ "interactive": "true" })).to_string()),
        ("h35 a spec that is a string", info("v1", json!("x")).to_string()),
    ] {
        file.refuse(name, json!({ "info": text }), "exec-info-malformed");
    }
    file
}

/// The list of clusters.
pub fn cluster() -> File {
    let says = "`list` is read as a ClusterList of the mint's; gives its clusters as they are served";
    let mut file = File::new("cluster", says, json!({}));
    let item = json!({
        "apiVersion": "kubemint.dev/v1alpha1", "kind": "Cluster", "metadata": { "name": "prod" },
        "spec": {
            "displayName": "Production", "accepts": ["bound"], "namespace": "shop", "certificateAuthorityData": "LS0t",
            "endpoints": [{ "name": "public", "server": "https://a", "tlsServerName": "b", "proxyURL": "http://p" }],
        },
    });
    let list = |items: Value| json!({ "list": { "json": { "items": items } } });
    file.accept("one cluster", list(json!([item])), json!([item]));
    file.accept("none", list(json!([])), json!([]));
    let with = |pointer: &str, value: Value| {
        let mut item = item.clone();
        *item.pointer_mut(pointer).expect("a member") = value;
        list(json!([item]))
    };
    for (name, input) in [
        ("h70 a name with a path", with("/metadata/name", json!("../prod"))),
        ("h70 a name with capitals", with("/metadata/name", json!("Prod"))),
        ("h70 an empty name", with("/metadata/name", json!(""))),
        ("h70 a name with a newline", with("/metadata/name", json!("a\nb"))),
        ("a name that is a number", with("/metadata/name", json!(1))),
        ("no endpoint", with("/spec/endpoints", json!([]))),
        ("endpoints null", with("/spec/endpoints", Value::Null)),
        ("an endpoint without a server", with("/spec/endpoints/0", json!({ "name": "public" }))),
        ("a server that is a number", with("/spec/endpoints/0/server", json!(1))),
        ("accepts a string", with("/spec/accepts", json!("bound"))),
        ("no spec", with("/spec", Value::Null)),
        ("items null", list(Value::Null)),
        ("no items", json!({ "list": { "json": {} } })),
        ("h37 no JSON", json!({ "list": "<html>" })),
        ("h35 items twice", json!({ "list": "{\"items\":[],\"items\":[]}" })),
        ("h91 a CA that is a number", with("/spec/certificateAuthorityData", json!(1))),
        ("h91 a proxy that is a number", with("/spec/endpoints/0/proxyURL", json!(1))),
        ("h91 a TLS name that is null", with("/spec/endpoints/0/tlsServerName", Value::Null)),
    ] {
        file.refuse(name, input, "request-malformed");
    }
    file
}

/// The mint's metadata as clients read it.
pub fn metadata() -> File {
    let says = "`document` is read as the metadata of the mint at `issuer`; gives its providers";
    let mut file = File::new("metadata", says, json!({ "issuer": "https://mint.example.com" }));
    let provider = json!({
        "alias": "corp", "issuer": "https://login.example.com", "client_id": "kubemint", "scopes": ["openid"],
    });
    let document = |issuer: Value, providers: Value| {
        json!({
            "document": { "json": { "issuer": issuer, "kubemint_providers": providers } },
        })
    };
    let own = || json!("https://mint.example.com");
    file.accept("one provider", document(own(), json!([provider])), json!([provider]));
    for issuer in ["https://mint.example.com/", "https://evil.example", "https://Mint.example.com", ""] {
        file.refuse(format!("h31 issuer {issuer:?}"), document(json!(issuer), json!([provider])), "issuer-wrong");
    }
    file.refuse("h31 issuer an array", document(json!([own()]), json!([provider])), "issuer-wrong");
    for (name, providers) in [
        ("no list", Value::Null),
        ("a list of strings", json!(["corp"])),
        ("a provider without an issuer", json!([{ "alias": "corp", "client_id": "a", "scopes": [] }])),
        ("scopes a string", json!([{ "alias": "a", "issuer": "b", "client_id": "c", "scopes": "openid" }])),
        ("an alias that is a number", json!([{ "alias": 1, "issuer": "b", "client_id": "c", "scopes": [] }])),
    ] {
        file.refuse(name, document(own(), providers), "provider-malformed");
    }
    for (name, text) in
        [("h37 no JSON", "<html>"), ("h35 issuer twice", "{\"issuer\":\"a\",\"issuer\":\"b\"}"), ("nothing", "")]
    {
        file.refuse(name, json!({ "document": text }), "provider-malformed");
    }
    file
}

/// The mint's answers as clients read them.
pub fn exchange() -> File {
    let says = "`body` is read as an answer of `POST /token`, or with `refusal` as its error";
    let mut file = File::new("exchange", says, json!({}));
    let body = json!({
        "access_token": "a.b.c~", "issued_token_type": "urn:kubemint:params:oauth:token-type:grant", "token_type": "N_A",
        "expires_in": 60, "expires_at": NOW,
    });
    let gives = json!({ "token": "a.b.c~", "type": body["issued_token_type"], "expires_at": NOW });
    file.accept("an answer", json!({ "body": { "json": body } }), gives);
    for (member, value) in [
        ("access_token", Value::Null),
        ("access_token", json!(1)),
        ("issued_token_type", Value::Null),
        ("expires_at", Value::Null),
        ("expires_at", json!("1800000000")),
        ("expires_at", json!(1.5)),
        ("expires_at", json!(-1)),
        ("expires_at", json!(9_007_199_254_740_993_u64)),
    ] {
        let mut other = body.clone();
        other[member] = value.clone();
        file.refuse(format!("h27 {member} {value}"), json!({ "body": { "json": other } }), "request-malformed");
    }
    for (name, text) in [
        ("h37 no JSON", "<html>"),
        ("h35 access_token twice", "{\"access_token\":\"a\",\"access_token\":\"b\"}"),
        ("nothing", ""),
    ] {
        file.refuse(name, json!({ "body": text }), "request-malformed");
    }
    let refusal = json!({ "error": "invalid_request", "reason": "expired", "error_description": "the token is over" });
    let gives = json!({ "reason": "expired", "description": "the token is over" });
    file.accept("a refusal", json!({ "body": { "json": refusal }, "refusal": true }), gives);
    for (name, text) in [("somebody else's error", "{\"error\":\"invalid_request\"}"), ("a page", "<html>")] {
        file.refuse(name, json!({ "body": text, "refusal": true }), "no refusal");
    }
    file
}

/// JSON that says one thing only.
pub fn json() -> File {
    let says = "`document` is read; gives it, or with `count` how many members or items it has";
    let mut file = File::new("json", says, json!({}));
    let kinds = json!({ "a": [1, -1, 1.5, "x", true, null], "b": {} });
    file.accept("every kind of value", json!({ "document": kinds.to_string() }), kinds);
    file.accept(
        "h35 the same name at two levels",
        json!({ "document": "{\"a\":{\"a\":1}}" }),
        json!({ "a": { "a": 1 } }),
    );
    for (name, text) in [
        ("h35 a member twice", "{\"a\":1,\"a\":1}"),
        ("h35 a member twice, once escaped", "{\"a\":1,\"\\u0061\":1}"),
        ("h35 a member twice, both escaped", "{\"\\u0061\":1,\"\\u0061\":2}"),
        ("h35 a member twice inside", "{\"x\":[{\"a\":1,\"a\":2}]}"),
        ("h35 a member twice, null last", "{\"a\":1,\"a\":null}"),
        ("h37 a lone high surrogate", "\"\\ud800\""),
        ("h37 a lone low surrogate", "\"\\udc00\""),
        ("h37 surrogates the wrong way round", "\"\\udc00\\ud800\""),
        ("h37 a BOM", "\u{feff}{}"),
        ("h37 trailing bytes", "{}x"),
        ("h37 a trailing NUL", "{}\0"),
        ("h37 two documents", "{}{}"),
        ("h37 a comment", "{}//"),
        ("h37 single quotes", "{'a':1}"),
        ("h37 a trailing comma", "[1,]"),
        ("h37 a raw newline in a string", "\"a\nb\""),
        ("h27 NaN", "NaN"),
        ("h27 infinity", "Infinity"),
        ("h27 1e999", "1e999"),
        ("h27 a leading zero", "01"),
        ("h27 a plus", "+1"),
        ("h27 hexadecimal", "0x1"),
        ("h1 nothing", ""),
        ("h9 only spaces", "  "),
    ] {
        file.refuse(name, json!({ "document": text }), "no document");
    }
    for (name, bytes) in [
        ("h37 bad UTF-8", &b"\"\xff\""[..]),
        ("h37 overlong UTF-8", b"\"\xc0\xaf\""),
        ("h37 an encoded surrogate", b"\"\xed\xa0\x80\""),
        ("h37 UTF-16", b"{\0}\0"),
    ] {
        file.refuse(name, json!({ "document": { "base64url": b64(bytes) } }), "no document");
    }
    let deep = |open: &str, times: u64| json!({ "document": [{ "repeat": open, "times": times }] });
    file.refuse("h36 arrays 100000 deep", deep("[", 100_000), "no document");
    file.refuse("h36 objects 100000 deep", deep("{\"a\":", 100_000), "no document");
    let closed = json!({ "document": [{ "repeat": "[", "times": 200 }, { "repeat": "]", "times": 200 }] });
    file.refuse("h36 arrays 200 deep, and closed", closed, "no document");
    let many = json!({ "document": ["[", { "repeat": "0,", "times": 999_999 }, "0]"], "count": true });
    file.accept("h36 a million items", many, 1_000_000);
    let doubled = json!({ "document": ["{", { "repeat": "\"a\":0,", "times": 1_000_000 }, "\"b\":0}"] });
    file.refuse("h36 h35 a million members of one name", doubled, "no document");
    file
}
