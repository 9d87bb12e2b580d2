//! The thread `redis-notify`: carries out what a [`FollowTask`] wants, and reports back.
//!
//! It waits for notifications, which another thread takes from Redis ([`ears`](super::ears)), and for replies to the
//! commands it sent on a connection of its own. When either connection is lost, both are made anew. A shard never
//! waits for this thread, and this thread waits for shards only when they have more records than it may hand out.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};
use tandem_shards::call::state::CallBrief;
use tandem_shards::input::{Command, Filter, Restore};
use tandem_shards::io::{Ask, AskError, Caller, Callers, Clock};
use tandem_shards::names::{CallId, Keyspace};
use tandem_shards::output::Reply;
use tandem_shards::routing::shard_of;

use super::command::Trouble;
use super::connect::{Connector, Link, Sent};
use super::control::{About, Shared};
use super::ears::{Ears, Heard};
use super::feed::{FeedEvent, Following};
use super::replicator::{FollowEffect, FollowOrder, FollowTask, PublishOrder};

/// Notifications taken in before records are asked for.
const NOTIFICATIONS_PER_TURN: usize = 256;
/// What is shown to operators is gathered this often: it takes a look at every call that is held.
const SHOW_INTERVAL: Duration = Duration::from_millis(100);
/// The longest wait for a shard.
const SHARD_WAIT: Duration = Duration::from_millis(100);
/// Calls of one keyspace that a shard lists.
const LIST_MAX: usize = 1 << 20;

/// The thread's ends of everything.
#[derive(Debug)]
pub struct FollowThread {
    /// Decides.
    pub task: FollowTask,
    /// The server that notifications come from.
    pub events: Connector,
    /// The server that records are read from.
    pub records: Connector,
    /// Notifications may be switched on in Redis.
    pub configure: bool,
    /// Orders of operators and of the other thread.
    pub orders: Receiver<FollowOrder>,
    /// The thread that writes.
    pub publisher: Sender<PublishOrder>,
    /// The status board.
    pub shared: Arc<Shared>,
    /// The way to the shards.
    pub callers: Callers,
}

/// Both connections.
struct Connections {
    events: Ears,
    records: Link,
    /// The keyspaces that Redis lets this node follow.
    allowed: Vec<Keyspace>,
    /// Batches on their way.
    sent: VecDeque<(u64, Sent)>,
}

/// Requests on their way to shards.
struct ShardRequests {
    /// Answers are taken when they come.
    posting: Caller,
    /// The tickets of what was posted, by the number of the request.
    tickets: BTreeMap<u64, u64>,
    /// Answers are waited for.
    asking: Caller,
}

impl FollowThread {
    /// Runs until it is told to stop.
    pub fn run(mut self) {
        let clock = Clock::of_process();
        let mut shards = ShardRequests {
            posting: self.callers.take(),
            tickets: BTreeMap::new(),
            asking: self.callers.take(),
        };
        let mut connections = None;
        let mut shown = clock.now();
        while !self.task.is_finished() {
            while let Ok(order) = self.orders.try_recv() {
                self.task.on_order(clock.now(), order);
            }
            self.task.tick(clock.now());
            self.collect(&mut shards, clock, Duration::ZERO);
            if let Err(trouble) = self.turn(&mut connections, &mut shards, clock) {
                connections = None;
                self.task.on_lost();
                self.shared.show(self.task.feed());
                self.shared.note_lost(&trouble);
            }
            if clock.now().since(shown) >= SHOW_INTERVAL {
                shown = clock.now();
                self.show(connections.as_ref());
            }
        }
    }

