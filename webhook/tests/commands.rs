//! The command line as people and scripts meet it.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use kubemint_core::{jwk::SecretKey, key_set::KeySet};
use support::{
    mint::Mint,
    tokens::{self, key},
    webhook::{self, Webhook, command, run},
};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Two lines on stderr, the first ours and in lower case, and nothing on stdout.
fn complaint(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
    let stderr = text(&output.stderr);
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{stderr}");
    let what = lines[0].strip_prefix("kubemint-webhook: ").unwrap();
    assert!(!what.starts_with(char::is_uppercase) && lines[1].starts_with("hint: "), "{stderr}");
    what.to_owned()
}

#[test]
fn misuse_is_64_and_one_line_with_a_hint() {
    for args in [
        &[][..],
        &["serv"],
        &["serve", "--colour"],
        &["init", "--days", "0"],
        &["init", "--listen", "here"],
        &["completion", "tcsh"],
    ] {
        complaint(&run(args), 64);
    }
    complaint(&run(&["init", "--directory", "/nowhere/x", "--name", "a b"]), 64);
}

#[test]
fn help_shows_examples_and_version_is_one_line() {
    let help = run(&["--help"]);
    assert!(help.status.success() && text(&help.stdout).contains("Examples:"));
    assert!(text(&run(&["serve", "--help"]).stdout).contains("[ceiling]"));
    assert_eq!(text(&run(&["version"]).stdout), format!("kubemint-webhook {}\n", env!("CARGO_PKG_VERSION")));
    assert!(text(&run(&["completion", "bash"]).stdout).contains("kubemint-webhook"));
}

#[test]
fn serve_refuses_to_start_without_what_it_needs() {
    let mint = Mint::start(&[&key(1)]);
    let webhook = Webhook::init();
    let config = webhook.path("webhook.toml");
    let serve = || complaint(&command().args(["serve", "--config"]).arg(&config).output().unwrap(), 1);
    assert!(serve().contains("webhook.toml cannot be read"));
    webhook.configure(&mint, "");
    assert!(serve().contains("ceiling: expected a [ceiling] section"));
    webhook.configure(&mint, &format!("signingKey = \"x\"\n{}", webhook::CEILING));
    assert!(serve().contains("webhook.toml:7: unknown field `signingKey`"));
    webhook.configure(&mint, &format!("{}[revocations]\nonStale = \"closed\"\n", webhook::CEILING));
    assert!(serve().contains("this version reads no signed revocation list yet"));
    webhook.configure(&mint, webhook::CEILING);
    fs::rename(webhook.path("tls.key"), webhook.path("key")).unwrap();
    assert!(serve().contains("tls.key cannot be read"));
    fs::copy(webhook.path("tls.crt"), webhook.path("tls.key")).unwrap();
    assert!(serve().contains("tls.key holds no private key"));
    fs::rename(webhook.path("key"), webhook.path("tls.key")).unwrap();
    fs::write(webhook.path("state"), "").unwrap();
    assert!(serve().contains("the state folder"));
    fs::remove_file(webhook.path("state")).unwrap();
    webhook.configure(&mint, &format!("{}[revocations]\ndeny = \"deny\"\n", webhook::CEILING));
    assert!(serve().contains("the deny file cannot be read: "), "whom it shut out would be let in again");
}

#[test]
fn two_webhooks_cannot_share_an_address() {
    let mint = Mint::start(&[&key(1)]);
    let webhook = Webhook::start(&mint);
    let second = command().args(["serve", "--config"]).arg(webhook.path("webhook.toml")).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(text(&second.stderr).contains("kubemint-webhook: cannot listen on"));
}

fn init(folder: &Path, more: &[&str]) -> Output {
    command().arg("init").arg("--directory").arg(folder).args(more).output().unwrap()
}

fn openssl(args: &[&str], input: &str) -> String {
    let mut child = Command::new("openssl")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("openssl is needed: apt-get install openssl");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {args:?}");
    text(&output.stdout)
}

