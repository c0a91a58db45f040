//! kubeconfig files: what is added, what is left alone, and that kubectl agrees.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

mod rig;

use std::fs;

use rig::{
    Rig, ended,
    kubeconfig::{OTHERS, add, kubectl, refused, view},
    set_mode,
};
use serde_json::{Value, json};

#[test]
fn a_first_kubeconfig_is_made_and_kubectl_reads_it() {
    let rig = Rig::signed_in();
    let ended = add(&rig);
    assert_eq!((ended.status, ended.stdout.as_str()), (0, ""), "{}", ended.stderr);
    let view = view(&rig.path("config"));
    assert_eq!(view["current-context"], "prod");
    assert_eq!(view["clusters"][0]["cluster"]["server"], rig::SERVER);
    assert_eq!(view["clusters"][0]["cluster"]["certificate-authority-data"], rig::CA);
    let exec = &view["users"][0]["user"]["exec"];
    assert_eq!(exec["apiVersion"], "client.authentication.k8s.io/v1beta1");
    assert_eq!(exec["args"], json!(["token", "--cluster", "prod"]));
    assert_eq!((&exec["interactiveMode"], &exec["provideClusterInfo"]), (&json!("IfAvailable"), &json!(true)));
    assert!(exec["installHint"].as_str().unwrap().contains("kubectl mint login https://mint.example"));
    let text = fs::read_to_string(rig.path("config")).unwrap();
    assert!(!text.contains(&rig.secret()) && !text.contains("eyJ"));
}

#[test]
fn what_others_wrote_stays_and_remove_restores_it() {
    let rig = Rig::signed_in();
    fs::write(rig.path("config"), OTHERS).unwrap();
    assert_eq!(rig.run(&["kubeconfig", "add", "--cluster", "prod"]).status, 0);
    let added = fs::read_to_string(rig.path("config")).unwrap();
    assert!(
        added.contains("# kept by hand\n")
            && added.contains("   # not ours\n")
            && added.contains("current-context: other\n")
    );
    assert_eq!(view(&rig.path("config"))["contexts"].as_array().unwrap().len(), 2);
    let again = rig.run(&["kubeconfig", "add", "--cluster", "prod"]);
    assert!(again.stderr.contains("was up to date"), "{}", again.stderr);
    assert_eq!(fs::read_to_string(rig.path("config")).unwrap(), added);
    assert_eq!(rig.run(&["kubeconfig", "remove", "--cluster", "prod"]).status, 0);
    assert_eq!(fs::read_to_string(rig.path("config")).unwrap(), OTHERS);
    refused(&rig.run(&["kubeconfig", "remove", "--cluster", "prod"]), "entry-missing");
    refused(&rig.run(&["kubeconfig", "remove", "--all"]), "entry-missing");
    assert_eq!(fs::read_to_string(rig.path("config")).unwrap(), OTHERS);
}

#[test]
fn the_mark_survives_kubectls_own_rewriting() {
    let rig = Rig::signed_in();
    fs::write(rig.path("config"), OTHERS).unwrap();
    assert_eq!(add(&rig).status, 0);
    assert_eq!(kubectl(&rig.path("config"), &["config", "set-context", "prod", "--namespace", "x"]).status, 0);
    let list = rig.run(&["kubeconfig", "list"]);
    assert!(
        list.stdout.lines().nth(1).unwrap().starts_with("prod      prod      https://mint.example"),
        "{}",
        list.stdout
    );
    assert_eq!(rig.run(&["kubeconfig", "remove", "--all"]).status, 0);
    let view = view(&rig.path("config"));
    assert_eq!(view["contexts"].as_array().unwrap().len(), 1);
    assert_eq!(view["current-context"], "");
}

#[test]
fn entries_of_the_same_name_that_are_not_ours_are_not_touched() {
    let rig = Rig::signed_in();
    for list in ["clusters", "contexts", "users"] {
        let taken = format!("{list}:\n- name: prod\n  {}: {{}}\n", list.trim_end_matches('s'));
        fs::write(rig.path("config"), &taken).unwrap();
        refused(&add(&rig), "entry-taken");
        assert_eq!(fs::read_to_string(rig.path("config")).unwrap(), taken);
    }
    let prefixed = rig.run(&["kubeconfig", "add", "--cluster", "prod", "--prefix", "mint-", "--use"]);
    assert_eq!(prefixed.status, 0, "{}", prefixed.stderr);
    assert!(fs::read_to_string(rig.path("config")).unwrap().contains("current-context: mint-prod\n"));
}

