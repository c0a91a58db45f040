//! Renewal ahead of time: a child of its own, on none of kubectl's streams.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

mod rig;

use std::{
    io::Read as _,
    net::TcpListener,
    process::{Child, Stdio},
};

use kubemint_core::time::Seconds;
use rig::{Rig, ago, documents::Documents, exec_info};
use serde_json::json;

/// A rig whose mint takes connections and never says a word.
fn silent() -> (Rig, TcpListener) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let mut rig = Rig::signed_in();
    rig.issuer = format!("https://127.0.0.1:{}", listener.local_addr().unwrap().port());
    rig.save("mint.json", &json!({ "issuer": rig.issuer }));
    // Any authority will do: the mint never gets as far as to show a certificate.
    let authority = Documents::sign_in(rig.folder.path()).ca;
    std::fs::copy(authority, rig.home().join("ca.crt")).unwrap();
    rig.know("prod");
    rig.keep_session(ago(3600), Seconds::hours(12));
    (rig, listener)
}

#[test]
fn a_late_grant_is_used_while_a_child_asks_for_the_next() {
    let (rig, listener) = silent();
    rig.keep_grant("prod", ago(7 * 3600), Seconds::hours(8));
    // The pipes of this call close only once nobody holds them any more, and the child's request is never answered.
    let ended = rig.token(&exec_info("v1"));
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert_eq!(ended.stderr, "");
    let (mut connection, _) = listener.accept().unwrap();
    let mut hello = [0; 1];
    connection.read_exact(&mut hello).unwrap();
    assert_eq!(hello[0], 22, "the child, still alive, begins TLS");
}

/// How many children one call starts, by its own word.
fn starts(rig: &Rig) -> usize {
    let mut command = rig.command(&["token", "--cluster", "prod", "-v"]);
    let ended = rig::ended(&command.env("KUBERNETES_EXEC_INFO", exec_info("v1").to_string()).output().unwrap());
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    ended.stderr.matches("the next grant for prod is asked for: started").count()
}

#[test]
fn a_young_grant_asks_nobody() {
    let (rig, listener) = silent();
    rig.keep_grant("prod", ago(6 * 3600), Seconds::hours(8));
    assert_eq!(starts(&rig), 0);
    rig.keep_grant("prod", ago(7 * 3600), Seconds::hours(8));
    assert_eq!(starts(&rig), 1);
    // The session ends no later than the grant: a new one would bring nothing.
    rig.keep_session(ago(3600), Seconds::hours(2));
    assert_eq!(starts(&rig), 0);
    drop(listener);
}

#[test]
fn a_grant_that_is_over_waits_for_the_mint_and_says_that_it_is_away() {
    let (rig, listener) = silent();
    drop(listener);
    rig.keep_grant("prod", ago(9 * 3600), Seconds::hours(8));
    let ended = rig.token(&exec_info("v1"));
    assert_eq!((ended.status, ended.stdout.as_str()), (1, ""));
    assert!(ended.stderr.contains("(unreachable)"), "{}", ended.stderr);
}

#[test]
fn the_child_does_nothing_that_is_not_needed() {
    let (rig, listener) = silent();
    listener.set_nonblocking(true).unwrap();
    rig.keep_grant("prod", ago(60), Seconds::hours(8));
    assert_eq!(rig.run(&["renew", "--cluster", "prod"]).status, 0);
    rig.keep_session(ago(7200), Seconds::hours(1));
    rig.keep_grant("prod", ago(7 * 3600), Seconds::hours(8));
    assert_eq!(rig.run(&["renew", "--cluster", "prod"]).status, 0);
    std::fs::remove_dir_all(rig.home().join("grants")).unwrap();
    assert_eq!(rig.run(&["renew", "--cluster", "prod"]).status, 1);
    assert!(listener.accept().is_err());
}

#[test]
fn of_many_at_once_one_asks() {
    let (rig, listener) = silent();
    std::fs::remove_dir_all(rig.home().join("grants")).unwrap();
    let start = || {
        let mut command = rig.command(&["token", "--cluster", "prod"]);
        command.env("KUBERNETES_EXEC_INFO", exec_info("v1").to_string());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let children: Vec<Child> = (0..8).map(|_| start()).collect();
    let (first, _) = listener.accept().unwrap();
    // What the one that asks would have brought.
    rig.keep_grant("prod", ago(0), Seconds::hours(8));
    drop(first);
    let refused = children.into_iter().map(|mut child| child.wait().unwrap()).filter(|s| !s.success()).count();
    assert_eq!(refused, 1, "the one whose mint hung up");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "nobody else asked");
}
