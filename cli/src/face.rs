//! The mint's Kubernetes face: the mint itself as a server that kubectl calls, `kubectl get clusters`.

use base64ct::{Base64, Encoding as _};
use kubemint_core::exec::Target;

use crate::{
    home::Home,
    known::{Address, Known},
    mint::Mint,
    refusal::Refusal,
};

/// The name of its kubeconfig entries.
pub const NAME: &str = "kubemint";

/// The mint as its entry describes it: its URL and its CA as they were at the sign-in, and no way around.
pub fn known(home: &Home) -> Result<Known, Refusal> {
    let mint = Mint::require(home)?;
    let address =
        Address { name: NAME.to_owned(), server: mint.issuer.clone(), tls_server_name: None, proxy_url: None };
    Ok(Known {
        issuer: mint.issuer,
        name: NAME.to_owned(),
        display_name: String::new(),
        addresses: vec![address],
        certificate_authority_data: Mint::ca(home)?.map(|pem| Base64::encode_string(&pem)),
        namespace: None,
        accepts: Vec::new(),
        insecure: false,
    })
}

/// Refuses a server that is not the mint as it was at the sign-in: whoever else stands there gets no session.
pub fn check_target(home: &Home, target: &Target) -> Result<(), Refusal> {
    let known = known(home)?;
    let Some(difference) = known.difference(target) else { return Ok(()) };
    let sentence = format!(
        "nothing is signed: the kubeconfig's cluster is not the mint {} as you signed in to it: {difference}",
        known.issuer
    );
    Err(Refusal::new("server-unknown", sentence).hint(
        "`kubectl mint kubeconfig add --mint` writes the entry anew; if somebody gave you this kubeconfig, do not use it",
    ))
}
