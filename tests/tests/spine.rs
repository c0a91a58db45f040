//! The spine: sign in at the certified provider, a grant from workerd, kubectl through kube-apiserver and our webhook.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "test code: a missing member ends the test there")]

use anyhow::{Context, Result, anyhow};
use base64ct::{Base64UrlUnpadded, Encoding};
use kubemint_tests::world::{DAY, Someone, World, signing_keys};
use serde_json::{Value, json};
use std::fs;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

static WORLD: LazyLock<Result<Mutex<World>>> =
    LazyLock::new(|| World::start("spine", &["prod", "staging"], "0s").map(Mutex::new));

fn world() -> Result<MutexGuard<'static, World>> {
    let world = WORLD.as_ref().map_err(|error| anyhow!("{error:#}"))?;
    Ok(world.lock().unwrap_or_else(PoisonError::into_inner))
}

#[test]
fn a_sign_in_becomes_kubectl() -> Result<()> {
    let world = world()?;
    let alice = world.member("alice", "alice", "prod")?;
    let seen = alice.whoami()?;
    assert_eq!(seen["username"], "alice@example.com");
    assert_eq!(seen["groups"], json!(["sre", "system:authenticated"]));
    let id = seen["extra"]["authentication.kubernetes.io/credential-id"][0].as_str().unwrap();
    assert!(id.starts_with("JTI=") && world.mint.as_ref().unwrap().said().contains(&id[4..]), "{id}");
    assert!(alice.kubectl(&["get", "namespaces"])?.ok()?.contains("kube-system"));
    assert!(alice.kubectl(&["get", "secrets"])?.is_forbidden());
    Ok(())
}

#[test]
fn keys_rotate_by_the_clock_without_a_restart() -> Result<()> {
    // Seconds until the next key's turn: long enough for a slow machine to sign somebody in before.
    const SOON: i64 = 25;
    let mut world = World::start("rotation", &["prod"], "0s")?;
    world.set_signing_keys(signing_keys(&[(0, SOON, DAY), (SOON, DAY, DAY)])?);
    let turn = Instant::now() + Duration::from_secs(SOON.unsigned_abs() + 1);
    world.start_mint(&[])?;
    world.clusters[0].webhook.reload()?;
    let alice = world.member("alice", "alice", "prod")?;
    alice.kubectl(&["get", "namespaces"])?.ok()?;

    std::thread::sleep(turn.saturating_duration_since(Instant::now()));
    alice.kubectl(&["get", "namespaces"])?.ok().context("what the old key signed goes on")?;
    let renewed = world.member("renewed", "alice", "prod")?;
    renewed.kubectl(&["get", "namespaces"])?.ok()?;
    assert_ne!(signer(&alice)?, signer(&renewed)?);
    Ok(())
}

/// The id of the key that signed somebody's grant.
fn signer(someone: &Someone) -> Result<Value> {
    let file = someone.person.home().join(".local/share/kubemint/grants/prod.json");
    let kept: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
    let (header, _) = kept["grant"].as_str().and_then(|grant| grant.split_once('.')).context("no grant")?;
    let header = Base64UrlUnpadded::decode_vec(header).map_err(|error| anyhow!("{error}"))?;
    Ok(serde_json::from_slice::<Value>(&header)?["kid"].clone())
}
