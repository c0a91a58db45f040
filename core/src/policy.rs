//! Policy: what a caller gets on one resource, from the rules of the configuration.

use alloc::{string::String, vec::Vec};

use crate::{
    bearer,
    config::{Cluster, Config, Lives, Rule, Subject},
    grant, name,
    problem::Reason,
    resource::Resource,
    session,
    time::Seconds,
};

/// The session's life where no rule says otherwise.
pub const DEFAULT_SESSION: Seconds = Seconds::hours(12);
/// The grant's life where no rule says otherwise.
pub const DEFAULT_BOUND: Seconds = Seconds::hours(8);

/// The kinds of credential there are to decide about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A grant bound to the caller's key; for the mint itself, a session.
    Bound,
    /// A bearer.
    Bearer,
}

/// Somebody as rules see them.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// The mapped username.
    pub username: &'a str,
    /// The mapped groups.
    pub groups: &'a [String],
}

/// What the rules give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The groups on the cluster; none for a session.
    pub groups: Vec<String>,
    /// The namespace to write into kubeconfigs, where the rules agree on one.
    pub namespace: Option<String>,
    /// How long the credential lives.
    pub life: Seconds,
    /// How long a presentation is good for.
    pub window: Seconds,
}

/// Decides. All rules that match subject *and* cluster add their groups; the smallest life wins,
/// and forbidden is smaller than any.
///
/// # Errors
/// [`Reason::AccessDenied`] without a rule, [`Reason::ResourceUnknown`] for a cluster that is not
/// configured, [`Reason::KindForbidden`], and the checks of group names.
pub fn decide(config: &Config, who: Who<'_>, resource: &Resource, kind: Kind) -> Result<Decision, Reason> {
    match resource {
        Resource::Mint => decide_session(config, who, kind),
        Resource::Cluster(name) => {
            let cluster = config.cluster(name).ok_or(Reason::ResourceUnknown)?;
            decide_cluster(config, who, cluster, kind)
        }
    }
}

/// The clusters somebody may see, in the order of the configuration.
#[must_use]
pub fn visible<'a>(config: &'a Config, who: Who<'_>) -> Vec<&'a Cluster> {
    config.clusters.iter().filter(|cluster| matching(config, who, Some(cluster)).next().is_some()).collect()
}

/// The namespace the rules agree on for a cluster.
#[must_use]
pub fn namespace(config: &Config, who: Who<'_>, cluster: &Cluster) -> Option<String> {
    agreed_namespace(&matching(config, who, Some(cluster)).collect::<Vec<_>>())
}

fn decide_session(config: &Config, who: Who<'_>, kind: Kind) -> Result<Decision, Reason> {
    if kind == Kind::Bearer {
        return Err(Reason::KindForbidden);
    }
    let rules: Vec<&Rule> = matching(config, who, None).collect();
    let life = smallest(&rules, |lives| Some(lives.session.unwrap_or(DEFAULT_SESSION)))?;
    Ok(Decision {
        groups: Vec::new(),
        namespace: None,
        life: life.min(session::MAX_LIFE),
        window: grant::DEFAULT_WINDOW,
    })
}

fn decide_cluster(config: &Config, who: Who<'_>, cluster: &Cluster, kind: Kind) -> Result<Decision, Reason> {
    let rules: Vec<&Rule> = matching(config, who, Some(cluster)).collect();
    let (accepted, life, max) = match kind {
        Kind::Bound => {
            (cluster.accepts.bound, smallest(&rules, |l| Some(l.bound.unwrap_or(DEFAULT_BOUND)))?, grant::MAX_LIFE)
        }
        Kind::Bearer => (cluster.accepts.bearer, smallest(&rules, |l| l.bearer)?, bearer::MAX_LIFE),
    };
    if !accepted {
        return Err(Reason::KindForbidden);
    }
    let mut groups: Vec<String> = Vec::new();
    for group in rules.iter().flat_map(|rule| &rule.groups) {
        if !groups.contains(group) {
            groups.push(group.clone());
        }
    }
    name::check_groups(&groups)?;
    Ok(Decision { groups, namespace: agreed_namespace(&rules), life: life.min(max), window: grant::DEFAULT_WINDOW })
}

fn matching<'a>(config: &'a Config, who: Who<'_>, cluster: Option<&Cluster>) -> impl Iterator<Item = &'a Rule> {
    config.rules.iter().filter(move |rule| {
        let subject = rule.subjects.iter().any(|subject| match subject {
            Subject::User(name) => name == who.username,
            Subject::Group(name) => who.groups.contains(name),
        });
        subject && cluster.is_none_or(|cluster| rule.covers(&cluster.name))
    })
}

fn smallest(rules: &[&Rule], life: impl Fn(&Lives) -> Option<Seconds>) -> Result<Seconds, Reason> {
    let mut smallest = None;
    for rule in rules {
        let life = life(&rule.lives).ok_or(Reason::KindForbidden)?;
        smallest = Some(smallest.map_or(life, |s: Seconds| s.min(life)));
    }
    smallest.ok_or(Reason::AccessDenied)
}

fn agreed_namespace(rules: &[&Rule]) -> Option<String> {
    let (first, rest) = rules.split_first()?;
    rest.iter().all(|rule| rule.namespace == first.namespace).then(|| first.namespace.clone())?
}
