//! The thread `redis-write`: carries out what a [`PublishTask`] wants, and reports back.
//!
//! One batch is on its way at a time, and while it is, changes gather in the channel of publications and then in the
//! task: the latest state of a call wins. Redis slow, stopped or gone delays nobody but this thread.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, select};
use tandem_shards::input::Command;
use tandem_shards::io::{Ask, Caller, Callers, Clock, Publication, PublicationLosses};
use tandem_shards::routing::shard_of;

use super::command::Trouble;
use super::connect::{Connector, Link};
use super::control::{About, Shared};
use super::follow_thread::list;
use super::replicator::{FollowOrder, PublishEffect, PublishOrder, PublishTask};

/// Longest time until a lost publication is noticed.
const WAIT_MAX: Duration = Duration::from_secs(1);
/// Time for which changes gather once one has come: an offer and the answer that follows at once are one record, a call
/// that has ended by then is none, and the shards have nobody to wake.
const GATHERING: Duration = Duration::from_millis(2);
/// Between looks at what is due while Redis is away.
const WAIT_AWAY: Duration = Duration::from_millis(50);

/// The thread's ends of everything.
#[derive(Debug)]
pub struct PublishThread {
    /// Decides.
    pub task: PublishTask,
    /// Server to connect to.
    pub connector: Connector,
    /// Changes of the shards.
    pub publications: Receiver<Publication>,
    /// Losses among these changes.
    pub losses: PublicationLosses,
    /// Orders of the daemon and of the other thread.
    pub orders: Receiver<PublishOrder>,
    /// The thread that follows.
    pub follower: Sender<FollowOrder>,
    /// The status board.
    pub shared: Arc<Shared>,
    /// The way to the shards.
    pub callers: Callers,
}

impl PublishThread {
    /// Runs until it is told to stop.
    pub fn run(mut self) {
        let clock = Clock::of_process();
        let mut caller = self.callers.take();
        let mut link = None;
        while !self.task.is_finished() {
            // In this order: what was published before the loss is taken before the task is told of it.
            let lost = self.losses.take();
            self.take_publications(clock);
            if lost {
                log::warn!("changes came faster than they could be taken: all own calls are published again");
                self.task.on_publications_lost(clock.now());
            }
            self.task.on_presence(self.shared.presence());
            self.task.tick(clock.now());
            while let Some(effect) = self.task.poll(clock.now()) {
                let uses_link = matches!(effect, PublishEffect::Connect | PublishEffect::Send(_));
                self.perform(effect, &mut link, &mut caller, clock);
                self.take_publications(clock);
                if uses_link && !self.task.is_connected() {
                    // An attempt to connect may take long: it is shown, and orders are seen, before the next.
                    break;
                }
            }
            self.shared.show_publisher(&self.task);
            if !self.task.is_finished() {
                self.wait(clock);
            }
        }
        let owed = self.task.intent().owed();
        if owed > 0 {
            log::warn!("{owed} calls could not be written at the end");
        }
    }

    fn perform(&mut self, effect: PublishEffect, link: &mut Option<Link>, caller: &mut Caller, clock: Clock) {
        match effect {
            PublishEffect::Connect => match self.connector.connect() {
                Ok(open) => {
                    *link = Some(open);
                    self.task.on_connected(clock.now());
                }
                Err(trouble) => {
                    self.shared.note_trouble(About::Writing, &trouble);
                    self.task.on_lost();
                }
            },
            PublishEffect::Send(batch) => {
                let Some(open) = link else { return self.task.on_lost() };
                match open.execute(&batch.commands) {
                    Ok(replies) => self.task.on_replies(clock.now(), batch.id, &replies),
                    Err(trouble) => {
                        *link = None;
                        self.shared.note_trouble(About::Writing, &trouble);
                        self.task.on_lost();
                    }
                }
            }
            PublishEffect::Republish(call_id) => {
                let shard = shard_of(&call_id, caller.shard_count());
                if let Err(error) = caller.ask(shard, Command::Republish(Some(call_id.clone()))) {
                    log::warn!("call={call_id} shard {shard} did not answer in time: {error}");
                }
            }
            PublishEffect::List(filter) => {
                let (calls, complete) = list(caller, &filter);
                self.task.on_listed(clock.now(), complete.then_some(&calls));
            }
            PublishEffect::Presence(Ok(())) => self.shared.note_right(About::Presence),
            PublishEffect::Presence(Err(error)) => {
                let trouble = Trouble(format!("PUBLISH is refused ({error}): the user needs `+publish`"));
                self.shared.note_trouble(About::Presence, &trouble);
            }
            PublishEffect::Tell(order) => {
                if let Err(refused) = self.follower.try_send(order) {
                    log::warn!("the queue of redis-notify is full; an order is dropped");
                    self.task.on_follower_full(refused.into_inner());
                }
            }
        }
    }

    fn take_publications(&mut self, clock: Clock) {
        for publication in self.publications.try_iter().take(self.publications.len()) {
            self.task.on_publication(clock.now(), publication);
        }
    }

    /// Waits for something to do.
    fn wait(&mut self, clock: Clock) {
        let now = clock.now();
        let due = self.task.next_tick().map_or(WAIT_MAX, |due| due.since(now).min(WAIT_MAX));
        // What is due while Redis is away has to wait for it.
        let patience = if self.task.is_connected() { due } else { due.max(WAIT_AWAY) };
        select! {
            recv(self.publications) -> publication => match publication {
                Ok(publication) => {
                    self.task.on_publication(clock.now(), publication);
                    gather();
                }
                Err(_) => self.task.on_order(clock.now(), PublishOrder::Stop),
            },
            recv(self.orders) -> order => {
                self.task.on_order(clock.now(), order.unwrap_or(PublishOrder::Stop));
            },
            default(patience) => {}
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the thread loop waits here")]
fn gather() {
    std::thread::sleep(GATHERING);
}
