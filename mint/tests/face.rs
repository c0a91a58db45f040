//! What the mint publishes and shows: metadata, keys, and the Kubernetes face.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod rig;

use kubemint::{Request, Response};
use kubemint_core::{cluster::View, date, key_set::KeySet, metadata};
use rig::{ISS, NOW, Rig, body, request};
use serde_json::json;

fn clusters(rig: &Rig, accept: &str, path: &str) -> Response {
    let authorization = format!("Bearer {}", rig.present(&rig.session()));
    rig.send(&Request { authorization, accept: accept.into(), ..request("GET", path) })
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
}

#[test]
fn metadata_names_the_issuer_and_the_providers() {
    let rig = Rig::new();
    let answer = rig.get("/.well-known/openid-configuration");
    assert_eq!(
        (&body(&answer)["issuer"], &body(&answer)["jwks_uri"]),
        (&json!(ISS), &json!(format!("{ISS}/jwks.json")))
    );
    let providers = metadata::providers(&rig.get("/.well-known/oauth-authorization-server").body, ISS).unwrap();
    assert_eq!((providers[0].alias.as_str(), providers[0].client_id.as_str()), ("corp", "kubemint"));
    assert_eq!(date::parse_http(header(&answer, "date").unwrap()).unwrap().unix(), NOW);
}

#[test]
fn keys_are_published_by_the_clock() {
    let rig = Rig::with(&rig::config(), &[(1, (0, NOW + 10, NOW + 20)), (2, (NOW + 10, NOW + 100, NOW + 200))]);
    let ids = || KeySet::parse(&rig.get("/jwks.json").body).unwrap().len();
    assert_eq!(ids(), 2, "the next key is known before it signs");
    rig.host.now.set(NOW + 20);
    assert_eq!(ids(), 1);
    assert_eq!(rig.get("/readyz").status, 200);
    rig.host.now.set(NOW + 100);
    assert_eq!((rig.get("/readyz").status, rig.get("/healthz").status), (503, 200));
    assert_eq!(header(&rig.get("/jwks.json"), "access-control-allow-origin"), Some("*"));
}

#[test]
fn a_caller_sees_their_clusters_and_no_other() {
    let rig = Rig::new();
    let views = View::list(&clusters(&rig, "application/json", "/apis/kubemint.dev/v1alpha1/clusters").body).unwrap();
    assert_eq!(views.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(), ["prod", "staging"]);
    assert_eq!(
        (views[1].namespace.as_deref(), &views[1].accepts),
        (Some("shop"), &vec!["bound".into(), "bearer".into()])
    );
    let one = clusters(&rig, "", "/apis/kubemint.dev/v1alpha1/clusters/prod");
    assert_eq!(body(&one)["spec"]["endpoints"][0]["server"], "https://k8s.example.com:6443");
    assert_eq!(clusters(&rig, "", "/apis/kubemint.dev/v1alpha1/clusters/secret").status, 404);
    assert_eq!(clusters(&rig, "", "/apis/kubemint.dev/v1alpha1/clustersx").status, 404);
}

#[test]
fn kubectl_gets_a_table() {
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    let table = body(&clusters(&Rig::new(), accept, "/apis/kubemint.dev/v1alpha1/clusters"));
    assert_eq!((&table["kind"], &table["rows"][1]["cells"][2]), (&json!("Table"), &json!("shop")));
}

#[test]
fn without_a_session_there_is_nothing_to_see() {
    let rig = Rig::new();
    for authorization in ["", "Bearer ", "Basic YTpi", "Bearer a.b.c~d.e.f"] {
        let answer = rig.send(&Request {
            authorization: authorization.into(),
            ..request("GET", "/apis/kubemint.dev/v1alpha1/clusters")
        });
        assert_eq!((answer.status, &body(&answer)["kind"]), (401, &json!("Status")), "{authorization}");
    }
}

#[test]
fn unknown_paths_below_the_face_are_a_status() {
    let rig = Rig::new();
    for path in ["/api/v1", "/apis/kubemint.dev/v2", "/openapi/v3", "/version/x"] {
        let answer = rig.get(path);
        assert_eq!((answer.status, &body(&answer)["reason"]), (404, &json!("NotFound")), "{path}");
    }
    assert!(rig.host.log.borrow().iter().all(|line| !line.contains("v3")), "a path may hold anything, a token too");
    assert_eq!(rig.send(&request("DELETE", "/apis/kubemint.dev/v1alpha1/clusters/prod")).status, 405);
    assert_eq!(rig.get("/elsewhere").status, 404);
}
