//! Vectors of DPoP proofs, which carry beside RFC 9449's members what the exchange is for.

use super::{
    claims,
    file::{File, NOW},
    forge::{Draft, Ec, b64, digest},
    header,
    members::{Members, quoted},
    mint, shape,
    shape::Attack,
    signature,
};
use serde_json::{Value, json};

const URI: &str = "https://mint.example.com/token";
const RESOURCE: &str = "https://mint.example.com/clusters/prod";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// Proofs.
pub fn file() -> File {
    let given = json!({ "method": "POST", "uri": URI, "resource": RESOURCE });
    let says = "`proof` is held against the request it must be for: `method`, `uri`, `resource`, \
                `requested_token_type` and the `token` it goes with; gives the key's thumbprint and the proof's id";
    let mut file = File::new("dpop", says, given);
    let draft = draft();
    file.accept("a proof", json!({ "proof": draft.good() }), gives());
    file.accept("h26 high s", json!({ "proof": signature::mirrored(&draft) }), gives());
    let wrap = |jws: String| jws;
    let mut attacks = shape::attacks(&draft, &wrap, "");
    attacks.extend(signature::attacks(&draft, &wrap, "signature-wrong"));
    attacks.extend(header::attacks(&draft, &wrap, "dpop+jwt"));
    attacks.extend(claims::times(&draft, &wrap, &["iat"]));
    attacks.extend(claims::required(&draft, &wrap, &["jti", "htm", "htu", "iat", "resource"]));
    attacks.extend(claims::documents(&draft, &wrap));
    attacks.extend(keys(&draft));
    attacks.extend(purposes(&draft));
    for attack in attacks {
        file.refuse(attack.name, json!({ "proof": attack.token }), attack.reason);
    }
    moments(&mut file, &draft);
    replays(&mut file, &draft);
    file
}

fn draft() -> Draft {
    let header = Members::new().text("alg", "ES256").text("typ", "dpop+jwt").set("jwk", mint::holder().jwk().render());
    let claims = Members::new()
        .text("jti", &b64([5; 16]))
        .text("htm", "POST")
        .text("htu", URI)
        .set("iat", NOW.to_string())
        .text("resource", RESOURCE);
    Draft { header, claims, key: mint::holder() }
}

fn gives() -> Value {
    json!({ "jkt": mint::holder().thumbprint(), "jti": b64([5; 16]) })
}

fn keys(draft: &Draft) -> Vec<Attack> {
    let jwk = mint::holder().jwk();
    let (x, y) = mint::holder().coordinates();
    let malformed = "header-malformed";
    [
        ("h61 the private key in the header", mint::holder().private_jwk().render(), malformed),
        ("h61 a key with a kid", jwk.text("kid", "a").render(), malformed),
        ("h61 a symmetric key", "{\"kty\":\"oct\",\"k\":\"AAAA\"}".into(), malformed),
        ("h47 no key", "null".into(), malformed),
        ("h47 a key as an array", jwk.as_array(), malformed),
        ("h47 a key without y", jwk.without("y").render(), malformed),
        ("h35 a key with x twice", jwk.add("x", quoted(&x)).render(), malformed),
        ("h47 a point off the curve", jwk.text("x", &y).text("y", &x).render(), "key-refused"),
        ("h47 the identity", jwk.text("x", &b64([0; 32])).text("y", &b64([0; 32])).render(), "key-refused"),
        ("h47 a coordinate of 31 bytes", jwk.text("x", &b64([1; 31])).render(), "key-refused"),
        ("h47 another curve", jwk.text("crv", "P-384").render(), "key-refused"),
        ("h47 another type", jwk.text("kty", "OKP").render(), "key-refused"),
        ("h46 the key of somebody else", Ec::of("thief").jwk().render(), "signature-wrong"),
    ]
    .into_iter()
    .map(|(name, jwk, reason)| Attack::new(name, draft.with_header(&draft.header.set("jwk", jwk)), reason))
    .chain([Attack::new("h61 a kid beside the key", draft.with_header(&draft.header.text("kid", "a")), malformed)])
    .collect()
}

