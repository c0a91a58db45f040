//! The mint this computer is signed in to: where it is, whom it trusts for https, and its refusals.

use std::path::Path;

use kubemint_core::{
    metadata::{self, Provider},
    problem::Reason,
    time::Time,
};
use serde::{Deserialize, Serialize};

use crate::{
    clock::{self, Offset},
    context::Context,
    home::Home,
    http::{Answer, Authorities, Client, Trust},
    refusal::Refusal,
};

const FILE: &str = "mint.json";
const CA: &str = "ca.crt";

/// The mint, as remembered from the last sign-in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mint {
    /// Its issuer URL.
    pub issuer: String,
    /// The alias of the provider that was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

impl Mint {
    /// The mint of the last sign-in; none before the first.
    pub fn load(home: &Home) -> Result<Option<Self>, Refusal> {
        home.load(FILE)
    }

    /// The mint that must be there for what is asked.
    pub fn require(home: &Home) -> Result<Self, Refusal> {
        Self::load(home)?.ok_or_else(|| {
            Refusal::new("not-signed-in", "this computer is not signed in to a mint")
                .hint("run `kubectl mint login MINT_URL`")
        })
    }

    /// Remembers it, with its CA if it has one of its own.
    pub fn save(&self, home: &Home, ca: Option<&[u8]>) -> Result<(), Refusal> {
        match ca {
            Some(pem) => home.write(CA, pem)?,
            None => drop(home.remove(CA)?),
        }
        home.save(FILE, self)
    }

    /// Forgets it.
    pub fn forget(home: &Home) -> Result<(), Refusal> {
        home.remove(FILE)?;
        home.remove(CA)?;
        home.remove("clock").map(drop)
    }

    /// The CA it was signed in with, if it has one of its own.
    pub fn ca(home: &Home) -> Result<Option<Vec<u8>>, Refusal> {
        Ok(home.read(CA)?.map(String::into_bytes))
    }

    /// A connection to it, believing its own CA and no other if it has one.
    pub fn connect<'a>(&self, context: &'a Context, ca: Option<&[u8]>) -> Result<Connection<'a>, Refusal> {
        let trust = match ca {
            Some(pem) => Trust::Only(Authorities::parse(pem, Path::new(CA))?),
            None => Trust::System,
        };
        Ok(Connection { issuer: self.issuer.clone(), client: Client::new("the mint", trust), context })
    }
}

/// An issuer's URL as it is compared: https, no trailing slash.
pub fn issuer(url: &str) -> Result<String, Refusal> {
    let issuer = url.trim_end_matches('/');
    let host = issuer.strip_prefix("https://").unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '@' | '\\');
    if host.is_empty() || host.contains(odd) {
        let sentence = format!("`{url}` is not the URL of a mint");
        let bare = issuer.rsplit("://").next().filter(|bare| !bare.is_empty() && !bare.contains(odd));
        let meant = bare.unwrap_or("mint.example.com");
        return Err(Refusal::usage(sentence).hint(format!("it has https and a host: try https://{meant}")));
    }
    Ok(issuer.to_owned())
}

/// A connection to one mint; every answer mends the remembered clock.
pub struct Connection<'a> {
    issuer: String,
    client: Client,
    context: &'a Context,
}

