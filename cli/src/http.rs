//! One https client: a CA of its own, no redirects, small answers, five seconds.

use std::{io::Read as _, path::Path, sync::Arc, time::Duration};

use rustls::crypto::aws_lc_rs;
use ureq::{
    Agent,
    http::Response,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use crate::{clock::Offset, refusal::Refusal, unreachable};

/// The largest answer that is read; lists of clusters are the largest there are.
const MAX_BODY: u64 = 4 << 20;
const TIMEOUT: Duration = Duration::from_secs(5);

/// Certificates of authorities, checked to be some.
#[derive(Clone)]
pub struct Authorities(Vec<Certificate<'static>>);

impl Authorities {
    /// Reads a PEM bundle; anything else in it is refused.
    pub fn parse(pem: &[u8], from: &Path) -> Result<Self, Refusal> {
        let refused = || {
            Refusal::new("ca-malformed", format!("{} holds no certificates in PEM", from.display()))
                .hint("give the CA certificate of the mint, the file that begins with -----BEGIN CERTIFICATE-----")
        };
        let items = parse_pem(pem).map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Ok(certificate),
            _ => Err(refused()),
        });
        let certificates: Vec<_> = items.collect::<Result<_, _>>()?;
        if certificates.is_empty() { Err(refused()) } else { Ok(Self(certificates)) }
    }

    /// The authorities this computer trusts.
    fn of_the_system() -> Self {
        let found = rustls_native_certs::load_native_certs().certs;
        Self(found.iter().map(|der| Certificate::from_der(der).to_owned()).collect())
    }
}

/// Whom a client believes.
pub enum Trust {
    /// The authorities of this computer.
    System,
    /// These and no others.
    Only(Authorities),
    /// Those of this computer, and these.
    SystemAnd(Authorities),
}

/// A client for one kind of server.
pub struct Client {
    agent: Agent,
    /// What people are told the server is.
    whose: &'static str,
}

/// An answer, whatever its status.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, as far as it is allowed to be long.
    pub body: Vec<u8>,
    /// How far the server's clock is from ours, if it sent a date.
    pub offset: Option<Offset>,
}

impl Client {
    /// A client for what people know as `whose`, that trusts these authorities.
    pub fn new(whose: &'static str, trust: Trust) -> Self {
        let authorities = match trust {
            Trust::System => Authorities::of_the_system(),
            Trust::Only(authorities) => authorities,
            Trust::SystemAnd(Authorities(more)) => {
                let mut all = Authorities::of_the_system();
                all.0.extend(more);
                all
            }
        };
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&authorities.0))
            .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .https_only(true)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("kubectl-mint/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.new_agent(), whose }
    }

    /// GET, with an `Authorization` if there is one.
    pub fn get(&self, url: &str, presentation: Option<&str>) -> Result<Answer, Refusal> {
        let mut request = self.agent.get(url).header("accept", "application/json");
        if let Some(presentation) = presentation {
            request = request.header("authorization", format!("Bearer {presentation}"));
        }
        read(self.whose, url, request.call())
    }

    /// POST of a form, with a DPoP proof if there is one.
    pub fn post(&self, url: &str, form: &[(&str, &str)], proof: Option<&str>) -> Result<Answer, Refusal> {
        let mut request = self.agent.post(url).header("accept", "application/json");
        if let Some(proof) = proof {
            request = request.header("dpop", proof);
        }
        read(self.whose, url, request.send_form(form.iter().copied()))
    }
}

fn read(whose: &str, url: &str, sent: Result<Response<ureq::Body>, ureq::Error>) -> Result<Answer, Refusal> {
    let (head, body) = sent.map_err(|error| unreachable::refusal(whose, url, &error))?.into_parts();
    let date = head.headers.get("date").and_then(|date| date.to_str().ok());
    let offset = date.and_then(|date| Offset::measure(date, crate::clock::local()));
    let mut bytes = Vec::new();
    let read = body.into_reader().take(MAX_BODY + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreachable::refusal(whose, url, &ureq::Error::Io(error)))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BODY) {
        let sentence = format!("the answer of {whose} {} is larger than 4 MiB", unreachable::host(url));
        return Err(Refusal::new("answer-too-large", sentence).hint("its administrator can mend that"));
    }
    Ok(Answer { status: head.status.as_u16(), body: bytes, offset })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_certificates_make_authorities() {
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        for bad in ["", "text", key] {
            assert!(Authorities::parse(bad.as_bytes(), Path::new("ca.crt")).is_err(), "{bad}");
        }
    }
}
