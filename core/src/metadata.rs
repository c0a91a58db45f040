//! Authorization-server metadata (RFC 8414), with the providers one may sign in with.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use serde_json::{Value, json};

use crate::{config::Config, json, problem::Reason};

/// A provider as a client needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its alias at the mint.
    pub alias: String,
    /// Its issuer URL, whose discovery document says the rest.
    pub issuer: String,
    /// Our client id there.
    pub client_id: String,
    /// The scopes to ask for.
    pub scopes: Vec<String>,
}

/// `/.well-known/oauth-authorization-server`.
#[must_use]
pub fn authorization_server(config: &Config) -> Value {
    let providers: Vec<Value> = config
        .providers
        .iter()
        .map(|p| json!({ "alias": p.alias, "issuer": p.issuer, "client_id": p.client_id, "scopes": p.scopes }))
        .collect();
    let mut document = openid_configuration(config);
    if let Some(members) = document.as_object_mut() {
        members.insert("kubemint_providers".into(), providers.into());
    }
    document
}

/// `/.well-known/openid-configuration`: what kube-apiserver's own JWT authenticator reads.
#[must_use]
pub fn openid_configuration(config: &Config) -> Value {
    let issuer = &config.issuer;
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/jwks.json"),
        "token_endpoint": format!("{issuer}/token"),
        "grant_types_supported": ["urn:ietf:params:oauth:grant-type:token-exchange"],
        "token_endpoint_auth_methods_supported": ["none"],
        "dpop_signing_alg_values_supported": ["ES256"],
        "response_types_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    })
}

/// Reads the providers from the metadata of the mint at `issuer`.
///
/// # Errors
/// [`Reason::ProviderMalformed`] if it is none; [`Reason::IssuerWrong`] if it names another issuer
/// (RFC 8414 §3.3).
pub fn providers(body: &[u8], issuer: &str) -> Result<Vec<Provider>, Reason> {
    let document = json::parse(body).ok_or(Reason::ProviderMalformed)?;
    if json::text(&document, "issuer") != Some(issuer) {
        return Err(Reason::IssuerWrong);
    }
    let list = document.get("kubemint_providers").and_then(Value::as_array).ok_or(Reason::ProviderMalformed)?;
    list.iter().map(|p| provider(p).ok_or(Reason::ProviderMalformed)).collect()
}

fn provider(value: &Value) -> Option<Provider> {
    let text = |member| json::text(value, member).map(ToOwned::to_owned);
    Some(Provider {
        alias: text("alias")?,
        issuer: text("issuer")?,
        client_id: text("client_id")?,
        scopes: json::texts(value.get("scopes")?)?,
    })
}
