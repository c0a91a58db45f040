//! Vectors of keys and key sets, with the examples of RFC 7638 and RFC 7517.

use super::{
    file::File,
    forge::{Ec, Rsa, b64},
    members::{Members, quoted},
    mint,
};
use serde_json::{Value, json};

/// Single keys.
pub fn jwk() -> File {
    let says = "`jwk` is read as a bare public key, or `as` a private one; gives its thumbprint and canonical form";
    let mut file = File::new("jwk", says, json!({}));
    let key = mint::holder();
    let gives = json!({ "thumbprint": key.thumbprint(), "jwk": key.jwk().render() });
    let jwk = key.jwk();
    file.accept("a public key", json!({ "jwk": jwk.render() }), gives.clone());
    let disordered =
        Members::new().set("y", jwk.get("y")).set("x", jwk.get("x")).text("kty", "EC").text("crv", "P-256");
    file.accept("in another order", json!({ "jwk": disordered.render() }), gives.clone());
    file.accept("a private key", json!({ "jwk": key.private_jwk().render(), "as": "private" }), gives);
    for (name, text) in bad_keys() {
        file.refuse(name, json!({ "jwk": text }), "key-refused");
    }
    for (name, text) in bad_private_keys() {
        file.refuse(name, json!({ "jwk": text, "as": "private" }), "key-refused");
    }
    file
}

fn bad_keys() -> Vec<(&'static str, String)> {
    let key = mint::holder();
    let (jwk, (x, y)) = (key.jwk(), key.coordinates());
    let zero = b64([0; 32]);
    let text = |name: &str, value: &str| jwk.text(name, value).render();
    vec![
        ("h47 with d", key.private_jwk().render()),
        ("h47 with a kid", text("kid", "a")),
        ("h47 with use", text("use", "sig")),
        ("h47 without crv", jwk.without("crv").render()),
        ("h47 without y", jwk.without("y").render()),
        ("h35 x twice", jwk.add("x", quoted(&x)).render()),
        ("h35 kty twice, once escaped", jwk.add("\\u006bty", "\"EC\"").render()),
        ("h47 crv P-384", text("crv", "P-384")),
        ("h47 crv P-521", text("crv", "P-521")),
        ("h47 crv secp256k1", text("crv", "secp256k1")),
        ("h47 crv Ed25519", text("crv", "Ed25519")),
        ("h47 kty ec", text("kty", "ec")),
        ("h47 kty OKP", text("kty", "OKP")),
        ("h47 x of 31 bytes", text("x", &b64([1; 31]))),
        ("h47 x of 33 bytes", text("x", &b64([1; 33]))),
        ("h47 y of 31 bytes", text("y", &b64([1; 31]))),
        ("h47 y of 33 bytes", text("y", &b64([1; 33]))),
        ("h47 y empty", text("y", "")),
        ("h47 y of a compressed point", text("y", &b64([2]))),
        ("h47 x and y changed about", jwk.text("x", &y).text("y", &x).render()),
        ("h47 x of another key", text("x", &Ec::of("thief").coordinates().0)),
        ("h47 the identity", jwk.text("x", &zero).text("y", &zero).render()),
        ("h47 x above p", text("x", &b64([0xff; 32]))),
        ("h12 x with loose bits", text("x", &loose(&x))),
        ("h11 x with padding", text("x", &format!("{x}="))),
        ("h10 x in the other alphabet", text("x", &format!("+{}", &x[1..]))),
        ("h47 x a number", jwk.set("x", "1").render()),
        ("h47 x null", jwk.set("x", "null").render()),
        ("h47 an array of its values", jwk.as_array()),
        ("h47 a symmetric key", "{\"kty\":\"oct\",\"k\":\"AAAA\"}".into()),
        ("h47 an RSA key", Rsa::fixed().published("a").to_string()),
        ("h47 an empty object", "{}".into()),
        ("h1 nothing", String::new()),
        ("h37 trailing bytes", format!("{}x", jwk.render())),
    ]
}

/// 32 bytes leave two loose bits in the last of 43 characters.
fn loose(coordinate: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = coordinate.split_at(coordinate.len() - 1);
    let index = ALPHABET.find(last).expect("base64url");
    format!("{rest}{}", &ALPHABET[index + 1..index + 2])
}

