//! The driver: threads, sockets and io_uring around the sans-IO shards.
//!
//! One glommio executor per shard, pinned to its CPU, and inside it one io_uring of our own for all RTP.
//! Values come in through a bounded mailbox with a bell, and leave through bounded channels. The only
//! directory with `unsafe`.
//!
//! # Map
//!
//! `executor` is the thread: who waits where. In it `engine` is the loop: what goes into the core and what
//! comes out, its `requests` and `sockets` beside it. `ring` and `buffers` are io_uring, `socket` and `address` are
//! UDP, `pace` decides how to wait, `clock` reads the time, `sys` has the system calls that nobody else wraps.
//! `mailbox`, `caller` and `messages` are the way in, `stalls` bounds the waiting there, `outlet` is the way out.
//! `listening`, `request_socket` and `control` receive from clients and answer them. `host` checks the host.
//! `core` is the boundary to the shard.
//!
//! # Invariants
//!
//! * Nothing here knows a call: whatever [`Command`] a shard is asked and [`Reply`] it gives is passed on.
//! * A shard waits for nobody: every channel it sends to is bounded, and what does not fit is dropped and
//!   noted.
//! * When [`Shards::stop`] returns, every port is free.

mod address;
#[expect(unsafe_code, reason = "memory that is shared with the kernel")]
mod buffers;
mod caller;
mod clock;
mod control;
mod core;
mod engine;
mod executor;
pub mod host;
mod listening;
mod mailbox;
mod messages;
mod outlet;
mod pace;
mod request_socket;
#[expect(unsafe_code, reason = "submissions point into memory that the kernel reads")]
mod ring;
mod socket;
mod stalls;
#[expect(unsafe_code, reason = "system calls that nobody else wraps")]
mod sys;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, bounded};

use self::executor::Place;
use self::outlet::{Inlets, Outlets};
use self::ring::Sizes;
use crate::admission::Admission;
use crate::call::state::CallSnapshot;
use crate::input::{Command, Request};
use crate::interfaces::Interfaces;
use crate::limits::MAILBOX_DEPTH;
use crate::names::{CallId, ShardId};
use crate::output::{Event, Reply, Superseded};
use crate::ports::Ports;
use crate::settings::Settings;
use crate::shard::{Shard, ShardConfig};

pub use self::caller::{ANSWER_TIMEOUT, Caller, Callers};
pub use self::clock::Clock;
pub use self::core::{Core, ReturnAddress, Wanted};
pub use self::messages::Messages;
pub use self::request_socket::{DatagramPath, RequestSocket};

/// Parts of a set of shards.
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
    /// Microseconds for which a shard lets packets gather when it relays more than 10 000 a second: less CPU for that
    /// much delay. Zero is off, and so is a kernel before 6.12.
    pub min_wait_us: u32,
}

/// The running shards of a node. They stop when it is dropped.
#[derive(Debug)]
pub struct Shards {
    mailboxes: Vec<Mailbox>,
    callers: Callers,
    inlets: Inlets,
    threads: Vec<JoinHandle<()>>,
}

/// The sending ends of a shard's mailbox that are kept.
#[derive(Debug)]
struct Mailbox {
    requests: mailbox::Sender<Request>,
    listening: mailbox::Sender<mailbox::Listening>,
}

/// Changes of calls on their way to the store.
#[derive(Debug)]
pub enum Publication {
    /// An own call changed.
    Changed(Box<CallSnapshot>),
    /// An own call ended.
    Ended(CallId),
    /// A call has changed hands: the record that was left behind has to go.
    Superseded(Superseded),
    /// An own call became foreign.
    Disowned(CallId),
}

/// Notes of publications that were dropped.
#[derive(Clone, Debug)]
pub struct PublicationLosses(Arc<outlet::Losses>);

impl PublicationLosses {
    /// True if one was dropped since the last call: then every own call must be published again
    /// ([`Command::Republish`]).
    pub fn take(&self) -> bool {
        self.0.publications.swap(false, Ordering::AcqRel)
    }
}

/// Events that were dropped.
#[derive(Clone, Debug, Default)]
pub struct EventLosses(Arc<outlet::Losses>);

impl EventLosses {
    /// Number of dropped publications since the start.
    pub fn count(&self) -> u64 {
        self.0.events.load(Ordering::Relaxed)
    }
}

/// Reasons that a question was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskError {
    /// The shard's mailbox is full.
    Busy,
    /// No answer in time. The shard may yet do what was asked.
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

/// Reason that shards could not be started: one sentence for the operator.
#[derive(Debug)]
pub struct StartError(pub String);

impl Shards {
    /// Starts all shards and waits until each is ready; `around` makes of a shard what is driven.
    ///
    /// # Errors
    /// What is missing, in one sentence.
    pub fn start<C: Core>(
        config: ShardsConfig,
        around: impl FnOnce(Shard) -> C + Clone + Send + 'static,
    ) -> Result<(Shards, Messages<C::Message>), StartError> {
        let ShardsConfig { cpus, interfaces, ports, admission, settings, min_wait_us } = config;
        let seed = sys::random().map_err(|error| StartError(format!("no random numbers: {error}")))?;
        Shards::launch(&cpus, Sizes::default(), min_wait_us, move |id| {
            around(Shard::new(ShardConfig {
                id,
                interfaces,
                ports,
                admission,
                settings,
                seed: seed.wrapping_add(u64::from(id.0)),
            }))
        })
    }

