//! Vectors of what is made from a session: never another person's, never another key's, never longer.

use super::{
    file::{File, NOW},
    forge::b64,
    mint,
};
use serde_json::{Value, json};

/// Children.
pub fn file() -> File {
    let claims = mint::session().claims;
    let mut session: Value = serde_json::from_str(&claims.render()).expect("good claims");
    session.as_object_mut().expect("an object").remove("cnf");
    session["jwk"] = serde_json::from_str(&mint::holder().jwk().render()).expect("a JWK");
    let id = b64([9; 16]);
    let given = json!({ "session": session, "jti": id, "groups": ["sre"], "window": 60, "cluster": "prod" });
    let says = "a grant (`kind` bound) or bearer for `cluster` is made from `session`, with the decision's `groups`, \
                `life` and `window`; gives its claims";
    let mut file = File::new("child", says, given);
    let end = NOW + 36_000;
    for (name, life, now, until) in [
        ("a grant of eight hours", "8h", NOW, NOW + 8 * 3600),
        ("h80 a grant that would outlive its session", "7d", NOW, end),
        ("h80 a grant in its session's last minute", "8h", end - 60, end),
    ] {
        let bound = json!({
            "iss": mint::ISSUER, "aud": mint::BOUND_AUDIENCE, "iat": now, "exp": until, "jti": id,
            "sub": "corp:00u1", "username": "alice@example.com", "groups": ["sre"], "sid": session["sid"],
            "session_iat": session["session_iat"], "auth_time": session["auth_time"],
            "jkt": mint::holder().thumbprint(), "window": 60, "client_id": "kubemint", "amr": ["pwd", "mfa"],
        });
        file.accept(name, json!({ "kind": "bound", "life": life }), bound).at(now);
        let bearer = json!({
            "iss": mint::ISSUER, "aud": mint::BEARER_AUDIENCE, "iat": now, "exp": until, "jti": id,
            "sub": "corp:00u1", "username": "alice@example.com", "groups": ["sre"], "sid": session["sid"],
            "client_id": "kubemint",
        });
        let name = name.replace("a grant", "a bearer");
        file.accept(name, json!({ "kind": "bearer", "life": life }), bearer).at(now);
    }
    file
}
