//! Values of every kind, at random: keys, grants, bearers, configurations, and texts that nearly are tokens.
#![allow(dead_code, reason = "each test uses what it needs")]

pub mod text;

use kubemint_core::{
    authenticator::{Accepts, Authenticator, Evidence, Identity, NoMemory},
    bearer::Bearer,
    ceiling::Ceiling,
    cluster::Endpoint,
    config::{Cluster, Config, Lives, Mapping, Provider, Rule, Subject},
    deny::Deny,
    es256::Portable,
    grant::{self, Grant},
    jwk::SecretKey,
    key_set::KeySet,
    pattern::Pattern,
    policy::Who,
    presentation,
    problem::Reason,
    time::{Seconds, Time},
};
use proptest::prelude::*;

pub const ISSUER: &str = "https://mint.example.com";
pub const CLUSTER: &str = "prod";
pub const AUDIENCE: &str = "https://mint.example.com/clusters/prod/bound";
pub const NOW: u64 = 1_800_000_000;

pub fn time(unix: u64) -> Time {
    Time::from_unix(unix).unwrap()
}

pub fn now() -> Time {
    time(NOW)
}

pub fn fixed(n: u8) -> SecretKey {
    SecretKey::from_random(&[n; 32]).unwrap()
}

pub fn key() -> impl Strategy<Value = SecretKeyDebug> {
    any::<[u8; 32]>().prop_filter_map("a scalar", |random| SecretKey::from_random(&random).ok().map(SecretKeyDebug))
}

/// proptest prints what failed; a secret key cannot be printed.
pub struct SecretKeyDebug(SecretKey);

impl std::fmt::Debug for SecretKeyDebug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the secret key of {:?}", self.0.public())
    }
}

impl std::ops::Deref for SecretKeyDebug {
    type Target = SecretKey;

    fn deref(&self) -> &SecretKey {
        &self.0
    }
}

/// Any letters but those that deceive; never a system name.
fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9@.:/ _\"\\\\äß😀-]{1,40}".prop_filter("no system name", |name| !name.starts_with("system:"))
}

pub fn groups() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("group[0-5]", 0..6)
}

pub fn grant() -> impl Strategy<Value = Grant> {
    grant_and_holder().prop_map(|(grant, _)| grant)
}

pub fn grant_and_holder() -> impl Strategy<Value = (Grant, SecretKeyDebug)> {
    let names = (name(), name(), proptest::collection::vec(name(), 0..20));
    let ids = ("[!-~]{1,128}", "[!-~]{1,128}", proptest::option::of(name()));
    let times = (0..=3600u64, 1..=604_800u64 - 3600, 0..=86_400u64, 1..=300u64);
    let amr = proptest::option::of(proptest::collection::vec("[a-z]{1,5}", 0..4));
    (names, ids, times, amr, key()).prop_map(|(names, ids, (age, rest, session, window), amr, holder)| {
        let (subject, username, groups) = names;
        let (id, session_id, client_id) = ids;
        let grant = Grant {
            issuer: ISSUER.into(),
            audience: AUDIENCE.into(),
            issued_at: time(NOW - age),
            expires_at: time(NOW + rest),
            id,
            subject,
            username,
            groups,
            session_id,
            session_issued_at: time(NOW - age - session),
            auth_time: time(NOW - age - session),
            holder: holder.public().clone(),
            window: Seconds(window),
            client_id,
            authentication_methods: amr,
        };
        (grant, holder)
    })
}

/// One plain grant.
pub fn one(holder: &SecretKey) -> Grant {
    Grant {
        issuer: ISSUER.into(),
        audience: AUDIENCE.into(),
        issued_at: time(NOW - 60),
        expires_at: time(NOW + 3600),
        id: "id".into(),
        subject: "corp:1".into(),
        username: "alice@example.com".into(),
        groups: vec!["sre".into()],
        session_id: "sid".into(),
        session_issued_at: time(NOW - 60),
        auth_time: time(NOW - 60),
        holder: holder.public().clone(),
        window: Seconds(60),
        client_id: None,
        authentication_methods: None,
    }
}

pub fn bearer() -> impl Strategy<Value = Bearer> {
    (grant(), 1..=259_200u64 - 3600).prop_map(|(grant, rest)| Bearer {
        issuer: grant.issuer,
        audience: "https://mint.example.com/clusters/prod".into(),
        issued_at: grant.issued_at,
        expires_at: time(NOW + rest),
        id: grant.id,
        subject: grant.subject,
        username: grant.username,
        groups: grant.groups,
        session_id: grant.session_id,
        client_id: "kubemint".into(),
    })
}

