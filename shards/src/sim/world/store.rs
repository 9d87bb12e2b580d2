//! Nodes and the store: connections that keep their order, and break; publications and answers of shards.
//!
//! A message on a connection that is cut off waits, as TCP does, until the connection is given up. Then
//! everything under way in both directions is lost, and nobody knows how much of it had arrived.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use super::{Happening, World, between};
use crate::input::{Command, Restore};
use crate::names::{CallId, Keyspace};
use crate::output::{Effect, Reply, RestoreOutcome};
use crate::sim::check::Doing;
use crate::sim::dialogue_of;
use crate::sim::front::Desk;
use crate::sim::log::Column;
use crate::sim::network::Site;
use crate::sim::redis::{StoreAnswer, StoreCommand};
use crate::sim::replication::{Channel, Told, Wanted};
use crate::time::Timestamp;

/// Longest wait for an answer before a connection is given up.
const PATIENCE: Duration = Duration::from_secs(1);
/// Messages that the store keeps for a connection: few, so that slow subscribers are cut off.
const OUTPUT_BUFFER_MAX: usize = 64;
/// Notifications that a thread takes in one go.
const EVENTS_PER_TURN: usize = 256;
/// Longest way of a publication.
const PUBLICATION_DELAY_MAX: Duration = Duration::from_micros(PUBLICATION_DELAY_MAX_US);
const PUBLICATION_DELAY_MAX_US: u64 = 2000;
/// Until a full queue is looked at again.
const FULL_PAUSE: Duration = Duration::from_millis(10);
/// Interval between looks at connections.
pub(super) const LINK_CHECK: Duration = Duration::from_millis(250);

/// A message to the store.
#[derive(Debug)]
struct Batch {
    number: u64,
    commands: Vec<StoreCommand>,
}

/// Direction of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Out,
    In,
    Events,
}

/// A connection of a node.
#[derive(Debug, Default)]
pub(super) struct Link {
    up: bool,
    /// Counts connections: what belongs to an earlier one is void.
    epoch: u32,
    outward: VecDeque<(Timestamp, Batch)>,
    inward: VecDeque<(Timestamp, Told)>,
    /// Notifications have a connection of their own beside it.
    events: VecDeque<(Timestamp, Told)>,
    /// Notifications that have come and wait for the thread.
    heard: VecDeque<Told>,
    subscribed: BTreeSet<Keyspace>,
    /// Time since which an answer is waited for, or the other end cannot be reached.
    waiting_since: Option<Timestamp>,
    unanswered: u64,
}

/// A command on its way to a shard.
#[derive(Debug)]
pub(super) struct Posted {
    node: usize,
    life: u32,
    ticket: u64,
    about: CallId,
    command: Command,
}

impl World {
    /// A node has just started: it connects.
    pub(super) fn open_links(&mut self, node: usize) {
        Channel::ALL.into_iter().for_each(|channel| {
            self.reset_link(node, channel);
        });
        self.pump(node);
    }

    /// Voids a connection.
    pub(super) fn reset_link(&mut self, node: usize, channel: Channel) -> u32 {
        let link = &mut self.links[node][channel as usize];
        *link = Link { epoch: link.epoch + 1, ..Link::default() };
        link.epoch
    }

    pub(super) fn connect(&mut self, node: usize, channel: Channel, epoch: u32) {
        let link = &self.links[node][channel as usize];
        if link.epoch != epoch || link.up || self.nodes[node].is_none() {
            return;
        }
        if self.store_is_away(node) {
            return self.tell(node, Told::Lost(channel));
        }
        self.links[node][channel as usize].up = true;
        self.say(Column::Node(node), || format!("connected: {channel:?}"));
        self.tell(node, Told::Connected(channel));
    }

    fn store_is_away(&self, node: usize) -> bool {
        let (node, store) = (Site::Node(node), Site::Store);
        self.store_down_until > self.now
            || self.network.is_blocked(node, store)
            || self.network.is_blocked(store, node)
    }

    /// Gives up connections on which nothing comes back.
    pub(super) fn check_links(&mut self) {
        for node in 0..self.nodes.len() {
            for channel in Channel::ALL {
                let away = self.store_is_away(node);
                let link = &mut self.links[node][channel as usize];
                if !link.up {
                    continue;
                }
                if !away && link.unanswered == 0 {
                    link.waiting_since = None;
                }
                let since = *link.waiting_since.get_or_insert(self.now);
                if self.now.since(since) > PATIENCE {
                    self.lose_link(node, channel);
                }
            }
        }
        self.after(LINK_CHECK, Happening::CheckLinks);
    }

