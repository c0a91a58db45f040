//! The caller: a person as the mint's rules know them, mapped from an accepted ID token.

use alloc::{format, string::String, vec::Vec};
use serde_json::Value;

use crate::{config::Provider, id_token::IdToken, json, name, problem::Reason, time::Time};

/// Somebody who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// `<alias>:<upstream sub>`: stable, for uid and revocation.
    pub subject: String,
    /// The mapped username.
    pub username: String,
    /// The mapped groups.
    pub groups: Vec<String>,
    /// When they signed in at the provider; where it does not say, when the token was issued.
    pub auth_time: Time,
    /// The client they signed in to.
    pub client_id: String,
    /// How they signed in, where the provider says (RFC 8176).
    pub authentication_methods: Option<Vec<String>>,
}

impl Caller {
    /// Maps the provider's words to names, by its configuration.
    ///
    /// # Errors
    /// [`Reason::ClaimMissing`], [`Reason::EmailUnverified`], and the checks of names *after*
    /// mapping: any `system:` name refuses the whole sign-in.
    pub fn from_id_token(token: &IdToken, provider: &Provider) -> Result<Self, Reason> {
        let text = |claim: &str| {
            token.claim(claim).and_then(Value::as_str).filter(|v| !v.is_empty()).ok_or(Reason::ClaimMissing)
        };
        let upstream = text("sub")?;
        let subject = format!("{}:{upstream}", provider.alias);
        if upstream.len() > name::MAX_BYTES || name::check_subject(&subject).is_err() {
            return Err(Reason::ClaimMissing);
        }
        if provider.username.claim == "email" && token.claim("email_verified") != Some(&Value::Bool(true)) {
            return Err(Reason::EmailUnverified);
        }
        let username = format!("{}{}", provider.username.prefix, text(&provider.username.claim)?);
        name::check_username(&username)?;
        let groups = groups(token, provider)?;
        name::check_groups(&groups)?;
        let auth_time = match token.time("auth_time")? {
            Some(time) => time,
            None => token.time("iat")?.ok_or(Reason::ClaimsMalformed)?,
        };
        Ok(Self {
            subject,
            username,
            groups,
            auth_time,
            client_id: provider.client_id.clone(),
            authentication_methods: token.claim("amr").and_then(json::texts).filter(|amr| amr.len() <= 8),
        })
    }
}

/// Absent means no groups; anything but an array of strings is a refusal.
fn groups(token: &IdToken, provider: &Provider) -> Result<Vec<String>, Reason> {
    let Some(mapping) = &provider.groups else { return Ok(Vec::new()) };
    let Some(value) = token.claim(&mapping.claim) else { return Ok(Vec::new()) };
    let groups = json::texts(value).ok_or(Reason::ClaimMissing)?;
    Ok(groups.into_iter().map(|group| format!("{}{group}", mapping.prefix)).collect())
}