fn bad_private_keys() -> Vec<(&'static str, String)> {
    let (key, other) = (mint::holder(), Ec::of("thief"));
    let jwk = key.private_jwk();
    let order = "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE";
    vec![
        ("without d", key.jwk().render()),
        ("with the d of another key", jwk.set("d", other.private_jwk().get("d")).render()),
        ("with d = 0", jwk.text("d", &b64([0; 32])).render()),
        ("with d = n", jwk.text("d", order).render()),
        ("with d of 31 bytes", jwk.text("d", &b64([1; 31])).render()),
        ("with d empty", jwk.text("d", "").render()),
        ("with d a number", jwk.set("d", "1").render()),
        ("of another curve", jwk.text("crv", "P-384").render()),
        ("that is no object", "[]".into()),
    ]
}

/// Key sets.
pub fn key_set() -> File {
    let says = "`key_set` is read; gives its size and, for each id of `ask`, the algorithm of the key under it";
    let mut file = File::new("key_set", says, json!({}));
    let (ec, rsa) = (mint::key().published("a"), Rsa::fixed().published("b"));
    let set = |keys: Value| json!({ "key_set": { "json": { "keys": keys } }, "ask": ["a", "b", "c", ""] });
    let holds = |size: usize, a: Value, b: Value| json!({ "size": size, "found": [a, b, null, null] });
    let null = Value::Null;
    file.accept("two keys", set(json!([ec, rsa])), holds(2, "ES256".into(), "RS256".into()));
    file.accept("none", set(json!([])), holds(0, null.clone(), null.clone()));
    for (name, member, value) in [
        ("for encryption", "use", "enc"),
        ("of another algorithm", "alg", "ES384"),
        ("of another curve", "crv", "P-384"),
        ("of an unknown type", "kty", "AKP"),
    ] {
        let mut other = ec.clone();
        other[member] = value.into();
        file.accept(
            format!("a key {name} is passed over"),
            set(json!([other, rsa])),
            holds(1, null.clone(), "RS256".into()),
        );
    }
    let mut pss = rsa.clone();
    pss["alg"] = "PS256".into();
    file.accept(
        "h17 an RSA key for PS256 is passed over",
        set(json!([ec, pss])),
        holds(1, "ES256".into(), null.clone()),
    );
    let mut plain = ec.clone();
    for member in ["use", "alg"] {
        plain.as_object_mut().expect("an object").remove(member);
    }
    file.accept("a key without use and alg", set(json!([plain])), holds(1, "ES256".into(), null));
    for (name, keys) in bad_sets(&ec, &rsa) {
        file.refuse(format!("h64 {name}"), json!({ "key_set": { "json": keys } }), "keys-malformed");
    }
    texts(&mut file, &ec);
    file
}

fn with(key: &Value, member: &str, value: impl Into<Value>) -> Value {
    let mut key = key.clone();
    key[member] = value.into();
    key
}

