//! `POST /token`: token exchange (RFC 8693), from a sign-in or a session to a session, grant or bearer.

use kubemint_core::{
    bearer,
    dpop::Purpose,
    exchange::{self, Issued},
    policy::{self, Kind, Who},
    problem::Reason,
    resource::Resource,
    session::{self as child, Ids, SignIn},
    time::Seconds,
};

use crate::{
    form::Form,
    host::{Host, Request, Response},
    issue,
    route::Mint,
    session, sign_in,
};

/// One exchange.
///
/// # Errors
/// The first check that fails, for the one table of answers.
pub async fn exchange(mint: &Mint, host: &impl Host, request: &Request) -> Result<Response, Reason> {
    let form = Form::parse(&request.content_type, &request.body)?;
    if form.need("grant_type")? != exchange::GRANT_TYPE {
        return Err(Reason::GrantTypeUnsupported);
    }
    let wanted = Wanted::read(&form, &mint.config.issuer)?;
    let subject_token = form.need("subject_token")?;
    let issued = match form.need("subject_token_type")? {
        exchange::ID_TOKEN => {
            from_sign_in(mint, host, request, &wanted, (subject_token, form.need("nonce_salt")?)).await
        }
        exchange::ACCESS_TOKEN => from_session(mint, host, request, &wanted, subject_token).await,
        _ => Err(Reason::TokenTypeUnsupported),
    }?;
    let answer = Response::json(200, &issued.to_json(host.now()));
    Ok(answer.with("cache-control", "no-store"))
}

/// What is asked for.
struct Wanted<'a> {
    resource: Resource,
    resource_text: &'a str,
    kind: Kind,
    type_text: Option<&'a str>,
    life: Option<Seconds>,
}

impl<'a> Wanted<'a> {
    fn read(form: &'a Form, issuer: &str) -> Result<Self, Reason> {
        let resource_text = form.need("resource")?;
        let type_text = form.get("requested_token_type");
        let kind = match type_text {
            None | Some(exchange::GRANT) => Kind::Bound,
            Some(exchange::ACCESS_TOKEN) => Kind::Bearer,
            Some(_) => return Err(Reason::TokenTypeUnsupported),
        };
        let life =
            form.get("ttl").map(|ttl| ttl.parse().map(Seconds).map_err(|_| Reason::RequestMalformed)).transpose()?;
        let resource = Resource::parse(resource_text, issuer)?;
        Ok(Self { resource, resource_text, kind, type_text, life })
    }

    fn purpose<'p>(&'p self, uri: &'p str, token: Option<&'p str>) -> Purpose<'p> {
        Purpose { method: "POST", uri, resource: self.resource_text, requested_token_type: self.type_text, token }
    }

    /// The life asked for, within the one that policy allows; 0 and less than a minute are no lives.
    fn life(&self, allowed: Seconds, default: Seconds) -> Result<Seconds, Reason> {
        match self.life {
            None => Ok(default.min(allowed)),
            Some(life) if life.0 < 60 => Err(Reason::RequestMalformed),
            Some(life) if life > allowed => Err(Reason::LifeTooLong),
            Some(life) => Ok(life),
        }
    }
}

async fn from_sign_in(
    mint: &Mint,
    host: &impl Host,
    request: &Request,
    wanted: &Wanted<'_>,
    (token, salt): (&str, &str),
) -> Result<Issued, Reason> {
    if wanted.kind == Kind::Bearer {
        return Err(Reason::KindForbidden);
    }
    let uri = mint.token_endpoint();
    let proof = sign_in::prove(host, &request.dpop, &wanted.purpose(&uri, None)).await?;
    let caller = sign_in::caller(mint, host, token, &proof.key, salt).await?;
    limit(host, &caller.subject).await?;
    let who = Who { username: &caller.username, groups: &caller.groups };
    let mut decision = policy::decide(&mint.config, who, &wanted.resource, Kind::Bound)?;
    decision.life = wanted.life(decision.life, decision.life)?;
    let ids = Ids { id: issue::id(host)?, session_id: issue::id(host)? };
    let sign_in = SignIn { caller: &caller, holder: &proof.key };
    issue::grant(mint, host, sign_in.grant(&mint.config.issuer, &wanted.resource, decision, ids, host.now())).await
}

async fn from_session(
    mint: &Mint,
    host: &impl Host,
    request: &Request,
    wanted: &Wanted<'_>,
    presentation: &str,
) -> Result<Issued, Reason> {
    let session = session::accept(mint, host, presentation).await?;
    if wanted.resource == Resource::Mint {
        return Err(Reason::SessionChained);
    }
    limit(host, &session.subject).await?;
    let who = Who { username: &session.username, groups: &session.groups };
    let mut decision = policy::decide(&mint.config, who, &wanted.resource, wanted.kind)?;
    if wanted.kind == Kind::Bound {
        decision.life = wanted.life(decision.life, decision.life)?;
        let grant = child::child(&session, &wanted.resource, decision, issue::id(host)?, host.now());
        return issue::grant(mint, host, grant).await;
    }
    // A captured presentation alone must never turn into hours of anything: the key proves itself again.
    let uri = mint.token_endpoint();
    let proof = sign_in::prove(host, &request.dpop, &wanted.purpose(&uri, Some(presentation))).await?;
    if proof.key != session.holder {
        return Err(Reason::ProofWrong);
    }
    mint.replay.spend(&proof.id, host.now())?;
    let life = wanted.life(decision.life, bearer::DEFAULT_LIFE)?;
    let bearer = child::bearer(&session, &wanted.resource, decision.groups, life, issue::id(host)?, host.now());
    issue::bearer(mint, host, bearer).await
}

async fn limit(host: &impl Host, subject: &str) -> Result<(), Reason> {
    if host.limit(&format!("subject:{subject}")).await { Ok(()) } else { Err(Reason::RateLimited) }
}
