//! `kubectl mint config build`: the mint's configuration, from TOML for people to JSON for the mint.

use std::{fs, ops::Range};

use kubemint_core::config::{Document, Fault};
use toml::de::{DeTable, DeValue};

use crate::{
    args::BuildArgs,
    atomic,
    home::lower,
    output,
    refusal::{Plain, Refusal},
};

/// Checks the document and writes the JSON; on any fault nothing is written.
pub fn build(args: &BuildArgs) -> Result<(), Refusal> {
    let path = &args.document;
    let text = fs::read_to_string(path).map_err(|error| {
        Refusal::new("config-unreadable", format!("{}: {}", path.display(), lower(&error)))
            .hint("name the document: `kubectl mint config build FILE`")
    })?;
    let json = convert(&text).map_err(|faults| refused(&path.display().to_string(), &faults))?;
    match &args.output {
        None => output::text(&json),
        Some(target) => atomic::replace(target, json.as_bytes(), 0o644)
            .map_err(|error| Refusal::new("output-failed", format!("{}: {}", target.display(), lower(&error)))),
    }
}

/// A fault with the line it stands in.
#[derive(Debug, PartialEq, Eq)]
struct Located {
    line: usize,
    sentence: String,
}

fn refused(file: &str, faults: &[Located]) -> Refusal {
    for fault in faults {
        anstream::eprintln!("{}:{}: {}", Plain(file), fault.line, Plain(&fault.sentence));
    }
    Refusal::new("config-refused", format!("{file} is refused; nothing was written"))
        .hint("mend the lines above and build again")
}

fn convert(text: &str) -> Result<String, Vec<Located>> {
    let document: Document = toml::from_str(text).map_err(|error| vec![misread(text, &error)])?;
    document.check().map_err(|faults| faults.iter().map(|fault| locate(text, fault)).collect::<Vec<_>>())?;
    let unwritable = |error: serde_json::Error| vec![Located { line: 1, sentence: error.to_string() }];
    serde_json::to_string_pretty(&document).map(|json| json + "\n").map_err(unwritable)
}

/// What the reader says of TOML that is none, of unknown and of missing fields.
fn misread(text: &str, error: &toml::de::Error) -> Located {
    let start = error.span().map_or(0, |span| span.start);
    Located { line: line_of(text, start), sentence: error.message().replace('\n', ", ") }
}

fn locate(text: &str, fault: &Fault) -> Located {
    let span = DeTable::parse(text).ok().and_then(|root| find(root.get_ref(), &fault.path));
    Located { line: line_of(text, span.map_or(0, |span| span.start)), sentence: fault.to_string() }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// Where a path such as `clusters[0].endpoints[1].server` stands; the last part of it that is there, if not all is.
fn find(root: &DeTable<'_>, path: &str) -> Option<Range<usize>> {
    let mut span = None;
    let mut table = Some(root);
    for part in path.split('.') {
        let (name, indices) = part.split_once('[').unwrap_or((part, ""));
        let Some((key, mut value)) = table.and_then(|table| table.iter().find(|(key, _)| key.get_ref() == name)) else {
            break;
        };
        span = Some(key.span());
        for index in indices.split('[').filter_map(|index| index.trim_end_matches(']').parse::<usize>().ok()) {
            let DeValue::Array(items) = value.get_ref() else { return span };
            let Some(item) = items.get(index) else { return span };
            value = item;
            span = Some(item.span());
        }
        table = match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => None,
        };
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"issuer = "https://mint.example.com"

[[identityProviders]]
alias = "corp"
clientID = "kubemint"
issuer = { url = "https://login.example.com", audiences = ["kubemint"] }
claimMappings.username = { claim = "email", prefix = "" }
claimMappings.groups = { claim = "groups", prefix = "corp:" }

[[clusters]]
name = "prod"
endpoints = [
  { name = "public", server = "https://k8s.example.com:6443" },
  { name = "internal", server = "https://10.0.0.5:6443" },
]

[[rules]]
subjects = [{ kind = "Group", name = "corp:sre" }]
clusters = ["*"]
groups = ["sre"]
maxTTL = { session = "12h", bound = "8h" }
"#;

    fn faults(from: &str, to: &str) -> Vec<Located> {
        assert!(GOOD.contains(from));
        convert(&GOOD.replace(from, to)).unwrap_err()
    }

    #[test]
    fn what_is_built_is_read_again() {
        let json = convert(GOOD).unwrap();
        let document: Document = serde_json::from_str(&json).unwrap();
        assert_eq!(document.check().unwrap().issuer, "https://mint.example.com");
    }

    #[test]
    fn faults_name_line_field_and_expectation() {
        for (from, to, line, says) in [
            ("https://mint.example.com", "http://mint.example.com", 1, "issuer: expected an https URL"),
            ("alias = \"corp\"", "alias = \"system\"", 4, "identityProviders[0].alias: expected"),
            ("https://10.0.0.5:6443", "10.0.0.5", 14, "clusters[0].endpoints[1].server: expected"),
            ("\"8h\"", "\"8 hours\"", 21, "rules[0].maxTTL.bound: expected a duration"),
            ("\"*\"", "\"prd\"", 19, "rules[0].clusters: expected names of clusters"),
        ] {
            let faults = faults(from, to);
            assert_eq!((faults[0].line, faults.len()), (line, 1), "{faults:?}");
            assert!(faults[0].sentence.starts_with(says), "{faults:?}");
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let text = GOOD.replace("https://10.0.0.5:6443", "x").replace("\"12h\"", "\"\"");
        let lines: Vec<usize> = convert(&text).unwrap_err().iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [14, 21]);
    }

    #[test]
    fn unknown_missing_and_doubled_fields_are_refused() {
        for (from, to, line, says) in [
            ("groups = [\"sre\"]", "group = [\"sre\"]", 20, "group"),
            ("clientID = \"kubemint\"\n", "", 3, "clientID"),
            ("groups = [\"sre\"]", "groups = \"sre\"", 20, "sequence"),
            ("name = \"prod\"", "name = \"prod\"\nname = \"dev\"", 12, "duplicate"),
            ("[[rules]]", "[[rules]", 17, ""),
        ] {
            let faults = faults(from, to);
            assert_eq!(faults[0].line, line, "{faults:?}");
            assert!(faults[0].sentence.contains(says), "{faults:?}");
        }
    }
}
