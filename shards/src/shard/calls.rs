//! The calls of a shard: found by call-id, woken by deadline, counted as own or foreign.
//!
//! Invariant: own + foreign = total, and the node's admission counts the own calls. The table alone writes these
//! books: the state of a call changes through [`CallTable::update`] and no other way.

use std::sync::Arc;

use ahash::{AHashMap, RandomState};

use crate::admission::Admission;
use crate::call::state::{CallBrief, CallState, Ownership};
use crate::media::flows::Handles;
use crate::names::{CallId, ShardId};
use crate::slab::Slab;
use crate::time::Timestamp;
use crate::timer::Timers;

/// A call: its state, what it holds of the shard, and what is to be done about it.
#[derive(Debug)]
pub(super) struct Call {
    state: CallState,
    pub(super) handles: Handles,
    pub(super) due: Due,
}

/// Things that a call waits for, or has to tell.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// Something changed that must be published at the next opportunity.
    pub(super) dirty: bool,
    /// Enough media has come to take the call over.
    pub(super) media_takes_over: bool,
    /// A confirmed source was replaced: before and now.
    pub(super) moved: Option<(std::net::SocketAddr, std::net::SocketAddr)>,
    /// Packets of it were dropped because they came back again and again.
    pub(super) looped: bool,
    /// Time of the next hole (`pierce-NAT`).
    pub(super) next_hole: Option<Timestamp>,
    /// Time of the next own report (`generate-RTCP`).
    pub(super) next_report: Option<Timestamp>,
}

/// The calls of a shard and the books about them.
#[derive(Debug)]
pub(super) struct CallTable {
    calls: Slab<Call>,
    /// Never iterated: its order means nothing.
    index: AHashMap<CallId, u32>,
    timers: Timers,
    admission: Arc<Admission>,
    own: u64,
    foreign: u64,
}

/// Admission of a new call by the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admitted {
    /// By the limits, before its ports were opened.
    Before,
    /// Not asked for: calls that come by other ways than an offer are never refused.
    Always,
}

impl Call {
    pub(super) fn state(&self) -> &CallState {
        &self.state
    }

    pub(super) fn into_parts(self) -> (CallState, Handles) {
        (self.state, self.handles)
    }

    /// The call in one line.
    pub(super) fn brief(&self, shard: ShardId) -> CallBrief {
        CallBrief {
            call_id: self.state.call_id.clone(),
            ownership: self.state.ownership,
            created: self.state.created,
            deleting: self.state.deletion.is_some(),
            created_from: self.state.created_from,
            version: self.state.version,
            shard,
        }
    }
}

impl CallTable {
    pub(super) fn new(admission: Arc<Admission>, seed: u64) -> Self {
        let hasher = RandomState::with_seeds(seed, !seed, seed.rotate_left(32), 1);
        CallTable {
            calls: Slab::default(),
            index: AHashMap::with_hasher(hasher),
            timers: Timers::default(),
            admission,
            own: 0,
            foreign: 0,
        }
    }

    pub(super) fn admission(&self) -> &Admission {
        &self.admission
    }

    /// Own and foreign calls.
    pub(super) fn counts(&self) -> (u64, u64) {
        assert_eq!(self.own + self.foreign, self.calls.len() as u64, "own + foreign = total");
        (self.own, self.foreign)
    }

    pub(super) fn find(&self, call_id: &CallId) -> Option<u32> {
        self.index.get(call_id).copied()
    }

    pub(super) fn get(&self, call_id: &CallId) -> Option<&Call> {
        self.find(call_id).map(|index| &self.calls[index])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Call)> {
        self.calls.iter()
    }

    /// Puts a new call into the table. It holds nothing yet.
    pub(super) fn insert(&mut self, state: CallState, admitted: Admitted) -> u32 {
        self.count(state.ownership);
        if state.ownership == Ownership::Own && admitted == Admitted::Always {
            self.admission.admit_always();
        }
        let call_id = state.call_id.clone();
        let index = self.calls.insert(Call { state, handles: Handles::default(), due: Due::default() });
        let before = self.index.insert(call_id, index);
        assert!(before.is_none(), "two calls of one name");
        index
    }

    /// Changes the state of a call.
    pub(super) fn update(&mut self, index: u32, change: impl FnOnce(&mut CallState)) {
        let state = &mut self.calls[index].state;
        let (call_id, before) = (state.call_id.clone(), state.ownership);
        change(state);
        assert_eq!(state.call_id, call_id, "a call keeps its name");
        let after = state.ownership;
        self.uncount(before);
        self.count(after);
        match (before, after) {
            (Ownership::Own, Ownership::Foreign(_)) => self.admission.release(),
            (Ownership::Foreign(_), Ownership::Own) => self.admission.admit_always(),
            _ => {}
        }
    }

    /// Takes a call out of the table.
    pub(super) fn remove(&mut self, index: u32) -> Call {
        self.timers.disarm(index);
        let call = self.calls.remove(index);
        self.index.remove(&call.state.call_id).expect("a call in the table");
        self.uncount(call.state.ownership);
        if call.state.ownership == Ownership::Own {
            self.admission.release();
        }
        call
    }

    fn count(&mut self, ownership: Ownership) {
        match ownership {
            Ownership::Own => self.own += 1,
            Ownership::Foreign(_) => self.foreign += 1,
        }
    }

    fn uncount(&mut self, ownership: Ownership) {
        match ownership {
            Ownership::Own => self.own -= 1,
            Ownership::Foreign(_) => self.foreign -= 1,
        }
    }

    /// Sets the deadline of a call; none removes it.
    pub(super) fn arm(&mut self, index: u32, deadline: Option<Timestamp>) {
        match deadline {
            Some(deadline) => self.timers.arm(index, deadline),
            None => self.timers.disarm(index),
        }
    }

    /// Brings the deadline of a call forward, if it is later.
    pub(super) fn arm_by(&mut self, index: u32, deadline: Timestamp) {
        self.timers.arm_by(index, deadline);
    }

    /// Takes a call whose deadline has come.
    pub(super) fn pop_due(&mut self, now: Timestamp) -> Option<u32> {
        self.timers.pop(now)
    }

    /// The earliest deadline.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.timers.next()
    }
}

impl std::ops::Index<u32> for CallTable {
    type Output = Call;

    fn index(&self, index: u32) -> &Call {
        &self.calls[index]
    }
}

impl std::ops::IndexMut<u32> for CallTable {
    fn index_mut(&mut self, index: u32) -> &mut Call {
        &mut self.calls[index]
    }
}
