//! Everything that can be asked of a shard: one enum.
//!
//! A [`Request`] is plain data. It crosses from the thread that read it to the shard that owns the call, and
//! the answer goes back as a [`Reply`](crate::output::Reply) under the same [`RequestId`].

use std::time::Duration;

use crate::call::signal::{Signal, Treatment};
use crate::call::state::CallSnapshot;
use crate::names::{Branch, CallId, Keyspace, RequestId, Tag};
use crate::settings::Settings;
use crate::time::Timestamp;

/// A command and where its answer goes.
#[derive(Debug)]
pub struct Request {
    /// Comes back with the reply.
    pub id: RequestId,
    /// Command.
    pub command: Command,
}

/// Commands to a shard. Those that name a call must come to the shard that the call-id decides.
#[derive(Debug)]
pub enum Command {
    /// An SDP offer. Answered with `Sdp` or `Refused`.
    Offer(Box<Signal>),
    /// An SDP answer. Answered with `Sdp` or `Refused`.
    Answer(Box<Signal>),
    /// End a call, or one party of it. Answered with `Ended` or `Refused`.
    Delete(Box<Delete>),
    /// Show a call. Answered with `Call` or `Refused`.
    Query(CallId),
    /// Block, silence or forward media. Answered with `Done` or `Refused`.
    Treat(Box<Treatment>),
    /// List calls, as briefs in order of creation, at most `limit`. Answered with `Calls`.
    List {
        /// Calls that are meant.
        filter: Filter,
        /// Most calls of an answer.
        limit: usize,
    },
    /// End all calls of a kind at once. Answered with `Count`.
    Terminate(Filter),
    /// Show the shard's counters. Answered with `Shard`.
    Report,
    /// Show that the loop turns. Answered with `Done`.
    Ping,
    /// Use new settings from now on. Answered with `Done`.
    Configure(Box<Settings>),
    /// A record of another node (or of this node before a restart). Answered with `Restored`.
    Restore(Box<Restore>),
    /// The record of a foreign call is gone. Own calls, and calls of other keyspaces, are left alone.
    /// Answered with `Count`.
    Destroy {
        /// The call.
        call_id: CallId,
        /// Only if it is foreign and of this keyspace.
        keyspace: Keyspace,
    },
    /// The records of a keyspace are known until then: its foreign calls are their owner's business. Answered with
    /// `Done`.
    Lease {
        /// The keyspace.
        keyspace: Keyspace,
        /// Until when.
        until: Timestamp,
    },
    /// Publish again what is own: one call, or all. Answered with `Count`.
    Republish(Option<CallId>),
    /// Make all calls own (`active`). Answered with `Count`.
    Activate,
    /// Make all own calls foreign (`standby`). Answered with `Count`.
    StandBy,
}

/// Calls that a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All calls.
    All,
    /// Own calls.
    Own,
    /// Foreign calls.
    Foreign,
    /// Foreign calls of one keyspace.
    Keyspace(Keyspace),
    /// One call.
    One(CallId),
}

/// The ng command `delete`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delete {
    /// The call.
    pub call_id: CallId,
    /// The party that leaves; the whole call if not given.
    pub from_tag: Option<Tag>,
    /// The other party; counts only under the flag `to-tag`, so ng passes it only then.
    pub to_tag: Option<Tag>,
    /// The branch that leaves.
    pub branch: Option<Branch>,
    /// Delay: at once for zero; the configured delay if not given.
    pub delay: Option<Duration>,
}

/// A stored call to be held ready, or taken back after a restart.
#[derive(Clone, Debug)]
pub struct Restore {
    /// Keyspace in which the record was found.
    pub keyspace: Keyspace,
    /// True for this node's own keyspace.
    pub own: bool,
    /// The call.
    pub call: CallSnapshot,
}
