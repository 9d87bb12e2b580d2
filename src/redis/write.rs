//! The thread `redis-write`: own calls on their way to Redis.
//!
//! What is owed is the [`Intent`]'s to know; this is the loop around it. One batch is on its way at a time, and
//! while it is, changes gather in the channel and in the intent: the latest state of a call wins. Redis slow,
//! stopped or gone delays nobody but this thread.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, select};
use redis::Value;
use tandem_shards::input::{Command, Filter};
use tandem_shards::io::{Ask, Callers, Clock, Publication, PublicationLosses};
use tandem_shards::names::CallId;
use tandem_shards::output::{Reply as ShardReply, Superseded};
use tandem_shards::routing::shard_of;
use tandem_shards::time::Timestamp;

use super::connect::{Connector, Link, Trouble};
use super::control::{About, Order, Shared};
use super::intent::{Batch, Intent, Reply};
use super::record::Age;

/// Calls written in one go.
const CALLS_PER_BATCH: usize = 256;
/// Between attempts to connect.
const RETRY: Duration = Duration::from_secs(1);
/// How soon a lost publication is noticed, at the latest; and while nothing is written, how often the server is asked
/// whether it is still there.
const IDLE: Duration = Duration::from_secs(1);
/// How often the other nodes are told that this one is there.
const PRESENCE_INTERVAL: Duration = Duration::from_secs(2);
/// Own calls that a shard lists.
const LIST_MAX: usize = 1 << 20;
/// Batches written at the end, before what is left is given up.
const LAST_BATCHES_MAX: usize = 1000;

/// What the thread is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteOrder {
    /// An own call was taken back from its record.
    Kept(CallId),
    /// The record of an own call is gone.
    RecordGone(CallId),
    /// The record of an own call was written.
    RecordWritten(CallId),
    /// Write what is owed, and end.
    Stop,
}

/// The thread's belongings.
#[derive(Debug)]
pub struct Write {
    /// Knows what is owed.
    pub intent: Intent,
    /// Where to connect.
    pub connector: Connector,
    /// What the shards have changed.
    pub publications: Receiver<Publication>,
    /// Whether something of that was lost.
    pub losses: PublicationLosses,
    /// What the other threads want.
    pub orders: Receiver<WriteOrder>,
    /// The notification thread.
    pub notify: Sender<Order>,
    /// What is shown.
    pub shared: Arc<Shared>,
    /// The way to the shards.
    pub callers: Callers,
    /// Connections that were lost.
    pub lost: u64,
}

impl Write {
    /// Runs until it is told to stop.
    pub fn run(mut self) {
        let clock = Clock::of_process();
        let mut link: Option<Link> = None;
        let mut connect_at = clock.now();
        let mut answered = clock.now();
        let mut presence_at = clock.now();
        let mut stopping = false;
        while !stopping {
            self.take_publications(clock);
            if self.losses.take() {
                self.publish_all(clock);
            }
            self.intent.tick(clock.now());
            self.publish_again(clock);
            if link.is_none() && clock.now() >= connect_at {
                connect_at = clock.now() + RETRY;
                link = self.connect();
                answered = clock.now();
            }
            if let Some(open) = link.as_mut().filter(|_| clock.now() >= presence_at) {
                presence_at = clock.now() + PRESENCE_INTERVAL;
                if let Err(trouble) = self.say_presence(open) {
                    self.lost(&trouble);
                    link = None;
                }
            }
            if let Some(open) = &mut link
                && let Err(trouble) = self.turn(open, clock, &mut answered)
            {
                self.lost(&trouble);
                // A connection that had been of use is replaced at once, one that never was in its time.
                link = None;
            }
            self.shared.show_intent(link.is_some(), &self.intent, self.lost);
            stopping = self.wait(clock, link.is_some());
        }
        self.take_publications(clock);
        let mut link = link.or_else(|| self.connect());
        for _ in 0..LAST_BATCHES_MAX {
            let Some(open) = link.as_mut().filter(|_| self.intent.owed() > 0) else { break };
            if self.write(open, clock).is_err() {
                break;
            }
        }
        if self.intent.owed() > 0 {
            log::warn!("{} calls could not be written at the end", self.intent.owed());
        }
    }

    /// Waits for something to do. Whether it is the end.
    fn wait(&mut self, clock: Clock, connected: bool) -> bool {
        if connected && self.intent.owed() > 0 && self.intent.next_tick().is_none_or(|due| due <= clock.now())
        {
            return false;
        }
        let longest = if connected { IDLE } else { RETRY };
        let due = self.intent.next_tick().map_or(longest, |due| due.since(clock.now()).min(longest));
        // What is due while Redis is away has to wait for it.
        let patience = if connected { due } else { due.max(Duration::from_millis(50)) };
        select! {
            recv(self.publications) -> publication => match publication {
                Ok(publication) => self.note(clock, publication),
                Err(_) => return true,
            },
            recv(self.orders) -> order => match order {
                Ok(order) => return self.obey(clock, order),
                Err(_) => return true,
            },
            default(patience) => {}
        }
        false
    }

    fn obey(&mut self, clock: Clock, order: WriteOrder) -> bool {
        match order {
            WriteOrder::Kept(call_id) => self.intent.on_kept(clock.now(), &call_id),
            WriteOrder::RecordGone(call_id) => self.intent.on_record_gone(clock.now(), &call_id),
            WriteOrder::RecordWritten(call_id) => self.intent.on_record_written(clock.now(), &call_id),
            WriteOrder::Stop => return true,
        }
        false
    }

