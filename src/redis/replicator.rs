//! The join of follower, publisher and shards: everything that is decided around Redis.
//!
//! Two tasks, one for each thread of Redis, which tell one another what both have to know:
//!
//! * [`FollowTask`] keeps the shards in step with the records of other nodes (a [`Feed`] inside);
//! * [`PublishTask`] brings own calls to Redis (an [`Intent`] inside).
//!
//! No I/O: time, replies, notifications, answers of shards and orders go in; effects come out of `poll`, until
//! there are none. The threads ([`follow_thread`](super::follow_thread), [`publish_thread`](super::publish_thread))
//! carry the effects out and decide nothing; the simulator drives the same tasks. Connections, batches, bounded
//! queues, retries, what is lost when a queue is full and how that is repaired: all of it is in here.
//!
//! [`Feed`]: super::feed::Feed
//! [`Intent`]: super::intent::Intent

mod follow;
mod publish;
#[cfg(test)]
mod tests;

use std::time::Duration;

use tandem_shards::names::{CallId, Keyspace};
use tandem_shards::time::Timestamp;

pub use follow::{FollowEffect, FollowTask};
pub use publish::{PublishEffect, PublishTask};

/// Orders and reports that may wait for a task.
pub const ORDERS_MAX: usize = 1 << 16;
/// A server that has not answered for this long is asked for a sign of life.
const PING_INTERVAL: Duration = Duration::from_secs(1);
/// Between attempts to connect.
const RETRY: Duration = Duration::from_secs(1);

/// An order to the task that follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FollowOrder {
    /// Follow a keyspace.
    Add(Keyspace),
    /// Follow it no more.
    Remove(Keyspace),
    /// Compare with Redis now: one keyspace, or all.
    Resync(Option<Keyspace>),
    /// A foreign call is own now.
    TakenOver(CallId),
    /// End.
    Stop,
}

/// An order to the task that publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublishOrder {
    /// An own call was taken back from its record.
    Adopted(CallId),
    /// The record of an own call is gone.
    RecordGone(CallId),
    /// The record of an own call was written.
    RecordWritten(CallId),
    /// Write what is owed, and end.
    Stop,
}

/// The state of a connection, and when the next attempt is due.
#[derive(Debug)]
struct Connection {
    state: State,
    /// Attempts are no closer than [`RETRY`]: a connection that had been of use is replaced at once.
    not_before: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Down,
    Connecting,
    Up,
}

impl Connection {
    fn new() -> Self {
        Connection { state: State::Down, not_before: Timestamp::ZERO }
    }

    fn is_up(&self) -> bool {
        self.state == State::Up
    }

    /// Begins an attempt, if it is time for one.
    fn attempt(&mut self, now: Timestamp) -> bool {
        let due = self.state == State::Down && self.not_before <= now;
        if due {
            self.state = State::Connecting;
            self.not_before = now + RETRY;
        }
        due
    }

    fn next_attempt(&self) -> Option<Timestamp> {
        (self.state == State::Down).then_some(self.not_before)
    }
}
