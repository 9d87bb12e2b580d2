//! Records of other nodes, and of this node before a restart: which of them wins, and how it takes effect.
//!
//! The newest record wins, see [`Age`]. An own call is never ended here: at most it becomes foreign, when a newer
//! record says that another node has taken it over.
//!
//! A record whose ports are taken waits and is tried again: after a pause, and before anybody changes its call. It
//! gives way to no older record. A take-over of the copy that is here counts from the version of the record that
//! waits, and takes none of its ports for another party, since the parties may know them from its owner.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::age::{Age, Claim};
use crate::call::state::{CallSnapshot, CallState, Ownership, PortSetState, Version};
use crate::call::stored::keep_possible;
use crate::input::{Command, Request, Restore};
use crate::interfaces::Interfaces;
use crate::limits::PENDING_RESTORES_MAX;
use crate::media::flows::Handles;
use crate::names::{CallId, RequestId};
use crate::output::{Effect, EventKind, Refusal, Reply, RestoreOutcome, Superseded};
use crate::ports::{NewPorts, PortWish};
use crate::sabotage::{self, Sabotage};
use crate::time::Timestamp;

use super::Shard;
use super::calls::Admitted;
use super::commit::Brought;
use super::transaction::{Opening, Purpose, Restoring};

/// Least pause before a record whose ports are taken is tried again.
const RETRY_MIN: Duration = Duration::from_millis(250);
/// Longest pause between tries.
const RETRY_MAX: Duration = Duration::from_secs(8);

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

impl Pending {
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn next(&self) -> Option<Timestamp> {
        self.queue.first().map(|(due, _)| *due)
    }

    fn get(&self, call_id: &CallId) -> Option<&CallSnapshot> {
        self.records.get(call_id).map(|waiting| &waiting.restore.call)
    }

    /// True if a newer record of the call waits, of another keyspace.
    fn outdates(&self, restore: &Restore) -> bool {
        let waiting = self.records.get(&restore.call.state.call_id).map(|waiting| &waiting.restore);
        waiting.is_some_and(|waiting| {
            waiting.keyspace != restore.keyspace && waiting.call.state.age() > restore.call.state.age()
        })
    }

    /// The version of the record that waits for a call made at that time.
    pub(super) fn version(&self, call_id: &CallId, created: Timestamp) -> Option<Version> {
        self.get(call_id)
            .filter(|waiting| waiting.state.created == created)
            .map(|waiting| waiting.state.version)
    }

    fn insert(&mut self, waiting: Waiting) {
        let call_id = waiting.restore.call.state.call_id.clone();
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
        if !self.pending.outdates(&restore) {
            self.pending.remove(&restore.call.state.call_id);
        }
        self.try_restore(now, restore, RETRY_MIN, Some(id), None);
    }

    /// Tries a record that waits once more before its call is changed. Returns the request if none waits.
    pub(super) fn restore_before(&mut self, now: Timestamp, request: Request) -> Option<Request> {
        let waiting = match &request.command {
            Command::Offer(signal) | Command::Answer(signal) => self.pending.remove(&signal.call_id),
            Command::Delete(delete) => self.pending.remove(&delete.call_id),
            _ => None,
        };
        let Some(Waiting { pause, restore, .. }) = waiting else { return Some(request) };
        self.try_restore(now, restore, pause, None, Some(request));
        None
    }

