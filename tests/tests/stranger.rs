//! The stranger agrees with itself: what it signs, its library's own verifier accepts, and nothing that was touched.

use anyhow::Result;
use kubemint_tests::stranger::Stranger;
use serde_json::json;

const ISSUER: &str = "https://mint.example.com";
const AUDIENCE: &str = "https://mint.example.com/clusters/prod/bound";

#[test]
fn the_profile_is_what_an_independent_library_reads_and_writes() -> Result<()> {
    let mut stranger = Stranger::start()?;
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
