//! Signing in up to the moment a person would act: whom the browser is sent to, how often, and what strangers can do.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "test code")]

mod rig;

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use kubemint_core::time::Seconds;
use rig::{Ended, Rig, ago, documents::Documents, ended, exec_info, set_mode};
use serde_json::{Value, json};

/// A rig that is signed in to a server of documents, its session over.
fn rig() -> Rig {
    let mut rig = Rig::signed_in();
    let server = Documents::sign_in(rig.folder.path());
    rig.issuer = server.url;
    rig.save("mint.json", &json!({ "issuer": rig.issuer, "provider": "corp" }));
    fs::copy(server.ca, rig.home().join("ca.crt")).unwrap();
    rig.know("prod");
    rig.keep_session(ago(7200), Seconds(3600));
    rig.keep_grant("prod", ago(7200), Seconds(3600));
    // A browser that only notes where it was sent.
    fs::write(rig.path("browser"), format!("#!/bin/sh\necho \"$1\" >> {}\n", rig.path("tabs").display())).unwrap();
    set_mode(&rig.path("browser"), 0o755);
    rig
}

fn tabs(rig: &Rig) -> Vec<String> {
    fs::read_to_string(rig.path("tabs")).unwrap_or_default().lines().map(str::to_owned).collect()
}

fn with_browser<'a>(rig: &Rig, command: &'a mut Command, patience: &str) -> &'a mut Command {
    command.env("BROWSER", rig.path("browser")).env("KUBEMINT_SIGN_IN_TIMEOUT", patience)
}