    /// Tries records again whose time has come.
    pub(super) fn retry_pending(&mut self, now: Timestamp) {
        if let Some(Waiting { pause, restore, .. }) = self.pending.take_due(now) {
            self.try_restore(now, restore, pause, None, None);
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

    fn try_restore(
        &mut self,
        now: Timestamp,
        restore: Restore,
        pause: Duration,
        id: Option<RequestId>,
        then: Option<Request>,
    ) {
        match self.admit_record(now, restore, pause) {
            Ok(mut restoring) => {
                restoring.then = then;
                self.open_ports(now, Opening::new(id, Purpose::Restore(restoring)));
            }
            Err(outcome) => self.conclude(now, id, outcome, then),
        }
    }

    /// A record has had its effect, or none.
    fn conclude(
        &mut self,
        now: Timestamp,
        id: Option<RequestId>,
        outcome: RestoreOutcome,
        then: Option<Request>,
    ) {
        self.reply_to(id, Reply::Restored(outcome));
        if let Some(request) = then {
            self.perform(now, request);
        }
    }

    /// A record that takes effect once its ports are open, or else what it comes to.
    fn admit_record(
        &mut self,
        now: Timestamp,
        mut restore: Restore,
        pause: Duration,
    ) -> Result<Box<Restoring>, RestoreOutcome> {
        let is_possible = keep_possible(&mut restore.call.state, &self.plane.interfaces);
        let known = self.calls.find(&restore.call.state.call_id);
        let here = known.map(|index| self.calls[index].state());
        let outcome = match here {
            None if self.recently_ended.supersedes(now, &restore.call.state) => RestoreOutcome::Stale,
            None => RestoreOutcome::Created,
            Some(here) => judge(here, &restore),
        };
        if let Some(index) = known.filter(|index| self.prevails(self.calls[*index].state(), &restore)) {
            self.assert_ownership(index, restore.call.state.version);
            return Err(RestoreOutcome::OwnHere);
        }
        if !matches!(outcome, RestoreOutcome::Created | RestoreOutcome::Updated | RestoreOutcome::Yielded) {
            if outcome == RestoreOutcome::Stale && restore.own {
                // Left over from before the call changed hands; the next restart would bring it back.
                let newest = here.map(CallState::age);
                let newest = newest.or_else(|| self.recently_ended.newest(&restore.call.state.call_id));
                self.retire_own_record(
                    &restore.call.state.call_id,
                    newest.expect("it is newer than the record"),
                );
            }
            return Err(outcome);
        }
        is_possible.map_err(RestoreOutcome::Refused)?;
        let handles = known.map(|index| &self.calls[index].handles);
        let ports = lacking(&self.plane.interfaces, handles, &restore.call.state);
        Ok(Box::new(Restoring { restore, ports, outcome, pause, then: None }))
    }

    /// Takes those ports of the record that waits for a call that are free. They are only kept from others: given
    /// back by the caller.
    pub(super) fn reserve_waiting_ports(&mut self, call_id: &CallId) -> Vec<NewPorts> {
        let here = self.calls.get(call_id).map(|call| &call.handles);
        let waiting = self.pending.get(call_id);
        let mut ports =
            waiting.map(|stored| lacking(&self.plane.interfaces, here, &stored.state)).unwrap_or_default();
        ports.retain_mut(|new| self.plane.take_exact(new));
        ports
    }

    /// True if another node has taken an own call over too, and this one keeps it all the same.
    fn prevails(&self, here: &CallState, restore: &Restore) -> bool {
        let (stored, keyspace) = (&restore.call, self.plane.settings.keyspace);
        let claim = Claim { age: here.age(), last_signal: here.last_signal, keyspace };
        let other = Claim {
            age: stored.state.age(),
            last_signal: stored.state.last_signal,
            keyspace: restore.keyspace,
        };
        here.ownership == Ownership::Own && !restore.own && claim.prevails_over(&other)
    }

    /// Publishes an own call under a version that no other node can have.
    fn assert_ownership(&mut self, index: u32, contested: Version) {
        let version = Version { epoch: contested.epoch + 1, sequence: 0 };
        self.calls.update(index, |call| call.version = version);
        self.publish(index);
    }

    /// All sockets are open: the record takes effect.
    ///
    /// Sockets that stay are not touched, and a stream that goes on keeps its counters and what was learned, as long as
    /// the SDP says the same. So an update loses no packet.
    pub(super) fn carry_out_restore(&mut self, now: Timestamp, id: Option<RequestId>, restoring: Restoring) {
        let Restoring { restore, ports: opened, outcome, then, .. } = restoring;
        let CallSnapshot { state: mut next, observed } = restore.call;
        let ownership = if restore.own { Ownership::Own } else { Ownership::Foreign(restore.keyspace) };
        next.ownership = ownership;
        let call_id = next.call_id.clone();
        let known = self.calls.find(&call_id);
        let before = known.map(|index| self.calls[index].state().ownership);
        let is_handed_over = before == Some(Ownership::Own) && ownership != Ownership::Own;
        next.contested = is_handed_over || known.is_some_and(|index| self.calls[index].state().contested);
        let index = known.unwrap_or_else(|| {
            let empty = CallState { legs: Vec::new(), ..next.clone() };
            self.calls.insert(empty, Admitted::Always)
        });
        self.commit(now, index, Brought { opened, observed: Some(observed) }, |call| *call = next);
        if known.is_none() {
            self.plane.relay.counters.restored += 1;
            self.event(&call_id, EventKind::Restored(ownership));
        }
        if matches!(before, Some(Ownership::Foreign(_))) && ownership == Ownership::Own {
            self.event(&call_id, EventKind::TakenBack);
        }
        if is_handed_over {
            self.disown(&call_id);
            let by = self.calls[index].state().age();
            self.retire_own_record(&call_id, by);
        }
        if ownership == Ownership::Own {
            self.schedule_periodic(now, index);
            self.arm(now, index);
        }
        self.conclude(now, id, outcome, then);
    }

    /// Deletes this node's record of a call that is another node's now, or gone, if it is not newer.
    fn retire_own_record(&mut self, call_id: &CallId, by: Age) {
        let keyspace = self.plane.settings.keyspace;
        let own = Superseded { call_id: call_id.clone(), keyspace, by };
        if self.plane.settings.publish {
            self.plane.effects.push_back(Effect::Retire(own));
        }
    }

    /// The ports are taken by somebody else: the record waits, and the call stays as it is.
    pub(super) fn postpone(&mut self, now: Timestamp, id: Option<RequestId>, restoring: Restoring) {
        let Restoring { restore, pause, then, .. } = restoring;
        if self.pending.outdates(&restore) {
            return self.conclude(now, id, RestoreOutcome::Stale, then);
        }
        if self.pending.len() >= PENDING_RESTORES_MAX {
            let refusal = Refusal::TooLarge("records that wait for ports");
            return self.conclude(now, id, RestoreOutcome::Refused(refusal), then);
        }
        self.pending.insert(Waiting { due: now + pause, pause: (pause * 2).min(RETRY_MAX), restore });
        self.conclude(now, id, RestoreOutcome::Pending, then);
    }
}

/// Meaning of a record for a call that is here.
fn judge(here: &CallState, restore: &Restore) -> RestoreOutcome {
    let stored = &restore.call;
    let age = |age: Age| {
        let epoch = if sabotage::on(Sabotage::EpochIgnored) { 0 } else { age.version.epoch };
        Age { version: Version { epoch, ..age.version }, ..age }
    };
    let (stored_age, here_age) = (age(stored.state.age()), age(here.age()));
    let (newer, older) = (stored_age > here_age, stored_age < here_age);
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
        Ownership::Foreign(_) if here.comparable() == stored.state.comparable() => RestoreOutcome::Unchanged,
        Ownership::Foreign(_) => RestoreOutcome::Updated,
    }
}

/// The ports that a stored call needs and the call that is here does not hold.
fn lacking(interfaces: &Interfaces, here: Option<&Handles>, stored: &CallState) -> Vec<NewPorts> {
    let mut lacking = Vec::new();
    for set in stored.media().flat_map(|media| &media.port_sets) {
        let PortSetState { first, count, .. } = *set;
        let address = interfaces.at(&set.interface, set.position).expect("only what can be held here");
        let is_held = |port: u16| here.is_some_and(|here| here.port(address, port).is_some());
        let whole = count == 2 && set.ports().all(|port| !is_held(port));
        let new = |first, wish| NewPorts { key: set.key, first, ..NewPorts::any(address, wish) };
        if whole {
            lacking.push(new(first, PortWish::Pairs(1)));
        } else {
            lacking
                .extend(set.ports().filter(|port| !is_held(*port)).map(|port| new(port, PortWish::Single)));
        }
    }
    lacking
}
