//! Deadlines: timeouts of calls and scheduled deletions.

use std::time::Duration;

use crate::call::state::{Ownership, StreamId};
use crate::output::{EndCause, EventKind};
use crate::plane::Plane;
use crate::sabotage::{self, Sabotage};
use crate::settings::Settings;
use crate::time::Timestamp;

use super::Shard;
use super::calls::Call;
use super::ownership::Leases;

impl Shard {
    /// A call's deadline has come, or it has something to publish.
    pub(super) fn call_is_due(&mut self, now: Timestamp, index: u32) {
        self.see_to_notices(now, index);
        self.run_periodic(now, index);
        match deadline(&self.calls[index], &self.plane, &self.leases) {
            Some((due, cause)) if due <= now || sabotage::on(Sabotage::EarlyTimer) => {
                self.end(now, index, cause);
            }
            _ => self.arm(now, index),
        }
    }

    /// Arms the timer of a call for the next thing it waits for.
    pub(super) fn arm(&mut self, now: Timestamp, index: u32) {
        let call = &self.calls[index];
        let deadline = deadline(call, &self.plane, &self.leases).map(|(due, _)| due);
        let next = deadline.into_iter().chain(call.due.next()).min();
        self.calls.arm(index, next.map(|due| due.max(now)));
    }

    fn see_to_notices(&mut self, now: Timestamp, index: u32) {
        let call_id = self.calls[index].state().call_id.clone();
        let due = &mut self.calls[index].due;
        let (moved, looped) = (due.moved.take(), std::mem::take(&mut due.looped));
        let media_takes_over = std::mem::take(&mut due.media_takes_over);
        if let Some((from, to)) = moved {
            self.event(&call_id, EventKind::SourceMoved { from, to });
        }
        if looped {
            self.event(&call_id, EventKind::LoopStopped);
        }
        if media_takes_over {
            self.take_over(now, index);
        }
        self.plane.relay.flows.announce(&self.calls[index].handles, &mut self.plane.effects);
        if self.calls[index].due.dirty {
            self.publish(index);
        }
    }
}

/// Time and cause of a call's end if nothing more happens.
///
/// While their owner answers for them, foreign calls end by `final-timeout` only.
fn deadline(call: &Call, plane: &Plane, leases: &Leases) -> Option<(Timestamp, EndCause)> {
    let (settings, state) = (&plane.settings, call.state());
    let after =
        |start: Timestamp, timeout: Duration, cause| (!timeout.is_zero()).then(|| (start + timeout, cause));
    let final_timeout = after(state.created, settings.final_timeout, EndCause::FinalTimeout);
    let deletion = state.deletion.map(|due| (due, EndCause::Deleted));
    let silence = if state.answered {
        media_deadline(call, plane, settings)
    } else {
        after(state.last_signal, settings.offer_timeout, EndCause::OfferTimeout)
    };
    let first =
        |causes: [Option<(Timestamp, EndCause)>; 2]| causes.into_iter().flatten().min_by_key(|(due, _)| *due);
    let unattended = match state.ownership {
        Ownership::Foreign(_) if sabotage::on(Sabotage::ForeignForever) => None,
        Ownership::Foreign(keyspace) => {
            let until = leases.until(keyspace).unwrap_or(Timestamp::ZERO);
            first([deletion, silence]).map(|(due, cause)| (due.max(until), cause))
        }
        Ownership::Own => first([deletion, silence]),
    };
    first([final_timeout, unattended])
}

/// Time at which the last good stream will have been silent for too long. A stream's clock starts at its creation and
/// again at each signal, so that a call that was held for long has time to speak.
fn media_deadline(call: &Call, plane: &Plane, settings: &Settings) -> Option<(Timestamp, EndCause)> {
    let silent = (settings.silent_timeout, EndCause::SilentTimeout);
    let state = call.state();
    let mut latest = None;
    for (StreamId { leg, media, .. }, flow) in call.handles.flows() {
        let media = state.media_at((*leg).into(), (*media).into()).expect("flows follow the state");
        if media.flags.disabled || media.flags.passthrough {
            continue;
        }
        let speaks = media.direction.sends();
        let (timeout, cause) = if speaks { (settings.timeout, EndCause::Timeout) } else { silent };
        let since = plane.relay.flows.last_packet(*flow).max(state.last_signal);
        latest = latest.max(Some((since + timeout, cause)));
    }
    latest.or(Some((state.last_signal + silent.0, silent.1)))
}
