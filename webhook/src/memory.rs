//! Grants that were verified, remembered by the SHA-256 of their bytes, so that the second review of a
//! grant costs one signature check.
//!
//! A fixed table of atomically exchanged slots: it cannot grow, nothing is locked, and a reader never
//! waits for a writer. Two writers that meet cost one of the grants its place, and so one signature
//! check later. Only what the mint signed gets in, so strangers cannot fill it.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use kubemint_core::grant::Grant;

/// How many slots a grant may lie in.
const WAYS: usize = 4;
/// So many grants at most; a grant takes about a kilobyte.
const SLOTS: usize = 4096;

type Hash = [u8; 32];

/// The table.
pub struct Memory<T> {
    slots: Box<[Slot<T>]>,
}

type Slot<T> = ArcSwapOption<(Hash, Arc<T>)>;

impl<T> Memory<T> {
    /// An empty table.
    pub fn new() -> Self {
        Self { slots: (0..SLOTS).map(|_| Slot::empty()).collect() }
    }

    /// What was remembered under this hash.
    pub fn recall(&self, hash: &Hash) -> Option<Arc<T>> {
        self.ways(hash).iter().find_map(|slot| {
            let entry = slot.load();
            entry.as_deref().filter(|(key, _)| key == hash).map(|(_, value)| Arc::clone(value))
        })
    }

    /// Remembers; where all its slots are taken, one of the others is forgotten.
    pub fn remember(&self, hash: &Hash, value: Arc<T>) {
        let ways = self.ways(hash);
        let victim = usize::from(hash[2]) % WAYS;
        let place = ways
            .iter()
            .find(|slot| slot.load().as_deref().is_none_or(|(key, _)| key == hash))
            .or_else(|| ways.get(victim));
        if let Some(slot) = place {
            slot.store(Some(Arc::new((*hash, value))));
        }
    }

    /// The slots a hash may lie in: SHA-256 spreads evenly, so its first bytes choose.
    fn ways(&self, hash: &Hash) -> &[Slot<T>] {
        let [first, second, ..] = *hash;
        let set = usize::from(u16::from_be_bytes([first, second])) % (SLOTS / WAYS);
        self.slots.get(set * WAYS..(set + 1) * WAYS).unwrap_or_default()
    }
}

impl kubemint_core::authenticator::Memory for Memory<Grant> {
    fn recall(&self, digest: &Hash) -> Option<Arc<Grant>> {
        Self::recall(self, digest)
    }

    fn remember(&self, digest: Hash, grant: &Arc<Grant>) {
        Self::remember(self, &digest, Arc::clone(grant));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(n: u32) -> Hash {
        let mut hash = [0; 32];
        hash[..4].copy_from_slice(&n.wrapping_mul(0x9e37_79b1).to_be_bytes());
        hash[4..8].copy_from_slice(&n.to_be_bytes());
        hash
    }

    #[test]
    fn recalls_exactly_what_was_remembered() {
        let memory = Memory::new();
        memory.remember(&hash(1), Arc::new(1));
        assert_eq!(memory.recall(&hash(1)).as_deref(), Some(&1));
        let mut near = hash(1);
        near[31] ^= 1;
        assert_eq!(memory.recall(&near), None, "another hash in the same slots");
        memory.remember(&hash(1), Arc::new(2));
        assert_eq!(memory.recall(&hash(1)).as_deref(), Some(&2));
    }

    #[test]
    fn stays_bounded_and_keeps_the_newest() {
        let memory = Memory::new();
        for n in 0..100_000 {
            memory.remember(&hash(n), Arc::new(n));
            assert_eq!(memory.recall(&hash(n)).as_deref(), Some(&n));
        }
        let kept = (0..100_000).filter(|n| memory.recall(&hash(*n)).is_some()).count();
        assert!(kept <= SLOTS && kept > SLOTS / 2, "{kept}");
    }

    #[test]
    fn readers_and_writers_meet() {
        let memory = Memory::new();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for n in 0..20_000 {
                        memory.remember(&hash(n % 8192), Arc::new(n % 8192));
                        if let Some(value) = memory.recall(&hash(n % 8192)) {
                            assert_eq!(*value, n % 8192);
                        }
                    }
                });
            }
        });
    }
}
