//! The deny list: what the owner of a cluster shuts out, with the mint dead or alive.

use alloc::{
    borrow::ToOwned,
    collections::BTreeSet,
    string::{String, ToString},
    vec::Vec,
};

use crate::problem::Reason;

/// Values that are refused, by what they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deny {
    ids: BTreeSet<String>,
    sessions: BTreeSet<String>,
    subjects: BTreeSet<String>,
    keys: BTreeSet<String>,
}

/// A line that is not `jti|sid|sub|jkt <value>`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected `jti`, `sid`, `sub` or `jkt`, one space and a value")]
pub struct BadLine {
    /// Its number.
    pub line: usize,
}

/// What of a credential can be denied.
#[derive(Clone, Copy, Debug)]
pub struct Marks<'a> {
    /// `jti`.
    pub id: &'a str,
    /// `sid`.
    pub session_id: &'a str,
    /// `sub`.
    pub subject: &'a str,
    /// The thumbprint of its key, if it is bound to one.
    pub thumbprint: Option<&'a str>,
}

impl Deny {
    /// Reads a file of lines; empty ones and those that begin with `#` are passed over. The good
    /// lines apply even where others are bad: in an emergency half a list beats none.
    #[must_use]
    pub fn parse(text: &str) -> (Self, Vec<BadLine>) {
        let (mut deny, mut bad) = (Self::default(), Vec::new());
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') && !deny.add(line) {
                bad.push(BadLine { line: index + 1 });
            }
        }
        (deny, bad)
    }

    fn add(&mut self, line: &str) -> bool {
        let Some((kind, value)) = line.split_once(' ') else { return false };
        let value = value.trim();
        let set = match kind {
            "jti" => &mut self.ids,
            "sid" => &mut self.sessions,
            "sub" => &mut self.subjects,
            "jkt" => &mut self.keys,
            _ => return false,
        };
        // Only subjects come from outside and may hold spaces.
        let good = !value.is_empty() && (kind == "sub" || !value.contains(char::is_whitespace));
        if good {
            set.insert(value.to_owned());
        }
        good
    }

    /// Whether nothing is denied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.ids, &self.sessions, &self.subjects, &self.keys].into_iter().all(BTreeSet::is_empty)
    }

    /// Whether a credential passes.
    ///
    /// # Errors
    /// [`Reason::Denied`].
    pub fn check(&self, marks: &Marks<'_>) -> Result<(), Reason> {
        let denied = self.ids.contains(marks.id)
            || self.sessions.contains(marks.session_id)
            || self.subjects.contains(marks.subject)
            || marks.thumbprint.is_some_and(|t| self.keys.contains(t));
        if denied { Err(Reason::Denied) } else { Ok(()) }
    }

    /// Every bad line in one text for logs and people.
    #[must_use]
    pub fn describe(bad: &[BadLine]) -> String {
        bad.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_lines_apply_beside_bad_ones() {
        let (deny, bad) = Deny::parse("# left\nsub corp:bob smith\n\njti\njkt a b\nrole x\nsid s1\n");
        assert_eq!(bad.iter().map(|b| b.line).collect::<Vec<_>>(), [4, 5, 6]);
        let marks = Marks { id: "j", session_id: "s", subject: "corp:alice", thumbprint: None };
        deny.check(&marks).unwrap();
        assert_eq!(deny.check(&Marks { subject: "corp:bob smith", ..marks }), Err(Reason::Denied));
        assert_eq!(deny.check(&Marks { session_id: "s1", ..marks }), Err(Reason::Denied));
    }
}
