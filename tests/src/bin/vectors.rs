//! `vectors [--check]`: writes tests/vectors, or fails where it is not what would be written.

use anyhow::{Context as _, Result, bail};
use kubemint_tests::vectors::{self, File};
use std::{fs, path::Path};

fn main() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let check = std::env::args().nth(1).is_some_and(|argument| argument == "--check");
    let files = vectors::files();
    if check {
        return compare(&folder, &files);
    }
    fs::create_dir_all(&folder)?;
    for stray in strays(&folder, &files)? {
        fs::remove_file(folder.join(stray))?;
    }
    for file in &files {
        fs::write(folder.join(name(file)), file.render())?;
        let (refused, all) = file.counts();
        println!("{:<13} {all:>4} vectors, {refused:>4} refusals", file.noun);
    }
    let (refused, all) = files.iter().map(File::counts).fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
    println!("{:<13} {all:>4} vectors, {refused:>4} refusals", "together");
    Ok(())
}

fn name(file: &File) -> String {
    format!("{}.json", file.noun)
}

fn compare(folder: &Path, files: &[File]) -> Result<()> {
    let stray = strays(folder, files)?;
    if !stray.is_empty() {
        bail!("tests/vectors holds what no generator makes: {}", stray.join(", "));
    }
    for file in files {
        let path = folder.join(name(file));
        let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
        if text != file.render() {
            bail!("{} is not what the generator makes: run it again and look at the difference", path.display());
        }
    }
    println!("tests/vectors is what the generator makes: {} files", files.len());
    Ok(())
}

fn strays(folder: &Path, files: &[File]) -> Result<Vec<String>> {
    let mut strays = Vec::new();
    for entry in fs::read_dir(folder)? {
        let found = entry?.file_name().to_string_lossy().into_owned();
        if !files.iter().any(|file| name(file) == found) {
            strays.push(found);
        }
    }
    Ok(strays)
}
