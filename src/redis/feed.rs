//! Follows the keyspaces of other nodes, so that the shards hold what the records say.
//!
//! Notifications are hints: they say which call to look at, never what to believe. What counts is what the
//! record says when it is read. So events may come twice, late, in any order, or not at all:
//!
//! * for each call at most one look is under way, and one more owed (events in between are one event);
//! * a call whose record is gone at two looks in a row is ended, if it is held for that keyspace;
//! * a *sweep* looks at all records of a keyspace, and then at all calls held for it of which no record was
//!   found. It runs when a keyspace is followed (subscribed first, so that nothing falls in between), after
//!   each loss of the connection, when asked for, when too much changed at once, and slowly all the time.
//!
//! The newest record wins (see [`Age`]); a record that cannot be read changes nothing. Own calls are
//! never ended here. The node's own keyspace is followed too: at start its records are taken back, later a
//! record that disappears is reported, to be written again.
//!
//! No I/O: whoever owns a [`Feed`] carries out what [`poll`](Feed::poll) says and reports back.

mod leases;
mod looks;
mod notification;
mod report;
mod settings;
mod sweep;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tandem_shards::input::Restore;
use tandem_shards::names::{CallId, Keyspace};
use tandem_shards::output::RestoreOutcome;
use tandem_shards::sabotage::{self, Sabotage};
use tandem_shards::time::Timestamp;

pub use leases::Peer;
pub use notification::{Presence, pattern};
pub use report::{FeedCounters, FeedEvent, KeyspaceReport};
pub use settings::FeedSettings;

use super::record::{self, Age, Context};
use notification::{Change, Notification};
use sweep::Sweep;

/// Calls that may wait to be looked at, all keyspaces together. Beyond that a sweep does it.
pub const PENDING_MAX: usize = 1 << 17;
/// Records asked for at once.
pub const FETCH_BATCH_MAX: usize = 64;
/// Records asked for and not there yet.
const FETCHES_IN_FLIGHT_MAX: usize = 4 * FETCH_BATCH_MAX;
/// Bad records that are remembered as told.
const BAD_REMEMBERED_MAX: usize = 4096;

/// A keyspace since it is followed, or since Redis can be reached again: answers to what was asked before
/// count no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Following {
    /// Which.
    pub keyspace: Keyspace,
    session: u64,
}

/// What has to be done. What has an answer says for what the answer is.
#[derive(Debug)]
pub enum Output {
    /// Subscribe to [`pattern`]; confirm with [`Feed::on_subscribed`].
    Subscribe(Following),
    /// Unsubscribe from [`pattern`].
    Unsubscribe(Keyspace),
    /// `GET` these keys; each is answered with [`Feed::on_fetched`].
    Fetch {
        /// Where.
        of: Following,
        /// Which, at most [`FETCH_BATCH_MAX`].
        call_ids: Vec<CallId>,
    },
    /// `SCAN`; answered with [`Feed::on_scan_page`].
    Scan {
        /// Where.
        of: Following,
        /// From where on.
        cursor: u64,
    },
    /// Name the calls that are held for a keyspace, or the own calls, for the own keyspace; answered with
    /// [`Feed::on_known`].
    ListKnown(Following),
    /// Hand a record to its shard; answered with [`Feed::on_restored`].
    Restore(Box<Restore>),
    /// End a foreign call in its shard.
    Destroy {
        /// The call.
        call_id: CallId,
        /// Only if it is foreign and of this keyspace.
        keyspace: Keyspace,
    },
    /// End all foreign calls of a keyspace that is not followed any more.
    DestroyAll(Keyspace),
    /// Tell all shards how long the records of a keyspace are known.
    Lease {
        /// The keyspace.
        keyspace: Keyspace,
        /// Until when.
        until: Timestamp,
    },
    /// The record of a call is gone from the own keyspace: if the call still lives here, write it again.
    OwnRecordGone(CallId),
    /// The record of a call was written in the own keyspace: if that was somebody else, write it again.
    OwnRecordWritten(CallId),
    /// For the log.
    Event(FeedEvent),
}

/// What a `GET` found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched<'a> {
    /// No such key.
    Missing,
    /// A key of another type.
    NotAString,
    /// A value.
    Value(&'a [u8]),
}

