//! Reviews by the thousand for the bench: each of a grant of its own, or all of one grant.

use anyhow::{Context, Result, anyhow};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use bytes::Bytes;
use kubemint_core::base64url;
use kubemint_core::grant::{self, Grant};
use kubemint_core::jwk::{PublicKey, SecretKey};
use kubemint_core::jws::SigningInput;
use kubemint_core::key_set::KeySet;
use kubemint_core::presentation;
use kubemint_core::time::{Seconds, Time};
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

/// A P-256 key that signs fast.
struct Signer {
    pair: EcdsaKeyPair,
    public: PublicKey,
}

impl Signer {
    fn new(seed: u8) -> Result<Self> {
        let scalar = [seed; 32];
        let public = SecretKey::from_random(&scalar).map_err(|reason| anyhow!("{reason}"))?.public().clone();
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, &scalar, public.sec1())?;
        Ok(Self { pair, public })
    }

    fn sign(&self, input: SigningInput) -> Result<String> {
        let signature = self.pair.sign(&SystemRandom::new(), input.bytes())?;
        Ok(input.attach(signature.as_ref().try_into().context("64 bytes")?))
    }
}

/// A mint and one holder.
pub struct Minter {
    issuer: String,
    cluster: String,
    mint: Signer,
    holder: Signer,
}

impl Minter {
    /// For one cluster of one issuer.
    pub fn new(issuer: &str, cluster: &str) -> Result<Self> {
        Ok(Self {
            issuer: issuer.to_owned(),
            cluster: cluster.to_owned(),
            mint: Signer::new(21)?,
            holder: Signer::new(22)?,
        })
    }

    /// The mint's public keys.
    pub fn keys(&self) -> String {
        KeySet::of([&self.mint.public]).to_json()
    }

    /// So many reviews, each of a grant that nobody has seen.
    pub fn first(&self, count: usize, salt: u64) -> Result<Vec<Bytes>> {
        (0..count).map(|n| self.review(&self.grant(salt, n as u64)?)).collect()
    }

    /// So many reviews of one grant, each with a presentation of its own.
    pub fn repeated(&self, count: usize) -> Result<Vec<Bytes>> {
        let grant = self.grant(u64::MAX, 0)?;
        (0..count).map(|_| self.review(&grant)).collect()
    }

    fn grant(&self, salt: u64, n: u64) -> Result<(Grant, String)> {
        let now = now()?;
        let id = base64url::encode(&[salt.to_be_bytes(), n.to_be_bytes()].concat());
        let grant = Grant {
            issuer: self.issuer.clone(),
            audience: format!("{}/clusters/{}/bound", self.issuer, self.cluster),
            issued_at: now,
            expires_at: now.plus(Seconds::hours(8)),
            session_id: id.clone(),
            id,
            subject: "corp:alice".to_owned(),
            username: "alice@example.com".to_owned(),
            groups: vec!["dev-shop".to_owned(), "dev-pay".to_owned()],
            session_issued_at: now,
            auth_time: now,
            holder: self.holder.public.clone(),
            window: Seconds(60),
            client_id: None,
            authentication_methods: None,
        };
        let jws = self.mint.sign(grant.signing_input(&self.mint.public.thumbprint()))?;
        Ok((grant, grant::text(&jws)))
    }

    fn review(&self, (grant, text): &(Grant, String)) -> Result<Bytes> {
        let mut random = [0; 16];
        aws_lc_rs::rand::fill(&mut random)?;
        let binding = self.holder.sign(presentation::unsigned(text, &grant.audience, &random, now()?))?;
        let review = json!({
            "kind": "TokenReview",
            "apiVersion": "authentication.k8s.io/v1",
            "metadata": { "creationTimestamp": null },
            "spec": { "token": format!("{text}{binding}"), "audiences": ["https://kubernetes.default.svc"] },
            "status": { "user": {} },
        });
        Ok(review.to_string().into())
    }
}

/// The present moment.
pub fn now() -> Result<Time> {
    Time::from_unix(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs()).context("a clock of this age")
}
