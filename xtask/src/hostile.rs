//! The hostile inputs: which numbers a test or vector carries, held against those that CONTRIBUTING.md claims.
//!
//! A test carries numbers 26 and 27 when its function's name begins `h26_h27_`, a vector when its name begins `h26 h27`.

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
        } else if let Some(read) = reader(&path) {
            let text = fs::read_to_string(&path).map_err(Failure::io(path.display()))?;
            carried.extend(read(&text).into_iter().flat_map(numbers));
        }
    }
    Ok(())
}

/// How names are found in a file, if it can hold any.
fn reader(path: &Path) -> Option<fn(&str) -> Vec<&str>> {
    match path.extension()?.to_str()? {
        "rs" => Some(functions),
        "json" if path.parent()?.ends_with("tests/vectors") => Some(vectors),
        _ => None,
    }
}

/// What follows `fn` at the start of a line.
fn functions(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.trim_start().trim_start_matches("async ").strip_prefix("fn ")).collect()
}

/// What stands in `"name": "…"`.
fn vectors(text: &str) -> Vec<&str> {
    text.split("\"name\"").skip(1).filter_map(|rest| rest.split('"').nth(1)).collect()
}

/// The leading words `h26`, `h27` of a name.
fn numbers(name: &str) -> impl Iterator<Item = u32> {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.map_while(|word| word.strip_prefix('h')?.parse().ok())
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
    fn numbers_lead_a_name() {
        let text =
            "    fn h10_h11_refuses_9() {}\n    // fn h12_is_elsewhere\n    async fn h13_x() {}\nfn hash_256() {}";
        assert_eq!(functions(text).into_iter().flat_map(numbers).collect::<Vec<_>>(), [10, 11, 13]);
        let text = r#"[{"name":"h26 h27: late","token":"h28 x"},{ "name": "fine" }]"#;
        assert_eq!(vectors(text).into_iter().flat_map(numbers).collect::<Vec<_>>(), [26, 27]);
    }

    #[test]
    fn a_claim_is_a_list_of_ranges() {
        let text = format!("x\n\n{CLAIM} 1–3, 7,\n9-10.\n\n55");
        assert_eq!(ranges(&claimed(&text)), "1–3, 7, 9–10");
        assert!(claimed("nothing").is_empty());
    }
}
