//! ExecCredential of `client.authentication.k8s.io`, v1 and v1beta1: what kubectl tells a plugin and what it gets back.

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
};
use serde_json::{Value, json};

use crate::{date, json, problem::Reason, time::Time};

/// What kubectl said in `KUBERNETES_EXEC_INFO`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The version to answer in: exactly the one asked in.
    pub api_version: String,
    /// Whether kubectl shares its standard input, so that a person may be asked.
    pub interactive: bool,
    /// The cluster kubectl is about to call; none unless `provideClusterInfo` is true.
    pub cluster: Option<Target>,
}

/// A server as kubectl is about to call it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The URL.
    pub server: String,
    /// The CA bundle, base64 of PEM; empty for the system's roots.
    pub certificate_authority_data: String,
    /// Whether the server's certificate goes unchecked.
    pub insecure_skip_tls_verify: bool,
    /// The name expected in the certificate; empty for the URL's host.
    pub tls_server_name: String,
    /// A proxy in between; empty for none.
    pub proxy_url: String,
}

impl Info {
    /// Reads the environment variable.
    ///
    /// # Errors
    /// [`Reason::ExecInfoMalformed`] for anything but an ExecCredential of a known version.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let value = json::parse(text.as_bytes()).ok_or(Reason::ExecInfoMalformed)?;
        let api_version = json::text(&value, "apiVersion").unwrap_or_default();
        let known = matches!(api_version, "client.authentication.k8s.io/v1" | "client.authentication.k8s.io/v1beta1");
        if !known || json::text(&value, "kind") != Some("ExecCredential") {
            return Err(Reason::ExecInfoMalformed);
        }
        let spec = object(value.get("spec"))?;
        let interactive = match spec.and_then(|spec| spec.get("interactive")) {
            None => false,
            Some(flag) => flag.as_bool().ok_or(Reason::ExecInfoMalformed)?,
        };
        let cluster = object(spec.and_then(|spec| spec.get("cluster")))?.map(target).transpose()?;
        Ok(Self { api_version: api_version.to_owned(), interactive, cluster })
    }
}

/// An object; none where it is absent or `null`, as Go writes what it leaves out.
fn object(value: Option<&Value>) -> Result<Option<&Value>, Reason> {
    match value.filter(|value| !value.is_null()) {
        None => Ok(None),
        Some(value) if value.is_object() => Ok(Some(value)),
        Some(_) => Err(Reason::ExecInfoMalformed),
    }
}

fn target(value: &Value) -> Result<Target, Reason> {
    let text = |member: &str| match value.get(member) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(Reason::ExecInfoMalformed),
    };
    let insecure = match value.get("insecure-skip-tls-verify") {
        None | Some(Value::Null) => false,
        Some(flag) => flag.as_bool().ok_or(Reason::ExecInfoMalformed)?,
    };
    Ok(Target {
        server: text("server")?,
        certificate_authority_data: text("certificate-authority-data")?,
        insecure_skip_tls_verify: insecure,
        tls_server_name: text("tls-server-name")?,
        proxy_url: text("proxy-url")?,
    })
}

/// The answer for kubectl's standard input: a token and the moment, by the local clock, to ask again.
#[must_use]
pub fn credential(api_version: &str, token: &str, expires_at: Time) -> String {
    let status = json!({ "token": token, "expirationTimestamp": date::rfc3339(expires_at) });
    json!({ "apiVersion": api_version, "kind": "ExecCredential", "status": status }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn echoes_the_version_and_refuses_others() {
        let info = Info::parse(r#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{"interactive":true,"cluster":{"server":"https://a"}}}"#).unwrap();
        assert_eq!(info.cluster.as_ref().unwrap().server, "https://a");
        assert!(credential(&info.api_version, "t", Time::from_unix(0).unwrap()).contains("k8s.io/v1beta1"));
        for bad in [
            "",
            "{}",
            r#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1alpha1","spec":{}}"#,
            r#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"cluster":{"server":1}}}"#,
            r#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"cluster":"https://a"}}"#,
            r#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":"yes"}}"#,
        ] {
            assert_eq!(Info::parse(bad), Err(Reason::ExecInfoMalformed), "{bad}");
        }
    }

    #[test]
    fn h91_a_hidden_cluster_is_none() {
        let info = Info::parse(
            r#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}"#,
        )
        .unwrap();
        assert_eq!((info.cluster, info.interactive), (None, false));
    }
}
