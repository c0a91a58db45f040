//! The stranger agrees with itself: what it signs, its library's own verifier accepts, and nothing that was touched.
#![allow(clippy::indexing_slicing, reason = "test code: a missing member ends the test there")]

use anyhow::Result;
use kubemint_tests::ca::Authority;
use kubemint_tests::run::Run;
use kubemint_tests::stranger::Stranger;
use serde_json::json;

const ISSUER: &str = "https://mint.example.com";
const AUDIENCE: &str = "https://mint.example.com/clusters/prod/bound";

#[test]
fn the_profile_is_what_pypis_libraries_read_and_write() -> Result<()> {
    agrees_with_itself(&mut Stranger::start()?)
}

#[test]
fn the_profile_is_what_npms_libraries_read_and_write() -> Result<()> {
    let run = Run::new("stranger")?;
    agrees_with_itself(&mut Stranger::node(&Authority::new(&run, "ca")?)?)
}

#[test]
fn the_two_read_each_other() -> Result<()> {
    let run = Run::new("stranger")?;
    let mut python = Stranger::start()?;
    let mut node = Stranger::node(&Authority::new(&run, "ca")?)?;
    for swapped in [false, true] {
        let (maker, reader) = if swapped { (&mut node, &mut python) } else { (&mut python, &mut node) };
        let (signer, holder) = (maker.key()?, maker.key()?);
        let user = maker.user()?;
        let grant = maker.grant(&signer, &holder, ISSUER, AUDIENCE, json!({ "user": user }))?;
        let presentation = maker.present(&grant, &holder, AUDIENCE, json!({}))?;
        let jwks = reader.jwks(&[&signer])?;
        let read = reader.verify(&presentation, &jwks, ISSUER, AUDIENCE)?;
        assert_eq!(read["claims"]["groups"], user["groups"]);
        assert!(reader.verify(&presentation, &jwks, ISSUER, "https://mint.example.com/clusters/other/bound").is_err());
    }
    Ok(())
}

fn agrees_with_itself(stranger: &mut Stranger) -> Result<()> {
    let (signer, holder, thief) = (stranger.key()?, stranger.key()?, stranger.key()?);
    let user = stranger.user()?;
    let jwks = stranger.jwks(&[&signer])?;
    let grant = stranger.grant(&signer, &holder, ISSUER, AUDIENCE, json!({ "user": user }))?;
    let claims = stranger.verify(&grant, &jwks, ISSUER, AUDIENCE)?;
    assert_eq!(claims["claims"]["username"], user["username"]);
    assert!(claims["binding"].is_null());

    let presentation = stranger.present(&grant, &holder, AUDIENCE, json!({}))?;
    let read = stranger.verify(&presentation, &jwks, ISSUER, AUDIENCE)?;
    assert_eq!(read["binding"]["aud"], AUDIENCE);

    let old = stranger.present(&grant, &holder, AUDIENCE, json!({ "iat_offset": -3600 }))?;
    assert!(stranger.verify(&old, &jwks, ISSUER, AUDIENCE).is_err());
    let stolen = stranger.present(&grant, &thief, AUDIENCE, json!({}))?;
    assert!(stranger.verify(&stolen, &jwks, ISSUER, AUDIENCE).is_err());
    let forged = stranger.grant(&thief, &thief, ISSUER, AUDIENCE, json!({ "user": user }))?;
    assert!(stranger.verify(&forged, &jwks, ISSUER, AUDIENCE).is_err());
    Ok(())
}
