//! Clusters as the mint described them: the only servers anything is signed for.

use kubemint_core::{
    cluster::{Endpoint, View},
    exec::Target,
};
use serde::{Deserialize, Serialize};

use crate::{home::Home, kept::check_cluster, refusal::Refusal};

const FOLDER: &str = "clusters";

/// A cluster this computer knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Known {
    /// The mint that described it.
    pub issuer: String,
    /// Its name there.
    pub name: String,
    /// Its name for people.
    pub display_name: String,
    /// Where it answers.
    pub addresses: Vec<Address>,
    /// Base64 of its CA bundle; none for the system's roots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_authority_data: Option<String>,
    /// The namespace one's access is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The kinds of credential it accepts.
    pub accepts: Vec<String>,
    /// Whether its user said, on this computer, that its certificate need not be checked.
    #[serde(default)]
    pub insecure: bool,
}

/// One address of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Its name: `public`, `internal`.
    pub name: String,
    /// The URL.
    pub server: String,
    /// The name expected in its certificate, if not the URL's host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_server_name: Option<String>,
    /// A proxy in between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy_url: Option<String>,
}

impl Known {
    /// A cluster as the mint's resource describes it.
    pub fn new(issuer: &str, view: View) -> Self {
        Self {
            issuer: issuer.to_owned(),
            name: view.name,
            display_name: view.display_name,
            addresses: view.endpoints.into_iter().map(Address::new).collect(),
            certificate_authority_data: view.certificate_authority_data.filter(|data| !data.is_empty()),
            namespace: view.namespace,
            accepts: view.accepts,
            insecure: false,
        }
    }

    /// A remembered cluster; none if it is not known.
    pub fn load(home: &Home, name: &str) -> Result<Option<Self>, Refusal> {
        home.load(&file(name)?)
    }

    /// All remembered clusters, by name.
    pub fn all(home: &Home) -> Result<Vec<Self>, Refusal> {
        let files = home.list(FOLDER).into_iter().filter(|file| file.ends_with(".json"));
        let known: Result<Vec<Option<Self>>, Refusal> =
            files.map(|file| home.load(&format!("{FOLDER}/{file}"))).collect();
        Ok(known?.into_iter().flatten().collect())
    }

    /// Remembers it.
    pub fn save(&self, home: &Home) -> Result<(), Refusal> {
        home.save(&file(&self.name)?, self)
    }

    /// Replaces all remembered clusters by these. What the user said of a certificate stays said as
    /// long as the mint says the same of the cluster.
    pub fn replace_all(home: &Home, clusters: &[Self]) -> Result<(), Refusal> {
        let old = Self::all(home)?;
        for cluster in clusters {
            let insecure = old.iter().any(|o| o.insecure && Self { insecure: false, ..o.clone() } == *cluster);
            Self { insecure, ..cluster.clone() }.save(home)?;
        }
        for gone in old.iter().filter(|o| clusters.iter().all(|c| c.name != o.name)) {
            home.remove(&file(&gone.name)?)?;
        }
        Ok(())
    }

    /// Forgets all clusters.
    pub fn forget_all(home: &Home) -> Result<(), Refusal> {
        home.remove(FOLDER).map(drop)
    }

    /// An address by name; the first if none is named.
    pub fn address(&self, name: Option<&str>) -> Result<&Address, Refusal> {
        let found = match name {
            None => self.addresses.first(),
            Some(name) => self.addresses.iter().find(|address| address.name == name),
        };
        let names: Vec<&str> = self.addresses.iter().map(|address| address.name.as_str()).collect();
        found.ok_or_else(|| {
            Refusal::new("endpoint-unknown", format!("the cluster `{}` has no endpoint of that name", self.name))
                .hint(format!("it has: {}", names.join(", ")))
        })
    }

    /// Refuses a server that is not this cluster as the mint described it: nothing is signed for it.
    ///
    /// A shared kubeconfig can point anywhere; whoever stands there would get a token that opens the
    /// real cluster until its window ends.
    pub fn check_target(&self, target: &Target) -> Result<(), Refusal> {
        let Some(difference) = self.difference(target) else { return Ok(()) };
        let name = &self.name;
        let sentence = format!(
            "nothing is signed: the kubeconfig's cluster is not `{name}` as {} describes it: {difference}",
            self.issuer
        );
        Err(Refusal::new("server-unknown", sentence).hint(format!(
            "if the cluster has moved, run `kubectl mint clusters` and `kubectl mint kubeconfig add --cluster {name}`; if somebody gave you this kubeconfig, do not use it"
        )))
    }

