//! The task that publishes: the intent, its connection, and what shards publish.

use std::collections::VecDeque;
use std::time::Duration;

use tandem_shards::call::state::{CallBrief, Ownership};
use tandem_shards::input::Filter;
use tandem_shards::io::Publication;
use tandem_shards::names::CallId;
use tandem_shards::output::Superseded;
use tandem_shards::time::Timestamp;

use super::{Connection, FollowOrder, PING_INTERVAL, PublishOrder, RETRY, State};
use crate::redis::command::{self, Batch, Command, Reply};
use crate::redis::feed::Presence;
use crate::redis::intent::Intent;

/// Batches written at the end, before the rest is given up.
const LAST_BATCHES_MAX: usize = 1000;
/// How often the other nodes are told that this one is there.
const PRESENCE_INTERVAL: Duration = Duration::from_secs(2);
/// The batch of an [`Aside`]; those of the intent count from 1.
const ASIDE: u64 = 0;

/// Work for the thread.
#[derive(Debug)]
pub enum PublishEffect {
    /// Connect; answered by [`PublishTask::on_connected`] or [`PublishTask::on_lost`].
    Connect,
    /// Send commands; answered by [`PublishTask::on_replies`].
    Send(Batch),
    /// Have the shard of an own call publish it again.
    Republish(CallId),
    /// List calls of all shards, and wait for it; answered by [`PublishTask::on_listed`].
    List(Filter),
    /// The other nodes have been told that this one is there, or Redis does not let it, for this reason. That is no
    /// reason to stop writing.
    Presence(Result<(), String>),
    /// Pass an order on; if its queue is full, [`PublishTask::on_follower_full`] takes it back.
    Tell(FollowOrder),
}

/// See the module.
#[derive(Debug)]
pub struct PublishTask {
    intent: Intent,
    calls_per_batch: usize,
    connection: Connection,
    /// Connections that were lost.
    connections_lost: u64,
    /// When the server last answered.
    last_answer: Timestamp,
    /// A command on its way that is about no call.
    aside: Option<Aside>,
    /// What the other nodes are told of this one, and when next.
    presence: Option<Presence>,
    presence_at: Timestamp,
    presence_said: Option<Result<(), String>>,
    /// Publications were lost: the calls have to be listed, not before then.
    list_at: Option<Timestamp>,
    /// Publications were lost before: the end of a call may be unknown that is reported as taken back only now.
    has_lost: bool,
    /// Own calls to be published again, one by one, so that the queue of publications cannot overflow for it.
    republish: VecDeque<CallId>,
    tell: VecDeque<FollowOrder>,
    ending: Option<Ending>,
}

/// A command that is about no call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aside {
    /// Asks for a sign of life.
    Ping,
    /// Tells the other nodes that this one is there.
    Presence,
}

/// The end, once it has been ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// What is owed is written, in at most so many batches.
    Writing {
        batches_left: usize,
    },
    Over,
}

impl PublishTask {
    /// A task that owes nothing.
    pub fn new(intent: Intent, calls_per_batch: usize) -> Self {
        PublishTask {
            intent,
            calls_per_batch,
            connection: Connection::new(),
            connections_lost: 0,
            last_answer: Timestamp::ZERO,
            aside: None,
            presence: None,
            presence_at: Timestamp::ZERO,
            presence_said: None,
            list_at: None,
            has_lost: false,
            republish: VecDeque::new(),
            tell: VecDeque::new(),
            ending: None,
        }
    }

    /// The intent, to be shown.
    pub fn intent(&self) -> &Intent {
        &self.intent
    }

    /// Whether own calls can be written.
    pub fn is_connected(&self) -> bool {
        self.connection.is_up()
    }

    /// Connections that were lost.
    pub fn connections_lost(&self) -> u64 {
        self.connections_lost
    }

    /// What the other nodes are to be told of this one from now on.
    pub fn on_presence(&mut self, presence: Presence) {
        self.presence = Some(presence);
    }

    /// A change that a shard publishes.
    pub fn on_publication(&mut self, now: Timestamp, publication: Publication) {
        match publication {
            Publication::Changed(call) => self.intent.on_changed(call),
            Publication::Ended(call_id) => self.intent.on_ended(now, &call_id),
            Publication::Disowned(call_id) => self.intent.on_handed_over(&call_id, None),
            Publication::Superseded(old) => self.on_superseded(&old),
        }
    }

    fn on_superseded(&mut self, old: &Superseded) {
        if old.keyspace == self.intent.own() {
            return self.intent.on_handed_over(&old.call_id, Some(old.by));
        }
        self.intent.on_taken_over(&old.call_id, old.keyspace, old.by);
        self.tell.push_back(FollowOrder::TakenOver(old.call_id.clone()));
    }

    /// Publications came faster than they could be taken: all own calls are published again, and the records of those
    /// that ended unnoticed are deleted. Whatever was published before the loss must have been handed in.
    pub fn on_publications_lost(&mut self, now: Timestamp) {
        self.has_lost = true;
        self.list_at.get_or_insert(now);
    }

    /// The calls that [`PublishEffect::List`] asked for; none if not all shards have answered.
    pub fn on_listed(&mut self, now: Timestamp, calls: Option<&[CallBrief]>) {
        let Some(calls) = calls else {
            self.list_at = Some(now + RETRY);
            return;
        };
        self.intent.on_listed(now, calls);
        let own = calls.iter().filter(|call| call.ownership == Ownership::Own);
        self.republish = own.map(|call| call.call_id.clone()).collect();
    }

