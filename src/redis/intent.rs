//! What this node owes to Redis: the latest state of each own call that has not been stored yet, and the
//! deletions that have not been carried out.
//!
//! A debt is kept until Redis has acknowledged it, whatever happens to the connection, and only the latest
//! state of a call is owed: memory is bounded by the number of calls, not by what happens to them.
//! Deletions are bounded in number, and need not be kept longer than the record would have lived.
//!
//! * A record that is not written for long is refreshed by `EXPIRE`, spread over time.
//! * A record that others delete is written again, less and less often if they insist.
//! * After a call has changed hands, the record that it left in the other keyspace is deleted, if it still
//!   is the one that is known to be older. This is the only thing ever deleted from a keyspace that is not
//!   one's own.
//!
//! No I/O: whoever owns an [`Intent`] sends what [`poll_batch`](Intent::poll_batch) gives and reports back.

mod cleanup;
mod settle;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tandem_shards::call::state::{CallBrief, CallSnapshot, Ownership};
use tandem_shards::names::{CallId, Keyspace};
use tandem_shards::sabotage::{self, Sabotage};
use tandem_shards::time::Timestamp;

use super::command::{Batch, Reply};
use super::record::{Age, Context};
use cleanup::Cleanups;

/// Deletions that are kept while Redis cannot be reached. Beyond that the oldest are given up: their records
/// expire in time.
pub const TOMBSTONES_MAX: usize = 1 << 18;
/// From one attempt to restore a record that others delete to the next: at first, and at last.
const REPUBLISH_INTERVALS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(64));
/// A record that others have left alone for this long counts as undisturbed again.
const UNDISTURBED: Duration = Duration::from_secs(300);
/// How long after a record was stored the notification of that may still come.
const ECHO: Duration = Duration::from_secs(2);
/// From an answer that says no to the next attempt.
const REFUSED_PAUSE: Duration = Duration::from_secs(1);

/// How others are told of a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Announce {
    /// By the event of the record's own key, which rtpengine follows since 5.2.
    Set,
    /// By the notifier key besides, as older ones and other readers expect it.
    #[default]
    SetAndNotifier,
}

/// How an intent behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntentSettings {
    /// How changes are announced.
    pub announce: Announce,
    /// How long a record lives without being refreshed.
    pub expires: Duration,
}

impl Default for IntentSettings {
    fn default() -> Self {
        IntentSettings { announce: Announce::default(), expires: Duration::from_secs(86_400) }
    }
}

/// What has been counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntentCounters {
    /// Changes that were reported.
    pub changes: u64,
    /// Those of them that replaced one not written yet.
    pub coalesced: u64,
    /// Records stored.
    pub stored: u64,
    /// Records deleted.
    pub deleted: u64,
    /// Records refreshed.
    pub refreshed: u64,
    /// Records that turned out to be gone, and are to be written again.
    pub republished: u64,
    /// Commands that Redis refused.
    pub refused: u64,
    /// Batches whose answers never came.
    pub unacknowledged: u64,
    /// Deletions given up since there were too many.
    pub tombstones_dropped: u64,
    /// Deletions given up since the record has expired by now.
    pub tombstones_expired: u64,
    /// Records of former owners deleted.
    pub cleaned_up: u64,
    /// Records of former owners left alone: newer than thought, unreadable, or changed meanwhile.
    pub left_alone: u64,
}

/// Times at which the records of own calls were stored last; a handle that other threads may ask.
#[derive(Clone, Debug, Default)]
pub struct Written(Arc<Mutex<BTreeMap<CallId, Timestamp>>>);

impl Written {
    /// When Redis acknowledged the record of a call.
    pub fn at(&self, call_id: &CallId) -> Option<Timestamp> {
        self.times().get(call_id).copied()
    }

