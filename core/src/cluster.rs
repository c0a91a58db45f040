//! The `clusters` resource of `kubemint.dev/v1alpha1`: a cluster as its caller may know it.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use serde_json::{Value, json};

use crate::{config::Cluster, json, name, problem::Reason};

/// The group and version of the mint's own resources.
pub const API_VERSION: &str = "kubemint.dev/v1alpha1";

/// What a kubeconfig needs to know of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its name at the mint.
    pub name: String,
    /// Its name for people.
    pub display_name: String,
    /// Where it answers, the first being the default.
    pub endpoints: Vec<Endpoint>,
    /// Base64 of its CA bundle in PEM; none for the system's roots.
    pub certificate_authority_data: Option<String>,
    /// The namespace that the caller's rules agree on.
    pub namespace: Option<String>,
    /// The kinds of credential it accepts: `bound`, `bearer`.
    pub accepts: Vec<String>,
}

/// One address of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name: `public`, `internal`.
    pub name: String,
    /// The URL.
    pub server: String,
    /// The name expected in the server's certificate, if not the URL's host.
    pub tls_server_name: Option<String>,
    /// A proxy in between.
    pub proxy_url: Option<String>,
}

impl View {
    /// A cluster of the configuration, with the namespace decided for one caller.
    #[must_use]
    pub fn new(cluster: &Cluster, namespace: Option<String>) -> Self {
        let mut accepts = Vec::new();
        if cluster.accepts.bound {
            accepts.push("bound".to_string());
        }
        if cluster.accepts.bearer {
            accepts.push("bearer".to_string());
        }
        Self {
            name: cluster.name.clone(),
            display_name: cluster.display_name.clone(),
            endpoints: cluster.endpoints.clone(),
            certificate_authority_data: cluster.certificate_authority_data.clone(),
            namespace,
            accepts,
        }
    }

    /// The object as it is served. It has no creation time: it stands in the configuration.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let endpoints: Vec<Value> = self.endpoints.iter().map(endpoint).collect();
        let mut spec = json!({ "displayName": self.display_name, "endpoints": endpoints, "accepts": self.accepts });
        set(&mut spec, "certificateAuthorityData", self.certificate_authority_data.as_deref());
        set(&mut spec, "namespace", self.namespace.as_deref());
        json!({ "apiVersion": API_VERSION, "kind": "Cluster", "metadata": { "name": self.name }, "spec": spec })
    }

    /// Reads a `ClusterList` as the mint serves it.
    ///
    /// # Errors
    /// [`Reason::RequestMalformed`] if it is none, or a cluster has no name or no endpoint at an https URL.
    pub fn list(body: &[u8]) -> Result<Vec<Self>, Reason> {
        let list = json::parse(body).ok_or(Reason::RequestMalformed)?;
        let items = list.get("items").and_then(Value::as_array).ok_or(Reason::RequestMalformed)?;
        items.iter().map(|item| Self::from_json(item).ok_or(Reason::RequestMalformed)).collect()
    }

    fn from_json(value: &Value) -> Option<Self> {
        let (metadata, spec) = (value.get("metadata")?, value.get("spec")?);
        let name = json::text(metadata, "name").filter(|name| name::is_dns_label(name))?;
        let endpoints: Vec<Endpoint> =
            spec.get("endpoints")?.as_array()?.iter().map(read_endpoint).collect::<Option<_>>()?;
        endpoints.first()?;
        Some(Self {
            name: name.into(),
            display_name: json::text(spec, "displayName").unwrap_or(name).into(),
            endpoints,
            certificate_authority_data: optional(spec, "certificateAuthorityData")?,
            namespace: optional(spec, "namespace")?,
            accepts: json::texts(spec.get("accepts")?)?,
        })
    }
}

fn endpoint(endpoint: &Endpoint) -> Value {
    let mut value = json!({ "name": endpoint.name, "server": endpoint.server });
    set(&mut value, "tlsServerName", endpoint.tls_server_name.as_deref());
    set(&mut value, "proxyURL", endpoint.proxy_url.as_deref());
    value
}

fn read_endpoint(value: &Value) -> Option<Endpoint> {
    Some(Endpoint {
        name: json::text(value, "name")?.into(),
        server: json::text(value, "server").filter(|url| is_https(url))?.into(),
        tls_server_name: optional(value, "tlsServerName")?,
        proxy_url: optional(value, "proxyURL")?,
    })
}

/// Nobody may be led to speak in clear, not by the mint either.
fn is_https(url: &str) -> bool {
    url.starts_with("https://") && url.bytes().all(|b| b.is_ascii_graphic())
}

/// A text that may be absent; another kind of value is no absence, but a CA or proxy one would miss.
fn optional(value: &Value, member: &str) -> Option<Option<String>> {
    value.get(member).map(|member| member.as_str().map(String::from)).map_or(Some(None), |text| text.map(Some))
}

fn set(value: &mut Value, member: &str, text: Option<&str>) {
    if let (Some(members), Some(text)) = (value.as_object_mut(), text) {
        members.insert(member.into(), text.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h91_a_member_of_another_kind_is_no_absence_and_servers_speak_https() {
        let list = r#"{"items":[{"metadata":{"name":"prod"},"spec":{"accepts":["bound"],"endpoints":[{"name":"a","server":"https://a","proxyURL":"http://p"}]}}]}"#;
        assert_eq!(View::list(list.as_bytes()).unwrap()[0].endpoints[0].proxy_url.as_deref(), Some("http://p"));
        for bad in [
            list.replace("\"http://p\"", "1"),
            list.replace("https://a", "http://a"),
            list.replace("https://a", "https://a\\u001b[2J"),
            list.replace("\"spec\":{", "\"spec\":{\"certificateAuthorityData\":[],"),
        ] {
            assert_eq!(View::list(bad.as_bytes()), Err(Reason::RequestMalformed), "{bad}");
        }
    }
}
