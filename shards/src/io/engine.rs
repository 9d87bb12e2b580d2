//! The loop of a shard, without the waiting: completions, requests and time go into the core, and what the
//! core wants done is done.
//!
//! # Invariants
//!
//! * The core's contract: one input, then its effects until there is none, then the next input.
//! * A turn hands in a bounded number of completions and of requests, so that neither can starve the other, nor
//!   the sends that wait for their submission. Of requests, commands, messages and datagrams take turns.
//! * No allocation per packet.
//! * A socket that was closed is really closed, its port free, before a reply goes out and before the
//!   shard waits for anything. Answers to clients go out together, at the end of a turn.
//! * A receive that ended is armed again. If it ended for want of buffers, then only after buffers went back:
//!   it would end at once again.

mod requests;
mod sockets;

use std::collections::VecDeque;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::Duration;

use super::clock::Clock;
use super::core::{Core, ReturnAddress, Wanted};
use super::listening::Listeners;
use super::mailbox;
use super::messages::Messages;
use super::outlet::Outlet;
use super::pace::Pace;
use super::ring::{Completion, Ring, Sizes, Tag, Wait};
use super::socket::Socket;
use crate::names::SocketId;
use crate::output::{Effect, Verdict};
use crate::time::Timestamp;
use requests::Source;

/// Completions of one turn.
const COMPLETIONS_PER_TURN: usize = 256;
/// Closed sockets that wait for their receive to end.
const CLOSING_MAX: usize = 256;
/// Entries into the kernel to end that many receives; it ends some 20 at a time.
const CLOSING_TURNS_MAX: usize = 100;
/// Longest wait of the executor for its turn while packets flow.
const TICK: Duration = Duration::from_millis(5);
/// The shortest deadline that is worth a timer.
const DEADLINE_MIN: Duration = Duration::from_millis(1);
/// At the end: waits for receives to end, of 10 ms each.
const LAST_WAITS_MAX: usize = 300;

/// Work after a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Take the next turn at once.
    Go,
    /// Wait in the kernel, packets are flowing.
    Wait,
    /// Give the executor its turn.
    Yield,
    /// Nothing has happened for a while: let the executor wait.
    Park,
    /// End.
    Stop,
}

/// Parts of an engine besides its core.
#[derive(Debug)]
pub(super) struct Fittings<M> {
    pub(super) sizes: Sizes,
    pub(super) min_wait_us: u32,
    pub(super) mail: mailbox::Receiver<M>,
    pub(super) messages: Messages<M>,
    pub(super) outlet: Outlet,
}

/// A core at work.
pub(super) struct Engine<C: Core> {
    core: C,
    ring: Ring,
    sockets: Vec<Option<Open>>,
    backlog: VecDeque<Completion>,
    mail: mailbox::Receiver<C::Message>,
    /// The mailbox may hold something, though its bell is answered.
    has_mail: bool,
    /// The source of requests whose turn it is.
    next_source: Source,
    listeners: Listeners,
    messages: Messages<C::Message>,
    /// Answers that go out at the end of the turn.
    answers: Vec<(ReturnAddress, Arc<[u8]>)>,
    outlet: Outlet,
    clock: Clock,
    now: Timestamp,
    pace: Pace,
    min_wait_us: u32,
    /// Receives that ended and are to be armed again.
    ended: Vec<SocketId>,
    /// One of them for want of buffers.
    is_starved: bool,
    /// Receives that failed: they are armed again at the next tick, lest one that fails always burns the CPU.
    failed: Vec<SocketId>,
    /// Closed, but their descriptors are still open.
    closing: Vec<Socket>,
    /// Receives of closed sockets that have not ended yet.
    dying: usize,
    tick: Tick,
    deadline: Deadline,
}

struct Open {
    socket: Socket,
    generation: u32,
    /// A receive is armed.
    is_receiving: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tick {
    Off,
    Armed,
    /// The executor's turn has come.
    Due,
}

#[derive(Clone, Copy, Debug, Default)]
struct Deadline {
    number: u32,
    armed_for: Option<Timestamp>,
}

impl<C: Core> Engine<C> {
    /// An engine of this thread.
    pub(super) fn new(core: C, fittings: Fittings<C::Message>) -> std::io::Result<Engine<C>> {
        let Fittings { sizes, mut min_wait_us, mail, messages, outlet } = fittings;
        let mut ring = Ring::new(sizes)?;
        if min_wait_us > 0 && !ring.can_wait_for_batches() {
            log::warn!("min-wait needs Linux 6.12: switched off");
            min_wait_us = 0;
        }
        ring.poll(mail.descriptor());
        let clock = Clock::of_process();
        let now = clock.now();
        let backlog = VecDeque::with_capacity(2 * ring.completions());
        Ok(Engine {
            core,
            ring,
            sockets: Vec::new(),
            backlog,
            mail,
            has_mail: false,
            next_source: Source::Commands,
            listeners: Listeners::default(),
            messages,
            answers: Vec::new(),
            outlet,
            clock,
            now,
            pace: Pace::new(now),
            min_wait_us,
            ended: Vec::with_capacity(COMPLETIONS_PER_TURN),
            is_starved: false,
            failed: Vec::new(),
            closing: Vec::new(),
            dying: 0,
            tick: Tick::Off,
            deadline: Deadline::default(),
        })
    }

