//! The entries of the configuration as they stand in the document, before anything is checked.
//!
//! With the feature `schema` they also describe themselves, for editors; their comments are what
//! editors show. The schema allows whatever the checks allow, and perhaps a little more.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};
use serde::{Deserialize, Serialize};
#[cfg(feature = "schema")]
use {alloc::string::ToString as _, schemars::JsonSchema};

/// An https URL without user, query, fragment or trailing slash.
#[cfg(feature = "schema")]
pub(super) const HTTPS: &str = r#"^https://[^/:?#@\\"\s]([^?#@\\"\s]*[^/?#@\\"\s])?$"#;
#[cfg(feature = "schema")]
const DNS_LABEL: &str = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";
#[cfg(feature = "schema")]
const DURATION: &str = "^[0-9]+[smhd]$";

/// An identity provider that people sign in with.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub(super) struct ProviderEntry {
    /// A short name of yours for it, of a-z, 0-9 and -; part of every subject, so never change it.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[-a-z0-9]+$")))]
    pub(super) alias: String,
    /// The client id that the mint's people use there.
    #[serde(rename = "clientID")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(super) client_id: String,
    /// The provider's own name and the audiences of its ID tokens.
    pub(super) issuer: IssuerEntry,
    /// What is asked for at the sign-in; `openid` must be among it.
    #[serde(default = "default_scopes")]
    pub(super) scopes: Vec<String>,
    /// How claims become names.
    pub(super) claim_mappings: MappingsEntry,
}

/// The provider's own name and the audiences of its ID tokens.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub(super) struct IssuerEntry {
    /// Its issuer URL, compared exactly.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = HTTPS)))]
    pub(super) url: String,
    /// Audiences that its ID tokens may name; usually the client id alone.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(super) audiences: Vec<String>,
}

/// How claims become names.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub(super) struct MappingsEntry {
    /// Where the username comes from.
    pub(super) username: MappingEntry,
    /// Where the groups come from, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) groups: Option<MappingEntry>,
}

/// A claim and what is written before its value.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub(super) struct MappingEntry {
    /// The name of the claim.
    pub(super) claim: String,
    /// What is written before its value; may be empty for groups, for usernames with one provider only.
    pub(super) prefix: String,
}

/// A cluster that people get access to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub(super) struct ClusterEntry {
    /// Its name, a DNS label; part of every audience, and what its webhook is configured with.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = DNS_LABEL)))]
    pub(super) name: String,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) display_name: Option<String>,
    /// Base64 of its CA bundle in PEM; absent for what computers trust anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) certificate_authority_data: Option<String>,
    /// Where it answers, the first being the default.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(super) endpoints: Vec<EndpointEntry>,
    /// The kinds of credential it accepts: bound to a key, or bearers too.
    #[serde(default = "default_accepts")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1), extend("items" = { "enum": ["bound", "bearer"] })))]
    pub(super) accepts: Vec<String>,
}

/// One address of a cluster.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub(super) struct EndpointEntry {
    /// Its name: `public`, `internal`.
    pub(super) name: String,
    /// The URL of kube-apiserver.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = HTTPS)))]
    pub(super) server: String,
    /// The name expected in its certificate, if not the URL's host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tls_server_name: Option<String>,
    /// A proxy in between.
    #[serde(default, rename = "proxyURL", skip_serializing_if = "Option::is_none")]
    pub(super) proxy_url: Option<String>,
}

/// These subjects get these groups on these clusters.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub(super) struct RuleEntry {
    /// What it is for, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    /// Whom it is for, by mapped names.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(super) subjects: Vec<SubjectEntry>,
    /// Names of clusters of this document, or `*` for all.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(super) clusters: Vec<String>,
    /// The groups it gives there; none may begin with `system:`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64), extend("items" = { "type": "string", "not": { "pattern": "^system:" } })))]
    pub(super) groups: Vec<String>,
    /// The namespace that contexts are written with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = DNS_LABEL)))]
    pub(super) namespace: Option<String>,
    /// The longest lives it allows; of all rules that apply, the shortest counts.
    #[serde(default, rename = "maxTTL")]
    pub(super) max_ttl: LivesEntry,
}

/// A subject, as RBAC has them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub(super) struct SubjectEntry {
    /// `User` or `Group`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["User", "Group"])))]
    pub(super) kind: String,
    /// The mapped name, with its prefix.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(super) name: String,
}

/// Durations such as `90s`, `15m`, `12h` and `7d`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub(super) struct LivesEntry {
    /// Of sessions, at most 24h.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = DURATION)))]
    pub(super) session: Option<String>,
    /// Of grants, at most 7d.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = DURATION)))]
    pub(super) bound: Option<String>,
    /// Of bearers, at most 72h; without it there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = DURATION)))]
    pub(super) bearer: Option<String>,
}

fn default_scopes() -> Vec<String> {
    ["openid", "profile", "email", "groups"].map(ToOwned::to_owned).to_vec()
}

fn default_accepts() -> Vec<String> {
    vec!["bound".to_owned()]
}
