//! The two threads of Redis as the rest of the daemon sees them: started, ordered, shown, ended.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use tandem_shards::interfaces::Interfaces;
use tandem_shards::io::{Clock, Shards};
use tandem_shards::names::{CallId, Keyspace, Text};
use tandem_shards::time::Timestamp;

use super::command::Trouble;
use super::connect::Connector;
use super::feed::{Feed, FeedSettings, KeyspaceReport, Peer, Presence};
use super::follow_thread::FollowThread;
use super::intent::{Announce, Intent, IntentSettings, Written};
use super::publish_thread::PublishThread;
use super::record::Context;
use super::replicator::{FollowOrder, FollowTask, ORDERS_MAX, PublishOrder, PublishTask};
use crate::config::{Config, RedisConfig};
use crate::node::redis::{Comparison, FeedStatus, PeerStatus, RedisControl, RedisStatus};

/// Keys that one SCAN may look at.
const SCAN_COUNT: u32 = 500;
/// Calls written in one go.
const CALLS_PER_BATCH: usize = 256;
/// Attempts to reach a Redis that is required.
const REACH_ATTEMPTS: usize = 3;

/// What the threads show.
#[derive(Debug)]
pub struct Shared {
    /// This node's own keyspace.
    pub keyspace: Keyspace,
    write_url: String,
    subscribe_url: String,
    written: Written,
    shown: Mutex<Shown>,
    /// Told once.
    caught_up: Sender<()>,
}

#[derive(Debug, Default)]
struct Shown {
    followed: BTreeSet<Keyspace>,
    following: bool,
    writing: bool,
    owed: u64,
    deletions_owed: u64,
    /// When the server answered last on the connection that notifications come on.
    answered: Option<Timestamp>,
    feeds: Vec<KeyspaceReport>,
    feed_counters: Vec<(&'static str, u64)>,
    write_counters: Vec<(&'static str, u64)>,
    /// When each keyspace was compared last, how many records there were and how many calls without one.
    compared: BTreeMap<Keyspace, (Timestamp, u64, u64)>,
    lag: Duration,
    /// What is wrong, by what it is about.
    trouble: BTreeMap<About, String>,
}

/// What a trouble is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The connection that own calls are written on.
    Writing,
    /// The connections that other nodes' calls are followed on.
    Following,
    /// Redis is set up so that it does not tell of changes.
    Events,
    /// The other nodes do not learn that this one is there.
    Presence,
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            About::Writing => "own calls are not written",
            About::Following => "other nodes' calls are not followed",
            About::Events => "notifications",
            About::Presence => "other nodes do not learn that this one is there",
        })
    }
}

impl Shared {
    fn new(config: &RedisConfig, written: Written) -> (Self, Receiver<()>) {
        let followed = config.subscribe.iter().copied().collect();
        let shown = Mutex::new(Shown { followed, ..Shown::default() });
        let (told, caught_up) = bounded(1);
        let (write_url, subscribe_url) = (config.write_url.to_string(), config.subscribe_url.to_string());
        let shared =
            Shared { keyspace: config.keyspace, write_url, subscribe_url, written, shown, caught_up: told };
        (shared, caught_up)
    }

    /// All records that were there have been read, or they cannot be: the node need not wait for them any
    /// longer.
    pub fn note_caught_up(&self) {
        let _ = self.caught_up.try_send(());
    }

    /// What this node says of itself to the others.
    pub fn presence(&self) -> Presence {
        Presence { keyspace: self.keyspace, follows: self.shown().followed.iter().copied().collect() }
    }

    /// Both connections of the thread that follows are open.
    pub fn note_connected(&self) {
        let mut shown = self.shown();
        log::info!("notifications arrive; comparing all calls with their records");
        shown.following = true;
        shown.trouble.remove(&About::Following);
    }

    /// They are lost, or could not be opened: nobody need wait for the records.
    pub fn note_lost(&self, trouble: &Trouble) {
        self.shown().following = false;
        self.note_trouble(About::Following, trouble);
        self.note_caught_up();
    }

    /// When the server answered last on the connection that notifications come on.
    pub fn note_answered(&self, at: Timestamp) {
        self.shown().answered = Some(at);
    }

    /// A comparison of a keyspace with Redis has ended.
    pub fn note_compared(&self, now: Timestamp, keyspace: Keyspace, records: usize, missing: usize) {
        self.shown().compared.insert(keyspace, (now, records as u64, missing as u64));
    }

    /// Whether own calls can be written, and how many wait.
    pub fn show_publisher(&self, task: &PublishTask) {
        let (connected, intent) = (task.is_connected(), task.intent());
        let mut shown = self.shown();
        if connected && !shown.writing {
            log::info!("own calls are written");
        }
        shown.writing = connected;
        if connected {
            shown.trouble.remove(&About::Writing);
        }
        shown.owed = intent.owed() as u64;
        shown.deletions_owed = intent.tombstones() as u64;
        let counters = intent.counters();
        shown.write_counters = vec![
            ("changes", counters.changes),
            ("changes-coalesced", counters.coalesced),
            ("stored", counters.stored),
            ("deleted", counters.deleted),
            ("refreshed", counters.refreshed),
            ("republished", counters.republished),
            ("refused", counters.refused),
            ("unacknowledged", counters.unacknowledged),
            ("tombstones-dropped", counters.tombstones_dropped),
            ("tombstones-expired", counters.tombstones_expired),
            ("former-records-deleted", counters.cleaned_up),
            ("former-records-left-alone", counters.left_alone),
            ("write-connections-lost", task.connections_lost()),
        ];
    }

