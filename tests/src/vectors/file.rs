//! One file of vectors: a noun, what is given for all of them, and one line for each vector.

use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The moment of every vector that does not say otherwise: 2027-01-15T08:00:00Z.
pub const NOW: u64 = 1_800_000_000;

/// The vectors of one noun.
pub struct File {
    /// The noun, which is also the file's name.
    pub noun: &'static str,
    says: &'static str,
    given: Value,
    vectors: Vec<Vector>,
}

/// One vector.
pub struct Vector {
    name: String,
    input: Map<String, Value>,
    expected: Expected,
    second_opinion: Option<&'static str>,
}

enum Expected {
    Refused(Value),
    Gives(Value),
}

impl File {
    /// A file without vectors; `now` is given to all.
    #[must_use]
    pub fn new(noun: &'static str, says: &'static str, mut given: Value) -> Self {
        given["now"] = NOW.into();
        Self { noun, says, given, vectors: Vec::new() }
    }

    /// A vector that must be refused, for exactly this reason.
    pub fn refuse(&mut self, name: impl Into<String>, input: Value, reason: impl Into<Value>) -> &mut Vector {
        self.add(name.into(), input, Expected::Refused(reason.into()))
    }

    /// A vector that must pass, with exactly this outcome.
    pub fn accept(&mut self, name: impl Into<String>, input: Value, gives: impl Into<Value>) -> &mut Vector {
        self.add(name.into(), input, Expected::Gives(gives.into()))
    }

    fn add(&mut self, name: String, input: Value, expected: Expected) -> &mut Vector {
        assert!(!self.vectors.iter().any(|v| v.name == name), "{}: `{name}` stands twice", self.noun);
        let Value::Object(input) = input else { panic!("{}: the input of `{name}` is no object", self.noun) };
        self.vectors.push(Vector { name, input, expected, second_opinion: None });
        self.vectors.last_mut().expect("one was pushed")
    }

    /// Asks the second opinion about each vector's token.
    pub(super) fn ask(&mut self, opinion: impl Fn(&Value) -> Option<&'static str>, member: &str) {
        for vector in &mut self.vectors {
            vector.second_opinion = vector.input.get(member).and_then(&opinion);
        }
    }

    /// How many must be refused, and how many there are.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let refused = self.vectors.iter().filter(|v| matches!(v.expected, Expected::Refused(_))).count();
        (refused, self.vectors.len())
    }

    /// The text of the file, one line for each vector.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = format!("{{\n\"noun\": {},\n\"says\": {},\n", json!(self.noun), json!(self.says));
        let _ = write!(text, "\"given\": {},\n\"vectors\": [\n", self.given);
        let lines: Vec<String> = self.vectors.iter().map(Vector::render).collect();
        let _ = write!(text, "{}\n]\n}}\n", lines.join(",\n"));
        text
    }
}

impl Vector {
    /// The same at another moment.
    pub fn at(&mut self, now: u64) -> &mut Self {
        self.with("now", now)
    }

    /// The same with another input beside.
    pub fn with(&mut self, member: &str, value: impl Into<Value>) -> &mut Self {
        self.input.insert(member.into(), value.into());
        self
    }

    fn render(&self) -> String {
        let (outcome, value) = match &self.expected {
            Expected::Refused(reason) => ("refused", reason),
            Expected::Gives(value) => ("gives", value),
        };
        let input = Value::Object(self.input.clone());
        let opinion = self.second_opinion.map(|o| format!(", \"jwt-compact\": \"{o}\"")).unwrap_or_default();
        format!("{{\"name\": {}, \"{outcome}\": {value}{opinion}, \"input\": {input}}}", json!(self.name))
    }
}
