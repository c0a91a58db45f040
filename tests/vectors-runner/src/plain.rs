//! Nouns that need no key: documents and names in, what they say out.

use alloc::{string::ToString, vec::Vec};
use kubemint_core::{
    base64url,
    cluster::View,
    date,
    deny::{Deny, Marks},
    exchange::{Issued, Refusal},
    exec, hash, json, metadata, name, nonce,
    pattern::Pattern,
    resource::Resource,
    time::Seconds,
};
use serde_json::{Value, json};

use crate::input::{Fault, Input, unfit};

/// What kubectl says to the plugin, or with `token` what it hears.
pub(crate) fn exec(input: &Input<'_>) -> Result<Value, Fault> {
    let info = exec::Info::parse(&input.text("info")?)?;
    if let Some(token) = input.optional_str("token")? {
        return Ok(exec::credential(&info.api_version, token, input.time("expires_at")?).into());
    }
    let cluster = info.cluster.map(|target| {
        json!({
            "server": target.server, "certificate-authority-data": target.certificate_authority_data,
            "insecure-skip-tls-verify": target.insecure_skip_tls_verify,
            "tls-server-name": target.tls_server_name, "proxy-url": target.proxy_url,
        })
    });
    Ok(json!({ "apiVersion": info.api_version, "interactive": info.interactive, "cluster": cluster }))
}

/// The numbers of the bad lines, or a refusal by the good ones.
pub(crate) fn deny(input: &Input<'_>) -> Result<Value, Fault> {
    let (deny, bad) = Deny::parse(&input.text("deny")?);
    deny.check(&Marks {
        id: input.str("jti")?,
        session_id: input.str("sid")?,
        subject: input.str("sub")?,
        thumbprint: input.optional_str("jkt")?,
    })?;
    let lines: Vec<usize> = bad.iter().map(|line| line.line).collect();
    Ok(json!({ "bad": lines }))
}

pub(crate) fn pattern(input: &Input<'_>) -> Result<Value, Fault> {
    Ok(Pattern::new(&input.text("pattern")?).matches(&input.text("name")?).into())
}

/// A username, groups, a DNS label, an alias or an id.
pub(crate) fn name(input: &Input<'_>) -> Result<Value, Fault> {
    let good = |good: bool, kind: &str| if good { Ok(true.into()) } else { Err(Fault::refused(kind)) };
    match input.str("kind")? {
        "groups" => Ok(name::check_groups(&groups(input)?).map(|()| true)?.into()),
        "username" => Ok(name::check_username(&input.text("name")?).map(|()| true)?.into()),
        "label" => good(name::is_dns_label(&input.text("name")?), "label"),
        "alias" => good(name::is_alias(&input.text("name")?), "alias"),
        "id" => good(name::is_id(&input.text("name")?), "id"),
        _ => Err(unfit("kind")),
    }
}

fn groups(input: &Input<'_>) -> Result<Vec<alloc::string::String>, Fault> {
    let Some(count) = input.optional("count").and_then(Value::as_u64) else { return input.strings("groups") };
    Ok((0..count).map(|n| alloc::format!("group-{n}")).collect())
}

pub(crate) fn resource(input: &Input<'_>) -> Result<Value, Fault> {
    let issuer = input.str("issuer")?;
    let resource = Resource::parse(&input.text("resource")?, issuer)?;
    Ok(json!({ "url": resource.url(issuer), "bound": resource.bound_audience(issuer) }))
}

/// A document that says one thing only, or none.
pub(crate) fn json(input: &Input<'_>) -> Result<Value, Fault> {
    let document = json::parse(&input.bytes("document")?).ok_or_else(|| Fault::refused("no document"))?;
    Ok(if input.optional("count").is_some() {
        document.as_object().map(serde_json::Map::len).or(document.as_array().map(Vec::len)).unwrap_or(0).into()
    } else {
        document
    })
}

pub(crate) fn clusters(input: &Input<'_>) -> Result<Value, Fault> {
    Ok(View::list(&input.bytes("list")?)?.iter().map(View::to_json).collect())
}

pub(crate) fn metadata(input: &Input<'_>) -> Result<Value, Fault> {
    let providers = metadata::providers(&input.bytes("document")?, input.str("issuer")?)?;
    Ok(providers
        .iter()
        .map(|p| json!({ "alias": p.alias, "issuer": p.issuer, "client_id": p.client_id, "scopes": p.scopes }))
        .collect())
}

/// The mint's answer as a client reads it; with `refusal`, its error.
pub(crate) fn exchange(input: &Input<'_>) -> Result<Value, Fault> {
    let body = input.bytes("body")?;
    if input.optional("refusal").is_some() {
        let refusal = Refusal::parse(&body).ok_or_else(|| Fault::refused("no refusal"))?;
        return Ok(json!({ "reason": refusal.reason, "description": refusal.description }));
    }
    let issued = Issued::parse(&body)?;
    Ok(json!({ "token": issued.token, "type": issued.token_type, "expires_at": issued.expires_at }))
}

/// Small encodings: base64url, SHA-256, the sign-in's nonce, durations and dates.
pub(crate) fn text(input: &Input<'_>) -> Result<Value, Fault> {
    Ok(match input.str("what")? {
        "base64url" => base64url::encode(&base64url::decode(&input.text("text")?)?).into(),
        "sha256" => hash::sha256_base64url(&input.bytes("text")?).into(),
        "commitment" => nonce::commitment(input.str("thumbprint")?, input.str("nonce_salt")?).into(),
        "nonce" => nonce::check(&input.text("text")?).map(|()| true)?.into(),
        "duration" => {
            let seconds: Seconds = input.text("text")?.parse().map_err(|_| Fault::refused("no duration"))?;
            json!({ "seconds": seconds.0, "prints": seconds.to_string() })
        }
        "http-date" => {
            let time = date::parse_http(&input.text("text")?).ok_or_else(|| Fault::refused("no date"))?;
            json!({ "unix": time, "rfc3339": date::rfc3339(time) })
        }
        _ => return Err(unfit("what")),
    })
}
