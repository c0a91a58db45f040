//! The story: alice signs in, holds a grant, and kubectl obeys it. Each command shown is what ran, but for `jq`, whose
//! part is played here.

use crate::terminal::Terminal;
use crate::{answer, builder};
use anyhow::{Context, Result, ensure};
use base64ct::{Base64UrlUnpadded, Encoding};
use kubemint_core::jwk::PublicKey;
use kubemint_tests::kubectl::Person;
use kubemint_tests::outset::Outset;
use kubemint_tests::run::Run;
use kubemint_tests::tools::{self, Kubectl};
use kubemint_tests::world::{Someone, World};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

/// The only cluster.
const CLUSTER: &str = "demo";

/// What is there once somebody has signed in and before any cluster is.
pub struct Story<'a> {
    terminal: &'a Terminal,
    outset: Outset,
    alice: Someone,
}

impl<'a> Story<'a> {
    /// The first half: everything that needs our own parts only.
    pub fn begin(terminal: &'a Terminal) -> Result<Self> {
        terminal.text("kubemint, all of it on 127.0.0.1, until Ctrl-C\n")?;
        let start = || Outset::start("demo", &[CLUSTER]);
        let outset = terminal.step("an OpenID provider, the mint and the webhook run", start)?;
        let alice = alice(&outset)?;
        let story = Self { terminal, outset, alice };
        story.sign_in()?;
        story.grant()?;
        Ok(story)
    }

    /// The second half: a real cluster that asks the webhook.
    pub fn go_on(self) -> Result<(World, Someone)> {
        let Self { terminal, outset, alice } = self;
        terminal.heading("4  A real kube-apiserver, told only where the webhook is")?;
        builder::prepare_cluster(terminal, &outset.run)?;
        let world = terminal.step("etcd and kube-apiserver run", || outset.raise("2m0s"))?;
        let scene = Scene { terminal, run: &world.run, person: &alice.person };
        terminal
            .heading("5  Plain kubectl, by a kubeconfig without a secret; the group sre may read namespaces only")?;
        scene.show("kubectl config view")?;
        scene.show("kubectl auth whoami")?;
        scene.show("kubectl get namespaces")?;
        scene.show_denial("kubectl get secrets")?;
        Ok((world, alice))
    }

    fn scene(&self) -> Scene<'_> {
        Scene { terminal: self.terminal, run: &self.outset.run, person: &self.alice.person }
    }

    fn sign_in(&self) -> Result<()> {
        self.terminal.heading("1  Alice signs in, in her browser, on the provider's own pages")?;
        let mint = self.outset.mint.issuer();
        fs::copy(self.outset.authority.file(), self.alice.person.home().join("ca.crt"))?;
        self.scene().show(&format!("kubectl-mint login {mint} --certificate-authority ca.crt"))?;
        self.scene().show("kubectl-mint whoami")?;
        self.scene().show(&format!("kubectl-mint kubeconfig add --cluster {CLUSTER} --use"))
    }

    /// What kubectl will do at each request, done by hand: ask the plugin, show its answer to the webhook.
    fn grant(&self) -> Result<()> {
        let token = self.presentation()?;
        let kept = fs::read_to_string(self.alice.person.home().join(format!("kubemint/grants/{CLUSTER}.json")))?;
        let kept: Value = serde_json::from_str(&kept)?;
        let grant = text(&kept, "/grant").context("no grant was kept")?;
        self.terminal.heading("2  Her grant for the cluster: worth nothing without her key")?;
        self.terminal.answer(&claims(grant)?)?;
        self.terminal.heading(
            "3  The webhook's verdict on it, before there is a cluster: signed by her key, then as a thief has it",
        )?;
        let verify = format!("kubemint-webhook verify --config {}", config());
        self.terminal.command(&format!("kubectl-mint token --cluster {CLUSTER} --bare \\\n    | {verify}"))?;
        ensure!(self.verdict(&token)?, "the webhook refused alice");
        self.terminal.command(&format!("jq -r .grant kubemint/grants/{CLUSTER}.json \\\n    | {verify}"))?;
        ensure!(!self.verdict(grant)?, "the webhook took a grant without its holder's signature");
        Ok(())
    }

    /// What the plugin would hand to kubectl; it is shown to nobody.
    fn presentation(&self) -> Result<String> {
        self.alice.mint(&["token", "--cluster", CLUSTER, "--bare"])?.ok()
    }

    /// The cluster owner's own tool judges a token; whether it is taken.
    fn verdict(&self, token: &str) -> Result<bool> {
        let mut child = Command::new(tools::product("kubemint-webhook")?)
            .args(["verify", "--config", &config()])
            .current_dir(self.alice.person.home())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        child.stdin.take().context("no standard input")?.write_all(token.as_bytes())?;
        let output = child.wait_with_output()?;
        self.terminal.answer(&String::from_utf8_lossy(&output.stdout))?;
        Ok(output.status.success())
    }
}

