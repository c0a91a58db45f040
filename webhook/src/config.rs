//! The webhook's configuration: the cluster owner's own word, which binds the mint too.
//!
//! Unknown fields are refused, and there is no field for any private key of the mint: this program
//! cannot be made to hold one.

use std::{
    fs,
    net::SocketAddr,
    ops::Range,
    path::{Path, PathBuf},
};

use kubemint_core::{
    authenticator::{Accepts, Authenticator},
    ceiling::Ceiling,
    grant, name,
    pattern::Pattern,
    time::Seconds,
};
use serde::Deserialize;
use toml::{Spanned, Value};

use crate::{failure::Failure, fetch::Source, tls};

/// A configuration that has been checked whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The mint, and how its server is known.
    pub source: Source,
    /// The cluster's name at the mint.
    pub cluster: String,
    /// Where to listen.
    pub listen: SocketAddr,
    /// What to serve with.
    pub tls: tls::Files,
    /// kube-apiserver's `--api-audiences`; empty means it has none set.
    pub api_audiences: Vec<String>,
    /// Whether bearers are accepted beside what is bound to a key.
    pub bearers: bool,
    /// The folder for what survives a restart.
    pub state: PathBuf,
    /// What the mint may say at most.
    pub ceiling: Ceiling,
    /// The file of what is shut out.
    pub deny: Option<PathBuf>,
}

