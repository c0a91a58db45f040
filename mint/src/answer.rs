//! Answers, and the one table from refusals to HTTP.

use kubemint_core::{date, problem::Reason, time::Time};
use serde_json::{Value, json};

use crate::host::Response;

impl Response {
    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".into())],
            body: value.to_string().into_bytes(),
        }
    }

    pub(crate) fn text(status: u16, text: &str) -> Self {
        let body = format!("{text}\n").into_bytes();
        Self { status, headers: vec![("content-type", "text/plain; charset=utf-8".into())], body }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// What every answer carries: a date that clients mend their clocks by, and no guessing of types.
    pub(crate) fn finished(self, now: Time) -> Self {
        self.with("date", &date::http(now)).with("x-content-type-options", "nosniff")
    }

    /// A refusal of the token endpoint (RFC 6749 §5.2, RFC 8693 §2.2.2).
    pub(crate) fn oauth(reason: Reason) -> Self {
        let (status, error) = oauth_error(reason);
        let description = format!("{}; who can mend it: {}", reason.sentence(), reason.fixer().as_str());
        let body = json!({ "error": error, "error_description": description, "reason": reason.as_str() });
        retry(Self::json(status, &body), status).with("cache-control", "no-store")
    }

    /// A refusal of the Kubernetes face: a `Status`, which kubectl prints.
    pub(crate) fn status(reason: Reason) -> Self {
        let (code, kind) = status_reason(reason);
        let message = format!("{}; who can mend it: {}", reason, reason.fixer().as_str());
        let body = json!({
            "apiVersion": "v1", "kind": "Status", "metadata": {},
            "status": "Failure", "reason": kind, "code": code, "message": message,
        });
        retry(Self::json(code, &body), code)
    }
}

fn retry(response: Response, status: u16) -> Response {
    if matches!(status, 429 | 503) { response.with("retry-after", "10") } else { response }
}

fn oauth_error(reason: Reason) -> (u16, &'static str) {
    match reason {
        Reason::ProofMissing | Reason::ProofWrong | Reason::ProofStale | Reason::ProofReplayed => {
            (400, "invalid_dpop_proof")
        }
        Reason::ResourceUnknown | Reason::SessionChained | Reason::KindForbidden => (400, "invalid_target"),
        Reason::AccessDenied => (403, "access_denied"),
        Reason::GrantTypeUnsupported => (400, "unsupported_grant_type"),
        Reason::RateLimited => (429, "slow_down"),
        Reason::ProviderUnreachable | Reason::ProviderMalformed | Reason::KeysUnavailable => {
            (503, "temporarily_unavailable")
        }
        Reason::Internal => (500, "server_error"),
        Reason::MethodRefused => (405, "invalid_request"),
        Reason::NotFound => (404, "invalid_request"),
        _ => (400, "invalid_request"),
    }
}

fn status_reason(reason: Reason) -> (u16, &'static str) {
    match reason {
        Reason::NotFound | Reason::ResourceUnknown => (404, "NotFound"),
        Reason::MethodRefused => (405, "MethodNotAllowed"),
        Reason::AccessDenied => (403, "Forbidden"),
        Reason::RateLimited => (429, "TooManyRequests"),
        Reason::KeysUnavailable => (503, "ServiceUnavailable"),
        Reason::Internal => (500, "InternalError"),
        _ => (401, "Unauthorized"),
    }
}
