//! What is believed at this moment: the owner's word, the mint's keys, the deny list, remembered grants.
//!
//! Answers read one consistent view without a lock; whoever has news puts a new view in its place.

use std::sync::Arc;

use arc_swap::ArcSwap;
use kubemint_core::{
    authenticator::{Authenticator, Evidence, Identity, Trace},
    deny::Deny,
    grant::Grant,
    key_set::KeySet,
    problem::Reason,
    time::Time,
};

use crate::{memory::Memory, state::Kept, verifier::Native};

/// The current view.
pub struct Trust(ArcSwap<View>);

/// One moment's beliefs.
#[derive(Clone)]
pub struct View {
    authenticator: Arc<Authenticator>,
    kept: Arc<Kept>,
    deny: Arc<Deny>,
    memory: Arc<Memory<Grant>>,
}

impl View {
    /// Judges a token by this moment's beliefs.
    pub fn judge(&self, token: &str, now: Time, trace: &mut impl Trace) -> Result<Identity, Reason> {
        let evidence = Evidence { keys: &self.kept.keys, deny: &self.deny, verifier: &Native, memory: &*self.memory };
        self.authenticator.judge(token, &evidence, now, trace)
    }

    /// The mint's keys.
    pub fn keys(&self) -> &KeySet {
        &self.kept.keys
    }

    /// When the mint last confirmed them.
    pub fn fetched_at(&self) -> Time {
        self.kept.fetched_at
    }
}

impl Trust {
    /// Begins with what is known at the start: keys from disk, if there are any.
    pub fn new(authenticator: Authenticator, kept: Option<Kept>, deny: Deny) -> Self {
        let kept = kept.unwrap_or_else(|| Kept { keys: KeySet::default(), fetched_at: Time::EPOCH });
        Self(ArcSwap::from_pointee(View {
            authenticator: Arc::new(authenticator),
            kept: Arc::new(kept),
            deny: Arc::new(deny),
            memory: Arc::new(Memory::new()),
        }))
    }

    /// The view of this moment.
    pub fn view(&self) -> arc_swap::Guard<Arc<View>> {
        self.0.load()
    }

    /// The mint confirmed or changed its keys. What was verified with other keys is forgotten.
    pub fn keys_are(&self, kept: Kept) {
        let kept = Arc::new(kept);
        self.0.rcu(|view| {
            let memory = if view.kept.keys == kept.keys { Arc::clone(&view.memory) } else { Arc::new(Memory::new()) };
            View { kept: Arc::clone(&kept), memory, ..View::clone(view) }
        });
    }

    /// The deny file changed.
    pub fn denied_are(&self, deny: Deny) {
        let deny = Arc::new(deny);
        self.0.rcu(|view| View { deny: Arc::clone(&deny), ..View::clone(view) });
    }

    /// The owner's word changed. What was verified under the old one is forgotten.
    pub fn word_is(&self, authenticator: Authenticator) {
        let authenticator = Arc::new(authenticator);
        self.0.rcu(|view| View {
            authenticator: Arc::clone(&authenticator),
            memory: Arc::new(Memory::new()),
            ..View::clone(view)
        });
    }
}
