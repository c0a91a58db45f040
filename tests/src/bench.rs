//! The benches: what a user waits for, beside what they would take instead, in the same run on the same machine.

pub mod exchange;
pub mod floor;
pub mod footprint;
pub mod plugin;
pub mod reviews;
pub mod tokens;

use anyhow::{Context, Result};
use rustix::thread::{CpuSet, sched_setaffinity};
use std::fmt;
use std::time::Duration;

/// The core that what is measured runs on.
pub const SERVER: usize = 0;
/// The core that what measures runs on.
pub const GENERATOR: usize = 1;

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was measured.
    pub path: String,
    /// Our figure, with its unit.
    pub ours: String,
    /// What it stands beside, with its figure.
    pub beside: String,
    /// How many times better ours is.
    pub ratio: Option<f64>,
    /// What we ask of ourselves.
    pub budget: String,
    /// Whether it is kept.
    pub kept: bool,
}

impl Row {
    /// A figure that must be so many times better than another.
    pub fn ratio(path: impl Into<String>, ours: String, beside: String, ratio: f64, least: f64) -> Self {
        let budget = if least > 0.0 { format!("≥ {least:.2} ×") } else { "none".to_owned() };
        Self { path: path.into(), ours, beside, ratio: Some(ratio), budget, kept: ratio >= least }
    }

    /// A figure that must not exceed a bound.
    pub fn bound(path: impl Into<String>, (ours, most): (f64, f64), unit: &str, beside: String) -> Self {
        let figure = |value: f64| format!("{value:.1} {unit}");
        Self {
            path: path.into(),
            ours: figure(ours),
            beside,
            ratio: None,
            budget: format!("≤ {}", figure(most)),
            kept: ours <= most,
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = self.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2} ×"));
        let kept = if self.kept { "kept" } else { "MISSED" };
        write!(f, "| {} | {} | {} | {ratio} | {} | {kept} |", self.path, self.ours, self.beside, self.budget)
    }
}

/// The table, with its head.
pub fn table(rows: &[Row]) -> String {
    let lines: Vec<String> = rows.iter().map(ToString::to_string).collect();
    format!("| path | ours | beside | ratio | budget | |\n|---|---|---|---|---|---|\n{}\n", lines.join("\n"))
}

/// Keeps this thread, and what it starts from now on, on one core.
pub fn stay_on(core: usize) -> Result<()> {
    let mut cores = CpuSet::new();
    cores.set(core);
    sched_setaffinity(None, &cores).context("a core to measure on")
}

/// Whole processes' time on the processor so far, from `/proc`.
pub fn processor_time(process: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, after_name) = stat.rsplit_once(") ").context("stat")?;
    let fields: Vec<u64> = after_name.split(' ').skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    // Both in clock ticks of a hundredth of a second, on every Linux there is.
    Ok(Duration::from_millis(fields.iter().sum::<u64>() * 10))
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// How far the outer ones are from each other, as a part of the middle one.
pub fn spread(values: &[f64]) -> f64 {
    let (least, most) =
        values.iter().fold((f64::MAX, 0.0_f64), |(least, most), value| (least.min(*value), most.max(*value)));
    (most - least) / median(values.to_vec()) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_spread() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((spread(&[90.0, 100.0, 110.0]) - 0.1).abs() < 1e-9);
    }

    #[test]
    fn a_missed_budget_shows() {
        let missed = Row::ratio("x", "1".into(), "2".into(), 0.5, 1.8);
        assert!(!missed.kept && table(&[missed]).contains("0.50 × | ≥ 1.80 × | MISSED"));
        assert!(Row::bound("size", (7.0, 8.0), "MB", String::new()).kept);
    }
}
