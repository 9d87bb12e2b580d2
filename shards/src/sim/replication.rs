//! Requests of a node to the store: the seam for the daemon's replicator.
//!
//! A [`Replication`] is one node's half: it is told of everything that concerns it, and says what is to be sent
//! and asked. It has two channels, as the daemon has two threads: one that follows the keyspaces of others,
//! and one that writes. Commands of a channel are answered in order; when a channel is lost, what was under way
//! is never answered. While a thread waits, what is meant for it gathers in queues, and the queues are bounded.

use std::fmt;
use std::sync::Arc;

use super::front::Front;
use super::redis::{StoreAnswer, StoreCommand};
use crate::call::state::CallBrief;
use crate::input::{Command, Filter};
use crate::interfaces::Interfaces;
use crate::names::{CallId, Keyspace};
use crate::output::{Effect, Reply};
use crate::time::Timestamp;

/// A connection to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// Notifications, and what they make one read.
    Follow,
    /// Own calls.
    Write,
}

impl Channel {
    /// Both.
    pub const ALL: [Channel; 2] = [Channel::Follow, Channel::Write];
}

/// Something a replication is told.
#[derive(Debug)]
pub enum Told {
    /// A change to store, from a shard: `Publish`, `Unpublish`, `Retire`, `Disown`.
    Effect(Effect),
    /// Some of that was lost, since its queue was full.
    EffectsLost,
    /// A channel is open, perhaps again.
    Connected(Channel),
    /// A channel is lost, or could not be opened.
    Lost(Channel),
    /// The answers to a batch, in order.
    Answers {
        /// On which channel.
        channel: Channel,
        /// To which batch.
        batch: u64,
        /// The answers.
        answers: Vec<StoreAnswer>,
    },
    /// A notification.
    Notified {
        /// The channel of the store's, such as `__keyspace@2__:c1`.
        channel: Vec<u8>,
        /// Name of the event.
        event: Vec<u8>,
    },
    /// Answer of a shard to [`Wanted::Post`].
    Answered {
        /// To which.
        ticket: u64,
        /// Reply.
        reply: Reply,
    },
    /// The shard takes no more requests: [`Wanted::Post`] was not carried out.
    NotPosted {
        /// Ticket of the question.
        ticket: u64,
    },
    /// The calls that [`Wanted::List`] asked for.
    Listed {
        /// For which.
        ticket: u64,
        /// Calls.
        calls: Vec<CallBrief>,
    },
}

/// Something a replication wants done.
#[derive(Debug)]
pub enum Wanted {
    /// Open a channel; [`Told::Connected`] or [`Told::Lost`] comes of it.
    Connect(Channel),
    /// Send commands in one go.
    Send {
        /// On which channel.
        channel: Channel,
        /// The answers come under this number.
        batch: u64,
        /// Commands.
        commands: Vec<StoreCommand>,
    },
    /// List calls, and wait for it.
    List {
        /// The answer comes under this number, before anything else.
        ticket: u64,
        /// Calls that are meant.
        filter: Filter,
    },
    /// Have a shard carry out a command, and wait for it.
    Ask {
        /// The shard of this call.
        about: CallId,
        /// The command.
        command: Command,
    },
    /// End all calls of a kind, and wait for it.
    Terminate(Filter),
    /// Tell all shards how long the records of a keyspace are known.
    Lease {
        /// The keyspace.
        keyspace: Keyspace,
        /// Until when.
        until: Timestamp,
    },
    /// Hand a command to a shard, and go on; the answer comes when it comes.
    Post {
        /// The answer comes under this number.
        ticket: u64,
        /// The shard of this call.
        about: CallId,
        /// The command.
        command: Command,
    },
}

/// One node's half of the redundancy.
pub trait Replication: fmt::Debug {
    /// Takes something in.
    fn tell(&mut self, now: Timestamp, told: Told);
    /// Work to be done now, until there is none.
    fn poll(&mut self, now: Timestamp) -> Option<Wanted>;
    /// True if the thread of a channel waits for the store, and takes nothing else in.
    fn is_waiting(&self, channel: Channel) -> bool;
    /// Does what has become due.
    fn tick(&mut self, now: Timestamp);
    /// Time at which [`Replication::tick`] has something to do.
    fn next_tick(&self) -> Option<Timestamp>;
    /// True if a text can be read as a record of a call.
    fn can_read(&self, keyspace: Keyspace, call_id: &CallId, text: &[u8]) -> bool;
}

/// A node, as far as its replication has to know it.
#[derive(Clone, Debug)]
pub struct NodeFacts {
    /// Its keyspace.
    pub keyspace: Keyspace,
    /// The keyspaces of the others.
    pub others: Vec<Keyspace>,
    /// Its interfaces.
    pub interfaces: Arc<Interfaces>,
    /// Nothing may be left to what is only done once in a while.
    pub hasty: bool,
    /// Orders that may wait for a thread.
    pub queue_max: usize,
}

/// Makes the daemon's half of a world.
pub trait Daemon {
    /// The front of all nodes.
    fn front(&self) -> Box<dyn Front>;
    /// The replication of a node, if there is any.
    fn replication(&self, node: &NodeFacts) -> Option<Box<dyn Replication>>;
}
