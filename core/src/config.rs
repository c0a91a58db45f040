//! The mint's configuration: who may sign in, which clusters there are, and the rules between them.

use alloc::{string::String, vec::Vec};

use crate::{authenticator::Accepts, cluster::Endpoint, time::Seconds};

mod document;
mod entry;
mod fault;
#[cfg(feature = "schema")]
mod schema;

pub use document::Document;
pub use fault::Fault;

/// A configuration that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The mint's URL: https, no trailing slash.
    pub issuer: String,
    /// Where one may sign in.
    pub providers: Vec<Provider>,
    /// What one may get access to.
    pub clusters: Vec<Cluster>,
    /// Who gets what where.
    pub rules: Vec<Rule>,
}

/// An identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// A short name of ours for it, part of every subject.
    pub alias: String,
    /// Our client id there.
    pub client_id: String,
    /// Its issuer URL, compared exactly.
    pub issuer: String,
    /// Audiences its ID tokens may name.
    pub audiences: Vec<String>,
    /// Scopes that clients ask for.
    pub scopes: Vec<String>,
    /// Where the username comes from.
    pub username: Mapping,
    /// Where groups come from, if anywhere.
    pub groups: Option<Mapping>,
}

/// A claim, and what is written before its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The name of the claim.
    pub claim: String,
    /// The prefix; may be empty for groups, for usernames with one provider only.
    pub prefix: String,
}

/// A cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its name, a DNS label.
    pub name: String,
    /// Its name for people.
    pub display_name: String,
    /// Base64 of its CA bundle in PEM; none for the system's roots.
    pub certificate_authority_data: Option<String>,
    /// Where it answers; at least one.
    pub endpoints: Vec<Endpoint>,
    /// What its owner lets in.
    pub accepts: Accepts,
}

/// A rule: these subjects get these groups on these clusters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Whom it is for.
    pub subjects: Vec<Subject>,
    /// Names of clusters, or `*` for all.
    pub clusters: Vec<String>,
    /// The groups it gives.
    pub groups: Vec<String>,
    /// The namespace it is about.
    pub namespace: Option<String>,
    /// The longest lives it allows.
    pub lives: Lives,
}

/// A subject of a rule, as RBAC has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A mapped username.
    User(String),
    /// A mapped group.
    Group(String),
}

/// `maxTTL`: an absent member means the default for session and bound, forbidden for bearer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lives {
    /// Of sessions.
    pub session: Option<Seconds>,
    /// Of grants.
    pub bound: Option<Seconds>,
    /// Of bearers.
    pub bearer: Option<Seconds>,
}

impl Config {
    /// The cluster of a name.
    #[must_use]
    pub fn cluster(&self, name: &str) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.name == name)
    }

    /// The provider of an issuer.
    #[must_use]
    pub fn provider(&self, issuer: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.issuer == issuer)
    }
}

impl Rule {
    /// Whether it is about a cluster.
    #[must_use]
    pub fn covers(&self, cluster: &str) -> bool {
        self.clusters.iter().any(|name| name == "*" || name == cluster)
    }
}
