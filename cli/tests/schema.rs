//! The JSON Schema of kubemint.toml, held against documents by a validator that is not ours.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

mod rig;

use jsonschema::Validator;
use rig::Rig;
use serde_json::{Value, json};

const DOCUMENT: &str = include_str!("../../kubemint.toml");

fn schema() -> Value {
    let ended = Rig::empty().run(&["config", "schema"]);
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
    serde_json::from_str(&ended.stdout).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

fn document() -> Value {
    toml::from_str(DOCUMENT).unwrap()
}

/// Whether `config build` takes it too.
fn is_built(document: &Value) -> bool {
    let rig = Rig::empty();
    std::fs::write(rig.path("kubemint.toml"), toml::to_string(document).unwrap()).unwrap();
    rig.run(&["config", "build"]).status == 0
}

#[test]
fn it_is_a_schema_and_takes_the_example() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(jsonschema::meta::is_valid(&schema));
    let errors: Vec<String> = validator().iter_errors(&document()).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    assert!(is_built(&document()));
}

#[test]
fn editors_have_something_to_show_for_every_field() {
    let schema = schema();
    let definitions = schema["$defs"].as_object().unwrap().values();
    let mut fields = 0;
    for object in definitions.chain([&schema]) {
        for (name, field) in object["properties"].as_object().unwrap() {
            assert!(field["description"].as_str().is_some_and(|text| text.ends_with('.')), "{name}: {field}");
            fields += 1;
        }
    }
    assert!(fields > 25, "{fields}");
}

#[test]
fn unknown_fields_are_refused_everywhere() {
    let validator = validator();
    for place in [
        "",
        "/identityProviders/0",
        "/identityProviders/0/issuer",
        "/identityProviders/0/claimMappings",
        "/identityProviders/0/claimMappings/username",
        "/clusters/0",
        "/clusters/0/endpoints/0",
        "/rules/0",
        "/rules/0/subjects/0",
        "/rules/0/maxTTL",
    ] {
        let mut document = document();
        document.pointer_mut(place).unwrap()["colour"] = json!("red");
        assert!(!validator.is_valid(&document) && !is_built(&document), "{place}");
    }
}

#[test]
fn what_it_refuses_is_refused_by_the_build_too() {
    let validator = validator();
    for (place, value) in [
        ("/issuer", json!("http://mint.example.com")),
        ("/issuer", json!("https://mint.example.com/")),
        ("/issuer", json!("https://user@mint.example.com")),
        ("/issuer", json!(["https://mint.example.com"])),
        ("/identityProviders", json!([])),
        ("/identityProviders/0/alias", json!("Corp")),
        ("/identityProviders/0/issuer/audiences", json!([])),
        ("/clusters/0/name", json!("Prod")),
        ("/clusters/0/endpoints", json!([])),
        ("/clusters/0/endpoints/0/server", json!("k8s.example.com:6443")),
        ("/clusters/0/accepts", json!(["certificate"])),
        ("/clusters/0/accepts", json!([])),
        ("/rules/0/groups", json!(["system:masters"])),
        ("/rules/0/groups", json!([])),
        ("/rules/0/subjects/0/kind", json!("ServiceAccount")),
        ("/rules/0/maxTTL/bound", json!("8 hours")),
        ("/rules/0/maxTTL/bound", json!(8)),
    ] {
        let mut document = document();
        *document.pointer_mut(place).unwrap() = value;
        assert!(!validator.is_valid(&document), "{place}");
        assert!(!is_built(&document), "{place}");
    }
}

#[test]
fn what_the_build_takes_it_takes_too() {
    let validator = validator();
    for (place, value) in [
        ("/issuer", json!("https://m")),
        ("/issuer", json!("https://127.0.0.1:8443/tenant/a")),
        ("/issuer", json!("https://[::1]:8443")),
        ("/identityProviders/0/alias", json!("corp-2")),
        ("/clusters/0/accepts", json!(["bound", "bearer"])),
        ("/clusters/0/displayName", json!("Ähre ☀")),
        ("/rules/0/groups", json!(["a/b:c"])),
        ("/rules/0/maxTTL", json!({})),
        ("/rules/0/maxTTL/bound", json!("7d")),
        ("/rules", json!([])),
    ] {
        let mut document = document();
        *document.pointer_mut(place).unwrap() = value;
        assert!(is_built(&document), "{place}");
        assert!(validator.is_valid(&document), "{place}");
    }
}
