//! The one place that reads clocks.
//!
//! All shards, and everyone else in the process, count from the same beginning: the wall clock when the
//! process first asked. From then on time follows the monotonic clock and never steps.

#![expect(clippy::disallowed_methods, reason = "this is where time comes from")]

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::time::Timestamp;

static PROCESS: OnceLock<Clock> = OnceLock::new();

/// The clock of the process.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    wall: Timestamp,
    start: Instant,
}

impl Clock {
    /// The same clock for everyone in the process.
    pub fn of_process() -> Clock {
        *PROCESS.get_or_init(|| {
            // A clock before 1970 is a clock that was never set; calls still work with it.
            let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Clock { wall: Timestamp::ZERO + wall, start: Instant::now() }
        })
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.wall + self.start.elapsed()
    }
}

/// The time.
pub(super) fn now() -> Timestamp {
    Clock::of_process().now()
}

/// The instant that is `after` from now.
pub(super) fn deadline(after: Duration) -> Instant {
    Instant::now() + after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_gets_the_same_clock_and_it_never_steps_back() {
        let (a, b) = (Clock::of_process(), Clock::of_process());
        let first = a.now();
        assert!(b.now() >= first);
        assert!(first > Timestamp::from_secs(1_700_000_000), "{first}");
    }
}
