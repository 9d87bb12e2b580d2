//! The daemon's replicator in the simulator: words are translated, nothing is decided.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tandem::redis::command::{self, Batch};
use tandem::redis::feed::{Feed, FeedSettings, Following, pattern};
use tandem::redis::intent::{Announce, Intent, IntentSettings};
use tandem::redis::record::{self, Context};
use tandem::redis::replicator::{
    FollowEffect, FollowOrder, FollowTask, PublishEffect, PublishOrder, PublishTask,
};
use tandem_shards::input::Command;
use tandem_shards::io::Publication;
use tandem_shards::names::{CallId, Keyspace, Text};
use tandem_shards::output::{Effect, Reply};
use tandem_shards::sim::redis::{StoreAnswer, StoreCommand};
use tandem_shards::sim::replication::{Channel, NodeFacts, Replication, Told, Wanted};
use tandem_shards::time::Timestamp;

/// Calls written in one go: few, so that batches are cut where it hurts.
const CALLS_PER_BATCH: usize = 4;
/// Keys of one page of SCAN: few, so that there are pages.
const SCAN_COUNT: u32 = 1;
/// The numbers of subscriptions, apart from those of batches.
const SUBSCRIPTIONS: u64 = 1 << 32;

/// A node's half.
#[derive(Debug)]
pub struct Replicated {
    context: Context,
    follow: FollowTask,
    publish: PublishTask,
    /// Orders between the tasks.
    to_follow: VecDeque<FollowOrder>,
    to_publish: VecDeque<PublishOrder>,
    queue_max: usize,
    tickets: u64,
    subscriptions: BTreeMap<u64, Following>,
    lists: BTreeMap<u64, Option<Following>>,
}

impl Replicated {
    pub fn new(node: &NodeFacts) -> Self {
        let context = Context {
            node: Text::from(format!("node-{}", node.keyspace).as_str()),
            keyspace: node.keyspace,
            interfaces: (*node.interfaces).clone(),
            tos: 0,
        };
        // The slow things are made quick, since a run is short, or so slow that they do not count.
        let (sweep, expires) = if node.hasty { (600, 1200) } else { (3, 40) };
        let (sweep_interval, expires) = (Duration::from_secs(sweep), Duration::from_secs(expires));
        let settings = FeedSettings { sweep_interval, lease: expires, ..FeedSettings::default() };
        let mut feed = Feed::new(settings, context.clone());
        for other in &node.others {
            feed.add_keyspace(*other);
        }
        let settings = IntentSettings { announce: Announce::SetAndNotifier, expires };
        let intent = Intent::new(settings, context.clone());
        Replicated {
            follow: FollowTask::new(feed, SCAN_COUNT),
            publish: PublishTask::new(intent, CALLS_PER_BATCH),
            context,
            to_follow: VecDeque::new(),
            to_publish: VecDeque::new(),
            queue_max: node.queue_max,
            tickets: 0,
            subscriptions: BTreeMap::new(),
            lists: BTreeMap::new(),
        }
    }

    fn ticket(&mut self) -> u64 {
        self.tickets += 1;
        self.tickets
    }

    fn take_orders(&mut self, now: Timestamp) {
        while !self.follow.is_waiting()
            && let Some(order) = self.to_follow.pop_front()
        {
            self.follow.on_order(now, order);
        }
        while !self.publish.is_waiting()
            && let Some(order) = self.to_publish.pop_front()
        {
            self.publish.on_order(now, order);
        }
    }

    fn answers(&mut self, now: Timestamp, channel: Channel, batch: u64, answers: Vec<StoreAnswer>) {
        let replies: Vec<command::Reply> = answers.into_iter().map(reply).collect();
        match (channel, self.subscriptions.remove(&batch)) {
            (Channel::Write, _) => self.publish.on_replies(now, batch, &replies),
            (Channel::Follow, Some(of)) => self.follow.on_subscribed(now, of),
            (Channel::Follow, None) if batch < SUBSCRIPTIONS => {
                self.follow.on_replies(now, batch, &replies).expect("the store answers what it was asked");
            }
            (Channel::Follow, None) => {}
        }
    }

    fn perform_publish(&mut self, effect: PublishEffect) -> Option<Wanted> {
        match effect {
            PublishEffect::Connect => Some(Wanted::Connect(Channel::Write)),
            PublishEffect::Send(batch) => Some(send(Channel::Write, batch)),
            PublishEffect::Republish(call_id) => {
                Some(Wanted::Ask { about: call_id.clone(), command: Command::Republish(Some(call_id)) })
            }
            PublishEffect::List(filter) => {
                let ticket = self.ticket();
                self.lists.insert(ticket, None);
                Some(Wanted::List { ticket, filter })
            }
            PublishEffect::Presence(_) => None,
            PublishEffect::Tell(order) => {
                if self.to_follow.len() < self.queue_max {
                    self.to_follow.push_back(order);
                } else {
                    self.publish.on_follower_full(order);
                }
                None
            }
        }
    }

