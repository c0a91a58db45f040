//! SIGHUP: configuration and certificate are read again, and take effect together or not at all.

use std::{path::Path, sync::Arc};

use crate::{config::Config, host::Host, server::Tls};

/// Reads everything anew, and asks the mint for its keys.
pub fn reload(host: &Host, tls: &Tls, path: &Path) {
    let outcome = take(host, tls, path);
    match &outcome {
        Ok(()) => tracing::info!("configuration and certificate were read again"),
        Err(problem) => tracing::error!(problem, "the reload was refused, all stays as it was"),
    }
    host.reload_problem.store(outcome.err().map(Arc::new));
    host.bell.fetch_now();
}

fn take(host: &Host, tls: &Tls, path: &Path) -> Result<(), String> {
    let config = Config::load(path).map_err(|failure| failure.what().to_owned())?;
    let old = host.config.load_full();
    // What was made at the start from these cannot be exchanged under running connections and threads.
    let fixed = [
        ("listen", config.listen != old.listen),
        ("issuer", config.source != old.source),
        ("state", config.state != old.state),
    ];
    if let Some((field, _)) = fixed.iter().find(|(_, changed)| *changed) {
        return Err(format!("a change of {field} needs a restart"));
    }
    let served = config.tls.load().map_err(|error| error.to_string())?;
    if config.judges_otherwise(&old) {
        host.trust.word_is(config.authenticator());
    }
    host.config.store(Arc::new(config));
    tls.store(served);
    Ok(())
}
