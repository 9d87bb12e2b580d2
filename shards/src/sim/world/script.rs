//! Hand-written scenarios: a world without faults of its own, in which what happens is said in order.
//!
//! The seeds find orders of events that nobody thinks of; a scenario keeps one that somebody has seen in life, and
//! goes on meaning the same when the generator changes.

use std::time::Duration;

use super::World;
use crate::call::state::Ownership;
use crate::input::Command;
use crate::names::Keyspace;
use crate::sim::dialogue::{Change, Stage};
use crate::sim::keyspace;
use crate::sim::log::Column;
use crate::sim::network::Site;
use crate::sim::replication::Channel;
use crate::sim::{call_id, dialogue_of};
use crate::time::Timestamp;

impl World {
    /// Lets things happen for a while.
    pub fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        self.run_until(end);
    }

    /// The proxy of a dialogue speaks to this node from now on.
    pub fn turn_to(&mut self, dialogue: u32, node: usize) {
        self.dialogues[dialogue as usize].node = node;
    }

    /// The caller offers anew, and is answered.
    pub fn reinvite(&mut self, dialogue: u32) {
        let callee = self.dialogues[dialogue as usize].callee.expect("an established dialogue");
        self.change(dialogue, 0, callee, Change::Nothing);
    }

    /// The parties hang up.
    pub fn end(&mut self, dialogue: u32) {
        self.hang_up(dialogue);
    }

    /// True if the parties have each other's address.
    pub fn is_established(&self, dialogue: u32) -> bool {
        self.dialogues[dialogue as usize].stage == Stage::Up
    }

    /// For how long the party that has heard nothing for longest has heard nothing.
    pub fn silence(&self, dialogue: u32) -> Duration {
        let state = &self.dialogues[dialogue as usize];
        let legs = [Some(0), state.callee].into_iter().flatten();
        let heard = legs.map(|leg| self.phones[state.phones[usize::from(leg)] as usize].heard);
        self.now.since(heard.min().unwrap_or(Timestamp::ZERO))
    }

    /// Packets that phones have sent, and heard.
    pub fn packets(&self) -> (u64, u64) {
        let sent = self.phones.iter().map(|phone| u64::from(phone.serial)).sum();
        (sent, self.phones.iter().map(|phone| phone.received).sum())
    }

    /// A node dies and stays dead; its addresses stay where they are.
    pub fn kill(&mut self, node: usize) {
        self.die(node);
    }

    /// A dead node starts, and takes its own address back.
    pub fn revive(&mut self, node: usize) {
        self.restart(node);
    }

    /// An operator hands all own calls of a node over, to nobody in particular.
    pub fn stand_by(&mut self, node: usize) {
        self.say(Column::Node(node), || "stands by".into());
        self.order_all(node, || Command::StandBy);
    }

    /// A media address goes to another node.
    pub fn move_address(&mut self, of: usize, to: usize) {
        self.network.move_address(of, to);
        self.say(Column::Node(to), || format!("takes the address of node {of}"));
    }

    /// Nothing comes through between a node and something else, either way.
    pub fn cut(&mut self, node: usize, other: Site) {
        self.network.block(Site::Node(node), other, true);
        self.network.block(other, Site::Node(node), true);
    }

    /// All links are whole.
    pub fn heal(&mut self) {
        self.mend();
    }

    /// The store's `GET` is this far behind.
    pub fn lag_store(&mut self, lag: Duration) {
        self.store.lag = lag;
    }

    /// The store restarts, and has nothing.
    pub fn empty_store(&mut self) {
        self.store.lose_all();
        for node in 0..self.nodes.len() {
            Channel::ALL.into_iter().for_each(|channel| self.lose_link(node, channel));
        }
    }

    /// Somebody writes this over a record.
    pub fn write_record(&mut self, of: Keyspace, dialogue: u32, text: &[u8]) {
        self.store.scribble(self.now, of, call_id(dialogue).as_bytes(), text);
        self.spread_events();
    }

    /// The record of a call.
    pub fn record(&self, of: Keyspace, dialogue: u32) -> Option<&[u8]> {
        self.store.text(of, call_id(dialogue).as_bytes())
    }

    /// Keyspaces and dialogues of all records.
    pub fn records(&self) -> Vec<(Keyspace, u32)> {
        let named = |(keyspace, key): (Keyspace, Vec<u8>)| {
            Some((keyspace, dialogue_of(&crate::names::CallId::from(&key[..]))?))
        };
        self.store.texts().into_iter().filter_map(named).collect()
    }

    /// The keyspace of a node.
    pub fn keyspace(&self, node: usize) -> Keyspace {
        keyspace(node)
    }

    /// Holding of a dialogue's call at a node.
    pub fn held(&mut self, node: usize, dialogue: u32) -> Option<Ownership> {
        let now = self.now;
        let call = self.nodes[node].as_mut()?.query(now, &call_id(dialogue))?;
        Some(call.state.ownership)
    }

    /// Checks that each call has one owner and is the same everywhere.
    pub fn compare(&mut self) {
        self.check_replicas();
    }
}
