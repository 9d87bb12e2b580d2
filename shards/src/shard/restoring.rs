//! Records of other nodes, and of this node before a restart: which of them wins, and how it takes effect.
//!
//! The newest record wins: of two calls of one name the one that was made later, and of one call the newer
//! version: first the epoch, which counts changes of ownership, then the sequence. Records that rtpengine wrote
//! have no version; there the time of the last signal decides. An own call is never ended here: at most it
//! becomes foreign, when a newer record says that another node has taken it over.
//!
//! A record whose ports are taken is kept and tried again; it is never forgotten and nothing is deleted for it.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::call::Call;
use crate::call::draft::NewPorts;
use crate::call::restore::{lacking, rebuild};
use crate::call::state::{CallSnapshot, Ownership, Version};
use crate::input::Restore;
use crate::limits::PENDING_RESTORES_MAX;
use crate::names::{CallId, RequestId};
use crate::output::{Effect, EventKind, Refusal, Reply, RestoreOutcome, Superseded};
use crate::sabotage::{self, Sabotage};
use crate::time::Timestamp;

use super::Shard;
use super::opening::{Opening, Purpose};

/// How soon a record whose ports are taken is tried again.
const RETRY_MIN: Duration = Duration::from_millis(250);
/// How long the pauses between tries grow.
const RETRY_MAX: Duration = Duration::from_secs(8);

/// A record that waits for its sockets.
#[derive(Debug)]
pub(super) struct Restoring {
    pub(super) restore: Restore,
    ports: Vec<NewPorts>,
    outcome: RestoreOutcome,
    /// How long to wait if it cannot be had now.
    pause: Duration,
}

/// Records whose ports are taken, by call, and when each is tried again.
#[derive(Debug, Default)]
pub(super) struct Pending {
    records: BTreeMap<CallId, Waiting>,
    queue: BTreeSet<(Timestamp, CallId)>,
}

#[derive(Debug)]
struct Waiting {
    due: Timestamp,
    /// The pause after the next try.
    pause: Duration,
    restore: Restore,
}

impl Restoring {
    pub(super) fn new_ports(&mut self) -> impl Iterator<Item = &mut NewPorts> {
        self.ports.iter_mut()
    }
}

impl Pending {
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn next(&self) -> Option<Timestamp> {
        self.queue.first().map(|(due, _)| *due)
    }

    fn insert(&mut self, waiting: Waiting) {
        let call_id = waiting.restore.call.call_id.clone();
        self.remove(&call_id);
        self.queue.insert((waiting.due, call_id.clone()));
        self.records.insert(call_id, waiting);
    }

    fn remove(&mut self, call_id: &CallId) -> Option<Waiting> {
        let waiting = self.records.remove(call_id)?;
        let queued = self.queue.remove(&(waiting.due, call_id.clone()));
        assert!(queued, "every waiting record is in the queue");
        Some(waiting)
    }

    fn take_due(&mut self, now: Timestamp) -> Option<Waiting> {
        let (due, call_id) = self.queue.first()?.clone();
        if due > now {
            return None;
        }
        self.remove(&call_id)
    }
}

impl Shard {
    pub(super) fn restore(&mut self, now: Timestamp, id: RequestId, restore: Restore) {
        self.pending.remove(&restore.call.call_id);
        self.try_restore(now, Some(id), restore, RETRY_MIN);
    }

    /// Tries records again whose time has come.
    pub(super) fn retry_pending(&mut self, now: Timestamp) {
        if let Some(Waiting { pause, restore, .. }) = self.pending.take_due(now) {
            self.try_restore(now, None, restore, pause);
        }
    }

    pub(super) fn forget_pending(&mut self, call_id: &CallId) {
        self.pending.remove(call_id);
    }

