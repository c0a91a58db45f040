//! Issuing: the last steps from a decision to a signed credential, and the line that records it.

use kubemint_core::{
    base64url, bearer::Bearer, exchange, exchange::Issued, grant, grant::Grant, jws::SigningInput, presentation,
    problem::Reason,
};
use serde_json::json;

use crate::{host::Host, keys::Key, route::Mint};

/// A presentation stays under this, for proxies' sake.
const MAX_PRESENTATION: usize = 4096;

/// A fresh random id: 128 bits, base64url.
///
/// # Errors
/// [`Reason::Internal`] if the host has no randomness.
pub fn id(host: &impl Host) -> Result<String, Reason> {
    host.random().map(|bytes| base64url::encode(&bytes)).ok_or(Reason::Internal)
}

/// Signs a grant or session. It ends before the key that signed it is forgotten.
///
/// # Errors
/// [`Reason::KeysUnavailable`], [`Reason::GrantTooLarge`].
pub async fn grant(mint: &Mint, host: &impl Host, mut grant: Grant) -> Result<Issued, Reason> {
    let key = signing_key(mint, host)?;
    grant.expires_at = grant.expires_at.min(key.publish_until);
    let token = grant::text(&sign(host, key, grant.signing_input(&key.id)).await?);
    if token.len() + presentation::binding_length(grant.audience.len()) > MAX_PRESENTATION {
        return Err(Reason::GrantTooLarge);
    }
    let line = json!({
        "event": "issued", "kind": "grant", "aud": grant.audience, "sub": grant.subject, "jti": grant.id,
        "sid": grant.session_id, "jkt": grant.holder.thumbprint(), "exp": grant.expires_at,
        "keys_end": mint.keys.end(),
    });
    host.log(&line.to_string());
    Ok(Issued { token, token_type: exchange::GRANT.into(), expires_at: grant.expires_at })
}

/// Signs a bearer.
///
/// # Errors
/// As [`grant`].
pub async fn bearer(mint: &Mint, host: &impl Host, mut bearer: Bearer) -> Result<Issued, Reason> {
    let key = signing_key(mint, host)?;
    bearer.expires_at = bearer.expires_at.min(key.publish_until);
    let token = sign(host, key, bearer.signing_input(&key.id)).await?;
    if token.len() > MAX_PRESENTATION {
        return Err(Reason::GrantTooLarge);
    }
    let line = json!({
        "event": "issued", "kind": "bearer", "aud": bearer.audience, "sub": bearer.subject, "jti": bearer.id,
        "sid": bearer.session_id, "exp": bearer.expires_at, "keys_end": mint.keys.end(),
    });
    host.log(&line.to_string());
    Ok(Issued { token, token_type: exchange::ACCESS_TOKEN.into(), expires_at: bearer.expires_at })
}

fn signing_key<'a>(mint: &'a Mint, host: &impl Host) -> Result<&'a Key, Reason> {
    mint.keys.signing(host.now()).ok_or(Reason::KeysUnavailable)
}

async fn sign(host: &impl Host, key: &Key, input: SigningInput) -> Result<String, Reason> {
    let signature = host.sign(&key.id, input.bytes()).await.ok_or(Reason::KeysUnavailable)?;
    Ok(input.attach(&signature))
}
