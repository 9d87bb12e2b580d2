//! Asking shards from other threads.
//!
//! The number of callers is fixed at start, and each has one bounded channel for answers. An answer carries
//! the number of its question: one that comes after its caller gave up is recognised and thrown away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::mailbox::{self, SendError};
use super::outlet::Answer;
use super::stalls::{STALLED_AFTER, Stalls, Waiter};
use super::{Ask, AskError, clock};
use crate::input::{Command, Request};
use crate::limits::CALLERS_MAX;
use crate::names::{RequestId, ShardId};
use crate::output::Reply;
use crate::time::Timestamp;

/// Longest wait for an answer, unless the caller says otherwise.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// Late answers that a caller's channel has room for besides one of each shard.
const LATE_ANSWERS: usize = 64;

/// A pool of [`Caller`]s that any thread may borrow from.
#[derive(Clone, Debug)]
pub struct Callers {
    pool: Arc<Pool>,
}

/// One thread's way to ask shards.
#[derive(Debug)]
pub struct Caller {
    pool: Arc<Pool>,
    /// Present until it is dropped.
    seat: Option<Seat>,
    timeout: Duration,
}

#[derive(Debug)]
struct Pool {
    mailboxes: Box<[mailbox::Sender<Request>]>,
    stalls: Stalls,
    leave: Sender<Seat>,
    take: Receiver<Seat>,
}

/// Parts that one caller at a time has to itself.
#[derive(Debug)]
struct Seat {
    index: u16,
    sequence: u64,
    answers: Receiver<Answer>,
}

impl Callers {
    /// Callers for these shards, and the senders of answers for the shards.
    pub(super) fn new(mailboxes: Vec<mailbox::Sender<Request>>) -> (Callers, Arc<[Sender<Answer>]>) {
        let (leave, take) = bounded(CALLERS_MAX);
        let room = mailboxes.len() + LATE_ANSWERS;
        let answers = (0..CALLERS_MAX).map(|index| {
            let (sender, answers) = bounded(room);
            let index = u16::try_from(index).expect("few callers");
            leave.try_send(Seat { index, sequence: 0, answers }).expect("room for all");
            sender
        });
        let answers = answers.collect();
        let stalls = Stalls::new(mailboxes.len());
        (Callers { pool: Arc::new(Pool { mailboxes: mailboxes.into(), stalls, leave, take }) }, answers)
    }

    /// Borrows a caller; waits while all are in use. It goes back to the pool when dropped.
    pub fn take(&self) -> Caller {
        let seat = self.pool.take.recv().expect("the pool holds both ends");
        Caller { pool: Arc::clone(&self.pool), seat: Some(seat), timeout: ANSWER_TIMEOUT }
    }
}

impl Caller {
    /// Waits this long for answers from now on, instead of two seconds.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// Asks all shards at once; the answers are in the order of the shards.
    pub fn ask_all(&mut self, mut command: impl FnMut(ShardId) -> Command) -> Vec<Result<Reply, AskError>> {
        let pool = Arc::clone(&self.pool);
        let began = clock::now();
        self.forget_late_answers();
        let mut asked: Vec<Asked<'_>> = Vec::new();
        let mut answers: Vec<Result<Reply, AskError>> = Vec::new();
        for shard in (0..self.shard_count()).map(ShardId) {
            let answer = match pool.stalls.wait(shard, began, self.timeout) {
                None => AskError::TimedOut,
                Some(waiter) => match self.send(shard, command(shard)) {
                    Ok(sequence) => {
                        asked.push((sequence, waiter, shard));
                        AskError::TimedOut
                    }
                    Err(error) => error,
                },
            };
            answers.push(Err(answer));
        }
        while !asked.is_empty() {
            match self.receive(clock::deadline(next_look(&asked, began))) {
                Ok(answer) => {
                    let place = asked.iter().position(|(sequence, ..)| *sequence == answer.sequence);
                    if let Some((_, waiter, shard)) = place.map(|place| asked.swap_remove(place)) {
                        pool.stalls.note_alive(shard, clock::now());
                        answers[usize::from(shard.0)] = Ok(answer.reply);
                        drop(waiter);
                    }
                }
                Err(AskError::Stopped) => {
                    asked
                        .iter()
                        .for_each(|(.., shard)| answers[usize::from(shard.0)] = Err(AskError::Stopped));
                    break;
                }
                Err(_) => {
                    let now = clock::now();
                    asked.retain(|(_, waiter, _)| now.since(began) < waiter.patience && waiter.goes_on(now));
                }
            }
        }
        answers
    }

    /// Sends a command and does not wait. The answer comes from [`Caller::next_answer`] under the number that
    /// is returned. At most [`Caller::POSTS_MAX`] may be on their way, and nothing else is asked meanwhile.
    ///
    /// # Errors
    /// See [`AskError`]; [`AskError::TimedOut`] does not happen.
    pub fn post(&mut self, shard: ShardId, command: Command) -> Result<u64, AskError> {
        self.send(shard, command)
    }

