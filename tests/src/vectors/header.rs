//! Attacks on the headers of our own tokens: hostile inputs 15 to 25, and 19, 35 to 37 in a header.

use super::{
    forge::{Draft, Ec, array, hs256},
    members::{Members, escaped, quoted},
    shape::{Attack, Wrap},
};

/// Attacks that any header of ours must withstand; `typ` is the right one.
pub fn attacks(draft: &Draft, wrap: Wrap<'_>, typ: &str) -> Vec<Attack> {
    let mut attacks = algorithms(draft, wrap);
    attacks.extend(members(draft, wrap));
    attacks.extend(types(draft, wrap, typ));
    attacks.extend(documents(draft, wrap));
    attacks
}

fn algorithms(draft: &Draft, wrap: Wrap<'_>) -> Vec<Attack> {
    let header = &draft.header;
    let mut attacks = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE", "none "] {
        let other = header.text("alg", alg);
        let unsigned = draft.signed(&other, |_| Vec::new());
        attacks.push(Attack::new(format!("h15 alg {alg:?} without a signature"), wrap(unsigned), "algorithm-refused"));
        let signed = wrap(draft.with_header(&other));
        attacks.push(Attack::new(format!("h15 alg {alg:?} with a good signature"), signed, "algorithm-refused"));
    }
    let hs = header.text("alg", "HS256");
    for (name, secret) in [
        ("the public point", draft.key.point()),
        ("the public JWK", draft.key.jwk().render().into_bytes()),
        ("an empty secret", Vec::new()),
    ] {
        let token = wrap(draft.signed(&hs, |input| hs256(&secret, input)));
        attacks.push(Attack::new(format!("h16 HS256 keyed with {name}"), token, "algorithm-refused"));
    }
    for alg in ["ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "RS256", "PS256", "es256", "ES256 ", ""] {
        let token = wrap(draft.with_header(&header.text("alg", alg)));
        attacks.push(Attack::new(format!("h17 alg {alg:?} over an ES256 signature"), token, "algorithm-refused"));
    }
    attacks
}

fn members(draft: &Draft, wrap: Wrap<'_>) -> Vec<Attack> {
    let header = &draft.header;
    let thief = Ec::of("thief");
    let mut attacks = Vec::new();
    let mut add = |name: &str, header: &Members| {
        attacks.push(Attack::new(name, wrap(draft.with_header(header)), "header-malformed"));
    };
    add("h18 no alg", &header.without("alg"));
    for (name, raw) in [("an array", "[\"ES256\"]"), ("a number", "256"), ("null", "null"), ("an object", "{}")] {
        add(&format!("h18 alg is {name}"), &header.set("alg", raw));
    }
    add("h19 alg twice, the same", &header.add("alg", "\"ES256\""));
    add("h19 alg twice, none last", &header.add("alg", "\"none\""));
    add("h19 alg twice, none first", &header.add_first("alg", "\"none\""));
    add("h19 h35 alg twice, once escaped", &header.add(&escaped("alg"), "\"none\""));
    for (name, raw) in [
        ("unknown", "[\"exp\"]"),
        ("empty", "[]"),
        ("doubled", "[\"b64\",\"b64\"]"),
        ("naming a standard member", "[\"alg\"]"),
        ("no array", "\"alg\""),
    ] {
        add(&format!("h20 crit, {name}"), &header.set("crit", raw));
    }
    add("h21 b64 false", &header.set("b64", "false"));
    add("h21 h20 b64 false and critical", &header.set("b64", "false").set("crit", "[\"b64\"]"));
    add("h25 cty JWT", &header.text("cty", "JWT"));
    add("h25 cty CBOR", &header.text("cty", "application/cbor"));
    add("h25 zip", &header.text("zip", "DEF"));
    add("h25 enc", &header.text("enc", "A256GCM"));
    for (member, raw) in [
        ("jku", quoted("https://evil.example/jwks.json")),
        ("x5u", quoted("https://evil.example/cert.pem")),
        ("x5c", array(&["MIIB"])),
        ("x5t", quoted("AAAA")),
        ("nonce", quoted("x")),
    ] {
        add(&format!("h22 {member}"), &header.set(member, raw));
    }
    if !header.render().contains("\"jwk\"") {
        add("h22 jwk, the mint's own", &header.set("jwk", draft.key.jwk().render()));
        let other = header.set("jwk", thief.jwk().render());
        let token = draft.signed(&other, |input| thief.sign(input));
        attacks.push(Attack::new("h22 h46 jwk of the thief who signed", wrap(token), "header-malformed"));
    }
    attacks
}

