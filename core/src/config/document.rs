//! The configuration as people write it; the words are AuthenticationConfiguration's and RBAC's.

#[cfg(feature = "schema")]
use alloc::string::ToString as _;
use alloc::{collections::BTreeSet, format, string::String, vec::Vec};
use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Serialize};

use super::{
    Cluster, Config, Fault, Lives, Mapping, Provider, Rule, Subject,
    entry::{ClusterEntry, EndpointEntry, LivesEntry, MappingEntry, ProviderEntry, RuleEntry},
    fault::Faults,
};
use crate::{authenticator::Accepts, bearer, cluster::Endpoint, grant, name, session, time::Seconds};

/// The whole document, as read from TOML by people's tools and from JSON by the mint.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(title = "kubemint.toml"))]
pub struct Document {
    /// The mint's own URL: https, no trailing slash.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = super::entry::HTTPS)))]
    issuer: String,
    /// Whom people sign in with.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    identity_providers: Vec<ProviderEntry>,
    /// What people get access to.
    clusters: Vec<ClusterEntry>,
    /// Who gets what where; all rules that match add up.
    rules: Vec<RuleEntry>,
}

impl Document {
    /// Checks everything a type cannot say.
    ///
    /// # Errors
    /// Every fault, in the order of the document.
    pub fn check(&self) -> Result<Config, Vec<Fault>> {
        let mut faults = Faults::default();
        faults.unless(is_https(&self.issuer), "issuer", "an https URL without a trailing slash");
        let config = Config {
            issuer: self.issuer.clone(),
            providers: self.providers(&mut faults),
            clusters: self.clusters(&mut faults),
            rules: self
                .rules
                .iter()
                .enumerate()
                .map(|(i, rule)| self.rule(rule, &format!("rules[{i}]"), &mut faults))
                .collect(),
        };
        faults.none_in(config)
    }

    fn providers(&self, faults: &mut Faults) -> Vec<Provider> {
        faults.unless(!self.identity_providers.is_empty(), "identityProviders", "at least one provider");
        let (mut aliases, mut issuers) = (BTreeSet::new(), BTreeSet::new());
        let mut providers = Vec::new();
        for (i, entry) in self.identity_providers.iter().enumerate() {
            let at = |field: &str| format!("identityProviders[{i}].{field}");
            faults.unless(
                name::is_alias(&entry.alias) && aliases.insert(&entry.alias),
                at("alias"),
                "a unique alias of a-z, 0-9 and -, not `system`",
            );
            faults.unless(
                is_https(&entry.issuer.url) && issuers.insert(&entry.issuer.url),
                at("issuer.url"),
                "a unique https URL without a trailing slash",
            );
            faults.unless(!entry.issuer.audiences.is_empty(), at("issuer.audiences"), "at least one audience");
            faults.unless(!entry.client_id.is_empty(), at("clientID"), "a client id");
            faults.unless(entry.scopes.iter().any(|s| s == "openid"), at("scopes"), "a list with `openid` in it");
            let username = &entry.claim_mappings.username;
            faults.unless(!username.claim.is_empty(), at("claimMappings.username.claim"), "the name of a claim");
            faults.unless(
                !username.prefix.is_empty() || self.identity_providers.len() == 1,
                at("claimMappings.username.prefix"),
                "a prefix, as there are several providers that could name the same user",
            );
            providers.push(Provider {
                alias: entry.alias.clone(),
                client_id: entry.client_id.clone(),
                issuer: entry.issuer.url.clone(),
                audiences: entry.issuer.audiences.clone(),
                scopes: entry.scopes.clone(),
                username: mapping(username),
                groups: entry.claim_mappings.groups.as_ref().map(mapping),
            });
        }
        faults.unless(
            are_apart(providers.iter().map(|p| p.username.prefix.as_str())),
            "identityProviders",
            "for each provider a username prefix that none of the others begins with",
        );
        faults.unless(
            are_apart(providers.iter().filter_map(|p| p.groups.as_ref()).map(|groups| groups.prefix.as_str())),
            "identityProviders",
            "for each provider a group prefix that none of the others begins with",
        );
        providers
    }