    /// The next answer to what was posted, waiting for it at most so long.
    pub fn next_answer(&mut self, patience: Duration) -> Option<(u64, Reply)> {
        let answer = self.receive(clock::deadline(patience)).ok()?;
        Some((answer.sequence, answer.reply))
    }

    /// A shard gave a sign of life in an answer to what was posted.
    pub fn note_alive(&self, shard: ShardId) {
        self.pool.stalls.note_alive(shard, clock::now());
    }

    /// Posted commands that may wait for their answers at the same time.
    pub const POSTS_MAX: usize = LATE_ANSWERS;

    /// Sends a command; returns its number, which is one more than the last.
    fn send(&mut self, shard: ShardId, command: Command) -> Result<u64, AskError> {
        let seat = self.seat.as_mut().expect("there until it is dropped");
        seat.sequence += 1;
        let id = RequestId { caller: seat.index, sequence: seat.sequence };
        let mailbox = self.pool.mailboxes.get(usize::from(shard.0)).expect("a shard of this node");
        mailbox.send(Request { id, command }).map_err(|error| match error {
            SendError::Full(_) => AskError::Busy,
            SendError::Gone(_) => AskError::Stopped,
        })?;
        Ok(id.sequence)
    }

    fn receive(&self, deadline: Instant) -> Result<Answer, AskError> {
        self.seat().answers.recv_deadline(deadline).map_err(|error| match error {
            RecvTimeoutError::Timeout => AskError::TimedOut,
            RecvTimeoutError::Disconnected => AskError::Stopped,
        })
    }

    /// Makes room.
    fn forget_late_answers(&self) {
        let answers = &self.seat().answers;
        for _ in 0..answers.len() {
            let _ = answers.try_recv();
        }
    }

    fn seat(&self) -> &Seat {
        self.seat.as_ref().expect("there until it is dropped")
    }
}

/// A question under way: its number, and to whom.
type Asked<'a> = (u64, Waiter<'a>, ShardId);

