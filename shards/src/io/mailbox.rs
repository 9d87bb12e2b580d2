//! The mailbox of a shard: a bounded queue, and a bell that wakes a shard which sleeps in the kernel.
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
//! 3 ring: write to the pipe                  3 take requests until there is none, then sleep
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

use super::sys;
use crate::input::Request;

/// Puts requests into a mailbox.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    queue: crossbeam_channel::Sender<Request>,
    bell: Arc<Bell>,
}

/// The shard's end.
#[derive(Debug)]
pub(super) struct Receiver {
    queue: crossbeam_channel::Receiver<Request>,
    bell: Arc<Bell>,
}

/// Why a request was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SendError {
    /// There is no room.
    Full,
    /// The shard has ended.
    Gone,
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

/// A mailbox with room for `depth` requests.
pub(super) fn mailbox(depth: usize) -> io::Result<(Sender, Receiver)> {
    let (sender, receiver) = crossbeam_channel::bounded(depth);
    let bell = Arc::new(Bell {
        pipe: File::from(sys::bell()?),
        marked: AtomicBool::new(false),
        stopping: AtomicBool::new(false),
    });
    Ok((Sender { queue: sender, bell: Arc::clone(&bell) }, Receiver { queue: receiver, bell }))
}

impl Sender {
    /// Puts a request in and wakes the shard if need be.
    pub(super) fn send(&self, request: Request) -> Result<(), SendError> {
        let push = || self.queue.try_send(request);
        post(push, &*self.bell).map_err(|error| match error {
            TrySendError::Full(_) => SendError::Full,
            TrySendError::Disconnected(_) => SendError::Gone,
        })
    }

    /// Tells the shard to end. Needs no room in the queue.
    pub(super) fn stop(&self) {
        self.bell.stopping.store(true, Ordering::Release);
        self.bell.ring();
    }
}

impl Receiver {
    /// What the ring has to poll.
    pub(super) fn descriptor(&self) -> RawFd {
        self.bell.pipe.as_raw_fd()
    }

    /// Answers the bell. After it [`Receiver::take`] must be called until it returns nothing.
    pub(super) fn answer(&self) {
        hear(&*self.bell);
    }

    /// The next request.
    pub(super) fn take(&self) -> Option<Request> {
        self.queue.try_recv().ok()
    }

    /// Whether the shard must end.
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
