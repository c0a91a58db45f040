//! The words of token exchange (RFC 8693) that mint and clients share, and the answer's shape.

use alloc::{borrow::ToOwned, string::String};
use serde_json::{Value, json};

use crate::{json, problem::Reason, time::Time};

/// `grant_type` (RFC 8693 §2.1).
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// An ID token as subject token (RFC 8693 §3).
pub const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
/// A presentation of a session as subject token; as requested type, a bearer (RFC 8693 §3).
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// A grant or session: what is issued unless something else is requested.
pub const GRANT: &str = "urn:kubemint:params:oauth:token-type:grant";

/// What the mint issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The grant with its `~`, or the bearer.
    pub token: String,
    /// [`GRANT`] or [`ACCESS_TOKEN`].
    pub token_type: String,
    /// `exp` of it, by the mint's clock.
    pub expires_at: Time,
}

impl Issued {
    /// The body of the answer (RFC 8693 §2.2.1), with `expires_at` in Unix seconds beside `expires_in`.
    #[must_use]
    pub fn to_json(&self, now: Time) -> Value {
        let kind = if self.token_type == ACCESS_TOKEN { "Bearer" } else { "N_A" };
        json!({
            "access_token": self.token,
            "issued_token_type": self.token_type,
            "token_type": kind,
            "expires_in": self.expires_at.since(now).0,
            "expires_at": self.expires_at,
        })
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// [`Reason::RequestMalformed`] if it is none.
    pub fn parse(body: &[u8]) -> Result<Self, Reason> {
        let value = json::parse(body).ok_or(Reason::RequestMalformed)?;
        let text = |member| json::text(&value, member).map(ToOwned::to_owned).ok_or(Reason::RequestMalformed);
        let expires_at = value.get("expires_at").and_then(Value::as_u64).and_then(Time::from_unix);
        Ok(Self {
            token: text("access_token")?,
            token_type: text("issued_token_type")?,
            expires_at: expires_at.ok_or(Reason::RequestMalformed)?,
        })
    }
}

/// The mint's refusal as its caller reads it (RFC 6749 §5.2, with `reason`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The stable reason.
    pub reason: String,
    /// A sentence for people.
    pub description: String,
}

impl Refusal {
    /// Reads the body of an error; none if it is not the mint's.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let value = json::parse(body)?;
        let text = |member| json::text(&value, member).map(ToOwned::to_owned);
        Some(Self { reason: text("reason")?, description: text("error_description")? })
    }
}
