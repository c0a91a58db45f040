//! A mint's https server as the webhook sees it: discovery and keys, or whatever a test makes of them.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use kubemint_core::{jwk::SecretKey, key_set::KeySet};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{ServerConfig, ServerConnection, StreamOwned, crypto::aws_lc_rs, pki_types::PrivateKeyDer};
use serde_json::json;

type Answers = Arc<Mutex<State>>;

#[derive(Default)]
struct State {
    answers: HashMap<String, String>,
    requests: Vec<String>,
}

/// The server; it answers until the process ends.
pub struct Mint {
    /// Its URL.
    pub issuer: String,
    /// The PEM of the authority its certificate comes from.
    pub ca: String,
    state: Answers,
}

impl Mint {
    /// Starts it with the public half of these keys.
    pub fn start(keys: &[&SecretKey]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (config, ca) = tls();
        let mint =
            Self { issuer: format!("https://{}", listener.local_addr().unwrap()), ca, state: Answers::default() };
        mint.publish(keys);
        let state = Arc::clone(&mint.state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, state) = (Arc::clone(&config), Arc::clone(&state));
                thread::spawn(move || answer(stream, config, &state));
            }
        });
        mint
    }

    /// Publishes the public half of these keys, in place of what was there.
    pub fn publish(&self, keys: &[&SecretKey]) {
        let set = KeySet::of(keys.iter().map(|key| key.public())).to_json();
        self.answer_discovery(&self.issuer, &format!("{}/jwks.json", self.issuer));
        self.answer("/jwks.json", "200 OK", "Cache-Control: max-age=3600\r\n", &set);
    }

    /// Answers discovery with any issuer and key set address.
    pub fn answer_discovery(&self, issuer: &str, jwks_uri: &str) {
        let body = json!({ "issuer": issuer, "jwks_uri": jwks_uri }).to_string();
        self.answer("/.well-known/openid-configuration", "200 OK", "", &body);
    }

    /// Answers a path with anything; `headers` end in CRLF each.
    pub fn answer(&self, path: &str, status: &str, headers: &str, body: &str) {
        let text =
            format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        self.state.lock().unwrap().answers.insert(path.to_owned(), text);
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.state.lock().unwrap().requests.iter().filter(|asked| *asked == path).count()
    }

    /// Goes away: nobody answers at this address any more.
    pub fn die(&self) {
        self.state.lock().unwrap().answers.clear();
    }
}

fn answer(stream: TcpStream, config: Arc<ServerConfig>, state: &Answers) {
    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
    let mut lines = BufReader::new(&mut stream).lines();
    let Some(Ok(first)) = lines.next() else { return };
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut state = state.lock().unwrap();
    let text = state.answers.get(&path).cloned();
    state.requests.push(path);
    drop(state);
    // No answer at all where there is none: the connection breaks off.
    if let Some(text) = text {
        let _ = stream.write_all(text.as_bytes());
        stream.conn.send_close_notify();
        let _ = stream.flush();
    }
}

fn tls() -> (Arc<ServerConfig>, String) {
    let (ca_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = ca.self_signed(&ca_key).unwrap().pem();
    let leaf =
        CertificateParams::new(vec!["127.0.0.1".into()]).unwrap().signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    (Arc::new(config), pem)
}
