//! The worker around the mint: what it does without configuration or keys, with too much to read, and too often.
#![allow(clippy::indexing_slicing, reason = "test code: a missing member ends the test there")]

use anyhow::{Context, Result};
use kubemint_tests::ca::Authority;
use kubemint_tests::edge::{Edge, timed};
use kubemint_tests::run::Run;
use kubemint_tests::stranger::Stranger;
use kubemint_tests::workerd::{Address, Setup, Workerd};
use kubemint_tests::{http, provider};
use serde_json::{Value, json};

/// Just more than is read, so that all of it fits into the sockets: the mint answers before it has read to the end.
const TOO_LONG: usize = 66 << 10;

#[test]
fn an_unready_mint_says_so_and_shows_no_secret() -> Result<()> {
    let run = Run::new("worker")?;
    let authority = Authority::new(&run, "ca")?;
    let client = http::client(authority.pem(), None)?;
    let key = timed(&Stranger::node(&authority)?.key()?, 0, 60);
    let hidden = key["d"].as_str().context("no d")?.to_owned();
    let mut off_curve = key.clone();
    off_curve["x"] = key["y"].clone();
    let good = json!([key]).to_string();
    for (configuration, keys, said) in [
        ("{}", good.as_str(), "the configuration"),
        ("", &good, "the configuration"),
        ("{}", "", "the secret"),
        ("{}", "[]", "the secret"),
        ("{}", &json!([off_curve]).to_string(), "the secret"),
        ("{}", &good.replace("sign_until", "until"), "the secret"),
    ] {
        let address = Address::new("mint")?;
        let setup = Setup { configuration, signing_keys: keys, environment: &[] };
        let mint = Workerd::start(&run, &authority, &address, &setup)?;
        for path in ["/readyz", "/jwks.json", "/token"] {
            let mut answer = client.get(format!("{}{path}", mint.issuer())).call()?;
            assert_eq!(answer.status(), 503, "{path}");
            let body: Value = serde_json::from_str(&answer.body_mut().read_to_string()?)?;
            assert_eq!(body["reason"], "mint-unready");
        }
        let log = mint.said();
        let last = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).next_back();
        assert_eq!(last.context("no line")?["what"], said, "{log}");
        assert!(!log.contains(&hidden));
    }
    Ok(())
}

#[test]
fn h57_a_body_without_end_is_refused_for_its_length() -> Result<()> {
    let edge = Edge::start("worker", "ES256", &[])?;
    let mut node = Stranger::node(&edge.authority)?;
    let alice = edge.sign_in(&mut node, "alice")?;
    let issuer = edge.mint.issuer().to_owned();
    let padding = "x".repeat(TOO_LONG);
    let long = [&alice.form(&issuer)[..], &[("padding", padding.as_str())]].concat();
    let answer = edge.token(&long, None)?;
    assert_eq!((answer.status, answer.reason()), (400, "request-malformed"));

    // The same without a stated length.
    let client = http::client(edge.authority.pem(), None)?;
    let request = client.post(format!("{issuer}/token")).content_type("application/x-www-form-urlencoded");
    let mut answer = request.send(ureq::SendBody::from_reader(&mut padding.as_bytes()))?;
    assert_eq!(answer.status(), 400);
    assert!(answer.body_mut().read_to_string()?.contains("request-malformed"));
    edge.redeem(&mut node, &alice, &issuer)?.token()?;
    Ok(())
}

#[test]
fn too_many_requests_of_one_user_wait_and_another_is_served() -> Result<()> {
    let edge = Edge::start("worker", "ES256", &[("RATE_LIMIT", "3".to_owned())])?;
    let mut node = Stranger::node(&edge.authority)?;
    let issuer = edge.mint.issuer().to_owned();
    let alice = edge.sign_in(&mut node, "alice")?;
    let reasons: Vec<String> = (0..6)
        .map(|_| edge.redeem(&mut node, &alice, &issuer).map(|answer| answer.reason().to_owned()))
        .collect::<Result<_>>()?;
    assert_eq!(reasons.iter().filter(|reason| *reason == "none").count(), 3, "{reasons:?}");
    assert!(reasons.iter().skip(3).all(|reason| reason == "rate-limited"), "{reasons:?}");
    let trudy = edge.sign_in(&mut node, "mallory")?;
    assert_eq!(edge.redeem(&mut node, &trudy, &issuer)?.reason(), "system-name");
    Ok(())
}

#[test]
fn the_provider_rotates_its_keys_when_told() -> Result<()> {
    let run = Run::new("provider")?;
    let authority = Authority::new(&run, "ca")?;
    let mut provider = provider::Provider::start(&run, &authority, json!({}))?;
    let client = http::client(authority.pem(), None)?;
    let url = format!("{}/jwks", provider.issuer());
    let keys = || -> Result<String> { Ok(client.get(&url).call()?.body_mut().read_to_string()?) };
    let before = keys()?;
    assert_eq!(before, keys()?);
    provider.rotate()?;
    assert_ne!(before, keys()?);
    assert_eq!(provider.visits(), 0);
    Ok(())
}
