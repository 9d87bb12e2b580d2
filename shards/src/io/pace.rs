//! Load of a shard: decides between waiting in the kernel, waiting for batches, and parking.

use std::time::Duration;

use crate::time::Timestamp;

/// After a packet the next is due within 20 ms; a shard without any for this long has none to expect.
const LINGER_AFTER_PACKET: Duration = Duration::from_millis(100);
/// Requests come in pairs (offer, answer), but seldom this close.
const LINGER_AFTER_REQUEST: Duration = Duration::from_millis(10);
/// From this rate on, waiting for batches pays.
const FAST_PACKETS_PER_SECOND: u64 = 10_000;

/// The pace of a shard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    busy_until: Timestamp,
    ticked_at: Timestamp,
    /// Packets since the last tick.
    packets: u64,
    /// Packets a second, smoothed over some ticks.
    rate: u64,
}

impl Pace {
    pub(super) fn new(now: Timestamp) -> Pace {
        Pace { busy_until: now, ticked_at: now, packets: 0, rate: 0 }
    }

    /// Counts a packet.
    pub(super) fn packet(&mut self, now: Timestamp) {
        self.packets += 1;
        self.busy_until = self.busy_until.max(now + LINGER_AFTER_PACKET);
    }

    /// Notes a request.
    pub(super) fn request(&mut self, now: Timestamp) {
        self.busy_until = self.busy_until.max(now + LINGER_AFTER_REQUEST);
    }

    /// Measures the rate since the last tick.
    pub(super) fn tick(&mut self, now: Timestamp) {
        let elapsed_us = u64::try_from(now.since(self.ticked_at).as_micros()).unwrap_or(u64::MAX).max(1);
        let rate = std::mem::take(&mut self.packets).saturating_mul(1_000_000) / elapsed_us;
        self.rate = (self.rate * 7 + rate) / 8;
        self.ticked_at = now;
    }

    /// True if nothing has happened for a while.
    pub(super) fn is_idle(&self, now: Timestamp) -> bool {
        now >= self.busy_until
    }

    /// True if there are enough packets to wait for batches of them.
    pub(super) fn is_fast(&self) -> bool {
        self.rate >= FAST_PACKETS_PER_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_busy_for_a_while_after_packets_and_requests() {
        let start = Timestamp::from_secs(1);
        let mut pace = Pace::new(start);
        assert!(pace.is_idle(start));
        pace.packet(start);
        pace.request(start);
        assert!(!pace.is_idle(start + Duration::from_millis(99)));
        assert!(pace.is_idle(start + Duration::from_millis(100)));
    }

    #[test]
    fn the_rate_follows_the_packets() {
        let mut now = Timestamp::from_secs(1);
        let mut pace = Pace::new(now);
        let mut run = |pace: &mut Pace, packets_per_tick: u64| {
            for _ in 0..40 {
                now = now + Duration::from_millis(5);
                (0..packets_per_tick).for_each(|_| pace.packet(now));
                pace.tick(now);
            }
        };
        run(&mut pace, 40); // 8 000 a second
        assert!(!pace.is_fast());
        run(&mut pace, 60); // 12 000 a second
        assert!(pace.is_fast());
        run(&mut pace, 0);
        assert!(!pace.is_fast());
    }
}
