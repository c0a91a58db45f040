//! A sign-in: an ID token made for this key, and the key's proof that it is here.

use kubemint_core::{
    caller::Caller,
    dpop::{self, Purpose},
    id_token::{Expected, Unkeyed},
    jwk::PublicKey,
    nonce,
    problem::Reason,
};

use crate::{
    host::{self, Host},
    route::Mint,
};

/// The proof of the request's `DPoP` header, for exactly this purpose.
///
/// # Errors
/// [`Reason::ProofMissing`] and the reasons of proofs.
pub async fn prove(host: &impl Host, header: &str, purpose: &Purpose<'_>) -> Result<dpop::Proof, Reason> {
    if header.is_empty() || header.contains(',') {
        return Err(Reason::ProofMissing);
    }
    let pending = dpop::Pending::read(header)?;
    let passed = host::run(host, pending.check()).await?;
    pending.accept(&passed, purpose, host.now())
}

/// The caller of an ID token whose nonce commits to `key`. A stolen ID token is useless to whoever
/// lacks that key.
///
/// # Errors
/// [`Reason::ProviderUnknown`], the reasons of ID tokens, and those of the mapping.
pub async fn caller(mint: &Mint, host: &impl Host, token: &str, key: &PublicKey, salt: &str) -> Result<Caller, Reason> {
    let unkeyed = Unkeyed::read(token)?;
    let provider = mint.config.provider(unkeyed.issuer()).ok_or(Reason::ProviderUnknown)?;
    let keys = mint.providers.keys(host, &provider.issuer, &unkeyed).await?;
    let pending = unkeyed.with_keys(&keys)?;
    let passed = host::run(host, pending.check()).await?;
    let expected = Expected {
        issuer: &provider.issuer,
        client_id: &provider.client_id,
        audiences: &provider.audiences,
        nonce: &nonce::commitment(&key.thumbprint(), salt),
    };
    let id_token = pending.accept(&passed, &expected, host.now())?;
    Caller::from_id_token(&id_token, provider)
}
