//! A mint in workerd with its provider, and the token endpoint as a client that is no program of ours sees it.

use crate::ca::Authority;
use crate::provider::Provider;
use crate::run::Run;
use crate::stranger::Stranger;
use crate::workerd::{Address, Setup, Workerd};
use crate::{http, secrets};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::path::Path;
use std::rc::Rc;

/// The token types of RFC 8693 §3.
pub const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
/// A session's presentation as subject token; as requested type a bearer.
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// Both, running, with the authority that both are certified by.
pub struct Edge {
    /// Where both write.
    pub run: Rc<Run>,
    /// Who certifies both.
    pub authority: Rc<Authority>,
    /// The provider.
    pub provider: Rc<Provider>,
    /// The mint.
    pub mint: Workerd,
    address: Address,
    agent: ureq::Agent,
    configuration: Value,
    signing_keys: Value,
}

/// Somebody who signed in at the provider, with a key that the ID token commits to.
pub struct SignedIn {
    /// Their key: `private`, `public`, `thumbprint`.
    pub key: Value,
    /// The provider's ID token.
    pub id_token: String,
    /// What hides the key in the token's nonce.
    pub salt: String,
}

/// What the token endpoint said.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: Value,
}

impl Answer {
    /// What was issued.
    pub fn token(&self) -> Result<String> {
        ensure!(self.status == 200, "the mint refuses: {} {}", self.status, self.body);
        self.body["access_token"].as_str().map(str::to_owned).context("no access_token")
    }

    /// The stable word for why nothing was.
    pub fn reason(&self) -> &str {
        self.body["reason"].as_str().unwrap_or("none")
    }
}