    /// Hands in what has happened and does what the core wants.
    pub(super) fn turn(&mut self) {
        if self.backlog.is_empty() {
            self.collect();
        }
        self.now = self.clock.now();
        for _ in 0..COMPLETIONS_PER_TURN {
            let Some(completion) = self.backlog.pop_front() else { break };
            self.complete(completion);
        }
        self.serve();
        if self.core.poll_timeout().is_some_and(|at| at <= self.now) {
            self.core.handle_timeout(self.now);
            self.drain();
        }
        self.rearm();
        self.finish_closing();
    }

    /// Work that the turn leaves.
    pub(super) fn next_step(&mut self) -> Step {
        if self.mail.is_stopping() {
            Step::Stop
        } else if self.tick == Tick::Due {
            Step::Yield
        } else if self.has_requests() || !self.backlog.is_empty() || self.ring.has_completions() {
            Step::Go
        } else if self.pace.is_idle(self.now) && self.failed.is_empty() {
            Step::Park
        } else {
            Step::Wait
        }
    }

    /// Submits what is queued and does not wait.
    pub(super) fn submit(&mut self) {
        self.ring.enter(Wait::Not);
    }

    /// Submits what is queued and waits for a completion.
    pub(super) fn wait(&mut self) {
        if self.tick == Tick::Off {
            self.tick = Tick::Armed;
            self.ring.tick(TICK);
        }
        let batch = self.min_wait_us > 0 && self.pace.is_fast();
        self.ring.enter(if batch { Wait::Batch(self.min_wait_us) } else { Wait::One });
    }

    /// The executor is about to have its turn.
    pub(super) fn yielded(&mut self) {
        self.tick = Tick::Off;
        self.submit();
    }

    /// Prepares to wait for `eventfd` instead of the kernel: each completion will ring it. Returns whether
    /// there is nothing to be done now; [`Engine::unpark`] must follow in any case.
    pub(super) fn park(&mut self, eventfd: BorrowedFd<'_>) -> bool {
        self.arm_deadline();
        self.ring.attach(eventfd).expect("an eventfd can be registered once");
        // After this, work that the kernel has put off is done, and whatever comes later rings.
        self.ring.enter(Wait::Not);
        self.ring.is_submitted() && !self.ring.has_completions()
    }

    /// Ends what [`Engine::park`] began.
    pub(super) fn unpark(&mut self) {
        self.ring.detach().expect("an eventfd is registered");
    }

    /// Closes all sockets and waits until the kernel has let go of them: their ports are free.
    pub(super) fn close_all(&mut self) {
        self.stop_listening();
        for slot in 0..self.sockets.len() {
            if let Some(open) = &self.sockets[slot] {
                let slot = u32::try_from(slot).expect("below SOCKETS_PER_SHARD_MAX");
                self.close(SocketId { slot, generation: open.generation });
            }
        }
        self.finish_closing();
        for _ in 0..LAST_WAITS_MAX {
            if self.dying == 0 {
                break;
            }
            self.ring.enter(Wait::AtMost(Duration::from_millis(10)));
            self.collect();
        }
        self.closing.clear();
        for completion in self.backlog.drain(..) {
            if let Some(buffer) = completion.buffer {
                self.ring.give(buffer);
            }
        }
        debug_assert_eq!((self.dying, self.ring.held()), (0, 0), "receives or buffers were lost");
    }

    /// Takes completions over from the kernel. Which receives are armed is known from here on, so that
    /// closing a socket knows how many last completions to expect.
    fn collect(&mut self) {
        let Engine { ring, sockets, listeners, backlog, dying, .. } = self;
        ring.collect(|completion| {
            match (completion.tag, completion.more) {
                (Tag::Receive(id), false) => match find(sockets, id) {
                    Some(open) => open.is_receiving = false,
                    None => *dying -= 1,
                },
                (Tag::Listen(number), false) => listeners.note_ended(number),
                _ => {}
            }
            backlog.push_back(completion);
        });
    }

    fn complete(&mut self, completion: Completion) {
        match completion.tag {
            Tag::Receive(id) => self.received(id, completion),
            Tag::Listen(number) => self.heard(number, completion),
            Tag::Send(id) => {
                self.core.note_send_error(id);
                self.drain();
            }
            Tag::Mail => {
                self.mail.answer();
                self.has_mail = true;
                if !completion.more {
                    self.ring.poll(self.mail.descriptor());
                }
            }
            Tag::Tick => {
                self.tick = Tick::Due;
                self.pace.tick(self.now);
                self.ended.append(&mut self.failed);
                self.listeners.try_failed_again();
            }
            Tag::Deadline(number) => {
                if number == self.deadline.number {
                    self.deadline.armed_for = None;
                }
            }
            Tag::Ignored => {}
        }
    }