fn purposes(draft: &Draft) -> Vec<Attack> {
    let claims = &draft.claims;
    let wrong = "proof-wrong";
    let mut list: Vec<(String, Members, &'static str)> = Vec::new();
    for (what, uri) in [
        ("host", "https://mint.example.net/token"),
        ("port", "https://mint.example.com:444/token"),
        ("port, though the default one", "https://mint.example.com:443/token"),
        ("query", "https://mint.example.com/token?x=1"),
        ("fragment", "https://mint.example.com/token#x"),
        ("scheme", "http://mint.example.com/token"),
        ("path", "https://mint.example.com/certificates"),
        ("path with a slash", "https://mint.example.com/token/"),
        ("case", "https://Mint.example.com/token"),
        ("spelling", "https://mint.example.com/%74oken"),
        ("user", "https://a@mint.example.com/token"),
        ("nothing", ""),
    ] {
        list.push((format!("h61 another {what} in htu"), claims.text("htu", uri), wrong));
    }
    for method in ["GET", "post", "PUT", ""] {
        list.push((format!("h61 htm {method:?}"), claims.text("htm", method), wrong));
    }
    for resource in [
        "https://mint.example.com",
        "https://mint.example.com/clusters/stage",
        "https://mint.example.com/clusters/prod/",
        "",
    ] {
        list.push((format!("h88 for resource {resource:?}"), claims.text("resource", resource), wrong));
    }
    list.push(("h88 for a bearer instead of a grant".into(), claims.text("requested_token_type", ACCESS_TOKEN), wrong));
    list.push(("h88 with an ath where no token goes with it".into(), claims.text("ath", &digest("x")), wrong));
    let malformed = "claims-malformed";
    list.push(("h61 a nonce of a server that gives none".into(), claims.text("nonce", "stale"), malformed));
    list.push(("h40 an unknown claim".into(), claims.text("admin", "yes"), malformed));
    list.push(("h30 exp".into(), claims.set("exp", (NOW + 60).to_string()), malformed));
    list.push(("h35 an empty jti".into(), claims.text("jti", ""), malformed));
    list.push(("h33 a jti with a newline".into(), claims.text("jti", "a\nb"), malformed));
    list.push(("h36 a jti of 129 characters".into(), claims.text("jti", &"a".repeat(129)), malformed));
    list.push(("h32 htu an array".into(), claims.set("htu", format!("[{}]", quoted(URI))), malformed));
    list.push(("h35 requested_token_type null".into(), claims.set("requested_token_type", "null"), malformed));
    list.push(("h35 ath null".into(), claims.set("ath", "null"), malformed));
    list.into_iter().map(|(name, claims, reason)| Attack::new(name, draft.with_claims(&claims), reason)).collect()
}

fn moments(file: &mut File, draft: &Draft) {
    let input = || json!({ "proof": draft.good() });
    file.accept("h43 60 s old", input(), gives()).at(NOW + 60);
    file.refuse("h43 61 s old", input(), "proof-stale").at(NOW + 61);
    file.accept("h43 60 s ahead", input(), gives()).at(NOW - 60);
    file.refuse("h43 61 s ahead", input(), "proof-stale").at(NOW - 61);
    file.refuse("h84 a day old", input(), "proof-stale").at(NOW + 86_400);
    file.refuse("h84 a day ahead", input(), "proof-stale").at(NOW - 86_400);
    for (name, iat) in [("beginning", 0), ("end", 1_u64 << 53)] {
        let token = draft.with_claims(&draft.claims.set("iat", iat.to_string()));
        file.refuse(format!("h27 iat at the calendar's {name}"), json!({ "proof": token }), "proof-stale");
    }
}

/// One good proof, and the requests it is not for.
fn replays(file: &mut File, draft: &Draft) {
    let good = draft.good();
    let token = "a.b.c~d.e.f";
    let bearer = draft.claims.text("requested_token_type", ACCESS_TOKEN).text("ath", &digest(token));
    let with_token = draft.with_claims(&bearer);
    let request = json!({ "proof": with_token, "token": token, "requested_token_type": ACCESS_TOKEN });
    file.accept("for a bearer, with the session's presentation", request, gives());
    let stage = "https://mint.example.com/clusters/stage";
    for (name, input) in [
        ("h88 replayed for another cluster", json!({ "proof": good, "resource": stage })),
        ("h88 replayed for a session", json!({ "proof": good, "resource": mint::ISSUER })),
        ("h88 replayed for a bearer", json!({ "proof": good, "requested_token_type": ACCESS_TOKEN })),
        ("h61 replayed with GET", json!({ "proof": good, "method": "GET" })),
        ("h61 replayed at another address", json!({ "proof": good, "uri": "https://mint.example.com/certificates" })),
        ("h87 without ath where a token goes with it", json!({ "proof": good, "token": token })),
        (
            "h87 with the ath of another presentation",
            json!({ "proof": with_token, "token": "a.b.c~d.e.g", "requested_token_type": ACCESS_TOKEN }),
        ),
        ("h88 a bearer's proof for a grant", json!({ "proof": with_token, "token": token })),
        (
            "h88 a bearer's proof without its token",
            json!({ "proof": with_token, "requested_token_type": ACCESS_TOKEN }),
        ),
    ] {
        file.refuse(name, input, "proof-wrong");
    }
    let (hex, cut) = ("61".repeat(32), digest(token)[..42].to_owned());
    for (name, ath) in [("in hex", hex), ("cut", cut), ("empty", String::new()), ("with padding", digest(token) + "=")]
    {
        let proof = draft.with_claims(&bearer.text("ath", &ath));
        let input = json!({ "proof": proof, "token": token, "requested_token_type": ACCESS_TOKEN });
        file.refuse(format!("h41 ath {name}"), input, "proof-wrong");
    }
}
