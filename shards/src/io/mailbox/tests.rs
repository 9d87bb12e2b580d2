//! The protocol in the orders that two senders and a shard can run it in, and the mailbox with a real pipe.
//!
//! [`post`] and [`hear`] run here as they are. Only what they touch is loom's: the mark, a pipe with a poll
//! on it, and a queue that is weaker than the real one, for it orders nothing by itself: without the mark's help
//! a shard may go on seeing it empty. A shard that sleeps while a request waits is a deadlock, which loom reports.

use std::cell::Cell;
use std::convert::Infallible;

use loom::sync::atomic::{AtomicBool as LoomBool, AtomicUsize as LoomUsize};
use loom::sync::{Condvar as LoomCondvar, Mutex as LoomMutex, MutexGuard as LoomGuard};

use super::*;
use crate::input::Command;
use crate::names::RequestId;

const SENDERS: usize = 2;
const REQUESTS_EACH: usize = 2;
/// Most interruptions of a thread where it could have gone on. Each bug below shows with fewer.
const PREEMPTIONS_MAX: usize = 3;

/// End of a poll of the pipe. The kernel may end one at any time, whereupon the ring polls anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Polls {
    ForOneRing,
    ForEveryRing,
}

/// Steps of a sender, and of a shard that was woken.
#[derive(Clone, Copy)]
struct Protocol {
    post: fn(&World, sender: usize, count: usize),
    /// Answers the bell and takes requests.
    hear_and_take: fn(&World, &Cell<usize>),
    /// In place of the protocol's own.
    ordering: Option<Ordering>,
    polls: Polls,
}

struct World {
    protocol: Protocol,
    /// Number of requests that each sender has put in.
    posted: [LoomUsize; SENDERS],
    marked: LoomBool,
    pipe: LoomMutex<Pipe>,
    completed: LoomCondvar,
}

#[derive(Clone, Copy, Default)]
struct Pipe {
    is_rung: bool,
    is_polled: bool,
    completion: bool,
}

impl Pipe {
    fn complete_if_due(&mut self, polls: Polls) {
        if self.is_rung && self.is_polled {
            self.completion = true;
            self.is_polled = polls == Polls::ForEveryRing;
        }
    }
}

impl World {
    fn pipe(&self) -> LoomGuard<'_, Pipe> {
        self.pipe.lock().expect("no panic holds it")
    }

    fn push(&self, sender: usize, count: usize) -> Result<(), Infallible> {
        self.posted[sender].store(count, Ordering::Release);
        Ok(())
    }

    /// Takes the requests that are seen.
    fn take(&self, taken: &Cell<usize>) {
        taken.set(self.posted.iter().map(|posted| posted.load(Ordering::Acquire)).sum());
    }

    fn poll(&self) {
        let mut pipe = self.pipe();
        pipe.is_polled = true;
        pipe.complete_if_due(self.protocol.polls);
    }

    fn sleep(&self) {
        let mut pipe = self.pipe();
        while !pipe.completion {
            pipe = self.completed.wait(pipe).expect("no panic holds it");
        }
        pipe.completion = false;
    }

    /// A shard, until it has all requests.
    fn run(&self) {
        let taken = Cell::new(0);
        self.poll();
        while taken.get() < SENDERS * REQUESTS_EACH {
            self.sleep();
            (self.protocol.hear_and_take)(self, &taken);
        }
    }

    fn poll_anew(&self) {
        if self.protocol.polls == Polls::ForOneRing {
            self.poll();
        }
    }
}

impl Chime for World {
    fn swap_mark(&self, marked: bool, ordering: Ordering) -> bool {
        self.marked.swap(marked, self.protocol.ordering.unwrap_or(ordering))
    }

    fn ring(&self) {
        let mut pipe = self.pipe();
        pipe.is_rung = true;
        pipe.complete_if_due(self.protocol.polls);
        self.completed.notify_one();
    }

    fn silence(&self) {
        self.pipe().is_rung = false;
    }
}

/// The protocol as the mailbox has it.
const AS_BUILT: Protocol = Protocol {
    post: |world, sender, count| {
        let Ok(()) = post(|| world.push(sender, count), world);
    },
    hear_and_take: |world, taken| {
        hear(world);
        world.poll_anew();
        world.take(taken);
    },
    ordering: None,
    polls: Polls::ForEveryRing,
};