#[test]
fn openssl_accepts_what_init_makes() {
    let folder = tempfile::tempdir().unwrap();
    let output = init(folder.path(), &["--listen", "10.0.0.5:9443", "--name", "cp-1.example", "--days", "30"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let kubeconfig = folder.path().join("kubeconfig");
    let authority = webhook::pem(&kubeconfig, "/clusters/0/cluster/certificate-authority-data");
    fs::write(path("ca.crt"), &authority).unwrap();
    let client = webhook::pem(&kubeconfig, "/users/0/user/client-certificate-data");
    fs::write(path("client.crt"), &client).unwrap();

    for name in [
        ["-verify_hostname", "localhost"],
        ["-verify_hostname", "cp-1.example"],
        ["-verify_ip", "127.0.0.1"],
        ["-verify_ip", "10.0.0.5"],
    ] {
        openssl(
            &[
                "verify",
                "-x509_strict",
                "-purpose",
                "sslserver",
                name[0],
                name[1],
                "-CAfile",
                &path("ca.crt"),
                &path("tls.crt"),
            ],
            "",
        );
    }
    openssl(
        &["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", &path("client-ca.crt"), &path("client.crt")],
        "",
    );
    let shown = openssl(&["x509", "-noout", "-text", "-in", &path("tls.crt")], "");
    for wanted in ["ASN1 OID: prime256v1", "CA:FALSE", "Digital Signature", "TLS Web Server Authentication"] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    // The key is the certificate's own, and it is the only one that was written.
    let public = openssl(&["x509", "-noout", "-pubkey", "-in", &path("tls.crt")], "");
    assert_eq!(openssl(&["pkey", "-pubout", "-in", &path("tls.key")], ""), public);
    let private: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .filter(|file| fs::read_to_string(file.path()).unwrap().contains("PRIVATE KEY"))
        .collect();
    assert_eq!(private.len(), 1, "{private:?}");
}

#[test]
fn init_keeps_secrets_private_and_overwrites_nothing_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let output = init(folder.path(), &[]);
    let told = text(&output.stdout);
    let handed_out = include_str!("../../deploy/webhook/kube-apiserver.yaml");
    let flags: Vec<&str> = told.lines().map(str::trim).filter(|line| line.starts_with("--")).collect();
    assert_eq!(flags.len(), 3, "{told}");
    for flag in flags {
        let flag = flag.replace(folder.path().to_str().unwrap(), "/etc/kubemint");
        assert!(handed_out.contains(&format!("- {flag}\n")), "{flag}");
    }
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("tls.key"), mode("kubeconfig"), mode("tls.crt")), (0o600, 0o600, 0o644));
    assert!(!told.contains("PRIVATE KEY"));

    let read = || fs::read(folder.path().join("tls.key")).unwrap();
    let first = read();
    fs::remove_file(folder.path().join("kubeconfig")).unwrap();
    assert!(complaint(&init(folder.path(), &[]), 1).contains("is there already, nothing was written"));
    assert!(!folder.path().join("kubeconfig").exists() && read() == first);
    assert!(init(folder.path(), &["--force"]).status.success());
    assert_ne!(read(), first);
}

fn verify(webhook: &Webhook, args: &[&str], token: &str) -> Output {
    let mut command = command();
    command.arg("verify").arg("--config").arg(webhook.path("webhook.toml")).args(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may have refused before it read.
    let _ = child.stdin.take().unwrap().write_all(token.as_bytes());
    child.wait_with_output().unwrap()
}

fn jwks(webhook: &Webhook, keys: &[&SecretKey]) -> String {
    let path = webhook.path("jwks.json");
    fs::write(&path, KeySet::of(keys.iter().map(|key| key.public())).to_json()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn verify_tells_each_check() {
    let mint = Mint::start(&[&key(1)]);
    let webhook = Webhook::init();
    webhook.configure(&mint, webhook::CEILING);
    let keys = jwks(&webhook, &[&key(1)]);
    let token = tokens::alice(&mint.issuer, &key(1));

    let good = verify(&webhook, &["--jwks", &keys], &format!("{token}\n"));
    let told = text(&good.stdout);
    assert!(good.status.success(), "{told}");
    assert!(told.starts_with("✓ size\n✓ shape\n") && told.contains("username  alice@example.com\n"), "{told}");
    assert!(!told.contains('\x1b') && !told.contains('✗'), "no colours into a pipe: {told}");

    let unknown = verify(&webhook, &["--jwks", &jwks(&webhook, &[&key(2)])], &token);
    assert!(text(&unknown.stdout).contains("✗ key-unknown"));
    for output in [good, unknown] {
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(token.split(['.', '~']).all(|part| !all.contains(part)), "a part of the token was printed");
    }
}

#[test]
fn h84_a_clock_a_day_off_on_either_side_is_told() {
    let mint = Mint::start(&[&key(1)]);
    let webhook = Webhook::init();
    webhook.configure(&mint, webhook::CEILING);
    let keys = jwks(&webhook, &[&key(1)]);
    let token = tokens::alice(&mint.issuer, &key(1));
    let now = tokens::now().unix();
    let day = 24 * 3600;
    for (moment, told) in [
        (now + day, "✗ expired: the token is over: sign in or renew\n  who can fix it: you\n"),
        (
            now - day,
            "✗ not-yet-valid: the token is dated in the future: a clock is wrong\n  who can fix it: nobody: it passes with time\n",
        ),
    ] {
        let output = verify(&webhook, &["--jwks", &keys, "--now", &moment.to_string()], &token);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stdout).ends_with(told), "{}", text(&output.stdout));
    }
}

#[test]
fn verify_uses_the_keys_serve_keeps_and_the_deny_file() {
    let mint = Mint::start(&[&key(1)]);
    let mut webhook = Webhook::init();
    webhook.configure(&mint, &format!("{}[revocations]\ndeny = \"deny\"\n", webhook::CEILING));
    fs::write(webhook.path("deny"), "").unwrap();
    let token = tokens::alice(&mint.issuer, &key(1));
    assert!(complaint(&verify(&webhook, &[], &token), 1).contains("no keys of"));
    webhook.resume();
    webhook.wait_ready();
    webhook.stop();
    assert!(verify(&webhook, &[], &token).status.success());
    fs::write(webhook.path("deny"), "sub corp:alice\n").unwrap();
    assert!(text(&verify(&webhook, &[], &token).stdout).contains("✗ denied"));
    complaint(&verify(&webhook, &[], " \n"), 64);
}
