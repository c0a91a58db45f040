//! What Prometheus may know: verdicts by reason, how long they took, how old the keys are.
//!
//! Counting takes no lock: the counters are made before the first request, and the histogram is plain
//! atomics that are only gathered when somebody asks.

use std::{
    collections::HashMap,
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use kubemint_core::problem::Reason;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, NoLabelSet, text},
    metrics::{MetricType, counter::Counter, family::Family, gauge::Gauge},
    registry::{Registry, Unit},
};

/// The code of a review that let somebody in.
const ADMITTED: &str = "ok";

/// Counters and gauges.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    admitted: Counter,
    refused: HashMap<Reason, Counter>,
    unheard: Counter,
    latency: Latency,
    fetched: Counter,
    unfetched: Counter,
    gauges: Gauges,
}

/// What is read when it is asked for.
#[derive(Clone, Debug, Default)]
pub struct Gauges {
    /// Seconds since the mint last confirmed its keys.
    pub key_age: Gauge,
    /// Keys in use.
    pub keys: Gauge,
    /// 1 while the deny file cannot be read in full.
    pub deny_broken: Gauge,
    /// 1 while the last reload was refused.
    pub reload_refused: Gauge,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Code {
    code: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

impl Metrics {
    /// All of them, at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("kubemint_webhook");
        let reviews = Family::<Code, Counter>::default();
        registry.register("reviews", "TokenReviews answered, by verdict", reviews.clone());
        let unheard = Counter::default();
        registry.register(
            "unheard_requests",
            "Requests refused before they were read as a TokenReview",
            unheard.clone(),
        );
        let latency = Latency::default();
        registry.register_collector(Box::new(latency.clone()));
        let fetches = Family::<Outcome, Counter>::default();
        registry.register("key_fetches", "Attempts to fetch the mint's keys, by outcome", fetches.clone());
        let counter = |code| reviews.get_or_create_owned(&Code { code });
        let fetch = |outcome| fetches.get_or_create_owned(&Outcome { outcome });
        Self {
            admitted: counter(ADMITTED),
            refused: Reason::ALL.iter().map(|reason| (*reason, counter(reason.as_str()))).collect(),
            unheard,
            latency,
            fetched: fetch("ok"),
            unfetched: fetch("failed"),
            gauges: Gauges::registered(&mut registry),
            registry,
        }
    }

    /// A verdict was given.
    pub fn judged(&self, refusal: Option<Reason>, took: Duration) {
        let counter = refusal.and_then(|reason| self.refused.get(&reason)).unwrap_or(&self.admitted);
        counter.inc();
        self.latency.0.observe(took);
    }

    /// A request was turned away unread.
    pub fn unheard(&self) {
        self.unheard.inc();
    }

    /// The mint was asked for its keys.
    pub fn fetched(&self, well: bool) {
        if well {
            self.fetched.inc()
        } else {
            self.unfetched.inc()
        };
    }

    /// What is read when it is asked for.
    pub const fn gauges(&self) -> &Gauges {
        &self.gauges
    }

    /// The text exposition.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing into a String does not fail.
        let _ = text::encode(&mut text, &self.registry);
        text
    }
}

impl Gauges {
    fn registered(registry: &mut Registry) -> Self {
        let gauges = Self::default();
        registry.register_with_unit(
            "keys_age",
            "Since the mint last confirmed its keys",
            Unit::Seconds,
            gauges.key_age.clone(),
        );
        registry.register("keys", "The mint's keys in use", gauges.keys.clone());
        registry.register("deny_broken", "1 while the deny file cannot be read in full", gauges.deny_broken.clone());
        registry.register("reload_refused", "1 while the last reload was refused", gauges.reload_refused.clone());
        gauges
    }
}

/// Upper bounds of the histogram, in microseconds: from a remembered refusal to a machine in trouble.
const BOUNDS: [u64; 10] = [25, 50, 100, 200, 400, 800, 1_600, 6_400, 25_600, 102_400];

#[derive(Clone, Debug, Default)]
struct Latency(std::sync::Arc<Buckets>);

#[derive(Debug, Default)]
struct Buckets {
    within: [AtomicU64; BOUNDS.len()],
    beyond: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Buckets {
    fn observe(&self, took: Duration) {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS
            .iter()
            .zip(&self.within)
            .find(|(bound, _)| nanoseconds <= *bound * 1000)
            .map_or(&self.beyond, |(_, bucket)| bucket);
        bucket.fetch_add(1, Ordering::Relaxed);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

impl Collector for Latency {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let buckets = &self.0;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let seconds = |nanoseconds: f64| nanoseconds / 1e9;
        let bounds = BOUNDS.iter().map(|bound| f64::from(u32::try_from(*bound).unwrap_or(u32::MAX)) / 1e6);
        let counts = buckets.within.iter().map(read);
        let all: Vec<(f64, u64)> = bounds.zip(counts).chain([(f64::INFINITY, read(&buckets.beyond))]).collect();
        let total = all.iter().map(|(_, count)| count).sum();
        let mut metric = encoder.encode_descriptor(
            "review",
            "How long a verdict took, once the body was read.",
            Some(&Unit::Seconds),
            MetricType::Histogram,
        )?;
        metric.encode_histogram::<NoLabelSet>(seconds(to_float(read(&buckets.nanoseconds))), total, &all, None)
    }
}

/// Exact up to 2^53 nanoseconds, 104 days of computing; after that good enough for an average.
fn to_float(n: u64) -> f64 {
    let high = u32::try_from(n >> 32).unwrap_or(u32::MAX);
    let low = u32::try_from(n & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    f64::from(high).mul_add(4_294_967_296.0, f64::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_counted_by_reason_and_gathered_in_buckets() {
        let metrics = Metrics::new();
        metrics.judged(None, Duration::from_micros(60));
        metrics.judged(Some(Reason::Expired), Duration::from_micros(60));
        metrics.judged(Some(Reason::Expired), Duration::from_secs(3));
        metrics.fetched(false);
        let text = metrics.render();
        let line = |line: &str| assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
        line("kubemint_webhook_reviews_total{code=\"ok\"} 1");
        line("kubemint_webhook_reviews_total{code=\"expired\"} 2");
        line("kubemint_webhook_reviews_total{code=\"denied\"} 0");
        line("kubemint_webhook_key_fetches_total{outcome=\"failed\"} 1");
        line("kubemint_webhook_review_seconds_bucket{le=\"0.00005\"} 0");
        line("kubemint_webhook_review_seconds_bucket{le=\"0.0001\"} 2");
        line("kubemint_webhook_review_seconds_bucket{le=\"+Inf\"} 3");
        line("kubemint_webhook_review_seconds_count 3");
        assert!(text.ends_with("# EOF\n"), "OpenMetrics ends so");
    }

    #[test]
    fn sums_stay_exact_past_32_bits() {
        assert!((to_float(10_000_000_000) - 1e10).abs() < f64::EPSILON);
    }
}