impl Edge {
    /// Starts both; `environment` is the mint's own.
    pub fn start(name: &str, algorithm: &str, environment: &[(&'static str, String)]) -> Result<Self> {
        let run = Rc::new(Run::new(name)?);
        let authority = Rc::new(Authority::new(&run, "ca")?);
        let provider = Rc::new(Provider::start(&run, &authority, json!({ "algorithm": algorithm }))?);
        Self::with(run, authority, provider, "mint", environment, Workerd::start)
    }

    /// The same provider with another worker in the mint's place.
    pub fn beside(&self, name: &str, bundle: &Path, capnp: &Path) -> Result<Self> {
        let parts = (Rc::clone(&self.run), Rc::clone(&self.authority), Rc::clone(&self.provider));
        Self::with(parts.0, parts.1, parts.2, name, &[], |run, authority, address, setup| {
            Workerd::start_worker(bundle, capnp, run, authority, address, setup)
        })
    }

    fn with(
        run: Rc<Run>,
        authority: Rc<Authority>,
        provider: Rc<Provider>,
        name: &str,
        environment: &[(&'static str, String)],
        start: impl FnOnce(&Run, &Authority, &Address, &Setup<'_>) -> Result<Workerd>,
    ) -> Result<Self> {
        let address = Address::new(name)?;
        let key = Stranger::node(&authority)?.key()?;
        let configuration = configuration(&address.issuer(), &provider);
        let signing_keys = json!([timed(&key, -86_400, 7 * 86_400)]);
        let (text, keys) = (configuration.to_string(), signing_keys.to_string());
        let setup = Setup { configuration: &text, signing_keys: &keys, environment };
        let mint = start(&run, &authority, &address, &setup)?;
        let agent = http::client(authority.pem(), None)?;
        Ok(Self { run, authority, provider, mint, address, agent, configuration, signing_keys })
    }

    /// Starts the mint again, with other keys.
    pub fn rekey(&mut self, signing_keys: Value) -> Result<()> {
        self.signing_keys = signing_keys;
        self.restart()
    }

    /// Starts the mint again, with other identity providers.
    pub fn with_providers(&mut self, providers: &[Value]) -> Result<()> {
        self.configuration["identityProviders"] = json!(providers);
        self.restart()
    }

    fn restart(&mut self) -> Result<()> {
        let (configuration, signing_keys) = (self.configuration.to_string(), self.signing_keys.to_string());
        let setup = Setup { configuration: &configuration, signing_keys: &signing_keys, environment: &[] };
        self.mint.stop()?;
        self.mint = Workerd::start(&self.run, &self.authority, &self.address, &setup)?;
        Ok(())
    }

    /// The URL of a cluster.
    pub fn cluster(&self, name: &str) -> String {
        format!("{}/clusters/{name}", self.mint.issuer())
    }

    /// Signs somebody in through the provider's own pages, with a fresh key.
    pub fn sign_in(&self, stranger: &mut Stranger, user: &str) -> Result<SignedIn> {
        let key = stranger.key()?;
        let commitment = stranger.ask("commitment", json!({ "key": key["private"] }))?;
        let ask = json!({ "provider": self.provider.issuer(), "user": user, "nonce": commitment["nonce"] });
        let answer = stranger.ask("sign_in", ask)?;
        let text = |value: &Value| value.as_str().map(str::to_owned).context("no text");
        Ok(SignedIn { key, id_token: text(&answer["id_token"])?, salt: text(&commitment["salt"])? })
    }

    /// A DPoP proof for the token endpoint, for a form with these members.
    pub fn proof(&self, stranger: &mut Stranger, key: &Value, claims: &Value, also: Value) -> Result<String> {
        let uri = format!("{}/token", self.mint.issuer());
        let mut ask = json!({ "key": key["private"], "method": "POST", "uri": uri, "claims": claims });
        if let (Some(ask), Value::Object(also)) = (ask.as_object_mut(), also) {
            ask.extend(also);
        }
        let answer = stranger.ask("dpop", ask)?;
        answer["proof"].as_str().map(str::to_owned).context("no proof")
    }

    /// Sends a form to the token endpoint.
    pub fn token(&self, form: &[(&str, &str)], proof: Option<&str>) -> Result<Answer> {
        let grant_type = [("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")];
        let mut request = self.agent.post(format!("{}/token", self.mint.issuer()));
        if let Some(proof) = proof {
            request = request.header("DPoP", proof);
        }
        let mut answer = request.send_form(grant_type.iter().chain(form).copied())?;
        let text = answer.body_mut().read_to_string()?;
        secrets::record(&text);
        let body = serde_json::from_str(&text).with_context(|| format!("{} `{text}`", answer.status()))?;
        Ok(Answer { status: answer.status().as_u16(), body })
    }

    /// Exchanges a sign-in for a session or grant.
    pub fn redeem(&self, stranger: &mut Stranger, signed_in: &SignedIn, resource: &str) -> Result<Answer> {
        let proof = self.proof(stranger, &signed_in.key, &json!({ "resource": resource }), json!({}))?;
        self.token(&signed_in.form(resource), Some(&proof))
    }

    /// Signs somebody in and gives their session.
    pub fn session(&self, stranger: &mut Stranger, user: &str) -> Result<(SignedIn, String)> {
        let signed_in = self.sign_in(stranger, user)?;
        let session = self.redeem(stranger, &signed_in, self.mint.issuer())?.token()?;
        Ok((signed_in, session))
    }

    /// Presents a session to the mint, as its subject token.
    pub fn present(&self, stranger: &mut Stranger, signed_in: &SignedIn, session: &str) -> Result<String> {
        stranger.present(session, &signed_in.key, &format!("{}/bound", self.mint.issuer()), json!({}))
    }

    /// A document of the mint's, as JSON.
    pub fn document(&self, path: &str) -> Result<Value> {
        let text = self.agent.get(format!("{}{path}", self.mint.issuer())).call()?.body_mut().read_to_string()?;
        serde_json::from_str(&text).with_context(|| format!("{path}: `{text}`"))
    }
}

impl SignedIn {
    /// The form that exchanges the ID token.
    pub fn form<'a>(&'a self, resource: &'a str) -> [(&'a str, &'a str); 4] {
        [
            ("subject_token", self.id_token.as_str()),
            ("subject_token_type", ID_TOKEN),
            ("resource", resource),
            ("nonce_salt", &self.salt),
        ]
    }
}

/// A signing key with its times, in seconds from now.
pub fn timed(key: &Value, from: i64, until: i64) -> Value {
    let now = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0));
    let mut key = key["private"].clone();
    key["sign_from"] = json!(now + from);
    key["sign_until"] = json!(now + until);
    key["publish_until"] = json!(now + until + 8 * 86_400);
    key
}

fn configuration(issuer: &str, provider: &Provider) -> Value {
    let cluster = |name: &str, accepts: &[&str]| {
        let server = format!("https://{name}.example.com:6443");
        json!({ "name": name, "endpoints": [{ "name": "public", "server": server }], "accepts": accepts })
    };
    let rule = |group: &str, clusters: &[&str], groups: &[&str], lives: Value| {
        let subjects = [json!({ "kind": "Group", "name": group })];
        json!({ "subjects": subjects, "clusters": clusters, "groups": groups, "maxTTL": lives })
    };
    json!({
        "issuer": issuer,
        "identityProviders": [{
            "alias": "corp",
            "clientID": provider.client(),
            "issuer": { "url": provider.issuer(), "audiences": [provider.client()] },
            "scopes": ["openid", "email", "groups"],
            "claimMappings": {
                "username": { "claim": "email", "prefix": "" },
                "groups": { "claim": "groups", "prefix": "" },
            },
        }],
        "clusters": [cluster("prod", &["bound"]), cluster("staging", &["bound", "bearer"])],
        "rules": [
            rule("dev", &["*"], &["dev-read"], json!({ "bearer": "1h" })),
            rule("sre", &["prod"], &["sre"], json!({ "bound": "2h" })),
        ],
    })
}
