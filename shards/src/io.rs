//! The driver: threads, sockets and io_uring around the sans-IO shards.
//!
//! One glommio executor per shard, pinned to its CPU, and inside it one io_uring of our own for all RTP.
//! Values come in through a bounded mailbox and an eventfd, and leave through bounded channels. The only
//! directory with `unsafe`.

use std::sync::Arc;

use crossbeam_channel::Receiver;

use crate::admission::Admission;
use crate::call::snapshot::CallSnapshot;
use crate::input::Command;
use crate::interfaces::Interfaces;
use crate::names::{CallId, ShardId};
use crate::output::{Event, Reply};
use crate::ports::Ports;
use crate::settings::Settings;

/// What a set of shards is made of.
#[derive(Clone, Debug)]
pub struct ShardsConfig {
    /// The CPU of each shard; the length is the number of shards. Several may share a CPU.
    pub cpus: Vec<usize>,
    /// The node's interfaces.
    pub interfaces: Arc<Interfaces>,
    /// The node's ports.
    pub ports: Arc<Ports>,
    /// The node's limits.
    pub admission: Arc<Admission>,
    /// Settings to begin with.
    pub settings: Settings,
}

/// The running shards of a node.
#[derive(Debug)]
pub struct Shards {}

/// A pool of [`Caller`]s that any thread may borrow from.
#[derive(Clone, Debug)]
pub struct Callers {}

/// One thread's way to ask shards.
#[derive(Debug)]
pub struct Caller {}

/// What leaves a shard for the store.
#[derive(Debug)]
pub enum Publication {
    /// An own call changed.
    Changed(Box<CallSnapshot>),
    /// An own call ended.
    Ended(CallId),
}

/// Why a question was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskError {
    /// The shard's mailbox is full.
    Busy,
    /// No answer in time.
    TimedOut,
    /// The shards have stopped.
    Stopped,
}

/// Anything that can put a command to a shard and wait for the answer.
pub trait Ask {
    /// The number of shards.
    fn shard_count(&self) -> u16;

    /// Asks one shard.
    ///
    /// # Errors
    /// See [`AskError`].
    fn ask(&mut self, shard: ShardId, command: Command) -> Result<Reply, AskError>;
}

/// Why shards could not be started: one sentence for the operator.
#[derive(Debug)]
pub struct StartError(pub String);

impl Shards {
    /// Starts all shards and waits until each is ready.
    ///
    /// # Errors
    /// What is missing, in one sentence.
    pub fn start(_config: ShardsConfig) -> Result<Shards, StartError> {
        Err(StartError(String::new()))
    }

    /// The pool of callers.
    pub fn callers(&self) -> Callers {
        Callers {}
    }

    /// Changes of own calls; see [`Shards::take_publications_lost`].
    pub fn publications(&self) -> Receiver<Publication> {
        crossbeam_channel::never()
    }

    /// Whether a publication was dropped since the last call because the channel was full: then everything
    /// must be published again ([`Command::Republish`]).
    pub fn take_publications_lost(&self) -> bool {
        false
    }

    /// Events for the log.
    pub fn events(&self) -> Receiver<(ShardId, Event)> {
        crossbeam_channel::never()
    }

    /// Stops all shards: their ports are free when this returns.
    pub fn stop(self) {}
}

impl Callers {
    /// Borrows a caller; waits while all are in use. It goes back to the pool when dropped.
    pub fn take(&self) -> Caller {
        Caller {}
    }
}

impl Ask for Caller {
    fn shard_count(&self) -> u16 {
        1
    }

    fn ask(&mut self, _shard: ShardId, _command: Command) -> Result<Reply, AskError> {
        Err(AskError::Stopped)
    }
}
