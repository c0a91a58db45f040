//! The search for leaks finds one of each kind that is planted, and nothing where there is none.

#![allow(clippy::indexing_slicing, reason = "test code: a missing member ends the test there")]

use anyhow::Result;
use kubemint_tests::ca::Authority;
use kubemint_tests::run::Run;
use kubemint_tests::secrets::{Kind, Search};
use kubemint_tests::stranger::Stranger;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const AUDIENCE: &str = "https://mint.example.com/clusters/prod/bound";

/// One secret of each kind, and words that are none.
struct Planted {
    key: Value,
    token: String,
    pem: String,
}

impl Planted {
    fn new() -> Result<Self> {
        let run = Run::new("planted")?;
        let pem = Authority::new(&run, "ca")?.server(&run, "server")?.key;
        let mut stranger = Stranger::start()?;
        let (key, user) = (stranger.key()?, stranger.user()?);
        let grant = stranger.grant(&key, &key, "https://mint.example.com", AUDIENCE, json!({ "user": user }))?;
        let token = stranger.present(&grant, &key, AUDIENCE, json!({}))?;
        Ok(Self { key, token, pem })
    }

    fn search(&self, log: &str) -> Result<Vec<Kind>> {
        let folder = tempfile::tempdir()?;
        let files = [("key.jwk", self.key.to_string()), ("grant", self.token.clone()), ("tls.key", self.pem.clone())];
        for (name, text) in files {
            fs::write(folder.path().join(name), text)?;
        }
        found(folder.path(), log)
    }
}

fn found(folder: &Path, log: &str) -> Result<Vec<Kind>> {
    let inside = folder.join("run");
    fs::create_dir(&inside)?;
    fs::write(inside.join("webhook.log"), format!("a line\nverdict {log} refused\n"))?;
    let search = Search::of(folder);
    assert_eq!(search.logs.0, 1);
    assert!(Kind::ALL.into_iter().all(|kind| search.secrets.count(kind) > 0), "{:?}", search.secrets);
    Ok(search.leaks.into_iter().flat_map(|(_, kinds)| kinds).collect())
}

#[test]
fn a_planted_leak_of_each_kind_is_found() -> Result<()> {
    let planted = Planted::new()?;
    assert_eq!(planted.search("expired, key 7Jx")?, []);
    assert_eq!(planted.search(&planted.token)?, [Kind::Token]);
    let cut = planted.token.rsplit_once('~').map(|(_, binding)| &binding[binding.len() / 2..]).unwrap_or_default();
    assert_eq!(planted.search(cut)?, [Kind::Token], "even a part of a token");
    assert_eq!(planted.search(&planted.key["private"].to_string())?, [Kind::Key]);
    assert_eq!(planted.search(&planted.pem)?, [Kind::Pem]);
    assert_eq!(planted.search(&planted.pem.replace('\n', "\\n"))?, [Kind::Pem], "in one line too");
    Ok(())
}