    fn times(&self) -> MutexGuard<'_, BTreeMap<CallId, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// See the module.
#[derive(Debug)]
pub struct Intent {
    settings: IntentSettings,
    context: Context,
    connected: bool,
    entries: BTreeMap<CallId, Entry>,
    /// Calls with something owed, each once, by the number they drew.
    queue: BTreeMap<u64, CallId>,
    drawn: u64,
    /// When records are to be refreshed.
    refreshes: BTreeSet<(Timestamp, CallId)>,
    /// When records are to be written again.
    republishes: BTreeSet<(Timestamp, CallId)>,
    /// Deletions owed, the oldest first.
    tombstones: BTreeSet<(Timestamp, CallId)>,
    cleanups: Cleanups,
    in_flight: Option<InFlight>,
    batches: u64,
    not_before: Timestamp,
    written: Written,
    counters: IntentCounters,
}

#[derive(Debug)]
struct Entry {
    /// What should be in Redis.
    wanted: Wanted,
    /// Its number in the queue.
    queued: Option<u64>,
    /// It is on its way.
    in_flight: bool,
    /// Something else is wanted since it went.
    again: bool,
    /// When it was stored last.
    stored_at: Timestamp,
    /// How often it was stored without having been notified of it.
    echoes: u32,
    refresh_at: Timestamp,
    republish: Republish,
}

#[derive(Debug)]
enum Wanted {
    /// This state, which is not acknowledged yet.
    Latest(Box<CallSnapshot>),
    /// What is there already, which was acknowledged.
    AsStored,
    /// The same, for longer.
    Refreshed,
    /// Nothing, since then.
    Nothing(Timestamp),
}

/// How often a record was written again lately.
#[derive(Clone, Copy, Debug)]
struct Republish {
    not_before: Timestamp,
    interval: Duration,
}

impl Default for Republish {
    fn default() -> Self {
        Republish { not_before: Timestamp::ZERO, interval: REPUBLISH_INTERVALS.0 }
    }
}

#[derive(Debug)]
struct InFlight {
    id: u64,
    /// For each, how many commands it took.
    tasks: Vec<(Task, usize)>,
}

#[derive(Debug)]
enum Task {
    Store(CallId),
    Refresh(CallId),
    Delete(CallId),
    Cleanup(Keyspace, CallId),
}

impl Intent {
    /// An intent that owes nothing.
    pub fn new(settings: IntentSettings, context: Context) -> Intent {
        Intent {
            settings,
            context,
            connected: false,
            entries: BTreeMap::new(),
            queue: BTreeMap::new(),
            drawn: 0,
            refreshes: BTreeSet::new(),
            republishes: BTreeSet::new(),
            tombstones: BTreeSet::new(),
            cleanups: Cleanups::default(),
            in_flight: None,
            batches: 0,
            not_before: Timestamp::ZERO,
            written: Written::default(),
            counters: IntentCounters::default(),
        }
    }

    /// An own call is new, or has changed.
    pub fn on_changed(&mut self, call: Box<CallSnapshot>) {
        let call_id = call.state.call_id.clone();
        self.counters.changes += 1;
        let entry = self.entries.entry(call_id.clone()).or_insert_with(Entry::new);
        match &entry.wanted {
            Wanted::Latest(_) => self.counters.coalesced += 1,
            Wanted::Nothing(since) => drop(self.tombstones.remove(&(*since, call_id.clone()))),
            Wanted::AsStored | Wanted::Refreshed => {}
        }
        entry.wanted = Wanted::Latest(call);
        self.enqueue(&call_id);
    }

    /// An own call was taken back from its record: it is stored already, and has to be kept so.
    pub fn on_kept(&mut self, now: Timestamp, call_id: &CallId) {
        if !self.entries.contains_key(call_id) {
            let mut entry = Entry::new();
            entry.wanted = Wanted::Refreshed;
            entry.refresh_at = now;
            self.entries.insert(call_id.clone(), entry);
            self.enqueue(call_id);
        }
    }

    /// An own call has ended.
    pub fn on_ended(&mut self, now: Timestamp, call_id: &CallId) {
        let entry = self.entries.entry(call_id.clone()).or_insert_with(Entry::new);
        if matches!(entry.wanted, Wanted::Nothing(_)) {
            return;
        }
        if sabotage::on(Sabotage::TombstoneDropped) && !self.connected {
            return self.forget(call_id);
        }
        entry.wanted = Wanted::Nothing(now);
        self.tombstones.insert((now, call_id.clone()));
        self.enqueue(call_id);
        if self.tombstones.len() > TOMBSTONES_MAX {
            let (_, oldest) = self.tombstones.pop_first().expect("there are many");
            self.forget(&oldest);
            self.counters.tombstones_dropped += 1;
        }
    }

    /// A foreign call became own; `age` is that of the record that is about to be written. The former
    /// owner's is deleted once ours is stored.
    pub fn on_taken_over(&mut self, call_id: &CallId, former: Keyspace, age: Age) {
        self.cleanups.add(former, call_id, age);
    }