fn plugin(rig: &Rig, interactive: bool, patience: &str) -> Child {
    let mut info = exec_info("v1");
    info["spec"]["interactive"] = json!(interactive);
    let mut command = rig.command(&["token", "--cluster", "prod"]);
    with_browser(rig, command.env("KUBERNETES_EXEC_INFO", info.to_string()), patience);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn wait(child: Child) -> Ended {
    ended(&child.wait_with_output().unwrap())
}

#[test]
fn h86_twenty_at_once_open_one_tab_and_each_says_what_to_run() {
    let rig = rig();
    let children: Vec<Child> = (0..20).map(|_| plugin(&rig, true, "3")).collect();
    for ended in children.into_iter().map(wait) {
        assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{}", ended.stderr);
        let refusals: Vec<&str> = ended.stderr.lines().filter(|line| line.contains("(sign-in-unanswered)")).collect();
        assert_eq!(refusals.len(), 1, "{}", ended.stderr);
        assert!(ended.stderr.contains("kubectl mint login"), "{}", ended.stderr);
    }
    assert_eq!(tabs(&rig).len(), 1);
    // The next ones keep the pause.
    let again = wait(plugin(&rig, true, "3"));
    assert!(again.status == 1 && again.stderr.contains("(sign-in-unanswered)"), "{}", again.stderr);
    assert_eq!(tabs(&rig).len(), 1);
}

#[test]
fn without_a_terminal_no_tab_is_opened() {
    let rig = rig();
    let ended = wait(plugin(&rig, false, "3"));
    assert!(
        ended.status == 1 && ended.stdout.is_empty() && ended.stderr.contains("(session-over)"),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains(&format!("run `kubectl mint login {}`", rig.issuer)));
    assert_eq!(tabs(&rig).len(), 0);
}

#[test]
fn a_plugin_that_is_killed_has_asked_all_the_same() {
    let rig = rig();
    let mut child = plugin(&rig, true, "60");
    until(|| !tabs(&rig).is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    let next = wait(plugin(&rig, true, "60"));
    assert!(next.status == 1 && next.stderr.contains("(sign-in-unanswered)"), "{}", next.stderr);
    assert_eq!(tabs(&rig).len(), 1);
}

/// Polls until something is so; the test's own limit is how long anybody would wait.
fn until(condition: impl Fn() -> bool) {
    for _ in 0..600 {
        if condition() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it never came to be");
}

fn login(rig: &Rig) -> Child {
    let mut command = rig.command(&["login"]);
    with_browser(rig, &mut command, "60").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The query the browser was sent with.
fn asked(rig: &Rig) -> Value {
    until(|| !tabs(rig).is_empty());
    let tab = tabs(rig).remove(0);
    let (address, query) = tab.split_once('?').unwrap();
    assert_eq!(address, format!("{}/auth", rig.issuer));
    form_urlencoded::parse(query.as_bytes()).map(|(key, value)| (key.into_owned(), json!(value))).collect()
}

fn call(redirect: &str, query: &str) -> String {
    let (host, path) = redirect.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(format!("GET /{path}?{query} HTTP/1.1\r\nhost: {host}\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_browser_is_sent_with_challenge_state_and_nonce() {
    let rig = rig();
    let mut child = login(&rig);
    let asked = asked(&rig);
    for (member, value) in
        [("response_type", "code"), ("client_id", "kubemint"), ("scope", "openid"), ("code_challenge_method", "S256")]
    {
        assert_eq!(asked[member], value);
    }
    for member in ["state", "nonce", "code_challenge"] {
        assert_eq!(asked[member].as_str().unwrap().len(), 43, "{member}");
    }
    assert!(asked["redirect_uri"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn h77_strangers_at_the_redirect_change_nothing_and_a_mix_up_ends_it() {
    let rig = rig();
    let child = login(&rig);
    let asked = asked(&rig);
    let (redirect, state) = (asked["redirect_uri"].as_str().unwrap(), asked["state"].as_str().unwrap());
    for stranger in ["code=evil", "code=evil&state=guess", "error=access_denied&state="] {
        assert!(call(redirect, stranger).starts_with("HTTP/1.1 404"), "{stranger}");
    }
    assert!(
        call(redirect, &format!("code=c0de&state={state}&iss=https%3A%2F%2Fevil.example")).starts_with("HTTP/1.1 400")
    );
    let ended = wait(child);
    assert!(
        ended.status == 1 && ended.stderr.contains("(issuer-wrong)") && !ended.stderr.contains("c0de"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_refusal_of_the_provider_is_told_without_its_tricks() {
    let rig = rig();
    let child = login(&rig);
    let asked = asked(&rig);
    let (redirect, state) = (asked["redirect_uri"].as_str().unwrap(), asked["state"].as_str().unwrap());
    call(redirect, &format!("error=access_denied&error_description=%1b%5b2Jno%0Away&state={state}"));
    let ended = wait(child);
    assert!(
        ended.status == 1 && ended.stderr.contains("access_denied") && ended.stderr.contains("(provider-refused)"),
        "{}",
        ended.stderr
    );
    assert!(!ended.stderr.contains('\u{1b}'));
}

#[test]
fn nobody_is_believed_without_the_authority() {
    let rig = rig();
    fs::remove_file(rig.home().join("ca.crt")).unwrap();
    let mut command = rig.command(&["login"]);
    let ended = ended(&with_browser(&rig, &mut command, "3").output().unwrap());
    assert!(ended.status == 1 && ended.stderr.contains("(certificate-refused)"), "{}", ended.stderr);
    assert!(ended.stderr.contains("--certificate-authority"), "{}", ended.stderr);
    assert_eq!(tabs(&rig).len(), 0);
}

#[test]
fn a_mint_of_another_name_is_refused() {
    let rig = Rig::empty();
    let server = Documents::sign_in(rig.folder.path());
    let ca = server.ca.to_str().unwrap();
    let ended = rig.run(&["login", &format!("{}/tenant", server.url), "--certificate-authority", ca]);
    assert!(ended.status == 1 && ended.stderr.contains("(not-a-mint)"), "{}", ended.stderr);
    let ended = rig.run(&["login", &server.url.replace("127.0.0.1", "localhost"), "--certificate-authority", ca]);
    assert!(ended.status == 1 && ended.stderr.contains("(certificate-refused)"), "{}", ended.stderr);
}
