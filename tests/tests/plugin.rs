//! The plugin in a person's hands: offline, copied, misled, and twenty at once.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "test code: a missing member ends the test there")]

use anyhow::{Context, Result, anyhow, ensure};
use kubemint_tests::clock::Clock;
use kubemint_tests::kubectl::{Answer, Person};
use kubemint_tests::publisher::Publisher;
use kubemint_tests::stranger::Stranger;
use kubemint_tests::tools::{self, Kubectl};
use kubemint_tests::world::{Someone, World};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

static WORLD: LazyLock<Result<Mutex<World>>> =
    LazyLock::new(|| World::start("plugin", &["prod"], "0s").map(Mutex::new));

fn world() -> Result<MutexGuard<'static, World>> {
    let world = WORLD.as_ref().map_err(|error| anyhow!("{error:#}"))?;
    Ok(world.lock().unwrap_or_else(PoisonError::into_inner))
}

const NAMESPACES: [&str; 3] = ["get", "namespaces", "--output=name"];

/// Where the plugin keeps what it knows.
fn state(someone: &Someone) -> PathBuf {
    someone.person.home().join(".local/share/kubemint")
}

fn kubeconfig(someone: &Someone) -> PathBuf {
    someone.person.home().join(".kube/config")
}

/// What kubectl would hand to the plugin for the cluster as it stands in the person's kubeconfig.
fn exec_info(someone: &Someone) -> Result<String> {
    let text = someone.kubectl(&["config", "view", "--raw", "--minify", "--output", "json"])?.ok()?;
    let config: Value = serde_json::from_str(&text)?;
    let cluster = &config["clusters"][0]["cluster"];
    let info = json!({
        "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1",
        "spec": { "interactive": false, "cluster": cluster },
    });
    Ok(info.to_string())
}

/// The token that the plugin signs, or what it says instead.
fn signed(someone: &Someone) -> Result<String> {
    let person = someone.person.clone().env("KUBERNETES_EXEC_INFO", exec_info(someone)?);
    let text = person.run(tools::product("kubectl-mint")?, &["token", "--cluster", "prod"])?.ok()?;
    let credential: Value = serde_json::from_str(&text)?;
    credential["status"]["token"].as_str().map(str::to_owned).context("no token")
}

#[test]
fn every_kubectl_of_the_last_years_works() -> Result<()> {
    let world = world()?;
    let alice = world.member("releases", "alice", "prod")?;
    for release in Kubectl::ALL {
        let seen = alice.person.kubectl(release, &NAMESPACES)?.ok()?;
        assert!(seen.contains("namespace/kube-system"), "{seen}");
    }
    Ok(())
}

#[test]
fn all_files_but_the_key_open_nothing() -> Result<()> {
    let world = world()?;
    let alice = world.member("copied", "alice", "prod")?;
    alice.kubectl(&NAMESPACES)?.ok()?;
    let thief = world.person("thief", "")?;
    copy(&state(&alice), &state(&thief))?;
    copy(&alice.person.home().join(".kube"), &thief.person.home().join(".kube"))?;
    fs::remove_file(state(&thief).join("key.jwk"))?;
    let answer = thief.kubectl(&NAMESPACES)?;
    assert!(answer.code != Some(0) && answer.stderr.contains("kubectl mint login"), "{answer}");
    // The grant is there to be had, and with a key of the thief's own it is worth nothing.
    let kept: Value = serde_json::from_str(&fs::read_to_string(state(&thief).join("grants/prod.json"))?)?;
    let (grant, audience) = (kept["grant"].as_str().unwrap(), kept["audience"].as_str().unwrap());
    let mut stranger = Stranger::start()?;
    let own = stranger.key()?;
    let cluster = &world.clusters[0].cluster;
    for token in [stranger.present(grant, &own, audience, json!({}))?, grant.to_owned(), grant.replace('~', "")] {
        let caller = Person::new(&world.run, "thief")?.with(&world.run, &cluster.bearer(&token))?;
        let answer = caller.kubectl(Kubectl::Current, &NAMESPACES)?;
        assert!(answer.is_unauthorized(), "{answer}");
    }
    Ok(())
}

