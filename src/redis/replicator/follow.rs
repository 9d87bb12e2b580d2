//! The task that follows: the feed, its connection, and the shards' answers.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tandem_shards::call::state::CallBrief;
use tandem_shards::input::{Filter, Restore};
use tandem_shards::names::{CallId, Keyspace};
use tandem_shards::output::{Refusal, RestoreOutcome};
use tandem_shards::time::Timestamp;

use super::{Connection, FollowOrder, PING_INTERVAL, PublishOrder, State};
use crate::redis::command::{self, Batch, Command, Reply, Trouble};
use crate::redis::feed::{Feed, FeedEvent, Fetched, Following, Output};

/// The longest wait for a notification: how soon an order of an operator is seen.
const WAIT_MAX: Duration = Duration::from_millis(100);
/// The longest wait for a notification while shards restore records.
const GLANCE: Duration = Duration::from_micros(200);
/// While Redis publishes no keyspace events, its configuration is looked at this often.
const EVENTS_CHECK_INTERVAL: Duration = Duration::from_secs(3);
/// Records that shards restore at the same time.
const RESTORES_MAX: usize = 48;
/// How long a full queue of the other task is left alone.
const PUBLISHER_PAUSE: Duration = Duration::from_millis(100);
/// A shard that has not answered for this long while restores wait does not hold up the others.
const RESTORE_PATIENCE: Duration = Duration::from_millis(100);

/// Work for the thread.
#[derive(Debug)]
pub enum FollowEffect {
    /// Connect; answered by [`FollowTask::on_connected`] or [`FollowTask::on_lost`].
    Connect,
    /// Subscribe to the events of a keyspace; answered by [`FollowTask::on_subscribed`].
    Subscribe(Following),
    /// End a subscription.
    Unsubscribe(Keyspace),
    /// Send commands; answered by [`FollowTask::on_replies`].
    Send(Batch),
    /// Look whether Redis publishes keyspace events; answered by [`FollowTask::on_events_checked`].
    CheckEvents,
    /// Hand a record to its shard, without waiting; answered by [`FollowTask::on_restored`] or
    /// [`FollowTask::on_not_restored`].
    Restore {
        /// Comes back with the answer.
        ticket: u64,
        /// The record.
        restore: Box<Restore>,
    },
    /// End a foreign call of this keyspace in its shard.
    Destroy {
        /// The call.
        call_id: CallId,
        /// Its keyspace.
        keyspace: Keyspace,
    },
    /// End all calls of a kind in all shards.
    Terminate(Filter),
    /// Tell all shards how long the records of a keyspace are known.
    Lease {
        /// The keyspace.
        keyspace: Keyspace,
        /// Until when.
        until: Timestamp,
    },
    /// List calls of all shards, and wait for it; answered by [`FollowTask::on_listed`].
    List {
        /// Comes back with the answer.
        of: Following,
        /// Which calls.
        filter: Filter,
    },
    /// Pass an order on; if its queue is full, [`FollowTask::on_publisher_full`] takes it back.
    Tell(PublishOrder),
    /// All stored calls have been restored: the node is ready.
    CaughtUp,
    /// A record cannot be held.
    Refused {
        /// Where the record is.
        keyspace: Keyspace,
        /// The call.
        call_id: CallId,
        /// The reason.
        refusal: Refusal,
    },
    /// Something for the log.
    Event(FeedEvent),
}

/// See the module.
#[derive(Debug)]
pub struct FollowTask {
    feed: Feed,
    own: Keyspace,
    /// Keys that one SCAN may look at.
    scan_count: u32,
    connection: Connection,
    batches: u64,
    /// Batches that were sent and not answered yet, in order.
    asked: VecDeque<(u64, Asked)>,
    /// When the server last answered.
    last_answer: Timestamp,
    restores: Restores,
    /// Own calls that were taken back. The other task is told when all are, so that it does not take time away.
    adopted: Vec<CallId>,
    /// The other task takes no orders before then.
    publisher_full_until: Option<Timestamp>,
    /// An order about an own record was lost: its keyspace has to be looked at once more.
    own_resync: bool,
    /// Everything that was there when the connection was made has been dealt with.
    caught_up: bool,
    /// When it was last found that Redis publishes no keyspace events.
    events_missing: Option<Timestamp>,
    effects: VecDeque<FollowEffect>,
    stopped: bool,
}

/// The meaning of a batch.
#[derive(Debug)]
enum Asked {
    Records(Following, Vec<CallId>),
    Page(Following),
    /// The answers do not matter: a server that refuses scripts keeps orphans until they expire.
    Nothing,
}

