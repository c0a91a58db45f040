//! The plugin as kubectl calls it: the whole process, beside nothing at all and beside the least that Go can do.

use super::{Row, SERVER, floor, median, stay_on};
use crate::outset::Outset;
use crate::run::Run;
use crate::tools;
use crate::world::Someone;
use anyhow::{Context, Result, ensure};
use base64ct::{Base64, Encoding};
use serde_json::json;
use std::process::{Command, Stdio};
use std::time::Instant;

const CLUSTER: &str = "prod";
const ROUNDS: usize = 9;
const CALLS: usize = 100;

/// A token signed from disk, with the key in a file.
pub fn rows(run: &Run) -> Result<Vec<Row>> {
    let outset = Outset::start("bench-plugin", &[CLUSTER])?;
    let alice = Someone::new(&outset.run, &outset.authority, "alice", "alice")?;
    let ca = outset.authority.file().display().to_string();
    alice.mint(&["login", outset.mint.issuer(), "--certificate-authority", &ca])?.ok()?;
    let mut plugin = plugin(&outset, &alice)?;
    let mut hello = quiet(Command::new(floor::go(run, "go-hello")?));
    let mut nothing = quiet(Command::new("true"));

    stay_on(SERVER)?;
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    // The first round only warms everything up.
    for round in 0..=ROUNDS {
        for (command, times) in [&mut plugin, &mut nothing, &mut hello].into_iter().zip(&mut times) {
            let time = calls(command)?;
            if round > 0 {
                times.push(time);
            }
        }
    }
    let [ours, nothing, hello] = times.map(median);
    let beside = format!("true {nothing:.1} ms, Go hello {hello:.1} ms");
    Ok(vec![Row::bound("plugin, a token signed from disk", (ours, 3.0), "ms", beside)])
}

/// The plugin with a grant on disk, told what kubectl would tell it.
fn plugin(outset: &Outset, alice: &Someone) -> Result<Command> {
    let place = &outset.awaited.first().context("no cluster is awaited")?.place;
    let authority = Base64::encode_string(outset.authority.pem().as_bytes());
    let cluster = json!({ "server": place.server(), "certificate-authority-data": authority });
    let info = json!({
        "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1",
        "spec": { "interactive": false, "cluster": cluster },
    });
    let person = alice.person.clone().env("KUBERNETES_EXEC_INFO", info.to_string());
    let program = tools::product("kubectl-mint")?;
    person.run(&program, &["token", "--cluster", CLUSTER])?.ok()?;
    let mut command = person.command(program)?;
    command.args(["token", "--cluster", CLUSTER]);
    Ok(quiet(command))
}

fn quiet(mut command: Command) -> Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Milliseconds for one call, the middle one of many.
fn calls(command: &mut Command) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..CALLS {
        let begun = Instant::now();
        ensure!(command.status()?.success(), "{} failed", command.get_program().to_string_lossy());
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(median(times))
}