/// A configuration that is refused, with the place and what was expected there.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{file}:{line}: {message}")]
pub struct ConfigError {
    file: String,
    line: usize,
    message: String,
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::refusal(error.to_string(), "`kubemint-webhook serve --help` shows a whole configuration")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Document {
    issuer: Spanned<String>,
    #[serde(rename = "issuerCA")]
    issuer_ca: Option<PathBuf>,
    cluster: Spanned<String>,
    listen: Option<Spanned<String>>,
    tls: Tls,
    #[serde(default)]
    api_audiences: Vec<String>,
    accept: Option<Spanned<Vec<String>>>,
    state: Option<PathBuf>,
    ceiling: Option<Spanned<Bounds>>,
    revocations: Option<Revocations>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    #[serde(rename = "clientCA")]
    client_ca: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    usernames: Spanned<Vec<String>>,
    groups: Vec<String>,
    life: Spanned<String>,
    window: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Revocations {
    deny: Option<PathBuf>,
    signers: Option<Spanned<Value>>,
    max_stale: Option<Spanned<Value>>,
    on_stale: Option<Spanned<Value>>,
}

impl Config {
    /// Reads and checks a file; names in it are relative to its folder.
    pub fn load(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(|error| {
            Failure::refusal(
                format!("{} cannot be read: {error}", path.display()),
                "name the configuration with --config",
            )
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(Self::parse(&text, &path.display().to_string(), folder)?)
    }

    /// What judges by this configuration.
    pub fn authenticator(&self) -> Authenticator {
        let accepts = Accepts { bound: true, bearer: self.bearers };
        Authenticator::new(&self.source.issuer, &self.cluster, accepts, self.ceiling.clone())
    }

    /// Whether tokens are judged otherwise than by another configuration.
    pub fn judges_otherwise(&self, other: &Self) -> bool {
        let word = |config: &Self| (config.cluster.clone(), config.bearers, config.ceiling.clone());
        word(self) != word(other)
    }

    fn parse(text: &str, file: &str, folder: &Path) -> Result<Self, ConfigError> {
        let place = Place { text, file };
        let document: Document = toml::from_str(text).map_err(|error| place.misread(&error))?;
        let listen = place.listen(document.listen.as_ref(), document.tls.client_ca.is_some())?;
        let deny = document.revocations.map_or(Ok(None), |section| place.deny(section))?;
        Ok(Self {
            source: Source {
                issuer: place.issuer(&document.issuer)?,
                ca: document.issuer_ca.map(|path| folder.join(path)),
            },
            cluster: place.cluster(&document.cluster)?,
            listen,
            tls: tls::Files {
                certificate: folder.join(document.tls.certificate),
                key: folder.join(document.tls.key),
                client_ca: document.tls.client_ca.map(|path| folder.join(path)),
            },
            api_audiences: document.api_audiences,
            bearers: document.accept.map_or(Ok(false), |accept| place.accept(&accept))?,
            state: folder.join(document.state.unwrap_or_else(|| "/var/lib/kubemint".into())),
            ceiling: place.ceiling(document.ceiling)?,
            deny: deny.map(|path| folder.join(path)),
        })
    }
}

/// Where in which file something stands, to complain about it.
struct Place<'a> {
    text: &'a str,
    file: &'a str,
}

impl Place<'_> {
    fn error(&self, span: Option<Range<usize>>, message: String) -> ConfigError {
        let before = span.and_then(|span| self.text.get(..span.start)).unwrap_or_default();
        ConfigError { file: self.file.to_owned(), line: before.matches('\n').count() + 1, message }
    }

    fn expected<T>(&self, value: &Spanned<T>, field: &str, expected: &str) -> ConfigError {
        self.error(Some(value.span()), format!("{field}: expected {expected}"))
    }

    /// The reader's own complaint, with the field of its line where it leaves that out.
    fn misread(&self, error: &toml::de::Error) -> ConfigError {
        let found = self.error(error.span(), String::new());
        let line = self.text.lines().nth(found.line - 1).unwrap_or_default();
        let field =
            line.split_once('=').map(|(field, _)| field.trim()).filter(|_| !error.message().contains(" field "));
        let message = error.message().lines().collect::<Vec<_>>().join(" ");
        ConfigError { message: field.map_or(message.clone(), |field| format!("{field}: {message}")), ..found }
    }

    fn issuer(&self, issuer: &Spanned<String>) -> Result<String, ConfigError> {
        let url = issuer.get_ref();
        let rest = url.strip_prefix("https://").unwrap_or_default();
        let plain = !rest.is_empty()
            && !rest.starts_with('/')
            && !rest.ends_with('/')
            && rest.bytes().all(|b| b.is_ascii_graphic());
        if plain && !rest.contains(['?', '#', '@', '\\', '"']) {
            return Ok(url.clone());
        }
        Err(self.expected(issuer, "issuer", "an https URL without a trailing slash, query or user"))
    }

    fn cluster(&self, cluster: &Spanned<String>) -> Result<String, ConfigError> {
        if name::is_dns_label(cluster.get_ref()) {
            return Ok(cluster.get_ref().clone());
        }
        Err(self.expected(cluster, "cluster", "the cluster's name at the mint, a DNS label such as prod-1"))
    }

    /// An address others can reach needs their certificates: an open door here is an oracle for tokens.
    fn listen(&self, listen: Option<&Spanned<String>>, clients_are_known: bool) -> Result<SocketAddr, ConfigError> {
        let Some(listen) = listen else { return Ok(SocketAddr::from(([127, 0, 0, 1], 8443))) };
        let address: SocketAddr = listen
            .get_ref()
            .parse()
            .map_err(|_| self.expected(listen, "listen", "an IP address and port such as 127.0.0.1:8443"))?;
        if address.ip().is_loopback() || clients_are_known {
            return Ok(address);
        }
        Err(self.expected(
            listen,
            "listen",
            "a loopback address, or tls.clientCA beside it: others must show a certificate",
        ))
    }

    fn accept(&self, accept: &Spanned<Vec<String>>) -> Result<bool, ConfigError> {
        let mut kinds: Vec<&str> = accept.get_ref().iter().map(String::as_str).collect();
        kinds.sort_unstable();
        match kinds.as_slice() {
            ["bound"] => Ok(false),
            ["bearer", "bound"] => Ok(true),
            _ => Err(self.expected(accept, "accept", "[\"bound\"] or [\"bound\", \"bearer\"]")),
        }
    }

    fn ceiling(&self, bounds: Option<Spanned<Bounds>>) -> Result<Ceiling, ConfigError> {
        let Some(bounds) = bounds else {
            let message = "ceiling: expected a [ceiling] section with usernames, groups and life: without one the mint could name anybody";
            return Err(self.error(None, message.into()));
        };
        let bounds = bounds.into_inner();
        if bounds.usernames.get_ref().is_empty() {
            return Err(self.expected(&bounds.usernames, "ceiling.usernames", "at least one pattern"));
        }
        let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect();
        Ok(Ceiling {
            usernames: patterns(bounds.usernames.get_ref()),
            groups: patterns(&bounds.groups),
            life: self.duration(&bounds.life, grant::MAX_LIFE, "ceiling.life", "12h, at most 7d")?,
            window: bounds.window.map_or(Ok(grant::DEFAULT_WINDOW), |window| {
                self.duration(&window, grant::MAX_WINDOW, "ceiling.window", "60s, at most 5m")
            })?,
        })
    }

    /// What is longer than any credential would bind nothing, and let its owner believe that it does.
    fn duration(&self, text: &Spanned<String>, max: Seconds, field: &str, such: &str) -> Result<Seconds, ConfigError> {
        let duration = text.get_ref().parse::<Seconds>().ok().filter(|duration| duration.0 > 0 && *duration <= max);
        duration.ok_or_else(|| self.expected(text, field, &format!("a duration such as {such}")))
    }

    /// Only what this version does: a field that would silently protect nothing is refused.
    fn deny(&self, section: Revocations) -> Result<Option<PathBuf>, ConfigError> {
        for (field, value) in
            [("signers", section.signers), ("maxStale", section.max_stale), ("onStale", section.on_stale)]
        {
            if let Some(value) = value {
                let field = format!("revocations.{field}");
                return Err(self.expected(
                    &value,
                    &field,
                    "only `deny` in this section: this version reads no signed revocation list yet",
                ));
            }
        }
        Ok(section.deny)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"issuer = "https://mint.example"
issuerCA = "mint-ca.crt"
cluster = "prod"
listen = "127.0.0.1:9443"
tls = { certificate = "tls.crt", key = "/keys/tls.key" }
apiAudiences = ["https://kubernetes.default.svc"]
accept = ["bound"]
state = "/var/lib/kubemint"
[ceiling]
usernames = ["*@example.com"]
groups = ["sre", "dev-*"]
life = "12h"
window = "60s"
[revocations]
deny = "deny"
"#;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, "w.toml", Path::new("/etc/kubemint")).map_err(|error| error.to_string())
    }

    /// The complaint about the good document with one part exchanged.
    fn complaint(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        parse(&GOOD.replacen(from, to, 1)).expect_err(to)
    }

    #[test]
    fn the_documented_file_is_read_whole() {
        let config = parse(GOOD).unwrap();
        assert_eq!(
            config.source,
            Source { issuer: "https://mint.example".into(), ca: Some("/etc/kubemint/mint-ca.crt".into()) }
        );
        assert_eq!(config.tls.certificate, Path::new("/etc/kubemint/tls.crt"));
        assert_eq!(config.tls.key, Path::new("/keys/tls.key"));
        assert_eq!(config.deny.as_deref(), Some(Path::new("/etc/kubemint/deny")));
        assert_eq!(config.listen.port(), 9443);
        assert_eq!((config.ceiling.life, config.ceiling.window), (Seconds::hours(12), Seconds(60)));
        assert!(!config.bearers);
        assert!(parse(&GOOD.replace("[\"bound\"]", "[\"bound\", \"bearer\"]")).unwrap().bearers);
    }

    #[test]
    fn what_may_be_left_out_has_the_safe_value() {
        let least = r#"
        issuer = "https://mint.example"
        cluster = "prod"
        tls = { certificate = "tls.crt", key = "tls.key" }
        ceiling = { usernames = ["*"], groups = [], life = "1h" }"#;
        let config = parse(least).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8443");
        assert_eq!(config.state, Path::new("/var/lib/kubemint"));
        assert_eq!((config.bearers, config.deny, config.ceiling.window), (false, None, Seconds(60)));
    }

    #[test]
    fn complaints_name_line_field_and_expectation() {
        assert_eq!(
            complaint("\"prod\"", "\"Prod\""),
            "w.toml:3: cluster: expected the cluster's name at the mint, a DNS label such as prod-1"
        );
        assert_eq!(
            complaint("\"12h\"", "\"12\""),
            "w.toml:12: ceiling.life: expected a duration such as 12h, at most 7d"
        );
        assert_eq!(complaint("\"12h\"", "12"), "w.toml:12: life: invalid type: integer `12`, expected a string");
        let unknown = complaint("window =", "windows =");
        assert!(unknown.starts_with("w.toml:13: unknown field `windows`, expected one of `usernames`"), "{unknown}");
        assert!(complaint("cluster = \"prod\"\n", "").contains("missing field `cluster`"));
        assert!(complaint("life = ", "life ").starts_with("w.toml:12: "));
    }

    #[test]
    fn issuers_are_exact_https_urls() {
        for issuer in [
            "http://mint.example",
            "https://mint.example/",
            "https://",
            "https:///x",
            "https://a@b",
            "https://m?x",
            "https://m#x",
            "mint",
            "",
        ] {
            assert!(
                complaint("https://mint.example", issuer).starts_with("w.toml:1: issuer: expected an https URL"),
                "{issuer}"
            );
        }
    }

    #[test]
    fn refuses_without_a_ceiling() {
        let (without, _) = GOOD.split_once("[ceiling]").unwrap();
        assert!(parse(without).unwrap_err().contains("ceiling: expected a [ceiling] section"));
        assert!(complaint("[\"*@example.com\"]", "[]").contains("ceiling.usernames: expected at least one pattern"));
        for field in ["usernames = [\"*@example.com\"]\n", "groups = [\"sre\", \"dev-*\"]\n", "life = \"12h\"\n"] {
            assert!(complaint(field, "").contains("missing field"), "{field}");
        }
    }

    #[test]
    fn a_ceiling_above_what_any_grant_may_have_is_refused() {
        for (from, to, expected) in [
            ("\"12h\"", "\"8d\"", "w.toml:12: ceiling.life: expected a duration such as 12h, at most 7d"),
            ("\"12h\"", "\"0s\"", "w.toml:12: ceiling.life: expected a duration such as 12h, at most 7d"),
            ("\"60s\"", "\"10m\"", "w.toml:13: ceiling.window: expected a duration such as 60s, at most 5m"),
        ] {
            assert_eq!(complaint(from, to), expected);
        }
        assert!(parse(&GOOD.replace("12h", "7d").replace("60s", "5m")).is_ok());
    }

    #[test]
    fn an_address_others_reach_needs_their_certificates() {
        for open in ["0.0.0.0:8443", "10.0.0.5:8443", "[::]:8443", "[::ffff:0.0.0.0]:1"] {
            assert!(
                complaint("127.0.0.1:9443", open)
                    .starts_with("w.toml:4: listen: expected a loopback address, or tls.clientCA"),
                "{open}"
            );
            let known = GOOD.replace("127.0.0.1:9443", open).replace("tls.key\"", "tls.key\", clientCA = \"ca.crt\"");
            assert_eq!(parse(&known).unwrap().tls.client_ca.as_deref(), Some(Path::new("/etc/kubemint/ca.crt")));
        }
        assert!(parse(&GOOD.replace("127.0.0.1:9443", "[::1]:9443")).is_ok());
        assert!(complaint("127.0.0.1:9443", "localhost:8443").contains("listen: expected an IP address"));
    }

    #[test]
    fn accept_always_asks_for_the_key() {
        for accept in ["[]", "[\"bearer\"]", "[\"bound\", \"bound\"]", "[\"bound\", \"certificate\"]"] {
            assert!(complaint("[\"bound\"]", accept).starts_with("w.toml:7: accept: expected"), "{accept}");
        }
    }

    #[test]
    fn revocation_fields_that_would_do_nothing_are_refused() {
        for field in ["signers = [\"x\"]", "maxStale = \"12h\"", "onStale = \"open\""] {
            let complaint = complaint("deny = \"deny\"", field);
            assert!(
                complaint.starts_with("w.toml:15: revocations.") && complaint.contains("no signed revocation list"),
                "{complaint}"
            );
        }
    }

    #[test]
    fn cannot_express_a_private_key_of_the_mint() {
        for field in
            ["signingKey", "signingKeys", "SIGNING_KEYS", "privateKey", "jwk", "keys", "revocationKeys", "caKey"]
        {
            for value in ["\"x\"", "{ kty = \"EC\", d = \"x\" }", "[{ d = \"x\" }]"] {
                let complaint = parse(&format!("{field} = {value}\n{GOOD}")).unwrap_err();
                assert!(complaint.starts_with(&format!("w.toml:1: unknown field `{field}`")), "{complaint}");
            }
        }
    }

    #[test]
    fn the_file_we_hand_out_is_read_whole() {
        let config = parse(include_str!("../../deploy/webhook/webhook.toml")).unwrap();
        assert_eq!(config.deny.as_deref(), Some(Path::new("/etc/kubemint/deny")));
        assert_eq!((config.listen.to_string().as_str(), config.bearers), ("127.0.0.1:8443", false));
    }
}
