//! Configurations, and what their rules give to whom.

use kubemint_core::{
    config::{Config, Document},
    policy::{self, Kind, Who},
    resource::Resource,
};
use serde_json::{Value, json};

use crate::{
    input::{Fault, Input},
    wire,
};

/// Refuses with the faulty fields, or with `unreadable` for what is no configuration at all.
pub(crate) fn check(input: &Input<'_>) -> Result<Value, Fault> {
    let config = config(input)?;
    let clusters: alloc::vec::Vec<&str> = config.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    Ok(json!({ "issuer": config.issuer, "clusters": clusters, "rules": config.rules.len() }))
}

fn config(input: &Input<'_>) -> Result<Config, Fault> {
    let document: Document =
        serde_json::from_slice(&input.bytes("config")?).map_err(|_| Fault::refused("unreadable"))?;
    document.check().map_err(|faults| Fault::Refused(faults.into_iter().map(|fault| fault.path).collect()))
}

pub(crate) fn decide(input: &Input<'_>) -> Result<Value, Fault> {
    let (config, groups) = (config(input)?, input.strings("groups")?);
    let who = Who { username: input.str("username")?, groups: &groups };
    if input.optional("visible").is_some() {
        return Ok(policy::visible(&config, who).into_iter().map(|cluster| cluster.name.as_str()).collect());
    }
    let resource = Resource::parse(input.str("resource")?, &config.issuer)?;
    let kind = if input.str("kind")? == "bearer" { Kind::Bearer } else { Kind::Bound };
    Ok(wire::decision(&policy::decide(&config, who, &resource, kind)?))
}