impl Connection<'_> {
    /// GET of a path of the mint's.
    pub fn get(&self, path: &str, presentation: Option<&str>) -> Result<Vec<u8>, Refusal> {
        let answer = self.client.get(&format!("{}{path}", self.issuer), presentation)?;
        self.judge(path, answer)
    }

    /// POST of a form to a path of the mint's.
    pub fn post(&self, path: &str, form: &[(&str, &str)], proof: Option<&str>) -> Result<Vec<u8>, Refusal> {
        let answer = self.client.post(&format!("{}{path}", self.issuer), form, proof)?;
        self.judge(path, answer)
    }

    /// The providers one may sign in with.
    pub fn providers(&self) -> Result<Vec<Provider>, Refusal> {
        let no_mint = |why: String| {
            Refusal::new("not-a-mint", format!("{} is no mint of that name: {why}", self.issuer))
                .hint("ask its administrator for the exact URL")
        };
        let body = self.get("/.well-known/oauth-authorization-server", None).map_err(|refusal| {
            let elsewhere = ["status-3", "status-4"].iter().any(|status| refusal.reason().starts_with(status));
            if elsewhere { no_mint("nothing of a mint's is found there".to_owned()) } else { refusal }
        })?;
        metadata::providers(&body, &self.issuer).map_err(|reason| match reason {
            Reason::IssuerWrong => no_mint("it has another name".to_owned()),
            _ => no_mint("it answers, but not as one".to_owned()),
        })
    }

    /// The mint's time, as far as it is known.
    pub fn now(&self) -> Time {
        Offset::load(&self.context.home).to_mint(clock::local())
    }

    fn judge(&self, path: &str, answer: Answer) -> Result<Vec<u8>, Refusal> {
        if let Some(offset) = answer.offset {
            offset.save(&self.context.home)?;
        }
        self.context.note(format_args!("{path}: status {}", answer.status));
        if answer.status == 200 { Ok(answer.body) } else { Err(refused(&self.issuer, answer.status, &answer.body)) }
    }
}

/// The members of an OAuth error or of a Kubernetes `Status`.
#[derive(Default, Deserialize)]
struct Problem {
    reason: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
    message: Option<String>,
}

fn refused(issuer: &str, status: u16, body: &[u8]) -> Refusal {
    let problem: Problem = serde_json::from_slice(body).unwrap_or_default();
    let said =
        problem.error_description.or(problem.message).unwrap_or_else(|| format!("it answered with status {status}"));
    let (said, fixer) = said.split_once("; who can mend it: ").unwrap_or((&said, ""));
    // A `Status` has Kubernetes' words for reasons and carries ours at the end of its message.
    let (said, ours) = said.strip_suffix(')').and_then(|said| said.rsplit_once(" (")).unwrap_or((said, ""));
    let reason = Some(ours.to_owned()).filter(|ours| !ours.is_empty()).or(problem.reason).or(problem.error);
    let reason = reason.unwrap_or_else(|| format!("status-{status}"));
    let refusal = Refusal::foreign(&reason, format!("the mint {issuer} refused: {said}"));
    match fixer {
        "" if status == 429 || status >= 500 => {
            refusal.hint("try again in a minute; if it stays so, tell the mint's administrator")
        }
        "" => refusal.hint("if it stays so, tell the mint's administrator"),
        "you" => refusal.hint(format!("who can mend it: you; `kubectl mint login {issuer}` signs in again")),
        fixer => refusal.hint(format!("who can mend it: {fixer}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_https_without_ornament() {
        assert_eq!(issuer("https://mint.example/").unwrap(), "https://mint.example");
        for bad in [
            "",
            "mint.example",
            "http://mint.example",
            "https://",
            "https://a b",
            "https://u@h",
            "https://h?q",
            "https://h#f",
        ] {
            assert_eq!(issuer(bad).unwrap_err().status(), 64, "{bad}");
        }
    }

    #[test]
    fn refusals_of_both_kinds_keep_their_reason() {
        let oauth =
            br#"{"error":"invalid_target","reason":"access-denied","error_description":"no rule gives you access"}"#;
        let kube = br#"{"kind":"Status","reason":"Unauthorized","message":"sign in"}"#;
        assert_eq!(refused("https://m", 400, oauth).reason(), "access-denied");
        assert_eq!(refused("https://m", 401, kube).to_string(), "the mint https://m refused: sign in (Unauthorized)");
        assert_eq!(refused("https://m", 502, b"<html>").reason(), "status-502");
        let ours = br#"{"kind":"Status","reason":"Unauthorized","message":"the presentation is too old (binding-stale); who can mend it: you"}"#;
        let refusal = refused("https://m", 401, ours);
        assert_eq!(refusal.to_string(), "the mint https://m refused: the presentation is too old (binding-stale)");
        assert!(refusal.is_about_clocks());
    }
}