    /// A connection breaks.
    pub(super) fn lose_link(&mut self, node: usize, channel: Channel) {
        if !self.links[node][channel as usize].up {
            return;
        }
        self.reset_link(node, channel);
        self.say(Column::Node(node), || format!("lost: {channel:?}"));
        self.tell(node, Told::Lost(channel));
    }

    /// Messages at the end of a connection.
    pub(super) fn link_delivers(&mut self, node: usize, channel: Channel, epoch: u32, way: Way) {
        loop {
            let blocked = match way {
                Way::Out => {
                    self.network.is_blocked(Site::Node(node), Site::Store)
                        || self.store_frozen_until > self.now
                }
                Way::In | Way::Events => self.network.is_blocked(Site::Store, Site::Node(node)),
            };
            let link = &mut self.links[node][channel as usize];
            let ready = match way {
                Way::Out => link.outward.front().map(|message| message.0),
                Way::In => link.inward.front().map(|message| message.0),
                Way::Events => link.events.front().map(|message| message.0),
            };
            let due = ready.is_some_and(|ready| ready <= self.now);
            if link.epoch != epoch || !due {
                return;
            }
            if blocked {
                let again = Happening::Link { node, channel, epoch, way };
                return self.after(Duration::from_millis(100), again);
            }
            match way {
                Way::Out => {
                    let (_, batch) = link.outward.pop_front().expect("it is due");
                    self.store_carries_out(node, channel, batch);
                }
                Way::In => {
                    let (_, told) = link.inward.pop_front().expect("it is due");
                    link.unanswered -= 1;
                    link.waiting_since = None;
                    self.tell(node, told);
                    // After each reply the thread looks at what has come by itself.
                    if channel == Channel::Follow && self.hear(node) {
                        self.pump(node);
                    }
                }
                Way::Events if link.heard.len() >= self.swarm.queue_max => {
                    let again = Happening::Link { node, channel, epoch, way };
                    return self.after(FULL_PAUSE, again);
                }
                Way::Events => {
                    let (_, told) = link.events.pop_front().expect("it is due");
                    link.heard.push_back(told);
                    self.pump(node);
                }
            }
        }
    }

    fn push_inward(&mut self, node: usize, channel: Channel, way: Way, told: Told) {
        let delay = self.network.connection_delay();
        let link = &mut self.links[node][channel as usize];
        let queue = if way == Way::Events { &mut link.events } else { &mut link.inward };
        if queue.len() >= OUTPUT_BUFFER_MAX {
            return self.lose_link(node, channel); // as Redis does with a subscriber that is too slow
        }
        let ready = queue.back().map_or(self.now, |last| last.0).max(self.now + delay);
        queue.push_back((ready, told));
        let epoch = link.epoch;
        self.agenda.enter(ready, Happening::Link { node, channel, epoch, way });
    }

    fn store_carries_out(&mut self, node: usize, channel: Channel, batch: Batch) {
        let mut answers: Vec<StoreAnswer> = Vec::new();
        for command in &batch.commands {
            if let [name, pattern] = &command.words[..]
                && name == b"PSUBSCRIBE"
            {
                let keyspace = keyspace_of(pattern).expect("a pattern of keyspace events");
                self.links[node][channel as usize].subscribed.insert(keyspace);
            }
            answers.push(self.store.execute(self.now, command));
            self.spread_events();
        }
        self.push_inward(node, channel, Way::In, Told::Answers { channel, batch: batch.number, answers });
    }

    /// Tells subscribers what has happened in the store.
    pub(super) fn spread_events(&mut self) {
        for event in self.store.take_events() {
            for node in 0..self.nodes.len() {
                let link = &self.links[node][Channel::Follow as usize];
                if link.up && link.subscribed.contains(&event.keyspace) {
                    let told = Told::Notified { channel: event.channel(), event: event.event.into() };
                    self.push_inward(node, Channel::Follow, Way::Events, told);
                }
            }
        }
    }

    /// Tells a node's replication something, and does what it wants then.
    pub(super) fn tell(&mut self, number: usize, told: Told) {
        let Some(node) = &mut self.nodes[number] else { return };
        let Some(replication) = &mut node.replication else { return };
        replication.tell(self.now, told);
        self.pump(number);
    }

