//! The thread `redis-notify`: blocks on Redis' notifications and keeps the shards in step with the records.
//!
//! All decisions are the [`Feed`]'s; this is the loop around it. Two connections of its own: one that only
//! listens ([`ears`](super::ears)), one that reads records. When either is lost both are made anew, once a
//! second, and the feed sweeps. A shard never waits for this thread, and this thread waits for shards only
//! when more records are in their hands than its channel for answers holds.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use redis::Value;
use tandem_shards::input::{Command, Filter};
use tandem_shards::io::{Ask, AskError, Caller, Callers, Clock};
use tandem_shards::names::{CallId, Keyspace};
use tandem_shards::output::{Reply, RestoreOutcome};
use tandem_shards::routing::shard_of;
use tandem_shards::time::Timestamp;

use super::connect::{Connector, Link, Sent, Trouble};
use super::control::{About, Order, Shared};
use super::ears::{Ears, Heard};
use super::feed::{Feed, FeedEvent, Fetched, Following, Output};
use super::write::WriteOrder;

/// Between attempts to connect.
const RETRY: Duration = Duration::from_secs(1);
/// The longest wait for a notification: how soon an order of an operator is seen.
const WAIT_MAX: Duration = Duration::from_millis(100);
/// The longest wait for a notification while shards have records in their hands.
const GLANCE: Duration = Duration::from_micros(200);
/// While nothing comes, the server is asked this often whether it is still there.
const PING_INTERVAL: Duration = Duration::from_secs(1);
/// While Redis does not tell of changes, it is asked this often whether it does by now.
const EVENTS_CHECK_INTERVAL: Duration = Duration::from_secs(3);
/// What is shown to operators is gathered this often: it takes a look at every call that is held.
const SHOW_INTERVAL: Duration = Duration::from_millis(100);
/// Notifications taken before records are asked for.
const NOTIFICATIONS_PER_TURN: usize = 256;
/// Records in the hands of shards.
const RESTORING_MAX: usize = 48;
/// Keys that one SCAN may look at.
const SCAN_COUNT: u32 = 500;
/// Calls of one keyspace that a shard lists.
const LIST_MAX: usize = 1 << 20;

/// The thread's belongings.
#[derive(Debug)]
pub struct Notify {
    /// Decides.
    pub feed: Feed,
    /// Where notifications come from.
    pub events: Connector,
    /// Where records are read.
    pub records: Connector,
    /// Whether notifications may be switched on in Redis.
    pub configure: bool,
    /// What operators and the other thread want.
    pub orders: Receiver<Order>,
    /// The thread that writes.
    pub writes: Sender<WriteOrder>,
    /// What is shown.
    pub shared: Arc<Shared>,
    /// The way to the shards.
    pub callers: Callers,
}

/// What happens to the loop.
enum Turn {
    Go,
    Stop,
}

