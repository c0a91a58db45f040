//! The three entries of a cluster, and the mark in them that says who made them.

use kubemint_core::resource::Resource;
use serde_json::{Map, Value, json};

use crate::known::{Address, Known};

/// The lists of a kubeconfig, in the order kubectl writes them.
pub const LISTS: [&str; 3] = ["clusters", "contexts", "users"];
/// `extensions` survive kubectl's own rewriting, so the mark is there.
const MARK: &str = "kubemint.dev/owner";

/// Who made an entry, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The mint.
    pub issuer: String,
    /// The cluster there, or the mint itself.
    pub resource: Resource,
}

impl Owner {
    /// The cluster's name; none for the mint itself.
    pub fn cluster(&self) -> Option<&str> {
        match &self.resource {
            Resource::Mint => None,
            Resource::Cluster(name) => Some(name),
        }
    }
}

/// How a user gets to the cluster.
pub enum Means<'a> {
    /// kubectl calls this command.
    Exec(&'a str),
    /// A bearer, in clear.
    Bearer(&'a str),
}

/// What to write for one server.
pub struct Entry<'a> {
    /// Who makes it, and for what.
    pub owner: Owner,
    /// The server as the mint described it.
    pub cluster: &'a Known,
    /// The address to write.
    pub address: &'a Address,
    /// The name of all three entries.
    pub name: String,
    /// The namespace of the context.
    pub namespace: Option<&'a str>,
    /// How the user gets in.
    pub means: Means<'a>,
}

impl Entry<'_> {
    /// The entries, each with the list it belongs to.
    pub fn render(&self) -> [(&'static str, Value); 3] {
        let name = &self.name;
        [
            ("clusters", json!({ "name": name, "cluster": self.cluster() })),
            ("contexts", json!({ "name": name, "context": self.context() })),
            ("users", json!({ "name": name, "user": self.user() })),
        ]
    }

    fn cluster(&self) -> Value {
        let mut stanza = Map::new();
        let mut set = |key: &str, value: Option<Value>| value.map(|value| stanza.insert(key.to_owned(), value));
        set("server", Some(json!(self.address.server)));
        set("tls-server-name", self.address.tls_server_name.as_ref().map(|name| json!(name)));
        set("proxy-url", self.address.proxy_url.as_ref().map(|url| json!(url)));
        // kubectl refuses a stanza that has both.
        if self.cluster.insecure {
            set("insecure-skip-tls-verify", Some(json!(true)));
        } else {
            set("certificate-authority-data", self.cluster.certificate_authority_data.as_ref().map(|data| json!(data)));
        }
        set("extensions", Some(self.mark()));
        Value::Object(stanza)
    }

    fn context(&self) -> Value {
        let mut stanza = json!({ "cluster": self.name, "user": self.name, "extensions": self.mark() });
        if let (Some(members), Some(namespace)) = (stanza.as_object_mut(), self.namespace) {
            members.insert("namespace".to_owned(), json!(namespace));
        }
        stanza
    }

    /// v1beta1 is what every kubectl knows.
    fn user(&self) -> Value {
        match self.means {
            Means::Bearer(token) => json!({ "token": token, "extensions": self.mark() }),
            Means::Exec(command) => json!({
                "exec": {
                    "apiVersion": "client.authentication.k8s.io/v1beta1",
                    "command": command,
                    "args": self.args(),
                    "env": null,
                    "installHint": format!("kubectl-mint is needed to reach this server: install it, then run\n  kubectl mint login {}", self.cluster.issuer),
                    "interactiveMode": "IfAvailable",
                    "provideClusterInfo": true,
                },
                "extensions": self.mark(),
            }),
        }
    }

    fn args(&self) -> Value {
        self.owner.cluster().map_or_else(|| json!(["token", "--mint"]), |name| json!(["token", "--cluster", name]))
    }

    fn mark(&self) -> Value {
        let mut extension = json!({ "issuer": self.owner.issuer });
        if let (Some(members), Some(cluster)) = (extension.as_object_mut(), self.owner.cluster()) {
            members.insert("cluster".to_owned(), json!(cluster));
        }
        json!([{ "name": MARK, "extension": extension }])
    }
}

/// The entries of a list that carry our mark, by name.
pub fn owned(document: &Value, list: &str) -> Vec<(String, Owner)> {
    items(document, list).iter().filter_map(|item| Some((name(item)?.to_owned(), owner(item)?))).collect()
}

/// The items of a list; none if it is absent or null.
pub fn items<'a>(document: &'a Value, list: &str) -> &'a [Value] {
    document.get(list).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The name of an item.
pub fn name(item: &Value) -> Option<&str> {
    item.get("name")?.as_str()
}

/// Who made an item, if it carries our mark.
pub fn owner(item: &Value) -> Option<Owner> {
    let stanza =
        ["cluster", "context", "user"].iter().find_map(|key| item.get(key).filter(|value| value.is_object()))?;
    let extensions = stanza.get("extensions")?.as_array()?;
    let mark = extensions.iter().find(|extension| name(extension) == Some(MARK))?.get("extension")?;
    let resource = match mark.get("cluster") {
        None => Resource::Mint,
        Some(cluster) => Resource::Cluster(cluster.as_str()?.to_owned()),
    };
    Some(Owner { issuer: mark.get("issuer")?.as_str()?.to_owned(), resource })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_mark_is_ours() {
        let ours = json!({"name": "a", "cluster": {"extensions": [{"name": "x", "extension": {}}, {"name": MARK, "extension": {"issuer": "https://m", "cluster": "prod"}}]}});
        let resource = Resource::Cluster("prod".into());
        assert_eq!(owner(&ours), Some(Owner { issuer: "https://m".into(), resource }));
        let mint =
            json!({"name": "a", "context": {"extensions": [{"name": MARK, "extension": {"issuer": "https://m"}}]}});
        assert_eq!(owner(&mint), Some(Owner { issuer: "https://m".into(), resource: Resource::Mint }));
        for other in [
            json!({"name": "prod", "cluster": {"server": "https://a"}}),
            json!({"name": "prod", "user": {"exec": {"command": "kubectl-mint"}}}),
            json!({"name": "prod", "context": {"extensions": null}}),
            json!({"name": "prod", "context": {"extensions": [{"name": MARK, "extension": "https://m"}]}}),
            json!({"name": "prod", "context": {"extensions": [{"name": MARK, "extension": {"issuer": "https://m", "cluster": 1}}]}}),
            json!({"name": "prod", "context": {"extensions": [{"name": MARK, "extension": {"cluster": "prod"}}]}}),
            json!({"name": "prod", "context": null}),
        ] {
            assert_eq!(owner(&other), None, "{other}");
        }
    }
}