/// See the module.
#[derive(Debug)]
pub struct Feed {
    settings: FeedSettings,
    context: Context,
    connected: bool,
    followed: BTreeMap<Keyspace, Followed>,
    sessions: u64,
    /// Calls with something to be done about them.
    pending: BTreeMap<(Keyspace, CallId), Pending>,
    fetches_in_flight: usize,
    /// The keyspace that records were asked of last.
    served_last: Keyspace,
    /// When what is pending has to be done.
    timers: BTreeSet<(Timestamp, Keyspace, CallId)>,
    /// The foreign calls that the shards hold.
    held: BTreeMap<CallId, Held>,
    told: BTreeMap<(Keyspace, CallId), &'static str>,
    outputs: VecDeque<Output>,
    counters: FeedCounters,
}

#[derive(Debug)]
struct Followed {
    session: u64,
    subscribed: bool,
    sweep: Sweep,
    /// Calls to look at, in order.
    queue: VecDeque<CallId>,
    /// When the first sweep had named all records. Own ones that are looked at later are no longer taken back:
    /// their calls have ended here, and their deletion is owed.
    taken_back: Option<Timestamp>,
    last_event: Option<Timestamp>,
    last_sweep: Option<Timestamp>,
    /// When its lease was renewed last.
    leased: Option<Timestamp>,
    /// The node whose keyspace it is.
    peer: Option<Peer>,
}

#[derive(Debug)]
struct Pending {
    stage: Stage,
    /// Something happened since.
    again: bool,
    /// Its keyspace is not followed any more, or was not for a time: what its shard makes of it must go.
    abandoned: bool,
    /// Looks in a row that found nothing.
    misses: u32,
    /// When the first event came that has not been dealt with.
    since: Timestamp,
}

#[derive(Debug)]
enum Stage {
    /// In the queue of its keyspace.
    Queued,
    /// Asked for.
    InFlight,
    /// Was gone; will be looked for again at that time.
    Waiting(Timestamp),
    /// In the hands of its shard, which has to answer by that time.
    Restoring { deadline: Timestamp, held: Held },
}

/// What is known of a foreign call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    keyspace: Keyspace,
    /// Which record it was made from; none for a call that the shards had before.
    from: Option<(Age, u64)>,
}

impl Pending {
    fn new(now: Timestamp) -> Pending {
        Pending { stage: Stage::Queued, again: false, abandoned: false, misses: 0, since: now }
    }
}

impl Followed {
    fn following(&self, keyspace: Keyspace) -> Following {
        Following { keyspace, session: self.session }
    }
}

impl Feed {
    /// A feed that follows nothing but the own keyspace.
    pub fn new(settings: FeedSettings, context: Context) -> Feed {
        let mut feed = Feed {
            settings,
            followed: BTreeMap::new(),
            sessions: 0,
            connected: false,
            pending: BTreeMap::new(),
            fetches_in_flight: 0,
            served_last: Keyspace(0),
            timers: BTreeSet::new(),
            held: BTreeMap::new(),
            told: BTreeMap::new(),
            outputs: VecDeque::new(),
            counters: FeedCounters::default(),
            context,
        };
        feed.follow(feed.context.keyspace);
        feed
    }

    /// Follows a keyspace; false if it is followed already.
    pub fn add_keyspace(&mut self, keyspace: Keyspace) -> bool {
        if self.followed.contains_key(&keyspace) {
            return false;
        }
        self.follow(keyspace);
        true
    }

    /// Follows a keyspace no more, and ends the calls that are held for it; false if it was not followed.
    pub fn remove_keyspace(&mut self, keyspace: Keyspace) -> bool {
        if keyspace == self.context.keyspace || self.followed.remove(&keyspace).is_none() {
            return false;
        }
        self.forget_pending(|(of, _)| *of == keyspace);
        for (_, pending) in self.pending.iter_mut().filter(|((of, _), _)| *of == keyspace) {
            pending.abandoned = true;
        }
        self.held.retain(|_, held| held.keyspace != keyspace);
        self.told.retain(|(of, _), _| *of != keyspace);
        if self.connected {
            self.outputs.push_back(Output::Unsubscribe(keyspace));
        }
        self.outputs.push_back(Output::Lease { keyspace, until: Timestamp::ZERO });
        self.outputs.push_back(Output::DestroyAll(keyspace));
        true
    }

