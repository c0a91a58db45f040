//! Token exchange as its client: an ID token for a session, a session for a grant or a bearer.

use kubemint_core::{
    dpop::{self, Purpose},
    exchange::{ACCESS_TOKEN, GRANT, GRANT_TYPE, ID_TOKEN, Issued},
    jwk::SecretKey,
    problem::Reason,
    resource::Resource,
    time::Time,
};

use crate::{chance, kept::Kept, mint::Connection, refusal::Refusal};

const PATH: &str = "/token";

/// Everything an exchange needs: the mint and the key.
pub struct Exchange<'a> {
    /// The issuer URL of the mint.
    pub issuer: &'a str,
    /// The connection to it.
    pub mint: &'a Connection<'a>,
    /// The user's key.
    pub key: &'a SecretKey,
}

impl Exchange<'_> {
    /// A session, for an ID token whose nonce commits to the key by `salt`.
    pub fn session(&self, id_token: &str, salt: &str) -> Result<Kept, Refusal> {
        let form = [
            ("grant_type", GRANT_TYPE),
            ("subject_token", id_token),
            ("subject_token_type", ID_TOKEN),
            ("resource", self.issuer),
            ("requested_token_type", GRANT),
            ("nonce_salt", salt),
        ];
        let proof = self.proof(self.issuer, GRANT, None)?;
        let issued = self.send(&form, Some(&proof), GRANT)?;
        Kept::receive(&issued.token, &Resource::Mint.bound_audience(self.issuer), self.key, self.mint.now())
    }

    /// A grant for a cluster; the session's presentation is its own proof.
    pub fn grant(&self, session: &Kept, cluster: &str) -> Result<Kept, Refusal> {
        let resource = Resource::Cluster(cluster.to_owned());
        let url = resource.url(self.issuer);
        let issued = twice(|| {
            let presentation = session.present(self.key, self.mint.now())?;
            self.send(&from_session(&presentation, &url, GRANT), None, GRANT)
        })?;
        Kept::receive(&issued.token, &resource.bound_audience(self.issuer), self.key, self.mint.now())
    }

    /// A bearer for a cluster: bound to no key, so the request proves the key once more, with `ath`
    /// over the presentation.
    pub fn bearer(&self, session: &Kept, cluster: &str) -> Result<Issued, Refusal> {
        let url = Resource::Cluster(cluster.to_owned()).url(self.issuer);
        twice(|| {
            let presentation = session.present(self.key, self.mint.now())?;
            let proof = self.proof(&url, ACCESS_TOKEN, Some(&presentation))?;
            self.send(&from_session(&presentation, &url, ACCESS_TOKEN), Some(&proof), ACCESS_TOKEN)
        })
    }

    fn send(&self, form: &[(&str, &str)], proof: Option<&str>, kind: &str) -> Result<Issued, Refusal> {
        let issued = Issued::parse(&self.mint.post(PATH, form, proof)?)?;
        if issued.token_type == kind { Ok(issued) } else { Err(Reason::TypeWrong.into()) }
    }

    fn proof(&self, resource: &str, kind: &str, token: Option<&str>) -> Result<String, Refusal> {
        let uri = format!("{}{PATH}", self.issuer);
        let purpose = Purpose { method: "POST", uri: &uri, resource, requested_token_type: Some(kind), token };
        let now: Time = self.mint.now();
        let input = dpop::unsigned(self.key.public(), &purpose, &chance::bytes()?, now);
        let signature = self.key.sign(input.bytes());
        Ok(input.attach(&signature))
    }
}

/// The form of an exchange of the session.
fn from_session<'a>(presentation: &'a str, resource: &'a str, kind: &'a str) -> [(&'static str, &'a str); 5] {
    [
        ("grant_type", GRANT_TYPE),
        ("subject_token", presentation),
        ("subject_token_type", ACCESS_TOKEN),
        ("resource", resource),
        ("requested_token_type", kind),
    ]
}

/// Once more if the clock was wrong: each answer of the mint mends what is remembered of it.
pub fn twice<T>(attempt: impl Fn() -> Result<T, Refusal>) -> Result<T, Refusal> {
    attempt().or_else(|refusal| if refusal.is_about_clocks() { attempt() } else { Err(refusal) })
}
