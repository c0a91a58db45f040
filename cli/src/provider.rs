//! An identity provider as its native client: discovery, authorization request, code for ID token.

use form_urlencoded::Serializer;
use kubemint_core::{hash, json, metadata::Provider};
use serde_json::Value;

use crate::{http::Client, refusal::Refusal};

/// What a provider's discovery document says (OpenID Connect Discovery 1.0 §3).
#[derive(Clone, Debug)]
pub struct Discovered {
    /// Who we are there.
    pub client_id: String,
    /// The issuer, as the mint names it and the document repeats it.
    pub issuer: String,
    /// What is asked for.
    scopes: String,
    authorization_endpoint: String,
    token_endpoint: String,
    /// Whether every answer carries `iss` (RFC 9207 §3).
    pub names_itself: bool,
}

/// One authorization request: what must come back, and what opens the code.
pub struct Request {
    /// Where the browser is sent.
    pub url: String,
    /// What must come back with the code (RFC 6749 §10.12).
    pub state: String,
    /// The secret that the code's challenge came from (RFC 7636).
    pub verifier: String,
    /// Where the answer goes.
    pub redirect: String,
}

impl Discovered {
    /// Fetches and checks the document.
    pub fn fetch(provider: &Provider, client: &Client) -> Result<Self, Refusal> {
        let answer = client.get(&format!("{}/.well-known/openid-configuration", provider.issuer), None)?;
        if answer.status != 200 {
            return Err(malformed(provider, &format!("its discovery document answers with status {}", answer.status)));
        }
        Self::parse(provider, &answer.body)
    }

    fn parse(provider: &Provider, body: &[u8]) -> Result<Self, Refusal> {
        let document = json::parse(body).ok_or_else(|| malformed(provider, "its discovery document cannot be read"))?;
        if json::text(&document, "issuer") != Some(&provider.issuer) {
            return Err(malformed(provider, "its discovery document names another issuer"));
        }
        let endpoint = |name| {
            let url = json::text(&document, name).filter(|url| url.starts_with("https://"));
            url.map(str::to_owned)
                .ok_or_else(|| malformed(provider, &format!("its discovery document has no https `{name}`")))
        };
        Ok(Self {
            client_id: provider.client_id.clone(),
            issuer: provider.issuer.clone(),
            scopes: provider.scopes.join(" "),
            authorization_endpoint: endpoint("authorization_endpoint")?,
            token_endpoint: endpoint("token_endpoint")?,
            names_itself: document
                .get("authorization_response_iss_parameter_supported")
                .and_then(Value::as_bool)
                .unwrap_or(false),
        })
    }

    /// A request with PKCE, state and the nonce that commits to the key.
    pub fn request(&self, redirect: &str, nonce: &str) -> Result<Request, Refusal> {
        let (state, verifier) = (crate::chance::text()?, crate::chance::text()?);
        let query = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", redirect)
            .append_pair("scope", &self.scopes)
            .append_pair("state", &state)
            .append_pair("nonce", nonce)
            .append_pair("code_challenge", &hash::sha256_base64url(verifier.as_bytes()))
            .append_pair("code_challenge_method", "S256")
            .finish();
        let joint = if self.authorization_endpoint.contains('?') { '&' } else { '?' };
        let url = format!("{}{joint}{query}", self.authorization_endpoint);
        Ok(Request { url, state, verifier, redirect: redirect.to_owned() })
    }

    /// The ID token for a code.
    pub fn id_token(&self, client: &Client, request: &Request, code: &str) -> Result<String, Refusal> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &request.redirect),
            ("client_id", &self.client_id),
            ("code_verifier", &request.verifier),
        ];
        let answer = client.post(&self.token_endpoint, &form, None)?;
        let body = json::parse(&answer.body).unwrap_or_default();
        if answer.status != 200 {
            let error = json::text(&body, "error").unwrap_or("no reason given");
            let sentence = format!("the identity provider {} refused the code: {error}", self.issuer);
            return Err(Refusal::new("provider-refused", sentence)
                .hint("if it says invalid_client, it wants a client secret: register kubemint there as a public native client"));
        }
        let token = json::text(&body, "id_token").map(str::to_owned);
        token.ok_or_else(|| {
            Refusal::new("provider-refused", format!("the identity provider {} sent no ID token", self.issuer))
                .hint("the client must be allowed the scope `openid` there; its administrator can mend that")
        })
    }
}

fn malformed(provider: &Provider, what: &str) -> Refusal {
    Refusal::new("provider-malformed", format!("the identity provider {} cannot be used: {what}", provider.issuer))
        .hint("its administrator or the mint's can mend that")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider() -> Provider {
        Provider {
            alias: "corp".into(),
            issuer: "https://login.example".into(),
            client_id: "kubemint".into(),
            scopes: vec!["openid".into(), "groups".into()],
        }
    }

    fn document(issuer: &str, token: &str) -> Vec<u8> {
        format!(r#"{{"issuer":"{issuer}","authorization_endpoint":"https://login.example/auth?tenant=1","token_endpoint":"{token}"}}"#).into_bytes()
    }

    #[test]
    fn requests_carry_challenge_state_and_nonce() {
        let found =
            Discovered::parse(&provider(), &document("https://login.example", "https://login.example/token")).unwrap();
        let request = found.request("http://127.0.0.1:1/callback", "n0nce").unwrap();
        let challenge = hash::sha256_base64url(request.verifier.as_bytes());
        assert!(request.url.starts_with("https://login.example/auth?tenant=1&response_type=code&client_id=kubemint&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcallback&scope=openid+groups&"));
        for part in [
            format!("state={}", request.state),
            "nonce=n0nce".into(),
            format!("code_challenge={challenge}"),
            "code_challenge_method=S256".into(),
        ] {
            assert!(request.url.contains(&part), "{part}");
        }
        assert!(!request.url.contains(&request.verifier) && request.verifier.len() == 43);
    }

    #[test]
    fn h31_another_issuer_or_plain_http_is_no_provider() {
        for bad in [
            document("https://login.example/", "https://login.example/token"),
            document("https://LOGIN.example", "https://login.example/token"),
            document("https://login.example", "http://login.example/token"),
            b"{}".to_vec(),
            b"<html>".to_vec(),
        ] {
            assert_eq!(Discovered::parse(&provider(), &bad).unwrap_err().reason(), "provider-malformed");
        }
    }
}
