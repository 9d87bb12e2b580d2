//! Finding calls, showing them, and the commands that only look at them or set a flag.

use super::Shard;
use crate::call::signal::{Party, Treatment, TreatmentKind};
use crate::call::state::{CallBrief, CallState, Ownership};
use crate::input::Filter;
use crate::names::{CallId, Family};
use crate::output::{Refusal, Reply};
use crate::settings::Settings;
use crate::stats::ShardReport;
use crate::time::Timestamp;

impl Filter {
    /// True if a call is meant.
    pub(super) fn takes(&self, call: &CallState) -> bool {
        match (self, call.ownership) {
            (Filter::All, _) | (Filter::Own, Ownership::Own) => true,
            (Filter::Foreign, Ownership::Foreign(_)) => true,
            (Filter::Keyspace(wanted), Ownership::Foreign(keyspace)) => *wanted == keyspace,
            (Filter::One(call_id), _) => call.call_id == *call_id,
            _ => false,
        }
    }
}

impl Shard {
    pub(super) fn query(&self, call_id: &CallId) -> Reply {
        match self.call_by_id(call_id) {
            Ok(index) => Reply::Call(Box::new(self.snapshot(index))),
            Err(refusal) => Reply::Refused(refusal),
        }
    }

    /// The calls a filter means, oldest first.
    pub(super) fn select(&self, filter: &Filter) -> Vec<u32> {
        if let Filter::One(call_id) = filter {
            return self.calls.find(call_id).into_iter().collect();
        }
        let mut selected: Vec<(Timestamp, u32)> = Vec::new();
        for (index, call) in self.calls.iter().filter(|(_, call)| filter.takes(call.state())) {
            selected.push((call.state().created, index));
        }
        selected.sort_unstable();
        selected.into_iter().map(|(_, index)| index).collect()
    }

    pub(super) fn list(&self, filter: &Filter, limit: usize) -> Reply {
        let one = |index: u32| self.calls[index].brief(self.plane.id);
        let briefs: Vec<CallBrief> = self.select(filter).into_iter().take(limit).map(one).collect();
        Reply::Calls(briefs)
    }

    pub(super) fn report(&self) -> ShardReport {
        let (own, foreign) = self.calls.counts();
        let mut report = ShardReport {
            shard: self.plane.id,
            cpu: None,
            own,
            foreign,
            pending: self.pending.len() as u64,
            ip4_only: 0,
            ip6_only: 0,
            mixed: 0,
            sockets: self.plane.relay.flows.socket_count() as u64,
            streams: self.plane.relay.flows.len() as u64,
            counters: self.plane.relay.counters.clone(),
            busy_us: 0,
            uptime_us: 0,
        };
        for (_, call) in self.calls.iter() {
            let has = |family: Family| call.state().media().any(|media| media.family == family);
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
        let tos_before = self.plane.settings.tos;
        self.plane.configure(settings);
        let is_marked = tos_before != self.plane.settings.tos;
        for index in self.select(&Filter::All) {
            self.route(now, index, None);
            if is_marked && self.calls[index].state().tos.is_none() {
                self.mark(index);
            }
            self.arm(now, index);
        }
        Reply::Done
    }

    pub(super) fn treat(&mut self, now: Timestamp, treatment: &Treatment) -> Reply {
        let index = match self.call_by_id(&treatment.call_id) {
            Ok(index) => index,
            Err(refusal) => return Reply::Refused(refusal),
        };
        let legs = match parties(self.calls[index].state(), &treatment.who) {
            Ok(legs) => legs,
            Err(refusal) => return Reply::Refused(refusal),
        };
        self.change(now, index, |call| {
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
        });
        self.publish(index);
        Reply::Done
    }
}

/// The positions of the parties that are meant.
fn parties(call: &CallState, who: &Party) -> Result<Vec<usize>, Refusal> {
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
                let signalled = leg.media.iter().flatten().map(|media| media.signalled);
                let mut addresses = signalled.flat_map(|signalled| [signalled.rtp, signalled.rtcp]).flatten();
                addresses.any(|signalled| signalled.ip() == *address)
            });
            position(found, Refusal::NoSuchAddress)
        }
    }
}
