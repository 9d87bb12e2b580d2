//! The checker: what must hold, seen from outside.
//!
//! It keeps its own book of what proxies were answered, which packets came through and what events nodes told
//! of, and compares. It asks no shard anything but its report.

use std::net::SocketAddr;
use std::time::Duration;

use super::NODES_MAX;
use super::packet::Tag;
use crate::call::state::{CallSnapshot, Ownership};
use crate::output::{DropReason, EndCause, EventKind, Verdict};
use crate::settings::Settings;
use crate::stats::ShardReport;
use crate::time::Timestamp;

/// Parties of a dialogue that are kept book of.
pub(super) const LEGS_MAX: usize = 8;
/// Violations that are kept; the first one counts.
const KEPT_MAX: usize = 16;

/// Activity of a node, as the world knows it: decides what the node may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// Serves a proxy about this dialogue.
    Signal(u32),
    /// Takes a record of this dialogue.
    Record(u32),
    /// A timeout has come.
    Timeout,
    /// An operator's command.
    Operator,
}

/// Requests about a dialogue that went through a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Served {
    /// An offer or answer was carried out: this party says it is at this address.
    Signal { dialogue: u32, leg: Option<u8>, endpoint: Option<SocketAddr>, unguarded: bool },
    /// A deletion was accepted, for this time.
    Delete { dialogue: u32, due: Timestamp },
}

/// Holders of a call at a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Holder {
    #[default]
    Nobody,
    Own,
    Foreign,
}

/// The book of one dialogue at one node.
#[derive(Clone, Debug, Default)]
struct Facts {
    holder: Holder,
    created: Timestamp,
    last_signal: Timestamp,
    last_packet: Timestamp,
    deletion: Option<Timestamp>,
    owes_publication: bool,
    unguarded: bool,
    legs: [LegFacts; LEGS_MAX],
}

#[derive(Clone, Copy, Debug, Default)]
struct LegFacts {
    endpoint: Option<SocketAddr>,
    /// Time and socket of the last packet from there.
    genuine: Option<(Timestamp, SocketAddr)>,
}

/// The book of a run.
#[derive(Debug)]
pub struct Checker {
    start: Timestamp,
    facts: Vec<[Facts; NODES_MAX]>,
    own: [u64; NODES_MAX],
    foreign: [u64; NODES_MAX],
    violations: Vec<String>,
    /// Counts of what was found right: a check that never runs proves nothing.
    pub counts: Counts,
}

/// Counts of each kind of observation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Packets relayed to a party of their call.
    pub relayed: u64,
    /// Packets that came in on a socket of another call.
    pub strays: u64,
    /// Packets of others that the guard kept out.
    pub guarded: u64,
    /// Packets of others that were let through, rightly.
    pub learned: u64,
    /// Calls made.
    pub created: u64,
    /// Calls restored.
    pub restored: u64,
    /// Calls taken over.
    pub taken_over: u64,
    /// Calls ended, by cause.
    pub ended: [u64; EndCause::ALL.len()],
    /// Dialogues whose media was heard both ways at the end of the calm.
    pub lively: u64,
    /// Dialogues whose media was heard both ways after a node had died in the calm.
    pub survived: u64,
    /// Calls that were the same at their owner and everywhere else at the end of the calm.
    pub replicated: u64,
    /// Dialogues that were answered.
    pub answered: u64,
}

impl Counts {
    /// Adds those of another run.
    pub fn add(&mut self, other: &Counts) {
        self.relayed += other.relayed;
        self.strays += other.strays;
        self.guarded += other.guarded;
        self.learned += other.learned;
        self.created += other.created;
        self.restored += other.restored;
        self.taken_over += other.taken_over;
        self.lively += other.lively;
        self.survived += other.survived;
        self.replicated += other.replicated;
        self.answered += other.answered;
        for (sum, count) in self.ended.iter_mut().zip(other.ended) {
            *sum += count;
        }
    }
}

