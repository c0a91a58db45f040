//! An https client that trusts one authority and may show a certificate.

use crate::ca::Issued;
use anyhow::Result;
use rustls::crypto::aws_lc_rs;
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

/// A client for servers of that authority; every answer comes back as an answer, whatever its status.
pub fn client(authority: &str, shown: Option<&Issued>) -> Result<Agent> {
    let root = Certificate::from_pem(authority.as_bytes())?;
    let shown = match shown {
        None => None,
        Some(issued) => {
            let certificate = Certificate::from_pem(issued.certificate.as_bytes())?;
            let key = PrivateKey::from_pem(issued.key.as_bytes())?;
            Some(ClientCert::new_with_certs(&[certificate], key))
        }
    };
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
        .root_certs(RootCerts::new_with_certs(&[root]))
        .client_cert(shown)
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .timeout_global(Some(Duration::from_secs(30)))
        .build();
    Ok(config.new_agent())
}
