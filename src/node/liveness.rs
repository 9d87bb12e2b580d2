//! Signs of life of the shards, as the thread `liveness` notes them.
//!
//! Whoever wants to know looks at the notes and waits for no shard. If that thread itself does not run, the notes grow
//! old and say so.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tandem_shards::names::ShardId;
use tandem_shards::time::Timestamp;

/// A shard that has given no sign of life for this long is stalled.
pub const STALLED_AFTER: Duration = Duration::from_secs(2);

/// The time of each shard's last sign of life.
#[derive(Debug)]
pub struct Liveness {
    signs: Box<[AtomicU64]>,
}

impl Liveness {
    /// The notes about so many shards, which have just started.
    pub fn new(shards: u16, now: Timestamp) -> Self {
        Liveness { signs: (0..shards).map(|_| AtomicU64::new(now.as_micros())).collect() }
    }

    /// Notes a sign of life.
    pub fn note(&self, shard: ShardId, at: Timestamp) {
        self.signs[usize::from(shard.0)].store(at.as_micros(), Ordering::Relaxed);
    }

    /// The shards that do not turn.
    pub fn stalled(&self, now: Timestamp) -> Vec<ShardId> {
        let shards = (0..).map(ShardId).take(self.shard_count());
        shards.filter(|shard| self.is_stalled(now, *shard)).collect()
    }

    /// Returns whether a shard does not turn.
    pub fn is_stalled(&self, now: Timestamp, shard: ShardId) -> bool {
        let last_sign = Timestamp::from_micros(self.signs[usize::from(shard.0)].load(Ordering::Relaxed));
        now.since(last_sign) >= STALLED_AFTER
    }

    /// Number of shards.
    pub fn shard_count(&self) -> usize {
        self.signs.len()
    }
}

/// Shards that do not turn, in words.
pub fn words(stalled: &[ShardId]) -> String {
    let mut text = "no answer from shard ".to_owned();
    for (index, shard) in stalled.iter().enumerate() {
        let _ = write!(text, "{}{shard}", if index == 0 { "" } else { ", " });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_without_a_sign_of_life_is_stalled() {
        let now = Timestamp::from_secs(1000);
        let liveness = Liveness::new(3, now);
        assert_eq!(liveness.stalled(now), []);
        liveness.note(ShardId(1), now - STALLED_AFTER);
        liveness.note(ShardId(2), Timestamp::ZERO);
        assert_eq!(liveness.stalled(now), [ShardId(1), ShardId(2)]);
        assert_eq!(words(&liveness.stalled(now)), "no answer from shard 1, 2");
        liveness.note(ShardId(1), now);
        assert_eq!(liveness.stalled(now), [ShardId(2)]);
    }
}
