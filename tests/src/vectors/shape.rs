//! Attacks on the shape and the encoding of a token: hostile inputs 1 to 14.

use super::forge::{Draft, b64, seal};
use serde_json::{Value, json};

/// A token that must be refused, and why.
pub struct Attack {
    /// Begins with its numbers.
    pub name: String,
    /// The token, in pieces where it is long.
    pub token: Value,
    /// The reason.
    pub reason: &'static str,
}

impl Attack {
    pub fn new(name: impl Into<String>, token: impl Into<Value>, reason: &'static str) -> Self {
        Self { name: name.into(), token: token.into(), reason }
    }
}

/// What stands around the JWS: nothing, a `~`, or a whole presentation.
pub type Wrap<'a> = &'a dyn Fn(String) -> String;

/// Attacks on a draft; `end` is what every text of this kind ends with.
pub fn attacks(draft: &Draft, wrap: Wrap<'_>, end: &str) -> Vec<Attack> {
    let mut attacks = whole(draft, end);
    attacks.extend(parts(draft, wrap));
    attacks.extend(encodings(draft, wrap));
    attacks
}

fn whole(draft: &Draft, end: &str) -> Vec<Attack> {
    let good = draft.good();
    let fields: Vec<&str> = good.split('.').collect();
    let (protected, payload, signature) = (fields[0], fields[1], fields[2]);
    let general = json!({ "payload": payload, "signatures": [{ "protected": protected, "signature": signature }] });
    let flat = json!({ "payload": payload, "protected": protected, "signature": signature });
    let long = |text: &str, times: usize| json!([{ "repeat": text, "times": times }, end]);
    let fill = 8193 - good.len();
    vec![
        Attack::new("h1 empty", end, "token-malformed"),
        Attack::new("h2 three dots", format!("...{end}"), "token-malformed"),
        Attack::new("h2 two dots", format!("..{end}"), "header-malformed"),
        Attack::new("h3 8 KiB and a byte", json!([good, { "repeat": "A", "times": fill }, end]), "token-too-large"),
        Attack::new("h4 a million dots", long(".", 1_000_000), "token-too-large"),
        Attack::new("h4 as many dots as fit", long(".", 8100), "token-malformed"),
        Attack::new("h5 a million tildes", long("~", 1_000_000), "token-too-large"),
        Attack::new("h8 general JSON serialisation", format!("{general}{end}"), "token-malformed"),
        Attack::new("h8 flattened JSON serialisation", format!("{flat}{end}"), "token-malformed"),
    ]
}

fn parts(draft: &Draft, wrap: Wrap<'_>) -> Vec<Attack> {
    let good = draft.good();
    let (input, signature) = good.rsplit_once('.').expect("three parts");
    let (header, payload) = input.split_once('.').expect("three parts");
    let mut attacks = vec![
        Attack::new("h6 two parts", wrap(input.into()), "token-malformed"),
        Attack::new("h6 two parts and a dot", wrap(format!("{input}.")), "signature-wrong"),
        Attack::new("h7 four parts", wrap(format!("{good}.{signature}")), "token-malformed"),
        Attack::new("h7 four parts, the last empty", wrap(format!("{good}.")), "token-malformed"),
        Attack::new("h7 five parts as of an encrypted token", wrap(format!("{good}..{signature}")), "token-malformed"),
    ];
    for (name, c) in [("space", ' '), ("tab", '\t'), ("newline", '\n'), ("NUL", '\0')] {
        attacks.push(Attack::new(format!("h9 {name} before"), wrap(format!("{c}{good}")), "encoding-malformed"));
        attacks.push(Attack::new(format!("h9 {name} behind"), wrap(format!("{good}{c}")), "encoding-malformed"));
    }
    for (name, dot) in
        [("one dot leader", '\u{2024}'), ("full-width dot", '\u{ff0e}'), ("ideographic stop", '\u{3002}')]
    {
        attacks.push(Attack::new(
            format!("h14 {name}"),
            wrap(format!("{header}{dot}{payload}.{signature}")),
            "token-malformed",
        ));
        attacks.push(Attack::new(
            format!("h14 {name} beside two dots"),
            wrap(format!("{header}.{payload}.{dot}{signature}")),
            "encoding-malformed",
        ));
    }
    attacks
}