    /// Redis can be reached, perhaps again: nothing that was asked for before will be answered.
    pub fn on_connected(&mut self) {
        self.reset();
        self.connected = true;
        let following = |(keyspace, followed): (&Keyspace, &Followed)| followed.following(*keyspace);
        self.outputs.extend(self.followed.iter().map(following).map(Output::Subscribe));
    }

    /// Redis cannot be reached.
    pub fn on_lost(&mut self) {
        self.counters.lost += u64::from(self.connected);
        self.connected = false;
        self.reset();
    }

    /// Redis has confirmed a subscription: from now on nothing is missed, so what is there can be swept.
    pub fn on_subscribed(&mut self, now: Timestamp, of: Following) {
        if let Some(followed) = self.followed_since(of) {
            followed.subscribed = true;
            if followed.leased.is_none() {
                self.renew_lease(now, of.keyspace);
            }
            self.start_sweep(now, of.keyspace, sweep::Pace::Urgent);
        }
    }

    /// Sweeps one keyspace, or all, as soon as possible.
    pub fn resync(&mut self, now: Timestamp, keyspace: Option<Keyspace>) {
        let of = |one: &Keyspace| keyspace.is_none_or(|wanted| wanted == *one);
        let keyspaces: Vec<Keyspace> = self.followed.keys().copied().filter(of).collect();
        for keyspace in keyspaces {
            self.start_sweep(now, keyspace, sweep::Pace::Urgent);
        }
    }

    /// A `pmessage`.
    pub fn on_notification(&mut self, now: Timestamp, channel: &[u8], event: &[u8]) {
        if let Some(presence) = Presence::parse(channel, event) {
            return self.note_presence(now, &presence);
        }
        let Some(notification) = Notification::parse(channel, event) else { return };
        let Notification { keyspace, call_id, change } = notification;
        let Some(followed) = self.followed.get_mut(&keyspace) else { return };
        if sabotage::on(Sabotage::ScanFirst) && followed.sweep.is_under_way() {
            return;
        }
        followed.last_event = Some(now);
        self.counters.notifications += 1;
        if keyspace != self.context.keyspace {
            if change != Change::Gone {
                followed.note_writer(now);
            }
            return self.look_at(now, keyspace, call_id);
        }
        match change {
            Change::Announced => {}
            Change::Written => self.outputs.push_back(Output::OwnRecordWritten(call_id)),
            Change::Gone => {
                self.counters.own_records_gone += 1;
                self.outputs.push_back(Output::OwnRecordGone(call_id));
            }
        }
    }

    /// What a key of [`Output::Fetch`] holds.
    pub fn on_fetched(&mut self, now: Timestamp, of: Following, call_id: &CallId, found: Fetched<'_>) {
        if self.followed_since(of).is_none() {
            return;
        }
        let keyspace = of.keyspace;
        let key = (keyspace, call_id.clone());
        let Some(pending) = self.pending.get_mut(&key) else { return };
        if !matches!(pending.stage, Stage::InFlight) {
            return;
        }
        self.fetches_in_flight -= 1;
        self.counters.fetched += 1;
        match found {
            Fetched::Missing => self.on_missing(now, key),
            Fetched::NotAString => {
                self.counters.alien += 1;
                self.finish(now, &key);
            }
            Fetched::Value(stored) => match record::read(call_id, keyspace, stored, &self.context) {
                Ok(record) => self.on_record(now, key, record),
                Err(error) => self.on_bad(now, key, error),
            },
        }
    }

    /// What became of [`Output::Restore`].
    pub fn on_restored(
        &mut self,
        now: Timestamp,
        keyspace: Keyspace,
        call_id: &CallId,
        outcome: RestoreOutcome,
    ) {
        let key = (keyspace, call_id.clone());
        let Some(pending) = self.pending.get(&key) else { return };
        let Stage::Restoring { held, deadline } = pending.stage else { return };
        let (since, abandoned) = (pending.since, pending.abandoned);
        self.timers.remove(&(deadline, keyspace, call_id.clone()));
        self.counters.lag = now.since(since);
        let counters = &mut self.counters;
        let (counter, holds) = match outcome {
            RestoreOutcome::Created => (&mut counters.created, Some(true)),
            RestoreOutcome::Updated => (&mut counters.updated, Some(true)),
            RestoreOutcome::Unchanged => (&mut counters.unchanged, Some(true)),
            RestoreOutcome::Yielded => (&mut counters.yielded, Some(true)),
            RestoreOutcome::Pending => (&mut counters.waiting_for_ports, Some(true)),
            RestoreOutcome::Stale => (&mut counters.stale, None),
            RestoreOutcome::OwnHere => (&mut counters.own_here, Some(false)),
            RestoreOutcome::Refused(_) => (&mut counters.refused, None),
        };
        *counter += 1;
        match holds {
            Some(true) if keyspace == self.context.keyspace => drop(self.held.remove(call_id)),
            Some(true) => drop(self.held.insert(call_id.clone(), held)),
            Some(false) => drop(self.held.remove(call_id)),
            None => {}
        }
        if abandoned {
            self.destroy(call_id);
        }
        self.finish(now, &key);
    }

