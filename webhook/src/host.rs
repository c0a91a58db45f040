//! What answers share: beliefs, counters, the bell of the key poller, and what is amiss.

use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use kubemint_core::{authenticator::Identity, problem::Reason, review, time::Time};

use crate::{config::Config, deny, metrics::Metrics, poller::Bell, trust::Trust};

/// A verdict: who it is and for which audiences, or why not.
pub type Verdict = Result<(Identity, Vec<String>), Reason>;

/// The shared parts of a running webhook.
pub struct Host {
    /// The configuration in force.
    pub config: ArcSwap<Config>,
    /// What is believed.
    pub trust: Arc<Trust>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Wakes the poller when a key is missing.
    pub bell: Bell,
    /// What is wrong with the deny file, if anything.
    pub deny_problem: ArcSwapOption<deny::Problem>,
    /// Why the last SIGHUP changed nothing, if it did not.
    pub reload_problem: ArcSwapOption<String>,
}

impl Host {
    /// Judges a question. Opens no connection and takes no lock; a missing key only rings a bell.
    pub fn judge(&self, question: &review::Request, now: Time) -> Verdict {
        let verdict = question
            .audiences(&self.config.load().api_audiences)
            .and_then(|audiences| Ok((self.trust.view().judge(&question.token, now, &mut ())?, audiences)));
        if let Err(Reason::KeyUnknown) = verdict {
            self.bell.key_is_missing();
        }
        verdict
    }

    /// Why it is not ready, a sentence each.
    pub fn problems(&self) -> Vec<String> {
        let keys = self.trust.view().keys().is_empty().then(|| "no keys of the mint yet".to_owned());
        let deny = self.deny_problem.load().as_ref().map(ToString::to_string);
        let reload =
            self.reload_problem.load().as_ref().map(|problem| format!("the last reload was refused: {problem}"));
        [keys, deny, reload].into_iter().flatten().collect()
    }

    /// Sets the gauges, just before they are read.
    pub fn take_stock(&self, now: Time) {
        let gauges = self.metrics.gauges();
        let view = self.trust.view();
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        gauges.key_age.set(if view.keys().is_empty() { -1 } else { whole(now.since(view.fetched_at()).0) });
        gauges.keys.set(i64::try_from(view.keys().len()).unwrap_or(i64::MAX));
        gauges.deny_broken.set(self.deny_problem.load().is_some().into());
        gauges.reload_refused.set(self.reload_problem.load().is_some().into());
    }
}
