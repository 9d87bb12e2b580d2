//! Shards that do not answer, and who may wait for them.
//!
//! A shard answers within milliseconds, or something keeps it. Whoever waits for it holds a thread and a caller, which
//! others need for the other shards. So when somebody has waited for a shard and it has said nothing for
//! [`SILENT_AFTER`], all give up but one, and those who ask later are told at once, but for one from time to time who
//! finds out whether it is back.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::names::ShardId;
use crate::time::Timestamp;

/// How long a shard may say nothing while somebody waits for it.
pub(super) const SILENT_AFTER: Duration = Duration::from_millis(500);
/// How long one waits who finds out whether a silent shard is back.
const PROBE: Duration = Duration::from_millis(100);

/// Who waits for which shard.
#[derive(Debug)]
pub(super) struct Silence(Box<[Mutex<Queue>]>);

#[derive(Debug, Default)]
struct Queue {
    waiting: u32,
    /// The last sign of life, or when somebody began to wait.
    since: Timestamp,
    /// Nothing was heard for too long; when it was asked last.
    silent: Option<Timestamp>,
}

/// A place among those who wait for a shard, left when dropped.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    queue: &'a Mutex<Queue>,
    /// How long to wait at most.
    pub(super) patience: Duration,
}

impl Silence {
    /// So many shards for which nobody waits.
    pub(super) fn new(shards: usize) -> Self {
        Silence((0..shards).map(|_| Mutex::default()).collect())
    }

    /// Lets somebody wait for a shard; none if that is in vain.
    pub(super) fn wait(&self, shard: ShardId, now: Timestamp, patience: Duration) -> Option<Turn<'_>> {
        let queue = &self.0[usize::from(shard.0)];
        let mut locked = lock(queue);
        let mut patience = patience;
        locked.look(now);
        match locked.silent {
            Some(_) if locked.waiting > 0 => return None,
            Some(asked) if now.since(asked) < SILENT_AFTER => return None,
            Some(_) => {
                locked.silent = Some(now);
                patience = patience.min(PROBE);
            }
            None if locked.waiting == 0 => locked.since = now,
            None => {}
        }
        locked.waiting += 1;
        drop(locked);
        Some(Turn { queue, patience })
    }

    /// A shard gave a sign of life.
    pub(super) fn heard(&self, shard: ShardId, now: Timestamp) {
        let mut queue = lock(&self.0[usize::from(shard.0)]);
        (queue.since, queue.silent) = (now, None);
    }
}

impl Queue {
    fn look(&mut self, now: Timestamp) {
        if self.silent.is_none() && self.waiting > 0 && now.since(self.since) >= SILENT_AFTER {
            self.silent = Some(now);
        }
    }
}

impl Turn<'_> {
    /// Whether to go on waiting; to be asked whenever nothing has come for [`SILENT_AFTER`].
    pub(super) fn goes_on(&self, now: Timestamp) -> bool {
        let mut queue = lock(self.queue);
        queue.look(now);
        queue.silent.is_none() || queue.waiting == 1
    }
}

impl Drop for Turn<'_> {
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
        let silence = Silence::new(2);
        let start = Timestamp::from_secs(1000);
        let wait = |shard, now| silence.wait(ShardId(shard), now, 2 * SECOND);
        let turns: Vec<Turn<'_>> = (0..50).map(|_| wait(0, start).expect("nothing is known yet")).collect();
        let now = start + SILENT_AFTER;
        assert!(wait(0, now).is_none(), "those who come later");
        let mut left = turns;
        while left.len() > 1 {
            assert!(!left.pop().expect("some").goes_on(now));
        }
        assert!(left[0].goes_on(now), "the last one");
        assert!(wait(1, now).is_some(), "another shard");
        drop(left);
        // One a moment later finds out, for a short time.
        assert!(wait(0, now).is_none());
        let probe = wait(0, now + SILENT_AFTER).expect("it may be back");
        assert_eq!(probe.patience, PROBE);
        assert!(wait(0, now + SILENT_AFTER).is_none());
        silence.heard(ShardId(0), now + SILENT_AFTER);
        drop(probe);
        assert_eq!(wait(0, now + SILENT_AFTER).expect("it is back").patience, 2 * SECOND);
    }

    #[test]
    fn a_slow_shard_that_answers_some_is_waited_for() {
        let silence = Silence::new(1);
        let start = Timestamp::from_secs(1000);
        let turns: Vec<Turn<'_>> =
            (0..50).filter_map(|_| silence.wait(ShardId(0), start, 2 * SECOND)).collect();
        for step in 1..8 {
            let now = start + SILENT_AFTER / 4 * step;
            silence.heard(ShardId(0), now);
            assert!(turns.iter().all(|turn| turn.goes_on(now)));
            assert!(silence.wait(ShardId(0), now, SECOND).is_some());
        }
        // Nobody waits, and time passes: that says nothing about the shard.
        drop(turns);
        assert!(silence.wait(ShardId(0), start + 100 * SECOND, SECOND).is_some());
    }
}
