//! A server that could not be reached or not be believed: which one, why, and the next step.

use rustls::{CertificateError, Error as TlsError};

use crate::{home::lower, refusal::Refusal};

/// How the standard library begins what a resolver says, for which it has no kind of its own.
const RESOLVER: &str = "failed to lookup address";

/// What went wrong, without the path and query of the URL, which could hold a code.
pub fn refusal(whose: &str, url: &str, error: &ureq::Error) -> Refusal {
    let host = host(url);
    if let Some(error) = tls(error) {
        return unbelieved(whose, host, error);
    }
    let cause = match error {
        ureq::Error::Io(error) if error.to_string().starts_with(RESOLVER) => "no such host".to_owned(),
        ureq::Error::Io(error) => lower(error),
        ureq::Error::HostNotFound => "no such host".to_owned(),
        ureq::Error::Timeout(_) => "no answer within five seconds".to_owned(),
        ureq::Error::ConnectionFailed => "the connection failed".to_owned(),
        other => other.to_string(),
    };
    Refusal::new("unreachable", format!("{whose} {host} cannot be reached: {cause}"))
        .hint("check the address and the network, then try again; grants that are still good go on working")
}

/// The fault of TLS, which ureq passes on as it is or inside one of input and output.
fn tls(error: &ureq::Error) -> Option<&TlsError> {
    match error {
        ureq::Error::Rustls(error) => Some(error),
        ureq::Error::Io(error) => error.get_ref()?.downcast_ref(),
        _ => None,
    }
}

fn unbelieved(whose: &str, host: &str, error: &TlsError) -> Refusal {
    use CertificateError as Bad;
    let TlsError::InvalidCertificate(bad) = error else {
        return Refusal::new("tls-failed", format!("{whose} {host} does not speak TLS as it must: {error}"))
            .hint("check the address: an https server must answer there");
    };
    let (what, hint) = match bad {
        // Another CA of the same name, an earlier one perhaps, shows as a bad signature.
        Bad::UnknownIssuer | Bad::BadSignature => (
            "its certificate is of no CA that is believed here".to_owned(),
            "give the CA that signed it, another one if one was given: `kubectl mint login URL --certificate-authority FILE`; its administrator has the file",
        ),
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => (
            "its certificate is for another name".to_owned(),
            "use the URL that its administrator gives, letter by letter",
        ),
        Bad::Expired | Bad::ExpiredContext { .. } => (
            "its certificate has expired".to_owned(),
            "look at this computer's clock; if that is right, its administrator can renew the certificate",
        ),
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => (
            "its certificate is not valid yet".to_owned(),
            "look at this computer's clock; if that is right, its administrator can mend the certificate",
        ),
        other => (format!("its certificate cannot be used: {other}"), "its administrator can mend that"),
    };
    Refusal::new("certificate-refused", format!("{whose} {host} is not believed: {what}")).hint(hint)
}

/// The host of a URL, for people.
pub fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(error: &ureq::Error) -> String {
        refusal("the identity provider", "https://login.example/token?code=secret", error).to_string()
    }

    #[test]
    fn errors_name_the_host_and_nothing_behind_it() {
        let expected = "the identity provider login.example cannot be reached: no such host (unreachable)";
        assert_eq!(said(&ureq::Error::HostNotFound), expected);
    }

    #[test]
    fn certificates_are_told_apart() {
        for (bad, says) in [
            (CertificateError::UnknownIssuer, "of no CA"),
            (CertificateError::BadSignature, "of no CA"),
            (CertificateError::NotValidForName, "for another name"),
            (CertificateError::Expired, "has expired"),
            (CertificateError::NotValidYet, "not valid yet"),
            (CertificateError::BadEncoding, "cannot be used"),
        ] {
            let error = TlsError::InvalidCertificate(bad);
            for error in [ureq::Error::Rustls(error.clone()), ureq::Error::Io(std::io::Error::other(error))] {
                let said = said(&error);
                assert!(said.contains(says) && said.ends_with("(certificate-refused)"), "{said}");
            }
        }
        assert!(said(&ureq::Error::Rustls(TlsError::DecryptError)).ends_with("(tls-failed)"));
    }
}
