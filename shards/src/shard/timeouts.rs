//! What falls due: timeouts of calls and scheduled deletions.

use std::time::Duration;

use crate::call::Call;
use crate::call::offer_answer::refresh;
use crate::call::state::Ownership;
use crate::output::{EndCause, EventKind};
use crate::plane::Plane;
use crate::sabotage::{self, Sabotage};
use crate::settings::Settings;
use crate::time::Timestamp;

use super::Shard;
use super::ownership::Leases;

impl Shard {
    /// A call's deadline has come, or it has something to publish.
    pub(super) fn call_is_due(&mut self, now: Timestamp, index: u32) {
        self.see_to_notices(index);
        self.run_errands(now, index);
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
        let next = deadline.into_iter().chain(call.next_errand()).min();
        match next {
            Some(due) => self.timers.arm(index, due.max(now)),
            None => self.timers.disarm(index),
        }
    }

    fn see_to_notices(&mut self, index: u32) {
        let call = &mut self.calls[index];
        if let Some((from, to)) = call.moved.take() {
            let call_id = call.id.clone();
            self.event(&call_id, EventKind::SourceMoved { from, to });
        }
        if std::mem::take(&mut self.calls[index].looped) {
            let call_id = self.calls[index].id.clone();
            self.event(&call_id, EventKind::LoopStopped);
        }
        if std::mem::take(&mut self.calls[index].media_takes_over) {
            self.take_over(index);
        }
        if self.calls[index].dirty {
            // A source that was learned may be the relay itself.
            refresh(&self.calls[index], &mut self.plane);
            self.publish(index);
        }
    }
}

/// When a call ends if nothing more happens, and for what cause.
///
/// While their owner answers for them, foreign calls end by `final-timeout` only.
fn deadline(call: &Call, plane: &Plane, leases: &Leases) -> Option<(Timestamp, EndCause)> {
    let settings = &plane.settings;
    let after =
        |start: Timestamp, timeout: Duration, cause| (!timeout.is_zero()).then(|| (start + timeout, cause));
    let final_timeout = after(call.created, settings.final_timeout, EndCause::FinalTimeout);
    let deletion = call.deletion.map(|due| (due, EndCause::Deleted));
    let silence = if call.answered {
        media_deadline(call, plane, settings)
    } else {
        after(call.last_signal, settings.offer_timeout, EndCause::OfferTimeout)
    };
    let first =
        |causes: [Option<(Timestamp, EndCause)>; 2]| causes.into_iter().flatten().min_by_key(|(due, _)| *due);
    let unattended = match call.ownership {
        Ownership::Foreign(_) if sabotage::on(Sabotage::ForeignForever) => None,
        Ownership::Foreign(keyspace) => {
            let until = leases.until(keyspace).unwrap_or(Timestamp::ZERO);
            first([deletion, silence]).map(|(due, cause)| (due.max(until), cause))
        }
        Ownership::Own => first([deletion, silence]),
    };
    first([final_timeout, unattended])
}

/// When the last good stream will have been silent for too long. A stream's clock starts at its creation and
/// again at each signal, so that a call that was held for long has time to speak.
fn media_deadline(call: &Call, plane: &Plane, settings: &Settings) -> Option<(Timestamp, EndCause)> {
    let silent = (settings.silent_timeout, EndCause::SilentTimeout);
    let mut latest = None;
    for media in call.media().filter(|media| !media.flags.disabled && !media.flags.passthrough) {
        let speaks = media.direction.sends();
        let (timeout, cause) = if speaks { (settings.timeout, EndCause::Timeout) } else { silent };
        for flow in media.flows() {
            let since = plane.flow(flow).last_packet.max(call.last_signal);
            latest = latest.max(Some((since + timeout, cause)));
        }
    }
    latest.or(Some((call.last_signal + silent.0, silent.1)))
}
