//! From the queue to Redis and back: what a call's debt comes to, and what an answer settles.

use std::time::Duration;

use tandem_shards::names::CallId;
use tandem_shards::sabotage::{self, Sabotage};
use tandem_shards::time::Timestamp;

use super::{Announce, ECHO, Entry, Intent, Republish, Task, Wanted};
use crate::redis::command::{self, Command, Reply};
use crate::redis::record;

impl Entry {
    pub(super) fn new() -> Entry {
        Entry {
            wanted: Wanted::AsStored,
            queued: None,
            in_flight: false,
            again: false,
            stored_at: Timestamp::ZERO,
            echoes: 0,
            refresh_at: Timestamp::ZERO,
            republish: Republish::default(),
        }
    }
}

impl Entry {
    /// Forgets echoes that have not come by now: the notification was lost with a connection.
    pub(super) fn forget_late_echoes(&mut self, now: Timestamp) {
        if now > self.stored_at + ECHO {
            self.echoes = 0;
        }
    }
}

impl Intent {
    /// Puts a call into the queue, unless it is there. What is on its way comes back into it afterwards.
    pub(super) fn enqueue(&mut self, call_id: &CallId) {
        let entry = self.entries.get_mut(call_id).expect("only what is known is queued");
        entry.again |= entry.in_flight;
        if entry.queued.is_none() && !entry.in_flight {
            entry.queued = Some(self.drawn);
            self.queue.insert(self.drawn, call_id.clone());
            self.drawn += 1;
        }
    }

    /// Nothing is owed for a call any more.
    pub(super) fn forget(&mut self, call_id: &CallId) {
        let Some(entry) = self.entries.remove(call_id) else { return };
        self.written.times().remove(call_id);
        self.refreshes.remove(&(entry.refresh_at, call_id.clone()));
        if let Wanted::Nothing(since) = entry.wanted {
            self.tombstones.remove(&(since, call_id.clone()));
        }
        if let Some(number) = entry.queued {
            self.queue.remove(&number);
        }
    }

    /// The commands for what a call owes.
    pub(super) fn start(
        &mut self,
        now: Timestamp,
        call_id: CallId,
        commands: &mut Vec<Command>,
    ) -> Option<Task> {
        let entry = self.entries.get_mut(&call_id).expect("only what is known is queued");
        entry.queued = None;
        let keyspace = self.context.keyspace;
        let expires = self.settings.expires;
        let notifier = self.settings.announce == Announce::SetAndNotifier;
        let task = match &entry.wanted {
            Wanted::AsStored => return None,
            Wanted::Latest(call) => {
                let value = record::write(call, &self.context);
                commands.push(command::store(keyspace, &call_id, &value, expires));
                if notifier {
                    commands.extend(command::announce(keyspace, &call_id, expires));
                }
                entry.forget_late_echoes(now);
                entry.echoes += 1;
                Task::Store(call_id)
            }
            Wanted::Refreshed => {
                commands.push(command::refresh(keyspace, &call_id, expires));
                if notifier {
                    commands.push(command::refresh_notifier(keyspace, &call_id, expires));
                }
                Task::Refresh(call_id)
            }
            Wanted::Nothing(_) => {
                commands.push(command::delete(keyspace, &call_id));
                if notifier {
                    commands.push(command::silence(keyspace, &call_id));
                }
                Task::Delete(call_id)
            }
        };
        entry.in_flight = true;
        Some(task)
    }

    /// A task was not carried out, or nobody knows: its debt stands.
    pub(super) fn give_back(&mut self, task: Task) {
        let (Task::Store(call_id) | Task::Refresh(call_id) | Task::Delete(call_id)) = task else {
            let Task::Cleanup(keyspace, call_id) = task else { return };
            return self.cleanups.give_back(keyspace, call_id);
        };
        if let Some(entry) = self.entries.get_mut(&call_id).filter(|entry| entry.in_flight) {
            entry.in_flight = false;
            entry.again = false;
            if sabotage::on(Sabotage::CleanTooSoon) {
                entry.wanted = Wanted::AsStored;
            }
            self.enqueue(&call_id);
        }
    }

    /// A task was carried out.
    pub(super) fn settle(&mut self, now: Timestamp, task: Task, replies: &[Reply]) {
        let (Task::Store(call_id) | Task::Refresh(call_id) | Task::Delete(call_id)) = &task else { return };
        match &task {
            Task::Store(_) => self.counters.stored += 1,
            Task::Delete(_) => self.counters.deleted += 1,
            Task::Refresh(_) | Task::Cleanup(..) => self.counters.refreshed += 1,
        }
        // If it is not on its way, it was given up meanwhile.
        let Some(entry) = self.entries.get_mut(call_id).filter(|entry| entry.in_flight) else { return };
        entry.in_flight = false;
        if let Task::Store(_) = task {
            self.written.times().insert(call_id.clone(), now);
        }
        if std::mem::take(&mut entry.again) {
            return self.enqueue(call_id);
        }
        if let Task::Delete(_) = task {
            return self.forget(call_id);
        }
        entry.wanted = Wanted::AsStored;
        if let Task::Store(_) = task {
            entry.stored_at = now;
        }
        self.refreshes.remove(&(entry.refresh_at, call_id.clone()));
        entry.refresh_at = now + refresh_after(self.settings.expires, call_id);
        self.refreshes.insert((entry.refresh_at, call_id.clone()));
        if let Task::Refresh(_) = task
            && replies.first() == Some(&Reply::Number(0))
        {
            self.on_record_gone(now, call_id);
        }
    }
}

/// Half of the time that a record lives, and up to a quarter more, so that not all come at once.
fn refresh_after(expires: Duration, call_id: &CallId) -> Duration {
    let sum = call_id.as_bytes().iter().fold(7u32, |sum, byte| {
        // Multipliers that spread call-ids which differ in a digit or two.
        sum.wrapping_mul(31).wrapping_add(u32::from(*byte))
    });
    let spread = sum.wrapping_mul(0x9e37_79b9) >> 16;
    expires / 2 + expires / 4 * (spread % 1000) / 1000
}