    /// Drops waiting records that are gone. Returns how many.
    pub(super) fn forget_pending_if(&mut self, gone: impl Fn(&Restore) -> bool) -> u64 {
        let waiting = self.pending.records.iter();
        let ids = waiting.filter(|(_, waiting)| gone(&waiting.restore)).map(|(call_id, _)| call_id.clone());
        let ids: Vec<CallId> = ids.collect();
        for call_id in &ids {
            self.pending.remove(call_id);
        }
        ids.len() as u64
    }

    fn try_restore(&mut self, now: Timestamp, id: Option<RequestId>, restore: Restore, pause: Duration) {
        let known = self.index.find(&restore.call.call_id);
        let here = known.map(|index| &self.calls[index]);
        let outcome = match here {
            None if self.departed.supersedes(now, &restore.call) => RestoreOutcome::Stale,
            None => RestoreOutcome::Created,
            Some(here) => judge(here, &restore, &crate::call::export::snapshot(here, &self.plane)),
        };
        if let Some(index) = known.filter(|index| self.prevails(&self.calls[*index], &restore)) {
            self.assert_ownership(index, restore.call.version);
            return self.reply_to(id, Reply::Restored(RestoreOutcome::OwnHere));
        }
        if !matches!(outcome, RestoreOutcome::Created | RestoreOutcome::Updated | RestoreOutcome::Yielded) {
            if outcome == RestoreOutcome::Stale && restore.own {
                // Left over from before the call changed hands; the next restart would bring it back.
                let newest = here.map(|here| (here.created, here.version));
                let newest = newest.or_else(|| self.departed.newest(&restore.call.call_id));
                self.retire_own_record(&restore.call.call_id, newest.expect("it is newer than the record"));
            }
            return self.reply_to(id, Reply::Restored(outcome));
        }
        match lacking(&self.plane.interfaces, here, &restore.call) {
            Ok(ports) => {
                let restoring = Restoring { restore, ports, outcome, pause };
                self.open_ports(now, Opening::new(id, Purpose::Restore(Box::new(restoring))));
            }
            Err(refusal) => self.reply_to(id, Reply::Restored(RestoreOutcome::Refused(refusal))),
        }
    }

    /// Whether another node has taken the call over too, and this one keeps it all the same: the one that was
    /// signalled last does, since the parties go by what it has told them. Of two equals it is the one with the
    /// lower keyspace; epochs alone do not tell them apart, since both may have counted from the same record.
    fn prevails(&self, here: &Call, restore: &Restore) -> bool {
        let stored = &restore.call;
        let contested = here.ownership == Ownership::Own
            && !restore.own
            && stored.created == here.created
            && stored.version != Version::default();
        let own = Reverse(self.plane.settings.keyspace);
        contested
            && match stored.version.epoch.cmp(&here.version.epoch) {
                Ordering::Less => false,
                Ordering::Equal => (here.last_signal, own) > (stored.last_signal, Reverse(restore.keyspace)),
                Ordering::Greater => here.last_signal > stored.last_signal,
            }
    }

    /// Publishes an own call under a version that no other node can have.
    fn assert_ownership(&mut self, index: u32, contested: Version) {
        self.calls[index].version = Version { epoch: contested.epoch + 1, sequence: 0 };
        self.publish(index);
    }

    /// All sockets are open: the record takes effect.
    pub(super) fn carry_out_restore(&mut self, now: Timestamp, id: Option<RequestId>, restoring: Restoring) {
        let Restoring { restore, mut ports, outcome, .. } = restoring;
        let ownership = if restore.own { Ownership::Own } else { Ownership::Foreign(restore.keyspace) };
        let mut stored = restore.call;
        stored.ownership = ownership;
        let call_id = stored.call_id.clone();
        let known = self.index.find(&call_id);
        let before = known.map(|index| self.calls[index].ownership);
        let index = known.unwrap_or_else(|| self.calls.insert_vacant());
        let here = known.map(|index| self.calls.take(index));
        let call = rebuild(here, stored, &mut ports, index, &mut self.plane, now);
        assert!(ports.is_empty(), "every port that was opened has its place");
        self.calls.put(index, call);
        if known.is_none() {
            self.index.insert(call_id.clone(), index);
            self.plane.relay.counters.restored += 1;
            self.event(&call_id, EventKind::Restored);
        }
        self.recount(&call_id, before, ownership);
        self.arm(now, index);
        self.reply_to(id, Reply::Restored(outcome));
    }

