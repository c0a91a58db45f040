//! The deny file, read again whenever it changes: what is shut out holds within a second, mint or no mint.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use kubemint_core::deny::Deny;

/// The longest file that is read, in bytes.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// One file and what it held last.
#[derive(Debug, Default)]
pub struct DenyFile {
    last: Option<(PathBuf, Vec<u8>)>,
    bad_lines: Option<Problem>,
}

/// What there is to know after a look at the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The list, if another one is to be in force from now on.
    pub deny: Option<Deny>,
    /// What is wrong with the file, for the log and `/readyz`; never its content.
    pub problem: Option<Problem>,
}

/// What is wrong with a deny file; the cluster owner's to mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It is named in the configuration and cannot be read; the last list stays in force.
    #[error("the deny file cannot be read, the last list stays in force: {0}")]
    Unreadable(String),
    /// Some lines mean nothing; the others are in force.
    #[error("the deny file has bad lines, the others are in force: {0}")]
    BadLines(String),
}

impl DenyFile {
    /// Looks at the file. No file configured is an empty list.
    pub fn look(&mut self, path: Option<&Path>) -> Reading {
        let Some(path) = path else {
            self.bad_lines = None;
            return Reading { deny: self.last.take().map(|_| Deny::default()), problem: None };
        };
        match read(path) {
            Ok(bytes) => Reading { deny: self.changed(path, bytes), problem: self.bad_lines.clone() },
            Err(error) => Reading { deny: None, problem: Some(Problem::Unreadable(error.to_string())) },
        }
    }

    fn changed(&mut self, path: &Path, bytes: Vec<u8>) -> Option<Deny> {
        if self.last.as_ref().is_some_and(|(known, content)| known == path && *content == bytes) {
            return None;
        }
        // Undecodable bytes become a character no credential holds.
        let (deny, bad) = Deny::parse(&String::from_utf8_lossy(&bytes));
        self.last = Some((path.to_owned(), bytes));
        self.bad_lines = (!bad.is_empty()).then(|| Problem::BadLines(Deny::describe(&bad)));
        Some(deny)
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if u64::try_from(read).is_ok_and(|n| n <= MAX_BYTES) {
        Ok(bytes)
    } else {
        Err(io::Error::other("larger than 8 MiB"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn tells_changes_and_problems_and_keeps_the_last_list() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deny");
        let mut file = DenyFile::default();
        let unreadable =
            |reading: Reading| reading.deny.is_none() && matches!(reading.problem, Some(Problem::Unreadable(_)));
        assert!(unreadable(file.look(Some(&path))));

        fs::write(
            &path, "jti a
",
        )
        .unwrap();
        assert_eq!(file.look(Some(&path)), Reading { deny: Some(Deny::parse("jti a").0), problem: None });
        assert_eq!(file.look(Some(&path)), Reading { deny: None, problem: None }, "nothing changed");

        fs::write(
            &path,
            "jti b
nonsense
",
        )
        .unwrap();
        let reading = file.look(Some(&path));
        assert_eq!(reading.deny, Some(Deny::parse("jti b").0));
        assert!(
            matches!(&reading.problem, Some(Problem::BadLines(lines)) if lines.contains("line 2") && !lines.contains("nonsense"))
        );
        assert_eq!(file.look(Some(&path)), Reading { deny: None, ..reading.clone() }, "a bad line stays bad");

        fs::remove_file(&path).unwrap();
        assert!(unreadable(file.look(Some(&path))));
        fs::write(
            &path,
            "jti b
nonsense
",
        )
        .unwrap();
        assert_eq!(file.look(Some(&path)), Reading { deny: None, ..reading });
    }

    #[test]
    fn an_unconfigured_file_is_an_empty_list() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deny");
        fs::write(
            &path, "jti a
",
        )
        .unwrap();
        let mut file = DenyFile::default();
        assert_eq!(file.look(None), Reading { deny: None, problem: None });
        file.look(Some(&path));
        assert_eq!(file.look(None), Reading { deny: Some(Deny::default()), problem: None });
    }
}