    fn take_publications(&mut self, clock: Clock) {
        for _ in 0..self.publications.len() {
            let Ok(publication) = self.publications.try_recv() else { return };
            self.note(clock, publication);
        }
    }

    fn note(&mut self, clock: Clock, publication: Publication) {
        match publication {
            Publication::Changed(call) => self.intent.on_changed(call),
            Publication::Ended(call_id) => self.intent.on_ended(clock.now(), &call_id),
            Publication::Disowned(call_id) => self.intent.on_handed_over(&call_id, None),
            Publication::Superseded(old) => self.note_superseded(&old),
        }
    }

    fn note_superseded(&mut self, old: &Superseded) {
        let by = Age { created: old.created, version: old.by };
        if old.keyspace == self.shared.keyspace {
            return self.intent.on_handed_over(&old.call_id, Some(by));
        }
        self.intent.on_taken_over(&old.call_id, old.keyspace, by);
        if self.notify.try_send(Order::TakenOver(old.call_id.clone())).is_err() {
            log::warn!("call={} the notification thread takes no orders", old.call_id);
        }
    }

    /// Publications were lost: has every own call published again, one by one, so that the channel cannot
    /// overflow for it.
    fn publish_all(&mut self, clock: Clock) {
        log::warn!("changes came faster than they could be taken: all own calls are published again");
        let mut caller = self.callers.take();
        let list = |_| Command::List { filter: Filter::Own, limit: LIST_MAX };
        for answer in caller.ask_all(list) {
            let Ok(ShardReply::Calls(calls)) = answer else { continue };
            for call in calls {
                self.publish(call.call_id);
                self.take_publications(clock);
            }
        }
    }

    /// Has those calls published again whose records others have deleted.
    fn publish_again(&mut self, clock: Clock) {
        while let Some(call_id) = self.intent.poll_republish(clock.now()) {
            self.publish(call_id);
        }
    }

    fn publish(&self, call_id: CallId) {
        let mut caller = self.callers.take();
        let shard = shard_of(&call_id, caller.shard_count());
        if let Err(error) = caller.ask(shard, Command::Republish(Some(call_id.clone()))) {
            log::warn!("call={call_id} its shard does not answer: {error}");
        }
    }

    fn connect(&mut self) -> Option<Link> {
        match self.connector.connect() {
            Ok(link) => {
                self.intent.on_connected();
                Some(link)
            }
            Err(trouble) => {
                self.shared.note_trouble(About::Writing, &trouble);
                None
            }
        }
    }

    fn lost(&mut self, trouble: &Trouble) {
        self.intent.on_lost();
        self.lost += 1;
        self.shared.note_trouble(About::Writing, trouble);
    }

    /// Writes one batch, or asks the server whether it is there if there was nothing to write for a while: a
    /// connection that is broken must not be found out by the next call.
    fn turn(&mut self, link: &mut Link, clock: Clock, answered: &mut Timestamp) -> Result<(), Trouble> {
        if self.write(link, clock)? {
            *answered = clock.now();
        } else if clock.now().since(*answered) >= IDLE {
            link.ping()?;
            *answered = clock.now();
        }
        Ok(())
    }

    /// Tells the other nodes that this one is there. A Redis that does not let it is no reason to stop writing.
    fn say_presence(&self, link: &mut Link) -> Result<(), Trouble> {
        let (channel, message) = self.shared.presence().words();
        let publish = redis::cmd("PUBLISH").arg(channel).arg(message).to_owned();
        match link.pipeline(self.shared.keyspace, &[publish])?.first() {
            Some(Value::ServerError(error)) => {
                let trouble = format!("PUBLISH is refused ({}): the user needs `+publish`", error.code());
                self.shared.note_trouble(About::Presence, &Trouble(trouble));
            }
            _ => self.shared.note_right(About::Presence),
        }
        Ok(())
    }

    /// Writes one batch, if something is owed.
    fn write(&mut self, link: &mut Link, clock: Clock) -> Result<bool, Trouble> {
        let Some(batch) = self.intent.poll_batch(clock.now(), CALLS_PER_BATCH) else {
            return Ok(false);
        };
        let replies = send(link, &batch)?;
        self.intent.on_acknowledged(clock.now(), batch.id, &replies);
        Ok(true)
    }
}

/// Sends the commands of a batch, those of one database in one go.
fn send(link: &mut Link, batch: &Batch) -> Result<Vec<Reply>, Trouble> {
    let mut replies = Vec::with_capacity(batch.commands.len());
    for commands in batch.commands.chunk_by(|a, b| a.keyspace == b.keyspace) {
        let built: Vec<redis::Cmd> = commands.iter().map(|command| build(&command.words)).collect();
        let answers = link.pipeline(commands[0].keyspace, &built)?;
        replies.extend(answers.into_iter().map(reply));
    }
    Ok(replies)
}

fn build(words: &[Vec<u8>]) -> redis::Cmd {
    let mut command = redis::Cmd::new();
    for word in words {
        command.arg(word.as_slice());
    }
    command
}

fn reply(value: Value) -> Reply {
    match value {
        Value::Okay | Value::SimpleString(_) => Reply::Done,
        Value::Int(number) => Reply::Number(number),
        Value::BulkString(value) => Reply::Value(value),
        Value::Nil => Reply::Nothing,
        _ => Reply::Refused,
    }
}
