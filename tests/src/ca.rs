//! The run's own certificate authority: every part of the rig speaks https and trusts nobody else.

use crate::run::Run;
use anyhow::Result;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use std::path::PathBuf;

/// An authority made for one run.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    file: PathBuf,
}

/// A certificate with its key, as files and as text.
pub struct Issued {
    /// The certificate, PEM.
    pub certificate: String,
    /// Its private key, PKCS#8 PEM.
    pub key: String,
    /// Where the certificate is.
    pub certificate_file: PathBuf,
    /// Where the key is.
    pub key_file: PathBuf,
}

impl Authority {
    /// A fresh key and a certificate for it, written to `<run>/<name>.crt`.
    pub fn new(run: &Run, name: &str) -> Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = common_name(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let pem = params.self_signed(&key)?.pem();
        let file = run.write(&format!("{name}.crt"), &pem)?;
        Ok(Self { issuer: Issuer::new(params, key), pem, file })
    }

    /// Its certificate, PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Where its certificate is.
    pub fn file(&self) -> &PathBuf {
        &self.file
    }

    /// A server's certificate for 127.0.0.1 and localhost.
    pub fn server(&self, run: &Run, name: &str) -> Result<Issued> {
        let names = ["127.0.0.1", "localhost"].map(str::to_owned);
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = common_name(name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(run, name, params)
    }

    /// A client's certificate: the name and groups that kube-apiserver reads from its subject.
    pub fn client(&self, run: &Run, name: &str, groups: &[&str]) -> Result<Issued> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = common_name(name);
        for group in groups {
            params.distinguished_name.push(DnType::OrganizationName, *group);
        }
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(run, name, params)
    }

    fn issue(&self, run: &Run, name: &str, mut params: CertificateParams) -> Result<Issued> {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let pair = KeyPair::generate()?;
        let certificate = params.signed_by(&pair, &self.issuer)?.pem();
        let key = pair.serialize_pem();
        Ok(Issued {
            certificate_file: run.write(&format!("{name}.crt"), &certificate)?,
            key_file: run.write(&format!("{name}.key"), &key)?,
            certificate,
            key,
        })
    }
}

fn common_name(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}
