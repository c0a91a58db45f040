//! The mint, and which request goes where.

use std::net::{IpAddr, Ipv6Addr};

use kubemint_core::{
    config::{Config, Document, Fault},
    metadata,
    problem::Reason,
};
use serde_json::{Value, json};

use crate::{
    clusters,
    host::{Host, Request, Response},
    keys::Keys,
    provider::Providers,
    replay::Replay,
    token,
};

/// One mint: its configuration, the public side of its keys, and what it remembers to save work.
pub struct Mint {
    pub(crate) config: Config,
    pub(crate) keys: Keys,
    pub(crate) providers: Providers,
    pub(crate) replay: Replay,
}

const RESOURCES: &str = "/apis/kubemint.dev/v1alpha1";
const KUBERNETES: [&str; 4] = ["/api", "/apis", "/openapi", "/version"];

impl Mint {
    /// A mint from the JSON that `kubectl mint config build` made, and its keys.
    ///
    /// # Errors
    /// The faults of the document; one that is no such JSON at all has the path `$`.
    pub fn new(config: &[u8], keys: Keys) -> Result<Self, Vec<Fault>> {
        let document: Document = serde_json::from_slice(config)
            .map_err(|_| vec![Fault { path: "$".into(), expected: "the JSON made by `kubectl mint config build`" }])?;
        Ok(Self { config: document.check()?, keys, providers: Providers::default(), replay: Replay::default() })
    }

    /// Answers one request.
    pub async fn handle(&self, host: &impl Host, request: &Request) -> Response {
        let answer = match self.route(host, request).await {
            Ok(response) => response,
            Err(reason) => refuse(host, request, reason),
        };
        answer.finished(host.now())
    }

    async fn route(&self, host: &impl Host, request: &Request) -> Result<Response, Reason> {
        let path = request.path.as_str();
        match (request.method.as_str(), path) {
            ("POST", "/token") => {
                self.limit(host, request).await?;
                token::exchange(self, host, request).await
            }
            (_, "/token") => Err(Reason::MethodRefused),
            ("GET" | "HEAD", _) => self.get(host, request).await,
            _ if is_kubernetes(path) => Err(Reason::MethodRefused),
            _ => Err(Reason::NotFound),
        }
    }

    async fn get(&self, host: &impl Host, request: &Request) -> Result<Response, Reason> {
        match request.path.as_str() {
            "/.well-known/openid-configuration" => Ok(public(&metadata::openid_configuration(&self.config))),
            "/.well-known/oauth-authorization-server" => Ok(public(&metadata::authorization_server(&self.config))),
            "/jwks.json" => Ok(self.key_set(host)),
            "/healthz" => Ok(Response::text(200, "ok")),
            "/readyz" if self.keys.signing(host.now()).is_some() => Ok(Response::text(200, "ok")),
            "/readyz" => Err(Reason::KeysUnavailable),
            "/version" => Ok(Response::json(200, &version())),
            "/api" => Ok(Response::json(200, &clusters::api_versions())),
            "/apis" => Ok(Response::json(200, &clusters::api_groups())),
            RESOURCES => Ok(Response::json(200, &clusters::api_resources())),
            path => match path.strip_prefix(RESOURCES).and_then(|rest| rest.strip_prefix("/clusters")) {
                Some("") => {
                    self.limit(host, request).await?;
                    clusters::list(self, host, request).await
                }
                Some(rest) => {
                    self.limit(host, request).await?;
                    let name = rest.strip_prefix('/').ok_or(Reason::NotFound)?;
                    clusters::get(self, host, request, name).await
                }
                None => Err(Reason::NotFound),
            },
        }
    }

    /// The URL that proofs for the token endpoint name, from the configuration and never from a header.
    pub(crate) fn token_endpoint(&self) -> String {
        format!("{}/token", self.config.issuer)
    }

    /// The published keys; verifiers come back after a minute at the latest.
    fn key_set(&self, host: &impl Host) -> Response {
        let body = self.keys.published(host.now()).to_json().into_bytes();
        let response =
            Response { status: 200, headers: vec![("content-type", "application/jwk-set+json".into())], body };
        response.with("cache-control", "public, max-age=60").with("access-control-allow-origin", "*")
    }

    async fn limit(&self, host: &impl Host, request: &Request) -> Result<(), Reason> {
        if host.limit(&format!("address:{}", network(&request.address))).await {
            Ok(())
        } else {
            Err(Reason::RateLimited)
        }
    }
}

/// Whom a sender's address stands for: over IPv6 people get a network of 2^64, and are counted as one. None where
/// it is no address.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(v6)) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).to_string(),
        Ok(v4) => v4.to_string(),
        Err(_) => String::new(),
    }
}

fn public(document: &Value) -> Response {
    let response = Response::json(200, document).with("cache-control", "public, max-age=60");
    response.with("access-control-allow-origin", "*")
}

/// kubectl parses this and prints it; `gitVersion` must look like one of Kubernetes'.
fn version() -> Value {
    let version = env!("CARGO_PKG_VERSION");
    json!({ "major": "0", "minor": "1", "gitVersion": format!("v{version}"), "platform": "kubemint" })
}

fn is_kubernetes(path: &str) -> bool {
    KUBERNETES.iter().any(|root| is_below(path, root))
}

fn is_below(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Where a request went, for the log: the rest of a path is the sender's and may hold anything, a token too.
fn place(path: &str) -> &'static str {
    let mut places = ["/token", RESOURCES].into_iter().chain(KUBERNETES);
    places.find(|root| is_below(path, root)).unwrap_or("other")
}

fn refuse(host: &impl Host, request: &Request, reason: Reason) -> Response {
    let line = json!({ "event": "refused", "reason": reason.as_str(), "path": place(&request.path) });
    host.log(&line.to_string());
    if is_kubernetes(&request.path) { Response::status(reason) } else { Response::oauth(reason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_with_a_network_of_addresses_is_one_sender() {
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
        assert_eq!(network("2001:db8:0:1::1"), network("2001:db8:0:1:ffff::2"));
        assert_ne!(network("2001:db8:0:1::1"), network("2001:db8:0:2::1"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(network(""), "");
        // Nothing else is remembered, however long: without a platform anybody can send this header.
        assert_eq!(network(&"x".repeat(1 << 16)), "");
    }
}
