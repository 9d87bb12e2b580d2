//! The daemon's half of the redundancy in the simulator: the real feed, intent and record codec.
//!
//! This stands in for the two thread loops of `tandem::redis`, and does as they do.

use std::collections::BTreeMap;
use std::time::Duration;

use tandem::redis::feed::{Feed, FeedSettings, Fetched, Following, Output, pattern};
use tandem::redis::intent::{Announce, Intent, IntentSettings, Reply as IntentReply};
use tandem::redis::record::{self, Age, Context};
use tandem_shards::input::{Command, Filter};
use tandem_shards::names::{CallId, Keyspace, Text};
use tandem_shards::output::{Effect, Reply, RestoreOutcome, Superseded};
use tandem_shards::sim::redis::{StoreAnswer, StoreCommand};
use tandem_shards::sim::replication::{Channel, NodeFacts, Replication, Told, Wanted};
use tandem_shards::time::Timestamp;

/// Calls written in one go: few, so that batches are cut where it hurts.
const CALLS_PER_BATCH: usize = 4;
/// Keys of one page of SCAN: few, so that there are pages.
const SCAN_COUNT: &[u8] = b"1";

/// A node's half.
#[derive(Debug)]
pub struct Stored {
    context: Context,
    feed: Feed,
    intent: Intent,
    tickets: u64,
    /// What the batches of the following channel asked for.
    asked: BTreeMap<u64, Asked>,
    /// The intent's number of the batch under way.
    writing: Option<(u64, u64)>,
    lists: BTreeMap<u64, Following>,
    restoring: BTreeMap<u64, (Keyspace, CallId)>,
}

#[derive(Debug)]
enum Asked {
    Subscription(Following),
    Unsubscription,
    Records(Following, Vec<CallId>),
    Page(Following),
}

impl Stored {
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
        Stored {
            feed,
            intent: Intent::new(settings, context.clone()),
            context,
            tickets: 0,
            asked: BTreeMap::new(),
            writing: None,
            lists: BTreeMap::new(),
            restoring: BTreeMap::new(),
        }
    }

    fn ticket(&mut self) -> u64 {
        self.tickets += 1;
        self.tickets
    }

    fn take_effect(&mut self, now: Timestamp, effect: Effect) {
        match effect {
            Effect::Publish(call) => self.intent.on_changed(call),
            Effect::Unpublish(call_id) => self.intent.on_ended(now, &call_id),
            Effect::Disown(call_id) => self.intent.on_handed_over(&call_id, None),
            Effect::Retire(old) => self.retire(&old),
            other => panic!("nothing to store: {other:?}"),
        }
    }

    fn retire(&mut self, old: &Superseded) {
        let by = Age { created: old.created, version: old.by };
        if old.keyspace == self.context.keyspace {
            return self.intent.on_handed_over(&old.call_id, Some(by));
        }
        self.intent.on_taken_over(&old.call_id, old.keyspace, by);
        self.feed.release(&old.call_id);
    }

    fn answers(&mut self, now: Timestamp, channel: Channel, batch: u64, answers: &[StoreAnswer]) {
        if channel == Channel::Write {
            if let Some((_, id)) = self.writing.take_if(|(number, _)| *number == batch) {
                let replies: Vec<IntentReply> = answers.iter().map(reply).collect();
                self.intent.on_acknowledged(now, id, &replies);
            }
            return;
        }
        match (self.asked.remove(&batch), answers) {
            (Some(Asked::Subscription(of)), _) => self.feed.on_subscribed(now, of),
            (Some(Asked::Page(of)), [StoreAnswer::Page(cursor, keys)]) => {
                self.feed.on_scan_page(now, of, *cursor, keys);
            }
            (Some(Asked::Records(of, call_ids)), _) => {
                for (call_id, answer) in call_ids.iter().zip(answers) {
                    let found = match answer {
                        StoreAnswer::Value(stored) => Fetched::Value(stored),
                        StoreAnswer::WrongType => Fetched::NotAString,
                        _ => Fetched::Missing,
                    };
                    self.feed.on_fetched(now, of, call_id, found);
                }
            }
            (Some(Asked::Unsubscription) | None, _) => {}
            (asked, answers) => panic!("{asked:?} was answered with {answers:?}"),
        }
    }

    fn ask_store(&mut self, asked: Asked, commands: Vec<StoreCommand>) -> Wanted {
        let batch = self.ticket();
        self.asked.insert(batch, asked);
        Wanted::Send { channel: Channel::Follow, batch, commands }
    }

    /// What the feed wants.
    fn perform(&mut self, now: Timestamp, output: Output) -> Option<Wanted> {
        let command = |keyspace, words: &[&[u8]]| StoreCommand {
            keyspace,
            words: words.iter().map(|word| word.to_vec()).collect(),
        };
        match output {
            Output::Subscribe(of) => {
                let commands = vec![command(of.keyspace, &[b"PSUBSCRIBE", pattern(of.keyspace).as_bytes()])];
                Some(self.ask_store(Asked::Subscription(of), commands))
            }
            Output::Unsubscribe(keyspace) => {
                let commands = vec![command(keyspace, &[b"PUNSUBSCRIBE", pattern(keyspace).as_bytes()])];
                Some(self.ask_store(Asked::Unsubscription, commands))
            }
            Output::Fetch { of, call_ids } => {
                let get = |call_id: &CallId| command(of.keyspace, &[b"GET", call_id.as_bytes()]);
                let commands = call_ids.iter().map(get).collect();
                Some(self.ask_store(Asked::Records(of, call_ids), commands))
            }
            Output::Scan { of, cursor } => {
                let cursor = cursor.to_string();
                let commands =
                    vec![command(of.keyspace, &[b"SCAN", cursor.as_bytes(), b"COUNT", SCAN_COUNT])];
                Some(self.ask_store(Asked::Page(of), commands))
            }
            Output::ListKnown(of) => {
                let ticket = self.ticket();
                self.lists.insert(ticket, of);
                let own = of.keyspace == self.context.keyspace;
                let filter = if own { Filter::Own } else { Filter::Keyspace(of.keyspace) };
                Some(Wanted::List { ticket, filter })
            }
            Output::Restore(restore) => {
                let ticket = self.ticket();
                let about = restore.call.call_id.clone();
                self.restoring.insert(ticket, (restore.keyspace, about.clone()));
                Some(Wanted::Post { ticket, about, command: Command::Restore(restore) })
            }
            Output::Destroy { call_id, keyspace } => {
                Some(Wanted::Ask { about: call_id.clone(), command: Command::Destroy { call_id, keyspace } })
            }
            Output::OwnRecordGone(call_id) => {
                self.intent.on_record_gone(now, &call_id);
                None
            }
            Output::OwnRecordWritten(call_id) => {
                self.intent.on_record_written(now, &call_id);
                None
            }
            Output::Lease { keyspace, until } => Some(Wanted::Lease { keyspace, until }),
            Output::DestroyAll(_) | Output::Event(_) => None,
        }
    }

    fn write(&mut self, now: Timestamp) -> Option<Wanted> {
        let batch = self.intent.poll_batch(now, CALLS_PER_BATCH)?;
        let number = self.ticket();
        self.writing = Some((number, batch.id));
        let command = |command: tandem::redis::intent::Command| StoreCommand {
            keyspace: command.keyspace,
            words: command.words,
        };
        let commands = batch.commands.into_iter().map(command).collect();
        Some(Wanted::Send { channel: Channel::Write, batch: number, commands })
    }
}