    fn received(&mut self, id: SocketId, completion: Completion) {
        let is_open = find(&mut self.sockets, id).is_some();
        if is_open && !completion.more {
            match completion.result {
                0.. => self.ended.push(id),
                result if result == -libc::ENOBUFS => {
                    self.is_starved = true;
                    self.ended.push(id);
                }
                result => {
                    let error = std::io::Error::from_raw_os_error(-result);
                    log::debug!("receive on slot {} failed: {error}", id.slot);
                    self.failed.push(id);
                }
            }
        }
        let Some(buffer) = completion.buffer else { return };
        let length = usize::try_from(completion.result).ok();
        let datagram = length.and_then(|length| self.ring.datagram(&buffer, length));
        // A late datagram of a socket that is closed has no use.
        let Some(mut datagram) = datagram.filter(|_| is_open) else { return self.ring.give(buffer) };
        self.pace.packet(self.now);
        let (source, packet) = (datagram.source, &mut datagram.packet);
        if datagram.is_cut {
            self.core.note_too_long(id);
            self.ring.give(buffer);
            return self.drain();
        }
        match self.core.relay(self.now, id, source, packet) {
            Verdict::Forward { via, to, len } => {
                let start = packet.place().start;
                match find(&mut self.sockets, via) {
                    Some(open) => {
                        self.ring.send(via, open.socket.descriptor(), buffer, start..start + len, to);
                    }
                    None => {
                        self.ring.give(buffer);
                        self.core.note_send_error(via);
                    }
                }
            }
            verdict => {
                if verdict == Verdict::Punt {
                    self.core.handle_punted(self.now, id, source, packet.bytes());
                }
                self.ring.give(buffer);
            }
        }
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(wanted) = self.core.poll_wanted() {
            match wanted {
                Wanted::Effect(effect) => self.perform(effect),
                Wanted::Answer { to, reply } => self.answers.push((to, reply)),
                Wanted::Send { shard, message } => {
                    if let Err((message, why)) = self.messages.send(shard, message) {
                        self.core.handle_returned(self.now, message, why);
                    }
                }
            }
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Open { socket, local, tos } => {
                let result = self.open(socket, local, tos);
                self.core.handle_opened(self.now, socket, result);
            }
            Effect::Close { socket } => {
                self.close(socket);
                if self.closing.len() >= CLOSING_MAX {
                    self.finish_closing();
                }
            }
            Effect::Mark { socket, tos } => {
                if let Some(open) = find(&mut self.sockets, socket)
                    && let Err(error) = open.socket.mark(tos)
                {
                    log::warn!("cannot set DSCP byte {tos}: {error}");
                }
            }
            Effect::Transmit { via, to, payload } => {
                let sent = find(&mut self.sockets, via).is_some_and(|o| o.socket.send(&payload, to).is_ok());
                if !sent {
                    self.core.note_send_error(via);
                }
            }
            Effect::Publish(call) => self.outlet.publish(call),
            Effect::Unpublish(call_id) => self.outlet.unpublish(call_id),
            Effect::Retire(former) => self.outlet.retire(former),
            Effect::Disown(call_id) => self.outlet.disown(call_id),
            Effect::Reply { to, reply } => {
                self.finish_closing();
                self.outlet.reply(to, reply, self.now);
            }
            // The kernel's sockets know no flows.
            Effect::Flow { .. } => {}
            Effect::Event(event) => self.outlet.event(event),
        }
    }

    /// Arms receives again that ended.
    fn rearm(&mut self) {
        self.listeners.arm(&mut self.ring);
        if self.ended.is_empty() {
            return;
        }
        if std::mem::take(&mut self.is_starved) {
            self.ring.enter(Wait::Not);
        }
        while let Some(id) = self.ended.pop() {
            if let Some(open) = find(&mut self.sockets, id)
                && !open.is_receiving
            {
                open.is_receiving = true;
                self.ring.receive(id, open.socket.descriptor());
            }
        }
    }

    /// Sees to it that a parked shard wakes for what the core waits for. A timer that fires too early is left
    /// alone: it costs one wake-up, and replacing it at every park would cost more.
    fn arm_deadline(&mut self) {
        let Some(wanted) = self.core.poll_timeout() else { return };
        let armed_for = self.deadline.armed_for;
        if armed_for.is_some_and(|at| at <= wanted) {
            return;
        }
        let replaced = armed_for.map(|_| self.deadline.number);
        let number = self.deadline.number.wrapping_add(1);
        self.ring.deadline(number, wanted.since(self.now).max(DEADLINE_MIN), replaced);
        self.deadline = Deadline { number, armed_for: Some(wanted) };
    }
}

fn find(sockets: &mut [Option<Open>], id: SocketId) -> Option<&mut Open> {
    let open = sockets.get_mut(id.slot as usize)?.as_mut()?;
    (open.generation == id.generation).then_some(open)
}

#[cfg(test)]
mod tests;