/// Time to wait before the question whether to go on.
fn next_look(asked: &[Asked<'_>], began: Timestamp) -> Duration {
    let left = |(_, waiter, _): &Asked<'_>| waiter.patience.saturating_sub(clock::now().since(began));
    asked.iter().map(left).min().unwrap_or_default().min(STALLED_AFTER)
}

impl Ask for Caller {
    fn shard_count(&self) -> u16 {
        self.pool.shard_count()
    }

    fn ask(&mut self, shard: ShardId, command: Command) -> Result<Reply, AskError> {
        let pool = Arc::clone(&self.pool);
        let began = clock::now();
        let waiter = pool.stalls.wait(shard, began, self.timeout).ok_or(AskError::TimedOut)?;
        self.forget_late_answers();
        let sequence = self.send(shard, command)?;
        let asked = [(sequence, waiter, shard)];
        loop {
            match self.receive(clock::deadline(next_look(&asked, began))) {
                Ok(answer) if answer.sequence == sequence => {
                    pool.stalls.note_alive(shard, clock::now());
                    return Ok(answer.reply);
                }
                Ok(_) => {}
                Err(AskError::TimedOut) => {
                    let (now, waiter) = (clock::now(), &asked[0].1);
                    if now.since(began) >= waiter.patience || !waiter.goes_on(now) {
                        return Err(AskError::TimedOut);
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Each question borrows a caller of its own: nobody has one while he waits for anything but a shard, least of all
/// for a second one.
impl Ask for Callers {
    fn shard_count(&self) -> u16 {
        self.pool.shard_count()
    }

    fn ask(&mut self, shard: ShardId, command: Command) -> Result<Reply, AskError> {
        self.take().ask(shard, command)
    }
}

impl Pool {
    fn shard_count(&self) -> u16 {
        u16::try_from(self.mailboxes.len()).expect("as many as ShardIds")
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        if let Some(seat) = self.seat.take() {
            self.pool.leave.try_send(seat).expect("there is room for every seat");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(reply: Result<Reply, AskError>) -> Result<u64, AskError> {
        reply.map(|reply| match reply {
            Reply::Count(count) => count,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn a_full_mailbox_is_busy_a_silent_one_times_out_a_dead_one_has_stopped() {
        let (senders, receiver) = mailbox::mailbox::<()>(1).expect("a mailbox");
        let (callers, answers) = Callers::new(vec![senders.requests]);
        let mut caller = callers.take();
        caller.set_timeout(Duration::from_millis(1));
        assert_eq!(count(caller.ask(ShardId(0), Command::Report)), Err(AskError::TimedOut));
        assert_eq!(count(caller.ask(ShardId(0), Command::Report)), Err(AskError::Busy));
        assert!(caller.ask_all(|_| Command::Report).into_iter().all(|a| count(a) == Err(AskError::Busy)));
        caller.set_timeout(Duration::from_secs(60));
        assert!(receiver.take().is_some());
        drop(answers);
        assert_eq!(count(caller.ask(ShardId(0), Command::Report)), Err(AskError::Stopped));
        drop(receiver);
        assert_eq!(count(caller.ask(ShardId(0), Command::Report)), Err(AskError::Stopped));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "threads ask, and one plays the shard")]
    fn a_stalled_shard_keeps_nobody_from_the_others() {
        let boxes = (0..2).map(|_| mailbox::mailbox::<()>(CALLERS_MAX * 4).expect("a mailbox"));
        let (senders, receivers): (Vec<_>, Vec<_>) =
            boxes.map(|(senders, receiver)| (senders.requests, receiver)).unzip();
        let (callers, answers) = Callers::new(senders);
        let (_stalled, turning) = (&receivers[0], &receivers[1]);
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    if let Some(request) = turning.take() {
                        let answer = Answer { sequence: request.id.sequence, reply: Reply::Count(1) };
                        answers[usize::from(request.id.caller)].try_send(answer).expect("room");
                    }
                    std::thread::sleep(Duration::from_millis(1));
                }
            });
            // Twice as many as there are callers, again and again.
            for _ in 0..2 * CALLERS_MAX {
                let mut callers = callers.clone();
                scope.spawn(move || {
                    for _ in 0..4 {
                        assert_eq!(count(callers.ask(ShardId(0), Command::Report)), Err(AskError::TimedOut));
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(50));
            let mut longest = Duration::ZERO;
            for _ in 0..20 {
                let began = clock::now();
                assert_eq!(count(callers.clone().ask(ShardId(1), Command::Report)), Ok(1));
                longest = longest.max(clock::now().since(began));
                let began = clock::now();
                let all: Vec<_> =
                    callers.take().ask_all(|_| Command::Report).into_iter().map(count).collect();
                assert_eq!(all, [Err(AskError::TimedOut), Ok(1)]);
                longest = longest.max(clock::now().since(began));
            }
            assert!(longest < ANSWER_TIMEOUT, "somebody waited for {longest:?}");
            done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a thread plays the shard")]
    fn a_late_answer_is_not_taken_for_the_next() {
        let (senders, receiver) = mailbox::mailbox::<()>(8).expect("a mailbox");
        let (callers, answers) = Callers::new(vec![senders.requests]);
        let mut caller = callers.take();
        caller.set_timeout(Duration::from_millis(1));
        assert_eq!(count(caller.ask(ShardId(0), Command::Report)), Err(AskError::TimedOut));
        let index = usize::from(receiver.take().expect("the question").id.caller);
        drop(caller);
        // The next who sits there gets the old answer first, and one that came out of waiter.
        let mut seats: Vec<Caller> = (0..CALLERS_MAX).map(|_| callers.take()).collect();
        let caller = seats.iter_mut().find(|c| usize::from(c.seat().index) == index).expect("all are taken");
        for sequence in [1, 2, 1] {
            let reply = Reply::Count(sequence * 100);
            answers[index].try_send(Answer { sequence, reply }).expect("room");
        }
        caller.set_timeout(Duration::from_secs(60));
        // The channel is emptied before the question, so the answer is sent by a thread that sees it.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let request = std::iter::repeat_with(|| receiver.take()).find_map(|r| r).expect("endless");
                for sequence in [1, request.id.sequence] {
                    let reply = Reply::Count(sequence * 10);
                    answers[index].try_send(Answer { sequence, reply }).expect("room");
                }
            });
            assert_eq!(count(caller.ask(ShardId(0), Command::Report)), Ok(20));
        });
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a thread plays the shard")]
    fn answers_of_all_shards_are_in_order_and_each_missing_one_says_why() {
        let boxes: Vec<_> = (0..4).map(|_| mailbox::mailbox::<()>(1).expect("a mailbox")).collect();
        let (senders, receivers): (Vec<_>, Vec<_>) =
            boxes.into_iter().map(|(senders, receiver)| (senders.requests, receiver)).unzip();
        let (callers, answers) = Callers::new(senders.clone());
        let filler = RequestId { caller: 9, sequence: 1 };
        senders[2].send(Request { id: filler, command: Command::Report }).expect("room");
        let mut caller = callers.take();
        caller.set_timeout(Duration::from_secs(60));
        let index = usize::from(caller.seat().index);
        let got: Vec<_> = std::thread::scope(|scope| {
            scope.spawn(move || {
                let answers = answers;
                for shard in [3, 0] {
                    let request =
                        std::iter::repeat_with(|| receivers[shard].take()).find_map(|r| r).expect("endless");
                    let reply = Reply::Count(shard as u64);
                    answers[index].try_send(Answer { sequence: request.id.sequence, reply }).expect("room");
                }
            });
            caller.ask_all(|_| Command::Report).into_iter().map(count).collect()
        });
        assert_eq!(got, [Ok(0), Err(AskError::Stopped), Err(AskError::Busy), Ok(3)]);
    }
}
