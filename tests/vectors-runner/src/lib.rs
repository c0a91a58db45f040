//! Runs the vectors: the text of one file and a verifier in, one verdict for each vector out.
//!
//! Pure and `no_std`, so that native tests, workerd and later browsers and components run the very
//! same code. It refuses what it does not know: a noun without a runner is an error, never a skip.
#![no_std]

extern crate alloc;

pub mod answers;

mod grant;
mod identity;
mod input;
mod issue;
mod keys;
mod plain;
mod policy;
mod proof;
mod review;
mod session;
mod sign_in;
mod wire;

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
pub mod export;

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use kubemint_core::jws::Verifier;
use serde_json::Value;

use input::{Fault, Input};

/// What came of one file.
#[derive(Clone, Debug)]
pub struct Report {
    /// The noun of the file.
    pub noun: String,
    /// One for each vector, in the file's order.
    pub verdicts: Vec<Verdict>,
}

/// What came of one vector.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The vector's name, which begins with the numbers of the hostile inputs it is.
    pub name: String,
    /// None if the outcome was the expected one, else both outcomes.
    pub mismatch: Option<String>,
}

/// A file that cannot be run as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl Report {
    /// How many vectors came out as expected.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.mismatch.is_none()).count()
    }
}

/// Runs every vector of a file.
///
/// # Errors
/// [`Unreadable`] for a file that is no JSON, has no vectors, or is about a noun nobody runs.
pub fn run<V: Verifier>(file: &str, verifier: &V) -> Result<Report, Unreadable> {
    let file: Value = serde_json::from_str(file).map_err(|e| Unreadable(e.to_string()))?;
    let noun = file.get("noun").and_then(Value::as_str).unwrap_or_default();
    let verb = verb::<V>(noun).ok_or_else(|| Unreadable(format!("no runner for `{noun}`")))?;
    let vectors = file.get("vectors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if vectors.is_empty() {
        return Err(Unreadable(format!("no vectors of `{noun}`")));
    }
    let given = file.get("given").unwrap_or(&Value::Null);
    let verdicts = vectors.iter().map(|vector| judge(vector, given, verifier, verb)).collect();
    Ok(Report { noun: noun.to_string(), verdicts })
}

type Verb<V> = fn(&Input<'_>, &V) -> Result<Value, Fault>;

fn verb<V: Verifier>(noun: &str) -> Option<Verb<V>> {
    Some(match noun {
        "grant" => grant::verify,
        "session" => session::verify,
        "child" => |input, _| session::child(input),
        "presentation" | "bearer" => identity::judge,
        "dpop" => proof::verify,
        "id_token" => sign_in::verify,
        "review" => review::answer,
        "policy" => |input, _| policy::decide(input),
        "config" => |input, _| policy::check(input),
        "jwk" => |input, _| keys::public(input),
        "key_set" => |input, _| keys::set(input),
        "signature" => keys::signature,
        "issue" => |input, _| issue::issue(input),
        "exec" => |input, _| plain::exec(input),
        "deny" => |input, _| plain::deny(input),
        "pattern" => |input, _| plain::pattern(input),
        "name" => |input, _| plain::name(input),
        "resource" => |input, _| plain::resource(input),
        "json" => |input, _| plain::json(input),
        "cluster" => |input, _| plain::clusters(input),
        "metadata" => |input, _| plain::metadata(input),
        "exchange" => |input, _| plain::exchange(input),
        "text" => |input, _| plain::text(input),
        _ => return None,
    })
}

fn judge<V: Verifier>(vector: &Value, given: &Value, verifier: &V, verb: Verb<V>) -> Verdict {
    let name = vector.get("name").and_then(Value::as_str).unwrap_or("(a vector without a name)").to_string();
    let outcome = verb(&Input::new(vector, given), verifier);
    Verdict { name, mismatch: mismatch(vector, &outcome) }
}

fn mismatch(vector: &Value, outcome: &Result<Value, Fault>) -> Option<String> {
    let same = match (vector.get("refused"), vector.get("gives"), outcome) {
        (Some(expected), None, Err(Fault::Refused(reason))) => expected == reason,
        (None, Some(expected), Ok(value)) => expected == value,
        _ => false,
    };
    (!same).then(|| match outcome {
        Ok(value) => format!("gives {value}"),
        Err(Fault::Refused(reason)) => format!("refused: {reason}"),
        Err(Fault::Unreadable(what)) => format!("cannot be run: {what}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kubemint_core::es256::Portable;

    fn run_one(vector: &str) -> Result<Report, Unreadable> {
        run(&format!(r#"{{"noun":"pattern","vectors":[{vector}]}}"#), &Portable)
    }

    #[test]
    fn what_cannot_be_run_is_never_a_pass() {
        assert!(run("{", &Portable).is_err());
        assert!(run(r#"{"noun":"pattern","vectors":[]}"#, &Portable).is_err());
        assert!(run(r#"{"noun":"weather","vectors":[{"name":"x","refused":"y"}]}"#, &Portable).is_err());
        for vector in [
            "{}",
            r#"{"name":"no input","refused":"x"}"#,
            r#"{"name":"no expectation","input":{"pattern":"a","name":"a"}}"#,
            r#"{"name":"two expectations","input":{"pattern":"a","name":"a"},"gives":true,"refused":"x"}"#,
            r#"{"name":"wrong","input":{"pattern":"a","name":"a"},"gives":false}"#,
        ] {
            assert_eq!(run_one(vector).unwrap().passed(), 0, "{vector}");
        }
        assert_eq!(run_one(r#"{"name":"right","input":{"pattern":"a","name":"a"},"gives":true}"#).unwrap().passed(), 1);
    }
}