impl Checker {
    /// An empty book for so many dialogues.
    pub(super) fn new(start: Timestamp, dialogues: u32) -> Self {
        Checker {
            start,
            facts: vec![Default::default(); dialogues as usize],
            own: [0; NODES_MAX],
            foreign: [0; NODES_MAX],
            violations: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Notes that something is wrong.
    pub(super) fn fail(&mut self, now: Timestamp, what: impl Into<String>) {
        if self.violations.len() < KEPT_MAX {
            let time = now.since(self.start).as_secs_f64();
            self.violations.push(format!("at {time:.6}: {}", what.into()));
        }
    }

    /// True if something is wrong.
    pub fn has_failed(&self) -> bool {
        !self.violations.is_empty()
    }

    /// Everything that was wrong.
    pub fn violations(&self) -> &[String] {
        &self.violations
    }

    fn at(&mut self, dialogue: u32, node: usize) -> &mut Facts {
        &mut self.facts[dialogue as usize][node]
    }

    /// A node is dead: it holds nothing.
    pub(super) fn node_died(&mut self, node: usize) {
        for facts in &mut self.facts {
            facts[node] = Facts::default();
        }
        self.own[node] = 0;
        self.foreign[node] = 0;
    }

    /// A signal or deletion was carried out.
    pub(super) fn served(&mut self, now: Timestamp, node: usize, served: Served) {
        match served {
            Served::Signal { dialogue, leg, endpoint, unguarded } => {
                let facts = self.at(dialogue, node);
                facts.last_signal = now;
                facts.deletion = None;
                facts.unguarded |= unguarded;
                let Some(leg) = leg.map(usize::from) else { return };
                if leg > 0 {
                    // Another callee's answer may rename the party: whom its packets are from is open again.
                    for other in (1..LEGS_MAX).filter(|other| *other != leg) {
                        facts.legs[other] = LegFacts::default();
                    }
                }
                if facts.legs[leg].endpoint != endpoint {
                    facts.legs[leg] = LegFacts { endpoint, genuine: None };
                }
            }
            Served::Delete { dialogue, due } => self.at(dialogue, node).deletion = Some(due),
        }
    }

    /// A record took effect. Whether it put another call of the same name in the place of the one that was here.
    pub(super) fn restored(
        &mut self,
        now: Timestamp,
        node: usize,
        dialogue: u32,
        call: &CallSnapshot,
    ) -> bool {
        let facts = self.at(dialogue, node);
        let replaced = facts.created != Timestamp::ZERO && facts.created != call.state.created;
        if facts.created == Timestamp::ZERO {
            facts.last_packet = now;
        }
        facts.created = call.state.created;
        facts.last_signal = call.state.last_signal;
        facts.unguarded |= call.state.guard == Some(false);
        facts.deletion = call.state.deletion;
        facts.legs = Default::default();
        replaced
    }

    /// A node told of something.
    pub(super) fn event(
        &mut self,
        now: Timestamp,
        node: usize,
        dialogue: u32,
        kind: &EventKind,
        doing: &Doing,
        settings: &Settings,
    ) {
        match kind {
            EventKind::Created => self.change(now, node, dialogue, Holder::Nobody, Holder::Own),
            EventKind::Restored(ownership) => {
                let own = *ownership == Ownership::Own;
                let holder = if own { Holder::Own } else { Holder::Foreign };
                self.change(now, node, dialogue, Holder::Nobody, holder);
                self.counts.restored += 1;
                if *doing == Doing::Operator {
                    self.fail(now, format!("call-{dialogue} appeared at node {node} for no reason"));
                }
            }
            EventKind::TakenBack => self.change(now, node, dialogue, Holder::Foreign, Holder::Own),
            EventKind::TakenOver => {
                self.change(now, node, dialogue, Holder::Foreign, Holder::Own);
                self.counts.taken_over += 1;
                let by_media = *doing == Doing::Timeout && settings.take_over_by_media_packets > 0;
                if *doing != Doing::Signal(dialogue) && *doing != Doing::Operator && !by_media {
                    self.fail(now, format!("call-{dialogue} was taken over by {doing:?}"));
                }
                self.at(dialogue, node).owes_publication = settings.publish;
            }
            EventKind::HandedOver => {
                self.change(now, node, dialogue, Holder::Own, Holder::Foreign);
                // A record that waited for ports is tried again before its call is changed.
                if *doing != Doing::Signal(dialogue)
                    && ![Doing::Record(dialogue), Doing::Timeout, Doing::Operator].contains(doing)
                {
                    self.fail(now, format!("call-{dialogue} was handed over by {doing:?}"));
                }
            }
            EventKind::Ended(cause) => self.ended(now, node, dialogue, *cause, settings),
            EventKind::UnknownInterface(_) | EventKind::SourceMoved { .. } | EventKind::LoopStopped => {}
        }
        if *kind == EventKind::Created {
            self.counts.created += 1;
            self.at(dialogue, node).created = now;
        }
    }

    /// A call was published.
    pub(super) fn published(&mut self, now: Timestamp, node: usize, dialogue: u32) {
        let facts = self.at(dialogue, node);
        facts.owes_publication = false;
        if facts.holder != Holder::Own {
            self.fail(now, format!("node {node} published call-{dialogue}, which is not its own"));
        }
    }

    /// All effects of one input are seen to.
    pub(super) fn drained(&mut self, now: Timestamp, node: usize, dialogue: u32) {
        if std::mem::take(&mut self.at(dialogue, node).owes_publication) {
            self.fail(now, format!("call-{dialogue} was taken over by node {node} and not published"));
        }
    }

    fn change(&mut self, now: Timestamp, node: usize, dialogue: u32, from: Holder, to: Holder) {
        let before = std::mem::replace(&mut self.at(dialogue, node).holder, to);
        if before != from {
            self.fail(now, format!("call-{dialogue} at node {node} went from {before:?} to {to:?}"));
        }
        self.count(node, before, false);
        self.count(node, to, true);
    }

    fn count(&mut self, node: usize, holder: Holder, up: bool) {
        let counter = match holder {
            Holder::Nobody => return,
            Holder::Own => &mut self.own[node],
            Holder::Foreign => &mut self.foreign[node],
        };
        *counter = if up { *counter + 1 } else { counter.wrapping_sub(1) };
    }

    fn ended(&mut self, now: Timestamp, node: usize, dialogue: u32, cause: EndCause, settings: &Settings) {
        self.counts.ended[cause as usize] += 1;
        let facts = self.at(dialogue, node).clone();
        let idle = facts.last_packet.max(facts.last_signal) + settings.timeout.min(settings.silent_timeout);
        let due = match cause {
            EndCause::Deleted => facts.deletion,
            EndCause::Timeout | EndCause::SilentTimeout => Some(idle),
            EndCause::OfferTimeout => Some(facts.last_signal + settings.offer_timeout),
            EndCause::FinalTimeout => Some(facts.created + settings.final_timeout),
            EndCause::RecordGone => (facts.holder == Holder::Foreign).then_some(now),
            EndCause::Terminated => None,
        };
        match due {
            None => self.fail(now, format!("call-{dialogue} at node {node} ended: {cause}, without cause")),
            Some(due) if due > now => {
                let early = due.since(now);
                self.fail(now, format!("call-{dialogue} at node {node} ended: {cause}, {early:?} early"));
            }
            Some(_) => {}
        }
        self.count(node, facts.holder, false);
        *self.at(dialogue, node) = Facts::default();
    }

    /// A packet came in on a socket of a dialogue.
    pub(super) fn packet(&mut self, now: Timestamp, node: usize, dialogue: u32, verdict: Verdict) {
        let refused = matches!(
            verdict,
            Verdict::Drop(
                DropReason::Guarded
                    | DropReason::NotAnswered
                    | DropReason::NotRtp
                    | DropReason::Stun
                    | DropReason::UnexpectedSource
                    | DropReason::NoSocket
            )
        );
        if !refused {
            self.at(dialogue, node).last_packet = now;
        }
    }

    /// An RTP packet came from the address that a party named, and was accepted.
    pub(super) fn genuine(
        &mut self,
        now: Timestamp,
        node: usize,
        tag: Tag,
        from: SocketAddr,
        to: SocketAddr,
    ) {
        let leg = &mut self.at(tag.dialogue, node).legs[usize::from(tag.leg)];
        if leg.endpoint == Some(from) {
            leg.genuine = Some((now, to));
        }
    }

    /// Somebody else's packet was accepted in the place of a party's.
    pub(super) fn foreign_source(
        &mut self,
        now: Timestamp,
        node: usize,
        tag: Tag,
        to: SocketAddr,
        settings: &Settings,
    ) {
        let Tag { dialogue, leg, .. } = tag;
        let facts = self.at(dialogue, node);
        let genuine = facts.legs[usize::from(leg)].genuine.filter(|(_, at)| *at == to);
        let alive = genuine.is_some_and(|(at, _)| now.since(at) < settings.guard_silence);
        if alive && settings.guard && !facts.unguarded {
            self.fail(
                now,
                format!(
                    "a stranger was taken for leg {leg} of call-{dialogue} at node {node}, {to}, which is alive"
                ),
            );
        }
        self.counts.learned += 1;
    }

    /// The shards of a node report.
    pub(super) fn report(&mut self, now: Timestamp, node: usize, reports: &[ShardReport], packets: u64) {
        let sum = |field: fn(&ShardReport) -> u64| reports.iter().map(field).sum::<u64>();
        let (own, foreign) = (sum(|r| r.own), sum(|r| r.foreign));
        let expected = (self.own[node], self.foreign[node]);
        if (own, foreign) != expected {
            self.fail(now, format!("node {node} counts {own} own, {foreign} foreign; seen {expected:?}"));
        }
        let received = sum(|r| r.counters.packets);
        let told = sum(|r| r.counters.forwarded + r.counters.consumed + r.counters.drops.iter().sum::<u64>());
        if (received, told) != (packets, packets) {
            self.fail(
                now,
                format!("node {node} got {packets} packets, counts {received}, and tells of {told}"),
            );
        }
    }

    /// Longest time after a dialogue's last packet that a call may still be there.
    pub(super) fn patience(settings: &Settings) -> Duration {
        let longest = settings.timeout.max(settings.silent_timeout).max(settings.offer_timeout);
        longest.max(settings.delete_delay) + Duration::from_secs(5)
    }
}