    fn perform_follow(&mut self, now: Timestamp, effect: FollowEffect) -> Option<Wanted> {
        match effect {
            FollowEffect::Connect => Some(Wanted::Connect(Channel::Follow)),
            FollowEffect::Subscribe(of) => Some(self.subscribe(b"PSUBSCRIBE", of.keyspace, Some(of))),
            FollowEffect::Unsubscribe(of) => Some(self.subscribe(b"PUNSUBSCRIBE", of, None)),
            FollowEffect::Send(batch) => Some(send(Channel::Follow, batch)),
            FollowEffect::Restore { ticket, restore } => {
                let about = restore.call.state.call_id.clone();
                Some(Wanted::Post { ticket, about, command: Command::Restore(restore) })
            }
            FollowEffect::Destroy { call_id, keyspace } => {
                Some(Wanted::Ask { about: call_id.clone(), command: Command::Destroy { call_id, keyspace } })
            }
            FollowEffect::Terminate(filter) => Some(Wanted::Terminate(filter)),
            FollowEffect::Lease { keyspace, until } => Some(Wanted::Lease { keyspace, until }),
            FollowEffect::List { of, filter } => {
                let ticket = self.ticket();
                self.lists.insert(ticket, Some(of));
                Some(Wanted::List { ticket, filter })
            }
            FollowEffect::Tell(order) => {
                if self.to_publish.len() < self.queue_max {
                    self.to_publish.push_back(order);
                } else {
                    self.follow.on_publisher_full(now, order);
                }
                None
            }
            FollowEffect::CheckEvents => {
                self.follow.on_events_checked(now, true);
                None
            }
            FollowEffect::CaughtUp | FollowEffect::Refused { .. } | FollowEffect::Event(_) => None,
        }
    }

    fn subscribe(&mut self, name: &[u8], keyspace: Keyspace, of: Option<Following>) -> Wanted {
        let batch = SUBSCRIPTIONS + self.ticket();
        self.subscriptions.extend(of.map(|of| (batch, of)));
        let words = vec![name.to_vec(), pattern(keyspace).into_bytes()];
        Wanted::Send { channel: Channel::Follow, batch, commands: vec![StoreCommand { keyspace, words }] }
    }
}

impl Replication for Replicated {
    fn tell(&mut self, now: Timestamp, told: Told) {
        match told {
            Told::Effect(effect) => self.publish.on_publication(now, publication(effect)),
            Told::EffectsLost => self.publish.on_publications_lost(now),
            Told::Connected(Channel::Follow) => self.follow.on_connected(now),
            Told::Connected(Channel::Write) => self.publish.on_connected(now),
            Told::Lost(Channel::Follow) => {
                self.subscriptions.clear();
                self.follow.on_lost();
            }
            Told::Lost(Channel::Write) => self.publish.on_lost(),
            Told::Answers { channel, batch, answers } => self.answers(now, channel, batch, answers),
            Told::Notified { channel, event } => self.follow.on_notification(now, &channel, &event),
            Told::Answered { ticket, reply: Reply::Restored(outcome) } => {
                self.follow.on_restored(now, ticket, outcome);
            }
            Told::Answered { reply, .. } => panic!("a record was answered with {reply:?}"),
            Told::NotPosted { ticket } => self.follow.on_not_restored(now, ticket),
            Told::Listed { ticket, calls } => match self.lists.remove(&ticket) {
                Some(Some(of)) => self.follow.on_listed(now, of, &calls),
                Some(None) => self.publish.on_listed(now, Some(&calls)),
                None => {}
            },
        }
    }

    fn poll(&mut self, now: Timestamp) -> Option<Wanted> {
        loop {
            self.take_orders(now);
            if !self.publish.is_waiting()
                && let Some(effect) = self.publish.poll(now)
            {
                let wanted = self.perform_publish(effect);
                if wanted.is_some() {
                    return wanted;
                }
                continue;
            }
            let effect = self.follow.poll(now)?;
            let wanted = self.perform_follow(now, effect);
            if wanted.is_some() {
                return wanted;
            }
        }
    }

    fn is_waiting(&self, channel: Channel) -> bool {
        match channel {
            Channel::Follow => self.follow.is_waiting(),
            Channel::Write => self.publish.is_waiting(),
        }
    }

    fn tick(&mut self, now: Timestamp) {
        self.follow.tick(now);
        self.publish.tick(now);
    }

    fn next_tick(&self) -> Option<Timestamp> {
        self.follow.next_tick().into_iter().chain(self.publish.next_tick()).min()
    }

    fn can_read(&self, keyspace: Keyspace, call_id: &CallId, text: &[u8]) -> bool {
        record::read(call_id, keyspace, text, &self.context).is_ok()
    }
}

fn send(channel: Channel, batch: Batch) -> Wanted {
    let command =
        |command: command::Command| StoreCommand { keyspace: command.keyspace, words: command.words };
    let commands = batch.commands.into_iter().map(command).collect();
    Wanted::Send { channel, batch: batch.id, commands }
}

fn publication(effect: Effect) -> Publication {
    match effect {
        Effect::Publish(call) => Publication::Changed(call),
        Effect::Unpublish(call_id) => Publication::Ended(call_id),
        Effect::Disown(call_id) => Publication::Disowned(call_id),
        Effect::Retire(old) => Publication::Superseded(old),
        other => panic!("nothing to store: {other:?}"),
    }
}

fn reply(answer: StoreAnswer) -> command::Reply {
    match answer {
        StoreAnswer::Done => command::Reply::Done,
        StoreAnswer::Number(number) => command::Reply::Number(number),
        StoreAnswer::Value(value) => command::Reply::Value(value),
        StoreAnswer::Nothing => command::Reply::Nothing,
        StoreAnswer::Page(cursor, keys) => command::Reply::Page(cursor, keys),
        StoreAnswer::WrongType => command::Reply::WrongType,
    }
}
