//! The records that calls leave behind when they change hands.
//!
//! First the record is read: if it is older than the one that took its place, it is deleted, unless it has
//! changed in the meantime. Whatever else is found there is somebody's own.

use std::collections::{BTreeMap, VecDeque};

use tandem_shards::names::{CallId, Keyspace};

use super::{Intent, Wanted};
use crate::redis::command::{self, Command, Reply};
use crate::redis::record::{self, Age};

/// Records to be cleaned up. Beyond that they are left to expire.
const CLEANUPS_MAX: usize = 1 << 17;

/// Cleanups that are to be done.
#[derive(Debug, Default)]
pub(super) struct Cleanups {
    /// In the order of their turn; what is on its way is not in here.
    queue: VecDeque<(Keyspace, CallId)>,
    steps: BTreeMap<(Keyspace, CallId), Cleanup>,
}

#[derive(Debug)]
struct Cleanup {
    /// Of the record that took its place.
    newer: Age,
    /// Value that was read, once it was.
    found: Option<Vec<u8>>,
}

impl Cleanups {
    pub(super) fn add(&mut self, keyspace: Keyspace, call_id: &CallId, newer: Age) {
        let key = (keyspace, call_id.clone());
        let known = self.steps.contains_key(&key);
        if !known && self.steps.len() >= CLEANUPS_MAX {
            return;
        }
        self.steps.insert(key.clone(), Cleanup { newer, found: None });
        if !known {
            self.queue.push_back(key);
        }
    }

    pub(super) fn give_back(&mut self, keyspace: Keyspace, call_id: CallId) {
        self.queue.push_back((keyspace, call_id));
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.steps.is_empty()
    }
}

impl Intent {
    /// The next step of a clean-up whose turn it is: not before our own record is safe.
    pub(super) fn next_cleanup(&mut self) -> Option<(Keyspace, CallId, Command)> {
        for _ in 0..self.cleanups.queue.len() {
            let (keyspace, call_id) = self.cleanups.queue.pop_front()?;
            let ready = self.entries.get(&call_id).is_none_or(|entry| {
                !entry.in_flight && entry.queued.is_none() && !matches!(entry.wanted, Wanted::Latest(_))
            });
            if !ready {
                self.cleanups.queue.push_back((keyspace, call_id));
                continue;
            }
            let key = (keyspace, call_id);
            let cleanup = self.cleanups.steps.get(&key).expect("what is queued has a step");
            let command = match &cleanup.found {
                None => command::read(keyspace, &key.1),
                Some(found) => command::compare_and_delete(keyspace, &key.1, found),
            };
            return Some((keyspace, key.1, command));
        }
        None
    }

    pub(super) fn settle_cleanup(&mut self, keyspace: Keyspace, call_id: CallId, reply: Option<&Reply>) {
        let key = (keyspace, call_id);
        let Some(cleanup) = self.cleanups.steps.get_mut(&key) else { return };
        match reply {
            Some(Reply::Value(found)) if cleanup.found.is_none() => {
                let older = record::read(&key.1, keyspace, found, &self.context)
                    .is_ok_and(|record| record.age() < cleanup.newer);
                if older {
                    cleanup.found = Some(found.clone());
                    self.cleanups.queue.push_back(key);
                    return;
                }
                self.counters.left_alone += 1;
            }
            Some(Reply::Number(1)) => self.counters.cleaned_up += 1,
            Some(Reply::Nothing) => {}
            // Changed meanwhile, or refused.
            _ => self.counters.left_alone += 1,
        }
        self.cleanups.steps.remove(&key);
    }
}
