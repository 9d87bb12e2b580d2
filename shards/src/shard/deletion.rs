//! Ends of calls: by `delete`, by ctl, by a record that is gone, by timeouts.

use std::time::Duration;

use crate::call::state::{CallState, MediaState, Ownership, StreamId};
use crate::input::{Delete, Filter};
use crate::names::{CallId, Component, Keyspace};
use crate::output::{Effect, EndCause, EventKind, Refusal, Reply};
use crate::sabotage::{self, Sabotage};
use crate::time::Timestamp;

use super::Shard;
use super::calls::Call;

/// A call that was another node's does not end sooner than this, so that its former owner, should it live, sees
/// from the record that it is not the owner any more, and then that the call is gone, even if it has to connect to
/// Redis anew first. Otherwise it would defend the call that it knows as its own.
const FAREWELL: Duration = Duration::from_secs(5);

impl Shard {
    /// The ng command `delete`.
    ///
    /// The call-id alone ends the call. With tags, a party leaves; when nobody is linked to anybody any more,
    /// the call ends. A foreign call is taken over first: else its record would bring it back.
    pub(super) fn delete(&mut self, now: Timestamp, delete: &Delete) -> Reply {
        let index = match self.call_by_id(&delete.call_id) {
            Ok(index) => index,
            Err(refusal) => return Reply::Refused(refusal),
        };
        let leaver = match leaver(self.calls[index].state(), delete) {
            Ok(leaver) => leaver,
            Err(refusal) => return Reply::Refused(refusal),
        };
        let call_before = Box::new(self.snapshot(index));
        // Only the owner can end a call for all nodes; a foreign one would come back with the next sweep.
        let taken_over = self.plane.settings.take_over_by_signalling && self.take_over(now, index);
        let call = self.calls[index].state();
        if let Some(leg) = leaver.filter(|leg| leaves_others_linked(call, *leg)) {
            self.change(now, index, |call| call.remove_leg(leg));
            self.publish(index);
            return Reply::Ended { call: call_before, gone: false };
        }
        let least = if taken_over && self.plane.settings.publish { FAREWELL } else { Duration::ZERO };
        let delay = delete.delay.unwrap_or(self.plane.settings.delete_delay).max(least);
        if delay.is_zero() {
            self.end(now, index, EndCause::Deleted);
            return Reply::Ended { call: call_before, gone: true };
        }
        self.change(now, index, |call| call.deletion = Some(now + delay));
        self.publish(index);
        Reply::Ended { call: call_before, gone: false }
    }

    /// `terminate`: no delay.
    pub(super) fn terminate(&mut self, now: Timestamp, filter: &Filter) -> Reply {
        let selected = self.select(filter);
        for index in &selected {
            self.end(now, *index, EndCause::Terminated);
        }
        let pending = self.forget_pending_if(|restore| match filter {
            Filter::All | Filter::Foreign => true,
            Filter::Own => false,
            Filter::Keyspace(keyspace) => restore.keyspace == *keyspace,
            Filter::One(call_id) => restore.call.state.call_id == *call_id,
        });
        Reply::Count(selected.len() as u64 + pending)
    }

    /// The record of a foreign call is gone. An own call is never ended by that.
    pub(super) fn destroy(&mut self, now: Timestamp, call_id: &CallId, keyspace: Keyspace) -> Reply {
        let found = self.calls.find(call_id);
        let is_theirs = |index: &u32| self.calls[*index].state().ownership == Ownership::Foreign(keyspace);
        let foreign = found.filter(|index| is_theirs(index) || sabotage::on(Sabotage::OwnDestroyed));
        if let Some(index) = foreign {
            self.end(now, index, EndCause::RecordGone);
        }
        let pending = self.forget_pending_if(|r| r.call.state.call_id == *call_id && r.keyspace == keyspace);
        Reply::Count(u64::from(foreign.is_some()) + pending)
    }

    /// Takes a call out of all tables, closes what it holds and tells everybody.
    pub(super) fn end(&mut self, now: Timestamp, index: u32, cause: EndCause) {
        let call = self.calls.remove(index);
        let is_own = call.state().ownership == Ownership::Own;
        if is_own {
            self.count_silent(&call);
        }
        let (state, handles) = call.into_parts();
        self.release(handles);
        let counters = &mut self.plane.relay.counters;
        counters.count_end(cause);
        if is_own {
            let duration_us = now.since(state.created).as_micros();
            counters.duration_us_sum += duration_us;
            counters.duration_us2_sum += duration_us * duration_us;
            if self.plane.settings.publish {
                self.recently_ended.note(now, &state);
                self.plane.effects.push_back(Effect::Unpublish(state.call_id.clone()));
            }
        }
        self.event(&state.call_id, EventKind::Ended(cause));
    }

    /// Counts RTP media in which one side only was heard, or none.
    fn count_silent(&mut self, call: &Call) {
        for (at, leg) in (0..).zip(&call.state().legs) {
            let Some(peer) = leg.peers.last().copied().filter(|peer| *peer > at) else { continue };
            for position in (0..).take(leg.media.len()) {
                let here = self.has_received(call, at, position);
                let (Some(here), Some(there)) = (here, self.has_received(call, peer, position)) else {
                    continue;
                };
                let counters = &mut self.plane.relay.counters;
                match (here, there) {
                    (true, true) => {}
                    (false, false) => counters.zero_way_streams += 1,
                    _ => counters.one_way_streams += 1,
                }
            }
        }
    }

    /// True if packets came on an RTP media that is relayed; none if it is not.
    fn has_received(&self, call: &Call, leg: u16, media: u16) -> Option<bool> {
        let relayed = |media: &&MediaState| media.protocol.is_rtp() && !media.flags.disabled;
        call.state().media_at(leg.into(), media.into()).filter(relayed)?;
        let flow = call.handles.flow(StreamId::new(leg, media, Component::Rtp))?;
        Some(self.plane.relay.flows.observed(flow).received)
    }
}

/// The party that a `delete` takes out; `None` means the whole call.
///
/// By via-branch first, if no to-tag counts, then by tag.
fn leaver(call: &CallState, delete: &Delete) -> Result<Option<usize>, Refusal> {
    let Some(from_tag) = &delete.from_tag else {
        return Ok(None);
    };
    if let (Some(branch), None) = (&delete.branch, &delete.to_tag)
        && let Some(leg) = call.legs.iter().position(|leg| leg.branch.as_ref() == Some(branch))
    {
        return Ok(Some(leg));
    }
    let from = call.leg_by_tag(from_tag).ok_or(Refusal::TagMismatch)?;
    match &delete.to_tag {
        None => Ok(Some(from)),
        Some(to_tag) => {
            let answered =
                call.legs[from].peers.iter().any(|peer| call.legs[usize::from(*peer)].tag.is_some());
            let linked =
                call.legs[from].peers.iter().any(|peer| call.legs[usize::from(*peer)].has_tag(to_tag));
            if linked || !answered { Ok(Some(from)) } else { Err(Refusal::TagMismatch) }
        }
    }
}

/// True if parties remain that are linked to each other when one leaves.
fn leaves_others_linked(call: &CallState, leaver: usize) -> bool {
    let mut others = call.legs.iter().enumerate().filter(|(at, _)| *at != leaver);
    others.any(|(_, leg)| leg.peers.iter().any(|peer| usize::from(*peer) != leaver))
}
