//! The Kubernetes face: discovery and the read-only `clusters`, enough for kubectl and the plugin.

use kubemint_core::{
    cluster::{API_VERSION, View},
    grant::Grant,
    policy::{self, Who},
    problem::Reason,
};
use serde_json::{Value, json};

use crate::{
    host::{Host, Request, Response},
    route::Mint,
    session,
};

/// The configuration does not change while an isolate lives, so one version serves all lists.
const RESOURCE_VERSION: &str = "1";

/// `GET /api`: there is no core group here.
pub fn api_versions() -> Value {
    json!({ "kind": "APIVersions", "versions": [], "serverAddressByClientCIDRs": [] })
}

/// `GET /apis`.
pub fn api_groups() -> Value {
    let version = json!({ "groupVersion": API_VERSION, "version": "v1alpha1" });
    let group = json!({ "name": "kubemint.dev", "versions": [version], "preferredVersion": version });
    json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": [group] })
}

/// `GET /apis/kubemint.dev/v1alpha1`.
pub fn api_resources() -> Value {
    let clusters = json!({
        "name": "clusters", "singularName": "cluster", "namespaced": false, "kind": "Cluster", "verbs": ["get", "list"],
    });
    json!({ "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": API_VERSION, "resources": [clusters] })
}

/// `GET …/clusters`: what the caller may see.
///
/// # Errors
/// The reasons of presentations.
pub async fn list(mint: &Mint, host: &impl Host, request: &Request) -> Result<Response, Reason> {
    let session = session::authorize(mint, host, &request.authorization).await?;
    let views = views(mint, &session);
    if wants_table(&request.accept) {
        return Ok(Response::json(200, &table(&views)));
    }
    let items: Vec<Value> = views.iter().map(View::to_json).collect();
    let metadata = json!({ "resourceVersion": RESOURCE_VERSION });
    Ok(Response::json(
        200,
        &json!({ "apiVersion": API_VERSION, "kind": "ClusterList", "metadata": metadata, "items": items }),
    ))
}

/// `GET …/clusters/<name>`; one that the caller may not see is not there.
///
/// # Errors
/// [`Reason::NotFound`] and the reasons of presentations.
pub async fn get(mint: &Mint, host: &impl Host, request: &Request, name: &str) -> Result<Response, Reason> {
    let session = session::authorize(mint, host, &request.authorization).await?;
    let view = views(mint, &session).into_iter().find(|view| view.name == name).ok_or(Reason::NotFound)?;
    let body = if wants_table(&request.accept) { table(&[view]) } else { view.to_json() };
    Ok(Response::json(200, &body))
}

fn views(mint: &Mint, session: &Grant) -> Vec<View> {
    let who = Who { username: &session.username, groups: &session.groups };
    let visible = policy::visible(&mint.config, who).into_iter();
    visible.map(|cluster| View::new(cluster, policy::namespace(&mint.config, who, cluster))).collect()
}

/// Whether any of the accepted types is a Table of `meta.k8s.io/v1`.
fn wants_table(accept: &str) -> bool {
    accept.split(',').any(|kind| {
        let mut parameters = kind.split(';').map(str::trim).skip(1);
        let has = |wanted: &str| kind.split(';').map(str::trim).any(|p| p == wanted);
        parameters.any(|p| p == "as=Table") && has("v=v1") && has("g=meta.k8s.io")
    })
}

fn table(views: &[View]) -> Value {
    let column = |name: &str, priority: u8, description: &str| json!({ "name": name, "type": "string", "format": "", "description": description, "priority": priority });
    let columns = [
        column("Name", 0, "The name to give to kubectl mint kubeconfig add --cluster."),
        column("Display Name", 0, "The name for people."),
        column("Namespace", 0, "The namespace your access is about, where the rules name one."),
        column("Accepts", 0, "The kinds of credential it accepts."),
        column("Server", 1, "Where it answers."),
    ];
    let rows: Vec<Value> = views.iter().map(row).collect();
    json!({
        "apiVersion": "meta.k8s.io/v1", "kind": "Table", "metadata": { "resourceVersion": RESOURCE_VERSION },
        "columnDefinitions": columns, "rows": rows,
    })
}

fn row(view: &View) -> Value {
    let server = view.endpoints.first().map(|endpoint| endpoint.server.as_str());
    let object = json!({
        "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": { "name": view.name },
    });
    let namespace = view.namespace.as_deref().unwrap_or("<any>");
    json!({ "cells": [view.name, view.display_name, namespace, view.accepts.join(","), server], "object": object })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_is_read_exactly() {
        assert!(wants_table("application/json;as=Table;v=v1;g=meta.k8s.io,application/json"));
        assert!(!wants_table("application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"));
        assert!(!wants_table("application/json") && !wants_table(""));
    }
}
