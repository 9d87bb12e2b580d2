//! The mailbox of a shard: bounded queues, and one bell that wakes a shard which sleeps in the kernel.
//!
//! There is a queue for commands, one for messages from shard to shard, and one for what is to be listened at.
//!
//! # The protocol
//!
//! The bell is a pipe that the shard's ring polls, awake or parked: each ring of it becomes a completion.
//! Ringing is a system call, so a mark tells senders that it was rung already.
//!
//! ```text
//! sender                                     shard, on the bell's completion
//! 1 push the request                         1 silence: empty the pipe
//! 2 mark; if it was marked already: done     2 unmark
//! 3 ring: write to the pipe                  3 take until there is nothing, then sleep
//! ```
//!
//! The race is between "push, mark" and "unmark, take". Marking and unmarking both swap the same atomic, so
//! one comes first. Marked first: the shard's swap reads what the sender's swap wrote, hence sees the push
//! made before it, and takes the request. Unmarked first: the sender finds no mark and rings. Either way
//! no request is left behind a sleeping shard. The tests run these very steps under loom, which tries every
//! order of them (with up to three interruptions) and every stale read that their orderings allow. They also
//! show that other orders (take before unmark, mark before push, unmark before silence) and weaker orderings
//! lose requests.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::TrySendError;

use super::request_socket::RequestSocket;
use super::sys;
use crate::input::Request;

/// Puts values into one queue of a mailbox.
#[derive(Debug)]
pub(super) struct Sender<T> {
    queue: crossbeam_channel::Sender<T>,
    bell: Arc<Bell>,
}

/// The sending ends of a mailbox's queues.
#[derive(Debug)]
pub(super) struct Senders<M> {
    /// Commands.
    pub(super) requests: Sender<Request>,
    /// Messages.
    pub(super) messages: Sender<M>,
    /// Sockets to receive requests from.
    pub(super) listening: Sender<Listening>,
}

/// The shard's end.
#[derive(Debug)]
pub(super) struct Receiver<M> {
    requests: crossbeam_channel::Receiver<Request>,
    messages: crossbeam_channel::Receiver<M>,
    listening: crossbeam_channel::Receiver<Listening>,
    bell: Arc<Bell>,
}

/// The sockets that a shard is to receive requests from, in place of those it has.
#[derive(Debug)]
pub(super) struct Listening {
    pub(super) sockets: Vec<Arc<RequestSocket>>,
    /// Dropped when it is done.
    pub(super) done: crossbeam_channel::Sender<()>,
}

/// A value that was not taken.
#[derive(Debug)]
pub(super) enum SendError<T> {
    /// No room.
    Full(T),
    /// The shard has ended.
    Gone(T),
}

/// The bell as the protocol knows it. Orderings come from the protocol: they are a part of it.
trait Chime {
    /// Sets or takes the mark; whether it was there.
    fn swap_mark(&self, marked: bool, ordering: Ordering) -> bool;
    /// Wakes the shard.
    fn ring(&self);
    /// Until the next ring there is none.
    fn silence(&self);
}

#[derive(Debug)]
struct Bell {
    pipe: File,
    marked: AtomicBool,
    stopping: AtomicBool,
}

/// A mailbox with room for `depth` commands and as many messages.
pub(super) fn mailbox<M>(depth: usize) -> io::Result<(Senders<M>, Receiver<M>)> {
    let (requests, requests_end) = crossbeam_channel::bounded(depth);
    let (messages, messages_end) = crossbeam_channel::bounded(depth);
    let (listening, listening_end) = crossbeam_channel::bounded(1);
    let bell = Arc::new(Bell {
        pipe: File::from(sys::bell()?),
        marked: AtomicBool::new(false),
        stopping: AtomicBool::new(false),
    });
    let senders = Senders {
        requests: Sender { queue: requests, bell: Arc::clone(&bell) },
        messages: Sender { queue: messages, bell: Arc::clone(&bell) },
        listening: Sender { queue: listening, bell: Arc::clone(&bell) },
    };
    Ok((senders, Receiver { requests: requests_end, messages: messages_end, listening: listening_end, bell }))
}

impl<T> Sender<T> {
    /// Puts a value in and wakes the shard if need be.
    pub(super) fn send(&self, value: T) -> Result<(), SendError<T>> {
        let push = || self.queue.try_send(value);
        post(push, &*self.bell).map_err(|error| match error {
            TrySendError::Full(value) => SendError::Full(value),
            TrySendError::Disconnected(value) => SendError::Gone(value),
        })
    }

    /// Tells the shard to end. Needs no room in the queue.
    pub(super) fn stop(&self) {
        self.bell.stopping.store(true, Ordering::Release);
        self.bell.ring();
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Sender { queue: self.queue.clone(), bell: Arc::clone(&self.bell) }
    }
}

impl<M> Receiver<M> {
    /// Descriptor that the ring has to poll.
    pub(super) fn descriptor(&self) -> RawFd {
        self.bell.pipe.as_raw_fd()
    }

    /// Answers the bell. After it the queues must be emptied.
    pub(super) fn answer(&self) {
        hear(&*self.bell);
    }

    /// The next command.
    pub(super) fn take(&self) -> Option<Request> {
        self.requests.try_recv().ok()
    }

    /// The next message.
    pub(super) fn take_message(&self) -> Option<M> {
        self.messages.try_recv().ok()
    }

    /// The sockets to receive requests from, if they have changed.
    pub(super) fn take_listening(&self) -> Option<Listening> {
        self.listening.try_recv().ok()
    }

    /// Returns whether there is nothing to take.
    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.messages.is_empty() && self.listening.is_empty()
    }

    /// True if the shard must end.
    pub(super) fn is_stopping(&self) -> bool {
        self.bell.stopping.load(Ordering::Acquire)
    }
}

/// Steps 1 to 3 of a sender.
fn post<E>(push: impl FnOnce() -> Result<(), E>, bell: &impl Chime) -> Result<(), E> {
    push()?;
    if !bell.swap_mark(true, Ordering::AcqRel) {
        bell.ring();
    }
    Ok(())
}

/// Steps 1 and 2 of the shard.
fn hear(bell: &impl Chime) {
    bell.silence();
    bell.swap_mark(false, Ordering::AcqRel);
}

impl Chime for Bell {
    fn swap_mark(&self, marked: bool, ordering: Ordering) -> bool {
        self.marked.swap(marked, ordering)
    }

    fn ring(&self) {
        // The one error is a pipe that is full: it is ringing then.
        let _ = (&self.pipe).write(&1u64.to_ne_bytes());
    }

    fn silence(&self) {
        // One ring, and one more if the shard is to stop.
        let mut rings = [0u8; 64];
        // Empty already: an earlier answer took this ring as well.
        let _ = (&self.pipe).read(&mut rings);
    }
}

#[cfg(test)]
mod tests;
