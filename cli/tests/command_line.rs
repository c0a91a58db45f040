//! The command line: help with examples, exit statuses, refusals that say what to do next.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

mod rig;

use kubemint_core::time::Seconds;
use rig::{Rig, ago, now};

const COMMANDS: &[&[&str]] = &[
    &[],
    &["login"],
    &["logout"],
    &["whoami"],
    &["clusters"],
    &["kubeconfig", "add"],
    &["kubeconfig", "list"],
    &["kubeconfig", "remove"],
    &["token"],
    &["authentication-config"],
    &["config", "build"],
    &["config", "schema"],
    &["signing-key"],
    &["completion"],
    &["version"],
];

#[test]
fn every_command_helps_with_examples() {
    let rig = Rig::empty();
    for command in COMMANDS {
        let ended = rig.run(&[*command, &["--help"]].concat());
        assert_eq!(ended.status, 0, "{command:?}");
        assert!(
            ended.stdout.contains("Examples:") && ended.stdout.contains("kubectl mint"),
            "{command:?}: {}",
            ended.stdout
        );
        assert!(ended.stdout.contains("Usage: kubectl mint"), "{command:?}: {}", ended.stdout);
    }
}

#[test]
fn wrong_command_lines_end_with_64() {
    let rig = Rig::signed_in();
    for args in [
        &[][..],
        &["nonsense"],
        &["token"],
        &["kubeconfig", "add"],
        &["kubeconfig", "add", "--cluster", "a", "--all"],
        &["kubeconfig", "add", "--cluster", "prod", "--embed-token"],
        &["kubeconfig", "add", "--cluster", "prod", "--print", "--kubeconfig", "x"],
        &["kubeconfig", "add", "--cluster", "Not/A/Label"],
        &["login", "http://mint.example"],
        &["login", "https://mint.example", "--certificate-authority", "/nowhere/ca.crt"],
        &["authentication-config", "--cluster", "prod", "--api-version", "v2"],
        &["signing-key", "--life", "1h"],
        &["completion", "tcsh"],
    ] {
        let ended = rig.run(args);
        assert_eq!((ended.status, ended.stdout.as_str()), (64, ""), "{args:?}: {}", ended.stderr);
        assert!(args.is_empty() || ended.stderr.starts_with("kubectl-mint: "), "{args:?}: {}", ended.stderr);
    }
}

#[test]
fn an_empty_home_is_told_to_sign_in() {
    let rig = Rig::empty();
    for args in
        [&["whoami"][..], &["clusters"], &["kubeconfig", "add", "--all"], &["kubeconfig", "add", "--cluster", "prod"]]
    {
        let ended = rig.run(args);
        assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{args:?}");
        assert!(
            ended.stderr.starts_with(
                "kubectl-mint: this computer is not signed in to a mint (not-signed-in)\n  run `kubectl mint login"
            ),
            "{}",
            ended.stderr
        );
    }
}

