//! An interruption: Ctrl-C or a request to end. After it nothing new starts and every wait of the rig ends.

use anyhow::{Result, ensure};
use std::process;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

static RECEIVED: AtomicI32 = AtomicI32::new(0);

/// From now on SIGINT, SIGTERM and SIGHUP interrupt; whoever sends a second one does not want to wait.
pub fn listen() -> Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut int, mut term, mut hup) = runtime.block_on(async {
        let on = |kind| signal(kind);
        Ok::<_, std::io::Error>((on(SignalKind::interrupt())?, on(SignalKind::terminate())?, on(SignalKind::hangup())?))
    })?;
    thread::spawn(move || {
        runtime.block_on(async {
            loop {
                let kind = tokio::select! {
                    _ = int.recv() => SignalKind::interrupt(),
                    _ = term.recv() => SignalKind::terminate(),
                    _ = hup.recv() => SignalKind::hangup(),
                };
                if RECEIVED.swap(kind.as_raw_value(), Ordering::Relaxed) != 0 {
                    process::exit(128 + kind.as_raw_value());
                }
            }
        });
    });
    Ok(())
}

/// The number of the signal that has interrupted this program.
pub fn received() -> Option<i32> {
    Some(RECEIVED.load(Ordering::Relaxed)).filter(|&number| number != 0)
}

/// An error once this program has been interrupted.
pub fn check() -> Result<()> {
    ensure!(received().is_none(), "interrupted");
    Ok(())
}
