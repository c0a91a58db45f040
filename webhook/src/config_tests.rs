//! Configurations that are read, and many more that are refused.

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
        "w.toml:12: ceiling.life: expected a duration such as 90s, 15m, 12h or 7d"
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
    for field in ["signingKey", "signingKeys", "SIGNING_KEYS", "privateKey", "jwk", "keys", "revocationKeys", "caKey"] {
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