#[test]
fn a_grant_in_its_first_hour_asks_nobody() -> Result<()> {
    let world = world()?;
    let alice = world.member("quiet", "alice", "prod")?;
    alice.kubectl(&NAMESPACES)?.ok()?;
    let log = world.run.path().join("plugin.strace");
    let person = alice.person.clone().env("KUBERNETES_EXEC_INFO", exec_info(&alice)?);
    let mut command = person.command("strace")?;
    command.args(["-f", "-e", "trace=network,execve,clone,fork,vfork,clone3", "-o"]).arg(&log);
    let output = command.arg(tools::product("kubectl-mint")?).args(["token", "--cluster", "prod"]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let credential: Value = serde_json::from_slice(&output.stdout)?;
    assert!(credential["status"]["token"].as_str().unwrap().contains('~'));
    let seen = fs::read_to_string(log)?;
    assert!(seen.contains("execve("), "strace saw nothing: {seen}");
    for call in ["socket(", "connect(", "sendto(", "clone(", "clone3(", "fork("] {
        assert!(!seen.contains(call), "{call} in {seen}");
    }
    Ok(())
}

#[test]
fn h78_h91_another_server_gets_no_byte_of_a_token() -> Result<()> {
    let world = world()?;
    let alice = world.member("misled", "alice", "prod")?;
    alice.kubectl(&NAMESPACES)?.ok()?;
    let evil = Publisher::start(&world.run, &world.authority, "evil", &json!({ "keys": [] }))?;
    let set = |words: &[&str]| alice.kubectl(&[&["config", "set-cluster", "prod"], words].concat())?.ok();
    let good = fs::read_to_string(kubeconfig(&alice))?;
    let refused = || -> Result<()> {
        let answer = alice.kubectl(&NAMESPACES)?;
        assert!(answer.code != Some(0) && !answer.is_unauthorized(), "{answer}");
        assert!(answer.stderr.contains("kubectl-mint:"), "{answer}");
        Ok(())
    };
    let other = world.run.write("other-ca.crt", fs::read_to_string(world.authority.file())?.repeat(2))?;
    let (server, ca) = (evil.issuer().to_owned(), other.display().to_string());
    for change in [
        vec!["--server", server.as_str()],
        vec!["--certificate-authority", ca.as_str(), "--embed-certs"],
        vec!["--tls-server-name", "localhost"],
        vec!["--proxy-url", server.as_str()],
    ] {
        set(&change)?;
        refused()?;
        fs::write(kubeconfig(&alice), &good)?;
    }
    fs::write(kubeconfig(&alice), good.replace("provideClusterInfo: true", "provideClusterInfo: false"))?;
    refused()?;
    fs::write(kubeconfig(&alice), &good)?;
    alice.kubectl(&NAMESPACES)?.ok()?;
    assert_eq!(evil.requests().len(), 0, "{:?}", evil.requests());
    Ok(())
}

#[test]
fn h86_twenty_at_once_open_one_tab() -> Result<()> {
    let world = world()?;
    let alice = world.member("crowd", "alice", "prod")?;
    alice.mint(&["logout"])?.ok()?;
    // Somebody who looks at the page and does nothing.
    let nobody = world.person("crowd", "")?;
    let person = nobody.person.clone().env("KUBEMINT_SIGN_IN_TIMEOUT", "3");
    let crowd: Vec<Child> = (0..20).map(|_| at_a_terminal(&person)).collect::<Result<_>>()?;
    for child in crowd {
        let answer = Answer::from(child.wait_with_output()?);
        assert_ne!(answer.code, Some(0));
        assert_eq!(answer.stdout.matches("kubectl mint login").count(), 1, "one clear message: {answer}");
    }
    assert_eq!(nobody.browser.tabs(), 1);
    // A script has nobody to ask and opens no tab at all.
    let answer = nobody.kubectl(&NAMESPACES)?;
    assert!(answer.stderr.contains("kubectl mint login"), "{answer}");
    assert_eq!(nobody.browser.tabs(), 1);
    Ok(())
}

/// kubectl with a terminal of its own, as a person would start it.
fn at_a_terminal(person: &Person) -> Result<Child> {
    let line = format!("{} {}", tools::kubectl(Kubectl::Current)?.display(), NAMESPACES.join(" "));
    let mut command = person.command("script")?;
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    Ok(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?)
}

#[test]
fn a_refused_sign_in_leaves_nothing_behind() -> Result<()> {
    let world = world()?;
    for (user, reason) in [("mallory", "system-name"), ("eve", "email-unverified"), ("carol", "access-denied")] {
        let someone = world.person(user, user)?;
        let answer = world.login(&someone)?;
        assert!(answer.code == Some(1) && answer.stderr.contains(reason), "{user}: {answer}");
        assert!(!state(&someone).join("session.json").exists());
    }
    Ok(())
}

/// Runs last of all that share a world, in a world of its own: what it stops stays stopped.
#[test]
fn seven_hours_on_with_mint_and_provider_dead() -> Result<()> {
    const HOURS: i64 = 7 * 3600;
    let mut world = World::start("offline", &["prod"], "0s")?;
    let alice = world.member("alice", "alice", "prod")?;
    alice.kubectl(&NAMESPACES)?.ok()?;
    let World { run, mint, provider, clusters, .. } = &mut world;
    *mint = None;
    provider.stop()?;
    let later = Clock::new(run)?.moved(HOURS);
    clusters[0].webhook.stop()?;
    clusters[0].webhook.resume(run, &later)?;
    let person = alice.person.clone();
    let person = later.into_iter().fold(person, |person, (name, value)| person.env(name, value));
    let answer = person.kubectl(Kubectl::Current, &NAMESPACES)?;
    assert!(answer.ok()?.contains("namespace/kube-system"));
    // A plugin without the hours signs for then, and the webhook says so.
    assert!(alice.kubectl(&NAMESPACES)?.is_unauthorized());
    assert!(signed(&alice)?.contains('~'));
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)?.flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target)? } else { fs::copy(entry.path(), target).map(drop)? }
    }
    Ok(())
}
