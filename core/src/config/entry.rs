//! The entries of the configuration as they stand in the document, before anything is checked.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ProviderEntry {
    pub(super) alias: String,
    #[serde(rename = "clientID")]
    pub(super) client_id: String,
    pub(super) issuer: IssuerEntry,
    #[serde(default = "default_scopes")]
    pub(super) scopes: Vec<String>,
    pub(super) claim_mappings: MappingsEntry,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IssuerEntry {
    pub(super) url: String,
    pub(super) audiences: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MappingsEntry {
    pub(super) username: MappingEntry,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) groups: Option<MappingEntry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MappingEntry {
    pub(super) claim: String,
    pub(super) prefix: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ClusterEntry {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) display_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) certificate_authority_data: Option<String>,
    pub(super) endpoints: Vec<EndpointEntry>,
    #[serde(default = "default_accepts")]
    pub(super) accepts: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct EndpointEntry {
    pub(super) name: String,
    pub(super) server: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tls_server_name: Option<String>,
    #[serde(default, rename = "proxyURL", skip_serializing_if = "Option::is_none")]
    pub(super) proxy_url: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) subjects: Vec<SubjectEntry>,
    pub(super) clusters: Vec<String>,
    pub(super) groups: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) namespace: Option<String>,
    #[serde(default, rename = "maxTTL")]
    pub(super) max_ttl: LivesEntry,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubjectEntry {
    pub(super) kind: String,
    pub(super) name: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LivesEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bound: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bearer: Option<String>,
}

fn default_scopes() -> Vec<String> {
    ["openid", "profile", "email", "groups"].map(ToOwned::to_owned).to_vec()
}

fn default_accepts() -> Vec<String> {
    vec!["bound".to_owned()]
}