/// Tries every order; panics if in one of them a request is left behind.
fn try_every_order(protocol: Protocol) {
    let mut orders = loom::model::Builder::new();
    orders.preemption_bound = Some(PREEMPTIONS_MAX);
    orders.check(move || {
        let world = Arc::new(World {
            protocol,
            posted: std::array::from_fn(|_| LoomUsize::new(0)),
            marked: LoomBool::new(false),
            pipe: LoomMutex::new(Pipe::default()),
            completed: LoomCondvar::new(),
        });
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let world = Arc::clone(&world);
                loom::thread::spawn(move || {
                    for count in 1..=REQUESTS_EACH {
                        (world.protocol.post)(&world, sender, count);
                    }
                })
            })
            .collect();
        world.run();
        for sender in senders {
            sender.join().expect("a sender does not panic");
        }
    });
}

/// Seen to fail with the code itself broken: the two steps of [`hear`] exchanged, the first two of [`post`]
/// exchanged, `Acquire` or `Relaxed` for the mark in `post`, `Release` for the mark in `hear`.
#[test]
fn no_order_leaves_a_request_behind_a_sleeping_shard() {
    try_every_order(AS_BUILT);
    try_every_order(Protocol { polls: Polls::ForOneRing, ..AS_BUILT });
}

#[test]
#[should_panic(expected = "deadlock")]
fn to_take_before_unmarking_loses_requests() {
    let hear_and_take = |world: &World, taken: &Cell<usize>| {
        world.silence();
        world.take(taken);
        world.swap_mark(false, Ordering::AcqRel);
    };
    try_every_order(Protocol { hear_and_take, ..AS_BUILT });
}

#[test]
#[should_panic(expected = "deadlock")]
fn to_mark_before_pushing_loses_requests() {
    let post = |world: &World, sender, count| {
        let rung = world.swap_mark(true, Ordering::AcqRel);
        let Ok(()) = world.push(sender, count);
        if !rung {
            world.ring();
        }
    };
    try_every_order(Protocol { post, ..AS_BUILT });
}

#[test]
#[should_panic(expected = "deadlock")]
fn to_unmark_before_the_bell_is_silent_loses_requests_when_a_poll_ends() {
    let hear_and_take = |world: &World, taken: &Cell<usize>| {
        world.swap_mark(false, Ordering::AcqRel);
        world.silence();
        world.poll_anew();
        world.take(taken);
    };
    try_every_order(Protocol { hear_and_take, polls: Polls::ForOneRing, ..AS_BUILT });
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_mark_that_orders_nothing_loses_requests() {
    try_every_order(Protocol { ordering: Some(Ordering::Relaxed), ..AS_BUILT });
}

fn request(sequence: u64) -> Request {
    Request { id: RequestId { caller: 0, sequence }, command: Command::Report }
}

#[test]
fn the_bell_rings_once_until_it_is_answered() {
    let (senders, receiver) = mailbox::<u8>(3).expect("a mailbox");
    let sender = senders.requests;
    let rings = |receiver: &Receiver<u8>| {
        let mut count = [0u8; 8];
        (&receiver.bell.pipe).read(&mut count).map(|_| u64::from_ne_bytes(count)).unwrap_or(0)
    };
    assert!(sender.send(request(1)).is_ok());
    assert!(sender.send(request(2)).is_ok());
    assert_eq!(rings(&receiver), 1);
    receiver.answer();
    // All queues have one bell.
    senders.messages.send(7).expect("room");
    assert!(sender.send(request(3)).is_ok());
    assert!(matches!(sender.send(request(4)), Err(SendError::Full(_))));
    assert_eq!(rings(&receiver), 1);
    let taken: Vec<u64> = std::iter::from_fn(|| receiver.take()).map(|r| r.id.sequence).collect();
    assert_eq!(taken, [1, 2, 3]);
    assert!(!receiver.is_empty());
    assert_eq!((receiver.take_message(), receiver.take_message()), (Some(7), None));
    assert!(receiver.is_empty());
}

#[test]
fn a_full_mailbox_can_be_stopped_and_a_dropped_one_is_gone() {
    let (senders, receiver) = mailbox::<u8>(1).expect("a mailbox");
    let sender = senders.requests;
    assert!(sender.send(request(1)).is_ok());
    assert!(!receiver.is_stopping());
    sender.stop();
    assert!(receiver.is_stopping());
    drop(receiver);
    assert!(matches!(sender.send(request(2)), Err(SendError::Gone(_))));
    assert!(matches!(senders.messages.send(1), Err(SendError::Gone(1))));
}
