//! Attacks on the signature itself: hostile input 26.

use super::{
    forge::{Draft, Ec, b64},
    shape::{Attack, Wrap},
};

/// The order of P-256.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
    0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// Attacks on a draft's signature, all for one reason.
pub fn attacks(draft: &Draft, wrap: Wrap<'_>, reason: &'static str) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let mut add = |name: &str, sign: &dyn Fn(&[u8]) -> Vec<u8>| {
        attacks.push(Attack::new(format!("h26 {name}"), wrap(draft.signed(&draft.header, sign)), reason));
    };
    let good = |input: &[u8]| draft.key.sign(input);
    let with = |input: &[u8], half: usize, bytes: &[u8; 32]| {
        let mut signature = good(input);
        signature[half..half + 32].copy_from_slice(bytes);
        signature
    };
    let mut above = ORDER;
    above[31] += 1;
    for (name, bytes) in [("0", [0; 32]), ("n", ORDER), ("n + 1", above), ("2^256 - 1", [0xff; 32])] {
        add(&format!("r = {name}"), &|input| with(input, 0, &bytes));
        add(&format!("s = {name}"), &|input| with(input, 32, &bytes));
    }
    add("all zeros", &|_| vec![0; 64]);
    add("empty", &|_| Vec::new());
    add("63 bytes", &|input| good(input)[..63].to_vec());
    add("65 bytes", &|input| [good(input), vec![0]].concat());
    add("65 bytes, a zero before", &|input| [vec![0], good(input)].concat());
    add("DER", &|input| draft.key.sign_der(input));
    add("r and s changed about", &|input| [&good(input)[32..], &good(input)[..32]].concat());
    add("of another token", &|_| good(b"another token"));
    add("by another key", &|input| Ec::of("thief").sign(input));
    add("over the payload alone", &|input| {
        let dot = input.iter().position(|b| *b == b'.').expect("a dot");
        good(&input[dot + 1..])
    });
    add("of the hash instead of the bytes", &|input| {
        use sha2::{Digest as _, Sha256};
        good(&Sha256::digest(input))
    });
    for bit in [0, 255, 256, 511] {
        add(&format!("bit {bit} flipped"), &|input| {
            let mut signature = good(input);
            signature[bit / 8] ^= 1 << (bit % 8);
            signature
        });
    }
    attacks.push(swapped_payload(draft, wrap, reason));
    attacks
}

/// A good signature with other claims in the middle.
fn swapped_payload(draft: &Draft, wrap: Wrap<'_>, reason: &'static str) -> Attack {
    let good = draft.good();
    let fields: Vec<&str> = good.split('.').collect();
    let member = if draft.claims.render().contains("\"nonce\"") { "nonce" } else { "jti" };
    let other = b64(draft.claims.text(member, "AAAAAAAAAAAAAAAAAAAAAA").render());
    Attack::new("h26 over other claims", wrap(format!("{}.{other}.{}", fields[0], fields[2])), reason)
}

/// The other valid half of s, which is accepted.
pub fn mirrored(draft: &Draft) -> String {
    draft.signed(&draft.header, |input| draft.key.sign_mirrored(input))
}
