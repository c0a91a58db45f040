//! The bundle in real workerd, by itself.
#![allow(clippy::unwrap_used, reason = "test code")]

use kubemint_tests::ca::Authority;
use kubemint_tests::run::Run;
use kubemint_tests::workerd::{Address, Setup, Workerd};
use kubemint_tests::{http, provider};
use serde_json::json;

#[test]
fn it_answers_over_tls_with_the_runs_own_certificate() {
    let run = Run::new("worker").unwrap();
    let authority = Authority::new(&run, "ca").unwrap();
    let address = Address::new("mint").unwrap();
    let setup = Setup { configuration: "{}", signing_keys: "[]", environment: &[] };
    let mint = Workerd::start(&run, &authority, &address, &setup).unwrap();
    let client = http::client(authority.pem(), None).unwrap();
    let answer = client.get(format!("{}/healthz", mint.issuer())).call().unwrap();
    assert_eq!(answer.status(), 200);
}

#[test]
fn the_provider_rotates_its_keys_when_told() {
    let run = Run::new("provider").unwrap();
    let authority = Authority::new(&run, "ca").unwrap();
    let mut provider = provider::Provider::start(&run, &authority, json!({})).unwrap();
    let client = http::client(authority.pem(), None).unwrap();
    let keys =
        || client.get(format!("{}/jwks", provider.issuer())).call().unwrap().body_mut().read_to_string().unwrap();
    let before = keys();
    assert_eq!(before, keys());
    provider.rotate().unwrap();
    let after = client.get(format!("{}/jwks", provider.issuer())).call().unwrap().body_mut().read_to_string().unwrap();
    assert_ne!(before, after);
    assert_eq!(provider.visits(), 0);
}
