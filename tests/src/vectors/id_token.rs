//! Vectors of ID tokens and the callers they are mapped to.

use super::{
    claims::{SYSTEM_NAMES, bad_texts, documents, issuers},
    file::{File, NOW},
    forge::{Draft, Ec, Rsa, array, b64, digest, hs256, jws},
    members::{Members, escaped, quoted},
    mint, shape,
    shape::Attack,
    signature,
};
use aws_lc_rs::signature as aws;
use serde_json::{Value, json};

const ISSUER: &str = "https://login.example.com";
const SALT: &str = "c2FsdC1zYWx0LXNhbHQtMQ";

/// ID tokens.
pub fn file() -> File {
    let says = "`id_token` of `provider`, whose key set is `keys`, is read at a sign-in with the key `holder` and \
                `nonce_salt`, and mapped; gives the caller";
    let mut file = File::new("id_token", says, given());
    let (es, rs) = (draft("es"), draft("rsa"));
    let rsa = Rsa::fixed();
    let by_rsa = |claims: &Members| jws(rs.header.render(), claims.render(), |input| rsa.sign(input));
    file.accept("ES256", input(es.good()), caller());
    file.accept("RS256", input(by_rsa(&rs.claims)), caller());
    file.accept("h26 high s", input(signature::mirrored(&es)), caller());
    let wrap = |jws: String| jws;
    let mut attacks = shape::attacks(&es, &wrap, "");
    attacks.extend(signature::attacks(&es, &wrap, "signature-wrong"));
    attacks.extend(documents(&es, &wrap).into_iter().filter(unread));
    attacks.extend(issuers(&es, &wrap, "provider-unknown").into_iter().filter(|a| !a.name.contains("other host")));
    attacks.extend(header_members(&es));
    attacks.extend(algorithms(&es, &rs));
    attacks.extend(rsa_signatures(&rs));
    attacks.extend(times(&es));
    attacks.extend(audiences(&es));
    attacks.extend(nonces(&es));
    attacks.extend(callers(&es));
    for attack in attacks {
        file.refuse(attack.name, input(attack.token), attack.reason);
    }
    leniencies(&mut file, &es);
    moments(&mut file, &es);
    file
}

fn input(token: impl Into<Value>) -> Value {
    json!({ "id_token": token.into() })
}

/// Members that a provider may add as it likes are no fault: those documents are left out.
fn unread(attack: &Attack) -> bool {
    !attack.name.contains("hundreds of members")
}

fn given() -> Value {
    let holder: Value = serde_json::from_str(&mint::holder().jwk().render()).expect("a JWK");
    json!({
        "keys": { "keys": [Ec::of("provider").published("es"), Rsa::fixed().published("rsa")] },
        "provider": {
            "alias": "corp", "client_id": "kubemint", "issuer": ISSUER, "audiences": ["kubemint"], "scopes": ["openid"],
            "username": { "claim": "email", "prefix": "" }, "groups": { "claim": "groups", "prefix": "corp:" },
        },
        "holder": holder, "nonce_salt": SALT,
    })
}

fn draft(kid: &str) -> Draft {
    let alg = if kid == "rsa" { "RS256" } else { "ES256" };
    let claims = Members::new()
        .text("iss", ISSUER)
        .text("aud", "kubemint")
        .text("sub", "00u1")
        .set("iat", (NOW - 5).to_string())
        .set("exp", (NOW + 295).to_string())
        .set("auth_time", (NOW - 30).to_string())
        .text("nonce", &digest(format!("{}.{SALT}", mint::holder().thumbprint())))
        .text("email", "alice@example.com")
        .set("email_verified", "true")
        .set("groups", array(&["sre"]))
        .set("amr", array(&["pwd"]));
    let header = Members::new().text("alg", alg).text("typ", "JWT").text("kid", kid);
    Draft { header, claims, key: Ec::of("provider") }
}

fn caller() -> Value {
    json!({
        "sub": "corp:00u1", "username": "alice@example.com", "groups": ["corp:sre"], "auth_time": NOW - 30,
        "client_id": "kubemint", "amr": ["pwd"],
    })
}

