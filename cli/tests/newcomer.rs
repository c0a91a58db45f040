//! What goes wrong for somebody who begins: each answer says what it was and names the next step.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

mod rig;

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::Stdio,
};

use kubemint_core::time::Seconds;
use rig::{Ended, Rig, ago, documents::Documents};
use serde_json::json;

/// One line with the reason, and one with the next step.
fn told(ended: &Ended, status: i32, first: &str, next: &str) {
    assert_eq!((ended.status, ended.stdout.as_str()), (status, ""), "{}", ended.stderr);
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ended.stderr);
    assert!(lines[0].starts_with("kubectl-mint: ") && lines[0].contains(first), "{}", ended.stderr);
    assert!(lines[1].starts_with("  ") && lines[1].contains(next), "{}", ended.stderr);
}

fn login(rig: &Rig, url: &str, more: &[&str]) -> Ended {
    rig.run(&[&["login", url], more].concat())
}

#[test]
fn an_address_that_is_none() {
    let rig = Rig::empty();
    for url in ["mint.example", "http://mint.example", "mint.example/"] {
        told(&login(&rig, url, &[]), 64, "is not the URL of a mint (usage)", "try https://mint.example");
    }
    let missing = login(&rig, "https://mint.example", &["--certificate-authority", "nowhere.crt"]);
    told(
        &missing,
        64,
        "nowhere.crt cannot be read: no such file or directory (usage)",
        "its administrator has the file",
    );
}

#[test]
fn nobody_answers() {
    let rig = Rig::empty();
    let nobody = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let away = login(&rig, &format!("https://{nobody}/tenant"), &[]);
    told(
        &away,
        1,
        &format!("the mint {nobody} cannot be reached: connection refused (unreachable)"),
        "check the address",
    );
    told(
        &login(&rig, "https://mint.invalid", &[]),
        1,
        "the mint mint.invalid cannot be reached: no such host (unreachable)",
        "check the address",
    );
}

#[test]
fn a_server_that_is_not_believed() {
    let rig = Rig::empty();
    let (server, other) = (Documents::sign_in(rig.folder.path()), tempfile::tempdir().unwrap());
    let given = Documents::sign_in(other.path()).ca;
    let no_ca = login(&rig, &server.url, &[]);
    told(
        &no_ca,
        1,
        "is not believed: its certificate is of no CA that is believed here (certificate-refused)",
        "--certificate-authority FILE",
    );
    let another = login(&rig, &server.url, &["--certificate-authority", given.to_str().unwrap()]);
    told(&another, 1, "its certificate is of no CA that is believed here", "its administrator has the file");
    let ca = server.ca.to_str().unwrap();
    let named = login(&rig, &server.url.replace("127.0.0.1", "localhost"), &["--certificate-authority", ca]);
    told(
        &named,
        1,
        "its certificate is for another name (certificate-refused)",
        "the URL that its administrator gives",
    );
}

#[test]
fn a_server_that_is_no_mint() {
    let rig = Rig::empty();
    let server = Documents::serve(rig.folder.path(), |url| {
        let page = |path: &str| (format!("{path}/.well-known/oauth-authorization-server"), json!("a page"));
        let stranger = json!({ "issuer": url, "token_endpoint": url });
        [page("/page"), ("/.well-known/oauth-authorization-server".to_owned(), stranger)].into()
    });
    let ca = server.ca.to_str().unwrap();
    for (path, why) in [
        ("", "is no mint of that name: it answers, but not as one (not-a-mint)"),
        ("/page", "is no mint of that name: it has another name (not-a-mint)"),
        ("/nothing", "is no mint of that name: nothing of a mint's is found there (not-a-mint)"),
    ] {
        let ended = login(&rig, &format!("{}{path}", server.url), &["--certificate-authority", ca]);
        told(&ended, 1, why, "ask its administrator for the exact URL");
    }
}

#[test]
fn a_provider_that_is_away_is_named_as_such() {
    let rig = Rig::empty();
    let nobody = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let server = Documents::serve(rig.folder.path(), |url| {
        let provider = json!({ "alias": "corp", "issuer": format!("https://{nobody}"), "client_id": "kubemint", "scopes": ["openid"] });
        let mint = json!({ "issuer": url, "kubemint_providers": [provider] });
        [("/.well-known/oauth-authorization-server".to_owned(), mint)].into()
    });
    let ended = login(&rig, &server.url, &["--certificate-authority", server.ca.to_str().unwrap()]);
    told(&ended, 1, &format!("the identity provider {nobody} cannot be reached"), "check the address");
}

/// Ctrl-C ends it as it ends any program, and the next sign-in finds nothing in its way.
#[cfg(unix)]
#[test]
fn a_login_that_is_interrupted_leaves_no_trace_but_the_key() {
    use rustix::process::{Pid, Signal, kill_process};
    use std::os::unix::process::ExitStatusExt as _;
    let rig = Rig::empty();
    let server = Documents::sign_in(rig.folder.path());
    let ca = server.ca.to_str().unwrap();
    for _ in 0..2 {
        let mut command = rig.command(&["login", &server.url, "--certificate-authority", ca]);
        let mut child = command.env("BROWSER", "true").stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.next().unwrap().unwrap().starts_with("Opening the browser"));
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(Signal::INT.as_raw()));
        let left: Vec<String> = std::fs::read_dir(rig.home())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(left, ["key.jwk"]);
    }
    told(&rig.run(&["whoami"]), 1, "not signed in to a mint", "run `kubectl mint login MINT_URL`");
}

#[test]
fn a_session_that_is_over_is_told_where_the_memory_answers() {
    let rig = Rig::signed_in();
    rig.keep_session(ago(7200), Seconds::hours(1));
    let ended = rig.run(&["clusters"]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert!(ended.stdout.contains("prod"));
    assert!(
        ended.stderr.contains("(session-over)\n  run `kubectl mint login https://mint.example`\n"),
        "{}",
        ended.stderr
    );
}