    /// Starts a core on each CPU.
    fn launch<C: Core>(
        cpus: &[usize],
        sizes: Sizes,
        min_wait_us: u32,
        make: impl FnOnce(ShardId) -> C + Clone + Send + 'static,
    ) -> Result<(Shards, Messages<C::Message>), StartError> {
        host::prepare(cpus)?;
        let mail = |_: &usize| mailbox::mailbox(MAILBOX_DEPTH);
        let (senders, mails): (Vec<_>, Vec<_>) = cpus
            .iter()
            .map(mail)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| StartError(format!("no mailbox for every shard: {error}")))?
            .into_iter()
            .unzip();
        let (mut mailboxes, mut messages) = (Vec::new(), Vec::new());
        for mailbox::Senders { requests, messages: message, listening } in senders {
            mailboxes.push(Mailbox { requests, listening });
            messages.push(message);
        }
        let messages = Messages::new(messages);
        let requests = mailboxes.iter().map(|mailbox| mailbox.requests.clone());
        let (callers, answers) = Callers::new(requests.collect());
        let (outlets, inlets) = Outlets::new(answers);
        // From here on, dropping this stops what has started.
        let mut shards = Shards { mailboxes, callers, inlets, threads: Vec::new() };
        let (ready, readiness) = bounded(cpus.len());
        for ((index, cpu), mail) in cpus.iter().enumerate().zip(mails) {
            let shard = ShardId(u16::try_from(index).expect("checked with the host"));
            let (messages, outlets) = (messages.clone(), outlets.clone());
            let place = Place { shard, cpu: *cpu, sizes, min_wait_us, mail, messages, outlets };
            let thread = executor::spawn(place, make.clone(), ready.clone())
                .map_err(|error| StartError(format!("no thread for shard {shard}: {error}")))?;
            shards.threads.push(thread);
        }
        drop(ready);
        for _ in cpus {
            match readiness.recv() {
                Ok(Ok(())) => {}
                Ok(Err(reason)) => return Err(StartError(reason)),
                Err(_) => return Err(StartError("a shard ended while it started".into())),
            }
        }
        Ok((shards, messages))
    }

    /// Receives requests at these addresses from now on: for each the sockets of all shards, in their order.
    pub fn listen(&self, listeners: &[Vec<Arc<RequestSocket>>]) {
        let _ = self.listen_at(|shard| listeners.iter().map(|sockets| Arc::clone(&sockets[shard])).collect());
    }

    /// Receives no requests any more; shards that do not turn are not waited for.
    pub fn stop_listening(&self) {
        let done = self.listen_at(|_| Vec::new());
        // Nobody sends anything: the channel is closed when all are done.
        let _ = done.recv_timeout(ANSWER_TIMEOUT);
    }

    fn listen_at(&self, sockets: impl Fn(usize) -> Vec<Arc<RequestSocket>>) -> Receiver<()> {
        let (done, is_done) = bounded(0);
        for (shard, mailbox) in self.mailboxes.iter().enumerate() {
            // One that has not taken what came before does not turn.
            let listening = mailbox::Listening { sockets: sockets(shard), done: done.clone() };
            let _ = mailbox.listening.send(listening);
        }
        is_done
    }

    /// The pool of callers.
    pub fn callers(&self) -> Callers {
        self.callers.clone()
    }

    /// Changes of own calls; see [`Shards::publication_losses`].
    pub fn publications(&self) -> Receiver<Publication> {
        self.inlets.publications.clone()
    }

    /// Tells whether publications were dropped because the channel was full.
    pub fn publication_losses(&self) -> PublicationLosses {
        PublicationLosses(Arc::clone(&self.inlets.losses))
    }

    /// Events for the log.
    pub fn events(&self) -> Receiver<(ShardId, Event)> {
        self.inlets.events.clone()
    }

    /// Tells how many events were dropped because the channel was full.
    pub fn event_losses(&self) -> EventLosses {
        EventLosses(Arc::clone(&self.inlets.losses))
    }

    /// Stops all shards: their ports are free when this returns.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Shards {
    fn drop(&mut self) {
        for mailbox in &self.mailboxes {
            mailbox.requests.stop();
        }
        for thread in self.threads.drain(..) {
            let name = thread.thread().name().unwrap_or_default().to_owned();
            if thread.join().is_err() {
                log::error!("{name} ended by a panic");
            }
        }
    }
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AskError::Busy => "the shard has too much to do",
            AskError::TimedOut => "the shard did not answer in time",
            AskError::Stopped => "the shards have stopped",
        })
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AskError {}

impl std::error::Error for StartError {}
