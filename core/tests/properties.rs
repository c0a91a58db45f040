//! What holds for every value: what is issued verifies to itself, policy never widens, one bit is enough, nothing panics.

#![allow(clippy::unwrap_used, reason = "a failed property must stop where it stands")]

mod made;

use kubemint_core::{
    authenticator::{Accepts, Authenticator, Evidence, NoMemory},
    bearer, caller, ceiling,
    deny::Deny,
    dpop,
    es256::Portable,
    grant,
    key_set::KeySet,
    pattern::Pattern,
    policy::{self, Kind, Who},
    presentation,
    problem::Reason,
    resource::Resource,
    session,
    time::{Seconds, Time},
};
use made::{CLUSTER, ISSUER, NOW};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_grant_verifies_to_itself(grant in made::grant(), mint in made::key()) {
        let text = made::grant_text(&grant, &mint);
        let keys = KeySet::of([mint.public()]);
        let pending = grant::Pending::read(&text, &keys).unwrap();
        let passed = pending.check().run(&Portable).unwrap();
        let expected = grant::Expected { issuer: ISSUER, audience: &grant.audience, max_life: grant::MAX_LIFE };
        prop_assert_eq!(pending.accept(&passed, &expected, made::now()).unwrap(), grant.clone());
        prop_assert_eq!(grant::peek(&text, made::now()).unwrap(), grant);
    }

    #[test]
    fn a_bearer_verifies_to_itself(bearer in made::bearer(), mint in made::key()) {
        let input = bearer.signing_input(&mint.public().thumbprint());
        let signature = mint.sign(input.bytes());
        let text = input.attach(&signature);
        let keys = KeySet::of([mint.public()]);
        let pending = bearer::Pending::read(&text, &keys).unwrap();
        let passed = pending.check().run(&Portable).unwrap();
        let expected = grant::Expected { issuer: ISSUER, audience: &bearer.audience, max_life: bearer::MAX_LIFE };
        prop_assert_eq!(pending.accept(&passed, &expected, made::now()).unwrap(), bearer);
    }

    #[test]
    fn a_presentation_is_its_grants_person(
        (grant, holder) in made::grant_and_holder(), mint in made::key(), random in any::<[u8; 16]>(), age in 0..=30u64,
    ) {
        let text = made::presented(&made::grant_text(&grant, &mint), &grant.audience, &holder, &random, NOW - age);
        let identity = made::judge(&text, &mint).unwrap();
        prop_assert_eq!((identity.username, identity.groups), (grant.username, grant.groups));
        prop_assert_eq!((identity.id, identity.session_id), (grant.id, grant.session_id));
        prop_assert_eq!(identity.thumbprint, Some(holder.public().thumbprint()));
    }

    #[test]
    fn a_proof_proves_its_key(
        holder in made::key(), id in any::<[u8; 16]>(), skew in -60..=60i64,
        kind in proptest::option::of("[a-z:]{1,40}"), token in proptest::option::of("[ -~]{0,80}"),
    ) {
        let purpose = dpop::Purpose {
            method: "POST", uri: "https://mint.example.com/token", resource: ISSUER,
            requested_token_type: kind.as_deref(), token: token.as_deref(),
        };
        let input = dpop::unsigned(holder.public(), &purpose, &id, made::time(NOW.strict_add_signed(skew)));
        let signature = holder.sign(input.bytes());
        let text = input.attach(&signature);
        let pending = dpop::Pending::read(&text).unwrap();
        let passed = pending.check().run(&Portable).unwrap();
        let again = dpop::Pending::read(&text).unwrap();
        let proof = again.accept(&passed, &purpose, made::now()).unwrap();
        prop_assert_eq!(&proof.key, holder.public());
        let other = dpop::Purpose { resource: "https://mint.example.com/clusters/other", ..purpose };
        prop_assert_eq!(dpop::Pending::read(&text).unwrap().accept(&passed, &other, made::now()), Err(Reason::ProofWrong));
    }

    #[test]
    fn h80_a_child_never_outlives_its_session_and_is_the_same_person(
        parent in made::grant(), life in 1..=604_800u64, later in 0..=3600u64, groups in made::groups(),
    ) {
        let now = made::time(NOW + later);
        let decision = policy::Decision { groups: groups.clone(), namespace: None, life: Seconds(life), window: Seconds(60) };
        let cluster = Resource::Cluster(CLUSTER.into());
        let child = session::child(&parent, &cluster, decision, "child".into(), now);
        prop_assert!(child.expires_at <= parent.expires_at && child.expires_at <= now.plus(Seconds(life)));
        prop_assert_eq!(&child.groups, &groups);
        prop_assert_eq!(&child.holder, &parent.holder);
        prop_assert_eq!((&child.subject, &child.username), (&parent.subject, &parent.username));
        prop_assert_eq!((&child.session_id, child.session_issued_at), (&parent.session_id, parent.session_issued_at));
        prop_assert_eq!(child.auth_time, parent.auth_time);
        let bearer = session::bearer(&parent, &cluster, groups, Seconds(life), "child".into(), now);
        prop_assert!(bearer.expires_at <= parent.expires_at && bearer.expires_at <= now.plus(Seconds(life)));
        prop_assert_eq!((&bearer.subject, &bearer.session_id), (&parent.subject, &parent.session_id));
    }

    #[test]
    fn policy_never_widens(config in made::config(), groups in made::groups(), user in 0..4usize) {
        let username = format!("user{user}@example.com");
        let who = Who { username: &username, groups: &groups };
        for cluster in &config.clusters {
            for kind in [Kind::Bound, Kind::Bearer] {
                let resource = Resource::Cluster(cluster.name.clone());
                let Ok(decision) = policy::decide(&config, who, &resource, kind) else { continue };
                let rules = made::rules_for(&config, who, &cluster.name);
                prop_assert!(decision.groups.iter().all(|g| rules.iter().any(|rule| rule.groups.contains(g))));
                prop_assert!(rules.iter().all(|rule| rule.groups.iter().all(|g| decision.groups.contains(g))));
                for rule in &rules {
                    let life = match kind {
                        Kind::Bound => Some(rule.lives.bound.unwrap_or(policy::DEFAULT_BOUND)),
                        Kind::Bearer => rule.lives.bearer,
                    };
                    prop_assert!(life.is_some_and(|life| decision.life <= life), "forbidden is smaller than any");
                }
                prop_assert!(!rules.is_empty());
            }
        }
    }

    /// A rule more may add groups, and never a longer life.
    #[test]
    fn another_rule_never_lengthens_a_life(config in made::config(), groups in made::groups()) {
        let who = Who { username: "user0@example.com", groups: &groups };
        let mut fewer = config.clone();
        fewer.rules.pop();
        for cluster in &config.clusters {
            let resource = Resource::Cluster(cluster.name.clone());
            let (with, without) = (
                policy::decide(&config, who, &resource, Kind::Bound),
                policy::decide(&fewer, who, &resource, Kind::Bound),
            );
            if let (Ok(with), Ok(without)) = (with, without) {
                prop_assert!(with.life <= without.life);
                prop_assert!(without.groups.iter().all(|group| with.groups.contains(group)));
            }
        }
    }

    #[test]
    fn h85_nothing_above_the_ceiling_passes((grant, holder) in made::grant_and_holder(), mint in made::key()) {
        let text = made::presented(&made::grant_text(&grant, &mint), &grant.audience, &holder, &[0; 16], NOW);
        let narrow = ceiling::Ceiling {
            usernames: vec![Pattern::new("nobody")], groups: vec![Pattern::new("none")], life: Seconds(1), window: Seconds(60),
        };
        let accepts = Accepts { bound: true, bearer: true };
        let keys = KeySet::of([mint.public()]);
        let evidence = Evidence { keys: &keys, deny: &Deny::default(), verifier: &Portable, memory: &NoMemory };
        let verdict = Authenticator::new(ISSUER, CLUSTER, accepts, narrow).judge(&text, &evidence, made::now(), &mut ());
        prop_assert_eq!(verdict, Err(Reason::AboveCeiling));
    }
}

