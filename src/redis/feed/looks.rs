//! Looks at single calls: which record is to be read, and what follows from what was found.

use std::ops::Bound;

use tandem_shards::input::Restore;
use tandem_shards::names::{CallId, Keyspace};
use tandem_shards::sabotage::{self, Sabotage};
use tandem_shards::time::Timestamp;

use super::{
    BAD_REMEMBERED_MAX, FETCH_BATCH_MAX, FETCHES_IN_FLIGHT_MAX, Feed, FeedEvent, Followed, Held, Output,
    PENDING_MAX, Pending, Stage,
};
use crate::redis::record::{Record, RecordError, Writer};

impl Feed {
    /// The shard of [`Output::Restore`] takes no requests at the moment: the record is read again after a pause.
    pub fn on_not_restored(&mut self, now: Timestamp, keyspace: Keyspace, call_id: &CallId) {
        let key = (keyspace, call_id.clone());
        let Some(pending) = self.pending.get_mut(&key) else { return };
        let Stage::Restoring { deadline, .. } = pending.stage else { return };
        self.timers.remove(&(deadline, keyspace, call_id.clone()));
        if pending.abandoned || !self.followed.contains_key(&keyspace) {
            return self.finish(now, &key);
        }
        let due = now + self.settings.missing_retry;
        pending.stage = Stage::Waiting(due);
        self.timers.insert((due, keyspace, call_id.clone()));
    }

    /// Sees that the record of a call is read, once, some time after now.
    pub(super) fn look_at(&mut self, now: Timestamp, keyspace: Keyspace, call_id: CallId) {
        let full = self.pending.len() >= PENDING_MAX;
        let key = (keyspace, call_id);
        match self.pending.get_mut(&key) {
            Some(pending) => match pending.stage {
                Stage::Queued => self.counters.coalesced += 1,
                Stage::InFlight | Stage::Restoring { .. } => {
                    self.counters.coalesced += u64::from(pending.again);
                    pending.again = true;
                }
                Stage::Waiting(_) => {
                    pending.misses = 0;
                    self.enqueue(key);
                }
            },
            None if full => {
                self.counters.overflowed += 1;
                self.overflow(keyspace);
            }
            None => {
                self.pending.insert(key.clone(), Pending::new(now));
                self.enqueue(key);
            }
        }
    }

    pub(super) fn enqueue(&mut self, key: (Keyspace, CallId)) {
        let Some(followed) = self.followed.get_mut(&key.0) else { return };
        let pending = self.pending.get_mut(&key).expect("only what is pending is queued");
        if let Stage::Waiting(due) = pending.stage {
            self.timers.remove(&(due, key.0, key.1.clone()));
        }
        pending.stage = Stage::Queued;
        followed.queue.push_back(key.1);
    }

    /// A call has been dealt with: looks again if something happened meanwhile.
    pub(super) fn finish(&mut self, now: Timestamp, key: &(Keyspace, CallId)) {
        let pending = self.pending.get_mut(key).expect("it was being dealt with");
        if pending.again && self.followed.contains_key(&key.0) {
            *pending = Pending::new(now);
            self.enqueue(key.clone());
        } else {
            self.pending.remove(key);
        }
        self.sweep_on(now);
    }

    pub(super) fn on_missing(&mut self, now: Timestamp, key: (Keyspace, CallId)) {
        self.told.remove(&key);
        let own = key.0 == self.context.keyspace;
        let pending = self.pending.get_mut(&key).expect("it was in flight");
        pending.misses += 1;
        if !pending.again && pending.misses < 2 && !own {
            let due = now + self.settings.missing_retry;
            pending.stage = Stage::Waiting(due);
            self.timers.insert((due, key.0, key.1));
            return;
        }
        if sabotage::on(Sabotage::OwnDestroyed) {
            self.outputs.push_back(Output::Destroy { call_id: key.1.clone(), keyspace: key.0 });
        }
        if !pending.again && self.held.get(&key.1).is_some_and(|held| held.keyspace == key.0) {
            self.destroy(&key.1);
            self.look_elsewhere(now, &key);
        }
        self.finish(now, &key);
    }

    /// The newest record of a call is gone: an older one of another node, passed over so far, may count now.
    fn look_elsewhere(&mut self, now: Timestamp, (gone, call_id): &(Keyspace, CallId)) {
        let others: Vec<Keyspace> = self.keyspaces().filter(|keyspace| keyspace != gone).collect();
        for keyspace in others {
            self.look_at(now, keyspace, call_id.clone());
        }
    }

