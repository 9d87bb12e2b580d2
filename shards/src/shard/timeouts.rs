//! What falls due: timeouts of calls, scheduled deletions, and errands that calls run for their parties.

use std::net::SocketAddr;
use std::time::Duration;

use crate::call::snapshot::Ownership;
use crate::call::{Call, Media};
use crate::names::SocketId;
use crate::output::{Effect, EndCause, EventKind};
use crate::plane::Plane;
use crate::settings::Settings;
use crate::time::Timestamp;

use super::Shard;

/// How often a hole is punched while nothing has come (`pierce-NAT`).
const PIERCE_INTERVAL: Duration = Duration::from_secs(1);

impl Shard {
    /// A call's deadline has come, or it has something to publish.
    pub(super) fn call_is_due(&mut self, now: Timestamp, index: u32) {
        self.see_to_notices(index);
        if self.calls[index].next_errand.is_some_and(|due| due <= now) {
            self.run_errands(now, index);
        }
        match deadline(&self.calls[index], &self.plane) {
            Some((due, cause)) if due <= now => self.end(now, index, cause),
            _ => self.arm(now, index),
        }
    }

    /// Arms the timer of a call for the next thing it waits for.
    pub(super) fn arm(&mut self, now: Timestamp, index: u32) {
        let call = &self.calls[index];
        let deadline = deadline(call, &self.plane).map(|(due, _)| due);
        let next = deadline.into_iter().chain(call.next_errand).min();
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
        if std::mem::take(&mut self.calls[index].media_takes_over) {
            self.take_over(index);
        }
        if self.calls[index].dirty {
            self.publish(index);
        }
    }

    /// Sees to it that errands are run while a call has any.
    pub(super) fn schedule_errands(&mut self, now: Timestamp, index: u32) {
        let call = &mut self.calls[index];
        let wanted = call.media().any(wants_errands);
        call.next_errand = wanted.then_some(now);
    }

    fn run_errands(&mut self, now: Timestamp, index: u32) {
        let call = &mut self.calls[index];
        let mut unheard = false;
        for media in call.media().filter(|media| media.pierce_nat) {
            for (via, to) in holes(media, &self.plane) {
                unheard = true;
                self.plane.effects.push_back(Effect::Transmit { via, to, payload: Box::default() });
            }
        }
        call.next_errand = unheard.then_some(now + PIERCE_INTERVAL);
    }
}

fn wants_errands(media: &Media) -> bool {
    media.pierce_nat && !media.flags.disabled && !media.flags.passthrough
}

/// Where empty packets have to go so that a party's NAT lets ours in: to each endpoint not yet heard from.
fn holes(media: &Media, plane: &Plane) -> Vec<(SocketId, SocketAddr)> {
    let flows = media.flows().map(|flow| plane.flow(flow)).filter(|flow| !flow.heard);
    flows.filter_map(|flow| Some((flow.via?, flow.endpoint?))).collect()
}

/// When a call ends if nothing more happens, and for what cause.
///
/// Foreign calls end by `final-timeout` only: the rest is their owner's business.
fn deadline(call: &Call, plane: &Plane) -> Option<(Timestamp, EndCause)> {
    let settings = &plane.settings;
    let after =
        |start: Timestamp, timeout: Duration, cause| (!timeout.is_zero()).then(|| (start + timeout, cause));
    let final_timeout = after(call.created, settings.final_timeout, EndCause::FinalTimeout);
    if call.ownership != Ownership::Own {
        return final_timeout;
    }
    let deletion = call.deletion.map(|due| (due, EndCause::Deleted));
    let silence = if call.answered {
        media_deadline(call, plane, settings)
    } else {
        after(call.last_signal, settings.offer_timeout, EndCause::OfferTimeout)
    };
    [final_timeout, deletion, silence].into_iter().flatten().min_by_key(|(due, _)| *due)
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