    /// The call is own here now: it was taken over. Says whose it was, if that is known.
    pub fn release(&mut self, call_id: &CallId) -> Option<Keyspace> {
        self.held.remove(call_id).map(|held| held.keyspace)
    }

    /// Does what has become due.
    pub fn tick(&mut self, now: Timestamp) {
        while let Some(timer) = self.timers.first().filter(|(due, ..)| *due <= now).cloned() {
            self.timers.remove(&timer);
            let (due, keyspace, call_id) = timer;
            let key = (keyspace, call_id);
            match self.pending.get(&key).map(|pending| &pending.stage) {
                Some(Stage::Waiting(at)) if *at == due => self.enqueue(key),
                Some(Stage::Restoring { deadline, .. }) if *deadline == due => {
                    self.counters.unanswered += 1;
                    self.finish(now, &key);
                }
                _ => {}
            }
        }
        self.sweep_on(now);
        self.renew_leases(now);
    }

    /// When [`tick`](Feed::tick) has something to do.
    pub fn next_tick(&self) -> Option<Timestamp> {
        let timer = self.timers.first().map(|(due, ..)| *due);
        timer.into_iter().chain(self.next_sweep_step()).chain(self.next_lease()).min()
    }

    /// What has to be done now, until there is nothing more.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front().or_else(|| self.next_fetch())
    }

    /// What has been counted.
    pub fn counters(&self) -> &FeedCounters {
        &self.counters
    }

    fn follow(&mut self, keyspace: Keyspace) {
        self.sessions += 1;
        let followed = Followed {
            session: self.sessions,
            subscribed: false,
            sweep: Sweep::default(),
            queue: VecDeque::new(),
            taken_back: None,
            last_event: None,
            last_sweep: None,
            leased: None,
            peer: None,
        };
        if self.connected {
            self.outputs.push_back(Output::Subscribe(followed.following(keyspace)));
        }
        self.followed.insert(keyspace, followed);
    }

    fn followed_since(&mut self, of: Following) -> Option<&mut Followed> {
        self.followed.get_mut(&of.keyspace).filter(|followed| followed.session == of.session)
    }

    /// Drops all that waits for an answer from Redis. The sweep that follows a connection finds it again.
    fn reset(&mut self) {
        let own = self.context.keyspace;
        let taking_back =
            self.pending.iter().any(|((keyspace, _), pending)| *keyspace == own && !self.is_check(pending));
        if let Some(followed) = self.followed.get_mut(&own).filter(|_| taking_back) {
            followed.taken_back = None;
        }
        for followed in self.followed.values_mut() {
            self.sessions += 1;
            followed.session = self.sessions;
            followed.subscribed = false;
            followed.sweep = Sweep::default();
        }
        self.forget_pending(|_| true);
        let of_redis = |output: &Output| {
            matches!(
                output,
                Output::Subscribe(_)
                    | Output::Unsubscribe(_)
                    | Output::Fetch { .. }
                    | Output::Scan { .. }
                    | Output::ListKnown(_)
            )
        };
        self.outputs.retain(|output| !of_redis(output));
    }

    /// Drops what is pending, except what is in the hands of a shard, which will answer.
    fn forget_pending(&mut self, of: impl Fn(&(Keyspace, CallId)) -> bool) {
        let mut in_flight = 0;
        self.pending.retain(|key, pending| {
            if !of(key) {
                return true;
            }
            pending.again = false;
            in_flight += usize::from(matches!(pending.stage, Stage::InFlight));
            matches!(pending.stage, Stage::Restoring { .. })
        });
        self.fetches_in_flight -= in_flight;
        for (keyspace, followed) in &mut self.followed {
            followed.queue.retain(|call_id| !of(&(*keyspace, call_id.clone())));
        }
    }
}
