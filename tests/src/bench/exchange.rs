//! Exchanges on workerd: the mint's wasm beside a JavaScript worker that makes the same checks with npm's jose.

use super::{GENERATOR, Row, SERVER, median, spread, stay_on};
use crate::edge::{ACCESS_TOKEN, Edge};
use crate::provider::script;
use crate::run::Run;
use crate::stranger::Stranger;
use crate::tools;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Requests that one contender answers in one round; a proof is good for a minute.
const REQUESTS: usize = 1500;
const ROUNDS: usize = 7;
const AT_ONCE: usize = 8;

/// Everything about the edge.
pub fn rows(_run: &Run) -> Result<Vec<Row>> {
    stay_on(SERVER)?;
    let ours = Edge::start("bench-edge", "RS256", &[("RATE_LIMIT", u32::MAX.to_string())])?;
    let jose = beside(&ours, "jose", "jose-worker.mjs", true)?;
    let importing = beside(&ours, "jose-importing", "jose-worker.mjs", false)?;
    let hello = beside(&ours, "hello", "hello-worker.mjs", true)?;
    stay_on(GENERATOR)?;
    let mut people = [Person::new(&ours)?, Person::new(&jose)?, Person::new(&importing)?];
    let mut rows = vec![people[0].first.clone(), bundle_size()?];
    for (name, kind, least) in [
        ("exchange: sign-in → session", Kind::SignIn, [1.05, 1.2]),
        ("exchange: session → grant", Kind::Session, [1.0, 1.0]),
    ] {
        let mut scores = [Score::default(), Score::default(), Score::default(), Score::default()];
        // The first round only warms everything up.
        for round in 0..=ROUNDS {
            let requests = [
                people[0].request(&ours, kind)?,
                people[1].request(&jose, kind)?,
                people[2].request(&importing, kind)?,
            ];
            let turns =
                [(&ours, &requests[0]), (&jose, &requests[1]), (&importing, &requests[2]), (&hello, &requests[1])];
            for ((edge, request), score) in turns.into_iter().zip(&mut scores) {
                let measured = measure(edge, request)?;
                if round > 0 {
                    score.add(measured);
                }
            }
        }
        let [ours, jose, importing, hello] = &scores;
        for (which, other, least) in [("keeping its keys", jose, least[0]), ("importing keys", importing, least[1])] {
            let beside = format!("jose {which}: {}; hello: {:.0} µs", other.figure(), hello.cost());
            rows.push(Row::ratio(name, ours.figure(), beside, other.cost() / ours.cost(), least));
        }
    }
    Ok(rows)
}

/// A JavaScript worker in the mint's place, bundled.
fn beside(ours: &Edge, name: &str, source: &str, kept: bool) -> Result<Edge> {
    let folder = ours.run.dir(&format!("{name}-bundle"))?;
    let bundled = Command::new(tools::tool("node")?)
        .arg(script("bench/build.mjs"))
        .arg(script("bench").join(source))
        .arg(folder.join("entry.mjs"))
        .arg(kept.to_string())
        .output()?;
    ensure!(bundled.status.success(), "esbuild: {}", String::from_utf8_lossy(&bundled.stderr));
    ours.beside(name, &folder, &script("bench/config.capnp"))
}

/// What an exchange starts from.
#[derive(Clone, Copy)]
enum Kind {
    SignIn,
    Session,
}

/// Somebody signed in at one of the workers.
struct Person {
    stranger: Stranger,
    signed_in: crate::edge::SignedIn,
    session: String,
    /// What the first exchange of a fresh isolate took.
    first: Row,
}

impl Person {
    fn new(edge: &Edge) -> Result<Self> {
        let mut stranger = Stranger::node(&edge.authority)?;
        let signed_in = edge.sign_in(&mut stranger, "alice")?;
        let before = processor_nanoseconds(edge)?;
        let session = edge.redeem(&mut stranger, &signed_in, edge.mint.issuer())?.token()?;
        let used = (processor_nanoseconds(edge)? - before) as f64 / 1e6;
        let first = Row::bound("exchange: first of a fresh isolate", (used, 10.0), "ms CPU", "with its fetches".into());
        Ok(Self { stranger, signed_in, session, first })
    }

