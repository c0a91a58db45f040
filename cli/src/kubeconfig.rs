//! `kubectl mint kubeconfig`: entries of ours in kubeconfig files, and no others.

mod add;
mod edit;
mod entry;
mod file;
mod lock;
mod places;

use std::path::PathBuf;

use kubemint_core::resource::Resource;
use serde_json::Value;

use crate::{
    args::{KubeconfigCommand, RemoveArgs},
    context::Context,
    output,
    refusal::Refusal,
};
use edit::Change;
use entry::{LISTS, Owner};
use file::Locked;
use places::Places;

/// Runs one of the commands.
pub fn run(context: &Context, command: KubeconfigCommand) -> Result<(), Refusal> {
    match command {
        KubeconfigCommand::Add(args) => add::run(context, &args),
        KubeconfigCommand::List(args) => list(args.kubeconfig),
        KubeconfigCommand::Remove(args) => remove(context, &args),
    }
}

fn list(explicit: Option<PathBuf>) -> Result<(), Refusal> {
    let places = Places::find(explicit)?;
    let mut rows = vec![["CONTEXT", "CLUSTER", "MINT", "FILE"].map(str::to_owned)];
    for path in places.all() {
        let text = file::read(path)?;
        for (name, owner) in entry::owned(&edit::parse(&text, path)?, "contexts") {
            let cluster = owner.cluster().unwrap_or("-").to_owned();
            rows.push([name, cluster, owner.issuer, path.display().to_string()]);
        }
    }
    output::table(&rows)
}

/// Removes entries by their mark, wherever kubectl would look for them.
fn remove(context: &Context, args: &RemoveArgs) -> Result<(), Refusal> {
    let places = Places::find(args.kubeconfig.clone())?;
    let fits = |owner: &Owner| match &args.which.cluster {
        Some(cluster) => owner.cluster() == Some(cluster),
        None => args.which.all || owner.resource == Resource::Mint,
    };
    let mut removed = 0;
    for locked in Locked::all(places.all().iter().filter(|path| path.exists()))? {
        let document = edit::parse(&locked.text, &locked.path)?;
        let changes = removals(&document, fits);
        removed += changes.iter().filter(|change| matches!(change, Change::Drop { list: "contexts", .. })).count();
        locked.save(&changes)?;
    }
    if removed == 0 {
        return Err(Refusal::new("entry-missing", "there is no such entry that this plugin made")
            .hint("`kubectl mint kubeconfig list` shows those there are"));
    }
    context.say(format_args!("Contexts removed: {removed}"));
    Ok(())
}

/// What to take out of one file; a current context that goes is unset.
fn removals(document: &Value, fits: impl Fn(&Owner) -> bool) -> Vec<Change> {
    let mut changes = Vec::new();
    for list in LISTS {
        let owned = entry::owned(document, list).into_iter().filter(|(_, owner)| fits(owner));
        changes.extend(owned.map(|(name, _)| Change::Drop { list, name }));
    }
    let current = document.get("current-context").and_then(Value::as_str).unwrap_or_default();
    if changes.iter().any(|change| matches!(change, Change::Drop { list: "contexts", name } if name == current)) {
        changes.push(Change::Current(String::new()));
    }
    changes
}