    pub(super) fn destroy(&mut self, call_id: &CallId) {
        let Some(held) = self.held.remove(call_id) else { return };
        self.counters.destroyed += 1;
        self.outputs.push_back(Output::Destroy { call_id: call_id.clone(), keyspace: held.keyspace });
    }

    pub(super) fn on_bad(&mut self, now: Timestamp, key: (Keyspace, CallId), error: RecordError) {
        if error == RecordError::Alien {
            self.counters.alien += 1;
        } else {
            *self.counters.bad.entry(error.name()).or_default() += 1;
            let room = self.told.len() < BAD_REMEMBERED_MAX || self.told.contains_key(&key);
            if room && self.told.insert(key.clone(), error.name()) != Some(error.name()) {
                let (keyspace, call_id) = key.clone();
                self.outputs.push_back(Output::Event(FeedEvent::BadRecord { keyspace, call_id, error }));
            }
        }
        if key.0 == self.context.keyspace {
            self.outputs.push_back(Output::OwnRecordWritten(key.1.clone()));
        }
        if sabotage::on(Sabotage::UnreadDeleted) {
            let (keyspace, call_id) = key.clone();
            self.outputs.push_back(Output::Destroy { call_id, keyspace });
        }
        self.finish(now, &key);
    }

    pub(super) fn on_record(&mut self, now: Timestamp, key: (Keyspace, CallId), record: Record) {
        self.told.remove(&key);
        let (keyspace, call_id) = &key;
        let age = record.age();
        let own = *keyspace == self.context.keyspace;
        if own && self.pending.get(&key).is_some_and(|pending| self.is_check(pending)) {
            self.counters.unchanged += 1;
            return self.finish(now, &key);
        }
        if let Some(Held { keyspace: of, from: Some((known, digest)) }) = self.held.get(call_id) {
            // An older one of its own is the shard's business: it has to be removed.
            if age < *known && !own {
                self.counters.stale += 1;
                return self.finish(now, &key);
            }
            // rtpengine stores what it learned from packets without a new time of signalling.
            let learned = record.writer == Writer::Rtpengine && record.digest != *digest && of == keyspace;
            if age == *known && !learned {
                self.counters.unchanged += 1;
                return self.finish(now, &key);
            }
            if age.created > known.created {
                // Another call that took the same name.
                self.destroy(call_id);
            }
        }
        let deadline = now + self.settings.restore_timeout;
        let held = Held { keyspace: *keyspace, from: Some((age, record.digest)) };
        let pending = self.pending.get_mut(&key).expect("it was in flight");
        pending.stage = Stage::Restoring { deadline, held };
        self.timers.insert((deadline, *keyspace, call_id.clone()));
        let restore = Restore { keyspace: *keyspace, own, call: record.call };
        self.outputs.push_back(Output::Restore(Box::new(restore)));
    }

    /// Whether an own record is looked at only to see that it can be read.
    pub(super) fn is_check(&self, pending: &Pending) -> bool {
        let taken_back = self.followed.get(&self.context.keyspace).and_then(|followed| followed.taken_back);
        taken_back.is_some_and(|at| pending.since > at)
    }

    pub(super) fn next_fetch(&mut self) -> Option<Output> {
        if !self.connected || self.fetches_in_flight >= FETCHES_IN_FLIGHT_MAX {
            return None;
        }
        // Each keyspace in turn, so that a flood in one does not hold up the others.
        let queued =
            |(keyspace, followed): (&Keyspace, &Followed)| (!followed.queue.is_empty()).then_some(*keyspace);
        let after = (Bound::Excluded(self.served_last), Bound::Unbounded);
        let next = self.followed.range(after).find_map(queued);
        let keyspace = next.or_else(|| self.followed.iter().find_map(queued))?;
        let followed = self.followed.get_mut(&keyspace).expect("it has a queue");
        self.served_last = keyspace;
        let of = followed.following(keyspace);
        let count = followed.queue.len().min(FETCH_BATCH_MAX);
        let call_ids: Vec<CallId> = followed.queue.drain(..count).collect();
        for call_id in &call_ids {
            let pending =
                self.pending.get_mut(&(keyspace, call_id.clone())).expect("what is queued is pending");
            pending.stage = Stage::InFlight;
        }
        self.fetches_in_flight += count;
        Some(Output::Fetch { of, call_ids })
    }
}
