//! Vectors of what core has signed: the exact bytes, spelt out here member by member.

use super::{
    file::{File, NOW},
    forge::{Draft, b64, digest},
    members::Members,
    mint::{self, BOUND_AUDIENCE},
};
use serde_json::{Value, json};

/// Signing inputs, with their signatures attached.
pub fn file() -> File {
    let says = "`what` is rendered from its values and `signature` attached; gives the token's exact bytes (without a \
                grant's tilde)";
    let mut file = File::new("issue", says, json!({ "kid": mint::key().thumbprint() }));
    let grant = mint::grant();
    add(&mut file, "a grant", "grant", &grant);
    add(&mut file, "a session", "grant", &mint::session());
    let claims = grant.claims.without("client_id").without("amr").set("groups", "[]");
    add(&mut file, "a grant without client_id, amr and groups", "grant", &Draft { claims, ..mint::grant() });
    let odd = grant.claims.text("username", "josé \"joe\" \\ müller").text("sub", "corp:\u{1f600}/?#");
    add(
        &mut file,
        "h33 a grant with quotes, backslashes and no ASCII",
        "grant",
        &Draft { claims: odd, ..mint::grant() },
    );
    add(&mut file, "a bearer", "bearer", &mint::bearer());
    presentation(&mut file, &grant);
    proofs(&mut file);
    file
}

fn add(file: &mut File, name: &str, what: &str, draft: &Draft) {
    let token = draft.good();
    let mut claims: Value = serde_json::from_str(&draft.claims.render()).expect("good claims");
    let members = claims.as_object_mut().expect("an object");
    if members.remove("cnf").is_some() {
        members.insert("jwk".into(), value(&mint::holder().jwk()));
    }
    file.accept(name, json!({ "what": what, "claims": claims, "signature": signature(&token) }), token);
}

fn value(members: &Members) -> Value {
    serde_json::from_str(&members.render()).expect("good members")
}

/// The last part of a token, as bytes.
fn signature(token: &str) -> Value {
    json!({ "base64url": token.rsplit('.').next() })
}

fn presentation(file: &mut File, grant: &Draft) {
    let text = format!("{}~", grant.good());
    let token = mint::binding(&text, BOUND_AUDIENCE).good();
    let input = json!({
        "what": "presentation", "grant": text, "audience": BOUND_AUDIENCE, "random": { "base64url": b64([3; 16]) },
        "signature": signature(&token),
    });
    file.accept("a presentation's second part", input, token);
}

fn proofs(file: &mut File) {
    let jwk = mint::holder().jwk();
    let header = Members::new().text("alg", "ES256").text("typ", "dpop+jwt").set("jwk", jwk.render());
    let claims = Members::new()
        .text("jti", &b64([5; 16]))
        .text("htm", "POST")
        .text("htu", "https://mint.example.com/token")
        .set("iat", NOW.to_string())
        .text("resource", mint::BEARER_AUDIENCE);
    let draft = Draft { header, claims, key: mint::holder() };
    let kind = "urn:ietf:params:oauth:token-type:access_token";
    let bearer = draft.claims.text("requested_token_type", kind).text("ath", &digest("a.b.c~d.e.f"));
    let mut input = json!({
        "what": "dpop", "jwk": value(&jwk), "random": { "base64url": b64([5; 16]) }, "method": "POST",
        "uri": "https://mint.example.com/token", "resource": mint::BEARER_AUDIENCE,
    });
    let token = draft.good();
    input["signature"] = signature(&token);
    file.accept("a proof", input.clone(), token);
    let token = draft.with_claims(&bearer);
    input["signature"] = signature(&token);
    input["requested_token_type"] = kind.into();
    input["token"] = "a.b.c~d.e.f".into();
    file.accept("a proof for a bearer", input, token);
}
