//! What the world must give the mint, and nothing else.

use kubemint_core::{
    jws::{Check, Passed},
    problem::Reason,
    time::Time,
};

/// The runtime around the mint: a clock, chance, a network, keys.
#[allow(async_fn_in_trait, reason = "hosts are single-threaded isolates or tests: no Send is promised")]
pub trait Host {
    /// The clock.
    fn now(&self) -> Time;
    /// 128 random bits; none if the source fails, and then nothing is issued.
    fn random(&self) -> Option<[u8; 16]>;
    /// A document at an https URL: no redirects, 5 s, at most 256 KiB; none for anything but a 200.
    async fn fetch(&self, url: &str) -> Option<Vec<u8>>;
    /// ES256 over `input` with the minting key of this id: 64 bytes `r ‖ s`.
    async fn sign(&self, key_id: &str, input: &[u8]) -> Option<[u8; 64]>;
    /// Whether a signature is its key's.
    async fn verify(&self, check: Check<'_>) -> bool;
    /// Whether one more request under this key is within the rate limit.
    async fn limit(&self, key: &str) -> bool;
    /// One structured line (JSON), never with a token, key or PEM in it.
    fn log(&self, line: &str);
}

/// Runs a check as [`Check::run`] does, where the verifier must wait.
///
/// # Errors
/// [`Reason::SignatureWrong`].
pub(crate) async fn run<'a>(host: &impl Host, check: Check<'a>) -> Result<Passed<'a>, Reason> {
    let valid = host.verify(check).await;
    check.judged(valid)
}

/// A request, its body read once.
pub struct Request {
    /// In capitals.
    pub method: String,
    /// Without scheme, host and query.
    pub path: String,
    /// `Accept`, or empty.
    pub accept: String,
    /// `Content-Type`, or empty.
    pub content_type: String,
    /// `Authorization`, or empty.
    pub authorization: String,
    /// `DPoP`, or empty; two headers arrive joined by a comma and are refused as no token.
    pub dpop: String,
    /// The sender's address, for rate limits only.
    pub address: String,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}
