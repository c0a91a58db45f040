//! `kubectl mint token --bare`: one presentation for a pipe, and for nothing else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

mod rig;

use kubemint_core::time::Seconds;
use rig::{Rig, ago, ended, exec_info, kubeconfig::refused};

const BARE: &[&str] = &["token", "--cluster", "prod", "--bare"];

#[test]
fn a_pipe_gets_one_presentation_and_people_its_warning() {
    let rig = Rig::signed_in();
    let ended = rig.run(BARE);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let token = ended.stdout.strip_suffix('\n').unwrap();
    let (grant, binding) = token.split_once('~').unwrap();
    assert_eq!([grant, binding].map(|part| part.split('.').count()), [3, 3]);
    let claims = |jwt: &str| -> serde_json::Value {
        serde_json::from_slice(&kubemint_core::base64url::decode(jwt.split('.').nth(1).unwrap()).unwrap()).unwrap()
    };
    assert_eq!(claims(binding)["aud"], format!("{}/clusters/prod/bound", rig.issuer));
    assert_eq!(
        ended.stderr,
        "kubectl-mint: whoever reads this within 1m is alice@example.com at prod; give it to nothing but what checks it\n"
    );
    assert_ne!(rig.run(BARE).stdout, ended.stdout);
}

#[test]
fn kubectl_is_not_who_asks_for_it() {
    let rig = Rig::signed_in();
    for info in [exec_info("v1").to_string(), String::new()] {
        let mut command = rig.command(BARE);
        refused(&ended(&command.env("KUBERNETES_EXEC_INFO", info).output().unwrap()), "bare-for-kubectl");
    }
}

#[test]
fn the_mint_and_nobody_get_none() {
    let rig = Rig::signed_in();
    assert_eq!(rig.run(&["token", "--mint", "--bare"]).status, 64);
    assert_eq!(rig.run(&["token", "--bare"]).status, 64);
    assert_eq!(rig.run(&["token", "--cluster", "../key", "--bare"]).status, 64);
    refused(&rig.run(&["token", "--cluster", "dev", "--bare"]), "cluster-unknown");
    refused(&Rig::empty().run(BARE), "not-signed-in");
}

#[test]
fn no_browser_is_opened_for_it() {
    let rig = Rig::signed_in();
    rig.keep_grant("prod", ago(7200), Seconds::hours(1));
    rig.keep_session(ago(7200), Seconds::hours(1));
    let ended = rig.run(BARE);
    refused(&ended, "session-over");
    assert!(ended.stderr.contains("kubectl mint login https://mint.example"), "{}", ended.stderr);
}

#[test]
fn whoever_asks_without_kubectl_is_told_of_it() {
    let ended = Rig::signed_in().run(&["token", "--cluster", "prod"]);
    refused(&ended, "exec-info-missing");
    assert!(ended.stderr.contains("--bare"), "{}", ended.stderr);
}

#[cfg(unix)]
#[test]
fn a_terminal_shows_none() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use std::{ffi::OsStr, fs::File, os::unix::ffi::OsStrExt as _};
    let rig = Rig::signed_in();
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let screen = File::options().read(true).write(true).open(OsStr::from_bytes(name.as_bytes())).unwrap();
    let output = rig.command(BARE).stdout(screen).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let ended = ended(&output.wait_with_output().unwrap());
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("(output-terminal)") && ended.stderr.contains("| "), "{}", ended.stderr);
}
