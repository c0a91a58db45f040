//! Grants and the session as they are kept on this computer: no secret without the key.

use kubemint_core::{
    date::rfc3339,
    grant,
    jwk::SecretKey,
    name, presentation,
    time::{Seconds, Time},
};
use serde::{Deserialize, Serialize};

use crate::{chance, home::Home, refusal::Refusal};

const SESSION: &str = "session.json";
const GRANTS: &str = "grants";

/// A grant with the few facts of it that are needed each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// The text, with its `~`.
    pub grant: String,
    /// Whom presentations of it are for.
    pub audience: String,
    /// Who it says its holder is.
    pub username: String,
    /// What groups it says its holder has.
    pub groups: Vec<String>,
    issued: u64,
    expires: u64,
    window: u64,
    /// When it ends, for people.
    until: String,
}

impl Kept {
    /// Takes a grant that the mint has just sent, if it is for this audience and this key.
    pub fn receive(text: &str, audience: &str, key: &SecretKey, now: Time) -> Result<Self, Refusal> {
        let grant = grant::peek(text, now)?;
        if grant.audience != audience || grant.holder != *key.public() {
            return Err(Refusal::new("grant-unexpected", "the mint sent a grant for another cluster or another key")
                .hint("nothing was kept; tell the mint's administrator"));
        }
        Ok(Self {
            grant: text.to_owned(),
            audience: grant.audience,
            username: grant.username,
            groups: grant.groups,
            issued: grant.issued_at.unix(),
            expires: grant.expires_at.unix(),
            window: grant.window.0,
            until: rfc3339(grant.expires_at),
        })
    }

    /// What is left of its life at a moment of the mint's.
    pub fn left(&self, now: Time) -> Seconds {
        Seconds(self.expires.saturating_sub(now.unix()))
    }

    /// Whether so little is left that the next one should be asked for: a fifth.
    pub fn is_late(&self, now: Time) -> bool {
        self.left(now).0 < self.expires.saturating_sub(self.issued) / 5
    }

    /// A presentation, signed now; this is the one thing that leaves for a server.
    pub fn present(&self, key: &SecretKey, now: Time) -> Result<String, Refusal> {
        let input = presentation::unsigned(&self.grant, &self.audience, &chance::bytes()?, now);
        let signature = key.sign(input.bytes());
        Ok(format!("{}{}", self.grant, input.attach(&signature)))
    }

    /// Until when a presentation made now should be used: ten seconds less than it is good for.
    pub fn presentation_ends(&self, now: Time) -> Time {
        let margin = 10.min(self.window / 2);
        now.plus(Seconds((self.window - margin).min(self.left(now).0)))
    }

    /// How long a presentation is good for.
    pub const fn window(&self) -> Seconds {
        Seconds(self.window)
    }

    /// The session; none if there is none.
    pub fn session(home: &Home) -> Result<Option<Self>, Refusal> {
        home.load(SESSION)
    }

    /// Keeps this as the session.
    pub fn save_session(&self, home: &Home) -> Result<(), Refusal> {
        home.save(SESSION, self)
    }

    /// The grant for a cluster; none if there is none.
    pub fn grant(home: &Home, cluster: &str) -> Result<Option<Self>, Refusal> {
        home.load(&file(cluster)?)
    }

    /// Keeps this as the grant for a cluster.
    pub fn save_grant(&self, home: &Home, cluster: &str) -> Result<(), Refusal> {
        home.save(&file(cluster)?, self)
    }

    /// Forgets all grants.
    pub fn forget_grants(home: &Home) -> Result<(), Refusal> {
        home.remove(GRANTS).map(drop)
    }

    /// Forgets the session and all grants; true if there was a session.
    pub fn forget_all(home: &Home) -> Result<bool, Refusal> {
        Self::forget_grants(home)?;
        home.remove(SESSION)
    }
}

/// The name of a grant's file; a cluster's name is a DNS label, so it cannot lead elsewhere.
fn file(cluster: &str) -> Result<String, Refusal> {
    check_cluster(cluster)?;
    Ok(format!("{GRANTS}/{cluster}.json"))
}

/// Refuses what cannot be the name of a cluster.
pub fn check_cluster(cluster: &str) -> Result<(), Refusal> {
    if name::is_dns_label(cluster) {
        return Ok(());
    }
    Err(Refusal::usage(format!("`{cluster}` is not the name of a cluster"))
        .hint("see `kubectl mint clusters` for the names"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(issued: u64, expires: u64, window: u64) -> Kept {
        let (grant, audience, username, until) = (String::new(), String::new(), String::new(), String::new());
        Kept { grant, audience, username, groups: vec![], issued, expires, window, until }
    }

    fn at(seconds: u64) -> Time {
        Time::from_unix(seconds).unwrap()
    }

    #[test]
    fn the_last_fifth_is_late() {
        let kept = kept(1000, 2000, 60);
        assert!(!kept.is_late(at(1800)) && kept.is_late(at(1801)) && kept.is_late(at(3000)));
        assert_eq!(kept.left(at(2001)), Seconds(0));
    }

    #[test]
    fn a_presentation_ends_early_and_never_after_its_grant() {
        assert_eq!(kept(1000, 2000, 60).presentation_ends(at(1500)), at(1550));
        assert_eq!(kept(1000, 2000, 60).presentation_ends(at(1980)), at(2000));
        assert_eq!(kept(1000, 2000, 4).presentation_ends(at(1500)), at(1502));
    }

    #[test]
    fn names_cannot_lead_out_of_the_folder() {
        for name in ["", "..", "../key", "a/b", "a.b", "A", "a\0"] {
            assert_eq!(file(name).unwrap_err().status(), 64, "{name:?}");
        }
    }
}