fn types(draft: &Draft, wrap: Wrap<'_>, typ: &str) -> Vec<Attack> {
    let header = &draft.header;
    let known = ["kubemint-grant+sd-jwt", "kb+jwt", "at+jwt", "dpop+jwt", "JWT", "JOSE", "dc+sd-jwt", ""];
    let mut wrong: Vec<String> = known.iter().filter(|t| **t != typ).map(|t| (*t).to_owned()).collect();
    wrong.extend([typ.to_uppercase(), format!("application/{typ}"), format!("{typ} "), format!("{typ};x=1")]);
    let mut attacks = Vec::new();
    for other in wrong {
        let token = wrap(draft.with_header(&header.text("typ", &other)));
        attacks.push(Attack::new(format!("h24 h45 typ {other:?}"), token, "type-wrong"));
    }
    for (name, header) in [
        ("h24 no typ", header.without("typ")),
        ("h24 typ null", header.set("typ", "null")),
        ("h24 typ an array", header.set("typ", array(&[typ]))),
    ] {
        attacks.push(Attack::new(name, wrap(draft.with_header(&header)), "header-malformed"));
    }
    attacks
}

/// Headers that are no JSON object, or more than one thing at once.
fn documents(draft: &Draft, wrap: Wrap<'_>) -> Vec<Attack> {
    let header = draft.header.render();
    let deep = format!("{},\"x\":{}{}}}", &header[..header.len() - 1], "[".repeat(2000), "]".repeat(2000));
    let texts: Vec<(&str, Vec<u8>)> = vec![
        ("h37 a header with a BOM", format!("\u{feff}{header}").into()),
        ("h37 a header with trailing bytes", format!("{header}x").into()),
        ("h37 two headers", format!("{header}{header}").into()),
        ("h37 a header that is no UTF-8", [b"\xff", header.as_bytes()].concat()),
        ("h37 a header with a lone surrogate", header.replace("ES256", "\\ud800").into()),
        ("h36 a header of depth 2000", deep.into()),
        ("h18 a header that is an array of its values", draft.header.as_array().into()),
        ("h18 a header that is null", "null".into()),
        ("h18 a header that is a string", quoted(&header).into()),
        ("h18 an empty header", Vec::new()),
        ("h18 a header without members", "{}".into()),
    ];
    texts.into_iter().map(|(name, text)| Attack::new(name, wrap(draft.raw_header(text)), "header-malformed")).collect()
}

/// Attacks on the key id, for tokens that have one.
pub fn key_ids(draft: &Draft, wrap: Wrap<'_>) -> Vec<Attack> {
    let header = &draft.header;
    let long = "a".repeat(129);
    let texts = [
        ("a path", "../../../../etc/passwd", "key-unknown"),
        ("a URL", "https://evil.example/jwks.json", "key-unknown"),
        ("128 characters", &long[1..], "key-unknown"),
        ("of another case", &header.get("kid").trim_matches('"').to_uppercase(), "key-unknown"),
        ("SQL", "' OR 1=1 --", "key-id-malformed"),
        ("a shell command", "$(cat /etc/passwd) ", "key-id-malformed"),
        ("129 characters", &long, "key-id-malformed"),
        ("empty", "", "key-id-malformed"),
        ("with NUL", "a\0b", "key-id-malformed"),
        ("no ASCII", "schlüssel", "key-id-malformed"),
        ("of 64 KiB", &"a".repeat(65_536), "token-too-large"),
    ];
    let mut attacks: Vec<Attack> = texts
        .into_iter()
        .map(|(name, kid, reason)| {
            let token = wrap(draft.with_header(&header.text("kid", kid)));
            let token = if name == "of 64 KiB" { shortened(&token) } else { token.into() };
            Attack::new(format!("h23 kid {name}"), token, reason)
        })
        .collect();
    for (name, header) in [
        ("absent", header.without("kid")),
        ("a number", header.set("kid", "1")),
        ("null", header.set("kid", "null")),
        ("an array", header.set("kid", "[\"a\"]")),
    ] {
        attacks.push(Attack::new(format!("h23 kid {name}"), wrap(draft.with_header(&header)), "header-malformed"));
    }
    attacks.push(Attack::new(
        "h17 the kid of an RSA key under alg ES256",
        wrap(draft.with_header(&header.text("kid", "rsa"))),
        "algorithm-refused",
    ));
    attacks
}

/// The long middle of a text as a repetition, where base64url of one letter repeats.
fn shortened(token: &str) -> serde_json::Value {
    let start = token.find("YWFhYWFh").expect("base64url of many a");
    let times = token.as_bytes()[start..].chunks(4).take_while(|chunk| chunk == b"YWFh").count();
    let end = start + 4 * times;
    serde_json::json!([&token[..start], { "repeat": "YWFh", "times": times }, &token[end..]])
}
