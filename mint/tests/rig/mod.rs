//! A small native host, and a person with a key who talks to the mint through it.
#![allow(dead_code, missing_docs, reason = "each test binary uses its part of the rig")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test support")]

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use kubemint::{Host, Keys, Mint, Request, Response};
use kubemint_core::{
    base64url,
    dpop::{self, Purpose},
    es256::Portable,
    exchange, grant,
    jwk::SecretKey,
    jws::{Check, Verifier},
    key_set::KeySet,
    nonce, presentation,
    time::Time,
};
use serde_json::{Value, json};

pub const ISS: &str = "https://mint.example.com";
pub const IDP: &str = "https://login.example.com";
pub const NOW: u64 = 1_795_305_600;
pub const SALT: &str = "c2FsdHNhbHRzYWx0c2FsdA";

pub struct Native {
    pub now: Cell<u64>,
    pub documents: RefCell<BTreeMap<String, Vec<u8>>>,
    pub fetches: Cell<usize>,
    pub log: RefCell<Vec<String>>,
    pub allowed: Cell<bool>,
    /// Whether providers keep everybody waiting.
    pub silent: Cell<bool>,
    random: Cell<u8>,
    secrets: Vec<SecretKey>,
}

impl Host for Native {
    fn now(&self) -> Time {
        Time::from_unix(self.now.get()).unwrap()
    }

    fn random(&self) -> Option<[u8; 16]> {
        self.random.set(self.random.get() + 1);
        Some([self.random.get(); 16])
    }

    async fn fetch(&self, url: &str) -> Option<Vec<u8>> {
        self.fetches.set(self.fetches.get() + 1);
        if self.silent.get() {
            std::future::pending::<()>().await;
        }
        self.documents.borrow().get(url).cloned()
    }

    async fn sign(&self, key_id: &str, input: &[u8]) -> Option<[u8; 64]> {
        let key = self.secrets.iter().find(|key| key.public().thumbprint() == key_id)?;
        Some(key.sign(input))
    }

    async fn verify(&self, check: Check<'_>) -> bool {
        Portable.verify(check.key(), check.input(), check.signature())
    }

    async fn limit(&self, _: &str) -> bool {
        self.allowed.get()
    }

    fn log(&self, line: &str) {
        self.log.borrow_mut().push(line.into());
    }
}

/// A mint, its host, the provider's key and a person's.
pub struct Rig {
    pub mint: Mint,
    pub host: Native,
    pub provider: SecretKey,
    pub person: SecretKey,
}

pub fn key(seed: u8) -> SecretKey {
    SecretKey::from_random(&[seed; 32]).unwrap()
}

pub fn config() -> Value {
    json!({
        "issuer": ISS,
        "identityProviders": [{
            "alias": "corp", "clientID": "kubemint", "issuer": { "url": IDP, "audiences": ["kubemint"] },
            "claimMappings": {
                "username": { "claim": "email", "prefix": "" }, "groups": { "claim": "groups", "prefix": "corp:" },
            },
        }],
        "clusters": [
            { "name": "prod", "displayName": "Production", "endpoints": [{ "name": "public", "server": "https://k8s.example.com:6443" }] },
            { "name": "staging", "endpoints": [{ "name": "public", "server": "https://s.example.com:6443" }], "accepts": ["bound", "bearer"] },
            { "name": "secret", "endpoints": [{ "name": "public", "server": "https://x.example.com:6443" }] },
        ],
        "rules": [
            { "subjects": [{ "kind": "Group", "name": "corp:sre" }], "clusters": ["prod"], "groups": ["sre"], "maxTTL": { "session": "2h", "bound": "1h" } },
            { "subjects": [{ "kind": "User", "name": "alice@example.com" }], "clusters": ["staging"], "groups": ["shop-dev"], "namespace": "shop", "maxTTL": { "bearer": "1h" } },
            { "subjects": [{ "kind": "Group", "name": "corp:other" }], "clusters": ["secret"], "groups": ["x"] },
        ],
    })
}

pub fn signing_keys(entries: &[(u8, (u64, u64, u64))]) -> (Keys, Vec<SecretKey>) {
    let entry = |(seed, (a, b, c)): &(u8, (u64, u64, u64))| {
        key(*seed).reveal_jwk().replace('}', &format!(",\"sign_from\":{a},\"sign_until\":{b},\"publish_until\":{c}}}"))
    };
    let json = format!("[{}]", entries.iter().map(entry).collect::<Vec<_>>().join(","));
    Keys::parse(&json.into()).unwrap()
}

impl Rig {
    pub fn new() -> Self {
        Self::with(&config(), &[(1, (0, 1 << 40, 1 << 40))])
    }

    pub fn with(config: &Value, keys: &[(u8, (u64, u64, u64))]) -> Self {
        let (keys, secrets) = signing_keys(keys);
        let provider = key(2);
        let host = Native {
            now: Cell::new(NOW),
            documents: RefCell::default(),
            fetches: Cell::new(0),
            log: RefCell::default(),
            allowed: Cell::new(true),
            silent: Cell::new(false),
            random: Cell::new(0),
            secrets,
        };
        let rig =
            Self { mint: Mint::new(config.to_string().as_bytes(), keys).unwrap(), host, provider, person: key(3) };
        let discovery = json!({ "issuer": IDP, "jwks_uri": format!("{IDP}/jwks") }).to_string();
        rig.serve(&format!("{IDP}/.well-known/openid-configuration"), &discovery);
        rig.serve(&format!("{IDP}/jwks"), &KeySet::of([rig.provider.public()]).to_json());
        rig
    }