pub fn grant_text(grant: &Grant, mint: &SecretKey) -> String {
    let input = grant.signing_input(&mint.public().thumbprint());
    let signature = mint.sign(input.bytes());
    grant::text(&input.attach(&signature))
}

pub fn presented(grant: &str, audience: &str, holder: &SecretKey, random: &[u8; 16], at: u64) -> String {
    let input = presentation::unsigned(grant, audience, random, time(at));
    let signature = holder.sign(input.bytes());
    format!("{grant}{}", input.attach(&signature))
}

/// By a cluster whose owner allows exactly the names the token claims, however it is signed.
pub fn judge(text: &str, mint: &SecretKey) -> Result<Identity, Reason> {
    let claimed = text.split_once('~').and_then(|(grant, _)| grant::peek(&format!("{grant}~"), now()).ok());
    let (username, groups) = claimed.map(|grant| (grant.username, grant.groups)).unwrap_or_default();
    let ceiling = Ceiling {
        usernames: vec![Pattern::new(&username)],
        groups: groups.iter().map(|group| Pattern::new(group)).collect(),
        life: Seconds::days(7),
        window: Seconds(300),
    };
    let keys = KeySet::of([mint.public()]);
    let evidence = Evidence { keys: &keys, deny: &Deny::default(), verifier: &Portable, memory: &NoMemory };
    let accepts = Accepts { bound: true, bearer: true };
    Authenticator::new(ISSUER, CLUSTER, accepts, ceiling).judge(text, &evidence, now(), &mut ())
}

pub fn provider() -> Provider {
    Provider {
        alias: "corp".into(),
        client_id: "a".into(),
        issuer: ISSUER.into(),
        audiences: vec!["a".into()],
        scopes: vec!["openid".into()],
        username: Mapping { claim: "email".into(), prefix: String::new() },
        groups: Some(Mapping { claim: "groups".into(), prefix: "corp:".into() }),
    }
}

/// Configurations of three clusters and some rules for four users and six groups.
pub fn config() -> impl Strategy<Value = Config> {
    (proptest::collection::vec(rule(), 0..8), proptest::collection::vec(any::<(bool, bool)>(), 3)).prop_map(
        |(rules, accepts)| Config {
            issuer: ISSUER.into(),
            providers: vec![provider()],
            clusters: accepts.into_iter().enumerate().map(|(n, accepts)| cluster(n, accepts)).collect(),
            rules,
        },
    )
}

fn cluster(n: usize, (bound, bearer): (bool, bool)) -> Cluster {
    let endpoint = Endpoint { name: "public".into(), server: "https://a".into(), ..Endpoint::default() };
    Cluster {
        name: format!("cluster{n}"),
        display_name: String::new(),
        certificate_authority_data: None,
        endpoints: vec![endpoint],
        accepts: Accepts { bound, bearer },
    }
}

fn rule() -> impl Strategy<Value = Rule> {
    let subject = prop_oneof![
        (0..4usize).prop_map(|n| Subject::User(format!("user{n}@example.com"))),
        "group[0-5]".prop_map(Subject::Group),
    ];
    let clusters = prop_oneof![Just(vec!["*".to_owned()]), proptest::collection::vec("cluster[0-2]", 1..3)];
    let life = || proptest::option::of((1..=86_400u64).prop_map(Seconds));
    (
        proptest::collection::vec(subject, 1..4),
        clusters,
        proptest::collection::vec("given[0-9]", 1..4),
        (life(), life(), life()),
    )
        .prop_map(|(subjects, clusters, groups, (session, bound, bearer))| Rule {
            subjects,
            clusters,
            groups,
            namespace: None,
            lives: Lives { session, bound, bearer },
        })
}

/// The rules about somebody on a cluster, found in the plainest way.
pub fn rules_for<'a>(config: &'a Config, who: Who<'_>, cluster: &str) -> Vec<&'a Rule> {
    let about = |rule: &&Rule| {
        let named = rule.clusters.iter().any(|name| name == "*" || name == cluster);
        let theirs = rule.subjects.iter().any(|subject| match subject {
            Subject::User(name) => name == who.username,
            Subject::Group(name) => who.groups.iter().any(|group| group == name),
        });
        named && theirs
    };
    config.rules.iter().filter(about).collect()
}