    /// What the feed has to show.
    pub fn show(&self, feed: &Feed) {
        let counters = feed.counters();
        let mut shown = self.shown();
        shown.feeds = feed.report();
        shown.lag = counters.lag;
        shown.feed_counters = vec![
            ("notifications", counters.notifications),
            ("notifications-coalesced", counters.coalesced),
            ("notifications-overflowed", counters.overflowed),
            ("records-read", counters.fetched),
            ("records-bad", counters.bad.values().sum()),
            ("records-alien", counters.alien),
            ("records-unchanged", counters.unchanged),
            ("records-stale", counters.stale),
            ("calls-created", counters.created),
            ("calls-updated", counters.updated),
            ("calls-yielded", counters.yielded),
            ("calls-own-here", counters.own_here),
            ("calls-waiting-for-ports", counters.waiting_for_ports),
            ("calls-refused", counters.refused),
            ("calls-destroyed", counters.destroyed),
            ("shards-silent", counters.unanswered),
            ("own-records-gone", counters.own_records_gone),
            ("sweeps", counters.sweeps),
            ("feed-connections-lost", counters.lost),
        ];
    }

    /// Something went wrong; said once until it is something else, or was right meanwhile.
    pub fn note_trouble(&self, about: About, trouble: &Trouble) {
        if self.shown().trouble.insert(about, trouble.0.clone()).as_ref() != Some(&trouble.0) {
            log::warn!("{about}: {}", trouble.0);
        }
    }

    /// That is right now.
    pub fn note_right(&self, about: About) {
        if self.shown().trouble.remove(&about).is_some() {
            log::info!("{about}: in order now");
        }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The threads, running.
pub struct Redis {
    shared: Arc<Shared>,
    orders: Sender<FollowOrder>,
    writes: Sender<PublishOrder>,
    caught_up: Receiver<()>,
    threads: Vec<JoinHandle<()>>,
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("shared", &self.shared).finish_non_exhaustive()
    }
}

impl Redis {
    /// Starts both threads. They connect by themselves, and again whenever the connection is lost.
    ///
    /// # Errors
    /// A thread cannot be started; or Redis cannot be reached, and has to be.
    #[expect(clippy::disallowed_methods, reason = "both thread loops start here")]
    pub fn start(
        config: &Config,
        redis: &RedisConfig,
        interfaces: &Interfaces,
        shards: &Shards,
    ) -> io::Result<Redis> {
        let authorities = redis.keys.tls_ca.as_deref().map(read_authorities).transpose()?;
        let connector = |url| {
            let connector = Connector::new(url, redis.keys.connect_timeout, redis.keys.command_timeout);
            connector.with_authorities(authorities.clone())
        };
        for url in
            [&redis.write_url, &redis.url, &redis.subscribe_url].into_iter().filter(|_| redis.keys.required)
        {
            reach(&connector(url)).map_err(|trouble| {
                let trouble = trouble.0;
                io::Error::other(format!("{url} cannot be reached, and redis.required is true: {trouble}"))
            })?;
        }
        let context = Context {
            node: Text::from(config.name.as_str()),
            keyspace: redis.keyspace,
            interfaces: interfaces.clone(),
            tos: config.settings.tos,
        };
        let announce = if redis.keys.announces_by_sadd { Announce::SetAndNotifier } else { Announce::Set };
        let intent = Intent::new(IntentSettings { announce, expires: redis.keys.expires }, context.clone());
        let (shared, caught_up) = Shared::new(redis, intent.written());
        let shared = Arc::new(shared);
        let (orders, orders_end) = bounded(ORDERS_MAX);
        let (writes, writes_end) = bounded(ORDERS_MAX);
        let mut feed = Feed::new(feed_settings(redis), context);
        for keyspace in &redis.subscribe {
            feed.add_keyspace(*keyspace);
        }
        let follow = FollowThread {
            task: FollowTask::new(feed, SCAN_COUNT),
            events: connector(&redis.subscribe_url),
            records: connector(&redis.url),
            configure: redis.keys.configure,
            orders: orders_end,
            publisher: writes.clone(),
            shared: Arc::clone(&shared),
            callers: shards.callers(),
        };
        let publish = PublishThread {
            task: PublishTask::new(intent, CALLS_PER_BATCH),
            connector: connector(&redis.write_url),
            publications: shards.publications(),
            losses: shards.publication_losses(),
            orders: writes_end,
            follower: orders.clone(),
            shared: Arc::clone(&shared),
            callers: shards.callers(),
        };
        let spawn = |name: &str| std::thread::Builder::new().name(name.to_owned());
        let threads = vec![
            spawn("redis-notify").spawn(move || follow.run())?,
            spawn("redis-write").spawn(move || publish.run())?,
        ];
        Ok(Redis { shared, orders, writes, caught_up, threads })
    }