    /// All calls there are, after changes were lost: those that are known as own here and are not have ended, or
    /// have been handed over.
    pub fn on_listed(&mut self, now: Timestamp, calls: &[CallBrief]) {
        let listed: BTreeMap<&CallId, &CallBrief> = calls.iter().map(|call| (&call.call_id, call)).collect();
        let own = self.entries.iter().filter(|(_, entry)| !matches!(entry.wanted, Wanted::Nothing(_)));
        let own: Vec<CallId> = own.map(|(call_id, _)| call_id.clone()).collect();
        for call_id in own {
            match listed.get(&call_id) {
                None => self.on_ended(now, &call_id),
                Some(call) if call.ownership == Ownership::Own => {}
                Some(call) => {
                    self.on_handed_over(&call_id, Some(call.age()));
                }
            }
        }
    }

    /// An own call became foreign: nothing is owed for it any more. If a newer record is the reason, the
    /// own one is deleted.
    pub fn on_handed_over(&mut self, call_id: &CallId, newer: Option<Age>) {
        self.forget(call_id);
        if let Some(age) = newer {
            self.cleanups.add(self.context.keyspace, call_id, age);
        }
    }

    /// The record of a call is not there, although nothing here deleted it.
    pub fn on_record_gone(&mut self, now: Timestamp, call_id: &CallId) {
        let Some(entry) = self.entries.get_mut(call_id) else { return };
        if !matches!(entry.wanted, Wanted::AsStored | Wanted::Refreshed) {
            return;
        }
        let republish = &mut entry.republish;
        if now > republish.not_before + UNDISTURBED {
            *republish = Republish { not_before: now, interval: REPUBLISH_INTERVALS.0 };
        }
        let due = republish.not_before.max(now);
        self.republishes.insert((due, call_id.clone()));
    }

    /// The record of a call was written. It was somebody else if it happens more often than this node does it.
    pub fn on_record_written(&mut self, now: Timestamp, call_id: &CallId) {
        let Some(entry) = self.entries.get_mut(call_id) else { return };
        if !entry.in_flight {
            entry.forget_late_echoes(now);
        }
        match entry.echoes.checked_sub(1) {
            Some(left) => entry.echoes = left,
            None if entry.in_flight => entry.again = true,
            None => self.on_record_gone(now, call_id),
        }
    }

    /// Redis can be reached, perhaps again.
    ///
    /// It may have lost its data, which is no peer's doing: records are written again without delay.
    pub fn on_connected(&mut self) {
        self.connected = true;
        self.not_before = Timestamp::ZERO;
        for entry in self.entries.values_mut() {
            entry.republish = Republish::default();
        }
        let waiting = std::mem::take(&mut self.republishes);
        self.republishes = waiting.into_iter().map(|(_, call_id)| (Timestamp::ZERO, call_id)).collect();
    }

    /// Redis cannot be reached; what was on its way may or may not have arrived.
    pub fn on_lost(&mut self) {
        self.connected = false;
        let Some(in_flight) = self.in_flight.take() else { return };
        self.counters.unacknowledged += 1;
        for (task, _) in in_flight.tasks {
            self.give_back(task);
        }
    }

    /// Commands to send, for at most so many calls. One batch at a time: the next comes after the answers.
    pub fn poll_batch(&mut self, now: Timestamp, calls_max: usize) -> Option<Batch> {
        if !self.connected || self.in_flight.is_some() || now < self.not_before {
            return None;
        }
        let mut commands = Vec::new();
        let mut tasks = Vec::new();
        while tasks.len() < calls_max
            && let Some((_, call_id)) = self.queue.pop_first()
        {
            let before = commands.len();
            if let Some(task) = self.start(now, call_id, &mut commands) {
                tasks.push((task, commands.len() - before));
            }
        }
        while tasks.len() < calls_max
            && let Some((keyspace, call_id, command)) = self.next_cleanup()
        {
            commands.push(command);
            tasks.push((Task::Cleanup(keyspace, call_id), 1));
        }
        if tasks.is_empty() {
            return None;
        }
        self.batches += 1;
        self.in_flight = Some(InFlight { id: self.batches, tasks });
        Some(Batch { id: self.batches, commands })
    }