    /// What makes a server another one than this; none if it is this one.
    pub fn difference(&self, target: &Target) -> Option<&'static str> {
        let described = |address: &&Address| {
            same_url(&address.server, &target.server)
                && address.tls_server_name.as_deref().unwrap_or_default() == target.tls_server_name
                && same_url(address.proxy_url.as_deref().unwrap_or_default(), &target.proxy_url)
        };
        let authority = match (self.insecure, target.insecure_skip_tls_verify) {
            (true, true) => target.certificate_authority_data.is_empty(),
            (_, insecure) => {
                !insecure
                    && self.certificate_authority_data.as_deref().unwrap_or_default()
                        == target.certificate_authority_data
            }
        };
        if authority && self.addresses.iter().any(|address| described(&address)) {
            return None;
        }
        let has = |address: &Address| same_url(&address.server, &target.server);
        Some(match self.addresses.iter().find(|address| has(address)) {
            None => "its server is another one",
            Some(_) if target.insecure_skip_tls_verify && !self.insecure => {
                "it does not check the server's certificate"
            }
            Some(a) if a.tls_server_name.as_deref().unwrap_or_default() != target.tls_server_name => {
                "its tls-server-name is another one"
            }
            Some(a) if a.proxy_url.as_deref().unwrap_or_default() != target.proxy_url => "its proxy-url is another one",
            Some(_) => "its certificate authority is another one",
        })
    }
}

impl Address {
    fn new(endpoint: Endpoint) -> Self {
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        Self {
            name: endpoint.name,
            server: endpoint.server,
            tls_server_name: some(endpoint.tls_server_name),
            proxy_url: some(endpoint.proxy_url),
        }
    }
}

/// URLs are compared exactly, but for one slash at the end that kubectl may add or drop.
fn same_url(a: &str, b: &str) -> bool {
    a.strip_suffix('/').unwrap_or(a) == b.strip_suffix('/').unwrap_or(b)
}

fn file(name: &str) -> Result<String, Refusal> {
    check_cluster(name)?;
    Ok(format!("{FOLDER}/{name}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let address = Address {
            name: "public".into(),
            server: "https://k8s.example:6443".into(),
            tls_server_name: None,
            proxy_url: None,
        };
        let through = Address {
            name: "internal".into(),
            server: "https://10.0.0.5:6443".into(),
            tls_server_name: Some("kubernetes".into()),
            proxy_url: Some("http://proxy:3128".into()),
        };
        Known {
            issuer: "https://mint.example".into(),
            name: "prod".into(),
            display_name: "prod".into(),
            addresses: vec![address, through],
            certificate_authority_data: Some("Q0E=".into()),
            namespace: None,
            accepts: vec!["bound".into()],
            insecure: false,
        }
    }

    fn target() -> Target {
        Target {
            server: "https://k8s.example:6443".into(),
            certificate_authority_data: "Q0E=".into(),
            ..Target::default()
        }
    }

    #[test]
    fn signs_for_each_endpoint_it_knows() {
        known().check_target(&target()).unwrap();
        known().check_target(&Target { server: "https://k8s.example:6443/".into(), ..target() }).unwrap();
        let internal = Target {
            server: "https://10.0.0.5:6443".into(),
            tls_server_name: "kubernetes".into(),
            proxy_url: "http://proxy:3128".into(),
            ..target()
        };
        known().check_target(&internal).unwrap();
    }

    #[test]
    fn h78_h91_refuses_every_difference() {
        for changed in [
            Target { server: "https://evil.example:6443".into(), ..target() },
            Target { server: "https://k8s.example".into(), ..target() },
            Target { server: "https://K8S.example:6443".into(), ..target() },
            Target { server: "http://k8s.example:6443".into(), ..target() },
            Target { certificate_authority_data: "RVZJTA==".into(), ..target() },
            Target { certificate_authority_data: String::new(), ..target() },
            Target { insecure_skip_tls_verify: true, ..target() },
            Target { insecure_skip_tls_verify: true, certificate_authority_data: String::new(), ..target() },
            Target { tls_server_name: "kubernetes".into(), ..target() },
            Target { proxy_url: "http://proxy:3128".into(), ..target() },
            Target::default(),
        ] {
            assert_eq!(known().check_target(&changed).unwrap_err().reason(), "server-unknown", "{changed:?}");
        }
    }

    #[test]
    fn an_unchecked_certificate_needs_its_users_word() {
        let insecure = Target { insecure_skip_tls_verify: true, certificate_authority_data: String::new(), ..target() };
        let said = Known { insecure: true, ..known() };
        said.check_target(&insecure).unwrap();
        assert!(said.check_target(&Target { server: "https://evil.example".into(), ..insecure }).is_err());
    }

    #[test]
    fn the_users_word_ends_when_the_cluster_changes() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        Known { insecure: true, ..known() }.save(&home).unwrap();
        Known::replace_all(&home, &[known()]).unwrap();
        assert!(Known::load(&home, "prod").unwrap().unwrap().insecure);
        let moved = Known { addresses: vec![], ..known() };
        Known::replace_all(&home, &[moved]).unwrap();
        assert!(!Known::load(&home, "prod").unwrap().unwrap().insecure);
        Known::replace_all(&home, &[]).unwrap();
        assert_eq!(Known::load(&home, "prod").unwrap(), None);
    }
}
