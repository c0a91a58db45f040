//! The input of one vector: its own members first, then those given for the whole file.

use alloc::{format, string::String, vec::Vec};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use kubemint_core::{key_set::KeySet, problem::Reason, time::Seconds, time::Time};
use serde_json::Value;

/// Why a vector gives nothing.
#[derive(Debug)]
pub(crate) enum Fault {
    /// What core said: a reason's name or, for a configuration, the list of faulty fields.
    Refused(Value),
    /// The vector itself is unfit.
    Unreadable(String),
}

impl From<Reason> for Fault {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason.as_str().into())
    }
}

impl Fault {
    /// A refusal of something that has no reason of its own.
    pub(crate) fn refused(what: &str) -> Self {
        Self::Refused(what.into())
    }
}

pub(crate) struct Input<'a> {
    own: &'a Value,
    given: &'a Value,
}

impl<'a> Input<'a> {
    pub(crate) fn new(vector: &'a Value, given: &'a Value) -> Self {
        Self { own: vector.get("input").unwrap_or(&Value::Null), given }
    }

    /// The member, wherever it stands; a vector takes one away from the file's with `null`.
    pub(crate) fn optional(&self, name: &str) -> Option<&'a Value> {
        self.own.get(name).or_else(|| self.given.get(name)).filter(|value| !value.is_null())
    }

    pub(crate) fn value(&self, name: &str) -> Result<&'a Value, Fault> {
        self.optional(name).ok_or_else(|| Fault::Unreadable(format!("no input `{name}`")))
    }

    pub(crate) fn str(&self, name: &str) -> Result<&'a str, Fault> {
        self.value(name)?.as_str().ok_or_else(|| unfit(name))
    }

    pub(crate) fn optional_str(&self, name: &str) -> Result<Option<&'a str>, Fault> {
        self.optional(name).map(|value| value.as_str().ok_or_else(|| unfit(name))).transpose()
    }

    pub(crate) fn strings(&self, name: &str) -> Result<Vec<String>, Fault> {
        let Some(value) = self.optional(name) else { return Ok(Vec::new()) };
        let items = value.as_array().ok_or_else(|| unfit(name))?;
        items.iter().map(|item| item.as_str().map(String::from).ok_or_else(|| unfit(name))).collect()
    }

    /// A text in pieces: see [`Self::bytes`].
    pub(crate) fn text(&self, name: &str) -> Result<String, Fault> {
        String::from_utf8(self.bytes(name)?).map_err(|_| unfit(name))
    }

    /// A string; `{"repeat", "times"}`; `{"base64url"}`, where the bytes are no text; `{"json"}`, a
    /// document; or an array of these, one after the other.
    pub(crate) fn bytes(&self, name: &str) -> Result<Vec<u8>, Fault> {
        pieces(self.value(name)?).ok_or_else(|| unfit(name))
    }

    pub(crate) fn number(&self, name: &str) -> Result<u64, Fault> {
        self.value(name)?.as_u64().ok_or_else(|| unfit(name))
    }

    pub(crate) fn time(&self, name: &str) -> Result<Time, Fault> {
        Time::from_unix(self.number(name)?).ok_or_else(|| unfit(name))
    }

    pub(crate) fn now(&self) -> Result<Time, Fault> {
        self.time("now")
    }

    pub(crate) fn seconds(&self, name: &str) -> Result<Seconds, Fault> {
        self.str(name)?.parse().map_err(|_| unfit(name))
    }

    pub(crate) fn keys(&self, name: &str) -> Result<KeySet, Fault> {
        KeySet::parse(format!("{}", self.value(name)?).as_bytes()).map_err(|_| unfit(name))
    }

    /// The member as an input of its own.
    pub(crate) fn within(&self, name: &str) -> Result<Input<'a>, Fault> {
        Ok(Input { own: self.value(name)?, given: &Value::Null })
    }
}

pub(crate) fn unfit(name: &str) -> Fault {
    Fault::Unreadable(format!("input `{name}` is not what it should be"))
}

fn pieces(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::String(text) => Some(text.as_bytes().to_vec()),
        Value::Array(items) => Some(items.iter().map(pieces).collect::<Option<Vec<_>>>()?.concat()),
        Value::Object(members) => match (members.get("repeat"), members.get("base64url"), members.get("json")) {
            (Some(text), None, None) => {
                Some(text.as_str()?.repeat(usize::try_from(members.get("times")?.as_u64()?).ok()?).into_bytes())
            }
            (None, Some(text), None) => Base64UrlUnpadded::decode_vec(text.as_str()?).ok(),
            (None, None, Some(document)) => Some(format!("{document}").into_bytes()),
            _ => None,
        },
        _ => None,
    }
}
