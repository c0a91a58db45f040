//! Presentations and bearers: everything a cluster's authenticator does with a token.

use alloc::{collections::BTreeMap, string::String, sync::Arc, vec::Vec};
use core::cell::RefCell;
use kubemint_core::{
    authenticator::{Accepts, Authenticator, Evidence, Identity, Memory, NoMemory},
    ceiling::Ceiling,
    deny::Deny,
    grant::Grant,
    jws::Verifier,
    pattern::Pattern,
    problem::Reason,
};
use serde_json::Value;

use crate::{
    input::{Fault, Input},
    wire,
};

pub(crate) fn judge<V: Verifier>(input: &Input<'_>, verifier: &V) -> Result<Value, Fault> {
    Ok(wire::identity(&identity(input, &input.text("token")?, verifier)?))
}

/// Judges with an empty memory, while it fills and once it is full: it must not matter.
pub(crate) fn identity<V: Verifier>(input: &Input<'_>, token: &str, verifier: &V) -> Result<Identity, Fault> {
    let (authenticator, keys, now) = (authenticator(input)?, input.keys("keys")?, input.now()?);
    let (deny, bad) = Deny::parse(input.optional_str("deny")?.unwrap_or_default());
    if !bad.is_empty() {
        return Err(Fault::Unreadable(Deny::describe(&bad)));
    }
    let fresh = Evidence { keys: &keys, deny: &deny, verifier, memory: &NoMemory };
    let verdict = authenticator.judge(token, &fresh, now, &mut ());
    let memory = Remembered::default();
    let again = Evidence { keys: &keys, deny: &deny, verifier, memory: &memory };
    for _ in 0..2 {
        if authenticator.judge(token, &again, now, &mut ()) != verdict {
            return Err(Fault::refused("a remembered grant is judged otherwise"));
        }
    }
    check_order(&authenticator, token, &fresh, input)?;
    Ok(verdict?)
}

/// Signatures come before claims: with a verifier that refuses all, nothing later may be heard of.
fn check_order<V: Verifier>(
    authenticator: &Authenticator,
    token: &str,
    evidence: &Evidence<'_, V, NoMemory>,
    input: &Input<'_>,
) -> Result<(), Fault> {
    let deaf = Evidence { keys: evidence.keys, deny: evidence.deny, verifier: &Deaf, memory: &NoMemory };
    let mut passed: Vec<&str> = Vec::new();
    let verdict = authenticator.judge(token, &deaf, input.now()?, &mut passed);
    let later = passed.iter().any(|check| ["grant: claims", "bearer: claims", "ceiling", "deny list"].contains(check));
    if verdict.is_ok() || later || verdict == Err(Reason::ClaimsMalformed) {
        return Err(Fault::refused("claims were read before the signature was checked"));
    }
    Ok(())
}

struct Deaf;

impl Verifier for Deaf {
    fn verify(&self, _: &kubemint_core::jwk::VerifyingKey, _: &[u8], _: &[u8]) -> bool {
        false
    }
}

pub(crate) fn authenticator(input: &Input<'_>) -> Result<Authenticator, Fault> {
    let accepts = input.strings("accept")?;
    let accepts = Accepts {
        bound: accepts.iter().any(|kind| kind == "bound"),
        bearer: accepts.iter().any(|kind| kind == "bearer"),
    };
    let bounds = input.within("ceiling")?;
    let patterns = |names: Vec<String>| names.iter().map(|name| Pattern::new(name)).collect();
    let ceiling = Ceiling {
        usernames: patterns(bounds.strings("usernames")?),
        groups: patterns(bounds.strings("groups")?),
        life: bounds.seconds("life")?,
        window: bounds.seconds("window")?,
    };
    Ok(Authenticator::new(input.str("issuer")?, input.str("cluster")?, accepts, ceiling))
}

#[derive(Default)]
struct Remembered(RefCell<BTreeMap<[u8; 32], Arc<Grant>>>);

impl Memory for Remembered {
    fn recall(&self, digest: &[u8; 32]) -> Option<Arc<Grant>> {
        self.0.borrow().get(digest).cloned()
    }

    fn remember(&self, digest: [u8; 32], grant: &Arc<Grant>) {
        self.0.borrow_mut().insert(digest, grant.clone());
    }
}
