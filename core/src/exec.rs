//! ExecCredential of `client.authentication.k8s.io`, v1 and v1beta1: what kubectl tells a plugin and what it gets back.

use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
};
use serde_json::{Value, json};

use crate::{json, problem::Reason, time::Time};

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
        let interactive = value.pointer("/spec/interactive").and_then(Value::as_bool).unwrap_or(false);
        let cluster = value.pointer("/spec/cluster").filter(|c| !c.is_null()).map(target).transpose()?;
        Ok(Self { api_version: api_version.to_owned(), interactive, cluster })
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
    let status = json!({ "token": token, "expirationTimestamp": rfc3339(expires_at) });
    json!({ "apiVersion": api_version, "kind": "ExecCredential", "status": status }).to_string()
}

/// A moment as RFC 3339 in UTC, as `metav1.Time` wants it.
#[must_use]
pub fn rfc3339(time: Time) -> String {
    let (days, second) = (time.unix() / 86_400, time.unix() % 86_400);
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// The proleptic Gregorian date of a day counted from 1970-01-01, by eras of 400 years that begin in March.
const fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + if month <= 2 { 1 } else { 0 }, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let at = |s| rfc3339(Time::from_unix(s).unwrap());
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(at(1_795_305_600), "2026-11-22T00:00:00Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00Z");
    }

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
