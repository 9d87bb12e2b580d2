//! Stalled shards, and the threads that wait for them.
//!
//! A shard answers within milliseconds unless something keeps it. A thread that waits for one holds a caller, which
//! others need for the other shards. So when somebody has waited for a shard and it has answered nobody for
//! [`STALLED_AFTER`], all give up but one, and those who ask later are refused at once, but for one from time to time
//! who finds out whether the shard is back.
//!
//! This bounds the waiting of one process's threads. Another question, with a longer time, is whether a node can serve
//! media: the daemon asks each shard for that, even when nobody else does.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::names::ShardId;
use crate::time::Timestamp;

/// Time after which a shard is stalled that answers nobody while somebody waits.
pub(super) const STALLED_AFTER: Duration = Duration::from_millis(500);
/// Time for the answer to a question that finds out whether a stalled shard is back.
const PROBE: Duration = Duration::from_millis(100);

/// The threads that wait, by shard.
#[derive(Debug)]
pub(super) struct Stalls(Box<[Mutex<Queue>]>);

#[derive(Debug, Default)]
struct Queue {
    waiting: u32,
    /// The last sign of life, or when somebody began to wait.
    since: Timestamp,
    /// Time of the last question, if the shard has answered nobody for too long.
    stalled: Option<Timestamp>,
}

/// A place among those who wait for a shard, left when dropped.
#[derive(Debug)]
pub(super) struct Waiter<'a> {
    queue: &'a Mutex<Queue>,
    /// Longest time to wait.
    pub(super) patience: Duration,
}

impl Stalls {
    /// A number of shards for which nobody waits.
    pub(super) fn new(shards: usize) -> Self {
        Stalls((0..shards).map(|_| Mutex::default()).collect())
    }

    /// Lets somebody wait for a shard; none if that is in vain.
    pub(super) fn wait(&self, shard: ShardId, now: Timestamp, patience: Duration) -> Option<Waiter<'_>> {
        let queue = &self.0[usize::from(shard.0)];
        let mut locked = lock(queue);
        let mut patience = patience;
        locked.look(now);
        match locked.stalled {
            Some(_) if locked.waiting > 0 => return None,
            Some(asked) if now.since(asked) < STALLED_AFTER => return None,
            Some(_) => {
                locked.stalled = Some(now);
                patience = patience.min(PROBE);
            }
            None if locked.waiting == 0 => locked.since = now,
            None => {}
        }
        locked.waiting += 1;
        drop(locked);
        Some(Waiter { queue, patience })
    }

    /// A shard gave a sign of life.
    pub(super) fn note_alive(&self, shard: ShardId, now: Timestamp) {
        let mut queue = lock(&self.0[usize::from(shard.0)]);
        (queue.since, queue.stalled) = (now, None);
    }
}

impl Queue {
    fn look(&mut self, now: Timestamp) {
        if self.stalled.is_none() && self.waiting > 0 && now.since(self.since) >= STALLED_AFTER {
            self.stalled = Some(now);
        }
    }
}

impl Waiter<'_> {
    /// Returns whether to go on waiting; to be asked whenever nothing has come for [`STALLED_AFTER`].
    pub(super) fn goes_on(&self, now: Timestamp) -> bool {
        let mut queue = lock(self.queue);
        queue.look(now);
        queue.stalled.is_none() || queue.waiting == 1
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        lock(self.queue).waiting -= 1;
    }
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn one_waits_for_a_silent_shard_and_the_others_do_not() {
        let stalls = Stalls::new(2);
        let start = Timestamp::from_secs(1000);
        let wait = |shard, now| stalls.wait(ShardId(shard), now, 2 * SECOND);
        let waiters: Vec<Waiter<'_>> =
            (0..50).map(|_| wait(0, start).expect("nothing is known yet")).collect();
        let now = start + STALLED_AFTER;
        assert!(wait(0, now).is_none(), "those who come later");
        let mut left = waiters;
        while left.len() > 1 {
            assert!(!left.pop().expect("some").goes_on(now));
        }
        assert!(left[0].goes_on(now), "the last one");
        assert!(wait(1, now).is_some(), "another shard");
        drop(left);
        // One a moment later finds out, for a short time.
        assert!(wait(0, now).is_none());
        let probe = wait(0, now + STALLED_AFTER).expect("it may be back");
        assert_eq!(probe.patience, PROBE);
        assert!(wait(0, now + STALLED_AFTER).is_none());
        stalls.note_alive(ShardId(0), now + STALLED_AFTER);
        drop(probe);
        assert_eq!(wait(0, now + STALLED_AFTER).expect("it is back").patience, 2 * SECOND);
    }

    #[test]
    fn a_slow_shard_that_answers_some_is_waited_for() {
        let stalls = Stalls::new(1);
        let start = Timestamp::from_secs(1000);
        let waiters: Vec<Waiter<'_>> =
            (0..50).filter_map(|_| stalls.wait(ShardId(0), start, 2 * SECOND)).collect();
        for step in 1..8 {
            let now = start + STALLED_AFTER / 4 * step;
            stalls.note_alive(ShardId(0), now);
            assert!(waiters.iter().all(|waiter| waiter.goes_on(now)));
            assert!(stalls.wait(ShardId(0), now, SECOND).is_some());
        }
        // Nobody waits, and time passes: that says nothing about the shard.
        drop(waiters);
        assert!(stalls.wait(ShardId(0), start + 100 * SECOND, SECOND).is_some());
    }
}