    /// Does what a node's replication wants, and hands it what waits for its threads.
    pub(super) fn pump(&mut self, number: usize) {
        loop {
            while let Some(wanted) = self.next_wanted(number) {
                self.perform(number, wanted);
            }
            let heard = !self.is_waiting(number, Channel::Follow) && self.hear(number);
            if !heard && !self.take_publications(number, self.now) {
                break;
            }
        }
        let Some(node) = &mut self.nodes[number] else { return };
        let due = node.replication.as_ref().and_then(|replication| replication.next_tick());
        let due = due.map(|due| due.max(self.now + Duration::from_millis(1)));
        if let Some(due) = due.filter(|due| node.tick_at.is_none_or(|at| at > *due)) {
            node.tick_at = Some(due);
            self.agenda.enter(due, Happening::StoreTick(number));
        }
    }

    fn next_wanted(&mut self, number: usize) -> Option<Wanted> {
        self.nodes[number].as_mut()?.replication.as_mut()?.poll(self.now)
    }

    fn is_waiting(&self, number: usize, channel: Channel) -> bool {
        let replication = self.nodes[number].as_ref().and_then(|node| node.replication.as_ref());
        replication.is_none_or(|replication| replication.is_waiting(channel))
    }

    /// Hands notifications over that have come. Whether there were any.
    fn hear(&mut self, number: usize) -> bool {
        let heard = &mut self.links[number][Channel::Follow as usize].heard;
        let count = heard.len().min(EVENTS_PER_TURN);
        let taken: Vec<Told> = heard.drain(..count).collect();
        taken.into_iter().for_each(|told| self.tell_only(number, told));
        count > 0
    }

    /// Hands over what shards have published until then. Whether there was anything.
    fn take_publications(&mut self, number: usize, until: Timestamp) -> bool {
        if self.is_waiting(number, Channel::Write) {
            return false;
        }
        let lost =
            self.nodes[number].as_mut().is_some_and(|node| std::mem::take(&mut node.publications_lost));
        // What was published before something was lost is taken before anybody is told of the loss.
        let until = if lost { self.now + PUBLICATION_DELAY_MAX } else { until };
        let mut any = false;
        while let Some(node) = &mut self.nodes[number]
            && node.publications.front().is_some_and(|(ready, _)| *ready <= until)
            && let Some((_, effect)) = node.publications.pop_front()
        {
            any = true;
            self.tell_only(number, Told::Effect(effect));
        }
        if lost {
            self.tell_only(number, Told::EffectsLost);
        }
        any || lost
    }

    pub(super) fn store_tick(&mut self, number: usize) {
        let Some(node) = &mut self.nodes[number] else { return };
        if node.tick_at != Some(self.now) {
            return;
        }
        node.tick_at = None;
        if let Some(replication) = &mut node.replication {
            replication.tick(self.now);
        }
        self.pump(number);
    }

    fn perform(&mut self, number: usize, wanted: Wanted) {
        match wanted {
            Wanted::Connect(channel) => {
                let epoch = self.reset_link(number, channel);
                let pause = between(&mut self.faults, 1, 50);
                self.after(pause, Happening::Connect { node: number, channel, epoch });
            }
            Wanted::Send { channel, batch, commands } => {
                let delay = self.network.connection_delay();
                let link = &mut self.links[number][channel as usize];
                if !link.up {
                    return; // lost a moment ago: it will be told
                }
                let ready = link.outward.back().map_or(self.now, |last| last.0).max(self.now + delay);
                link.outward.push_back((ready, Batch { number: batch, commands }));
                link.unanswered += 1;
                link.waiting_since.get_or_insert(self.now);
                let epoch = link.epoch;
                self.agenda.enter(ready, Happening::Link { node: number, channel, epoch, way: Way::Out });
            }
            Wanted::List { ticket, filter } => {
                let Some(node) = &mut self.nodes[number] else { return };
                let calls = node.list(self.now, &filter);
                self.tell_only(number, Told::Listed { ticket, calls });
            }
            Wanted::Ask { about, command } => {
                self.carry_out(number, &about, command);
                // What it made the shard publish is there by now.
                self.take_publications(number, self.now + PUBLICATION_DELAY_MAX);
            }
            Wanted::Terminate(filter) => {
                let Some(node) = &mut self.nodes[number] else { return };
                node.terminate(self.now, &filter);
                self.settle(number);
            }
            Wanted::Lease { keyspace, until } => {
                self.order_all(number, || Command::Lease { keyspace, until });
            }
            Wanted::Post { ticket, about, command } => {
                let Some(life) = self.nodes[number].as_ref().map(|node| node.life) else { return };
                let waiting = self.posted.iter().filter(|posted| posted.node == number).count();
                if waiting >= self.swarm.queue_max {
                    return self.tell_only(number, Told::NotPosted { ticket });
                }
                self.posted.push_back(Posted { node: number, life, ticket, about, command });
                let pause = Duration::from_micros(self.faults.below(3000));
                self.post_at = self.post_at.max(self.now + pause);
                self.agenda.enter(self.post_at, Happening::Post);
            }
        }
    }

