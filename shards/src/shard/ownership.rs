//! Own and foreign: how calls change hands.

use std::collections::BTreeMap;

use crate::call::state::{Ownership, Version};
use crate::input::Filter;
use crate::names::{CallId, Keyspace};
use crate::output::{Effect, EventKind, Reply, Superseded};
use crate::time::Timestamp;

use super::Shard;

/// Until when the records of each keyspace are known.
///
/// A foreign call is its owner's business for as long as its record would tell of its end. Where none can, since
/// there is no store, it has been away for longer than records live, the keyspace is not followed, or the call was
/// handed over and nobody has taken it, the call ends like an own one.
#[derive(Debug, Default)]
pub(super) struct Leases(BTreeMap<Keyspace, Timestamp>);

impl Leases {
    /// Until when the owner answers for the foreign calls of a keyspace, if anybody does.
    pub(super) fn until(&self, keyspace: Keyspace) -> Option<Timestamp> {
        self.0.get(&keyspace).copied()
    }
}

impl Shard {
    /// A longer lease is noticed when a timeout falls due; a shorter one counts at once.
    pub(super) fn lease(&mut self, now: Timestamp, keyspace: Keyspace, until: Timestamp) -> Reply {
        let before = self.leases.0.insert(keyspace, until);
        if before.is_some_and(|before| before > until) {
            for index in self.select(&Filter::Keyspace(keyspace)) {
                self.arm(now, index);
            }
        }
        Reply::Done
    }

    /// Makes a foreign call own: from now on it is timed out, published and deleted here.
    ///
    /// The epoch counts up, so that the record of this node wins over that of the former owner, and over one that
    /// waits for its ports.
    pub(super) fn take_over(&mut self, now: Timestamp, index: u32) -> bool {
        let state = self.calls[index].state();
        let Ownership::Foreign(keyspace) = state.ownership else {
            return false;
        };
        let waiting = self.pending.version(&state.call_id, state.created).map_or(0, |version| version.epoch);
        self.change(now, index, |call| {
            call.ownership = Ownership::Own;
            call.contested = false;
            call.version = Version { epoch: call.version.epoch.max(waiting) + 1, sequence: 0 };
        });
        self.schedule_periodic(now, index);
        let call = &mut self.calls[index];
        call.due.dirty = true;
        let (call_id, by) = (call.state().call_id.clone(), call.state().age());
        if self.plane.settings.publish {
            let former = Superseded { call_id: call_id.clone(), keyspace, by };
            self.plane.effects.push_back(Effect::Retire(former));
        }
        self.event(&call_id, EventKind::TakenOver);
        true
    }

    /// Makes an own call foreign: it goes on relaying, and somebody else answers for it.
    fn hand_over(&mut self, now: Timestamp, index: u32, keyspace: Keyspace) {
        self.change(now, index, |call| call.ownership = Ownership::Foreign(keyspace));
        let call_id = self.calls[index].state().call_id.clone();
        self.disown(&call_id);
    }

    /// Tells everybody that an own call is foreign now.
    pub(super) fn disown(&mut self, call_id: &CallId) {
        if self.plane.settings.publish {
            self.plane.effects.push_back(Effect::Disown(call_id.clone()));
        }
        self.event(call_id, EventKind::HandedOver);
    }

    pub(super) fn activate(&mut self, now: Timestamp) -> Reply {
        let foreign = self.select(&Filter::Foreign);
        for index in &foreign {
            self.take_over(now, *index);
            self.change(now, *index, |call| call.last_signal = now);
            self.publish(*index);
        }
        Reply::Count(foreign.len() as u64)
    }

    pub(super) fn stand_by(&mut self, now: Timestamp) -> Reply {
        let own = self.select(&Filter::Own);
        let keyspace = self.plane.settings.keyspace;
        for index in &own {
            self.hand_over(now, *index, keyspace);
        }
        Reply::Count(own.len() as u64)
    }

    pub(super) fn republish(&mut self, call_id: Option<&CallId>) -> Reply {
        let filter = call_id.map_or(Filter::Own, |call_id| Filter::One(call_id.clone()));
        let selected = self.select(&filter);
        for index in &selected {
            self.publish(*index);
        }
        Reply::Count(selected.len() as u64)
    }
}
