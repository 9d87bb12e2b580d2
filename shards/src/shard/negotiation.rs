//! Offers and answers on their way: refused, or ports opened, then carried out and answered.

use crate::call::draft::Draft;
use crate::call::offer_answer::{NodeView, negotiate};
use crate::call::parties::{LegRef, answer_parties, offer_parties};
use crate::call::sdp_plan;
use crate::call::signal::{Role, Signal};
use crate::call::state::{CallState, Ownership, Version};
use crate::limits::LEGS_PER_CALL_MAX;
use crate::names::RequestId;
use crate::output::{EventKind, Refusal, Reply};
use crate::sabotage::{self, Sabotage};
use crate::time::Timestamp;

use super::Shard;
use super::calls::Admitted;
use super::commit::Brought;
use super::transaction::{Opening, Purpose, Signalling};

impl Shard {
    pub(super) fn offer(&mut self, now: Timestamp, id: RequestId, signal: Box<Signal>) {
        if signal.options.switches.loop_protect && signal.sdp.loop_ids.contains(&self.plane.settings.instance)
        {
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
        let call = self.calls.get(&signal.call_id).map(|call| call.state());
        if role == Role::Answer && call.is_none() {
            return Err(Refusal::UnknownCall);
        }
        if signal.sdp.media.is_empty() {
            return Err(Refusal::DialogueMismatch);
        }
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
        let draft = Draft::new(&self.plane.interfaces, call, parties, role, &signal, random)?;
        if call.is_none() {
            self.calls.admission().admit().inspect_err(|_| self.plane.relay.counters.rejected += 1)?;
        }
        let signalling = Signalling { role, signal, draft };
        self.open_ports(now, Opening::new(Some(id), Purpose::Signal(Box::new(signalling))));
        Ok(())
    }

    pub(super) fn refuse_signal(&mut self, id: Option<RequestId>, signalling: Signalling, refusal: Refusal) {
        if self.calls.find(&signalling.signal.call_id).is_none() {
            self.calls.admission().release();
        }
        self.plane.relay.counters.rejected += 1;
        self.reply_to(id, Reply::Refused(refusal));
    }

    /// All sockets are open: makes the call if it is new, carries the signal out and answers it.
    pub(super) fn carry_out_signal(
        &mut self,
        now: Timestamp,
        id: Option<RequestId>,
        mut signalling: Signalling,
    ) {
        let signal = &signalling.signal;
        let index = match self.calls.find(&signal.call_id) {
            Some(index) => index,
            None => {
                self.plane.relay.counters.created += 1;
                self.event(&signal.call_id, EventKind::Created);
                self.forget_pending(&signal.call_id);
                self.calls.insert(CallState::new(signal, now), Admitted::Before)
            }
        };
        if self.plane.settings.take_over_by_signalling {
            self.take_over(now, index);
        }
        self.note_unknown_interfaces(signal);
        let role = signalling.role;
        let node = NodeView { own: self.plane.relay.flows.own(), instance: &self.plane.settings.instance };
        let before = self.calls[index].state().clone();
        let (mut next, turn) = negotiate(before, node, now, role, signal, &signalling.draft);
        let rendered = sdp_plan::render(&mut next, node, role, turn, signal, &signalling.draft);
        let opened = signalling.draft.take_new_ports();
        self.commit(now, index, Brought { opened, observed: None }, |call| *call = next);
        self.schedule_periodic(now, index);
        self.arm(now, index);
        if !signal.options.switches.no_redis_update {
            self.publish(index);
        }
        let reply = if role == Role::Answer && sabotage::on(Sabotage::RefusedLate) {
            Reply::Refused(Refusal::DialogueMismatch)
        } else {
            Reply::Sdp(rendered)
        };
        self.reply_to(id, reply);
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

impl CallState {
    /// A call without parties; an offer gives it some.
    fn new(signal: &Signal, now: Timestamp) -> Self {
        CallState {
            call_id: signal.call_id.clone(),
            ownership: Ownership::Own,
            contested: false,
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
            metadata: None,
            legs: Vec::new(),
        }
    }
}