impl Replication for Stored {
    fn tell(&mut self, now: Timestamp, told: Told) {
        match told {
            Told::Effect(effect) => self.take_effect(now, effect),
            Told::Connected(Channel::Follow) => self.feed.on_connected(),
            Told::Connected(Channel::Write) => self.intent.on_connected(),
            Told::Lost(Channel::Follow) => {
                self.asked.clear();
                self.feed.on_lost();
            }
            Told::Lost(Channel::Write) => {
                self.writing = None;
                self.intent.on_lost();
            }
            Told::Answers { channel, batch, answers } => self.answers(now, channel, batch, &answers),
            Told::Notified { channel, event } => self.feed.on_notification(now, &channel, &event),
            Told::Answered { ticket, reply: Reply::Restored(outcome) } => {
                let Some((keyspace, call_id)) = self.restoring.remove(&ticket) else { return };
                if keyspace == self.context.keyspace && outcome == RestoreOutcome::Created {
                    self.intent.on_kept(now, &call_id);
                }
                self.feed.on_restored(now, keyspace, &call_id, outcome);
            }
            Told::Answered { reply, .. } => panic!("a record was answered with {reply:?}"),
            Told::Listed { ticket, calls } => {
                if let Some(of) = self.lists.remove(&ticket) {
                    self.feed.on_known(now, of, &calls);
                }
            }
        }
    }

    fn poll(&mut self, now: Timestamp) -> Option<Wanted> {
        loop {
            if let Some(call_id) = self.intent.poll_republish(now) {
                let command = Command::Republish(Some(call_id.clone()));
                return Some(Wanted::Ask { about: call_id, command });
            }
            if let Some(wanted) = self.write(now) {
                return Some(wanted);
            }
            let output = self.feed.poll()?;
            if let Some(wanted) = self.perform(now, output) {
                return Some(wanted);
            }
        }
    }

    fn tick(&mut self, now: Timestamp) {
        self.feed.tick(now);
        self.intent.tick(now);
    }

    fn next_tick(&self) -> Option<Timestamp> {
        self.feed.next_tick().into_iter().chain(self.intent.next_tick()).min()
    }

    fn can_read(&self, keyspace: Keyspace, call_id: &CallId, text: &[u8]) -> bool {
        record::read(call_id, keyspace, text, &self.context).is_ok()
    }
}

fn reply(answer: &StoreAnswer) -> IntentReply {
    match answer {
        StoreAnswer::Done => IntentReply::Done,
        StoreAnswer::Number(number) => IntentReply::Number(*number),
        StoreAnswer::Value(value) => IntentReply::Value(value.clone()),
        StoreAnswer::Nothing => IntentReply::Nothing,
        StoreAnswer::Page(..) | StoreAnswer::WrongType => IntentReply::Refused,
    }
}
