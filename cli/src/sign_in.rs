//! One sign-in: from the mint's list of providers to a session for the key of this computer.

use std::{path::Path, thread, time::Duration};

use kubemint_core::{metadata::Provider, nonce};

use crate::{
    chance, clusters,
    context::Context,
    exchange::Exchange,
    http::{Authorities, Client, Trust},
    kept::Kept,
    key,
    known::Known,
    loopback::{Expected, Loopback},
    mint::Mint,
    provider::Discovered,
    refusal::Refusal,
};

/// What a sign-in starts from.
pub struct SignIn<'a> {
    /// The mint, and the provider's alias if one was chosen.
    pub mint: Mint,
    /// The CA of the mint, in PEM, if it has one of its own.
    pub ca: Option<Vec<u8>>,
    /// How long to wait for the person.
    pub patience: Duration,
    /// The surroundings.
    pub context: &'a Context,
}

/// What came of it.
pub struct SignedIn {
    /// The session.
    pub session: Kept,
    /// The clusters one may see.
    pub clusters: Vec<Known>,
}

impl SignIn<'_> {
    /// Opens the browser once, waits, and remembers session and clusters.
    pub fn run(self) -> Result<SignedIn, Refusal> {
        let (context, home) = (self.context, &self.context.home);
        let connection = self.mint.connect(context, self.ca.as_deref())?;
        let provider = choose(connection.providers()?, self.mint.provider.as_deref())?;
        let key = key::load_or_make(home)?;
        let salt = chance::text()?;
        let id_token = self.id_token(&provider, &nonce::commitment(&key.public().thumbprint(), &salt))?;
        let exchange = Exchange { issuer: &self.mint.issuer, mint: &connection, key: &key };
        let session = exchange.session(&id_token, &salt)?;
        let mint = Mint { provider: Some(provider.alias), ..self.mint };
        // Grants of an older session may be another person's.
        Kept::forget_grants(home)?;
        mint.save(home, self.ca.as_deref())?;
        session.save_session(home)?;
        let clusters = clusters::fetch(context, &mint, &connection, &session, &key)?;
        Ok(SignedIn { session, clusters })
    }

    fn id_token(&self, provider: &Provider, nonce: &str) -> Result<String, Refusal> {
        let client = self.provider_client()?;
        let found = Discovered::fetch(provider, &client)?;
        let loopback = Loopback::open()?;
        let request = found.request(&loopback.url(), nonce)?;
        let context = self.context;
        context.say(format_args!("Opening the browser to sign in at {}. If it does not open, visit:", found.issuer));
        context.say(format_args!("  {}", request.url));
        open(request.url.clone());
        let expected = Expected { state: &request.state, issuer: &found.issuer, names_itself: found.names_itself };
        let code = loopback.wait(&expected, self.patience)?;
        context.note(format_args!("the provider answered with a code"));
        found.id_token(&client, &request, &code)
    }

    /// A client for the provider: the mint's CA counts there too, beside the system's.
    fn provider_client(&self) -> Result<Client, Refusal> {
        let trust = match &self.ca {
            Some(pem) => Trust::SystemAnd(Authorities::parse(pem, Path::new("ca.crt"))?),
            None => Trust::System,
        };
        Ok(Client::new("the identity provider", trust))
    }
}

/// Opens a tab by `$BROWSER` or the desktop's way. It must not keep us waiting: some browsers stay
/// in the foreground until they are closed.
fn open(url: String) {
    thread::spawn(move || {
        if webbrowser::open(&url).is_err() {
            anstream::eprintln!("kubectl-mint: no browser could be opened; visit the address above");
        }
    });
}

fn choose(providers: Vec<Provider>, alias: Option<&str>) -> Result<Provider, Refusal> {
    let aliases: Vec<String> = providers.iter().map(|provider| provider.alias.clone()).collect();
    let mut fitting = providers.into_iter().filter(|provider| alias.is_none_or(|alias| provider.alias == alias));
    let hint = format!("choose one with --provider: {}", aliases.join(", "));
    match (fitting.next(), fitting.next()) {
        (Some(provider), None) => Ok(provider),
        (Some(_), Some(_)) => {
            Err(Refusal::new("provider-unchosen", "this mint has several identity providers").hint(hint))
        }
        (None, _) => Err(Refusal::new("provider-unknown", "this mint has no such identity provider").hint(hint)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(alias: &str) -> Provider {
        Provider {
            alias: alias.into(),
            issuer: format!("https://{alias}.example"),
            client_id: "kubemint".into(),
            scopes: vec![],
        }
    }

    #[test]
    fn one_provider_needs_no_choice_and_two_do() {
        assert_eq!(choose(vec![provider("a")], None).unwrap().alias, "a");
        assert_eq!(choose(vec![provider("a"), provider("b")], Some("b")).unwrap().alias, "b");
        assert_eq!(choose(vec![provider("a"), provider("b")], None).unwrap_err().reason(), "provider-unchosen");
        assert_eq!(choose(vec![provider("a")], Some("c")).unwrap_err().reason(), "provider-unknown");
        assert_eq!(choose(vec![], None).unwrap_err().reason(), "provider-unknown");
    }
}