fn header_members(draft: &Draft) -> Vec<Attack> {
    let header = &draft.header;
    let mut attacks = Vec::new();
    let mut add = |name: &str, header: &Members, reason| {
        attacks.push(Attack::new(name, draft.with_header(header), reason));
    };
    let refused = "header-member-refused";
    for (number, member, raw) in [
        ("h20", "crit", "[\"exp\"]"),
        ("h21", "b64", "false"),
        ("h22", "jku", "\"https://evil.example\""),
        ("h22", "x5u", "\"https://evil.example\""),
        ("h22", "x5c", "[\"MIIB\"]"),
        ("h25", "zip", "\"DEF\""),
        ("h25", "enc", "\"A256GCM\""),
        ("h25", "cty", "\"JWT\""),
    ] {
        add(&format!("{number} {member}"), &header.set(member, raw), refused);
        add(&format!("{number} {member} null"), &header.set(member, "null"), refused);
        let hidden = header.add(&escaped(member), raw);
        add(&format!("{number} {member} by an escape"), &hidden, refused);
    }
    add("h20 crit empty", &header.set("crit", "[]"), refused);
    add("h20 crit doubled", &header.set("crit", "[\"b64\",\"b64\"]"), refused);
    add("h22 jwk", &header.set("jwk", Ec::of("thief").jwk().render()), refused);
    for typ in
        ["at+jwt", "kb+jwt", "dpop+jwt", "kubemint-grant+sd-jwt", "logout+jwt", "jwt", "Jwt", "application/JWT", ""]
    {
        add(&format!("h24 typ {typ:?}"), &header.text("typ", typ), "type-wrong");
    }
    add("h24 typ null", &header.set("typ", "null"), "type-wrong");
    add("h24 typ an array", &header.set("typ", "[\"JWT\"]"), "type-wrong");
    for (name, raw) in [("empty", "\"\""), ("a number", "1"), ("null", "null"), ("with a space", "\"a b\"")] {
        add(&format!("h23 kid {name}"), &header.set("kid", raw), "key-id-malformed");
    }
    add("h23 kid of 129 characters", &header.text("kid", &"a".repeat(129)), "key-id-malformed");
    add("h23 kid a path", &header.text("kid", "../../dev/null"), "key-unknown");
    add("h23 kid a URL", &header.text("kid", "https://evil.example/jwks.json"), "key-unknown");
    add("h23 no kid where the set has several keys", &header.without("kid"), "key-unknown");
    for (name, header) in [
        ("h19 alg twice", header.add("alg", "\"ES256\"")),
        ("h19 alg twice, none first", header.add_first("alg", "\"none\"")),
        ("h19 h35 alg twice, once escaped", header.add(&escaped("alg"), "\"none\"")),
        ("h35 an unknown member twice", header.text("x", "1").add("x", "\"2\"")),
    ] {
        add(name, &header, "header-malformed");
    }
    let text = header.render();
    for (name, raw) in [
        ("h37 a header with a BOM", format!("\u{feff}{text}")),
        ("h37 a header with trailing bytes", format!("{text}x")),
        (
            "h36 a header of depth 2000",
            text.replacen('{', &format!("{{\"x\":{}{},", "[".repeat(2000), "]".repeat(2000)), 1),
        ),
        ("h18 a header that is an array", format!("[{text}]")),
        ("h18 an empty header", String::new()),
    ] {
        attacks.push(Attack::new(name, draft.raw_header(raw), "header-malformed"));
    }
    attacks
}

