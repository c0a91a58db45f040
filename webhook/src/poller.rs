//! The thread that keeps the mint's keys fresh: the only part of `serve` that opens a connection.
//!
//! It never waits for an answer and no answer ever waits for it. A set that cannot be read, is empty
//! or comes from elsewhere never replaces a good one.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, Thread},
    time::Instant,
};

use kubemint_core::{key_set::KeySet, time::Seconds};

use crate::{
    clock,
    fetch::Source,
    metrics::Metrics,
    schedule::Schedule,
    state::{Kept, State},
    trust::Trust,
};

/// Wakes the poller, from any thread and without waiting.
#[derive(Clone, Default)]
pub struct Bell(Arc<Rope>);

#[derive(Default)]
struct Rope {
    wanted: AtomicBool,
    at_once: AtomicBool,
    poller: OnceLock<Thread>,
}

impl Bell {
    /// A token named a key that is not here: fetch soon, within the limit.
    pub fn key_is_missing(&self) {
        self.ring(&self.0.wanted);
    }

    /// The operator asked: fetch now.
    pub fn fetch_now(&self) {
        self.ring(&self.0.at_once);
    }

    /// Only the first ring since the last fetch wakes anybody: the rest cost one atomic exchange.
    fn ring(&self, flag: &AtomicBool) {
        if !flag.swap(true, Ordering::AcqRel)
            && let Some(poller) = self.0.poller.get()
        {
            poller.unpark();
        }
    }

    fn wanted(&self) -> bool {
        self.0.wanted.load(Ordering::Acquire)
    }
}

/// What the thread works with.
pub struct Poller {
    /// Where the keys come from.
    pub source: Source,
    /// Where they are kept over a restart.
    pub state: State,
    /// Where they are put to use.
    pub trust: Arc<Trust>,
    /// Where fetches are counted.
    pub metrics: Arc<Metrics>,
}

impl Poller {
    /// Starts the thread; it fetches at once and ends with the process.
    pub fn start(self, bell: &Bell) -> std::io::Result<()> {
        let bell = bell.clone();
        thread::Builder::new().name("poller".into()).spawn(move || self.run(&bell)).map(drop)
    }

    fn run(&self, bell: &Bell) {
        // Whoever rang before this line set a flag that the first turn reads.
        let _ = bell.0.poller.set(thread::current());
        let mut schedule = Schedule::default();
        loop {
            bell.0.wanted.store(false, Ordering::Release);
            bell.0.at_once.store(false, Ordering::Release);
            let fetched = Instant::now();
            match self.turn() {
                Ok(max_age) => schedule.succeeded(max_age),
                Err(problem) => {
                    schedule.failed();
                    tracing::warn!(%problem, "the mint's keys could not be fetched; those at hand, if any, stay");
                }
            }
            while !bell.0.at_once.load(Ordering::Acquire) {
                let left = schedule.pause(bell.wanted()).saturating_sub(fetched.elapsed());
                if left.is_zero() {
                    break;
                }
                thread::park_timeout(left);
            }
        }
    }

    /// One fetch, put to use and kept.
    fn turn(&self) -> Result<Option<Seconds>, String> {
        let fetched = self.source.fetch().map_err(|error| error.to_string()).and_then(|published| {
            let keys = KeySet::parse(&published.body).map_err(|reason| reason.to_string())?;
            if keys.is_empty() {
                Err("the mint publishes no key that can be used".into())
            } else {
                Ok((keys, published.max_age))
            }
        });
        self.metrics.fetched(fetched.is_ok());
        let (keys, max_age) = fetched?;
        let kept = Kept { keys, fetched_at: clock::now() };
        if let Err(error) = self.state.save(&self.source.issuer, &kept) {
            tracing::error!(%error, "the keys cannot be kept over a restart: is the state folder full or read-only?");
        }
        if self.trust.view().keys() != &kept.keys {
            tracing::info!(keys = kept.keys.len(), "another set of the mint's keys is in use");
        }
        self.trust.keys_are(kept);
        Ok(max_age)
    }
}