    /// Keeps the books of own and foreign when a record has changed one call.
    fn recount(&mut self, call_id: &CallId, before: Option<Ownership>, after: Ownership) {
        match before {
            Some(Ownership::Own) => {
                self.own -= 1;
                self.plane.admission.release();
            }
            Some(Ownership::Foreign(_)) => self.foreign -= 1,
            None => {}
        }
        match after {
            Ownership::Own => {
                self.own += 1;
                self.plane.admission.admit_always();
            }
            Ownership::Foreign(_) => self.foreign += 1,
        }
        if before == Some(Ownership::Own) && after != Ownership::Own {
            self.disown(call_id);
            let call = self.index.find(call_id).map(|index| &self.calls[index]).expect("just restored");
            self.retire_own_record(call_id, (call.created, call.version));
        }
    }

    /// This node's record of a call that is another node's now, or gone, has to go, if it is not newer.
    fn retire_own_record(&mut self, call_id: &CallId, (created, by): (Timestamp, Version)) {
        let keyspace = self.plane.settings.keyspace;
        let own = Superseded { call_id: call_id.clone(), keyspace, created, by };
        if self.plane.settings.publish {
            self.plane.effects.push_back(Effect::Retire(own));
        }
    }

    /// The ports are taken by somebody else: the record waits, and the call stays as it is.
    pub(super) fn postpone(&mut self, now: Timestamp, id: Option<RequestId>, restoring: Restoring) {
        if self.pending.len() >= PENDING_RESTORES_MAX {
            let refused = RestoreOutcome::Refused(Refusal::TooLarge("records that wait for ports"));
            return self.reply_to(id, Reply::Restored(refused));
        }
        let Restoring { restore, pause, .. } = restoring;
        self.pending.insert(Waiting { due: now + pause, pause: (pause * 2).min(RETRY_MAX), restore });
        self.reply_to(id, Reply::Restored(RestoreOutcome::Pending));
    }
}

/// What a record means for a call that is here.
fn judge(here: &Call, restore: &Restore, shown: &CallSnapshot) -> RestoreOutcome {
    let stored = &restore.call;
    let unversioned = stored.version == Version::default();
    let (newer, older) = if unversioned {
        (stored.last_signal > here.last_signal, stored.last_signal < here.last_signal)
    } else {
        let epoch = |version: Version| if sabotage::on(Sabotage::EpochIgnored) { 0 } else { version.epoch };
        let order = |created, version: Version| (created, epoch(version), version.sequence);
        let stored = order(stored.created, stored.version);
        let here = order(here.created, here.version);
        (stored > here, stored < here)
    };
    match here.ownership {
        Ownership::Own if restore.own || !newer => RestoreOutcome::OwnHere,
        Ownership::Own => RestoreOutcome::Yielded,
        Ownership::Foreign(keyspace) if keyspace != restore.keyspace => {
            if newer {
                RestoreOutcome::Updated
            } else {
                RestoreOutcome::Stale
            }
        }
        Ownership::Foreign(_) if older => RestoreOutcome::Stale,
        // Handed over by an operator, to nobody in particular so far.
        Ownership::Foreign(_) if restore.own => RestoreOutcome::Unchanged,
        Ownership::Foreign(_) if same_call(shown, stored) => RestoreOutcome::Unchanged,
        Ownership::Foreign(_) => RestoreOutcome::Updated,
    }
}

/// Whether a record says what is here, counters and what was learned aside.
fn same_call(here: &CallSnapshot, stored: &CallSnapshot) -> bool {
    here.comparable() == stored.comparable()
}