fn algorithms(es: &Draft, rs: &Draft) -> Vec<Attack> {
    let refused = "algorithm-refused";
    let mut attacks = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE"] {
        let unsigned = es.signed(&es.header.text("alg", alg), |_| Vec::new());
        attacks.push(Attack::new(format!("h15 alg {alg}"), unsigned, refused));
    }
    for (name, secret) in [
        ("the P-256 point", es.key.point()),
        ("the RSA modulus", Rsa::fixed().members().0.into_bytes()),
        ("the JWK", es.key.jwk().render().into_bytes()),
    ] {
        let header = es.header.text("alg", "HS256");
        attacks.push(Attack::new(
            format!("h16 HS256 keyed with {name}"),
            es.signed(&header, |i| hs256(&secret, i)),
            refused,
        ));
    }
    for alg in ["ES384", "ES256K", "EdDSA", "RS256", "PS256", "HS256", "es256", ""] {
        let token = es.with_header(&es.header.text("alg", alg));
        attacks.push(Attack::new(format!("h17 alg {alg:?} with a P-256 key"), token, refused));
    }
    for alg in ["ES256", "RS384", "RS512", "PS256", "RS1", "rs256"] {
        let token = rs.signed(&rs.header.text("alg", alg), |input| Rsa::fixed().sign(input));
        attacks.push(Attack::new(format!("h17 alg {alg} with an RSA key"), token, refused));
    }
    for (name, header) in [
        ("absent", es.header.without("alg")),
        ("an array", es.header.set("alg", "[\"ES256\"]")),
        ("a number", es.header.set("alg", "256")),
        ("null", es.header.set("alg", "null")),
    ] {
        attacks.push(Attack::new(format!("h18 alg {name}"), es.with_header(&header), refused));
    }
    attacks
}

fn rsa_signatures(rs: &Draft) -> Vec<Attack> {
    let rsa = Rsa::fixed();
    let mut attacks = Vec::new();
    let mut add = |name: &str, sign: &dyn Fn(&[u8]) -> Vec<u8>| {
        attacks.push(Attack::new(format!("h26 RSA, {name}"), rs.signed(&rs.header, sign), "signature-wrong"));
    };
    add("empty", &|_| Vec::new());
    add("zeros", &|_| vec![0; 256]);
    add("a byte short", &|input| rsa.sign(input)[..255].to_vec());
    add("a byte long", &|input| [rsa.sign(input), vec![0]].concat());
    add("above the modulus", &|_| vec![0xff; 256]);
    add("of another token", &|_| rsa.sign(b"another token"));
    add("over SHA-512", &|input| rsa.sign_with(&aws::RSA_PKCS1_SHA512, input));
    add("an ES256 signature", &|input| Ec::of("provider").sign(input));
    for bit in [0, 1023, 2047] {
        add(&format!("bit {bit} flipped"), &|input| {
            let mut signature = rsa.sign(input);
            signature[bit / 8] ^= 1 << (bit % 8);
            signature
        });
    }
    attacks
}

fn times(draft: &Draft) -> Vec<Attack> {
    let wrap = |jws: String| jws;
    let mut attacks = super::claims::times(draft, &wrap, &["exp", "iat", "nbf", "auth_time"]);
    let claims = &draft.claims;
    for (name, claims) in [
        ("h28 no exp", claims.without("exp")),
        ("h28 no iat", claims.without("iat")),
        ("h35 exp twice", claims.add("exp", (NOW + 9999).to_string())),
        ("h35 sub twice, once escaped", claims.add(&escaped("sub"), "\"root\"")),
        ("h35 a member twice inside another", claims.set("address", "{\"a\":1,\"a\":2}")),
        ("h35 no iss", claims.without("iss")),
    ] {
        attacks.push(Attack::new(name, draft.with_claims(&claims), "claims-malformed"));
    }
    attacks
}

