//! A client that speaks HTTP/1.1 or 2 over TLS, as kube-apiserver does.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    HeaderMap, Request,
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Which HTTP is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Http {
    /// HTTP/1.1.
    One,
    /// HTTP/2.
    Two,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} is no JSON", self.body))
    }
}

/// A client of one server.
#[derive(Clone)]
pub struct Client {
    address: SocketAddr,
    roots: String,
    identity: Option<(String, String)>,
}

impl Client {
    /// Trusts this authority.
    pub fn new(address: SocketAddr, roots: &str) -> Self {
        Self { address, roots: roots.to_owned(), identity: None }
    }

    /// Shows a certificate.
    pub fn with_identity(mut self, certificate: &str, key: &str) -> Self {
        self.identity = Some((certificate.to_owned(), key.to_owned()));
        self
    }

    /// Sends a request on a connection of its own.
    pub fn send(&self, http: Http, request: Request<Full<Bytes>>) -> Result<Answer, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(self.exchange(http, request)).map_err(|error| error.to_string())
    }

    /// POSTs a TokenReview.
    pub fn review(&self, http: Http, body: impl Into<Bytes>) -> Answer {
        let request =
            Request::post("https://localhost/authenticate?timeout=30s").header("content-type", "application/json");
        self.send(http, request.body(Full::new(body.into())).unwrap()).unwrap()
    }

    /// GETs a path.
    pub fn get(&self, path: &str) -> Result<Answer, String> {
        self.send(Http::One, Request::get(format!("https://localhost{path}")).body(Full::default()).unwrap())
    }

    async fn exchange(&self, http: Http, request: Request<Full<Bytes>>) -> Result<Answer, Box<dyn std::error::Error>> {
        let stream = TokioIo::new(self.connect(http).await?);
        let response = match http {
            Http::One => {
                let (mut sender, connection) = http1::handshake(stream).await?;
                tokio::spawn(connection);
                sender.send_request(request).await?
            }
            Http::Two => {
                let (mut sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
                tokio::spawn(connection);
                sender.send_request(request).await?
            }
        };
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(body.collect().await?.to_bytes().to_vec())?;
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    /// A TLS connection on which the server chose this HTTP.
    pub async fn connect(&self, http: Http) -> std::io::Result<TlsStream<TcpStream>> {
        let mut config = self.config();
        config.alpn_protocols = vec![if http == Http::Two { b"h2".to_vec() } else { b"http/1.1".to_vec() }];
        let stream = TcpStream::connect(self.address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config.clone())).connect(name, stream).await?;
        assert_eq!(stream.get_ref().1.alpn_protocol(), config.alpn_protocols.first().map(Vec::as_slice));
        Ok(stream)
    }

    fn config(&self) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        for root in CertificateDer::pem_slice_iter(self.roots.as_bytes()) {
            roots.add(root.unwrap()).unwrap();
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        match &self.identity {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect::<Result<_, _>>().unwrap();
                builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap()).unwrap()
            }
        }
    }
}