    /// Tells once that all records that were there at the start have been read, or that they cannot be.
    pub fn caught_up(&self) -> Receiver<()> {
        self.caught_up.clone()
    }

    /// What operators hold on to.
    pub fn control(&self) -> Arc<dyn RedisControl> {
        Arc::new(Handle { shared: Arc::clone(&self.shared), orders: self.orders.clone() })
    }

    /// Ends both threads; what is owed is written first, if Redis answers.
    pub fn stop(self) {
        let told =
            self.orders.send(FollowOrder::Stop).is_ok() && self.writes.send(PublishOrder::Stop).is_ok();
        for thread in self.threads {
            if !told || thread.join().is_err() {
                log::error!("a thread of Redis had ended early");
            }
        }
    }
}

/// Connects once. A system call may be interrupted while the shards set up their rings: then once more.
fn reach(connector: &Connector) -> Result<(), Trouble> {
    let mut reached = connector.connect().map(drop);
    for _ in 1..REACH_ATTEMPTS {
        if reached.is_err() {
            reached = connector.connect().map(drop);
        }
    }
    reached
}

fn read_authorities(path: &Path) -> io::Result<Vec<u8>> {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    let pem = std::fs::read(path).map_err(|error| {
        io::Error::other(format!("redis.tls-ca: cannot read {}: {error}", path.display()))
    })?;
    if !pem.windows(BEGIN.len()).any(|part| part == BEGIN) {
        return Err(io::Error::other(format!("redis.tls-ca: no certificate in {}", path.display())));
    }
    Ok(pem)
}

fn feed_settings(redis: &RedisConfig) -> FeedSettings {
    // A sweep that is switched off runs once in ten years.
    const NEVER: Duration = Duration::from_secs(315_360_000);
    let sweep_interval =
        Some(redis.keys.resync_interval).filter(|interval| !interval.is_zero()).unwrap_or(NEVER);
    FeedSettings { sweep_interval, lease: redis.keys.expires, ..FeedSettings::default() }
}

/// What operators do.
#[derive(Debug)]
struct Handle {
    shared: Arc<Shared>,
    orders: Sender<FollowOrder>,
}

impl Handle {
    fn order(&self, order: FollowOrder) {
        if self.orders.try_send(order).is_err() {
            log::error!("the notification thread takes no orders");
        }
    }
}

impl RedisControl for Handle {
    fn keyspace(&self) -> Keyspace {
        self.shared.keyspace
    }

    fn subscribed(&self) -> Vec<Keyspace> {
        self.shared.shown().followed.iter().copied().collect()
    }

    fn subscribe(&self, keyspace: Keyspace) -> bool {
        let new = self.shared.shown().followed.insert(keyspace);
        if new {
            self.order(FollowOrder::Add(keyspace));
        }
        new
    }

    fn unsubscribe(&self, keyspace: Keyspace) -> bool {
        let known = self.shared.shown().followed.remove(&keyspace);
        if known {
            self.order(FollowOrder::Remove(keyspace));
        }
        known
    }

    fn resync(&self, keyspace: Option<Keyspace>) {
        self.order(FollowOrder::Resync(keyspace));
    }

    fn written(&self, call_id: &CallId) -> Option<Timestamp> {
        self.shared.written.at(call_id)
    }

    fn status(&self) -> RedisStatus {
        let now = Clock::of_process().now();
        let shown = self.shared.shown();
        let feed = |report: &KeyspaceReport| FeedStatus {
            keyspace: report.keyspace,
            connected: shown.following && report.subscribed,
            age: report.last_event.map_or(Duration::MAX, |at| now.since(at)),
            held: report.held as u64,
            waiting: report.pending as u64,
            peer: report
                .peer
                .map(|Peer { heard, holds_ours }| PeerStatus { age: now.since(heard), holds_ours }),
            comparing: report.sweeping,
            compared: shown.compared.get(&report.keyspace).map(|(at, records, missing)| Comparison {
                ago: now.since(*at),
                records: *records,
                missing: *missing,
            }),
        };
        let troubles: Vec<String> =
            shown.trouble.iter().map(|(about, trouble)| format!("{about}: {trouble}")).collect();
        RedisStatus {
            writing: shown.writing,
            owed: shown.owed,
            deletions_owed: shown.deletions_owed,
            silent_for: shown.answered.map_or(Duration::MAX, |at| now.since(at)),
            feeds: shown.feeds.iter().map(feed).collect(),
            counters: [&shown.write_counters[..], &shown.feed_counters[..]].concat(),
            write_url: self.shared.write_url.clone(),
            subscribe_url: self.shared.subscribe_url.clone(),
            lag: shown.lag,
            last_error: (!troubles.is_empty()).then(|| troubles.join("; ")),
        }
    }
}
