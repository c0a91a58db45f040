//! Each kubectl is told a refusal once: it calls the plugin again for every request, five times for one `get`.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use crate::{context::Context, refusal::Refusal};

const FOLDER: &str = "told";
const MEMORY: Duration = Duration::from_secs(30);

/// Reports a refusal, unless the same kubectl has been told the same within half a minute.
pub fn once(context: &Context, refusal: &Refusal) {
    let Some(caller) = caller() else { return refusal.report() };
    let name = format!("{FOLDER}/{caller}");
    let path = context.home.path(&name);
    let repeated = is_recent(&path) && context.home.read(&name).ok().flatten().as_deref() == Some(refusal.reason());
    if context.verbose || !repeated {
        refusal.report();
    }
    sweep(context);
    // Where nothing can be written, people are told again: no harm.
    drop(context.home.write(&name, refusal.reason().as_bytes()));
}

fn sweep(context: &Context) {
    for name in context.home.list(FOLDER) {
        let path = context.home.path(FOLDER).join(name);
        if !is_recent(&path) {
            drop(fs::remove_file(path));
        }
    }
}

fn is_recent(path: &Path) -> bool {
    let written = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    written.is_some_and(|written| SystemTime::now().duration_since(written).is_ok_and(|age| age < MEMORY))
}

/// The process id of the kubectl that calls; none for anybody else, where that can be told.
#[cfg(unix)]
fn caller() -> Option<i32> {
    let parent = rustix::process::getppid()?.as_raw_nonzero().get();
    let named = fs::read_to_string(format!("/proc/{parent}/comm"));
    named.map_or(true, |name| name.starts_with("kubectl")).then_some(parent)
}

#[cfg(not(unix))]
fn caller() -> Option<i32> {
    None
}