fn audiences(draft: &Draft) -> Vec<Attack> {
    let aud = |raw: &str| draft.claims.set("aud", raw);
    let wrong = "audience-wrong";
    let malformed = "claims-malformed";
    let ours = "[\"kubemint\",\"other\"]";
    [
        ("h58 of another client", aud("\"other\""), wrong),
        ("h58 an array of another client", aud("[\"other\"]"), wrong),
        ("h58 an empty array", aud("[]"), wrong),
        ("h58 of another case", aud("\"Kubemint\""), wrong),
        ("h58 ours and another, without azp", aud(ours), wrong),
        ("h58 ours and another, azp the other", aud(ours).text("azp", "other"), wrong),
        ("h58 ours alone, azp another", aud("\"kubemint\"").text("azp", "other"), wrong),
        ("h58 azp a number", aud("\"kubemint\"").set("azp", "1"), malformed),
        ("h58 azp null", aud("\"kubemint\"").set("azp", "null"), malformed),
        ("h32 aud null", aud("null"), malformed),
        ("h32 aud a number", aud("1"), malformed),
        ("h32 aud with a number inside", aud("[\"kubemint\",1]"), malformed),
        ("h32 no aud", draft.claims.without("aud"), malformed),
    ]
    .into_iter()
    .map(|(name, claims, reason)| Attack::new(name, draft.with_claims(&claims), reason))
    .collect()
}

fn nonces(draft: &Draft) -> Vec<Attack> {
    let nonce = |text: &str| draft.claims.text("nonce", text);
    let right = digest(format!("{}.{SALT}", mint::holder().thumbprint()));
    [
        ("h60 for another key", nonce(&digest(format!("{}.{SALT}", Ec::of("thief").thumbprint())))),
        ("h60 for another salt", nonce(&digest(format!("{}.{}", mint::holder().thumbprint(), b64([8; 16]))))),
        ("h60 without the dot", nonce(&digest(format!("{}{SALT}", mint::holder().thumbprint())))),
        ("h60 the thumbprint itself", nonce(&mint::holder().thumbprint())),
        ("h60 cut", nonce(&right[..42])),
        ("h60 empty", nonce("")),
        ("h60 absent", draft.claims.without("nonce")),
        ("h60 null", draft.claims.set("nonce", "null")),
        ("h60 an array", draft.claims.set("nonce", format!("[{}]", quoted(&right)))),
    ]
    .into_iter()
    .map(|(name, claims)| Attack::new(format!("{name} (nonce)"), draft.with_claims(&claims), "nonce-wrong"))
    .collect()
}

fn callers(draft: &Draft) -> Vec<Attack> {
    let claims = &draft.claims;
    let mut attacks = Vec::new();
    let mut add = |name: String, claims: Members, reason| {
        attacks.push(Attack::new(name, draft.with_claims(&claims), reason));
    };
    for (name, raw) in [("false", "false"), ("a string", "\"true\""), ("a number", "1"), ("null", "null")] {
        add(format!("h63 email_verified {name}"), claims.set("email_verified", raw), "email-unverified");
    }
    add("h63 no email_verified".into(), claims.without("email_verified"), "email-unverified");
    for (name, raw) in [("an array", "[\"a@example.com\"]"), ("null", "null"), ("a number", "1"), ("empty", "\"\"")] {
        add(format!("h33 email {name}"), claims.set("email", raw), "claim-missing");
        add(format!("h33 sub {name}"), claims.set("sub", raw), "claim-missing");
    }
    add("h33 no email".into(), claims.without("email"), "claim-missing");
    add("h33 no sub".into(), claims.without("sub"), "claim-missing");
    for (name, text) in bad_texts().into_iter().filter(|(name, _)| *name != "empty") {
        add(format!("h33 email {name}"), claims.text("email", &text), "username-refused");
        add(format!("h33 sub {name}"), claims.text("sub", &text), "claim-missing");
        add(format!("h34 a group {name}"), claims.set("groups", array(&["sre", &text])), "groups-refused");
    }
    for name in SYSTEM_NAMES {
        add(format!("h33 email {name:?}"), claims.text("email", name), "system-name");
    }
    let many: Vec<String> = (0..65).map(|n| format!("\"{n}\"")).collect();
    add("h34 65 groups".into(), claims.set("groups", format!("[{}]", many.join(","))), "groups-refused");
    for (name, raw) in [("nested", "[[\"sre\"]]"), ("a string", "\"sre\""), ("null", "null"), ("an object", "{}")] {
        add(format!("h34 groups {name}"), claims.set("groups", raw), "claim-missing");
    }
    attacks
}

