//! Work of nodes: effects are carried out, timeouts are kept, books are compared.

use std::time::Duration;

use super::{Happening, World};
use crate::input::Command;
use crate::names::ShardId;
use crate::output::{Effect, EndCause, Event, EventKind, Reply};
use crate::sim::check::Doing;
use crate::sim::dialogue::Stage;
use crate::sim::front::Desk;
use crate::sim::keyspace;
use crate::sim::log::Column;
use crate::sim::node::Node;
use crate::sim::{call_id, dialogue_of};
use crate::stats::ShardReport;

/// Interval between comparisons of books.
pub(super) const AUDIT_PAUSE: Duration = Duration::from_secs(1);

impl World {
    /// Sees to a node that has just been given something to do.
    pub(super) fn settle(&mut self, number: usize) {
        let Some(node) = &mut self.nodes[number] else { return };
        let doing = node.doing.clone();
        for served in std::mem::take(&mut node.served) {
            self.checker.served(self.now, number, served);
        }
        for fault in std::mem::take(&mut node.faults) {
            self.checker.fail(self.now, format!("node {number}: {fault}"));
        }
        let outbox = std::mem::take(&mut node.outbox);
        let settings = node.settings.clone();
        let mut touched = Vec::new();
        for effect in outbox {
            match &effect {
                Effect::Event(Event { call_id, kind }) => {
                    let Some(dialogue) = dialogue_of(call_id) else { continue };
                    self.checker.event(self.now, number, dialogue, kind, &doing, &settings);
                    self.say(Column::Node(number), || format!("call-{dialogue} {kind:?}"));
                    self.note_record(number, dialogue, kind, &doing);
                    self.note_end(number, dialogue, kind);
                    touched.push(dialogue);
                }
                Effect::Publish(call) => {
                    if let Some(dialogue) = dialogue_of(&call.state.call_id) {
                        self.checker.published(self.now, number, dialogue);
                    }
                    self.publish(number, effect);
                }
                Effect::Unpublish(_) | Effect::Retire(_) | Effect::Disown(_) => self.publish(number, effect),
                _ => {}
            }
        }
        for dialogue in touched {
            self.checker.drained(self.now, number, dialogue);
        }
        self.arm(number);
    }

    /// Notes the meaning of an event that a record set off, perhaps long after it was handed in.
    fn note_record(&mut self, number: usize, dialogue: u32, kind: &EventKind, doing: &Doing) {
        let by_signal = *kind == EventKind::TakenOver && *doing == Doing::Signal(dialogue);
        let changes_hands = matches!(
            kind,
            EventKind::Restored(_) | EventKind::TakenBack | EventKind::TakenOver | EventKind::HandedOver
        );
        if changes_hands && !by_signal {
            // Perhaps by a record that has waited: the call itself knows best.
            let now = self.now;
            let node = self.nodes[number].as_mut();
            let call = node.and_then(|node| node.query(now, &call_id(dialogue)));
            if call.is_some_and(|call| self.checker.restored(now, number, dialogue, &call)) {
                self.replaced[dialogue as usize] = now;
            }
        }
        let Some(node) = &self.nodes[number] else { return };
        let Some(record) = node.record(dialogue) else { return };
        if *kind != EventKind::Ended(EndCause::RecordGone) {
            return;
        }
        let Some(replication) = &node.replication else { return };
        let call_id = &record.call.state.call_id;
        let readable = |of| {
            let text = self.store.text(of, call_id.as_bytes());
            text.map(|text| replication.can_read(of, call_id, text))
        };
        // Another call of the same name may have taken its place.
        let replaced = (0..self.nodes.len()).any(|other| readable(keyspace(other)) == Some(true));
        if readable(record.keyspace) == Some(false) && !replaced {
            let what = format!("node {number} ended call-{dialogue} since its record cannot be read");
            self.checker.fail(self.now, what);
        }
    }

    /// A call that ended without the proxy's doing: its parties must offer again.
    fn note_end(&mut self, node: usize, dialogue: u32, kind: &EventKind) {
        self.made[dialogue as usize] += u32::from(*kind == EventKind::Created);
        if matches!(kind, EventKind::Created | EventKind::Restored(_)) {
            self.enders.remove(&(node, dialogue));
        }
        let EventKind::Ended(cause) = kind else { return };
        if *cause != EndCause::RecordGone {
            self.enders.insert((node, dialogue));
        }
        self.ended[dialogue as usize] = self.now;
        let dialogue = &mut self.dialogues[dialogue as usize];
        if dialogue.node == node && !matches!(dialogue.stage, Stage::Ending | Stage::Over) {
            dialogue.broken |= *cause != EndCause::Deleted || dialogue.stage == Stage::Up;
        }
    }

    /// Sees that a node is woken when it wants to be.
    pub(super) fn arm(&mut self, number: usize) {
        let Some(node) = &mut self.nodes[number] else { return };
        let Some(due) = node.next_timeout().map(|due| due.max(self.now)) else { return };
        if node.wake_at.is_none_or(|at| at > due) {
            node.wake_at = Some(due);
            self.agenda.enter(due, Happening::Wake(number));
        }
    }

    /// All shards of a node carry out an order that is about no call.
    pub(super) fn order_all(&mut self, number: usize, order: impl Fn() -> Command) {
        let Some(node) = &mut self.nodes[number] else { return };
        node.now = self.now;
        node.doing = Doing::Operator;
        for shard in 0..node.shard_count() {
            node.ask(ShardId(shard), order());
        }
        self.settle(number);
    }

    pub(super) fn node_wakes(&mut self, number: usize) {
        let Some(node) = &mut self.nodes[number] else { return };
        if node.wake_at != Some(self.now) {
            return;
        }
        node.wake_at = None;
        node.wake(self.now);
        self.settle(number);
    }

    /// Asks every shard of every node for its counters, and compares.
    pub(super) fn audit(&mut self) {
        self.store.expire(self.now);
        self.spread_events();
        for number in 0..self.nodes.len() {
            let Some(node) = &mut self.nodes[number] else { continue };
            let reports = reports(node);
            let packets = node.packets;
            let (open, taken) = (node.open_count(), node.ports_taken());
            let own: u64 = reports.iter().map(|report| report.own).sum();
            let sockets: u64 = reports.iter().map(|report| report.sockets).sum();
            let admitted = node.admission.own_calls();
            self.checker.report(self.now, number, &reports, packets);
            if open != taken || open as u64 != sockets {
                let what =
                    format!("node {number}: {open} sockets open, {taken} ports taken, {sockets} counted");
                self.checker.fail(self.now, what);
            }
            if admitted != own {
                self.checker.fail(self.now, format!("node {number}: {own} own calls, {admitted} admitted"));
            }
            self.settle(number);
        }
        self.after(AUDIT_PAUSE, Happening::Audit);
    }
}

/// The counters of a node's shards.
pub(super) fn reports(node: &mut Node) -> Vec<ShardReport> {
    node.doing = Doing::Operator;
    let shards = 0..node.shard_count();
    let report = |shard| match node.ask(ShardId(shard), Command::Report) {
        Reply::Shard(report) => *report,
        other => panic!("unexpected {other:?}"),
    };
    shards.map(report).collect()
}
