//! Offers and answers on their way: refused, or ports opened, then carried out and answered.
//!
//! A signal either takes full effect or none. Ports come first, since only they can fail; while their sockets
//! are being opened the signal waits in [`Opening`], and nothing else comes in between.

use crate::call::Call;
use crate::call::dialogue::{LegRef, answer_parties, offer_parties};
use crate::call::draft::{Draft, NewPorts};
use crate::call::offer_answer::{Role, apply};
use crate::call::rewrite;
use crate::call::signal::Signal;
use crate::call::snapshot::{Ownership, Version};
use crate::limits::{LEGS_PER_CALL_MAX, OPEN_ATTEMPTS_MAX};
use crate::names::{RequestId, SocketId};
use crate::output::{EventKind, OpenError, Refusal, Reply};
use crate::time::Timestamp;

use super::Shard;

/// Something that waits for its sockets.
#[derive(Debug)]
pub(super) struct Opening {
    id: RequestId,
    role: Role,
    signal: Box<Signal>,
    draft: Draft,
    /// Sockets that were asked for and not answered yet.
    waiting: usize,
    /// Sockets that could not be opened.
    failed: Vec<SocketId>,
    /// How often ports were taken anew.
    attempts: usize,
}

impl Shard {
    pub(super) fn offer(&mut self, now: Timestamp, id: RequestId, signal: Box<Signal>) {
        if signal.options.loop_protect && signal.sdp.loop_ids.contains(&self.plane.settings.instance) {
            let unchanged = signal.sdp.text().to_vec();
            return self.reply(id, Reply::Sdp(unchanged));
        }
        if let Err(refusal) = self.try_signal(now, id, Role::Offer, signal) {
            self.reply(id, Reply::Refused(refusal));
        }
    }

    pub(super) fn answer(&mut self, now: Timestamp, id: RequestId, signal: Box<Signal>) {
        if let Err(refusal) = self.try_signal(now, id, Role::Answer, signal) {
            self.reply(id, Reply::Refused(refusal));
        }
    }

    fn try_signal(
        &mut self,
        now: Timestamp,
        id: RequestId,
        role: Role,
        signal: Box<Signal>,
    ) -> Result<(), Refusal> {
        let known = self.index.find(&signal.call_id);
        if role == Role::Answer && known.is_none() {
            return Err(Refusal::UnknownCall);
        }
        if signal.sdp.media.is_empty() {
            return Err(Refusal::DialogueMismatch);
        }
        let call = known.map(|index| &self.calls[index]);
        let parties = match (role, call, &signal.to_tag) {
            (Role::Answer, Some(call), Some(to_tag)) => answer_parties(call, &signal, to_tag),
            (Role::Answer, ..) => return Err(Refusal::DialogueMismatch),
            (Role::Offer, call, _) => offer_parties(call, &signal),
        };
        let new_legs = [parties.speaker, parties.listener].iter().filter(|leg| **leg == LegRef::New).count();
        if call.map_or(0, |call| call.legs.len()) + new_legs > LEGS_PER_CALL_MAX {
            return Err(Refusal::TooLarge("parties in a call"));
        }
        let random = self.plane.random.next_u64();
        let draft = Draft::new(&self.plane.interfaces, call, parties, &signal, random)?;
        if known.is_none() {
            self.plane.admission.admit().inspect_err(|_| self.plane.relay.counters.rejected += 1)?;
        }
        let opening = Opening { id, role, signal, draft, waiting: 0, failed: Vec::new(), attempts: 0 };
        self.open_ports(now, opening);
        Ok(())
    }

    /// Takes ports for everything in the draft that has no sockets yet.
    fn open_ports(&mut self, now: Timestamp, mut opening: Opening) {
        let tos = self.tos(&opening);
        let plane = &mut self.plane;
        let complete = opening.draft.new_ports().all(|new| new.asked || plane.take_any(new));
        if !complete || opening.attempts > OPEN_ATTEMPTS_MAX {
            return self.give_up(opening, Refusal::RanOutOfPorts);
        }
        opening.waiting =
            opening.draft.new_ports().filter(|new| !new.asked).map(|new| plane.open(new, tos)).sum();
        if opening.waiting == 0 {
            return self.carry_out(now, opening);
        }
        self.opening = Some(opening);
    }