/// What the cluster's owner wrote for the webhook, as it is found from alice's home.
fn config() -> String {
    format!("../{CLUSTER}-webhook/webhook.toml")
}

/// Somebody whose files are all in the run's folder, whatever this machine's environment says.
fn alice(outset: &Outset) -> Result<Someone> {
    let Someone { person, browser } = Someone::new(&outset.run, &outset.authority, "alice", "alice")?;
    let home = person.home().to_path_buf();
    let person = person.env("KUBEMINT_HOME", home.join("kubemint")).kubeconfig(&home.join("kubeconfig"));
    Ok(Someone { person, browser })
}

/// A person at a terminal that is looked at.
struct Scene<'a> {
    terminal: &'a Terminal,
    run: &'a Run,
    person: &'a Person,
}

impl Scene<'_> {
    fn show(&self, words: &str) -> Result<()> {
        let (good, said) = self.type_in(words)?;
        ensure!(good, "`{words}` failed:\n{said}");
        Ok(())
    }

    fn show_denial(&self, words: &str) -> Result<()> {
        let (good, said) = self.type_in(words)?;
        ensure!(!good && said.contains("Forbidden"), "`{words}` was not forbidden");
        Ok(())
    }

    fn type_in(&self, words: &str) -> Result<(bool, String)> {
        self.terminal.command(words)?;
        let mut words = words.split_whitespace();
        let program = match words.next().unwrap_or_default() {
            "kubectl" => tools::kubectl(Kubectl::Current)?,
            plugin => tools::product(plugin)?,
        };
        let (status, said) = answer::to(self.run, self.person.command(program)?.args(words))?;
        self.terminal.answer(&said)?;
        Ok((status.success(), said))
    }
}

fn text<'a>(value: &'a Value, place: &str) -> Option<&'a str> {
    value.pointer(place)?.as_str()
}

/// What a grant says, for people; its signature and its holder's key are left out.
fn claims(grant: &str) -> Result<String> {
    let payload = grant.split('.').nth(1).context("a grant of one part")?;
    let payload = Base64UrlUnpadded::decode_vec(payload).map_err(|error| anyhow::anyhow!("{error}"))?;
    let claims: Value = serde_json::from_slice(&payload)?;
    let one = |place: &str| text(&claims, place).unwrap_or_default();
    let groups: Vec<_> = claims.pointer("/groups").into_iter().filter_map(Value::as_array).flatten().collect();
    let groups: Vec<_> = groups.into_iter().filter_map(Value::as_str).collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let ends = claims.pointer("/exp").and_then(Value::as_u64).unwrap_or_default();
    let left = ends.saturating_sub(now).div_ceil(60);
    let holder = claims.pointer("/cnf/jwk").context("a grant that is bound to no key")?;
    let holder = PublicKey::from_jwk(&holder.to_string())?;
    let lines = [
        ("from", one("/iss").to_owned()),
        ("for", one("/aud").to_owned()),
        ("username", one("/username").to_owned()),
        ("groups", groups.join(", ")),
        ("id", one("/jti").to_owned()),
        ("ends", format!("in {} h {:02} min", left / 60, left % 60)),
        ("bound to", format!("the key {}", holder.thumbprint())),
    ];
    Ok(lines.iter().map(|(name, value)| format!("  {name:<10}{value}\n")).collect())
}

/// How to go on alone.
pub fn farewell(terminal: &Terminal, world: &World, alice: &Someone) -> Result<()> {
    let (home, run) = (alice.person.home().display(), world.run.path().display());
    // Without the empty part at its end.
    let products: PathBuf = tools::products()?.components().collect();
    terminal.heading("Your turn, in another terminal")?;
    terminal.text(&format!(
        "  export KUBECONFIG={home}/kubeconfig\n  export KUBEMINT_HOME={home}/kubemint\n  export PATH={}:{}:$PATH\n  \
         kubectl auth can-i --list\n\nLogs: less {run}/*.log\nIt stays up until Ctrl-C.",
        products.display(),
        tools::bin()?.display(),
    ))
}
