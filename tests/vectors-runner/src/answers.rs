//! The verifier of hosts that must wait: answers that are known, and checks that are still wanted.
//!
//! A file is run with what is known so far; every check without an answer counts as failed and is
//! noted down. The host runs those, adds their answers and runs the file again, until none is
//! wanted. A token has at most two signatures, the second read only once the first has passed, so
//! three runs are enough.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::cell::RefCell;
use kubemint_core::{hash, jwk::VerifyingKey, jws::Verifier};

/// A check the host has to run.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What to answer under.
    pub id: String,
    /// The key, which decides the algorithm.
    pub key: VerifyingKey,
    /// The signed bytes.
    pub input: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

/// Answers by id, and what was asked for beyond them.
#[derive(Debug, Default)]
pub struct Answers {
    known: BTreeMap<String, bool>,
    wanted: RefCell<BTreeMap<String, Wanted>>,
}

impl Answers {
    /// With these answers and nothing wanted yet.
    #[must_use]
    pub fn new(known: BTreeMap<String, bool>) -> Self {
        Self { known, wanted: RefCell::default() }
    }

    /// The checks nobody has answered, each once.
    #[must_use]
    pub fn into_wanted(self) -> Vec<Wanted> {
        self.wanted.into_inner().into_values().collect()
    }
}

impl Verifier for Answers {
    fn verify(&self, key: &VerifyingKey, input: &[u8], signature: &[u8]) -> bool {
        let id = id(key, input, signature);
        if let Some(answer) = self.known.get(&id) {
            return *answer;
        }
        let wanted = Wanted { id: id.clone(), key: key.clone(), input: input.to_vec(), signature: signature.to_vec() };
        self.wanted.borrow_mut().insert(id, wanted);
        false
    }
}

/// Signature last and of a length its key decides, so no two checks share an id.
fn id(key: &VerifyingKey, input: &[u8], signature: &[u8]) -> String {
    let (kind, key) = match key {
        VerifyingKey::P256(point) => (&b"P"[..], point.sec1().to_vec()),
        VerifyingKey::Rsa(rsa) => (&b"R"[..], [&rsa.modulus[..], &rsa.exponent].concat()),
        _ => (&b"?"[..], Vec::new()),
    };
    hash::sha256_base64url(&[kind, &hash::sha256(&key), &hash::sha256(input), signature].concat())
}