/// Spellings of the same bytes, properly signed as they are spelt.
fn encodings(draft: &Draft, wrap: Wrap<'_>) -> Vec<Attack> {
    let sign = |input: &[u8]| draft.key.sign(input);
    let header = b64(draft.header.render());
    let payload = b64(draft.claims.render());
    let mut attacks = Vec::new();
    let mut both = |name: &str, respell: &dyn Fn(&str) -> String| {
        let token = wrap(seal(&respell(&header), &payload, sign));
        attacks.push(Attack::new(format!("{name} in the header"), token, "encoding-malformed"));
        let token = wrap(seal(&header, &respell(&payload), sign));
        attacks.push(Attack::new(format!("{name} in the payload"), token, "encoding-malformed"));
        let good = seal(&header, &payload, sign);
        let (input, signature) = good.rsplit_once('.').expect("three parts");
        let token = wrap(format!("{input}.{}", respell(signature)));
        attacks.push(Attack::new(format!("{name} in the signature"), token, "encoding-malformed"));
    };
    both("h10 a plus", &|part| format!("+{}", &part[1..]));
    both("h10 a slash", &|part| format!("/{}", &part[1..]));
    both("h11 padding", &|part| format!("{part}{}", "=".repeat(1 + (4 - part.len() % 4) % 4)));
    both("h11 h9 padding and a space", &|part| format!("{part}= "));
    both("h13 CRLF", &|part| format!("{}\r\n{}", &part[..8], &part[8..]));
    both("h13 a bare newline", &|part| format!("{}\n{}", &part[..8], &part[8..]));
    attacks.extend(loose_bits(draft, wrap));
    attacks.push(other_alphabet(draft, wrap));
    attacks
}

/// The last character with bits that decode to nothing.
fn loose_bits(draft: &Draft, wrap: Wrap<'_>) -> Vec<Attack> {
    let sign = |input: &[u8]| draft.key.sign(input);
    let spaced = |json: String| (0..3).map(|n| b64(format!("{json}{}", " ".repeat(n)))).find(|p| p.len() % 4 != 0);
    let header = spaced(draft.header.render()).expect("one of three lengths");
    let payload = spaced(draft.claims.render()).expect("one of three lengths");
    let good = seal(&header, &payload, sign);
    let (input, signature) = good.rsplit_once('.').expect("three parts");
    let tokens = [
        ("header", seal(&bump(&header), &payload, sign)),
        ("payload", seal(&header, &bump(&payload), sign)),
        ("signature", format!("{input}.{}", bump(signature))),
    ];
    tokens
        .into_iter()
        .map(|(part, token)| {
            Attack::new(format!("h12 loose bits at the end of the {part}"), wrap(token), "encoding-malformed")
        })
        .collect()
}

/// The next character of the alphabet in the last place.
fn bump(part: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = part.split_at(part.len() - 1);
    let index = ALPHABET.find(last).expect("base64url");
    format!("{rest}{}", &ALPHABET[index + 1..index + 2])
}

/// `+` and `/` where `-` and `_` belong: what a lenient decoder reads as the very same claims.
fn other_alphabet(draft: &Draft, wrap: Wrap<'_>) -> Attack {
    let candidates =
        (0..3).map(|n| b64(draft.claims.text("jti", &format!("{}????????????????", "a".repeat(n))).render()));
    let payload = candidates.into_iter().find(|p| p.contains('_')).expect("an underscore");
    let respelt = payload.replace('_', "/").replace('-', "+");
    let token = seal(&b64(draft.header.render()), &respelt, |input| draft.key.sign(input));
    Attack::new("h10 the whole payload in the other alphabet", wrap(token), "encoding-malformed")
}
