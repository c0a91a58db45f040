//! The hostile inputs: which numbers a test or vector carries, held against those that CONTRIBUTING.md claims.
//!
//! A test carries number 49 when `hostile_49` stands in its function's name, a vector when `hostile-49` does in its own.

use crate::failure::{Failure, Result};
use crate::{clone, step};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const FOLDERS: [&str; 7] = ["core", "mint", "worker", "webhook", "cli", "tests", "xtask"];
const CLAIM: &str = "Hostile inputs covered:";

/// Prints the numbers carried; fails on a claimed one that nothing carries.
pub fn check() -> Result<()> {
    let mut carried = BTreeSet::new();
    for folder in FOLDERS {
        walk(&clone::path(folder), &mut carried)?;
    }
    let text = fs::read_to_string(clone::path("CONTRIBUTING.md")).unwrap_or_default();
    let claimed = claimed(&text);
    step::note(&format!("hostile inputs covered ({}): {}", carried.len(), ranges(&carried)));
    let missing: BTreeSet<u32> = claimed.difference(&carried).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    let what = format!("CONTRIBUTING.md claims hostile inputs that no test or vector carries: {}", ranges(&missing));
    Err(Failure::new(what))
}

fn walk(folder: &Path, carried: &mut BTreeSet<u32>) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(Failure::io(folder.display()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_symlink() || name == "node_modules" || name == "target" {
            continue;
        }
        if path.is_dir() {
            walk(&path, carried)?;
        } else if [".rs", ".json", ".mjs", ".js", ".py"].iter().any(|end| name.ends_with(end)) {
            let text = fs::read_to_string(&path).map_err(Failure::io(path.display()))?;
            carried.extend(text.lines().filter(|line| names_a_test(&name, line)).flat_map(numbers));
        }
    }
    Ok(())
}

/// In Rust a name is a function's; elsewhere any line may hold one.
fn names_a_test(file: &str, line: &str) -> bool {
    !file.ends_with(".rs") || line.trim_start().trim_start_matches("async ").starts_with("fn ")
}

fn numbers(line: &str) -> impl Iterator<Item = u32> {
    line.split("hostile").skip(1).filter_map(|rest| {
        let rest = rest.strip_prefix(['_', '-'])?;
        rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    })
}

/// The numbers and ranges after the claim, up to the end of its paragraph: `1–14, 26, 38-48`.
fn claimed(text: &str) -> BTreeSet<u32> {
    let Some((_, after)) = text.split_once(CLAIM) else { return BTreeSet::new() };
    let paragraph = after.split("\n\n").next().unwrap_or_default();
    paragraph.split(',').filter_map(range).flatten().collect()
}

fn range(text: &str) -> Option<std::ops::RangeInclusive<u32>> {
    let number = |text: &str| text.trim().trim_end_matches('.').parse().ok();
    match text.split_once(['–', '-']) {
        Some((first, last)) => Some(number(first)?..=number(last)?),
        None => number(text).map(|one| one..=one),
    }
}

/// `1–3, 7`.
fn ranges(numbers: &BTreeSet<u32>) -> String {
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => spans.push((number, number)),
        }
    }
    let texts: Vec<_> = spans.iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}–{b}") }).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_names() {
        assert_eq!(numbers("    fn hostile_43_is_91_seconds_old() {").collect::<Vec<_>>(), [43]);
        assert_eq!(numbers("\"name\": \"hostile-12 hostile-13\"").collect::<Vec<_>>(), [12, 13]);
        assert!(!names_a_test("a.rs", "    // hostile_9 is decided elsewhere"));
    }

    #[test]
    fn a_claim_is_a_list_of_ranges() {
        let text = format!("x\n\n{CLAIM} 1–3, 7,\n9-10.\n\n55");
        assert_eq!(ranges(&claimed(&text)), "1–3, 7, 9–10");
        assert!(claimed("nothing").is_empty());
    }
}
