//! A set of measured durations and its percentiles, exact: every sample is kept.

use serde_json::{Value, json};

/// Durations in nanoseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples {
    values: Vec<u64>,
    sorted: bool,
}

impl Samples {
    pub(crate) fn add(&mut self, nanoseconds: u64) {
        self.values.push(nanoseconds);
        self.sorted = false;
    }

    pub(crate) fn append(&mut self, other: Samples) {
        self.values.extend(other.values);
        self.sorted = false;
    }

    pub(crate) fn clear(&mut self) {
        self.values.clear();
    }

    /// The value below which `permille` thousandths of the samples lie, by nearest rank; 0 without samples.
    pub(crate) fn permille(&mut self, permille: usize) -> u64 {
        if !self.sorted {
            self.values.sort_unstable();
            self.sorted = true;
        }
        let rank = (self.values.len() * permille).div_ceil(1000).max(1);
        self.values.get(rank - 1).copied().unwrap_or(0)
    }

    /// Microseconds at the usual places.
    pub(crate) fn figures(&mut self) -> Value {
        json!({
            "p50_us": microseconds(self.permille(500)),
            "p90_us": microseconds(self.permille(900)),
            "p99_us": microseconds(self.permille(990)),
            "p999_us": microseconds(self.permille(999)),
            "max_us": microseconds(self.permille(1000)),
        })
    }
}

/// Nanoseconds as microseconds with one decimal.
pub(crate) fn microseconds(nanoseconds: u64) -> f64 {
    float(nanoseconds / 100) / 10.0
}

/// A count as a float; exact below 2^53, which no count here reaches.
#[expect(clippy::cast_precision_loss, reason = "counts here stay below 2^53")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// Minimum, median and maximum of a few figures; `None` for none.
pub(crate) fn spread(figures: &[f64]) -> Option<(f64, f64, f64)> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    let middle = sorted.len() / 2;
    let median = if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    };
    Some((first, median, last))
}

/// Ratios of what was measured in the same turn.
pub(crate) fn ratios(figures: &[f64], base: &[f64]) -> Vec<f64> {
    figures.iter().zip(base).filter(|(_, base)| **base > 0.0).map(|(figure, base)| figure / base).collect()
}

/// Minimum, median and maximum in a cell of a table.
pub(crate) fn three(figures: &[f64]) -> String {
    let Some((low, median, high)) = spread(figures) else { return "-".to_owned() };
    let digits = if median >= 100.0 { 0 } else { 3 };
    format!("{low:.digits$}..{median:.digits$}..{high:.digits$}")
}

/// The same for programs.
pub(crate) fn three_json(figures: &[f64]) -> Value {
    spread(figures)
        .map_or(Value::Null, |(low, median, high)| json!({"min": low, "median": median, "max": high}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let mut samples = Samples::default();
        assert_eq!(samples.permille(500), 0);
        for value in (1..=100).rev() {
            samples.add(value);
        }
        assert_eq!(samples.permille(500), 50);
        assert_eq!(samples.permille(990), 99);
        assert_eq!(samples.permille(1000), 100);
        assert_eq!(samples.permille(0), 1);
    }

    #[test]
    fn spread_of_odd_and_even_sets() {
        assert_eq!(spread(&[]), None);
        assert_eq!(spread(&[3.0, 1.0, 2.0]), Some((1.0, 2.0, 3.0)));
        assert_eq!(spread(&[4.0, 1.0, 2.0, 3.0]), Some((1.0, 2.5, 4.0)));
    }
}