    /// The answers to a batch.
    pub fn on_acknowledged(&mut self, now: Timestamp, batch: u64, replies: &[Reply]) {
        let Some(in_flight) = self.in_flight.take_if(|in_flight| in_flight.id == batch) else { return };
        let mut replies = replies;
        for (task, count) in in_flight.tasks {
            let (own, rest) = replies.split_at(count.min(replies.len()));
            replies = rest;
            let refused = own.len() < count || own.iter().any(|reply| matches!(reply, Reply::Refused(_)));
            self.counters.refused += u64::from(refused);
            match task {
                // Not worth insisting: perhaps this node may not delete there.
                Task::Cleanup(keyspace, call_id) => self.settle_cleanup(keyspace, call_id, own.first()),
                task if refused => {
                    self.not_before = now + REFUSED_PAUSE;
                    self.give_back(task);
                }
                task => self.settle(now, task, own),
            }
        }
    }

    /// Does what has become due.
    pub fn tick(&mut self, now: Timestamp) {
        while let Some((due, call_id)) = self.refreshes.pop_first() {
            if due > now {
                self.refreshes.insert((due, call_id));
                break;
            }
            if let Some(entry) = self.entries.get_mut(&call_id).filter(|entry| entry.refresh_at == due)
                && matches!(entry.wanted, Wanted::AsStored)
            {
                entry.wanted = Wanted::Refreshed;
                self.enqueue(&call_id);
            }
        }
        while let Some((since, call_id)) = self.tombstones.first().cloned() {
            if since + self.settings.expires > now {
                break;
            }
            self.tombstones.pop_first();
            self.forget(&call_id);
            self.counters.tombstones_expired += 1;
        }
    }

    /// When [`tick`](Intent::tick), [`poll_batch`](Intent::poll_batch) or
    /// [`poll_republish`](Intent::poll_republish) has something new.
    pub fn next_tick(&self) -> Option<Timestamp> {
        let first = |timers: &BTreeSet<(Timestamp, CallId)>| timers.first().map(|(due, _)| *due);
        let tombstone = first(&self.tombstones).map(|since| since + self.settings.expires);
        let waits = self.connected && self.in_flight.is_none();
        let paused = Some(self.not_before).filter(|_| waits && !self.queue.is_empty());
        [first(&self.refreshes), first(&self.republishes), tombstone, paused].into_iter().flatten().min()
    }

    /// An own call whose record is gone: its shard should publish it again.
    pub fn poll_republish(&mut self, now: Timestamp) -> Option<CallId> {
        loop {
            let (due, _) = self.republishes.first().filter(|(due, _)| *due <= now)?;
            let due = *due;
            let (_, call_id) = self.republishes.pop_first().expect("it was there");
            let Some(entry) = self.entries.get_mut(&call_id) else { continue };
            let republish = &mut entry.republish;
            if !matches!(entry.wanted, Wanted::AsStored | Wanted::Refreshed) || republish.not_before > due {
                continue;
            }
            republish.not_before = now + republish.interval;
            republish.interval = (republish.interval * 2).min(REPUBLISH_INTERVALS.1);
            self.counters.republished += 1;
            return Some(call_id);
        }
    }

    /// Whether a call is own, as far as is known here.
    #[cfg(test)]
    fn owns(&self, call_id: &CallId) -> bool {
        self.entries.get(call_id).is_some_and(|entry| !matches!(entry.wanted, Wanted::Nothing(_)))
    }

    /// Whether a record is owed its deletion: then it must not be taken back.
    #[cfg(test)]
    fn owes_deletion(&self, call_id: &CallId) -> bool {
        self.entries.get(call_id).is_some_and(|entry| matches!(entry.wanted, Wanted::Nothing(_)))
    }

    /// When records were stored.
    pub fn written(&self) -> Written {
        self.written.clone()
    }

    /// The own keyspace.
    pub fn own(&self) -> Keyspace {
        self.context.keyspace
    }

    /// Whether a batch is on its way.
    pub fn is_waiting(&self) -> bool {
        self.in_flight.is_some()
    }

    /// Calls with something owed, deletions among them.
    pub fn owed(&self) -> usize {
        self.queue.len() + self.in_flight.as_ref().map_or(0, |in_flight| in_flight.tasks.len())
    }

    /// Deletions owed.
    pub fn tombstones(&self) -> usize {
        self.tombstones.len()
    }

    /// What has been counted.
    pub fn counters(&self) -> &IntentCounters {
        &self.counters
    }
}