#[test]
fn whoami_works_offline() {
    let rig = Rig::signed_in();
    rig.keep_session(now(), Seconds(12 * 3600 + 50));
    rig.keep_grant("prod", now(), Seconds(8 * 3600 + 50));
    let ended = rig.run(&["whoami"]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    for part in [
        "User:     alice@example.com\n",
        "Groups:   sre\n",
        "Mint:     https://mint.example\n",
        "Session:  12h0m left",
        "Grant:    prod: 8h0m left",
    ] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
    rig.keep_session(ago(7200), Seconds::hours(1));
    let over = rig.run(&["whoami"]);
    assert_eq!(over.status, 1);
    assert!(over.stdout.contains("Session:  over") && over.stderr.contains("(session-over)"));
}

#[test]
fn logout_keeps_the_key_and_all_takes_it() {
    let rig = Rig::signed_in();
    assert_eq!(rig.run(&["logout"]).status, 0);
    let left = |name: &str| rig.home().join(name).exists();
    assert!(!left("session.json") && !left("grants") && left("key.jwk") && left("mint.json"));
    assert!(rig.run(&["logout"]).stderr.contains("There was no session."));
    assert_eq!(rig.run(&["logout", "--all"]).status, 0);
    assert_eq!(std::fs::read_dir(rig.home()).unwrap().count(), 0);
}

#[test]
fn a_second_mint_is_refused_while_signed_in_to_the_first() {
    let rig = Rig::signed_in();
    let ended = rig.run(&["login", "https://other.example"]);
    assert_eq!(ended.status, 1);
    assert!(
        ended.stderr.contains("(signed-in-elsewhere)") && ended.stderr.contains("kubectl mint logout"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_mint_that_is_away_is_named_without_its_path() {
    let rig = Rig::empty();
    let ended = rig.run(&["login", "https://127.0.0.1:1/tenant"]);
    assert_eq!(ended.status, 1);
    assert!(
        ended.stderr.starts_with("kubectl-mint: the mint 127.0.0.1:1 cannot be reached: ")
            && ended.stderr.contains("(unreachable)"),
        "{}",
        ended.stderr
    );
}

#[test]
fn completion_and_version_need_no_home() {
    let rig = Rig::empty();
    let run =
        |args: &[&str]| rig::ended(&rig.command(args).env_remove("KUBEMINT_HOME").env_remove("HOME").output().unwrap());
    for shell in ["bash", "zsh", "fish"] {
        assert!(run(&["completion", shell]).stdout.contains("kubectl-mint"));
    }
    assert_eq!(run(&["version"]).stdout, format!("kubectl-mint {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(run(&["--version"]).status, 0);
}

#[test]
fn authentication_config_is_printed_for_both_versions() {
    let rig = Rig::empty();
    for version in ["v1", "v1beta1"] {
        let args = [
            "authentication-config",
            "--cluster",
            "prod",
            "--issuer",
            "https://mint.example/",
            "--api-version",
            version,
        ];
        let ended = rig.run(&args);
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        assert!(ended.stdout.contains(&format!("apiVersion: apiserver.config.k8s.io/{version}\n")));
        assert!(
            ended.stdout.contains("    url: https://mint.example\n") && ended.stdout.contains("'!has(claims.cnf)'")
        );
    }
    let nameless = rig.run(&["authentication-config", "--cluster", "prod"]);
    assert!(nameless.status == 1 && nameless.stderr.contains("--issuer URL"), "{}", nameless.stderr);
}

#[test]
fn config_build_writes_json_or_nothing() {
    let rig = Rig::empty();
    let good = "issuer = \"https://mint.example\"\nclusters = []\nrules = []\n\n[[identityProviders]]\nalias = \"corp\"\nclientID = \"kubemint\"\nissuer = { url = \"https://login.example\", audiences = [\"kubemint\"] }\nclaimMappings.username = { claim = \"email\", prefix = \"\" }\n";
    std::fs::write(rig.path("kubemint.toml"), good).unwrap();
    assert_eq!(rig.run(&["config", "build", "-o", "config.json"]).status, 0);
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(rig.path("config.json")).unwrap()).unwrap();
    assert_eq!(json["identityProviders"][0]["clientID"], "kubemint");
    assert_eq!(rig.run(&["config", "build"]).stdout, std::fs::read_to_string(rig.path("config.json")).unwrap());
    std::fs::write(rig.path("bad.toml"), good.replace("alias", "alais")).unwrap();
    let ended = rig.run(&["config", "build", "bad.toml", "-o", "bad.json"]);
    assert_eq!((ended.status, ended.stdout.as_str()), (1, ""));
    assert!(ended.stderr.starts_with("bad.toml:6: unknown field `alais`"), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("kubectl-mint: bad.toml is refused; nothing was written (config-refused)")
            && !rig.path("bad.json").exists()
    );
}

#[test]
fn signing_keys_are_made_and_succeeded_in_a_private_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let rig = Rig::empty();
    for count in 1..=2 {
        let ended = rig.run(&["signing-key"]);
        assert_eq!((ended.status, ended.stdout.as_str()), (0, ""), "{}", ended.stderr);
        assert!(ended.stderr.contains(&format!("keys in it: {count}\n")), "{}", ended.stderr);
        let text = std::fs::read_to_string(rig.path("keys.json")).unwrap();
        let keys: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(keys.len(), count);
        let (read, _) = kubemint::Keys::parse(&text.into()).unwrap();
        assert_eq!((read.published(now()).len(), read.signing(now()).is_some()), (count, true));
        assert!(!ended.stderr.contains(keys[count - 1]["d"].as_str().unwrap()));
        assert_eq!(std::fs::metadata(rig.path("keys.json")).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn what_is_no_list_of_signing_keys_is_left_alone() {
    let rig = Rig::empty();
    std::fs::write(rig.path("keys.json"), "{}").unwrap();
    let ended = rig.run(&["signing-key"]);
    assert_eq!((ended.status, ended.stdout.as_str()), (1, ""));
    assert!(ended.stderr.contains("(keys-refused)\n  name another file"), "{}", ended.stderr);
    assert_eq!(std::fs::read_to_string(rig.path("keys.json")).unwrap(), "{}");
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let rig = Rig::empty();
    std::fs::create_dir(rig.path("man")).unwrap();
    assert_eq!(rig.run(&["man", "man"]).status, 0);
    for command in COMMANDS {
        let name = [&["kubectl-mint"], *command].concat().join("-");
        let page = std::fs::read_to_string(rig.path(&format!("man/{name}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS") && page.contains("Examples:"), "{name}: {page}");
    }
    let missing = rig.run(&["man", "nowhere"]);
    assert!(missing.status == 1 && missing.stderr.contains("(output-failed)\n  name a folder"), "{}", missing.stderr);
}
