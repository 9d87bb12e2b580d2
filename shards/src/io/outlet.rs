//! Channels by which values leave a shard: bounded, and a shard waits for none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::Publication;
use super::sys;
use crate::call::state::CallSnapshot;
use crate::limits::{EVENTS_MAX, PUBLICATIONS_MAX};
use crate::names::{CallId, RequestId, ShardId};
use crate::output::{Event, Reply, Superseded};
use crate::time::Timestamp;

/// An answer on its way to a caller.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) sequence: u64,
    pub(super) reply: Reply,
}

/// Channels that all shards send to.
#[derive(Clone, Debug)]
pub(super) struct Outlets {
    pub(super) answers: Arc<[Sender<Answer>]>,
    publications: Sender<Publication>,
    events: Sender<(ShardId, Event)>,
    losses: Arc<Losses>,
}

/// The other ends.
#[derive(Debug)]
pub(super) struct Inlets {
    pub(super) publications: Receiver<Publication>,
    pub(super) events: Receiver<(ShardId, Event)>,
    pub(super) losses: Arc<Losses>,
}

/// Counts of values that did not fit.
#[derive(Debug, Default)]
pub struct Losses {
    pub(super) publications: AtomicBool,
    pub(super) events: AtomicU64,
}

impl Outlets {
    pub(super) fn new(answers: Arc<[Sender<Answer>]>) -> (Outlets, Inlets) {
        let (publications, publications_end) = bounded(PUBLICATIONS_MAX);
        let (events, events_end) = bounded(EVENTS_MAX);
        let losses = Arc::new(Losses::default());
        let inlets =
            Inlets { publications: publications_end, events: events_end, losses: Arc::clone(&losses) };
        (Outlets { answers, publications, events, losses }, inlets)
    }
}

/// One shard's way out. Made on the shard's own thread, whose CPU time it reports.
#[derive(Debug)]
pub(super) struct Outlet {
    pub(super) shard: ShardId,
    pub(super) cpu: usize,
    pub(super) started: Timestamp,
    pub(super) outlets: Outlets,
}

impl Outlet {
    pub(super) fn publish(&self, call: Box<CallSnapshot>) {
        self.put(Publication::Changed(call));
    }

    pub(super) fn unpublish(&self, call_id: CallId) {
        self.put(Publication::Ended(call_id));
    }

    pub(super) fn retire(&self, former: Superseded) {
        self.put(Publication::Superseded(former));
    }

    pub(super) fn disown(&self, call_id: CallId) {
        self.put(Publication::Disowned(call_id));
    }

    fn put(&self, publication: Publication) {
        if self.outlets.publications.try_send(publication).is_err() {
            self.outlets.losses.publications.store(true, Ordering::Release);
        }
    }

    /// Answers a caller. One that gave up and does not empty its channel loses the answer.
    pub(super) fn reply(&self, to: RequestId, mut reply: Reply, now: Timestamp) {
        if let Reply::Shard(report) = &mut reply {
            let micros = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
            report.cpu = Some(self.cpu);
            report.busy_us = micros(sys::thread_cpu_time());
            report.uptime_us = micros(now.since(self.started));
        }
        if let Some(answers) = self.outlets.answers.get(usize::from(to.caller)) {
            let _ = answers.try_send(Answer { sequence: to.sequence, reply });
        }
    }

    pub(super) fn event(&self, event: Event) {
        if self.outlets.events.try_send((self.shard, event)).is_err() {
            self.outlets.losses.events.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{EndCause, EventKind};

    fn outlet() -> (Outlet, Inlets, Receiver<Answer>) {
        let (answers, answers_end) = bounded(1);
        let (outlets, inlets) = Outlets::new([answers].into());
        (Outlet { shard: ShardId(3), cpu: 5, started: Timestamp::ZERO, outlets }, inlets, answers_end)
    }

    #[test]
    fn what_does_not_fit_is_noted_and_nothing_waits() {
        let (outlet, inlets, _answers) = outlet();
        let event = Event { call_id: CallId::from("a"), kind: EventKind::Ended(EndCause::Deleted) };
        for _ in 0..EVENTS_MAX + 2 {
            outlet.event(event.clone());
        }
        assert_eq!(inlets.losses.events.load(Ordering::Relaxed), 2);
        for _ in 0..PUBLICATIONS_MAX {
            outlet.unpublish(CallId::from("a"));
        }
        assert!(!inlets.losses.publications.load(Ordering::Acquire));
        outlet.unpublish(CallId::from("b"));
        assert!(inlets.losses.publications.load(Ordering::Acquire));
        assert_eq!(inlets.publications.len(), PUBLICATIONS_MAX);
    }

    #[test]
    fn an_answer_to_nobody_goes_nowhere() {
        let (outlet, _inlets, answers) = outlet();
        for (caller, sequence) in [(0, 1), (0, 2), (7, 3)] {
            outlet.reply(RequestId { caller, sequence }, Reply::Done, Timestamp::ZERO);
        }
        let got: Vec<u64> = answers.try_iter().map(|answer| answer.sequence).collect();
        assert_eq!(got, [1], "the second found no room, the third no caller");
    }
}
