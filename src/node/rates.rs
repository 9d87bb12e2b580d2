//! Rates: the difference of two reports of a shard, taken when somebody asks for them. So a node that nobody
//! looks at measures nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use tandem_shards::names::ShardId;
use tandem_shards::stats::ShardReport;
use tandem_shards::time::Timestamp;

/// Work of the shards in the last seconds.
#[derive(Debug, Default)]
pub struct Rates {
    shards: BTreeMap<ShardId, Seen>,
}

#[derive(Debug)]
struct Seen {
    at: Timestamp,
    report: ShardReport,
    rate: Rate,
}

/// Work of one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Packets received.
    pub packets: u64,
    /// Bytes received.
    pub bytes: u64,
    /// Packets dropped and sends refused.
    pub errors: u64,
    /// Load of the loop, in thousandths; of all shards together, that of the busiest.
    pub busy_permille: u64,
}

/// A rate is measured over this long at least.
const WINDOW_MIN: Duration = Duration::from_millis(200);
/// A rate over more than this is not about now.
const WINDOW_MAX: Duration = Duration::from_secs(5);

impl Rates {
    /// Takes new reports. Whether the rates are about now: false if a report is the first of its shard,
    /// or its predecessor is too old.
    pub fn observe_all(&mut self, now: Timestamp, reports: &[ShardReport]) -> bool {
        let mut fresh = true;
        for report in reports {
            let age = self.shards.get(&report.shard).map(|seen| now.since(seen.at));
            // What was measured a moment ago still holds.
            if age.is_none_or(|age| age >= WINDOW_MIN) {
                self.observe(now, report.clone());
            }
            fresh &= age.is_some_and(|age| age <= WINDOW_MAX);
        }
        fresh
    }

    /// Takes a new report of a shard.
    pub fn observe(&mut self, now: Timestamp, report: ShardReport) {
        let rate =
            self.shards.get(&report.shard).map_or(Rate::default(), |last| last.rate_until(now, &report));
        self.shards.insert(report.shard, Seen { at: now, report, rate });
    }

    /// The rate of one shard.
    pub fn of(&self, shard: ShardId) -> Rate {
        self.shards.get(&shard).map_or(Rate::default(), |seen| seen.rate)
    }

    /// The rate of all shards.
    pub fn total(&self) -> Rate {
        self.shards.values().fold(Rate::default(), |sum, seen| Rate {
            packets: sum.packets + seen.rate.packets,
            bytes: sum.bytes + seen.rate.bytes,
            errors: sum.errors + seen.rate.errors,
            busy_permille: sum.busy_permille.max(seen.rate.busy_permille),
        })
    }
}

impl Seen {
    fn rate_until(&self, now: Timestamp, report: &ShardReport) -> Rate {
        let elapsed_us = u64::try_from(now.since(self.at).as_micros()).unwrap_or(u64::MAX).max(1);
        let per = |unit: u64, before: u64, after: u64| {
            let per_unit =
                u128::from(after.saturating_sub(before)) * u128::from(unit) / u128::from(elapsed_us);
            u64::try_from(per_unit).unwrap_or(u64::MAX)
        };
        let (before, after) = (&self.report.counters, &report.counters);
        Rate {
            packets: per(1_000_000, before.packets, after.packets),
            bytes: per(1_000_000, before.bytes, after.bytes),
            errors: per(1_000_000, errors(before), errors(after)),
            busy_permille: per(1000, self.report.busy_us, report.busy_us).min(1000),
        }
    }
}

/// Packets that did not go out, for whatever reason.
pub fn errors(counters: &tandem_shards::stats::Counters) -> u64 {
    counters.drops.iter().sum::<u64>() + counters.send_errors
}

#[cfg(test)]
mod tests {
    use tandem_shards::output::DropReason;

    use super::*;
    use crate::ctl::tests::fake::report;

    #[test]
    fn rates_are_differences_over_time() {
        let mut rates = Rates::default();
        let mut first = report(0);
        first.counters.packets = 1000;
        rates.observe(Timestamp::from_secs(10), first.clone());
        assert_eq!(rates.total(), Rate::default(), "one report is no rate");
        let mut second = first;
        second.counters.packets += 3000;
        second.counters.bytes += 600_000;
        second.counters.count_drop(DropReason::Guarded);
        second.counters.send_errors += 1;
        second.busy_us += 500_000;
        rates.observe(Timestamp::from_secs(12), second);
        let expected = Rate { packets: 1500, bytes: 300_000, errors: 1, busy_permille: 250 };
        assert_eq!(rates.of(ShardId(0)), expected);
        assert_eq!(rates.of(ShardId(1)), Rate::default());
    }
}