    /// An order of the daemon or of the other task.
    pub fn on_order(&mut self, now: Timestamp, order: PublishOrder) {
        match order {
            PublishOrder::Adopted(call_id) => {
                self.intent.on_kept(now, &call_id);
                if self.has_lost {
                    self.list_at.get_or_insert(now + RETRY);
                }
            }
            PublishOrder::RecordGone(call_id) => self.intent.on_record_gone(now, &call_id),
            PublishOrder::RecordWritten(call_id) => self.intent.on_record_written(now, &call_id),
            PublishOrder::Stop => {
                self.ending = Some(Ending::Writing { batches_left: LAST_BATCHES_MAX });
                // One attempt more, if it is needed.
                self.connection.not_before = now;
            }
        }
    }

    /// The other task has no room for an order. It is not needed: the next comparison of the calls that are held
    /// with those that are there finds that the call is not foreign any more.
    pub fn on_follower_full(&mut self, _order: FollowOrder) {}

    /// Redis can be reached, perhaps again.
    pub fn on_connected(&mut self, now: Timestamp) {
        self.connection.state = State::Up;
        self.last_answer = now;
        self.intent.on_connected();
    }

    /// Redis cannot be reached, or not any more.
    pub fn on_lost(&mut self) {
        self.connections_lost += u64::from(self.connection.is_up());
        self.connection.state = State::Down;
        self.aside = None;
        self.intent.on_lost();
        if self.ending.is_some() {
            self.ending = Some(Ending::Over);
        }
    }

    /// The replies to a batch.
    pub fn on_replies(&mut self, now: Timestamp, batch: u64, replies: &[Reply]) {
        self.last_answer = now;
        if batch != ASIDE {
            return self.intent.on_acknowledged(now, batch, replies);
        }
        if self.aside.take() == Some(Aside::Presence) {
            self.presence_said = Some(match replies.first() {
                Some(Reply::Refused(error)) => Err(error.clone()),
                _ => Ok(()),
            });
        }
    }

    /// Does what has become due.
    pub fn tick(&mut self, now: Timestamp) {
        self.intent.tick(now);
    }

    /// When [`PublishTask::tick`] or [`PublishTask::poll`] has something new.
    pub fn next_tick(&self) -> Option<Timestamp> {
        let due = [self.intent.next_tick(), self.connection.next_attempt(), self.list_at, self.next_aside()];
        due.into_iter().flatten().min()
    }

    /// Work for the thread, until there is nothing more to do now. Whatever shards have published meanwhile is
    /// taken in between.
    pub fn poll(&mut self, now: Timestamp) -> Option<PublishEffect> {
        if self.is_finished() {
            return None;
        }
        if self.connection.attempt(now) {
            return Some(PublishEffect::Connect);
        }
        if let Some(said) = self.presence_said.take() {
            return Some(PublishEffect::Presence(said));
        }
        if let Some(order) = self.tell.pop_front() {
            return Some(PublishEffect::Tell(order));
        }
        if self.list_at.take_if(|at| *at <= now).is_some() {
            return Some(PublishEffect::List(Filter::All));
        }
        let republish = self.republish.pop_front().or_else(|| self.intent.poll_republish(now));
        if let Some(call_id) = republish {
            return Some(PublishEffect::Republish(call_id));
        }
        // Presence is not left to wait until nothing else is owed.
        let presence = self.poll_presence(now);
        let batch = presence.or_else(|| self.poll_batch(now)).or_else(|| self.poll_ping(now));
        if batch.is_none() && self.ending.is_some() && !self.is_waiting() {
            self.ending = Some(Ending::Over);
        }
        batch.map(PublishEffect::Send)
    }

    fn poll_presence(&mut self, now: Timestamp) -> Option<Batch> {
        let presence = self.presence.as_ref().filter(|_| self.presence_at <= now)?;
        let command = command::publish(self.intent.own(), &presence.words());
        let batch = self.start_aside(Aside::Presence, command)?;
        self.presence_at = now + PRESENCE_INTERVAL;
        Some(batch)
    }

    /// A connection that is broken must not be found out by the next call.
    fn poll_ping(&mut self, now: Timestamp) -> Option<Batch> {
        let idle = now.since(self.last_answer) >= PING_INTERVAL;
        idle.then(|| self.start_aside(Aside::Ping, command::ping(self.intent.own())))?
    }

    fn start_aside(&mut self, aside: Aside, command: Command) -> Option<Batch> {
        if !self.is_connected() || self.is_waiting() || self.ending.is_some() {
            return None;
        }
        self.aside = Some(aside);
        Some(Batch { id: ASIDE, commands: vec![command] })
    }

    fn next_aside(&self) -> Option<Timestamp> {
        let ping = self.last_answer + PING_INTERVAL;
        let due = if self.presence.is_some() { ping.min(self.presence_at) } else { ping };
        (self.is_connected() && !self.is_waiting()).then_some(due)
    }

    fn poll_batch(&mut self, now: Timestamp) -> Option<Batch> {
        if let Some(Ending::Writing { batches_left }) = &mut self.ending {
            *batches_left = batches_left.checked_sub(1)?;
        }
        self.intent.poll_batch(now, self.calls_per_batch)
    }

    /// Whether replies are awaited: then nothing else is taken in before they come.
    pub fn is_waiting(&self) -> bool {
        self.aside.is_some() || self.intent.is_waiting() || self.connection.state == State::Connecting
    }

    /// Whether the task has ended: it was ordered to, and has written what could be written.
    pub fn is_finished(&self) -> bool {
        self.ending == Some(Ending::Over)
    }
}