impl Notify {
    /// Runs until it is told to stop.
    pub fn run(mut self) {
        let mut hands = Hands::new(&self);
        let clock = Clock::of_process();
        loop {
            let started = clock.now();
            let connected = self.connect();
            let trouble = match connected {
                Ok((events, mut records)) => {
                    self.feed.on_connected();
                    self.shared.note_connected(true);
                    let mut work = Work::new(&mut self, &mut hands, clock);
                    match work.follow(&events, &mut records) {
                        Ok(()) => return,
                        Err(trouble) => trouble,
                    }
                }
                Err(trouble) => trouble,
            };
            self.feed.on_lost();
            hands.tell_kept();
            self.shared.note_connected(false);
            self.shared.show(&self.feed);
            self.shared.note_trouble(About::Following, &trouble);
            self.shared.note_caught_up();
            // What was handed to the shards before is answered all the same.
            hands.collect(&mut self.feed, clock.now(), false);
            // A connection that had been of use is replaced at once.
            let pause = RETRY.saturating_sub(clock.now().since(started));
            match self.orders.recv_timeout(pause) {
                Ok(order) => {
                    if let Turn::Stop = self.obey(order, clock.now()) {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn connect(&self) -> Result<(Ears, Link), Trouble> {
        let records = self.records.connect()?;
        let mut events = self.events.connect()?;
        self.check_events(&mut events);
        let keyspaces: Vec<Keyspace> = self.followed().collect();
        self.events.may_follow(&keyspaces)?;
        Ok((Ears::open(events)?, records))
    }

    /// The keyspaces that are followed, the own one among them.
    fn followed(&self) -> impl Iterator<Item = Keyspace> + '_ {
        self.feed.keyspaces().chain([self.shared.keyspace])
    }

    /// Whether changes are told.
    fn check_events(&self, link: &mut Link) -> bool {
        match link.check_events(self.configure) {
            Ok(()) => self.shared.note_right(About::Events),
            Err(trouble) => self.shared.note_trouble(About::Events, &trouble),
        }
        !self.shared.has_trouble(About::Events)
    }

    fn obey(&mut self, order: Order, now: Timestamp) -> Turn {
        match order {
            Order::Add(keyspace) => drop(self.feed.add_keyspace(keyspace)),
            Order::Remove(keyspace) => drop(self.feed.remove_keyspace(keyspace)),
            Order::Resync(keyspace) => self.feed.resync(now, keyspace),
            Order::TakenOver(call_id) => drop(self.feed.release(&call_id)),
            Order::Stop => return Turn::Stop,
        }
        Turn::Go
    }
}

/// One connection's time.
struct Work<'a> {
    notify: &'a mut Notify,
    hands: &'a mut Hands,
    clock: Clock,
    /// When the server last answered on the connection that reads records.
    last_sign: Timestamp,
    last_shown: Timestamp,
    last_check: Timestamp,
    /// The keyspaces that Redis lets this node follow.
    allowed: Vec<Keyspace>,
    /// Records that were asked for, in this order.
    asked: VecDeque<(Following, Vec<CallId>, Sent)>,
    /// Everything that was there when the connection was made has been dealt with.
    caught_up: bool,
}

impl<'a> Work<'a> {
    fn new(notify: &'a mut Notify, hands: &'a mut Hands, clock: Clock) -> Self {
        Work {
            last_sign: clock.now(),
            last_shown: Timestamp::ZERO,
            last_check: clock.now(),
            allowed: notify.followed().collect(),
            asked: VecDeque::new(),
            caught_up: false,
            notify,
            hands,
            clock,
        }
    }

    /// Until it is told to stop, or the connection is lost.
    fn follow(&mut self, events: &Ears, records: &mut Link) -> Result<(), Trouble> {
        loop {
            while let Ok(order) = self.notify.orders.try_recv() {
                if let Turn::Stop = self.notify.obey(order, self.clock.now()) {
                    return Ok(());
                }
            }
            self.notify.feed.tick(self.clock.now());
            self.hands.collect(&mut self.notify.feed, self.clock.now(), false);
            self.perform_all(events, records)?;
            if self.receive_records(records)? {
                self.perform_all(events, records)?;
            }
            self.show(events);
            self.listen(events)?;
            self.check_events();
            if self.asked.is_empty() && self.clock.now().since(self.last_sign) >= PING_INTERVAL {
                records.ping()?;
                self.last_sign = self.clock.now();
            }
        }
    }

    /// An operator was told to make Redis tell of changes: looks whether that is done, and at what was
    /// missed.
    fn check_events(&mut self) {
        let now = self.clock.now();
        let about = About::Events;
        if now.since(self.last_check) < EVENTS_CHECK_INTERVAL || !self.notify.shared.has_trouble(about) {
            return;
        }
        self.last_check = now;
        if let Ok(mut link) = self.notify.events.connect()
            && self.notify.check_events(&mut link)
        {
            log::info!("Redis tells of changes now");
            self.notify.feed.resync(now, None);
        }
    }

    fn perform_all(&mut self, events: &Ears, records: &mut Link) -> Result<(), Trouble> {
        while let Some(output) = self.notify.feed.poll() {
            self.perform(output, events, records)?;
        }
        Ok(())
    }

    /// Takes one batch of records, if one was asked for. While they are read, the next are on their way.
    fn receive_records(&mut self, records: &mut Link) -> Result<bool, Trouble> {
        let Some((of, call_ids, sent)) = self.asked.pop_front() else { return Ok(false) };
        let answers = records.receive(&sent)?;
        let now = self.clock.now();
        self.last_sign = now;
        for (call_id, answer) in call_ids.iter().zip(&answers) {
            self.notify.feed.on_fetched(now, of, call_id, fetched(answer)?);
        }
        Ok(true)
    }

    fn show(&mut self, events: &Ears) {
        let now = self.clock.now();
        let feed = &self.notify.feed;
        if !self.caught_up && feed.is_caught_up() && self.hands.is_empty() {
            self.caught_up = true;
            log::info!("all records are read: {} calls were taken from them", feed.counters().created);
            self.notify.shared.show(feed);
            self.notify.shared.note_answered(events.answered());
            self.notify.shared.note_caught_up();
        }
        if self.caught_up {
            self.hands.tell_kept();
        }
        if now.since(self.last_shown) >= SHOW_INTERVAL {
            self.last_shown = now;
            self.notify.shared.show(feed);
            self.notify.shared.note_answered(events.answered());
        }
    }

    /// Waits for a notification, and takes those that have come with it.
    fn listen(&mut self, events: &Ears) -> Result<(), Trouble> {
        let now = self.clock.now();
        let due = self.notify.feed.next_tick().map_or(WAIT_MAX, |due| due.since(now));
        let mut patience = match (self.hands.is_empty(), self.asked.is_empty()) {
            (true, true) => due.clamp(GLANCE, WAIT_MAX),
            (false, true) => GLANCE,
            (_, false) => Duration::ZERO,
        };
        for _ in 0..NOTIFICATIONS_PER_TURN {
            let Some(heard) = events.next(patience) else { break };
            patience = Duration::ZERO;
            let feed = &mut self.notify.feed;
            match heard {
                Heard::Subscribed(of) => feed.on_subscribed(self.clock.now(), of),
                Heard::Notification { channel, event } => {
                    feed.on_notification(self.clock.now(), &channel, &event);
                }
                Heard::Lost(trouble) => return Err(trouble),
            }
        }
        Ok(())
    }

    fn perform(&mut self, output: Output, events: &Ears, records: &mut Link) -> Result<(), Trouble> {
        let feed = &mut self.notify.feed;
        match output {
            Output::Subscribe(of) => {
                if !self.allowed.contains(&of.keyspace) {
                    self.notify.events.may_follow(&[of.keyspace])?;
                    self.allowed.push(of.keyspace);
                }
                events.subscribe(of);
            }
            Output::Unsubscribe(keyspace) => events.unsubscribe(keyspace),
            Output::Fetch { of, call_ids } => {
                let get = |call_id: &CallId| redis::cmd("GET").arg(call_id.as_bytes()).to_owned();
                let commands: Vec<redis::Cmd> = call_ids.iter().map(get).collect();
                let sent = records.send(of.keyspace, &commands)?;
                self.asked.push_back((of, call_ids, sent));
            }
            Output::Scan { of, cursor } => {
                while self.receive_records(records)? {}
                let mut scan = redis::cmd("SCAN");
                scan.arg(cursor).arg("COUNT").arg(SCAN_COUNT);
                let (cursor, keys): (u64, Vec<Vec<u8>>) = records.one(of.keyspace, &scan)?;
                if of.keyspace == self.notify.shared.keyspace {
                    drop_orphans(records, of.keyspace, &keys)?;
                }
                self.notify.feed.on_scan_page(self.clock.now(), of, cursor, &keys);
            }
            Output::ListKnown(of) => {
                let own = of.keyspace == self.notify.shared.keyspace;
                let filter = if own { Filter::Own } else { Filter::Keyspace(of.keyspace) };
                let known = self.hands.list(&filter);
                self.notify.feed.on_known(self.clock.now(), of, &known);
            }
            Output::Restore(restore) => {
                let key = (restore.keyspace, restore.call.call_id.clone());
                self.hands.post(feed, self.clock.now(), key, Command::Restore(restore));
            }
            Output::Destroy { call_id, keyspace } => {
                self.hands.tell(&call_id.clone(), Command::Destroy { call_id, keyspace });
            }
            Output::DestroyAll(keyspace) => {
                self.hands.tell_all(|| Command::Terminate(Filter::Keyspace(keyspace)));
            }
            Output::Lease { keyspace, until } => self.hands.tell_all(|| Command::Lease { keyspace, until }),
            Output::OwnRecordGone(call_id) => self.hands.write(WriteOrder::RecordGone(call_id)),
            // In a flood one may be lost: what others overwrote just then is found at the next resync.
            Output::OwnRecordWritten(call_id) => {
                let _ = self.hands.writes.try_send(WriteOrder::RecordWritten(call_id));
            }
            Output::Event(event) => {
                if let FeedEvent::Swept { keyspace, records, missing } = event {
                    self.notify.shared.note_compared(self.clock.now(), keyspace, records, missing);
                }
                tell(&event);
            }
        }
        Ok(())
    }
}

/// Commands on their way to shards, and the records in their hands.
#[derive(Debug)]
struct Hands {
    /// For records: answers are taken when they come.
    posting: Caller,
    restoring: BTreeMap<u64, (Keyspace, CallId)>,
    /// Own calls that were taken back. The other thread is told when all are, so that it does not take time
    /// away.
    kept: Vec<CallId>,
    /// For everything else: answers are waited for.
    asking: Caller,
    writes: Sender<WriteOrder>,
    /// This node's own keyspace.
    own: Keyspace,
}

impl Hands {
    fn new(notify: &Notify) -> Self {
        Hands {
            posting: notify.callers.take(),
            restoring: BTreeMap::new(),
            kept: Vec::new(),
            asking: notify.callers.take(),
            writes: notify.writes.clone(),
            own: notify.shared.keyspace,
        }
    }

    /// Orders that do not get through are made up for by the next sweep.
    fn write(&self, order: WriteOrder) {
        if self.writes.try_send(order).is_err() {
            log::warn!("the writing thread takes no orders");
        }
    }

    /// Tells the other thread which own calls were taken back, as far as it has room.
    fn tell_kept(&mut self) {
        while let Some(call_id) = self.kept.last() {
            if self.writes.try_send(WriteOrder::Kept(call_id.clone())).is_err() {
                return;
            }
            self.kept.pop();
        }
    }

    fn is_empty(&self) -> bool {
        self.restoring.is_empty()
    }

    /// Hands a record to its shard.
    fn post(&mut self, feed: &mut Feed, now: Timestamp, key: (Keyspace, CallId), command: Command) {
        while self.restoring.len() >= RESTORING_MAX {
            self.collect(feed, now, true);
        }
        let shard = shard_of(&key.1, self.posting.shard_count());
        match self.posting.post(shard, command) {
            Ok(number) => drop(self.restoring.insert(number, key)),
            // The feed gives up on it after a while, and the next sweep finds it again.
            Err(error) => log::warn!("call={} not handed to its shard: {error}", key.1),
        }
    }

    /// Takes the shards' answers about records; waits for one if `wait` says so.
    fn collect(&mut self, feed: &mut Feed, now: Timestamp, wait: bool) {
        let mut patience = if wait { WAIT_MAX } else { Duration::ZERO };
        while !self.restoring.is_empty() {
            let Some((number, reply)) = self.posting.next_answer(patience) else {
                if wait && patience > Duration::ZERO {
                    // A shard that does not answer must not hold up the others.
                    self.restoring.pop_first();
                }
                return;
            };
            patience = Duration::ZERO;
            let Some((keyspace, call_id)) = self.restoring.remove(&number) else { continue };
            if let Reply::Restored(outcome) = reply {
                if let RestoreOutcome::Refused(refusal) = outcome {
                    log::warn!("call={call_id} of keyspace {keyspace} cannot be held: {refusal:?}");
                }
                if keyspace == self.own && outcome == RestoreOutcome::Created {
                    self.kept.push(call_id.clone());
                }
                feed.on_restored(now, keyspace, &call_id, outcome);
            }
        }
    }

    fn tell(&mut self, call_id: &CallId, command: Command) {
        let shard = shard_of(call_id, self.asking.shard_count());
        if let Err(error) = self.asking.ask(shard, command) {
            log::warn!("call={call_id} its shard does not answer: {error}");
        }
    }

    fn tell_all(&mut self, command: impl Fn() -> Command) {
        for answer in self.asking.ask_all(|_| command()) {
            if let Err(error) = answer {
                log::warn!("a shard does not answer: {error}");
            }
        }
    }

    fn list(&mut self, filter: &Filter) -> Vec<CallId> {
        let list = |_| Command::List { filter: filter.clone(), limit: LIST_MAX };
        let mut known = Vec::new();
        for answer in self.asking.ask_all(list) {
            match answer {
                Ok(Reply::Calls(calls)) => known.extend(calls.into_iter().map(|call| call.call_id)),
                Ok(_) | Err(AskError::Stopped) => {}
                Err(error) => log::warn!("a shard does not list its calls: {error}"),
            }
        }
        known
    }
}

/// Deletes the notifiers among these keys whose records are gone: an rtpengine that ends a call of this node
/// deletes the record and knows nothing of the notifier.
fn drop_orphans(records: &mut Link, own: Keyspace, keys: &[Vec<u8>]) -> Result<(), Trouble> {
    const DELETE_ORPHANS: &str = "for i=1,#KEYS,2 do if redis.call('EXISTS',KEYS[i])==0 then \
        redis.call('DEL',KEYS[i+1]) end end return 0";
    let notifiers = keys.iter().filter_map(|key| Some((key.strip_prefix(b"notifier-")?, key)));
    let pairs: Vec<&[u8]> = notifiers.flat_map(|(call_id, notifier)| [call_id, notifier]).collect();
    if pairs.is_empty() {
        return Ok(());
    }
    let command = redis::cmd("EVAL").arg(DELETE_ORPHANS).arg(pairs.len()).arg(pairs).to_owned();
    // A server that refuses scripts keeps them until they expire.
    records.pipeline(own, &[command]).map(drop)
}

fn fetched(answer: &Value) -> Result<Fetched<'_>, Trouble> {
    match answer {
        Value::Nil => Ok(Fetched::Missing),
        Value::BulkString(stored) => Ok(Fetched::Value(stored)),
        Value::ServerError(error) if error.code() == "WRONGTYPE" => Ok(Fetched::NotAString),
        other => Err(Trouble(format!("GET was answered with {other:?}"))),
    }
}

fn tell(event: &FeedEvent) {
    match event {
        FeedEvent::BadRecord { keyspace, call_id, error } => {
            log::warn!("call={call_id} its record in keyspace {keyspace} is left alone: {error}");
        }
        FeedEvent::Overflow(keyspace) => {
            log::warn!("too much changed at once in keyspace {keyspace}: it is read from the start");
        }
        FeedEvent::Swept { keyspace, records, missing } => {
            log::debug!("keyspace {keyspace}: {records} records, {missing} calls without one");
        }
    }
}