    /// Does all there is to do, and waits for more.
    fn turn(
        &mut self,
        connections: &mut Option<Connections>,
        shards: &mut ShardRequests,
        clock: Clock,
    ) -> Result<(), Trouble> {
        self.perform_all(connections, shards, clock)?;
        let Some(open) = connections else {
            let patience = self.task.patience(clock.now());
            if let Ok(order) = self.orders.recv_timeout(patience) {
                self.task.on_order(clock.now(), order);
            }
            return Ok(());
        };
        // One batch: while it is read, the next are on their way.
        if let Some((batch, sent)) = open.sent.pop_front() {
            let replies = open.records.receive(&sent)?;
            self.task.on_replies(clock.now(), batch, &replies)?;
            self.perform_all(connections, shards, clock)?;
        }
        let stalled = self.task.is_stalled();
        if stalled {
            self.collect(shards, clock, SHARD_WAIT);
        }
        let patience = if stalled { Duration::ZERO } else { self.task.patience(clock.now()) };
        match connections {
            Some(open) => self.listen(&open.events, clock, patience),
            None => Ok(()),
        }
    }

    fn perform_all(
        &mut self,
        connections: &mut Option<Connections>,
        shards: &mut ShardRequests,
        clock: Clock,
    ) -> Result<(), Trouble> {
        while let Some(effect) = self.task.poll(clock.now()) {
            self.perform(effect, connections, shards, clock)?;
        }
        Ok(())
    }

    fn perform(
        &mut self,
        effect: FollowEffect,
        connections: &mut Option<Connections>,
        shards: &mut ShardRequests,
        clock: Clock,
    ) -> Result<(), Trouble> {
        match effect {
            FollowEffect::Connect => {
                *connections = Some(self.connect(clock)?);
                self.task.on_connected(clock.now());
                self.shared.note_connected();
            }
            FollowEffect::Subscribe(of) => {
                let Some(open) = connections else { return Ok(()) };
                open.subscribe(&self.events, of)?;
            }
            FollowEffect::Unsubscribe(keyspace) => {
                connections.iter().for_each(|open| open.events.unsubscribe(keyspace));
            }
            FollowEffect::Send(batch) => {
                let Some(open) = connections else { return Ok(()) };
                open.sent.push_back((batch.id, open.records.send(&batch.commands)?));
            }
            FollowEffect::CheckEvents => {
                if let Ok(mut link) = self.events.connect() {
                    self.check_events(&mut link, clock);
                }
            }
            FollowEffect::Restore { ticket, restore } => {
                if let Err(error) = shards.restore(ticket, restore) {
                    log::warn!("a record is not handed to its shard: {error}");
                    self.task.on_not_restored(clock.now(), ticket);
                }
            }
            FollowEffect::Destroy { call_id, keyspace } => shards.destroy(call_id, keyspace),
            FollowEffect::Terminate(filter) => {
                shards.ask_all(|| Command::Terminate(filter.clone()));
            }
            FollowEffect::Lease { keyspace, until } => {
                shards.ask_all(|| Command::Lease { keyspace, until });
            }
            FollowEffect::List { of, filter } => {
                let (calls, _) = list(&mut shards.asking, &filter);
                self.task.on_listed(clock.now(), of, &calls);
            }
            FollowEffect::Tell(order) => {
                if let Err(refused) = self.publisher.try_send(order) {
                    self.task.on_publisher_full(clock.now(), refused.into_inner());
                }
            }
            FollowEffect::CaughtUp => {
                let created = self.task.feed().counters().created;
                log::info!("all records are read: {created} calls were taken from them");
                self.show(connections.as_ref());
                self.shared.note_caught_up();
            }
            FollowEffect::Refused { keyspace, call_id, refusal } => {
                log::warn!("call={call_id} of keyspace {keyspace} cannot be held: {refusal:?}");
            }
            FollowEffect::Event(event) => self.tell(&event, clock),
        }
        Ok(())
    }

    fn show(&self, connections: Option<&Connections>) {
        self.shared.show(self.task.feed());
        connections.iter().for_each(|open| self.shared.note_answered(open.events.answered()));
    }

    fn connect(&mut self, clock: Clock) -> Result<Connections, Trouble> {
        let records = self.records.connect()?;
        let mut events = self.events.connect()?;
        self.check_events(&mut events, clock);
        let allowed: Vec<Keyspace> = self.task.followed().collect();
        self.events.may_follow(&allowed)?;
        Ok(Connections { events: Ears::open(events)?, records, allowed, sent: VecDeque::new() })
    }

