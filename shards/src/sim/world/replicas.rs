//! Conditions between nodes that share their calls, once it is calm.

use std::time::Duration;

use super::World;
use crate::call::state::{CallSnapshot, Ownership};
use crate::names::{CallId, Keyspace};
use crate::sim::call_id;
use crate::sim::keyspace;

/// A call that was left alone for this long must be the same everywhere.
const SETTLED: Duration = Duration::from_secs(4);

impl World {
    /// Each call has one owner, and every other node holds it as the owner does.
    pub(super) fn check_replicas(&mut self) {
        for dialogue in 0..self.swarm.dialogues {
            let held: Vec<Option<CallSnapshot>> =
                (0..self.nodes.len()).map(|n| self.call_at(n, dialogue)).collect();
            let own = |call: &CallSnapshot| call.state.ownership == Ownership::Own;
            let owners: Vec<usize> =
                (0..held.len()).filter(|node| held[*node].as_ref().is_some_and(own)).collect();
            // What cannot take effect for want of ports is told of, and tried again.
            let just_ended = self.now.since(self.ended[dialogue as usize]) < SETTLED;
            if just_ended || (0..held.len()).any(|node| self.behind.contains(&(node, dialogue))) {
                continue;
            }
            match owners[..] {
                [] => self.check_ghosts(dialogue, &held),
                [owner] => self.check_copies(dialogue, owner, &held),
                _ => self.checker.fail(self.now, format!("call-{dialogue} is owned by nodes {owners:?}")),
            }
        }
    }

    fn call_at(&mut self, node: usize, dialogue: u32) -> Option<CallSnapshot> {
        let now = self.now;
        self.nodes[node].as_mut()?.query(now, &call_id(dialogue))
    }

    /// A foreign call that nobody owns must have a record.
    fn check_ghosts(&mut self, dialogue: u32, held: &[Option<CallSnapshot>]) {
        for (node, call) in held.iter().enumerate() {
            let Some(Ownership::Foreign(of)) = call.as_ref().map(|call| call.state.ownership) else {
                continue;
            };
            if self.store.text(of, call_id(dialogue).as_bytes()).is_none() {
                let what = format!("node {node} holds call-{dialogue} of keyspace {of}, which has no record");
                self.checker.fail(self.now, what);
            }
        }
    }

    fn check_copies(&mut self, dialogue: u32, owner: usize, held: &[Option<CallSnapshot>]) {
        let Some(original) = &held[owner] else { return };
        if self.now.since(original.state.last_signal) < SETTLED {
            return;
        }
        for (node, call) in held.iter().enumerate().filter(|(node, _)| *node != owner) {
            let wrong = match call {
                None if self.nodes[node].is_none() || self.enders.contains(&(node, dialogue)) => continue,
                None => "does not hold it",
                Some(call) if call.state.ownership != Ownership::Foreign(keyspace(owner)) => {
                    "has another owner for it"
                }
                Some(call) if call.state.comparable() == original.state.comparable() => continue,
                Some(call) => &difference(call, original),
            };
            self.checker
                .fail(self.now, format!("call-{dialogue} is owned by node {owner}; node {node} {wrong}"));
        }
        self.checker.counts.replicated += 1;
    }

    /// Records that no node can read.
    pub(super) fn rubbish(&self) -> Vec<(Keyspace, Vec<u8>)> {
        let readable = |(of, key): &(Keyspace, Vec<u8>)| {
            let text = self.store.text(*of, key).unwrap_or_default();
            let mut replications = self.nodes.iter().flatten().filter_map(|node| node.replication.as_ref());
            replications.any(|replication| replication.can_read(*of, &CallId::from(&key[..]), text))
        };
        self.store.texts().into_iter().filter(|at| !readable(at)).collect()
    }

    /// Checks, when all calls are over, that nothing is left in the store.
    pub(super) fn check_store_empty(&mut self) {
        for (of, key) in self.store.texts() {
            let call_id = CallId::from(&key[..]);
            self.checker.fail(self.now, format!("the record of {call_id} is left in keyspace {of}"));
        }
    }
}

/// The first lines in which two calls differ.
fn difference(call: &CallSnapshot, original: &CallSnapshot) -> String {
    let [here, there] = [call, original].map(|call| format!("{:#?}", call.state.comparable()));
    let lines = here.lines().zip(there.lines()).enumerate();
    let differing = lines.filter(|(_, (here, there))| here != there).take(3);
    let shown =
        differing.map(|(at, (here, there))| format!("line {at}: {} for {}", here.trim(), there.trim()));
    format!("holds something else: {}", shown.collect::<Vec<_>>().join(", "))
}
