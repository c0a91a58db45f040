//! `kubectl mint token` as kubectl calls it: the whole credential, or not one byte.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

mod rig;

use kubemint_core::time::{Seconds, Time};
use rig::{CA, Ended, Rig, ago, exec_info, now};
use serde_json::{Value, json};

/// The token and the moment to ask again, in Unix seconds.
fn credential(ended: &Ended) -> (String, Value) {
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let value: Value = serde_json::from_str(&ended.stdout).unwrap();
    (value["status"]["token"].as_str().unwrap().to_owned(), value)
}

fn nothing(ended: &Ended, reason: &str) {
    assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{}", ended.stderr);
    assert!(
        ended.stderr.starts_with("kubectl-mint: ") && ended.stderr.contains(&format!("({reason})")),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.stderr.lines().count(), 2, "one line and its hint: {}", ended.stderr);
}

fn claims(jwt: &str) -> Value {
    serde_json::from_slice(&kubemint_core::base64url::decode(jwt.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[test]
fn echoes_the_version_and_signs_for_this_minute() {
    let rig = Rig::signed_in();
    for version in ["v1", "v1beta1"] {
        let before = now();
        let (token, credential) = credential(&rig.token(&exec_info(version)));
        assert_eq!(credential["apiVersion"], format!("client.authentication.k8s.io/{version}"));
        assert_eq!(credential["kind"], "ExecCredential");
        let (_, binding) = token.split_once('~').unwrap();
        let claims = claims(binding);
        let signed = claims["iat"].as_u64().unwrap();
        assert!((before.unix()..=now().unix()).contains(&signed));
        assert_eq!(claims["aud"], format!("{}/clusters/prod/bound", rig.issuer));
        let ends = kubemint_core::date::rfc3339(Time::from_unix(signed + 50).unwrap());
        assert_eq!(credential["status"]["expirationTimestamp"], ends);
    }
}

#[test]
fn each_presentation_is_a_new_one() {
    let rig = Rig::signed_in();
    let (first, _) = credential(&rig.token(&exec_info("v1")));
    let (second, _) = credential(&rig.token(&exec_info("v1")));
    assert_ne!(first, second);
}

#[test]
fn h78_another_server_gets_nothing() {
    let rig = Rig::signed_in();
    for (member, value) in [
        ("server", json!("https://evil.example:6443")),
        ("server", json!("https://k8s.example:6443@evil.example")),
        ("server", json!("")),
        ("certificate-authority-data", json!("RVZJTA==")),
        ("certificate-authority-data", Value::Null),
        ("insecure-skip-tls-verify", json!(true)),
    ] {
        let mut info = exec_info("v1");
        info["spec"]["cluster"][member] = value;
        nothing(&rig.token(&info), "server-unknown");
    }
}

#[test]
fn h91_a_hidden_cluster_or_another_way_to_it_gets_nothing() {
    let rig = Rig::signed_in();
    for (member, value) in [("proxy-url", "http://evil.example:3128"), ("tls-server-name", "evil.example")] {
        let mut info = exec_info("v1beta1");
        info["spec"]["cluster"][member] = json!(value);
        nothing(&rig.token(&info), "server-unknown");
    }
    let mut hidden = exec_info("v1");
    hidden["spec"] = json!({ "interactive": false });
    nothing(&rig.token(&hidden), "exec-info-missing");
    hidden["spec"] = json!({ "interactive": false, "cluster": null });
    nothing(&rig.token(&hidden), "exec-info-missing");
    nothing(&rig.run(&["token", "--cluster", "prod"]), "exec-info-missing");
}

#[test]
fn what_kubectl_never_says_gets_nothing() {
    let rig = Rig::signed_in();
    for info in [json!({}), json!([]), json!("x"), exec_info("v1alpha1"), exec_info("v2")] {
        nothing(&rig.token(&info), "exec-info-malformed");
    }
    let mut number = exec_info("v1");
    number["spec"]["cluster"]["server"] = json!(1);
    nothing(&rig.token(&number), "exec-info-malformed");
}

#[test]
fn the_endpoint_chosen_within_the_cluster_is_known_too() {
    let rig = Rig::signed_in();
    let mut info = exec_info("v1");
    info["spec"]["cluster"] =
        json!({ "server": "https://10.0.0.5:6443", "tls-server-name": "kubernetes", "certificate-authority-data": CA });
    credential(&rig.token(&info));
    info["spec"]["cluster"]["tls-server-name"] = json!("");
    nothing(&rig.token(&info), "server-unknown");
}

#[test]
fn an_unknown_cluster_and_an_empty_home_say_what_to_run() {
    let rig = Rig::empty();
    let ended = rig.token(&exec_info("v1"));
    nothing(&ended, "not-signed-in");
    assert!(ended.stderr.contains("kubectl mint login"));
    let rig = Rig::signed_in();
    let ended = rig
        .command(&["token", "--cluster", "dev"])
        .env("KUBERNETES_EXEC_INFO", exec_info("v1").to_string())
        .output()
        .unwrap();
    nothing(&rig::ended(&ended), "cluster-unknown");
    assert_eq!(rig.run(&["token", "--cluster", "../key"]).status, 1);
}

#[test]
fn without_its_key_a_copied_home_opens_nothing() {
    let rig = Rig::signed_in();
    std::fs::remove_file(rig.home().join("key.jwk")).unwrap();
    nothing(&rig.token(&exec_info("v1")), "key-missing");
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused() {
    let rig = Rig::signed_in();
    for mode in [0o644, 0o640, 0o604, 0o666] {
        rig::set_mode(&rig.home().join("key.jwk"), mode);
        let ended = rig.token(&exec_info("v1"));
        nothing(&ended, "key-shared");
        assert!(ended.stderr.contains("chmod 600") && !ended.stderr.contains(&rig.secret()));
    }
}

#[test]
fn when_grant_and_session_are_over_it_says_so_and_asks_nobody() {
    let rig = Rig::signed_in();
    rig.keep_grant("prod", ago(1000), Seconds(900));
    rig.keep_session(ago(1000), Seconds(900));
    let ended = rig.token(&exec_info("v1"));
    nothing(&ended, "session-over");
    assert!(ended.stderr.contains(&format!("kubectl mint login {}", rig.issuer)));
}

#[test]
fn a_clock_that_is_wrong_is_allowed_for() {
    let rig = Rig::signed_in();
    // The mint is a day ahead of us, and so are its grants.
    std::fs::write(rig.home().join("clock"), "86400").unwrap();
    rig.keep_grant("prod", now().plus(Seconds::days(1)), Seconds::hours(8));
    let (token, credential) = credential(&rig.token(&exec_info("v1")));
    let signed = claims(token.split_once('~').unwrap().1)["iat"].as_u64().unwrap();
    assert!(signed >= now().unix() + 86_390);
    let local = kubemint_core::date::rfc3339(Time::from_unix(signed - 86_400 + 50).unwrap());
    assert_eq!(credential["status"]["expirationTimestamp"], local);
}

#[test]
fn verbose_tells_steps_and_no_token() {
    let rig = Rig::signed_in();
    let command = &mut rig.command(&["token", "--cluster", "prod", "-v"]);
    let ended = rig::ended(&command.env("KUBERNETES_EXEC_INFO", exec_info("v1").to_string()).output().unwrap());
    let (token, _) = credential(&ended);
    assert!(ended.stderr.contains("signed for prod"));
    for part in token.split(['.', '~']) {
        assert!(!ended.stderr.contains(part));
    }
    assert!(!ended.stderr.contains(&rig.secret()) && !ended.stdout.contains(&rig.secret()));
}

#[cfg(unix)]
#[test]
fn one_kubectl_is_told_once_and_the_next_one_again() {
    let rig = Rig::empty();
    let info = exec_info("v1").to_string();
    // A shell by that name, for the plugin asks who calls.
    std::os::unix::fs::symlink("/bin/sh", rig.path("kubectl")).unwrap();
    let twice = "\"$0\" token --cluster prod; \"$0\" token --cluster prod; exit $?";
    for _ in 0..2 {
        let mut kubectl = std::process::Command::new(rig.path("kubectl"));
        kubectl.args(["-c", twice, env!("CARGO_BIN_EXE_kubectl-mint")]);
        kubectl.env("KUBEMINT_HOME", rig.home()).env("KUBERNETES_EXEC_INFO", &info);
        nothing(&rig::ended(&kubectl.output().unwrap()), "not-signed-in");
    }
}