#[test]
fn all_means_all_that_are_known() {
    let rig = Rig::signed_in();
    rig.know("dev");
    let ended = rig.run(&["kubeconfig", "add", "--all", "--namespace", "shop", "--endpoint", "internal"]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let view = view(&rig.path("config"));
    let names: Vec<&Value> = view["contexts"].as_array().unwrap().iter().map(|context| &context["name"]).collect();
    assert_eq!(names, ["dev", "prod"]);
    assert_eq!(view["contexts"][0]["context"]["namespace"], "shop");
    assert_eq!(view["clusters"][1]["cluster"]["tls-server-name"], "kubernetes");
}

#[test]
fn print_writes_no_file() {
    let rig = Rig::signed_in();
    let ended = rig.run(&["kubeconfig", "add", "--cluster", "prod", "--print", "--exec-command", "/opt/kubectl-mint"]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert!(!rig.path("config").exists());
    fs::write(rig.path("printed"), ended.stdout).unwrap();
    let view = view(&rig.path("printed"));
    assert_eq!(
        (&view["current-context"], &view["users"][0]["user"]["exec"]["command"]),
        (&json!("prod"), &json!("/opt/kubectl-mint"))
    );
}

#[test]
fn an_unchecked_certificate_is_said_aloud_and_can_be_taken_back() {
    let rig = Rig::signed_in();
    let args = ["kubeconfig", "add", "--cluster", "prod", "--insecure-skip-tls-verify"];
    assert!(rig.run(&args).stderr.contains("warning"));
    let cluster = view(&rig.path("config"))["clusters"][0]["cluster"].clone();
    assert_eq!((&cluster["insecure-skip-tls-verify"], cluster.get("certificate-authority-data")), (&json!(true), None));
    let mut info = rig::exec_info("v1");
    info["spec"]["cluster"] = json!({ "server": rig::SERVER, "insecure-skip-tls-verify": true });
    assert_eq!(rig.token(&info).status, 0);
    assert_eq!(add(&rig).status, 0);
    assert_eq!(rig.token(&info).status, 1);
}

#[test]
fn the_file_written_is_kubectls_choice() {
    let rig = Rig::signed_in();
    let list = |names: &[&str]| std::env::join_paths(names.iter().map(|name| rig.path(name))).unwrap();
    let run =
        |names: &[&str], args: &[&str]| ended(&rig.command(args).env("KUBECONFIG", list(names)).output().unwrap());
    assert_eq!(run(&["a", "b", "c"], &["kubeconfig", "add", "--cluster", "prod"]).status, 0);
    assert!(rig.path("c").exists() && !rig.path("a").exists() && !rig.path("b").exists());
    fs::write(rig.path("a"), OTHERS).unwrap();
    // Ours is renewed where it stands; the current context goes to the first file that exists.
    assert_eq!(run(&["a", "b", "c"], &["kubeconfig", "add", "--cluster", "prod", "--use"]).status, 0);
    assert!(fs::read_to_string(rig.path("a")).unwrap().contains("current-context: prod\n"));
    assert!(!fs::read_to_string(rig.path("a")).unwrap().contains("kubemint.dev"));
    assert_eq!(run(&["b", "c"], &["kubeconfig", "remove", "--all"]).status, 0);
    assert!(!fs::read_to_string(rig.path("c")).unwrap().contains("kubemint.dev"));
    let default =
        ended(&rig.command(&["kubeconfig", "add", "--cluster", "prod"]).env_remove("KUBECONFIG").output().unwrap());
    assert_eq!(default.status, 0, "{}", default.stderr);
    assert!(rig.path(".kube/config").exists());
}

#[cfg(unix)]
#[cfg(unix)]
#[test]
fn many_at_once_lose_nothing() {
    let rig = Rig::signed_in();
    let names: Vec<String> = (0..8).map(|i| format!("c{i}")).collect();
    names.iter().for_each(|name| rig.know(name));
    let children: Vec<_> = names
        .iter()
        .map(|name| {
            rig.command(&["kubeconfig", "add", "--cluster", name]).stderr(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(view(&rig.path("config"))["contexts"].as_array().unwrap().len(), names.len());
}

#[test]
fn kubectl_gets_a_token_for_the_entry_as_written_and_none_when_it_was_changed() {
    let rig = Rig::signed_in();
    let address = json!({ "name": "public", "server": "https://127.0.0.1:1" });
    let known = json!({ "issuer": rig.issuer, "name": "prod", "displayName": "prod", "addresses": [address], "accepts": ["bound"] });
    rig.save("clusters/prod.json", &known);
    let wrapper = rig.path("plugin");
    let (home, seen) = (rig.home(), rig.path("seen"));
    let script = format!(
        "#!/bin/sh\nKUBEMINT_HOME={} {} \"$@\" | tee {}\n",
        home.display(),
        env!("CARGO_BIN_EXE_kubectl-mint"),
        seen.display()
    );
    fs::write(&wrapper, script).unwrap();
    set_mode(&wrapper, 0o755);
    let args = ["kubeconfig", "add", "--cluster", "prod", "--use", "--exec-command", wrapper.to_str().unwrap()];
    assert_eq!(rig.run(&args).status, 0);
    kubectl(&rig.path("config"), &["get", "--raw", "/version"]);
    assert!(fs::read_to_string(&seen).unwrap().contains("\"token\":\"eyJ"));
    for (from, to) in
        [("https://127.0.0.1:1", "https://127.0.0.1:2"), ("provideClusterInfo: true", "provideClusterInfo: false")]
    {
        let text = fs::read_to_string(rig.path("config")).unwrap();
        assert!(text.contains(from));
        fs::write(rig.path("changed"), text.replace(from, to)).unwrap();
        fs::write(&seen, "unseen").unwrap();
        let ended = kubectl(&rig.path("changed"), &["get", "--raw", "/version"]);
        assert_eq!(fs::read_to_string(&seen).unwrap(), "", "{}", ended.stderr);
        assert!(ended.stderr.contains("kubectl-mint: nothing is signed"), "{}", ended.stderr);
    }
}

#[test]
fn names_that_look_like_other_things_stay_names() {
    let rig = Rig::signed_in();
    for name in ["on", "no", "y", "12", "1e3", "0x1f", "012", "null", "true", "12-34", "1-1-2026"] {
        rig.know(name);
        let ended = rig.run(&["kubeconfig", "add", "--cluster", name, "--use", "--namespace", name]);
        assert_eq!(ended.status, 0, "{name}: {}", ended.stderr);
        let view = view(&rig.path("config"));
        assert_eq!(view["current-context"], name);
        let contexts = view["contexts"].as_array().unwrap();
        let context = contexts.iter().find(|context| context["name"] == name).unwrap();
        assert_eq!((&context["context"]["namespace"], &context["context"]["user"]), (&json!(name), &json!(name)));
    }
    assert_eq!(rig.run(&["kubeconfig", "remove", "--all"]).status, 0);
    assert_eq!(view(&rig.path("config"))["users"], Value::Null);
}
