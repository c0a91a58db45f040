//! Buckets of this isolate: the rate limit where none is bound. Others count on their own, so a limit is "about".

use std::cell::RefCell;
use std::collections::HashMap;

/// Requests that a key may make at once, refilled over [`PERIOD`], unless the operator says otherwise.
pub const DEPTH: u32 = 60;
/// Milliseconds until an empty bucket is full again.
const PERIOD: f64 = 60_000.0;
/// More buckets than this are not kept: full ones say nothing and go first.
const KEPT: usize = 10_000;

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: f64,
}

impl Bucket {
    fn refilled(self, depth: f64, now: f64) -> Self {
        let gained = (now - self.at).max(0.0) * depth / PERIOD;
        Self { left: (self.left + gained).min(depth), at: now }
    }
}

thread_local! {
    static BUCKETS: RefCell<HashMap<String, Bucket>> = RefCell::new(HashMap::new());
}

/// Takes one from a key's bucket; false if it is empty. `now` in milliseconds.
pub fn take(key: &str, depth: u32, now: f64) -> bool {
    let depth = f64::from(depth);
    BUCKETS.with_borrow_mut(|buckets| {
        let bucket = buckets.get(key).copied().unwrap_or(Bucket { left: depth, at: now }).refilled(depth, now);
        let allowed = bucket.left >= 1.0;
        let left = if allowed { bucket.left - 1.0 } else { bucket.left };
        make_room(buckets, depth, now);
        buckets.insert(key.to_owned(), Bucket { left, at: now });
        allowed
    })
}

/// An attacker with many addresses must not grow the map without end.
fn make_room(buckets: &mut HashMap<String, Bucket>, depth: f64, now: f64) {
    if buckets.len() < KEPT {
        return;
    }
    buckets.retain(|_, bucket| bucket.refilled(depth, now).left < depth);
    if buckets.len() >= KEPT {
        buckets.clear();
    }
}