fn bad_sets(ec: &Value, rsa: &Value) -> Vec<(&'static str, Value)> {
    let keys = |keys: Value| json!({ "keys": keys });
    let other = Ec::of("thief").published("a");
    let okp = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "a" });
    let private = with(ec, "d", b64([1; 32]));
    let (x, y) = (ec["x"].clone(), ec["y"].clone());
    vec![
        ("a kid twice, the same key", keys(json!([ec, ec]))),
        ("a kid twice, another key", keys(json!([ec, other]))),
        ("a kid twice, another type", keys(json!([ec, with(rsa, "kid", "a")]))),
        ("a kid twice, one of a kind not used here", keys(json!([okp, ec]))),
        ("a kid twice, one for encryption", keys(json!([ec, with(rsa, "kid", "a")]))),
        ("two keys without a kid", keys(json!([without(ec, "kid"), without(&other, "kid")]))),
        ("a symmetric key", keys(json!([ec, { "kty": "oct", "k": "c2VjcmV0", "kid": "s" }]))),
        ("h16 a symmetric key under the kid of another", keys(json!([{ "kty": "oct", "k": "c2VjcmV0", "kid": "a" }]))),
        ("a private EC key", keys(json!([private]))),
        ("a private RSA key", keys(json!([with(rsa, "d", "AQAB")]))),
        ("a private key of a kind not used here", keys(json!([with(&okp, "d", "AQAB")]))),
        ("51 keys", keys(json!((0..51).map(|n| with(ec, "kid", n.to_string())).collect::<Vec<_>>()))),
        ("h47 a point off the curve", keys(json!([with(&with(ec, "x", y), "y", x)]))),
        ("h47 a coordinate of 31 bytes", keys(json!([with(ec, "x", b64([1; 31]))]))),
        ("an EC key without y", keys(json!([without(ec, "y")]))),
        ("an RSA key of 1024 bits", keys(json!([with(rsa, "n", b64([0xff; 128]))]))),
        ("an RSA key of 8192 bits", keys(json!([with(rsa, "n", b64([0xff; 1024]))]))),
        ("an RSA modulus with a leading zero", keys(json!([with(rsa, "n", b64([&[0][..], &[0xff; 256]].concat()))]))),
        ("an RSA exponent of 1", keys(json!([with(rsa, "e", "AQ")]))),
        ("an even RSA exponent", keys(json!([with(rsa, "e", b64([4]))]))),
        ("an empty RSA exponent", keys(json!([with(rsa, "e", "")]))),
        ("an RSA exponent of five bytes", keys(json!([with(rsa, "e", b64([1, 0, 0, 0, 1]))]))),
        ("an RSA key without e", keys(json!([without(rsa, "e")]))),
        ("h23 a kid that is a number", keys(json!([with(ec, "kid", 1)]))),
        ("h23 an empty kid", keys(json!([with(ec, "kid", "")]))),
        ("h23 a kid of 129 characters", keys(json!([with(ec, "kid", "a".repeat(129))]))),
        ("a key without a type", keys(json!([without(ec, "kty")]))),
        ("a type that is a number", keys(json!([with(ec, "kty", 1)]))),
        ("a use that is a number", keys(json!([with(ec, "use", 1)]))),
        ("an alg that is a number", keys(json!([with(ec, "alg", 1)]))),
        ("a key that is a string", keys(json!(["a"]))),
        ("keys that are an object", json!({ "keys": { "0": ec } })),
        ("keys null", json!({ "keys": null })),
        ("no keys", json!({})),
        ("an array", json!([ec])),
        ("null", Value::Null),
    ]
}

fn without(key: &Value, member: &str) -> Value {
    let mut key = key.clone();
    key.as_object_mut().expect("an object").remove(member);
    key
}

fn texts(file: &mut File, ec: &Value) {
    let text = json!({ "keys": [ec] }).to_string();
    for (name, value) in [
        ("h64 h35 keys twice", json!(text.replacen('{', "{\"keys\":[],", 1))),
        ("h64 h35 kid twice in a key", json!(text.replacen("[{", "[{\"kid\":\"b\",", 1))),
        ("h64 h37 a BOM", json!(format!("\u{feff}{text}"))),
        ("h64 h37 trailing bytes", json!(format!("{text}x"))),
        ("h64 h37 cut short", json!(&text[..text.len() - 1])),
        ("h64 nothing", json!("")),
        ("h64 a page instead", json!("<!doctype html>")),
        ("h64 10 MiB", json!(["{\"keys\":[],\"x\":\"", { "repeat": "a", "times": 10_485_760 }, "\"}"])),
        ("h64 256 KiB and a byte", json!(["{\"keys\":[],\"x\":\"", { "repeat": "a", "times": 262_127 }, "\"}"])),
        ("h64 h36 depth 100000", json!(["{\"keys\":[", { "repeat": "[", "times": 100_000 }])),
    ] {
        file.refuse(name, json!({ "key_set": value }), "keys-malformed");
    }
    let exact = json!(["{\"keys\":[],\"x\":\"", { "repeat": "a", "times": 262_126 }, "\"}"]);
    file.accept("exactly 256 KiB", json!({ "key_set": exact, "ask": [] }), json!({ "size": 0, "found": [] }));
}