    fn tos(&self, opening: &Opening) -> u8 {
        let call = self.index.find(&opening.signal.call_id).map(|index| &self.calls[index]);
        let of_call = opening.signal.options.tos.unwrap_or_else(|| call.and_then(|call| call.tos));
        of_call.unwrap_or(self.plane.settings.tos)
    }

    /// One of the sockets was opened, or could not be.
    pub(super) fn note_opened(&mut self, now: Timestamp, socket: SocketId, result: Result<(), OpenError>) {
        let mut opening = self.opening.take().expect("a socket was asked for");
        opening.waiting -= 1;
        if let Err(error) = result {
            opening.failed.push(socket);
            // Without descriptors another port will not do either.
            if error == OpenError::Exhausted {
                opening.attempts = OPEN_ATTEMPTS_MAX;
            }
        }
        if opening.waiting > 0 {
            self.opening = Some(opening);
            return;
        }
        if opening.failed.is_empty() {
            return self.carry_out(now, opening);
        }
        opening.attempts += 1;
        let failed = std::mem::take(&mut opening.failed);
        for new in opening.draft.new_ports() {
            if new.sockets.iter().any(|socket| failed.contains(socket)) {
                self.plane.abandon(new, &failed);
            }
        }
        self.open_ports(now, opening);
    }

    fn give_up(&mut self, mut opening: Opening, refusal: Refusal) {
        for new in opening.draft.new_ports().filter(|new: &&mut NewPorts| !new.sockets.is_empty()) {
            self.plane.abandon(new, &[]);
        }
        if self.index.find(&opening.signal.call_id).is_none() {
            self.plane.admission.release();
        }
        self.plane.relay.counters.rejected += 1;
        self.reply(opening.id, Reply::Refused(refusal));
    }

    /// All sockets are open: makes the call if it is new, carries the signal out and answers it.
    fn carry_out(&mut self, now: Timestamp, mut opening: Opening) {
        let signal = &opening.signal;
        let index = match self.index.find(&signal.call_id) {
            Some(index) => index,
            None => {
                self.plane.relay.counters.created += 1;
                self.event(&signal.call_id, EventKind::Created);
                self.insert_call(Call::new(signal, now))
            }
        };
        if self.plane.settings.take_over_by_signalling {
            self.take_over(index);
        }
        self.note_unknown_interfaces(signal);
        let call = &mut self.calls[index];
        let turn = apply(call, index, &mut self.plane, now, opening.role, signal, &mut opening.draft);
        let rendered = rewrite::render(call, &self.plane, opening.role, turn, signal, &opening.draft);
        self.schedule_errands(now, index);
        self.arm(now, index);
        if !signal.options.no_redis_update {
            self.publish(index);
        }
        let reply = rendered.map_or_else(Reply::Refused, Reply::Sdp);
        self.reply(opening.id, reply);
    }

    fn note_unknown_interfaces(&mut self, signal: &Signal) {
        let asked = [&signal.options.interface_from, &signal.options.interface_to];
        for name in asked.into_iter().flatten() {
            let interfaces = &self.plane.interfaces;
            if !interfaces.has(name) && interfaces.group(name).is_empty() {
                self.event(&signal.call_id, EventKind::UnknownInterface(name.clone()));
            }
        }
    }
}

impl Call {
    /// A call without parties; an offer gives it some.
    fn new(signal: &Signal, now: Timestamp) -> Self {
        Call {
            id: signal.call_id.clone(),
            ownership: Ownership::Own,
            version: Version::default(),
            created: now,
            last_signal: now,
            deletion: None,
            created_from: Some(signal.proxy),
            tos: None,
            answered: false,
            learning: None,
            guard: None,
            drop_traffic: false,
            recording: false,
            metadata: None,
            legs: Vec::new(),
            dirty: false,
            media_takes_over: false,
            moved: None,
            next_errand: None,
        }
    }
}
