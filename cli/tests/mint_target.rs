//! The mint itself as kubectl's target: an entry like the others, and the session signed for nobody else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

mod rig;

use kubemint_core::time::Seconds;
use rig::{
    Ended, Rig, ago, ended,
    kubeconfig::{OTHERS, refused, view},
};
use serde_json::{Value, json};

const PEM: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const PEM_DATA: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBQUEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=";

/// Signed in, the mint's own CA given at the sign-in.
fn rig() -> Rig {
    let rig = Rig::signed_in();
    std::fs::write(rig.home().join("ca.crt"), PEM).unwrap();
    rig
}

fn info(cluster: &Value) -> Value {
    json!({
        "apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential",
        "spec": { "interactive": false, "cluster": cluster },
    })
}

fn the_mint() -> Value {
    json!({ "server": rig::ISSUER, "certificate-authority-data": PEM_DATA })
}

fn token(rig: &Rig, cluster: &Value) -> Ended {
    let mut command = rig.command(&["token", "--mint"]);
    ended(&command.env("KUBERNETES_EXEC_INFO", info(cluster).to_string()).output().unwrap())
}

fn claims(jwt: &str) -> Value {
    serde_json::from_slice(&kubemint_core::base64url::decode(jwt.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[test]
fn an_entry_for_the_mint_is_written_and_removed() {
    let rig = rig();
    std::fs::write(rig.path("config"), OTHERS).unwrap();
    let added = rig.run(&["kubeconfig", "add", "--mint", "--use"]);
    assert_eq!((added.status, added.stdout.as_str()), (0, ""), "{}", added.stderr);
    assert!(added.stderr.contains("Next: kubectl get clusters"), "{}", added.stderr);
    let view = view(&rig.path("config"));
    assert_eq!(view["current-context"], "kubemint");
    let cluster = view["clusters"].as_array().unwrap().iter().find(|item| item["name"] == "kubemint").unwrap();
    assert_eq!(cluster["cluster"]["server"], rig::ISSUER);
    assert_eq!(cluster["cluster"]["certificate-authority-data"], PEM_DATA);
    let user = view["users"].as_array().unwrap().iter().find(|item| item["name"] == "kubemint").unwrap();
    let exec = &user["user"]["exec"];
    assert_eq!(exec["args"], json!(["token", "--mint"]));
    assert_eq!((&exec["interactiveMode"], &exec["provideClusterInfo"]), (&json!("IfAvailable"), &json!(true)));
    let list = rig.run(&["kubeconfig", "list"]);
    assert!(list.stdout.contains("kubemint   -         https://mint.example"), "{}", list.stdout);
    refused(&rig.run(&["kubeconfig", "remove", "--cluster", "kubemint"]), "entry-missing");
    assert_eq!(rig.run(&["kubeconfig", "remove", "--mint"]).status, 0);
    let left = std::fs::read_to_string(rig.path("config")).unwrap();
    assert_eq!(left.replace("current-context: \"\"", "current-context: other"), OTHERS);
}

#[test]
fn it_is_printed_and_named_like_the_others() {
    let rig = Rig::signed_in();
    let printed = rig.run(&["kubeconfig", "add", "--mint", "--print", "--prefix", "corp-"]);
    assert_eq!(printed.status, 0, "{}", printed.stderr);
    std::fs::write(rig.path("printed"), printed.stdout).unwrap();
    let view = view(&rig.path("printed"));
    assert_eq!(view["current-context"], "corp-kubemint");
    assert_eq!(view["clusters"][0]["cluster"].get("certificate-authority-data"), None);
    assert!(!rig.path("config").exists());
}

#[test]
fn a_cluster_of_that_name_and_the_mint_do_not_take_each_others_entry() {
    let rig = rig();
    rig.know("kubemint");
    assert_eq!(rig.run(&["kubeconfig", "add", "--cluster", "kubemint"]).status, 0);
    refused(&rig.run(&["kubeconfig", "add", "--mint"]), "entry-taken");
    assert_eq!(rig.run(&["kubeconfig", "add", "--mint", "--prefix", "the-"]).status, 0);
    assert_eq!(rig.run(&["kubeconfig", "remove", "--cluster", "kubemint"]).status, 0);
    assert_eq!(view(&rig.path("config"))["users"][0]["name"], "the-kubemint");
}

#[test]
fn what_makes_no_sense_for_the_mint_is_a_wrong_command_line() {
    let rig = rig();
    for more in [
        &["--cluster", "prod"][..],
        &["--all"],
        &["--endpoint", "public"],
        &["--namespace", "shop"],
        &["--insecure-skip-tls-verify"],
        &["--print", "--embed-token"],
    ] {
        let ended = rig.run(&[&["kubeconfig", "add", "--mint"], more].concat());
        assert_eq!((ended.status, ended.stdout.as_str()), (64, ""), "{more:?}: {}", ended.stderr);
    }
    assert_eq!(rig.run(&["token", "--mint", "--cluster", "prod"]).status, 64);
}

#[test]
fn the_session_is_signed_for_the_mint() {
    let rig = rig();
    let ended = token(&rig, &the_mint());
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let credential: Value = serde_json::from_str(&ended.stdout).unwrap();
    let (grant, binding) = credential["status"]["token"].as_str().unwrap().split_once('~').unwrap();
    let audience = format!("{}/bound", rig::ISSUER);
    assert_eq!((&claims(grant)["aud"], &claims(binding)["aud"]), (&json!(audience), &json!(audience)));
}

#[test]
fn h78_h91_another_server_never_gets_the_session() {
    let rig = rig();
    let with = |member: &str, value: Value| {
        let mut cluster = the_mint();
        cluster[member] = value;
        cluster
    };
    for cluster in [
        with("server", json!("https://evil.example")),
        with("server", json!("https://mint.example.evil.example")),
        with("server", json!("https://mint.example/clusters/prod")),
        with("server", json!("https://MINT.example")),
        with("server", json!("http://mint.example")),
        with("server", json!(rig::SERVER)),
        with("certificate-authority-data", json!("RVZJTA==")),
        with("certificate-authority-data", Value::Null),
        with("tls-server-name", json!("evil.example")),
        with("proxy-url", json!("http://evil.example:3128")),
        with("insecure-skip-tls-verify", json!(true)),
        json!({ "server": rig::ISSUER, "insecure-skip-tls-verify": true }),
    ] {
        let ended = token(&rig, &cluster);
        refused(&ended, "server-unknown");
        assert!(ended.stderr.contains("kubectl mint kubeconfig add --mint"), "{}", ended.stderr);
    }
    refused(&token(&rig, &Value::Null), "exec-info-missing");
    refused(&rig.run(&["token", "--mint"]), "exec-info-missing");
}

#[test]
fn h78_the_mint_is_no_cluster_and_a_cluster_is_no_mint() {
    let rig = rig();
    let mut command = rig.command(&["token", "--cluster", "prod"]);
    refused(
        &ended(&command.env("KUBERNETES_EXEC_INFO", info(&the_mint()).to_string()).output().unwrap()),
        "server-unknown",
    );
    rig.know("kubemint");
    refused(&token(&rig, &json!({ "server": rig::SERVER, "certificate-authority-data": rig::CA })), "server-unknown");
}

#[test]
fn without_a_session_it_says_what_to_run() {
    let rig = rig();
    rig.keep_session(ago(7200), Seconds::hours(1));
    let over = token(&rig, &the_mint());
    refused(&over, "session-over");
    assert!(over.stderr.contains("run `kubectl mint login https://mint.example`"), "{}", over.stderr);
    std::fs::remove_file(rig.home().join("session.json")).unwrap();
    refused(&token(&rig, &the_mint()), "session-over");
    refused(&token(&Rig::empty(), &the_mint()), "not-signed-in");
    refused(&Rig::empty().run(&["kubeconfig", "add", "--mint"]), "not-signed-in");
}
