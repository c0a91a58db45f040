//! What a credential is for: the mint itself or one cluster (RFC 8707 resource indicators).

use alloc::{borrow::ToOwned, format, string::String};

use crate::{name, problem::Reason};

/// One thing a credential can be for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// The mint: sessions.
    Mint,
    /// A cluster by name: grants and bearers.
    Cluster(String),
}

impl Resource {
    /// Reads a `resource` parameter: the issuer's URL, or `ISS/clusters/<name>`, compared exactly.
    ///
    /// # Errors
    /// [`Reason::ResourceUnknown`].
    pub fn parse(text: &str, issuer: &str) -> Result<Self, Reason> {
        let rest = text.strip_prefix(issuer).ok_or(Reason::ResourceUnknown)?;
        match rest.strip_prefix("/clusters/") {
            _ if rest.is_empty() => Ok(Self::Mint),
            Some(cluster) if name::is_dns_label(cluster) => Ok(Self::Cluster(cluster.to_owned())),
            _ => Err(Reason::ResourceUnknown),
        }
    }

    /// The URL that names it, the audience of a bearer.
    #[must_use]
    pub fn url(&self, issuer: &str) -> String {
        match self {
            Self::Mint => issuer.to_owned(),
            Self::Cluster(cluster) => format!("{issuer}/clusters/{cluster}"),
        }
    }

    /// The audience of what is bound to a key. Another than [`Self::url`] on purpose: the first part
    /// of a presentation is a valid JWT, and whoever cuts the rest off must not own a bearer.
    #[must_use]
    pub fn bound_audience(&self, issuer: &str) -> String {
        format!("{}/bound", self.url(issuer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_exactly_its_own_urls() {
        let iss = "https://mint.example";
        let cluster = Resource::Cluster("prod".into());
        assert_eq!(Resource::parse("https://mint.example/clusters/prod", iss), Ok(cluster.clone()));
        assert_eq!(Resource::parse(iss, iss), Ok(Resource::Mint));
        assert_eq!(cluster.bound_audience(iss), "https://mint.example/clusters/prod/bound");
        for text in [
            "",
            "https://mint.example/",
            "https://mint.example/clusters/",
            "https://mint.example/clusters/a/b",
            "https://mint.example.org",
            "https://mint.example/clusters/Prod",
        ] {
            assert_eq!(Resource::parse(text, iss), Err(Reason::ResourceUnknown), "{text}");
        }
    }
}
