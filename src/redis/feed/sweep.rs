//! Looks at a whole keyspace: first at all records, then at the calls of which no record was found.

use std::time::Duration;

use ahash::AHashSet;
use tandem_shards::names::{CallId, Keyspace};
use tandem_shards::time::Timestamp;

use super::{Feed, FeedEvent, Following, Held, Output, PENDING_MAX, notification};

/// Calls waiting to be looked at above which a sweep goes no further.
const BACKLOG_MAX: usize = 4096;
/// Records remembered as found. The calls of any beyond are looked at once more, which does no harm.
const FOUND_MAX: usize = 1 << 20;

/// How fast a sweep goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// Something may have been missed.
    Urgent,
    /// Nothing is known to have been missed.
    Leisurely,
}

/// Where the sweeps of a keyspace stand.
#[derive(Debug)]
pub(super) struct Sweep {
    step: Step,
    pace: Pace,
    /// Once more from the start, when this one has ended.
    again: bool,
    /// One has ended since notifications arrive.
    done: bool,
    /// What was found so far.
    found: AHashSet<CallId>,
}

#[derive(Debug)]
enum Step {
    /// The next one starts at that time; none before there is a subscription.
    Idle(Option<Timestamp>),
    /// A page was asked for.
    Page,
    /// The next page is to be asked for.
    Between { cursor: u64, not_before: Timestamp },
    /// The calls of the keyspace were asked for.
    Listing,
}

impl Default for Sweep {
    fn default() -> Self {
        Sweep {
            step: Step::Idle(None),
            pace: Pace::Leisurely,
            again: false,
            done: false,
            found: AHashSet::new(),
        }
    }
}

impl Sweep {
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    pub(super) fn is_under_way(&self) -> bool {
        !matches!(self.step, Step::Idle(_))
    }
}

impl Feed {
    /// A page of a `SCAN`: the cursor to go on from, 0 at the end, and the keys.
    pub fn on_scan_page(&mut self, now: Timestamp, of: Following, cursor: u64, keys: &[Vec<u8>]) {
        let keyspace = of.keyspace;
        let page_interval = self.settings.page_interval;
        let Some(followed) = self.followed.get_mut(&keyspace).filter(|it| it.session == of.session) else {
            return;
        };
        let sweep = &mut followed.sweep;
        if !matches!(sweep.step, Step::Page) {
            return;
        }
        let pause = if sweep.pace == Pace::Urgent { Duration::ZERO } else { page_interval };
        sweep.step = if cursor == 0 {
            self.outputs.push_back(Output::ListKnown(of));
            Step::Listing
        } else {
            Step::Between { cursor, not_before: now + pause }
        };
        let calls: Vec<CallId> = keys.iter().filter_map(|key| notification::call_of_key(key)).collect();
        let room = FOUND_MAX.saturating_sub(sweep.found.len());
        sweep.found.extend(calls.iter().take(room).cloned());
        // Own records are read when they may have changed unseen: to take them back after a restart, and to find
        // those that others overwrote.
        if keyspace != self.context.keyspace || sweep.pace == Pace::Urgent {
            for call_id in calls {
                self.look_at(now, keyspace, call_id);
            }
        }
        self.sweep_on(now);
    }

    /// The calls that the shards hold for a keyspace, or own, for the own keyspace.
    pub fn on_known(&mut self, now: Timestamp, of: Following, calls: &[CallId]) {
        let keyspace = of.keyspace;
        let sweep_interval = self.settings.sweep_interval;
        let Some(followed) = self.followed_since(of) else { return };
        if !matches!(followed.sweep.step, Step::Listing) {
            return;
        }
        let sweep = std::mem::take(&mut followed.sweep);
        followed.sweep.step = Step::Idle(Some(now + sweep_interval));
        followed.sweep.done = true;
        followed.last_sweep = Some(now);
        followed.taken_back.get_or_insert(now);
        let missing: Vec<&CallId> = calls.iter().filter(|call_id| !sweep.found.contains(*call_id)).collect();
        self.counters.sweeps += 1;
        let (records, missed) = (sweep.found.len(), missing.len());
        self.outputs.push_back(Output::Event(FeedEvent::Swept { keyspace, records, missing: missed }));
        if keyspace == self.context.keyspace {
            self.counters.own_records_gone += missed as u64;
            self.outputs.extend(missing.into_iter().cloned().map(Output::OwnRecordGone));
        } else {
            self.agree_on_held(now, keyspace, calls);
            for call_id in missing {
                // A second look decides: a call may have come in since the scan passed by.
                self.look_at(now, keyspace, call_id.clone());
            }
        }
        if sweep.again {
            self.start_sweep(now, keyspace, Pace::Urgent);
        }
    }

