//! The bundle by wrangler.toml in wrangler's own harness: the platform's bindings instead of workerd's configuration.
#![allow(clippy::indexing_slicing, reason = "test code: a missing member ends the test there")]

use anyhow::{Context, Result, ensure};
use kubemint_tests::ca::Authority;
use kubemint_tests::edge::timed;
use kubemint_tests::provider::script;
use kubemint_tests::run::Run;
use kubemint_tests::stranger::Stranger;
use kubemint_tests::{secrets, tools};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use std::{env, fs};

/// What wrangler.toml allows an address in a minute.
const LIMIT: usize = 60;

#[test]
fn its_own_rate_limiter_stops_one_address_and_no_other() -> Result<()> {
    let mut requests = vec![json!({ "path": "/readyz", "address": "192.0.2.1" })];
    // So many that one minute's allowance is exceeded even where another minute begins in between.
    let sent = 2 * LIMIT + 1;
    requests.extend((0..sent).map(|_| json!({ "path": "/token", "method": "POST", "address": "192.0.2.1" })));
    requests.push(json!({ "path": "/token", "method": "POST", "address": "192.0.2.2" }));
    let answers = run(Some(&signing_keys()?), &requests)?;
    let statuses: Vec<u64> = answers.iter().filter_map(|answer| answer["status"].as_u64()).collect();
    assert_eq!(statuses.first(), Some(&200), "{:?}", answers.first());
    let stopped = statuses.iter().filter(|status| **status == 429).count();
    assert!((1..=sent - LIMIT).contains(&stopped), "{statuses:?}");
    assert_eq!(statuses.last(), Some(&400), "{statuses:?}");
    Ok(())
}

#[test]
fn without_its_secret_it_is_unready_and_stays_up() -> Result<()> {
    let paths = ["/readyz", "/healthz"].map(|path| json!({ "path": path, "address": "192.0.2.1" }));
    for answer in run(None, &paths)? {
        assert_eq!(answer["status"], 503, "{answer}");
    }
    Ok(())
}

fn signing_keys() -> Result<String> {
    let run = Run::new("platform")?;
    let key = Stranger::node(&Authority::new(&run, "ca")?)?.key()?;
    Ok(json!([timed(&key, -60, 86_400)]).to_string())
}

/// Sends requests one after the other and gives the answers; what was logged shows no key.
fn run(signing_keys: Option<&str>, requests: &[Value]) -> Result<Vec<Value>> {
    let ask = json!({ "worker": tools::worker()?, "signing_keys": signing_keys, "requests": requests });
    let mut child = Command::new(tools::tool("node")?)
        .arg(script("platform.mjs"))
        .env("WRANGLER_SEND_METRICS", "false")
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    child.stdin.take().context("no standard input")?.write_all(ask.to_string().as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout)?;
    let last = said.lines().next_back().context("wrangler's harness said nothing")?;
    let answer: Value = serde_json::from_str(last)?;
    let logs = answer["logs"].as_str().context("no logs")?;
    if let Some(keys) = signing_keys {
        assert!(secrets::Secrets::of(keys).found_in(logs.as_bytes()).is_empty(), "{logs}");
    }
    Ok(answer["answers"].as_array().context("no answers")?.clone())
}

/// What a release holds beside kubectl-mint: wrangler.toml, its build step, and the bundle.
struct Release {
    run: Run,
}

impl Release {
    fn unpack() -> Result<Self> {
        let run = Run::new("release")?;
        let clone = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for file in ["wrangler.toml", "deploy/workerd/build.sh", "kubemint.toml"] {
            run.write(file, fs::read(clone.join(file))?)?;
        }
        for file in ["entry.mjs", "config.mjs", "index.js", "index.wasm"] {
            run.write(&format!("build/worker/{file}"), fs::read(tools::worker()?.join(file))?)?;
        }
        Ok(Self { run })
    }

    /// `wrangler deploy --dry-run`, with these folders before those of a bare machine.
    fn deploy(&self, path: &[&Path]) -> Result<Output> {
        let mut folders: Vec<PathBuf> = path.iter().map(|folder| folder.to_path_buf()).collect();
        folders.extend(["/usr/bin", "/bin"].map(PathBuf::from));
        let wrangler = script("node_modules/wrangler/bin/wrangler.js");
        let mut command = Command::new(tools::tool("node")?);
        command.arg(wrangler).args(["deploy", "--dry-run", "--outdir", "uploaded"]).current_dir(self.run.path());
        command.env("PATH", env::join_paths(folders)?).env("WRANGLER_SEND_METRICS", "false");
        Ok(command.output()?)
    }
}

#[test]
fn a_release_is_deployed_without_a_rust_toolchain() -> Result<()> {
    let release = Release::unpack()?;
    let refused = release.deploy(&[&tools::bin()?])?;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned() + &String::from_utf8_lossy(&refused.stdout);
    assert!(!refused.status.success() && said.contains("kubectl mint config build"), "{said}");

    let deployed = release.deploy(&[&tools::bin()?, &tools::products()?])?;
    assert!(deployed.status.success(), "{}", String::from_utf8_lossy(&deployed.stderr));
    let configuration = fs::read_to_string(release.run.path().join("uploaded/config.json"))?;
    assert_eq!(serde_json::from_str::<Value>(&configuration)?["issuer"], "https://mint.example.com");

    // What was edited and not built again is not what its author believes to deploy.
    let built = fs::metadata(release.run.path().join("build/worker/config.json"))?.modified()?;
    fs::File::options()
        .append(true)
        .open(release.run.path().join("kubemint.toml"))?
        .set_modified(built + Duration::from_secs(1))?;
    let stale = release.deploy(&[&tools::bin()?])?;
    assert!(!stale.status.success(), "a configuration older than its document was deployed");

    release.run.write("kubemint.toml", "issuer = \"http://mint.example.com\"\n")?;
    let refused = release.deploy(&[&tools::bin()?, &tools::products()?])?;
    assert!(!refused.status.success(), "a faulty configuration was deployed");
    Ok(())
}
