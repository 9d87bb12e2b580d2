//! The mailbox of a shard: a bounded queue, and a bell that wakes a shard which sleeps in the kernel.
//!
//! # The protocol
//!
//! The bell is an eventfd that the shard's ring polls, awake or parked: each ring of it becomes a completion.
//! Ringing is a system call, so a mark tells senders that it was rung already.
//!
//! ```text
//! sender                                     shard, on the bell's completion
//! 1 push the request                         1 silence: read the eventfd back to zero
//! 2 mark; if it was marked already: done     2 unmark
//! 3 ring: write the eventfd                  3 take requests until there is none, then sleep
//! ```
//!
//! The race is between "push, mark" and "unmark, take". Marking and unmarking both swap the same atomic, so
//! one comes first. Marked first: the shard's swap reads what the sender's swap wrote, hence sees the push
//! made before it, and takes the request. Unmarked first: the sender finds no mark and rings. Either way
//! no request is left behind a sleeping shard. The tests walk through every interleaving of these steps, and
//! show that both other orders (take before unmark, mark before push) lose requests.

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

#[derive(Debug)]
struct Bell {
    eventfd: File,
    marked: AtomicBool,
    stopping: AtomicBool,
}

/// A mailbox with room for `depth` requests.
pub(super) fn mailbox(depth: usize) -> io::Result<(Sender, Receiver)> {
    let (sender, receiver) = crossbeam_channel::bounded(depth);
    let bell = Arc::new(Bell {
        eventfd: File::from(sys::bell()?),
        marked: AtomicBool::new(false),
        stopping: AtomicBool::new(false),
    });
    Ok((Sender { queue: sender, bell: Arc::clone(&bell) }, Receiver { queue: receiver, bell }))
}

impl Sender {
    /// Puts a request in and wakes the shard if need be.
    pub(super) fn send(&self, request: Request) -> Result<(), SendError> {
        self.queue.try_send(request).map_err(|error| match error {
            TrySendError::Full(_) => SendError::Full,
            TrySendError::Disconnected(_) => SendError::Gone,
        })?;
        if !self.bell.marked.swap(true, Ordering::AcqRel) {
            self.bell.ring();
        }
        Ok(())
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
        self.bell.eventfd.as_raw_fd()
    }

