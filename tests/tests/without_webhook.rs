//! A cluster without the webhook, bearers, and the removal of a signing key by the steps of SECURITY.md.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "test code: a missing member ends the test there")]

use anyhow::{Context, Result, ensure};
use kubemint_tests::cluster::{Authentication, Cluster};
use kubemint_tests::kubectl::{Answer, Person};
use kubemint_tests::tools::Kubectl;
use kubemint_tests::webhook::Consent;
use kubemint_tests::world::{CEILING, DAY, Someone, World, signing_keys};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Each part needs what the one before it made.
#[test]
fn h49_bearers_and_the_emergency_removal_of_a_key() -> Result<()> {
    let mut world = World::start("bare", &["prod"], "0s")?;
    let alice = world.member("alice", "alice", "prod")?;
    let bob = world.member("bob", "bob", "prod")?;
    alice.kubectl(&["get", "namespaces"])?.ok()?;

    // kube-apiserver with nothing but the file we emit.
    let ca = world.authority.file().display().to_string();
    let words = ["authentication-config", "--cluster", "prod", "--certificate-authority", &ca];
    let file = world.run.write("authentication.yaml", alice.mint(&words)?.ok()?)?;
    let asked = Authentication::Configuration(file.clone());
    let plain = Cluster::start(&world.run, &world.etcd, &world.authority, "plain", &asked)?;

    let bearer = bearer(&bob)?;
    let seen = whoami(&world, &plain, &bearer)?.ok()?;
    let seen: Value = serde_json::from_str(&seen)?;
    let user = &seen["status"]["userInfo"];
    assert_eq!(
        (&user["username"], &user["groups"]),
        (&json!("bob@example.com"), &json!(["shop-dev", "system:authenticated"]))
    );
    assert!(user["extra"]["authentication.kubernetes.io/credential-id"][0].as_str().unwrap().starts_with("JTI="));

    let kept = fs::read_to_string(alice.person.home().join(".local/share/kubemint/grants/prod.json"))?;
    let kept: Value = serde_json::from_str(&kept)?;
    let grant = kept["grant"].as_str().unwrap();
    for stripped in [grant, grant.trim_end_matches('~')] {
        assert!(whoami(&world, &plain, stripped)?.is_unauthorized());
    }

    bearers_at_the_webhook(&mut world, &bearer)?;
    denied_by_policy(&alice)?;
    emergency(&mut world, &plain, (&alice, &bearer), &file)
}

/// The webhook refuses bearers unless its owner wants them.
fn bearers_at_the_webhook(world: &mut World, bearer: &str) -> Result<()> {
    let guarded = &world.clusters[0];
    assert!(whoami(world, &guarded.cluster, bearer)?.is_unauthorized());
    let also = format!("accept = [\"bound\", \"bearer\"]\n{CEILING}");
    let issuer = world.issuer();
    let consent = Consent { issuer: &issuer, issuer_ca: world.authority.file(), cluster: "prod", also: &also };
    guarded.webhook.configure(&consent)?;
    guarded.webhook.reload()?;
    let accepted = until(Duration::from_secs(20), || Ok(whoami(world, &guarded.cluster, bearer)?.code == Some(0)))?;
    assert!(accepted.is_some(), "the webhook never took the bearer");
    Ok(())
}

/// Alice's rule says nothing of bearers, so there are none for her.
fn denied_by_policy(alice: &Someone) -> Result<()> {
    let answer = alice.mint(&["kubeconfig", "add", "--cluster", "prod", "--print", "--embed-token"])?;
    assert!(answer.code == Some(1) && answer.stderr.contains("kind-forbidden"), "{answer}");
    assert!(!answer.stdout.contains("token"), "{answer}");
    Ok(())
}

fn emergency(world: &mut World, plain: &Cluster, (alice, bearer): (&Someone, &str), file: &Path) -> Result<()> {
    world.set_signing_keys(signing_keys(&[(0, DAY, 2 * DAY)])?);
    world.start_mint(&[])?;
    assert_eq!(whoami(world, plain, bearer)?.code, Some(0), "kube-apiserver keeps a removed key until it is told");

    let pid = world.clusters[0].webhook.process().context("the webhook")?.id().to_string();
    run_step("webhook", ("WEBHOOK_PID", &pid))?;
    let took = until(Duration::from_secs(60), || Ok(alice.kubectl(&["get", "namespaces"])?.is_unauthorized()))?;
    println!("webhook: Unauthorized {:.1} s after the step", took.context("the webhook kept the key")?.as_secs_f64());

    run_step("authentication-configuration", ("AUTHENTICATION_CONFIG", &file.display().to_string()))?;
    let took = until(Duration::from_secs(180), || Ok(whoami(world, plain, bearer)?.is_unauthorized()))?;
    let took = took.context("kube-apiserver kept the key")?;
    println!("kube-apiserver: Unauthorized {:.1} s after the step", took.as_secs_f64());

    // Step four: signing in again is all it takes.
    world.login(alice)?.ok()?;
    alice.kubectl(&["get", "namespaces"])?.ok()?;
    Ok(())
}

/// Runs the lines that SECURITY.md marks with this word.
fn run_step(word: &str, (name, value): (&str, &str)) -> Result<()> {
    let document = include_str!("../../SECURITY.md");
    let begin = format!("```sh emergency {word}\n");
    let (_, rest) = document.split_once(&begin).with_context(|| format!("SECURITY.md has no step {word}"))?;
    let (lines, _) = rest.split_once("```").context("an open block")?;
    let status = Command::new("sh").args(["-ec", lines]).env(name, value).status()?;
    ensure!(status.success(), "{word}: {status}");
    Ok(())
}

/// How long it took until something was so; none if it never was.
fn until(limit: Duration, mut ready: impl FnMut() -> Result<bool>) -> Result<Option<Duration>> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if ready()? {
            return Ok(Some(start.elapsed()));
        }
        std::thread::sleep(Duration::from_millis(250));
    }
    Ok(None)
}

/// The secret inside a standalone file.
fn bearer(someone: &Someone) -> Result<String> {
    let text = someone.mint(&["kubeconfig", "add", "--cluster", "prod", "--print", "--embed-token"])?.ok()?;
    let line = text.lines().find_map(|line| line.trim().strip_prefix("token:")).context("no token in the file")?;
    Ok(line.trim().trim_matches('"').to_owned())
}

fn whoami(world: &World, cluster: &Cluster, token: &str) -> Result<Answer> {
    let caller = Person::new(&world.run, "caller")?.with(&world.run, &cluster.bearer(token))?;
    caller.kubectl(Kubectl::Current, &["auth", "whoami", "--output", "json"])
}