    fn check_events(&mut self, link: &mut Link, clock: Clock) {
        let checked = link.check_events(self.configure);
        match &checked {
            Ok(()) => self.shared.note_right(About::Events),
            Err(trouble) => self.shared.note_trouble(About::Events, trouble),
        }
        self.task.on_events_checked(clock.now(), checked.is_ok());
    }

    /// Takes in the notifications that have come, after waiting for the first.
    fn listen(&mut self, events: &Ears, clock: Clock, patience: Duration) -> Result<(), Trouble> {
        let mut patience = patience;
        for _ in 0..NOTIFICATIONS_PER_TURN {
            let Some(heard) = events.next(patience) else { break };
            patience = Duration::ZERO;
            match heard {
                Heard::Subscribed(of) => self.task.on_subscribed(clock.now(), of),
                Heard::Notification { channel, event } => {
                    self.task.on_notification(clock.now(), &channel, &event);
                }
                Heard::Lost(trouble) => return Err(trouble),
            }
        }
        Ok(())
    }

    /// Takes the shards' answers about records, after waiting for the first.
    fn collect(&mut self, shards: &mut ShardRequests, clock: Clock, patience: Duration) {
        let mut patience = patience;
        while !shards.tickets.is_empty()
            && let Some((number, reply)) = shards.posting.next_answer(patience)
        {
            patience = Duration::ZERO;
            if let (Some(ticket), Reply::Restored(outcome)) = (shards.tickets.remove(&number), reply) {
                self.task.on_restored(clock.now(), ticket, outcome);
            }
        }
    }

    fn tell(&self, event: &FeedEvent, clock: Clock) {
        match event {
            FeedEvent::BadRecord { keyspace, call_id, error } => {
                log::warn!("call={call_id} its record in keyspace {keyspace} is left alone: {error}");
            }
            FeedEvent::Overflow(keyspace) => {
                log::warn!("too much changed at once in keyspace {keyspace}: it is read from the start");
            }
            FeedEvent::Swept { keyspace, records, missing } => {
                self.shared.note_compared(clock.now(), *keyspace, *records, *missing);
                log::debug!("keyspace {keyspace}: {records} records, {missing} calls without one");
            }
        }
    }
}

impl Connections {
    fn subscribe(&mut self, connector: &Connector, of: Following) -> Result<(), Trouble> {
        if !self.allowed.contains(&of.keyspace) {
            connector.may_follow(&[of.keyspace])?;
            self.allowed.push(of.keyspace);
        }
        self.events.subscribe(of);
        Ok(())
    }
}

impl ShardRequests {
    fn restore(&mut self, ticket: u64, restore: Box<Restore>) -> Result<(), AskError> {
        let shard = shard_of(&restore.call.state.call_id, self.posting.shard_count());
        let number = self.posting.post(shard, Command::Restore(restore))?;
        self.tickets.insert(number, ticket);
        Ok(())
    }

    fn destroy(&mut self, call_id: CallId, keyspace: Keyspace) {
        let shard = shard_of(&call_id, self.asking.shard_count());
        if let Err(error) = self.asking.ask(shard, Command::Destroy { call_id, keyspace }) {
            log::warn!("shard {shard} did not end a call: {error}");
        }
    }

    fn ask_all(&mut self, command: impl Fn() -> Command) {
        for answer in self.asking.ask_all(|_| command()) {
            if let Err(error) = answer {
                log::warn!("a shard does not answer: {error}");
            }
        }
    }
}

/// The calls of all shards that answer, and whether all did.
pub(super) fn list(caller: &mut Caller, filter: &Filter) -> (Vec<CallBrief>, bool) {
    let list = |_| Command::List { filter: filter.clone(), limit: LIST_MAX };
    let (mut known, mut complete) = (Vec::new(), true);
    for answer in caller.ask_all(list) {
        match answer {
            Ok(Reply::Calls(calls)) => {
                complete &= calls.len() < LIST_MAX;
                known.extend(calls);
            }
            other => {
                complete = false;
                log::warn!("a shard does not list its calls: {:?}", other.err());
            }
        }
    }
    (known, complete)
}