    pub fn serve(&self, url: &str, body: &str) {
        self.host.documents.borrow_mut().insert(url.into(), body.into());
    }

    pub fn send(&self, request: &Request) -> Response {
        now(self.mint.handle(&self.host, request))
    }

    pub fn get(&self, path: &str) -> Response {
        self.send(&request("GET", path))
    }

    pub fn claims(&self) -> Value {
        json!({
            "iss": IDP, "sub": "u-1", "aud": "kubemint", "iat": NOW, "exp": NOW + 600, "auth_time": NOW - 5,
            "email": "alice@example.com", "email_verified": true, "groups": ["sre"],
            "nonce": nonce::commitment(&self.person.public().thumbprint(), SALT),
        })
    }

    pub fn id_token(&self, claims: &Value) -> String {
        jws(&json!({ "alg": "ES256", "kid": self.provider.public().thumbprint() }), claims, &self.provider)
    }

    pub fn proof(&self, resource: &str, kind: Option<&str>, token: Option<&str>) -> String {
        let uri = format!("{ISS}/token");
        let purpose = Purpose { method: "POST", uri: &uri, resource, requested_token_type: kind, token };
        sign(&self.person, dpop::unsigned(self.person.public(), &purpose, &[9; 16], self.host.now()))
    }

    /// A whole sign-in for `resource`, with the ID token's claims given.
    pub fn sign_in(&self, claims: &Value, resource: &str) -> Response {
        self.send(&self.sign_in_request(claims, resource))
    }

    /// Begins a sign-in and goes away as soon as the mint has to wait.
    pub fn abandon_sign_in(&self) {
        let request = self.sign_in_request(&self.claims(), ISS);
        let begun = pin!(self.mint.handle(&self.host, &request)).poll(&mut Context::from_waker(Waker::noop()));
        assert!(begun.is_pending());
    }

    fn sign_in_request(&self, claims: &Value, resource: &str) -> Request {
        let form = [
            ("grant_type", exchange::GRANT_TYPE),
            ("subject_token", &self.id_token(claims)),
            ("subject_token_type", exchange::ID_TOKEN),
            ("nonce_salt", SALT),
            ("resource", resource),
        ];
        Request { dpop: self.proof(resource, None, None), ..post(&form) }
    }

    pub fn session(&self) -> String {
        token(&self.sign_in(&self.claims(), ISS))
    }

    pub fn present(&self, grant: &str) -> String {
        let audience = grant::peek(grant, self.host.now()).unwrap().audience;
        let binding = sign(&self.person, presentation::unsigned(grant, &audience, &[5; 16], self.host.now()));
        format!("{grant}{binding}")
    }

    /// An exchange of a presentation.
    pub fn exchange(&self, presentation: &str, resource: &str, kind: Option<&str>, dpop: String) -> Response {
        let mut form = vec![
            ("grant_type", exchange::GRANT_TYPE),
            ("subject_token", presentation),
            ("subject_token_type", exchange::ACCESS_TOKEN),
            ("resource", resource),
        ];
        form.extend(kind.map(|kind| ("requested_token_type", kind)));
        self.send(&Request { dpop, ..post(&form) })
    }
}

pub fn sign(key: &SecretKey, input: kubemint_core::jws::SigningInput) -> String {
    let signature = key.sign(input.bytes());
    input.attach(&signature)
}

/// Any JWS at all, without our own encoder.
pub fn jws(header: &Value, claims: &Value, key: &SecretKey) -> String {
    let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
    let input = format!("{}.{}", part(header), part(claims));
    let signature = base64url::encode(&key.sign(input.as_bytes()));
    format!("{input}.{signature}")
}

pub fn request(method: &str, path: &str) -> Request {
    Request {
        method: method.into(),
        path: path.into(),
        accept: String::new(),
        content_type: String::new(),
        authorization: String::new(),
        dpop: String::new(),
        address: "192.0.2.1".into(),
        body: Vec::new(),
    }
}

pub fn post(form: &[(&str, &str)]) -> Request {
    let encode = |text: &str| {
        text.bytes()
            .map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") })
            .collect::<String>()
    };
    let body = form.iter().map(|(n, v)| format!("{n}={}", encode(v))).collect::<Vec<_>>().join("&");
    Request { content_type: "application/x-www-form-urlencoded".into(), body: body.into(), ..request("POST", "/token") }
}

pub fn body(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

pub fn token(response: &Response) -> String {
    assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
    body(response)["access_token"].as_str().unwrap().into()
}

pub fn reason(response: &Response) -> String {
    body(response)["reason"].as_str().unwrap_or("none").into()
}

pub fn cluster(name: &str) -> String {
    format!("{ISS}/clusters/{name}")
}

/// Runs a future that never has to wait.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("the native host answers at once"),
    }
}
