//! The public keys of identity providers: discovered, fetched and kept for a while.

use std::{cell::RefCell, collections::BTreeMap, net::IpAddr, rc::Rc};

use kubemint_core::{
    id_token::Unkeyed,
    json,
    key_set::{self, KeySet},
    problem::Reason,
    time::{Seconds, Time},
};

use crate::host::Host;

/// How long a key set serves before it is fetched again.
const FRESH: Seconds = Seconds::hours(1);
/// How often one provider is asked at most.
const PAUSE: Seconds = Seconds(30);

/// Key sets by issuer. A copy is handed out, so nothing is borrowed while a request waits.
#[derive(Default)]
pub struct Providers(RefCell<BTreeMap<String, Entry>>);

#[derive(Clone, Default)]
struct Entry {
    keys: Option<Rc<KeySet>>,
    fetched: Option<Time>,
    tried: Option<Time>,
}

impl Providers {
    /// The keys of an issuer, fetched if they are old or do not hold the key a token names. A
    /// provider that cannot be reached leaves the last good set in use.
    ///
    /// # Errors
    /// [`Reason::ProviderUnreachable`] and [`Reason::ProviderMalformed`], where there is no set yet.
    pub async fn keys(&self, host: &impl Host, issuer: &str, token: &Unkeyed<'_>) -> Result<Rc<KeySet>, Reason> {
        let now = host.now();
        let entry = self.0.borrow().get(issuer).cloned().unwrap_or_default();
        let old = entry.fetched.is_none_or(|at| now.since(at) > FRESH);
        let known = entry.keys.as_ref().is_some_and(|keys| token.is_known_to(keys));
        let resting = entry.tried.is_some_and(|at| now.since(at) < PAUSE);
        match entry.keys {
            Some(keys) if (known && !old) || resting => return Ok(keys),
            None if resting => return Err(Reason::ProviderUnreachable),
            _ => {}
        }
        self.asked(issuer, now);
        match discover(host, issuer).await {
            Ok(keys) => Ok(self.keep(issuer, Rc::new(keys), now)),
            Err(reason) => self.failed(issuer, reason, now),
        }
    }

    /// While one request asks, the others go on with what is known, also if that one is given up. Only in a
    /// fresh isolate is there nothing to go on with: there each asks for itself.
    fn asked(&self, issuer: &str, now: Time) {
        if let Some(entry) = self.0.borrow_mut().get_mut(issuer) {
            entry.tried = Some(now);
        }
    }

    fn keep(&self, issuer: &str, keys: Rc<KeySet>, now: Time) -> Rc<KeySet> {
        let entry = Entry { keys: Some(Rc::clone(&keys)), fetched: Some(now), tried: Some(now) };
        self.0.borrow_mut().insert(issuer.to_owned(), entry);
        keys
    }

    fn failed(&self, issuer: &str, reason: Reason, now: Time) -> Result<Rc<KeySet>, Reason> {
        let mut entries = self.0.borrow_mut();
        let entry = entries.entry(issuer.to_owned()).or_default();
        entry.tried = Some(now);
        entry.keys.clone().ok_or(reason)
    }
}

/// OpenID Connect Discovery 1.0 §4: the document must name the very issuer it was fetched for (§4.3).
async fn discover(host: &impl Host, issuer: &str) -> Result<KeySet, Reason> {
    let document = fetch(host, &format!("{issuer}/.well-known/openid-configuration")).await?;
    let document = json::parse(&document).ok_or(Reason::ProviderMalformed)?;
    if json::text(&document, "issuer") != Some(issuer) {
        return Err(Reason::ProviderMalformed);
    }
    let uri = json::text(&document, "jwks_uri").filter(|uri| may_fetch(uri)).ok_or(Reason::ProviderMalformed)?;
    let keys = KeySet::parse(&fetch(host, uri).await?).map_err(|_| Reason::ProviderMalformed)?;
    if keys.is_empty() { Err(Reason::ProviderMalformed) } else { Ok(keys) }
}

async fn fetch(host: &impl Host, url: &str) -> Result<Vec<u8>, Reason> {
    let body = host.fetch(url).await.ok_or(Reason::ProviderUnreachable)?;
    if body.len() > key_set::MAX_BYTES { Err(Reason::ProviderMalformed) } else { Ok(body) }
}

/// https, no user info, and no link-local address: those are the metadata services of clouds.
fn may_fetch(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains(['@', '\\', '%']) || !url.bytes().all(|b| b.is_ascii_graphic()) {
        return false;
    }
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => !v4.is_link_local(),
        Ok(IpAddr::V6(v6)) => !v6.is_unicast_link_local() && v6.to_ipv4_mapped().is_none_or(|v4| !v4.is_link_local()),
        Err(_) => !authority.starts_with('[') && !ends_in_a_number(host),
    }
}

/// Such a name is an IPv4 address to whoever fetches it, in one of its many spellings (WHATWG URL §3.6).
fn ends_in_a_number(host: &str) -> bool {
    let last = host.strip_suffix('.').unwrap_or(host).rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    hexadecimal.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
        || (!last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h64_addresses_that_are_never_fetched() {
        assert!(may_fetch("https://login.example.com/jwks") && may_fetch("https://127.0.0.1:8443/jwks"));
        assert!(may_fetch("https://1.example./jwks") && may_fetch("https://0x.example:8443/jwks"));
        for url in [
            "http://login.example.com/jwks",
            "https://169.254.169.254/latest",
            "https://[fe80::1]/jwks",
            "https://[::ffff:169.254.169.254]/jwks",
            "https://[fe80::1%25eth0]/jwks",
            "https://169.254.169.254./latest",
            "https://2852039166/latest",
            "https://0xA9FEA9FE/latest",
            "https://169.254.43518/latest",
            "https://169.254.0xa9.0xfe/latest",
            "https://%31%36%39.254.169.254/latest",
            "https://user@example.com/jwks",
            "https:///jwks",
            "file:///etc/passwd",
            "https://example.com/a b",
        ] {
            assert!(!may_fetch(url), "{url}");
        }
    }
}
