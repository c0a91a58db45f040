//! The spine: sign in at the certified provider, a grant from workerd, kubectl through kube-apiserver and our webhook.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "test code: a missing member ends the test there")]

use anyhow::{Result, anyhow};
use kubemint_tests::world::World;
use serde_json::json;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

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