/// Records that shards are restoring.
#[derive(Debug, Default)]
struct Restores {
    tickets: u64,
    under_way: BTreeMap<u64, (Keyspace, CallId)>,
    /// The next one, for which there is no room, and since when no shard has answered.
    waiting: Option<(Box<Restore>, Timestamp)>,
}

impl Restores {
    fn start(&mut self, restore: Box<Restore>) -> FollowEffect {
        self.tickets += 1;
        self.under_way.insert(self.tickets, (restore.keyspace, restore.call.state.call_id.clone()));
        FollowEffect::Restore { ticket: self.tickets, restore }
    }

    fn answered(&mut self, now: Timestamp, ticket: u64) -> Option<(Keyspace, CallId)> {
        if let Some((_, since)) = &mut self.waiting {
            *since = now;
        }
        self.under_way.remove(&ticket)
    }

    /// The one that had to wait, if there is room by now.
    fn next(&mut self, now: Timestamp) -> Option<FollowEffect> {
        let (_, since) = self.waiting.as_ref()?;
        if self.under_way.len() >= RESTORES_MAX && now.since(*since) >= RESTORE_PATIENCE {
            self.under_way.pop_first();
        }
        if self.under_way.len() >= RESTORES_MAX {
            return None;
        }
        let (restore, _) = self.waiting.take()?;
        Some(self.start(restore))
    }
}

impl FollowTask {
    /// A task for a feed that has not been connected yet.
    pub fn new(feed: Feed, scan_count: u32) -> Self {
        FollowTask {
            own: feed.own(),
            feed,
            scan_count,
            connection: Connection::new(),
            batches: 0,
            asked: VecDeque::new(),
            last_answer: Timestamp::ZERO,
            restores: Restores::default(),
            adopted: Vec::new(),
            publisher_full_until: None,
            own_resync: false,
            caught_up: false,
            events_missing: None,
            effects: VecDeque::new(),
            stopped: false,
        }
    }

