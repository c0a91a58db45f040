//! A remembered grant saves one signature check and no other: everything that can change is asked again.
#![allow(clippy::unwrap_used, reason = "a test without its token must stop there")]

mod made;

use kubemint_core::{
    authenticator::{Accepts, Authenticator, Evidence, Identity, Memory},
    ceiling::Ceiling,
    deny::Deny,
    grant::Grant,
    jwk::{SecretKey, VerifyingKey},
    jws::Verifier,
    key_set::KeySet,
    pattern::Pattern,
    problem::Reason,
    time::{Seconds, Time},
};
use made::{AUDIENCE, CLUSTER, ISSUER, NOW};
use std::{cell::RefCell, collections::HashMap, sync::Arc};

#[derive(Default)]
struct Remembered(RefCell<HashMap<[u8; 32], Arc<Grant>>>);

impl Memory for Remembered {
    fn recall(&self, digest: &[u8; 32]) -> Option<Arc<Grant>> {
        self.0.borrow().get(digest).cloned()
    }

    fn remember(&self, digest: [u8; 32], grant: &Arc<Grant>) {
        self.0.borrow_mut().insert(digest, grant.clone());
    }
}

/// Counts what it checks.
#[derive(Default)]
struct Counting(RefCell<usize>);

impl Verifier for Counting {
    fn verify(&self, key: &VerifyingKey, input: &[u8], signature: &[u8]) -> bool {
        *self.0.borrow_mut() += 1;
        kubemint_core::es256::Portable.verify(key, input, signature)
    }
}

/// A cluster that has seen the grant once, and what it would be asked with next.
struct Cluster {
    memory: Remembered,
    verifier: Counting,
    keys: KeySet,
    deny: Deny,
    usernames: &'static str,
}

impl Cluster {
    fn of(mint: &SecretKey) -> Self {
        Self {
            memory: Remembered::default(),
            verifier: Counting::default(),
            keys: KeySet::of([mint.public()]),
            deny: Deny::default(),
            usernames: "*@example.com",
        }
    }

    fn judge(&self, token: &str, now: Time) -> Result<Identity, Reason> {
        let ceiling = Ceiling {
            usernames: vec![Pattern::new(self.usernames)],
            groups: vec![Pattern::new("sre")],
            life: Seconds::hours(12),
            window: Seconds(60),
        };
        let evidence = Evidence { keys: &self.keys, deny: &self.deny, verifier: &self.verifier, memory: &self.memory };
        let accepts = Accepts { bound: true, bearer: false };
        Authenticator::new(ISSUER, CLUSTER, accepts, ceiling).judge(token, &evidence, now, &mut ())
    }
}

/// A cluster that remembers Alice's grant, the grant's text, and a way to present it at a moment.
fn seen() -> (Cluster, String, impl Fn(u64) -> String) {
    let (mint, holder) = (made::fixed(1), made::fixed(2));
    let cluster = Cluster::of(&mint);
    let grant = made::grant_text(&made::one(&holder), &mint);
    let text = grant.clone();
    let present = move |at: u64| made::presented(&text, AUDIENCE, &holder, &[7; 16], at);
    cluster.judge(&present(NOW), made::now()).unwrap();
    (cluster, grant, present)
}

#[test]
fn the_second_review_costs_one_signature_check() {
    let (cluster, _, present) = seen();
    assert_eq!(*cluster.verifier.0.borrow(), 2);
    cluster.judge(&present(NOW + 5), made::time(NOW + 5)).unwrap();
    assert_eq!(*cluster.verifier.0.borrow(), 3);
}

#[test]
fn h59_h84_its_end_comes_all_the_same() {
    let (cluster, _, present) = seen();
    assert_eq!(cluster.judge(&present(NOW + 3600), made::time(NOW + 3600)), Err(Reason::Expired));
    assert_eq!(cluster.judge(&present(NOW - 120), made::time(NOW - 120)), Err(Reason::NotYetValid));
}

#[test]
fn h23_it_does_not_outlive_the_key_that_signed_it() {
    let (mut cluster, _, present) = seen();
    cluster.keys = KeySet::of([made::fixed(9).public()]);
    assert_eq!(cluster.judge(&present(NOW), made::now()), Err(Reason::KeyUnknown));
}

#[test]
fn h85_a_lower_ceiling_and_a_deny_list_reach_it() {
    let (mut cluster, _, present) = seen();
    cluster.deny = Deny::parse("sub corp:1").0;
    assert_eq!(cluster.judge(&present(NOW), made::now()), Err(Reason::Denied));
    cluster.deny = Deny::default();
    cluster.usernames = "bob@example.com";
    assert_eq!(cluster.judge(&present(NOW), made::now()), Err(Reason::AboveCeiling));
}

#[test]
fn h41_h43_h46_its_holder_must_still_sign() {
    let (cluster, grant, present) = seen();
    let thief = made::presented(&grant, AUDIENCE, &made::fixed(3), &[7; 16], NOW);
    assert_eq!(cluster.judge(&thief, made::now()), Err(Reason::BindingSignatureWrong));
    assert_eq!(cluster.judge(&grant, made::now()), Err(Reason::BindingMissing));
    assert_eq!(cluster.judge(&present(NOW - 91), made::now()), Err(Reason::BindingStale));
    let other = made::presented("a.b.c~", AUDIENCE, &made::fixed(2), &[7; 16], NOW);
    let (_, binding) = other.split_once('~').unwrap();
    assert_eq!(cluster.judge(&format!("{grant}{binding}"), made::now()), Err(Reason::BindingWrong));
}

/// Only what was verified is remembered, and only under its own bytes.
#[test]
fn h26_a_forgery_is_never_remembered() {
    let (mint, holder) = (made::fixed(1), made::fixed(2));
    let cluster = Cluster::of(&mint);
    let good = made::grant_text(&made::one(&holder), &mint);
    let end = if good.ends_with("A~") { "Q~" } else { "A~" };
    let forged = format!("{}{end}", good.get(..good.len() - 2).unwrap());
    for _ in 0..2 {
        let token = made::presented(&forged, AUDIENCE, &holder, &[7; 16], NOW);
        assert!(cluster.judge(&token, made::now()).is_err());
    }
    assert!(cluster.memory.0.borrow().is_empty());
}