    /// Tells without asking what is wanted then: the caller does.
    fn tell_only(&mut self, number: usize, told: Told) {
        if let Some(replication) = self.nodes[number].as_mut().and_then(|node| node.replication.as_mut()) {
            replication.tell(self.now, told);
        }
    }

    /// A command that was on its way reaches its shard.
    pub(super) fn post_arrives(&mut self) {
        let Posted { node, life, ticket, about, command } =
            self.posted.pop_front().expect("one for each event");
        if self.nodes[node].as_ref().is_none_or(|node| node.life != life) {
            return;
        }
        if let Some(reply) = self.carry_out(node, &about, command) {
            self.tell(node, Told::Answered { ticket, reply });
        }
    }

    /// Has a shard carry out a command of the replication.
    fn carry_out(&mut self, number: usize, about: &CallId, command: Command) -> Option<Reply> {
        let dialogue = dialogue_of(about)?;
        let record = match &command {
            Command::Restore(restore) => Some(restore.as_ref().clone()),
            _ => None,
        };
        let node = self.nodes[number].as_mut()?;
        node.now = self.now;
        node.doing = Doing::Record(dialogue);
        if let Some(restore) = &record {
            node.await_record(dialogue, restore);
        }
        let shard = node.shard_of(about);
        let reply = node.ask(shard, command);
        if let (Some(restore), Reply::Restored(outcome)) = (&record, &reply) {
            self.note_restore(number, dialogue, restore, *outcome);
        }
        self.settle(number);
        Some(reply)
    }

    fn note_restore(&mut self, number: usize, dialogue: u32, restore: &Restore, outcome: RestoreOutcome) {
        let keyspace = restore.keyspace;
        self.say(Column::Node(number), || format!("call-{dialogue} of {keyspace}: {outcome:?}"));
        match outcome {
            RestoreOutcome::Pending => drop(self.behind.insert((number, dialogue))),
            _ if self.behind.remove(&(number, dialogue)) => self.caught_up[dialogue as usize] = self.now,
            _ => {}
        }
        let updated = matches!(outcome, RestoreOutcome::Updated | RestoreOutcome::Yielded);
        if updated && self.checker.restored(self.now, number, dialogue, &restore.call) {
            self.replaced[dialogue as usize] = self.now;
        }
        if updated && let Some(node) = &mut self.nodes[number] {
            node.note_made(dialogue, restore.call.state.created);
        }
    }

    /// Hands a change to store to the other thread, if its queue has room.
    pub(super) fn publish(&mut self, number: usize, effect: Effect) {
        let Some(node) = &mut self.nodes[number] else { return };
        if node.replication.is_none() {
            return;
        }
        if node.publications.len() >= self.swarm.queue_max {
            node.publications_lost = true;
            return;
        }
        let pause = Duration::from_micros(self.faults.below(PUBLICATION_DELAY_MAX_US));
        node.publish_at = node.publish_at.max(self.now + pause);
        node.publications.push_back((node.publish_at, effect));
        let (at, life) = (node.publish_at, node.life);
        self.agenda.enter(at, Happening::Publication { node: number, life });
    }

    pub(super) fn publication_arrives(&mut self, number: usize, life: u32) {
        if self.nodes[number].as_ref().is_some_and(|node| node.life == life) {
            self.pump(number);
        }
    }
}

fn keyspace_of(pattern: &[u8]) -> Option<Keyspace> {
    let text = std::str::from_utf8(pattern).ok()?;
    let number = text.strip_prefix("__keyspace@")?.strip_suffix("__:*")?;
    number.parse().ok().map(Keyspace)
}
