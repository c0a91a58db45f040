//! Asks the mint for its public keys: discovery, then the key set, over https and within bounds.
//!
//! Only ever called off the answering path. Goes to no other origin than the issuer's, follows no
//! redirect and reads no compressed answer, so a mint gone bad cannot send it elsewhere or make it swell.

use std::{fs, io, path::PathBuf, sync::Arc, time::Duration};

use kubemint_core::{key_set, time::Seconds};
use serde::Deserialize;
use ureq::{
    Agent,
    http::{Response, header},
    tls::{Certificate, RootCerts, TlsConfig, TlsProvider},
};

const DISCOVERY: &str = "/.well-known/openid-configuration";
const TIMEOUT: Duration = Duration::from_secs(5);

/// Where the keys come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The mint's URL, without a trailing slash.
    pub issuer: String,
    /// The certificate authority of its server; none means the system's.
    pub ca: Option<PathBuf>,
}

/// A key set as it was published.
pub struct Published {
    /// The document.
    pub body: Vec<u8>,
    /// How long it may be kept, if the answer says so.
    pub max_age: Option<Seconds>,
}

/// Why the keys could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The CA file is no such thing; the cluster owner's to mend.
    #[error("no certificate authority can be read from {path}", path = .0.display())]
    Authority(PathBuf),
    /// No answer, an unknown certificate, a timeout, too large: the mint's or the network's fault.
    #[error("the mint does not answer: {0}")]
    Unreachable(Box<ureq::Error>),
    /// The mint answered, but not with what was asked for.
    #[error("the mint answered {0}")]
    Status(u16),
    /// The discovery document is unreadable, another issuer's, or names keys elsewhere.
    #[error("the mint's discovery document is not for this issuer, or names keys of another origin")]
    Discovery,
}

impl From<ureq::Error> for FetchError {
    fn from(error: ureq::Error) -> Self {
        Self::Unreachable(Box::new(error))
    }
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl Source {
    /// Fetches the key set the issuer publishes now.
    pub fn fetch(&self) -> Result<Published, FetchError> {
        let agent = self.agent()?;
        let discovery = get(&agent, &format!("{}{DISCOVERY}", self.issuer))?.body;
        get(&agent, &self.key_set_url(&discovery)?)
    }

    /// The key set's address, if the discovery document is this very issuer's
    /// ([Discovery §4.3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation)).
    fn key_set_url(&self, discovery: &[u8]) -> Result<String, FetchError> {
        let discovery: Discovery = serde_json::from_slice(discovery).map_err(|_| FetchError::Discovery)?;
        let below = discovery.jwks_uri.strip_prefix(&self.issuer).is_some_and(|path| path.starts_with('/'));
        if discovery.issuer != self.issuer || !below {
            return Err(FetchError::Discovery);
        }
        Ok(discovery.jwks_uri)
    }

    /// A client for one fetch: the authority is read anew each time, so it can be exchanged on disk.
    fn agent(&self) -> Result<Agent, FetchError> {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .root_certs(RootCerts::Specific(Arc::new(self.roots()?)))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .https_only(true)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("kubemint-webhook/", env!("CARGO_PKG_VERSION")));
        Ok(config.build().new_agent())
    }

    fn roots(&self) -> Result<Vec<Certificate<'static>>, FetchError> {
        let Some(path) = &self.ca else {
            return Ok(rustls_native_certs::load_native_certs()
                .certs
                .iter()
                .map(|der| Certificate::from_der(der).to_owned())
                .collect());
        };
        let unusable = || FetchError::Authority(path.clone());
        let pem = fs::read(path).map_err(|_| unusable())?;
        let certificates = ureq::tls::parse_pem(&pem).filter_map(|item| match item {
            Ok(ureq::tls::PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        });
        let certificates: Vec<_> = certificates.collect();
        if certificates.is_empty() { Err(unusable()) } else { Ok(certificates) }
    }
}

fn get(agent: &Agent, url: &str) -> Result<Published, FetchError> {
    let mut answer = agent.get(url).header(header::ACCEPT, "application/json").call()?;
    if answer.status() != 200 {
        return Err(FetchError::Status(answer.status().as_u16()));
    }
    let max_age = max_age(&answer);
    let limit = u64::try_from(key_set::MAX_BYTES).map_err(io::Error::other).map_err(ureq::Error::Io)?;
    let body = answer.body_mut().with_config().limit(limit).read_to_vec()?;
    Ok(Published { body, max_age })
}

/// `max-age` of Cache-Control ([RFC 9111 §5.2.2.1](https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.1)).
fn max_age<B>(answer: &Response<B>) -> Option<Seconds> {
    let value = answer.headers().get(header::CACHE_CONTROL)?.to_str().ok()?;
    value.split(',').find_map(|directive| directive.trim().strip_prefix("max-age=")?.parse().ok().map(Seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(issuer: &str, jwks_uri: &str) -> Option<String> {
        let source = Source { issuer: "https://mint.example".into(), ca: None };
        let document = serde_json::json!({ "issuer": issuer, "jwks_uri": jwks_uri, "other": [] }).to_string();
        source.key_set_url(document.as_bytes()).ok()
    }

    #[test]
    fn h64_keys_come_from_the_issuers_own_origin() {
        let iss = "https://mint.example";
        assert_eq!(url(iss, "https://mint.example/jwks.json").as_deref(), Some("https://mint.example/jwks.json"));
        for elsewhere in [
            "https://mint.example.org/jwks.json",
            "https://mint.example:444/jwks.json",
            "https://mint.example@169.254.169.254/jwks.json",
            "http://mint.example/jwks.json",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
            "",
        ] {
            assert_eq!(url(iss, elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn h31_discovery_is_exactly_this_issuers() {
        for other in ["https://mint.example/", "https://Mint.example", "https://mint.exampIe", ""] {
            assert_eq!(url(other, "https://mint.example/jwks.json"), None, "{other}");
        }
    }

    #[test]
    fn max_age_is_read_among_others() {
        let answer = |value: &str| Response::builder().header("cache-control", value).body(()).unwrap();
        assert_eq!(max_age(&answer("public, max-age=60")), Some(Seconds(60)));
        for none in ["no-store", "max-age=x", "s-maxage=5", "max-age=-1"] {
            assert_eq!(max_age(&answer(none)), None, "{none}");
        }
    }
}
