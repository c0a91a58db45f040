//! TokenReview of `authentication.k8s.io`, v1 and v1beta1: kube-apiserver's question and our answer.

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use serde_json::{Map, Value, json};

use crate::{authenticator::Identity, json, problem::Reason};

/// The largest body that is read, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// The version asked in, which is the version answered in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `authentication.k8s.io/v1`.
    V1,
    /// `authentication.k8s.io/v1beta1`: what kube-apiserver sends unless told otherwise.
    V1Beta1,
}

impl Version {
    const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "authentication.k8s.io/v1",
            Self::V1Beta1 => "authentication.k8s.io/v1beta1",
        }
    }
}

/// A question: a token, and the audiences it is wanted for.
pub struct Request {
    /// The version it came in.
    pub version: Version,
    /// The token; never to be logged.
    pub token: String,
    /// `spec.audiences`; empty means the API server's own.
    pub audiences: Vec<String>,
}

impl Request {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`Reason::ReviewMalformed`] for anything but one TokenReview of a known version with a token,
    /// and for any member that stands twice.
    pub fn parse(body: &[u8]) -> Result<Self, Reason> {
        if body.len() > MAX_BODY {
            return Err(Reason::ReviewMalformed);
        }
        let mut review = json::parse(body).ok_or(Reason::ReviewMalformed)?;
        let version = match json::text(&review, "apiVersion") {
            Some("authentication.k8s.io/v1") => Version::V1,
            Some("authentication.k8s.io/v1beta1") => Version::V1Beta1,
            _ => return Err(Reason::ReviewMalformed),
        };
        if json::text(&review, "kind") != Some("TokenReview") {
            return Err(Reason::ReviewMalformed);
        }
        let audiences = match review.pointer("/spec/audiences") {
            None | Some(Value::Null) => Vec::new(),
            Some(audiences) => json::texts(audiences).ok_or(Reason::ReviewMalformed)?,
        };
        let Some(Value::String(token)) = review.pointer_mut("/spec/token").map(Value::take) else {
            return Err(Reason::ReviewMalformed);
        };
        Ok(Self { version, token, audiences })
    }

    /// The audiences the answer names: those asked for that are the API server's own, never an echo.
    /// Where the server's own are not configured none is named, which means just its own.
    ///
    /// # Errors
    /// [`Reason::AudiencesDisjoint`].
    pub fn audiences(&self, own: &[String]) -> Result<Vec<String>, Reason> {
        if own.is_empty() || self.audiences.is_empty() {
            return Ok(own.to_vec());
        }
        let shared: Vec<String> = self.audiences.iter().filter(|a| own.contains(a)).cloned().collect();
        if shared.is_empty() { Err(Reason::AudiencesDisjoint) } else { Ok(shared) }
    }
}

/// The answer, for HTTP 200. A permanent refusal is a plain no, which kube-apiserver remembers; a
/// transient one carries its name in `status.error`, which it does not.
#[must_use]
pub fn answer(version: Version, verdict: &Result<(Identity, Vec<String>), Reason>) -> Vec<u8> {
    let status = match verdict {
        Ok((identity, audiences)) => authenticated(identity, audiences),
        Err(reason) if reason.is_transient() => json!({ "authenticated": false, "error": reason.as_str() }),
        Err(_) => json!({ "authenticated": false }),
    };
    json!({ "apiVersion": version.as_str(), "kind": "TokenReview", "status": status }).to_string().into_bytes()
}

fn authenticated(identity: &Identity, audiences: &[String]) -> Value {
    let mut extra = Map::new();
    let mut add = |name: &str, value: String| extra.insert(name.to_owned(), vec![value].into());
    add("authentication.kubernetes.io/credential-id", alloc::format!("JTI={}", identity.id));
    add("kubemint.dev/sid", identity.session_id.clone());
    if let Some(thumbprint) = &identity.thumbprint {
        add("kubemint.dev/jkt", thumbprint.clone());
    }
    if let Some(time) = identity.auth_time {
        add("kubemint.dev/auth-time", time.unix().to_string());
    }
    let user = json!({ "username": identity.username, "uid": identity.uid, "groups": identity.groups, "extra": extra });
    let mut status = json!({ "authenticated": true, "user": user });
    if let (Some(members), false) = (status.as_object_mut(), audiences.is_empty()) {
        members.insert("audiences".into(), audiences.into());
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<Request, Reason> {
        Request::parse(body.as_bytes())
    }

    #[test]
    fn reads_both_versions_and_null_timestamps() {
        let body = r#"{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1beta1","metadata":{"creationTimestamp":null},"spec":{"token":"t","audiences":["a"]},"status":{"user":{}}}"#;
        let request = parse(body).unwrap();
        assert_eq!((request.version, request.token.as_str()), (Version::V1Beta1, "t"));
        assert_eq!(parse(&body.replace("v1beta1", "v1")).unwrap().version, Version::V1);
    }

    #[test]
    fn h66_bodies_that_are_no_review_refuse() {
        let good = r#"{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","spec":{"token":"t"}}"#;
        parse(good).unwrap();
        for bad in [
            good.replace("/v1", "/v2"),
            good.replace("TokenReview", "Pod"),
            good.replace("\"t\"", "null"),
            good.replace("\"t\"", "1"),
            good.replace("\"spec\":{\"token\":\"t\"}", "\"spec\":null"),
            good.replace("\"spec\":{\"token\":\"t\"}", "\"x\":1"),
            good.replace("{\"token\"", "{\"token\":\"a\",\"token\""),
            good.replace("{\"token\"", "{\"audiences\":\"a\",\"token\""),
            good.replace("\"t\"", &alloc::format!("\"{}\"", "a".repeat(MAX_BODY))),
            "[]".into(),
        ] {
            assert_eq!(parse(&bad).map(|_| ()), Err(Reason::ReviewMalformed), "{}", &bad[..bad.len().min(120)]);
        }
    }

    #[test]
    fn audiences_are_an_intersection() {
        let request = |list: &[&str]| Request {
            version: Version::V1,
            token: "t".into(),
            audiences: list.iter().map(|a| (*a).into()).collect(),
        };
        let own = ["https://api".to_owned()];
        assert_eq!(request(&["x", "https://api"]).audiences(&own).unwrap(), own);
        assert_eq!(request(&[]).audiences(&own).unwrap(), own);
        assert_eq!(request(&["x"]).audiences(&own), Err(Reason::AudiencesDisjoint));
        assert!(request(&["x"]).audiences(&[]).unwrap().is_empty());
    }

    #[test]
    fn only_transient_refusals_say_why() {
        let text = |reason| String::from_utf8(answer(Version::V1, &Err(reason))).unwrap();
        assert!(text(Reason::KeyUnknown).contains(r#""error":"key-unknown""#));
        assert!(!text(Reason::SignatureWrong).contains("error"));
    }
}
