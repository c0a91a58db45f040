//! An https server on 127.0.0.1 that hands out documents by path, with a CA of its own.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use serde_json::{Value, json};

/// A server whose documents are chosen once its address is known.
pub struct Documents {
    pub url: String,
    pub ca: PathBuf,
}

impl Documents {
    /// Serves what `documents` says for the server's own URL, until the test ends.
    pub fn serve(folder: &Path, documents: impl FnOnce(&str) -> BTreeMap<String, Value>) -> Self {
        let (config, pem) = identity();
        let ca = folder.join("ca.crt");
        fs::write(&ca, pem).unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("https://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let documents = Arc::new(documents(&url));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, documents) = (config.clone(), documents.clone());
                thread::spawn(move || answer(stream, config, &documents));
            }
        });
        Self { url, ca }
    }

    /// One that is mint and provider at once, as far as a sign-in reads them before a person does anything.
    pub fn sign_in(folder: &Path) -> Self {
        Self::serve(folder, |url| {
            let provider = json!({ "alias": "corp", "issuer": url, "client_id": "kubemint", "scopes": ["openid"] });
            let server = json!({ "issuer": url, "kubemint_providers": [provider] });
            let discovery = json!({ "issuer": url, "authorization_endpoint": format!("{url}/auth"), "token_endpoint": format!("{url}/provider/token") });
            [("/.well-known/oauth-authorization-server", server), ("/.well-known/openid-configuration", discovery)]
                .map(|(path, document)| (path.to_owned(), document))
                .into()
        })
    }
}

fn identity() -> (Arc<ServerConfig>, String) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = ca.self_signed(&ca_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["127.0.0.1".into()]).unwrap().signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    (Arc::new(config), pem)
}

fn answer(stream: TcpStream, config: Arc<ServerConfig>, documents: &BTreeMap<String, Value>) {
    let mut tls = BufReader::new(StreamOwned::new(ServerConnection::new(config).unwrap(), stream));
    let mut line = String::new();
    // A client that does not believe the certificate hangs up: nothing to answer then.
    if tls.read_line(&mut line).is_err() {
        return;
    }
    let path = line.split(' ').nth(1).unwrap_or_default();
    let mut rest = String::new();
    while tls.read_line(&mut rest).is_ok_and(|n| n > 2) {
        rest.clear();
    }
    let (status, body) = documents.get(path).map_or(("404 Not Found", "{}".to_owned()), |d| ("200 OK", d.to_string()));
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    drop(tls.get_mut().write_all(format!("{head}{body}").as_bytes()));
    tls.get_mut().conn.send_close_notify();
    drop(tls.get_mut().flush());
}
