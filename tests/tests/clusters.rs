//! Many clusters from one sign-in, and what a session never becomes.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "test code: a missing member ends the test there")]

use anyhow::{Context, Result};
use kubemint_tests::clock::Clock;
use kubemint_tests::kubectl::Person;
use kubemint_tests::stranger::Stranger;
use kubemint_tests::tools::{self, Kubectl};
use kubemint_tests::world::{Someone, World};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const NAMES: [&str; 3] = ["dev", "prod", "staging"];

fn kept(someone: &Someone, file: &str) -> Result<Value> {
    let path = someone.person.home().join(".local/share/kubemint").join(file);
    Ok(serde_json::from_str(&fs::read_to_string(&path).with_context(|| path.display().to_string())?)?)
}

/// One world for all of it: its parts are three clusters, and they start slowly.
#[test]
fn h80_one_visit_three_clusters_and_children_that_end_with_their_session() -> Result<()> {
    let mut world = World::start("clusters", &NAMES, "0s")?;
    let alice = world.person("alice", "alice")?;
    world.login(&alice)?.ok()?;
    alice.mint(&["kubeconfig", "add", "--all"])?.ok()?;
    let mut audiences = Vec::new();
    for name in NAMES {
        assert!(alice.kubectl(&["--context", name, "get", "namespaces"])?.ok()?.contains("kube-system"));
        audiences.push(kept(&alice, &format!("grants/{name}.json"))?["audience"].clone());
    }
    let issuer = world.issuer();
    assert_eq!(audiences, NAMES.map(|name| json!(format!("{issuer}/clusters/{name}/bound"))));
    assert_eq!(world.provider.visits(), 1, "one visit to the provider serves all");

    let session = kept(&alice, "session.json")?;
    for name in NAMES {
        let grant = kept(&alice, &format!("grants/{name}.json"))?;
        assert!(grant["expires"].as_u64() <= session["expires"].as_u64(), "{grant} {session}");
    }
    no_other_clusters_door(&world, &alice)?;
    a_session_cannot_make_a_session(&world, &alice, &session)?;
    the_mint_is_a_kubectl_target(&alice)?;
    namespaces_are_written(&world)?;
    grants_are_renewed_ahead(&mut world, &alice)
}

/// A presentation for one cluster is nobody at its neighbour.
fn no_other_clusters_door(world: &World, alice: &Someone) -> Result<()> {
    let printed = alice.mint(&["token", "--cluster", "prod", "--bare"])?.ok()?;
    let token = printed.trim_end();
    for guarded in &world.clusters {
        let caller = Person::new(&world.run, "caller")?.with(&world.run, &guarded.cluster.bearer(token))?;
        let answer = caller.kubectl(Kubectl::Current, &["get", "namespaces"])?;
        let own = guarded.cluster.name() == "prod";
        assert_eq!((answer.code == Some(0), answer.is_unauthorized()), (own, !own), "{answer}");
    }
    Ok(())
}

fn a_session_cannot_make_a_session(world: &World, alice: &Someone, session: &Value) -> Result<()> {
    let presentation = present(alice, session)?;
    let issuer = world.issuer();
    let client = kubemint_tests::http::client(world.authority.pem(), None)?;
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("subject_token", presentation.as_str()),
        ("resource", issuer.as_str()),
    ];
    let mut answer = client.post(format!("{issuer}/token")).send_form(form)?;
    let body: Value = serde_json::from_str(&answer.body_mut().read_to_string()?)?;
    assert_eq!((answer.status().as_u16(), body["reason"].as_str()), (400, Some("session-chained")));
    Ok(())
}

/// Plain kubectl reads the list, as a table and as objects, by an entry of the plugin's.
fn the_mint_is_a_kubectl_target(alice: &Someone) -> Result<()> {
    alice.mint(&["kubeconfig", "add", "--mint"])?.ok()?;
    for release in Kubectl::ALL {
        let shown = |words: &[&str]| alice.person.kubectl(release, &[&["--context", "kubemint"], words].concat())?.ok();
        let table = shown(&["get", "clusters"])?;
        assert!(table.starts_with("NAME") && NAMES.iter().all(|name| table.contains(name)), "{table}");
        let list: Value = serde_json::from_str(&shown(&["get", "clusters", "--output", "json"])?)?;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(3));
    }
    Ok(())
}

fn namespaces_are_written(world: &World) -> Result<()> {
    let bob = world.member("bob", "bob", "staging")?;
    let namespace = bob.kubectl(&["config", "view", "--minify", "--output", "jsonpath={..namespace}"])?.ok()?;
    assert_eq!(namespace, "shop");
    assert_eq!(bob.whoami()?["groups"], json!(["shop-dev", "system:authenticated"]));
    Ok(())
}

/// Seven hours on, everywhere: the old grant still serves this call, and the next one is fetched beside it.
fn grants_are_renewed_ahead(world: &mut World, alice: &Someone) -> Result<()> {
    let later = Clock::new(&world.run)?.moved(7 * 3600);
    world.cluster("prod")?.webhook.stop()?;
    world.start_mint(&later)?;
    let World { run, clusters, .. } = world;
    let prod = clusters.iter_mut().find(|guarded| guarded.cluster.name() == "prod").context("prod")?;
    prod.webhook.resume(run, &later)?;
    let before = kept(alice, "grants/prod.json")?;
    let person = later.into_iter().fold(alice.person.clone(), |person, (name, value)| person.env(name, value));
    let answer = person.kubectl(Kubectl::Current, &["--context", "prod", "get", "namespaces"])?;
    answer.ok()?;
    let start = Instant::now();
    while kept(alice, "grants/prod.json")?["grant"] == before["grant"] {
        assert!(start.elapsed() < Duration::from_secs(20), "no grant was fetched ahead");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(kept(alice, "grants/prod.json")?["expires"].as_u64() > before["expires"].as_u64());
    assert_eq!(world.provider.visits(), 2, "alice and bob, once each");
    Ok(())
}

/// A presentation by the person's own key, without the plugin.
fn present(someone: &Someone, kept: &Value) -> Result<String> {
    let file = Path::new(".local/share/kubemint").join("key.jwk");
    let key: Value = serde_json::from_str(&fs::read_to_string(someone.person.home().join(file))?)?;
    let mut stranger = Stranger::start()?;
    let (grant, audience) = (kept["grant"].as_str().unwrap(), kept["audience"].as_str().unwrap());
    stranger.present(grant, &json!({ "private": key }), audience, json!({}))
}

/// The tools of the rig that this file needs are there, or the stories above would say so one by one.
#[test]
fn the_plugin_is_found_by_kubectl() -> Result<()> {
    let run = kubemint_tests::run::Run::new("plugin-list")?;
    let person = Person::new(&run, "person")?;
    let listed = person.kubectl(Kubectl::Current, &["plugin", "list", "--name-only"])?.ok()?;
    assert!(listed.lines().any(|line| line == "kubectl-mint"), "{listed}");
    let version = person.kubectl(Kubectl::Current, &["mint", "version"])?.ok()?;
    assert!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
    assert!(tools::product("kubectl-mint")?.exists());
    Ok(())
}