fn leniencies(file: &mut File, draft: &Draft) {
    let with_header = |header: &Members| input(draft.with_header(header));
    let with = |claims: &Members| input(draft.with_claims(claims));
    let (header, claims) = (&draft.header, &draft.claims);
    file.accept("h24 no typ", with_header(&header.without("typ")), caller());
    file.accept("h24 typ JOSE", with_header(&header.text("typ", "JOSE")), caller());
    file.accept("h22 x5t is only a name", with_header(&header.text("x5t", "AAAA")), caller());
    let one = json!({ "keys": [Ec::of("provider").published("es")] });
    file.accept("h23 no kid where the set has one key", with_header(&header.without("kid")), caller())
        .with("keys", one);
    file.accept("h58 an array of us alone", with(&claims.set("aud", "[\"kubemint\"]")), caller());
    let two = claims.set("aud", "[\"kubemint\",\"other\"]").text("azp", "kubemint");
    file.accept("h58 ours and another, azp ours", with(&two), caller());
    file.accept("h27 nbf in the past", with(&claims.set("nbf", (NOW - 5).to_string())), caller());
    file.accept(
        "claims nobody asked for",
        with(&claims.text("locale", "de").set("address", "{\"a\":[1,2.5,null]}")),
        caller(),
    );
    let many: String = (0..200).map(|n| format!(",\"c{n}\":{n}")).collect();
    let text = claims.render();
    let payload = format!("{}{many}}}", &text[..text.len() - 1]);
    file.accept("h36 hundreds of claims", input(draft.raw_claims(payload)), caller());
    let mut system = caller();
    system["sub"] = "corp:system:masters".into();
    file.accept("h33 a sub that looks like a system name", with(&claims.text("sub", "system:masters")), system);
    let mut group = caller();
    group["groups"] = json!(["corp:system:masters"]);
    file.accept(
        "h34 system:masters, harmless behind its prefix",
        with(&claims.set("groups", "[\"system:masters\"]")),
        group,
    );
    let mut provider = given()["provider"].clone();
    provider["groups"]["prefix"] = "".into();
    let masters = with(&claims.set("groups", "[\"system:masters\"]"));
    file.refuse("h34 system:masters without a prefix", masters, "system-name").with("provider", provider.clone());
    provider["groups"]["prefix"] = "system:".into();
    file.refuse("h34 a prefix that makes system:sre", with(claims), "system-name").with("provider", provider.clone());
    provider["username"]["prefix"] = "system:".into();
    file.refuse("h33 a prefix that makes system:alice", with(claims), "system-name").with("provider", provider);
    let mut none = caller();
    none["groups"] = json!([]);
    file.accept("no groups claim", with(&claims.without("groups")), none);
    let mut undated = caller();
    undated["auth_time"] = (NOW - 5).into();
    file.accept("no auth_time", with(&claims.without("auth_time")), undated);
}

fn moments(file: &mut File, draft: &Draft) {
    let good = || input(draft.good());
    let with = |name: &str, value: u64| input(draft.with_claims(&draft.claims.set(name, value.to_string())));
    file.accept("in its last second", good(), caller()).at(NOW + 294);
    file.refuse("h59 at its end", good(), "expired").at(NOW + 295);
    file.refuse("h59 h84 a day later", good(), "expired").at(NOW + 86_400);
    file.refuse("h84 a day earlier", good(), "not-yet-valid").at(NOW - 86_400);
    file.accept("h29 iat 30 s ahead", with("iat", NOW + 30), caller());
    file.refuse("h29 iat 31 s ahead", with("iat", NOW + 31), "not-yet-valid");
    file.accept("h29 nbf 30 s ahead", with("nbf", NOW + 30), caller());
    file.refuse("h29 nbf 31 s ahead", with("nbf", NOW + 31), "not-yet-valid");
    file.refuse("h27 nbf at the calendar's end", with("nbf", 1 << 53), "not-yet-valid");
    file.refuse("h27 exp at the calendar's beginning", with("exp", 0), "expired");
}
