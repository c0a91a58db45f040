//! A certificate authority that signs once: its private key never leaves memory and is gone afterwards.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use time::{Duration, OffsetDateTime};

/// What one authority vouches for.
pub enum Purpose {
    /// A server under these names and addresses.
    Server(Vec<SanType>),
    /// A client of this name.
    Client(&'static str),
}

/// A certificate with its key, and the authority that vouches for it.
pub struct Pair {
    /// The authority's certificate.
    pub authority: String,
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

/// Makes an authority, signs one certificate with it and forgets the authority's key, so that nobody can
/// ever sign a second one.
pub fn issue(purpose: Purpose, days: u16) -> Result<Pair, rcgen::Error> {
    let authority_key = KeyPair::generate()?;
    let mut authority = dated(days);
    authority.distinguished_name = name(match purpose {
        Purpose::Server(_) => "kubemint-webhook serving CA",
        Purpose::Client(_) => "kubemint-webhook client CA",
    });
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority_certificate = authority.self_signed(&authority_key)?;

    let key = KeyPair::generate()?;
    let mut leaf = dated(days);
    leaf.is_ca = IsCa::ExplicitNoCa;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.use_authority_key_identifier_extension = true;
    match purpose {
        Purpose::Server(names) => {
            leaf.distinguished_name = name("kubemint-webhook");
            leaf.subject_alt_names = names;
            leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        }
        Purpose::Client(client) => {
            leaf.distinguished_name = name(client);
            leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        }
    }
    let certificate = leaf.signed_by(&key, &Issuer::new(authority, authority_key))?;
    Ok(Pair { authority: authority_certificate.pem(), certificate: certificate.pem(), key: key.serialize_pem() })
}

/// Begins five minutes ago, for clocks that are behind.
fn dated(days: u16) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = OffsetDateTime::now_utc() - Duration::minutes(5);
    params.not_after = params.not_before + Duration::days(days.into());
    params
}

fn name(text: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, text);
    name
}