    /// The feed, to be shown.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// The keyspaces that are followed, the own one among them.
    pub fn followed(&self) -> impl Iterator<Item = Keyspace> + '_ {
        self.feed.keyspaces().chain([self.own])
    }

    /// An order of an operator or of the other task.
    pub fn on_order(&mut self, now: Timestamp, order: FollowOrder) {
        match order {
            FollowOrder::Add(keyspace) => drop(self.feed.add_keyspace(keyspace)),
            FollowOrder::Remove(keyspace) => drop(self.feed.remove_keyspace(keyspace)),
            FollowOrder::Resync(keyspace) => self.feed.resync(now, keyspace),
            FollowOrder::TakenOver(call_id) => drop(self.feed.release(&call_id)),
            FollowOrder::Stop => self.stopped = true,
        }
    }

    /// Whether the task has ended.
    pub fn is_finished(&self) -> bool {
        self.stopped
    }

    /// Redis can be reached, perhaps again.
    pub fn on_connected(&mut self, now: Timestamp) {
        self.connection.state = State::Up;
        self.last_answer = now;
        self.caught_up = false;
        self.feed.on_connected();
    }

    /// Redis cannot be reached, or not any more: what was sent will not be answered.
    pub fn on_lost(&mut self) {
        self.connection.state = State::Down;
        self.asked.clear();
        self.effects.retain(|effect| !matches!(effect, FollowEffect::Send(_)));
        self.feed.on_lost();
    }

    /// Redis has confirmed a subscription.
    pub fn on_subscribed(&mut self, now: Timestamp, of: Following) {
        self.feed.on_subscribed(now, of);
    }

    /// A notification.
    pub fn on_notification(&mut self, now: Timestamp, channel: &[u8], event: &[u8]) {
        self.feed.on_notification(now, channel, event);
    }

    /// Whether Redis publishes keyspace events.
    pub fn on_events_checked(&mut self, now: Timestamp, published: bool) {
        let missed = self.events_missing.take().is_some();
        if !published {
            self.events_missing = Some(now);
        } else if missed {
            self.feed.resync(now, None);
        }
    }

    /// The replies to a batch.
    ///
    /// # Errors
    /// A reply that makes no sense, or that nothing can be done about: the connection is of no use.
    pub fn on_replies(&mut self, now: Timestamp, batch: u64, replies: &[Reply]) -> Result<(), Trouble> {
        if self.asked.front().is_none_or(|(id, _)| *id != batch) {
            return Ok(());
        }
        let Some((_, asked)) = self.asked.pop_front() else { return Ok(()) };
        self.last_answer = now;
        match asked {
            Asked::Records(of, call_ids) => {
                for (call_id, reply) in call_ids.iter().zip(replies) {
                    self.feed.on_fetched(now, of, call_id, fetched(reply)?);
                }
            }
            Asked::Page(of) => {
                let Some(Reply::Page(cursor, keys)) = replies.first() else {
                    return Err(Trouble(format!("SCAN was answered with {replies:?}")));
                };
                // An rtpengine that ends a call of this node deletes the record and knows nothing of the notifier.
                if of.keyspace == self.own
                    && let Some(command) = command::delete_orphans(of.keyspace, keys)
                {
                    self.send(vec![command], Asked::Nothing);
                }
                self.feed.on_scan_page(now, of, *cursor, keys);
            }
            Asked::Nothing => {}
        }
        Ok(())
    }

    /// The calls that [`FollowEffect::List`] asked for.
    pub fn on_listed(&mut self, now: Timestamp, of: Following, calls: &[CallBrief]) {
        let calls: Vec<CallId> = calls.iter().map(|call| call.call_id.clone()).collect();
        self.feed.on_known(now, of, &calls);
    }

    /// A shard's answer to [`FollowEffect::Restore`].
    pub fn on_restored(&mut self, now: Timestamp, ticket: u64, outcome: RestoreOutcome) {
        let Some((keyspace, call_id)) = self.restores.answered(now, ticket) else { return };
        if let RestoreOutcome::Refused(refusal) = outcome {
            let call_id = call_id.clone();
            self.effects.push_back(FollowEffect::Refused { keyspace, call_id, refusal });
        }
        if keyspace == self.own && outcome == RestoreOutcome::Created {
            self.adopted.push(call_id.clone());
        }
        self.feed.on_restored(now, keyspace, &call_id, outcome);
    }

    /// The shard of a record takes no requests at the moment: it is tried again after a pause.
    pub fn on_not_restored(&mut self, now: Timestamp, ticket: u64) {
        let Some((keyspace, call_id)) = self.restores.answered(now, ticket) else { return };
        self.feed.on_not_restored(now, keyspace, &call_id);
    }

    /// The other task has no room for an order.
    ///
    /// What others overwrote or deleted just then is found by one more look at the own keyspace.
    pub fn on_publisher_full(&mut self, now: Timestamp, order: PublishOrder) {
        self.publisher_full_until = Some(now + PUBLISHER_PAUSE);
        match order {
            PublishOrder::Adopted(call_id) => self.adopted.push(call_id),
            PublishOrder::RecordGone(_) | PublishOrder::RecordWritten(_) => self.own_resync = true,
            PublishOrder::Stop => {}
        }
    }

    /// Does what has become due.
    pub fn tick(&mut self, now: Timestamp) {
        let full = self.publisher_full_until.take_if(|until| *until <= now);
        if full.is_some() && std::mem::take(&mut self.own_resync) {
            self.feed.resync(now, Some(self.own));
        }
        self.feed.tick(now);
    }

    /// When [`FollowTask::tick`] or [`FollowTask::poll`] has something new.
    pub fn next_tick(&self) -> Option<Timestamp> {
        let idle = self.connection.is_up() && self.asked.is_empty();
        let stalled = self.restores.waiting.as_ref().map(|(_, since)| *since + RESTORE_PATIENCE);
        let check = self.events_missing.filter(|_| self.connection.is_up());
        [
            self.feed.next_tick(),
            self.connection.next_attempt(),
            idle.then(|| self.last_answer + PING_INTERVAL),
            check.map(|at| at + EVENTS_CHECK_INTERVAL),
            stalled,
            self.publisher_full_until,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Work for the thread, until there is nothing more to do now.
    pub fn poll(&mut self, now: Timestamp) -> Option<FollowEffect> {
        if self.connection.attempt(now) {
            return Some(FollowEffect::Connect);
        }
        if self.has_adopted_all()
            && let Some(call_id) = self.adopted.pop()
        {
            return Some(FollowEffect::Tell(PublishOrder::Adopted(call_id)));
        }
        if let Some(effect) = self.effects.pop_front() {
            return Some(effect);
        }
        if let Some(effect) = self.restores.next(now) {
            return Some(effect);
        }
        while self.restores.waiting.is_none()
            && let Some(output) = self.feed.poll()
        {
            if let Some(effect) = self.take(now, output) {
                return Some(effect);
            }
        }
        self.poll_connection(now).or_else(|| self.poll_caught_up())
    }

    /// Own calls that were taken back are reported when all are, or when Redis is gone before that.
    fn has_adopted_all(&self) -> bool {
        self.publisher_full_until.is_none() && (self.caught_up || !self.connection.is_up())
    }

    fn poll_connection(&mut self, now: Timestamp) -> Option<FollowEffect> {
        if !self.connection.is_up() {
            return None;
        }
        if let Some(checked) = &mut self.events_missing
            && now.since(*checked) >= EVENTS_CHECK_INTERVAL
        {
            *checked = now;
            return Some(FollowEffect::CheckEvents);
        }
        if self.asked.is_empty() && now.since(self.last_answer) >= PING_INTERVAL {
            self.send(vec![command::ping(self.own)], Asked::Nothing);
        }
        self.effects.pop_front()
    }

    fn poll_caught_up(&mut self) -> Option<FollowEffect> {
        let caught_up = self.connection.is_up()
            && !self.caught_up
            && self.feed.is_caught_up()
            && self.restores.under_way.is_empty();
        self.caught_up |= caught_up;
        caught_up.then_some(FollowEffect::CaughtUp)
    }

    /// Whether replies are awaited: then nothing else is taken in before they come.
    pub fn is_waiting(&self) -> bool {
        !self.asked.is_empty() || self.connection.state == State::Connecting
    }

    /// Whether the next record waits until a shard has answered about another.
    pub fn is_stalled(&self) -> bool {
        self.restores.waiting.is_some()
    }

    /// How long the thread may wait for the next notification.
    pub fn patience(&self, now: Timestamp) -> Duration {
        if self.is_waiting() {
            return Duration::ZERO;
        }
        if !self.restores.under_way.is_empty() {
            return GLANCE;
        }
        self.next_tick().map_or(WAIT_MAX, |due| due.since(now)).clamp(GLANCE, WAIT_MAX)
    }

    /// Something the feed wants done.
    fn take(&mut self, now: Timestamp, output: Output) -> Option<FollowEffect> {
        match output {
            Output::Subscribe(of) => Some(FollowEffect::Subscribe(of)),
            Output::Unsubscribe(keyspace) => Some(FollowEffect::Unsubscribe(keyspace)),
            Output::Fetch { of, call_ids } => {
                let get = |call_id: &CallId| command::read(of.keyspace, call_id);
                self.send(call_ids.iter().map(get).collect(), Asked::Records(of, call_ids));
                self.effects.pop_front()
            }
            Output::Scan { of, cursor } => {
                self.send(vec![command::scan(of.keyspace, cursor, self.scan_count)], Asked::Page(of));
                self.effects.pop_front()
            }
            Output::ListKnown(of) => {
                let own = of.keyspace == self.own;
                let filter = if own { Filter::Own } else { Filter::Keyspace(of.keyspace) };
                Some(FollowEffect::List { of, filter })
            }
            Output::Restore(restore) => {
                self.restores.waiting = Some((restore, now));
                self.restores.next(now)
            }
            Output::Destroy { call_id, keyspace } => Some(FollowEffect::Destroy { call_id, keyspace }),
            Output::DestroyAll(keyspace) => Some(FollowEffect::Terminate(Filter::Keyspace(keyspace))),
            Output::Lease { keyspace, until } => Some(FollowEffect::Lease { keyspace, until }),
            Output::OwnRecordGone(call_id) => Some(FollowEffect::Tell(PublishOrder::RecordGone(call_id))),
            Output::OwnRecordWritten(call_id) => {
                Some(FollowEffect::Tell(PublishOrder::RecordWritten(call_id)))
            }
            Output::Event(event) => Some(FollowEffect::Event(event)),
        }
    }

    fn send(&mut self, commands: Vec<Command>, asked: Asked) {
        self.batches += 1;
        self.asked.push_back((self.batches, asked));
        self.effects.push_back(FollowEffect::Send(Batch { id: self.batches, commands }));
    }
}

fn fetched(reply: &Reply) -> Result<Fetched<'_>, Trouble> {
    match reply {
        Reply::Nothing => Ok(Fetched::Missing),
        Reply::Value(stored) => Ok(Fetched::Value(stored)),
        Reply::WrongType => Ok(Fetched::NotAString),
        other => Err(Trouble(format!("GET was answered with {other:?}"))),
    }
}
