//! TokenReview over TLS: our webhook's first and repeated review of a grant, beside the Go floor.

use super::footprint::{self, Server};
use super::tokens::{Minter, now};
use super::{GENERATOR, Row, SERVER, floor, median, processor_time, spread, stay_on};
use crate::ca::{Authority, Issued};
use crate::load::{End, Http, Load};
use crate::process::{Process, free_port};
use crate::run::Run;
use crate::tools;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

const ISSUER: &str = "https://127.0.0.1:1";
const LIMIT: Duration = Duration::from_secs(30);
/// How long one contender runs in one round.
const TURN: Duration = Duration::from_secs(2);
/// How many reviews one turn of first reviews takes: they cannot be sent twice.
const FIRSTS: usize = 10_000;
const ROUNDS: usize = 5;
const AT_ONCE: usize = 16;

/// Everything about the webhook.
pub fn rows(run: &Run) -> Result<Vec<Row>> {
    let minter = Minter::new(ISSUER, "prod")?;
    let webhook = Webhook::prepare(run, &minter)?;
    let floors = Floors::start(run)?;
    let mut rows = Vec::new();
    stay_on(SERVER)?;
    let process = webhook.start(run)?;
    stay_on(GENERATOR)?;
    rows.push(footprint::memory(&process, floors.of(2)?)?);
    for (name, http) in [("HTTP/1.1", Http::One(AT_ONCE)), ("HTTP/2", Http::Two(AT_ONCE))] {
        let contest = Contest { minter: &minter, webhook: &webhook, process: &process, floors: &floors, http };
        rows.extend(contest.rows(name)?);
    }
    drop(process);
    rows.extend(footprint::rows(run, webhook.server()?, floors.another()?)?);
    Ok(rows)
}

/// Our webhook, with its keys on disk and its mint away.
struct Webhook {
    folder: PathBuf,
    address: SocketAddr,
    authority: String,
}

impl Webhook {
    fn prepare(run: &Run, minter: &Minter) -> Result<Self> {
        let folder = run.dir("webhook")?;
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let mut init = Command::new(tools::product("kubemint-webhook")?);
        let output = init.args(["init", "--listen", &address.to_string(), "--directory"]).arg(&folder).output()?;
        ensure!(output.status.success(), "init: {}", String::from_utf8_lossy(&output.stderr));
        let keys: Value = serde_json::from_str(&minter.keys())?;
        let state = json!({ "issuer": ISSUER, "fetchedAt": now()?.unix(), "keys": keys });
        run.write("webhook/state/keys.json", state.to_string())?;
        let configuration = format!(
            "issuer = {ISSUER:?}\ncluster = \"prod\"\nlisten = \"{address}\"\ntls = {{ certificate = \"tls.crt\", key = \"tls.key\" }}\n\
             state = \"state\"\n[ceiling]\nusernames = [\"*@example.com\"]\ngroups = [\"dev-*\"]\nlife = \"12h\"\nwindow = \"60s\"\n"
        );
        run.write("webhook/webhook.toml", configuration)?;
        let kubeconfig: Value = serde_json::from_slice(&fs::read(folder.join("kubeconfig"))?)?;
        let authority =
            kubeconfig["clusters"][0]["cluster"]["certificate-authority-data"].as_str().context("an authority")?;
        Ok(Self { authority: decode(authority)?, folder, address })
    }

    fn start(&self, run: &Run) -> Result<Process> {
        let Server { command, address } = self.server()?;
        let mut process = Process::start(run, "webhook", &command)?;
        process.wait_until("listening", LIMIT, || TcpStream::connect(address).ok())?;
        Ok(process)
    }

    fn server(&self) -> Result<Server> {
        let mut command = Command::new(tools::product("kubemint-webhook")?);
        command.args(["serve", "--config"]).arg(self.folder.join("webhook.toml"));
        Ok(Server { command, address: self.address })
    }
}

/// Go servers of no, one and two verifications.
struct Floors {
    authority: String,
    program: PathBuf,
    issued: Issued,
    servers: Vec<(Process, SocketAddr)>,
}

impl Floors {
    fn start(run: &Run) -> Result<Self> {
        let program = floor::build(run)?;
        let authority = Authority::new(run, "floor-authority")?;
        let issued = authority.server(run, "floor")?;
        stay_on(SERVER)?;
        let servers = [0, 1, 2].map(|verifications| floor::start(run, &program, &issued, verifications));
        let servers = servers.into_iter().collect::<Result<_>>()?;
        Ok(Self { authority: authority.pem().to_owned(), program, issued, servers })
    }

    fn of(&self, verifications: usize) -> Result<&Process> {
        self.servers.get(verifications).map(|(process, _)| process).context("a floor")
    }

