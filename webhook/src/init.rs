//! `init`: serving key and certificate, and the kubeconfig by which kube-apiserver finds and trusts them.

use std::{
    fs::DirBuilder,
    net::IpAddr,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use rcgen::SanType;
use serde_json::json;

use crate::{
    authority::{self, Pair, Purpose},
    command::Init,
    failure::Failure,
    state,
};

const PRIVATE: u32 = 0o600;
const PUBLIC: u32 = 0o644;

/// A file to be written.
struct Output {
    path: PathBuf,
    content: String,
    mode: u32,
}

/// Writes the files and prints what to tell kube-apiserver. Touches nothing if any of them is there.
pub fn run(options: &Init) -> Result<(), Failure> {
    let server = pair(Purpose::Server(names(options)?), options.days)?;
    // Where others can connect, they have to show who they are; kube-apiserver gets a certificate for that.
    let client = if options.listen.ip().is_loopback() {
        None
    } else {
        Some(pair(Purpose::Client("kube-apiserver"), options.days)?)
    };
    let output = |name: &str, content, mode| Output { path: options.directory.join(name), content, mode };
    let mut outputs = vec![
        output("kubeconfig", kubeconfig(options, &server.authority, client.as_ref()), PRIVATE),
        output("tls.crt", server.certificate, PUBLIC),
        output("tls.key", server.key, PRIVATE),
    ];
    if let Some(client) = client {
        outputs.push(output("client-ca.crt", client.authority, PUBLIC));
    }
    write(options, &outputs)?;
    print!("{}", next_steps(options, &outputs));
    Ok(())
}

fn pair(purpose: Purpose, days: u16) -> Result<Pair, Failure> {
    authority::issue(purpose, days).map_err(|error| {
        Failure::refusal(format!("the certificate cannot be made: {error}"), "check the names given with --name")
    })
}

/// Loopback, the address it listens on, and what was asked for.
fn names(options: &Init) -> Result<Vec<SanType>, Failure> {
    let mut texts = vec!["127.0.0.1".to_owned(), "::1".to_owned(), "localhost".to_owned()];
    if !options.listen.ip().is_unspecified() {
        texts.push(options.listen.ip().to_string());
    }
    texts.extend(options.names.iter().cloned());
    let mut unique = Vec::new();
    for text in texts {
        let name = san(&text)?;
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    Ok(unique)
}

fn san(text: &str) -> Result<SanType, Failure> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(SanType::IpAddress(address));
    }
    let label = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let name = text.try_into().ok().filter(|_| text.split('.').all(label));
    name.map(SanType::DnsName).ok_or_else(|| {
        Failure::usage("--name is neither a DNS name nor an IP address", "see `kubemint-webhook init --help`")
    })
}

/// The kubeconfig of [`--authentication-token-webhook-config-file`]: JSON, which is YAML too.
///
/// [`--authentication-token-webhook-config-file`]: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication
fn kubeconfig(options: &Init, authority: &str, client: Option<&Pair>) -> String {
    let mut address = options.listen;
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::from([127, 0, 0, 1]));
    }
    let user = client.map_or_else(
        || json!({}),
        |pair| json!({ "client-certificate-data": base64(&pair.certificate), "client-key-data": base64(&pair.key) }),
    );
    let document = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{ "name": "kubemint", "cluster": { "server": format!("https://{address}/authenticate"), "certificate-authority-data": base64(authority) } }],
        "users": [{ "name": "kube-apiserver", "user": user }],
        "contexts": [{ "name": "kubemint", "context": { "cluster": "kubemint", "user": "kube-apiserver" } }],
        "current-context": "kubemint",
    });
    format!("{document:#}\n")
}

fn write(options: &Init, outputs: &[Output]) -> Result<(), Failure> {
    if let Some(output) = outputs.iter().find(|output| !options.force && output.path.symlink_metadata().is_ok()) {
        let what = format!("{} is there already, nothing was written", output.path.display());
        return Err(Failure::refusal(
            what,
            "--force replaces it; kube-apiserver must then be restarted with the new kubeconfig",
        ));
    }
    let failed = |path: &Path, error: &std::io::Error| {
        Failure::refusal(
            format!("{} cannot be written: {error}", path.display()),
            "run it as the user the webhook runs as, or choose another --directory",
        )
    };
    let folder = &options.directory;
    DirBuilder::new().recursive(true).mode(0o755).create(folder).map_err(|error| failed(folder, &error))?;
    outputs.iter().try_for_each(|output| {
        state::replace(&output.path, output.content.as_bytes(), output.mode)
            .map_err(|error| failed(&output.path, &error))
    })
}

fn next_steps(options: &Init, outputs: &[Output]) -> String {
    let kubeconfig = options.directory.join("kubeconfig");
    let files: String = outputs.iter().map(|output| format!("  {}\n", output.path.display())).collect();
    let client_ca = if options.listen.ip().is_loopback() { "" } else { ", clientCA = \"client-ca.crt\"" };
    format!(
        "Written:\n{files}\n\
         Add to kube-apiserver, with the file in one of its volumes:\n  \
         --authentication-token-webhook-config-file={}\n  \
         --authentication-token-webhook-version=v1\n  \
         --authentication-token-webhook-cache-ttl=10s\n\n\
         Add to the webhook's configuration ({}):\n  \
         listen = \"{}\"\n  \
         tls = {{ certificate = \"tls.crt\", key = \"tls.key\"{client_ca} }}\n",
        kubeconfig.display(),
        options.directory.join("webhook.toml").display(),
        options.listen,
    )
}

fn base64(pem: &str) -> String {
    use base64ct::{Base64, Encoding as _};
    Base64::encode_string(pem.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_dns_names_or_addresses() {
        assert!(matches!(san("10.0.0.5"), Ok(SanType::IpAddress(_))));
        assert!(matches!(san("cp-1.example"), Ok(SanType::DnsName(_))));
        for bad in ["", "a b", "*.example", "a..b", "ä", "https://x", "a\0"] {
            assert!(san(bad).is_err(), "{bad:?}");
        }
    }
}
