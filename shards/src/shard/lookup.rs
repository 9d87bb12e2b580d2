//! Finding calls, showing them, and the commands that only look at them or set a flag.

use ahash::{AHashMap, RandomState};

use super::Shard;
use crate::call::Call;
use crate::call::export::{brief, snapshot};
use crate::call::offer_answer::refresh;
use crate::call::signal::{Party, Treatment, TreatmentKind};
use crate::call::state::{CallBrief, Ownership};
use crate::input::Filter;
use crate::names::{CallId, Family};
use crate::output::{Refusal, Reply};
use crate::plane::Plane;
use crate::settings::Settings;
use crate::stats::ShardReport;
use crate::time::Timestamp;

/// Finds a call by its name. Never iterated: its order means nothing.
#[derive(Debug)]
pub(super) struct CallIndex(AHashMap<CallId, u32>);

impl CallIndex {
    pub(super) fn new(seed: u64) -> Self {
        CallIndex(AHashMap::with_hasher(RandomState::with_seeds(seed, !seed, seed.rotate_left(32), 1)))
    }

    pub(super) fn find(&self, call_id: &CallId) -> Option<u32> {
        self.0.get(call_id).copied()
    }

    pub(super) fn insert(&mut self, call_id: CallId, index: u32) {
        let before = self.0.insert(call_id, index);
        assert!(before.is_none(), "two calls of one name");
    }

    pub(super) fn remove(&mut self, call_id: &CallId) {
        self.0.remove(call_id).expect("a call in the table");
    }
}

impl Filter {
    /// Whether a call is meant.
    pub(super) fn takes(&self, call: &Call) -> bool {
        match (self, call.ownership) {
            (Filter::All, _) | (Filter::Own, Ownership::Own) => true,
            (Filter::Foreign, Ownership::Foreign(_)) => true,
            (Filter::Keyspace(wanted), Ownership::Foreign(keyspace)) => *wanted == keyspace,
            (Filter::One(call_id), _) => call.id == *call_id,
            _ => false,
        }
    }
}

impl Shard {
    pub(super) fn query(&self, call_id: &CallId) -> Reply {
        match self.call_by_id(call_id) {
            Ok(index) => Reply::Call(Box::new(snapshot(&self.calls[index], &self.plane))),
            Err(refusal) => Reply::Refused(refusal),
        }
    }

    /// The calls a filter means, oldest first.
    pub(super) fn select(&self, filter: &Filter) -> Vec<u32> {
        if let Filter::One(call_id) = filter {
            return self.index.find(call_id).into_iter().collect();
        }
        let mut selected: Vec<(Timestamp, u32)> = Vec::new();
        for (index, call) in self.calls.iter().filter(|(_, call)| filter.takes(call)) {
            selected.push((call.created, index));
        }
        selected.sort_unstable();
        selected.into_iter().map(|(_, index)| index).collect()
    }

    pub(super) fn list(&self, filter: &Filter, limit: usize) -> Reply {
        let one = |index: u32| brief(&self.calls[index], self.plane.id);
        let briefs: Vec<CallBrief> = self.select(filter).into_iter().take(limit).map(one).collect();
        Reply::Calls(briefs)
    }

    pub(super) fn report(&self) -> ShardReport {
        let mut report = ShardReport {
            shard: self.plane.id,
            cpu: None,
            own: self.own,
            foreign: self.foreign,
            pending: self.pending.len() as u64,
            ip4_only: 0,
            ip6_only: 0,
            mixed: 0,
            sockets: self.plane.relay.sockets.len() as u64,
            streams: self.plane.relay.flows.len() as u64,
            counters: self.plane.relay.counters.clone(),
            busy_us: 0,
            uptime_us: 0,
        };
        assert_eq!(self.own + self.foreign, self.calls.len() as u64, "own + foreign = total");
        for (_, call) in self.calls.iter() {
            let has = |family: Family| call.media().any(|media| media.family == family);
            match (has(Family::Ip4), has(Family::Ip6)) {
                (true, true) => report.mixed += 1,
                (true, false) => report.ip4_only += 1,
                (false, true) => report.ip6_only += 1,
                (false, false) => {}
            }
        }
        report
    }

    pub(super) fn configure(&mut self, now: Timestamp, settings: Settings) -> Reply {
        self.plane.configure(settings);
        for index in self.select(&Filter::All) {
            self.arm(now, index);
        }
        Reply::Done
    }

    pub(super) fn treat(&mut self, now: Timestamp, treatment: &Treatment) -> Reply {
        let index = match self.call_by_id(&treatment.call_id) {
            Ok(index) => index,
            Err(refusal) => return Reply::Refused(refusal),
        };
        let call = &mut self.calls[index];
        let legs = match parties(call, &self.plane, &treatment.who) {
            Ok(legs) => legs,
            Err(refusal) => return Reply::Refused(refusal),
        };
        for leg in legs {
            let state = &mut call.legs[leg].treatment;
            let flag = match treatment.kind {
                TreatmentKind::BlockMedia => &mut state.block_media,
                TreatmentKind::BlockDtmf => &mut state.block_dtmf,
                TreatmentKind::SilenceMedia => &mut state.silence_media,
            };
            *flag = treatment.on;
        }
        call.last_signal = now;
        refresh(call, &mut self.plane);
        self.publish(index);
        Reply::Done
    }
}

/// The positions of the parties that are meant.
fn parties(call: &Call, plane: &Plane, who: &Party) -> Result<Vec<usize>, Refusal> {
    let position = |found: Option<usize>, refusal| found.map(|at| vec![at]).ok_or(refusal);
    match who {
        Party::All => Ok((0..call.legs.len()).collect()),
        Party::Tag(tag) => position(call.leg_by_tag(tag), Refusal::NoSuchTag),
        Party::Label(label) => {
            let found = call.legs.iter().position(|leg| leg.label.as_ref() == Some(label));
            position(found, Refusal::NoSuchLabel)
        }
        Party::Address(address) => {
            let found = call.legs.iter().position(|leg| {
                let mut flows = leg.media.iter().flatten().flat_map(|media| media.flows());
                flows.any(|flow| plane.flow(flow).source.advertised.is_some_and(|a| a.ip() == *address))
            });
            position(found, Refusal::NoSuchAddress)
        }
    }
}