    fn another(&self) -> Result<Server> {
        floor::server(&self.program, &self.issued, 2)
    }
}

/// One protocol, all contenders in turn.
struct Contest<'a> {
    minter: &'a Minter,
    webhook: &'a Webhook,
    process: &'a Process,
    floors: &'a Floors,
    http: Http,
}

/// A contender's rounds.
#[derive(Default)]
struct Score {
    /// Answers a second.
    rates: Vec<f64>,
    /// The server's own time on the processor for an answer, in microseconds: what is compared, because it does not
    /// change with what else the machine is doing.
    costs: Vec<f64>,
}

impl Score {
    fn cost(&self) -> f64 {
        median(self.costs.clone())
    }

    fn figure(&self) -> String {
        let rate = median(self.rates.clone());
        format!("{:.0} µs CPU ± {:.0} %, {rate:.0}/s", self.cost(), spread(&self.costs) * 100.0)
    }
}

impl Contest<'_> {
    fn rows(&self, name: &str) -> Result<Vec<Row>> {
        let (mut first, mut repeated) = (Score::default(), Score::default());
        let mut floors = [Score::default(), Score::default(), Score::default()];
        // The first round only warms everything up.
        for round in 0..=ROUNDS {
            let mut scores = [Score::default(), Score::default(), Score::default(), Score::default(), Score::default()];
            let firsts = self.minter.first(FIRSTS, salt(round)?)?;
            self.ours(&firsts, End::Once, &mut scores[0])?;
            let again = self.minter.repeated(500)?;
            self.ours(&again, End::After(TURN), &mut scores[1])?;
            for (n, (process, address)) in self.floors.servers.iter().enumerate() {
                let load = Load {
                    address: *address,
                    authority: &self.floors.authority,
                    http: self.http,
                    expected: "\"authenticated\":true",
                };
                measure(&load, process, &again, End::After(TURN), &mut scores[n + 2])?;
            }
            if round > 0 {
                let all = [&mut first, &mut repeated].into_iter().chain(&mut floors);
                for (total, score) in all.zip(scores) {
                    total.rates.extend(score.rates);
                    total.costs.extend(score.costs);
                }
            }
        }
        let [none, one, two] = &floors;
        let against = |what: &str, ours: &Score, verifications: &str, floor: &Score, least: f64| {
            let beside = format!("Go, {verifications}: {}", floor.figure());
            Row::ratio(format!("TokenReview, {name}, {what}"), ours.figure(), beside, floor.cost() / ours.cost(), least)
        };
        Ok(vec![
            against("first", &first, "two verifications", two, 1.8),
            against("repeated", &repeated, "one verification", one, 2.0),
            against("repeated", &repeated, "no verification (ceiling)", none, 0.0),
            self.half_load(name, median(repeated.rates.clone()) / 2.0)?,
        ])
    }

    fn ours(&self, bodies: &[bytes::Bytes], end: End, score: &mut Score) -> Result<()> {
        measure(&self.load(), self.process, bodies, end, score)
    }

    fn load(&self) -> Load<'_> {
        Load {
            address: self.webhook.address,
            authority: &self.webhook.authority,
            http: self.http,
            expected: "\"authenticated\":true",
        }
    }

    /// Latency where half of what it can do is asked of it.
    fn half_load(&self, name: &str, rate: f64) -> Result<Row> {
        let bodies = self.minter.repeated(500)?;
        let outcome = self.load().run(&bodies, End::Paced(TURN * 2, rate))?;
        let p99 = outcome.percentile(99).as_secs_f64() * 1000.0;
        let beside = format!("{:.0}/s, median {:.2} ms", outcome.rate(), outcome.percentile(50).as_secs_f64() * 1000.0);
        Ok(Row::bound(format!("TokenReview, {name}, p99 at half load"), (p99, 2.0), "ms", beside))
    }
}

fn measure(load: &Load<'_>, process: &Process, bodies: &[bytes::Bytes], end: End, score: &mut Score) -> Result<()> {
    let before = processor_time(process.id())?;
    let outcome = load.run(bodies, end)?;
    let used = processor_time(process.id())?.saturating_sub(before);
    score.rates.push(outcome.rate());
    score.costs.push(used.as_secs_f64() * 1e6 / outcome.latencies.len() as f64);
    Ok(())
}

/// Another for each round of each protocol, so that no grant is ever seen twice.
fn salt(round: usize) -> Result<u64> {
    Ok(now()?.unix() * 100 + round as u64)
}

fn decode(data: &str) -> Result<String> {
    use base64ct::{Base64, Encoding};
    let bytes = Base64::decode_vec(data).map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(String::from_utf8(bytes)?)
}
