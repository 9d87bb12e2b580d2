//! Own calls that ended a short while ago.
//!
//! A record that was read from Redis just before its call ended here arrives just after. It must not make the
//! call anew: it would be own, and nobody would ever end it. A record that says that another node has taken the
//! call over meanwhile counts as ever, since its version is newer than that of the call that ended.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::age::Age;
use crate::call::state::{CallState, Version};
use crate::limits::RECENTLY_ENDED_MAX;
use crate::names::CallId;
use crate::time::Timestamp;

/// Longer than a record can be on its way from Redis to a shard.
const REMEMBERED_FOR: Duration = Duration::from_secs(60);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct RecentlyEnded {
    /// Time at which a call of this name ended, and the age of its end, which counts as a change.
    calls: BTreeMap<CallId, (Timestamp, Age)>,
    queue: VecDeque<(Timestamp, CallId)>,
}

impl RecentlyEnded {
    /// Remembers an own call that ends.
    pub(super) fn note(&mut self, now: Timestamp, call: &CallState) {
        self.forget(now);
        let version = Version { sequence: call.version.sequence + 1, ..call.version };
        self.calls.insert(call.call_id.clone(), (now, Age { version, ..call.age() }));
        self.queue.push_back((now, call.call_id.clone()));
    }

    /// True if a record tells of a call as it was before it ended here.
    pub(super) fn supersedes(&mut self, now: Timestamp, stored: &CallState) -> bool {
        self.forget(now);
        self.newest(&stored.call_id).is_some_and(|newest| stored.age() < newest)
    }

    /// The age of the end of a call that ended.
    pub(super) fn newest(&self, call_id: &CallId) -> Option<Age> {
        self.calls.get(call_id).map(|(_, age)| *age)
    }

    fn forget(&mut self, now: Timestamp) {
        while let Some((ended, call_id)) = self.queue.front()
            && (now.since(*ended) > REMEMBERED_FOR || self.queue.len() >= RECENTLY_ENDED_MAX)
        {
            // One that has ended again since is remembered for that.
            if self.calls.get(call_id).is_some_and(|(at, _)| at == ended) {
                self.calls.remove(call_id);
            }
            self.queue.pop_front();
        }
    }
}
