//! The secrets that pass through the rig, kept to be looked for in every log afterwards.
//!
//! Whatever text crosses a boundary of the rig is handed to [`record`]; what is a token, a private key or PEM in it is
//! remembered beside the run folders. Nothing of it may turn up in a log.

use crate::run::RUNS;
use base64ct::{Base64, Encoding};
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process;

/// What a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A JWS of any sort: grant, presentation, bearer, ID token, DPoP proof.
    Token,
    /// The private member of a JWK.
    Key,
    /// A PEM block, plain or within a kubeconfig.
    Pem,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Token, Self::Key, Self::Pem];

    fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Key => "key",
            Self::Pem => "pem",
        }
    }
}

/// So many bytes of a secret in a log are a leak: even a shortened token is one.
const NEEDLE: usize = 24;

/// Pieces of secrets, each with what it is a piece of.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Secrets(BTreeMap<String, Kind>);

impl Secrets {
    /// What is secret in a text.
    pub fn of(text: &str) -> Self {
        let mut this = Self::default();
        this.tokens(text);
        this.keys(text);
        this.pem(text);
        for word in text.split(|c: char| !c.is_ascii_alphanumeric() && !"+/=".contains(c)) {
            // A kubeconfig holds PEM as base64 of the whole block.
            if word.starts_with("LS0tLS1CRUdJTi") {
                this.pieces(Kind::Pem, word);
                let pem = Base64::decode_vec(word).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                this.pem(&pem.unwrap_or_default());
            }
        }
        this
    }

    /// How many tokens, keys and PEM blocks' pieces there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.0.values().filter(|&&found| found == kind).count()
    }

    /// Adds what another one has.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The kinds of which some piece is in `log`.
    pub fn found_in(&self, log: &[u8]) -> BTreeSet<Kind> {
        let windows = log.windows(NEEDLE).filter_map(|window| std::str::from_utf8(window).ok());
        windows.filter_map(|window| self.0.get(window)).copied().collect()
    }

    fn tokens(&mut self, text: &str) {
        for word in text.split(|c: char| !c.is_ascii_alphanumeric() && !"-_.~".contains(c)) {
            for token in word.split('~') {
                let parts: Vec<_> = token.split('.').collect();
                if let [header, payload, signature] = parts.as_slice()
                    && header.starts_with("eyJ")
                {
                    self.pieces(Kind::Token, payload);
                    self.pieces(Kind::Token, signature);
                }
            }
        }
    }

    fn keys(&mut self, text: &str) {
        for rest in text.split("\"d\"").skip(1) {
            let value = rest.trim_start_matches([':', ' ']).strip_prefix('"').and_then(|rest| rest.split('"').next());
            self.pieces(Kind::Key, value.unwrap_or_default());
        }
    }

    fn pem(&mut self, text: &str) {
        let text = text.replace("\\n", "\n");
        for block in text.split("-----BEGIN ").skip(1) {
            let body = block.split("-----END ").next().unwrap_or_default();
            body.lines().skip(1).for_each(|line| self.pieces(Kind::Pem, line.trim()));
        }
    }

    /// From the end, since beginnings are alike; and from the middle, should the end be cut off.
    fn pieces(&mut self, kind: Kind, text: &str) {
        let starts = [text.len().checked_sub(NEEDLE), (text.len() / 2).checked_sub(NEEDLE / 2)];
        for start in starts.into_iter().flatten() {
            if let Some(piece) = text.get(start..start + NEEDLE) {
                self.0.insert(piece.to_owned(), kind);
            }
        }
    }
}

/// Remembers what is secret in a text that passes through the rig, where `KUBEMINT_RUNS` says logs will be searched.
pub fn record(text: &str) {
    let Some(folder) = env::var_os(RUNS).map(PathBuf::from) else { return };
    let lines: String = Secrets::of(text).0.iter().map(|(piece, kind)| format!("{} {piece}\n", kind.name())).collect();
    let path = folder.join(format!("secrets-{}", process::id()));
    let written =
        File::options().create(true).append(true).open(path).and_then(|mut file| file.write_all(lines.as_bytes()));
    if let Err(error) = written {
        // A rig that cannot remember must not go on as if it had.
        eprintln!("secrets cannot be recorded: {error}");
        process::abort();
    }
}

/// Remembers what is secret in the files below a folder, logs aside.
pub fn record_files(folder: &Path) {
    for path in files(folder) {
        if path.extension().is_none_or(|end| end != "log") {
            record(&String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()));
        }
    }
}

/// What a search came to.
#[derive(Debug, Default)]
pub struct Search {
    /// What was looked for.
    pub secrets: Secrets,
    /// How many logs there were, and their bytes.
    pub logs: (usize, usize),
    /// Each log that holds some, and of which kinds.
    pub leaks: Vec<(PathBuf, BTreeSet<Kind>)>,
}

impl Search {
    /// Looks through all logs below a folder for all secrets recorded or still lying there.
    pub fn of(folder: &Path) -> Self {
        let mut this = Self::default();
        let (logs, others): (Vec<_>, Vec<_>) =
            files(folder).into_iter().partition(|path| path.extension().is_some_and(|end| end == "log"));
        for path in others {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).into_owned();
            let recorded = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("secrets-"));
            this.secrets.extend(if recorded { recorded_in(&text) } else { Secrets::of(&text) });
        }
        for path in logs {
            let log = fs::read(&path).unwrap_or_default();
            this.logs = (this.logs.0 + 1, this.logs.1 + log.len());
            let found = this.secrets.found_in(&log);
            if !found.is_empty() {
                this.leaks.push((path, found));
            }
        }
        this
    }
}

fn recorded_in(text: &str) -> Secrets {
    let line = |line: &str| {
        let (name, piece) = line.split_once(' ')?;
        Some((piece.to_owned(), Kind::ALL.into_iter().find(|kind| kind.name() == name)?))
    };
    Secrets(text.lines().filter_map(line).collect())
}

/// Everything below a folder but etcd's own data, where nothing of ours is kept.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && entry.file_name() == "etcd" => {}
            Ok(kind) if kind.is_dir() => found.extend(files(&path)),
            Ok(kind) if kind.is_file() => found.push(path),
            _ => {}
        }
    }
    found
}
