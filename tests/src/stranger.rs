//! The strangers: independent programs that make and read our credentials with libraries we did not write.

use crate::ca::Authority;
use crate::{provider, secrets, tools};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// tests/python/stranger.py or tests/node/strangers, running; one line asks, one line answers.
pub struct Stranger {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Stranger {
    /// Starts the one with PyPI's libraries.
    pub fn start() -> Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/stranger.py");
        let mut command = Command::new(tools::tool("python3")?);
        command.arg(script);
        Self::run(command)
    }

    /// Starts the one with npm's libraries; it can also ask servers of that authority.
    pub fn node(authority: &Authority) -> Result<Self> {
        let mut command = Command::new(tools::tool("node")?);
        command.arg(provider::script("strangers/stranger.mjs")).env("NODE_EXTRA_CA_CERTS", authority.file());
        Self::run(command)
    }

    fn run(mut command: Command) -> Result<Self> {
        // It ends by itself when its standard input does, however this program ends.
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let ask = child.stdin.take().context("no standard input")?;
        let answers = BufReader::new(child.stdout.take().context("no standard output")?);
        Ok(Self { child, ask, answers })
    }

    /// Asks for anything it knows; its refusal is an error.
    pub fn ask(&mut self, what: &str, mut with: Value) -> Result<Value> {
        with["do"] = json!(what);
        writeln!(self.ask, "{with}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        secrets::record(&line);
        let answer: Value = serde_json::from_str(&line).with_context(|| format!("the stranger said `{line}`"))?;
        match answer.get("error") {
            None => Ok(answer),
            Some(error) => bail!("the stranger refuses to {what}: {error}"),
        }
    }

    /// A fresh P-256 key: `private` and `public` JWK, `thumbprint`.
    pub fn key(&mut self) -> Result<Value> {
        self.ask("key", json!({}))
    }

    /// A user made at random: `subject`, `username` and `groups`.
    pub fn user(&mut self) -> Result<Value> {
        self.ask("user", json!({}))
    }

    /// The public parts of keys as a JWKS, each named by its thumbprint.
    pub fn jwks(&mut self, keys: &[&Value]) -> Result<Value> {
        let keys: Vec<_> = keys.iter().map(|key| &key["public"]).collect();
        self.ask("jwks", json!({ "keys": keys }))
    }

    /// Signs a grant; `also` overrides what the script's first lines list.
    pub fn grant(
        &mut self,
        signer: &Value,
        holder: &Value,
        issuer: &str,
        audience: &str,
        also: Value,
    ) -> Result<String> {
        let base = json!({
            "issuer": issuer,
            "audience": audience,
            "key": signer["private"],
            "holder": holder["public"],
        });
        text(&self.ask("grant", merged(base, also))?, "grant")
    }

    /// Signs a presentation of a grant for its audience.
    pub fn present(&mut self, grant: &str, holder: &Value, audience: &str, also: Value) -> Result<String> {
        let base = json!({ "grant": grant, "key": holder["private"], "audience": audience });
        text(&self.ask("present", merged(base, also))?, "presentation")
    }

    /// Verifies a grant or presentation: its `claims`, and the claims of its key `binding`.
    pub fn verify(&mut self, token: &str, jwks: &Value, issuer: &str, audience: &str) -> Result<Value> {
        self.ask("verify", json!({ "token": token, "jwks": jwks, "issuer": issuer, "audience": audience }))
    }

    /// Signs any header and payload.
    pub fn sign(&mut self, header: &Value, payload: &Value, key: &Value) -> Result<String> {
        text(&self.ask("sign", json!({ "header": header, "payload": payload, "key": key["private"] }))?, "token")
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn merged(mut base: Value, also: Value) -> Value {
    if let (Some(base), Value::Object(also)) = (base.as_object_mut(), also) {
        base.extend(also);
    }
    base
}

fn text(answer: &Value, member: &str) -> Result<String> {
    let text = answer[member].as_str().with_context(|| format!("no {member} in the stranger's answer"))?;
    Ok(text.to_owned())
}