    /// Whether every keyspace has been looked at as a whole, and all that it brought has been dealt with.
    pub fn is_caught_up(&self) -> bool {
        let swept =
            |keyspace: &Keyspace| self.followed.get(keyspace).and_then(|followed| followed.last_sweep);
        self.followed.keys().all(|keyspace| swept(keyspace).is_some())
            && self.pending.iter().all(|((keyspace, _), pending)| swept(keyspace) < Some(pending.since))
    }

    /// What the shards say they hold is the truth: a call may have ended there for reasons of its own.
    fn agree_on_held(&mut self, now: Timestamp, keyspace: Keyspace, calls: &[CallId]) {
        let listed: AHashSet<&CallId> = calls.iter().collect();
        let believed = self.held.iter().filter(|(_, held)| held.keyspace == keyspace);
        let gone = believed.map(|(call_id, _)| call_id).filter(|call_id| !listed.contains(call_id));
        let gone: Vec<CallId> = gone.cloned().collect();
        for call_id in gone {
            // Not forgotten: its ports may come free between the list and the look, and then only this leads
            // to its end.
            if let Some(held) = self.held.get_mut(&call_id) {
                held.from = None;
            }
            self.look_at(now, keyspace, call_id);
        }
        for call_id in calls {
            let unknown = Held { keyspace, from: None };
            let held = self.held.entry(call_id.clone()).or_insert(unknown);
            if held.keyspace != keyspace {
                *held = unknown;
            }
        }
    }

    /// Starts a sweep, or one more after the one under way.
    pub(super) fn start_sweep(&mut self, now: Timestamp, keyspace: Keyspace, pace: Pace) {
        let Some(followed) = self.followed.get_mut(&keyspace) else { return };
        if !followed.subscribed {
            // The subscription brings a sweep with it.
            return;
        }
        let sweep = &mut followed.sweep;
        if sweep.is_under_way() {
            sweep.pace = pace;
            sweep.again = true;
        } else {
            sweep.pace = pace;
            sweep.step = Step::Between { cursor: 0, not_before: now };
        }
        self.sweep_on(now);
    }

    /// More calls changed than can be kept in mind.
    pub(super) fn overflow(&mut self, keyspace: Keyspace) {
        let Some(followed) = self.followed.get_mut(&keyspace) else { return };
        if !std::mem::replace(&mut followed.sweep.again, true) {
            self.outputs.push_back(Output::Event(FeedEvent::Overflow(keyspace)));
        }
    }

    /// Takes the steps that are due.
    pub(super) fn sweep_on(&mut self, now: Timestamp) {
        let backlog = self.pending.len();
        for (keyspace, followed) in &mut self.followed {
            let sweep = &mut followed.sweep;
            match sweep.step {
                Step::Idle(Some(due)) if sweep.again && backlog <= BACKLOG_MAX || due <= now => {
                    sweep.pace = if sweep.again { Pace::Urgent } else { Pace::Leisurely };
                    sweep.again = false;
                    sweep.step = Step::Between { cursor: 0, not_before: now };
                }
                _ => {}
            }
            if let Step::Between { cursor, not_before } = sweep.step
                && not_before <= now
                && backlog <= BACKLOG_MAX
            {
                sweep.step = Step::Page;
                let of = Following { keyspace: *keyspace, session: followed.session };
                self.outputs.push_back(Output::Scan { of, cursor });
            }
        }
    }

    /// When a sweep has something to do that nothing else brings on.
    pub(super) fn next_sweep_step(&self) -> Option<Timestamp> {
        let due = |followed: &super::Followed| match followed.sweep.step {
            Step::Idle(due) => due,
            Step::Between { not_before, .. } if self.pending.len() <= BACKLOG_MAX => Some(not_before),
            Step::Between { .. } | Step::Page | Step::Listing => None,
        };
        self.followed.values().filter_map(due).min()
    }
}

const _: () = assert!(BACKLOG_MAX < PENDING_MAX, "a sweep must not overflow what it feeds");