    /// Answers the bell. After it [`Receiver::take`] must be called until it returns nothing.
    pub(super) fn answer(&self) {
        let mut count = [0u8; 8];
        // Zero already: an earlier answer took this ring as well.
        let _ = (&self.bell.eventfd).read(&mut count);
        self.bell.marked.swap(false, Ordering::AcqRel);
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

impl Bell {
    fn ring(&self) {
        // The one error is a counter at its maximum: it is ringing then.
        let _ = (&self.eventfd).write(&1u64.to_ne_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::input::Command;
    use crate::names::RequestId;

    const SENDERS: usize = 3;
    const REQUESTS_EACH: u8 = 2;

    /// The order of steps under test.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Order {
        AsBuilt,
        TakeBeforeUnmark,
        MarkBeforePush,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    enum SenderAt {
        Push,
        Mark,
        Ring,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    enum ShardAt {
        Asleep,
        Silence,
        Unmark,
        Take,
    }

    /// Everything the protocol is about. Each step below changes it at one point in time.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    struct World {
        queued: u8,
        marked: bool,
        /// The eventfd is not zero.
        ringing: bool,
        /// The ring has a completion of the poll.
        completion: bool,
        senders: [(SenderAt, u8); SENDERS],
        /// With "mark before push": whether this sender found no mark.
        owes_ring: [bool; SENDERS],
        shard: ShardAt,
    }

    impl World {
        fn new(order: Order) -> World {
            let first = if order == Order::MarkBeforePush { SenderAt::Mark } else { SenderAt::Push };
            World {
                queued: 0,
                marked: false,
                ringing: false,
                completion: false,
                senders: [(first, REQUESTS_EACH); SENDERS],
                owes_ring: [false; SENDERS],
                shard: ShardAt::Asleep,
            }
        }

        fn sender_step(mut self, n: usize, order: Order) -> Option<World> {
            let (at, left) = self.senders[n];
            if left == 0 {
                return None;
            }
            let swapped = order == Order::MarkBeforePush;
            let done = if swapped { (SenderAt::Mark, left - 1) } else { (SenderAt::Push, left - 1) };
            self.senders[n] = match at {
                SenderAt::Push => {
                    self.queued += 1;
                    match (swapped, self.owes_ring[n]) {
                        (false, _) => (SenderAt::Mark, left),
                        (true, true) => (SenderAt::Ring, left),
                        (true, false) => done,
                    }
                }
                SenderAt::Mark => {
                    let was_marked = std::mem::replace(&mut self.marked, true);
                    self.owes_ring[n] = !was_marked;
                    match (swapped, was_marked) {
                        (true, _) => (SenderAt::Push, left),
                        (false, true) => done,
                        (false, false) => (SenderAt::Ring, left),
                    }
                }
                SenderAt::Ring => {
                    self.ringing = true;
                    self.completion = true;
                    done
                }
            };
            Some(self)
        }

        fn shard_step(mut self, order: Order) -> Option<World> {
            let late = order == Order::TakeBeforeUnmark;
            self.shard = match self.shard {
                ShardAt::Asleep if !self.completion => return None,
                ShardAt::Asleep => {
                    self.completion = false;
                    ShardAt::Silence
                }
                ShardAt::Silence => {
                    self.ringing = false;
                    if late { ShardAt::Take } else { ShardAt::Unmark }
                }
                ShardAt::Unmark => {
                    self.marked = false;
                    if late { ShardAt::Asleep } else { ShardAt::Take }
                }
                ShardAt::Take if self.queued > 0 => {
                    self.queued -= 1;
                    ShardAt::Take
                }
                ShardAt::Take if late => ShardAt::Unmark,
                ShardAt::Take => ShardAt::Asleep,
            };
            Some(self)
        }
    }

    /// Walks through every interleaving; returns how many ended with requests behind a sleeping shard, and
    /// how many states there are.
    fn lost(order: Order) -> (usize, usize) {
        let mut seen = BTreeSet::new();
        let mut open = vec![World::new(order)];
        let mut lost = 0;
        while let Some(world) = open.pop() {
            if !seen.insert(world) {
                continue;
            }
            let steps = (0..SENDERS).filter_map(|n| world.sender_step(n, order));
            let next: Vec<World> = steps.chain(world.shard_step(order)).collect();
            if next.is_empty() {
                assert_eq!(world.shard, ShardAt::Asleep, "only sleep waits: {world:?}");
                lost += usize::from(world.queued > 0);
            }
            open.extend(next);
        }
        (lost, seen.len())
    }

    #[test]
    fn no_interleaving_leaves_a_request_behind_a_sleeping_shard() {
        let (lost, states) = lost(Order::AsBuilt);
        assert_eq!(lost, 0);
        assert!(states > 1000, "only {states} states: the model is too small to mean anything");
    }

    #[test]
    fn the_other_orders_lose_requests() {
        assert!(lost(Order::TakeBeforeUnmark).0 > 0);
        assert!(lost(Order::MarkBeforePush).0 > 0);
    }

    fn request(sequence: u64) -> Request {
        Request { id: RequestId { caller: 0, sequence }, command: Command::Report }
    }

    #[test]
    fn the_bell_rings_once_until_it_is_answered() {
        let (sender, receiver) = mailbox(3).expect("a mailbox");
        let rings = |receiver: &Receiver| {
            let mut count = [0u8; 8];
            (&receiver.bell.eventfd).read(&mut count).map(|_| u64::from_ne_bytes(count)).unwrap_or(0)
        };
        sender.send(request(1)).expect("room");
        sender.send(request(2)).expect("room");
        assert_eq!(rings(&receiver), 1);
        receiver.answer();
        sender.send(request(3)).expect("room");
        assert_eq!(sender.send(request(4)), Err(SendError::Full));
        assert_eq!(rings(&receiver), 1);
        let taken: Vec<u64> = std::iter::from_fn(|| receiver.take()).map(|r| r.id.sequence).collect();
        assert_eq!(taken, [1, 2, 3]);
    }

    #[test]
    fn a_full_mailbox_can_be_stopped_and_a_dropped_one_is_gone() {
        let (sender, receiver) = mailbox(1).expect("a mailbox");
        sender.send(request(1)).expect("room");
        assert!(!receiver.is_stopping());
        sender.stop();
        assert!(receiver.is_stopping());
        drop(receiver);
        assert_eq!(sender.send(request(2)), Err(SendError::Gone));
    }
}