/// Exhaustive rather than at random: each bit of one presentation, also those that leave it no text.
#[test]
fn every_flipped_bit_of_a_presentation_refuses() {
    let (mint, holder) = (made::fixed(1), made::fixed(2));
    let grant = made::grant_text(&made::one(&holder), &mint);
    let text = made::presented(&grant, made::AUDIENCE, &holder, &[3; 16], NOW);
    made::judge(&text, &mint).unwrap();
    let mut tried = 0;
    for bit in 0..text.len() * 8 {
        let mut bytes = text.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(flipped) = String::from_utf8(bytes) {
            assert!(made::judge(&flipped, &mint).is_err(), "bit {bit}");
            tried += 1;
        }
    }
    assert!(tried > text.len() * 6);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_parser_panic(bytes in prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..600),
        made::text::json_like().prop_map(String::into_bytes),
    ]) {
        made::text::parse_all(&bytes);
    }

    #[test]
    fn no_text_makes_the_authenticator_panic(text in prop_oneof![
        "\\PC{0,200}", "[A-Za-z0-9_.~-]{0,300}", made::text::token_like(), made::text::signed_anything(),
    ]) {
        let mint = made::fixed(1);
        prop_assert!(made::judge(&text, &mint).is_err());
        let _ = caller_of(&text);
        let _ = grant::peek(&text, made::now());
        let _ = presentation::Parts::split(&text);
    }

    #[test]
    fn durations_print_what_they_read(seconds in 0..=(1u64 << 53)) {
        let text = Seconds(seconds).to_string();
        prop_assert_eq!(text.parse::<Seconds>(), Ok(Seconds(seconds)));
    }

    #[test]
    fn http_dates_go_both_ways(seconds in 0..=253_402_300_799u64) {
        let time = Time::from_unix(seconds).unwrap();
        prop_assert_eq!(kubemint_core::date::parse_http(&kubemint_core::date::http(time)), Some(time));
    }

    /// Without a star a pattern is the name itself; a star crosses no separator.
    #[test]
    fn patterns_are_anchored(name in "[a-z@:/*-]{0,12}", other in "[a-z@:/-]{0,12}") {
        let pattern = Pattern::new(&name);
        if !name.contains('*') {
            prop_assert_eq!(pattern.matches(&other), name == other);
        }
        if pattern.matches(&other) {
            let separators = |text: &str| text.chars().filter(|c| matches!(c, '@' | ':' | '/')).collect::<String>();
            prop_assert_eq!(separators(&name), separators(&other));
        }
    }
}

/// An ID token of no known provider, mapped if it should ever be read.
fn caller_of(text: &str) -> Result<caller::Caller, Reason> {
    let keys = KeySet::of([made::fixed(1).public()]);
    let pending = kubemint_core::id_token::Unkeyed::read(text)?.with_keys(&keys)?;
    let passed = pending.check().run(&Portable)?;
    let expected =
        kubemint_core::id_token::Expected { issuer: ISSUER, client_id: "a", audiences: &["a".into()], nonce: "n" };
    let token = pending.accept(&passed, &expected, made::now())?;
    caller::Caller::from_id_token(&token, &made::provider())
}