    /// One request that may be sent again and again for a minute.
    fn request(&mut self, edge: &Edge, kind: Kind) -> Result<Value> {
        let issuer = edge.mint.issuer();
        let (form, proof) = match kind {
            Kind::SignIn => {
                let claims = json!({ "resource": issuer });
                let proof = edge.proof(&mut self.stranger, &self.signed_in.key, &claims, json!({}))?;
                (json!(self.signed_in.form(issuer)), Some(proof))
            }
            Kind::Session => {
                let presentation = edge.present(&mut self.stranger, &self.signed_in, &self.session)?;
                let cluster = edge.cluster("prod");
                (
                    json!([
                        ["subject_token", presentation],
                        ["subject_token_type", ACCESS_TOKEN],
                        ["resource", cluster]
                    ]),
                    None,
                )
            }
        };
        Ok(json!({ "form": form, "proof": proof }))
    }
}

/// The processor's time for a request, and how many a second there were.
#[derive(Default)]
struct Score {
    costs: Vec<f64>,
    rates: Vec<f64>,
}

impl Score {
    fn add(&mut self, (cost, rate): (f64, f64)) {
        self.costs.push(cost);
        self.rates.push(rate);
    }

    fn cost(&self) -> f64 {
        median(self.costs.clone())
    }

    fn figure(&self) -> String {
        let rate = median(self.rates.clone());
        format!("{:.0} µs CPU ± {:.0} %, {rate:.0}/s", self.cost(), spread(&self.costs) * 100.0)
    }
}

/// Sends a request again and again by tests/node/bench/load.mjs.
fn measure(edge: &Edge, request: &Value) -> Result<(f64, f64)> {
    let ask = json!({
        "url": format!("{}/token", edge.mint.issuer()),
        "form": request["form"], "proof": request["proof"],
        "connections": AT_ONCE, "requests": REQUESTS,
    });
    let before = processor_nanoseconds(edge)?;
    let mut child = Command::new(tools::tool("node")?)
        .arg(script("bench/load.mjs"))
        .env("NODE_EXTRA_CA_CERTS", edge.authority.file())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    child.stdin.take().context("no standard input")?.write_all(ask.to_string().as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "the load generator failed");
    let used = processor_nanoseconds(edge)? - before;
    let answer: Value = serde_json::from_slice(&output.stdout)?;
    let seconds = answer["seconds"].as_f64().context("no seconds")?;
    Ok((used as f64 / 1e3 / REQUESTS as f64, REQUESTS as f64 / seconds))
}

/// All its threads' time on the processor so far, finer than the clock ticks of `stat`.
fn processor_nanoseconds(edge: &Edge) -> Result<u64> {
    let process = edge.mint.id().context("it does not run")?;
    let mut sum = Duration::ZERO;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let text = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        sum += Duration::from_nanos(text.split(' ').next().unwrap_or_default().parse().unwrap_or_default());
    }
    Ok(u64::try_from(sum.as_nanos())?)
}

/// The bundle as it is sent to the platform, without the configuration.
fn bundle_size() -> Result<Row> {
    let files: Vec<PathBuf> = ["index.js", "index.wasm"]
        .map(|name| tools::worker().map(|folder| folder.join(name)))
        .into_iter()
        .collect::<Result<_>>()?;
    let count = "let n = 0; for (const f of process.argv.slice(1)) n += require('zlib').gzipSync(require('fs').readFileSync(f), { level: 9 }).length; console.log(n)";
    let output = Command::new(tools::tool("node")?).args(["-e", count]).args(files).output()?;
    let bytes: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().context("gzip")?;
    Ok(Row::bound("worker bundle, gzip", (bytes / 1024.0, 250.0), "KiB", String::new()))
}
