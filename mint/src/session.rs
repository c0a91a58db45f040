//! A session as it is presented to the mint: its own grant, and its holder's signature of this minute.

use kubemint_core::{
    grant::{self, Grant},
    presentation::Parts,
    problem::Reason,
    resource::Resource,
    session,
};

use crate::{
    host::{self, Host},
    route::Mint,
};

/// The session of a presentation. Grants for clusters, bearers and bare grants are refused: only
/// what was made for the mint itself opens it.
///
/// # Errors
/// The reasons of presentations.
pub async fn accept(mint: &Mint, host: &impl Host, presentation: &str) -> Result<Grant, Reason> {
    let now = host.now();
    let parts = Parts::split(presentation)?;
    let pending = grant::Pending::read(parts.grant(), &mint.keys.published(now))?;
    let passed = host::run(host, pending.check()).await?;
    let issuer = &mint.config.issuer;
    let audience = Resource::Mint.bound_audience(issuer);
    let session = pending.accept(&passed, &session::expected(issuer, &audience), now)?;
    let binding = parts.binding(&session, grant::DEFAULT_WINDOW, now)?;
    binding.accept(host::run(host, binding.check()).await)?;
    Ok(session)
}

/// The session in an `Authorization: Bearer` header (RFC 6750 §2.1).
///
/// # Errors
/// As [`accept`]; [`Reason::TokenMalformed`] for any other header.
pub async fn authorize(mint: &Mint, host: &impl Host, header: &str) -> Result<Grant, Reason> {
    let presentation = header.strip_prefix("Bearer ").ok_or(Reason::TokenMalformed)?;
    accept(mint, host, presentation).await
}