    fn clusters(&self, faults: &mut Faults) -> Vec<Cluster> {
        let mut names = BTreeSet::new();
        let mut clusters = Vec::new();
        for (i, entry) in self.clusters.iter().enumerate() {
            let at = |field: &str| format!("clusters[{i}].{field}");
            faults.unless(
                name::is_dns_label(&entry.name) && names.insert(&entry.name),
                at("name"),
                "a unique DNS label",
            );
            faults.unless(!entry.endpoints.is_empty(), at("endpoints"), "at least one endpoint");
            let mut endpoints = BTreeSet::new();
            for (j, endpoint) in entry.endpoints.iter().enumerate() {
                faults.unless(
                    endpoints.insert(&endpoint.name),
                    at(&format!("endpoints[{j}].name")),
                    "a name that no other endpoint of the cluster has",
                );
                faults.unless(
                    is_https(&endpoint.server),
                    at(&format!("endpoints[{j}].server")),
                    "an https URL without a trailing slash",
                );
            }
            let ca = entry.certificate_authority_data.as_deref();
            faults.unless(ca.is_none_or(is_base64_pem), at("certificateAuthorityData"), "base64 of a PEM certificate");
            let accepts = Accepts {
                bound: entry.accepts.iter().any(|a| a == "bound"),
                bearer: entry.accepts.iter().any(|a| a == "bearer"),
            };
            let known = entry.accepts.iter().all(|a| a == "bound" || a == "bearer") && !entry.accepts.is_empty();
            faults.unless(known, at("accepts"), "a list of `bound`, `bearer` or both");
            clusters.push(Cluster {
                name: entry.name.clone(),
                display_name: entry.display_name.clone().unwrap_or_else(|| entry.name.clone()),
                certificate_authority_data: entry.certificate_authority_data.clone(),
                endpoints: entry.endpoints.iter().map(endpoint).collect(),
                accepts,
            });
        }
        clusters
    }

    fn rule(&self, entry: &RuleEntry, path: &str, faults: &mut Faults) -> Rule {
        let at = |field: &str| format!("{path}.{field}");
        faults.unless(!entry.subjects.is_empty(), at("subjects"), "at least one subject");
        let known = |name: &String| name == "*" || self.clusters.iter().any(|c| c.name == *name);
        faults.unless(
            !entry.clusters.is_empty() && entry.clusters.iter().all(known),
            at("clusters"),
            "names of clusters of this document, or `*`",
        );
        let groups = name::check_groups(&entry.groups).is_ok() && !entry.groups.is_empty();
        faults.unless(groups, at("groups"), "1 to 64 group names, none that begins with `system:`");
        faults.unless(entry.namespace.as_deref().is_none_or(name::is_dns_label), at("namespace"), "a DNS label");
        let mut subjects = Vec::new();
        for (i, subject) in entry.subjects.iter().enumerate() {
            let name = subject.name.clone();
            faults.unless(!name.is_empty(), format!("{path}.subjects[{i}].name"), "a name");
            match subject.kind.as_str() {
                "User" => subjects.push(Subject::User(name)),
                "Group" => subjects.push(Subject::Group(name)),
                _ => faults.add(format!("{path}.subjects[{i}].kind"), "`User` or `Group`"),
            }
        }
        Rule {
            subjects,
            clusters: entry.clusters.clone(),
            groups: entry.groups.clone(),
            namespace: entry.namespace.clone(),
            lives: lives(&entry.max_ttl, path, faults),
        }
    }
}

fn lives(entry: &LivesEntry, path: &str, faults: &mut Faults) -> Lives {
    let mut read = |text: &Option<String>, field: &str, max: Seconds, expected: &'static str| {
        let life = text.as_deref().map(|text| text.parse::<Seconds>().ok().filter(|life| life.0 > 0 && *life <= max));
        if life == Some(None) {
            faults.add(format!("{path}.maxTTL.{field}"), expected);
        }
        life.flatten()
    };
    Lives {
        session: read(&entry.session, "session", session::MAX_LIFE, "a duration such as 12h, at most 24h"),
        bound: read(&entry.bound, "bound", grant::MAX_LIFE, "a duration such as 8h, at most 7d"),
        bearer: read(&entry.bearer, "bearer", bearer::MAX_LIFE, "a duration such as 15m, at most 72h"),
    }
}

/// Whether no prefix begins with another: with `a:` and `a:b:` the first provider's `b:x` would be the second's `x`.
fn are_apart<'a>(prefixes: impl Iterator<Item = &'a str>) -> bool {
    let prefixes: Vec<&str> = prefixes.collect();
    prefixes
        .iter()
        .enumerate()
        .all(|(i, one)| prefixes.iter().skip(i + 1).all(|other| !one.starts_with(other) && !other.starts_with(one)))
}

fn mapping(entry: &MappingEntry) -> Mapping {
    Mapping { claim: entry.claim.clone(), prefix: entry.prefix.clone() }
}

fn endpoint(entry: &EndpointEntry) -> Endpoint {
    Endpoint {
        name: entry.name.clone(),
        server: entry.server.clone(),
        tls_server_name: entry.tls_server_name.clone(),
        proxy_url: entry.proxy_url.clone(),
    }
}

/// https, a host, no user, query, fragment, white space or trailing slash.
fn is_https(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else { return false };
    !rest.is_empty()
        && !rest.starts_with(['/', ':'])
        && !rest.ends_with('/')
        && rest.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '@' | '\\' | '"'))
}

fn is_base64_pem(text: &str) -> bool {
    Base64::decode_vec(text).is_ok_and(|pem| pem.starts_with(b"-----BEGIN CERTIFICATE-----"))
}
