//! Log lines on stderr: events of our own modules only, so that no library can print a request.

use std::io;

use tracing_subscriber::{Layer as _, filter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// Starts logging; with `verbose` every verdict is a line, with its reason and never with its token.
pub fn start(verbose: bool) {
    let most = if verbose { tracing::Level::DEBUG } else { tracing::Level::INFO };
    let ours = filter::filter_fn(move |event| *event.level() <= most && event.target().starts_with("kubemint_webhook"));
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(false).with_target(false).with_filter(ours);
    // The level by itself as well: an event below it then costs one comparison.
    tracing_subscriber::registry().with(filter::LevelFilter::from_level(most)).with(lines).init();
}
