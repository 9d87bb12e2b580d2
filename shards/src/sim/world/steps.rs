//! Next steps of the parties of a dialogue, and the meaning of answers to them.

use super::{Happening, World, between};
use crate::sdp::Direction;
use crate::sim::chance;
use crate::sim::dialogue::{Change, Dialogue, Exchange, Purpose, Stage};
use crate::sim::front::{Answer, Kind, Request};
use crate::sim::phone::Phone;

use super::signalling::sdp_of;

/// Ports that phones draw theirs from.
const PHONE_PORTS: std::ops::Range<u16> = 10_000..60_000;
/// Most callees that follow a busy one.
const ROUNDS_MAX: u32 = 3;

impl World {
    /// A dialogue takes its next step, and comes back for another.
    pub(super) fn act(&mut self, dialogue: u32) {
        let state = &self.dialogues[dialogue as usize];
        let idle = state.exchanges.is_empty();
        match state.stage {
            Stage::Over => return,
            Stage::New => self.begin(dialogue),
            Stage::Ringing if idle => self.ring(dialogue),
            Stage::Up if idle => self.talk(dialogue),
            Stage::Changing if idle => self.answer_change(dialogue),
            _ => {}
        }
        let pause = between(&mut self.people, 40, 900);
        self.after(pause, Happening::Act(dialogue));
    }

    /// A new phone of a dialogue; its leg is its place.
    pub(super) fn add_phone(&mut self, dialogue: u32) -> u8 {
        let number = u32::try_from(self.phones.len()).expect("few phones");
        let leg = u8::try_from(self.dialogues[dialogue as usize].phones.len()).expect("few legs");
        let port = self.draw_port();
        let mut phone = Phone::new(number, dialogue, leg, port);
        if chance(&mut self.people, self.swarm.habits.nat) {
            phone.nat = Some(self.draw_port());
        }
        self.phones.push(phone);
        self.dialogues[dialogue as usize].phones.push(number);
        leg
    }

    pub(super) fn draw_port(&mut self) -> u16 {
        let span = u64::from(PHONE_PORTS.end - PHONE_PORTS.start) / 2;
        PHONE_PORTS.start + 2 * u16::try_from(self.people.below(span)).expect("a port")
    }

    /// The first offers.
    fn begin(&mut self, dialogue: u32) {
        let forked = chance(&mut self.people, self.swarm.habits.fork);
        self.add_phone(dialogue);
        let callees = if forked { 2 } else { 1 };
        let ringing: Vec<u8> = (0..callees).map(|_| self.add_phone(dialogue)).collect();
        let state = &mut self.dialogues[dialogue as usize];
        state.forked = forked;
        state.ringing.clone_from(&ringing);
        state.stage = Stage::Offering;
        for leg in ringing {
            self.offer(dialogue, 0, leg);
        }
    }

    fn phone(&mut self, dialogue: u32, leg: u8) -> &mut Phone {
        let number = self.dialogues[dialogue as usize].phones[usize::from(leg)];
        &mut self.phones[number as usize]
    }

    fn offer(&mut self, dialogue: u32, from: u8, to: u8) {
        let mux = self.dialogues[dialogue as usize].mux;
        let sdp = self.phone(dialogue, from).sdp(mux);
        let state = &self.dialogues[dialogue as usize];
        let established = state.callee.is_some();
        let request = Request {
            kind: Kind::Offer,
            call_id: state.call_id.clone(),
            from_tag: Some(state.tag(from)),
            to_tag: established.then(|| state.tag(to)),
            branch: state.forked.then(|| state.branch(if from == 0 { to } else { from })),
            sdp,
            guard: state.guard,
            delay_secs: None,
        };
        self.request(dialogue, Purpose::Offer { from, to }, request);
    }

    /// `from` answers what `to` offered.
    fn answer(&mut self, dialogue: u32, from: u8, to: u8) {
        let mux = self.dialogues[dialogue as usize].mux;
        let offered = self.phone(dialogue, to).direction;
        self.phone(dialogue, from).direction = Direction::new(offered.receives(), offered.sends());
        let sdp = self.phone(dialogue, from).sdp(mux);
        let state = &self.dialogues[dialogue as usize];
        let request = Request {
            kind: Kind::Answer,
            call_id: state.call_id.clone(),
            from_tag: Some(state.tag(to)),
            to_tag: Some(state.tag(from)),
            branch: state.forked.then(|| state.branch(if from == 0 { to } else { from })),
            sdp,
            guard: None,
            delay_secs: None,
        };
        self.request(dialogue, Purpose::Answer { from, to }, request);
    }

    fn delete(&mut self, dialogue: u32, purpose: Purpose, branch: Option<u8>) {
        let delay_secs = match purpose {
            Purpose::Retry => Some(2 + self.people.below(6)),
            _ if self.people.one_in(3) => Some(self.people.below(3)),
            _ => None,
        };
        let state = &self.dialogues[dialogue as usize];
        let request = Request {
            kind: Kind::Delete,
            call_id: state.call_id.clone(),
            from_tag: Some(state.tag(0)),
            to_tag: None,
            branch: branch.map(|leg| state.branch(leg)),
            sdp: String::new(),
            guard: None,
            delay_secs,
        };
        self.request(dialogue, purpose, request);
    }

    /// Somebody answers, or is busy.
    fn ring(&mut self, dialogue: u32) {
        let state = &self.dialogues[dialogue as usize];
        let (ringing, rounds) = (state.ringing.clone(), state.rounds);
        let chosen = usize::try_from(self.people.below(ringing.len() as u64)).expect("few");
        if !self.calm && rounds < ROUNDS_MAX && chance(&mut self.people, self.swarm.habits.busy) {
            self.dialogues[dialogue as usize].rounds += 1;
            return self.delete(dialogue, Purpose::Retry, None);
        }
        if self.people.one_in(3) {
            // Early media.
            let number = self.phone(dialogue, ringing[chosen]).number;
            return self.start_phone(number);
        }
        self.dialogues[dialogue as usize].stage = Stage::Answering;
        self.answer(dialogue, ringing[chosen], 0);
    }

    /// Established, and nothing under way: what now?
    fn talk(&mut self, dialogue: u32) {
        let habits = self.swarm.habits;
        let state = &self.dialogues[dialogue as usize];
        let Some(callee) = state.callee else { return };
        if self.now >= state.hang_up_at {
            return self.hang_up(dialogue);
        }
        let held = self.phone(dialogue, 0).direction != Direction::SendRecv;
        if self.dialogues[dialogue as usize].broken || (self.calm && held) {
            self.phone(dialogue, 0).direction = Direction::SendRecv;
            return self.change(dialogue, 0, callee, Change::Nothing);
        }
        if self.calm {
            return;
        }
        let random = &mut self.people;
        let (glare, reinvite) = (chance(random, habits.glare), chance(random, habits.reinvite));
        let fail_over = chance(random, habits.fail_over);
        if glare {
            let state = &mut self.dialogues[dialogue as usize];
            state.stage = Stage::Changing;
            state.broken = true;
            state.offerer = u8::MAX;
            self.offer(dialogue, 0, callee);
            self.offer(dialogue, callee, 0);
        } else if reinvite || fail_over {
            let state = &mut self.dialogues[dialogue as usize];
            if fail_over {
                state.node = (state.node + 1) % self.swarm.nodes;
            }
            let (from, to) = if self.people.one_in(2) { (0, callee) } else { (callee, 0) };
            let change = match self.people.below(6) {
                0 | 1 => Change::Nothing,
                2 => Change::Port,
                3 => Change::Direction(Direction::SendOnly),
                4 => Change::Direction(Direction::Inactive),
                _ => Change::Direction(Direction::SendRecv),
            };
            self.change(dialogue, from, to, change);
        }
    }

    /// A re-INVITE.
    pub(super) fn change(&mut self, dialogue: u32, from: u8, to: u8, change: Change) {
        let port = self.draw_port();
        let phone = self.phone(dialogue, from);
        match change {
            Change::Nothing => {}
            Change::Port => phone.port = port,
            Change::Direction(direction) => phone.direction = direction,
        }
        let state = &mut self.dialogues[dialogue as usize];
        state.stage = Stage::Changing;
        state.broken = false;
        state.offerer = from;
        self.offer(dialogue, from, to);
    }

    fn answer_change(&mut self, dialogue: u32) {
        let state = &mut self.dialogues[dialogue as usize];
        let Some(callee) = state.callee.filter(|_| state.offerer != u8::MAX) else {
            // Both offered at once and both were refused by the other (RFC 3261 section 14.1).
            state.stage = Stage::Up;
            return;
        };
        let (from, to) = if state.offerer == 0 { (callee, 0) } else { (0, callee) };
        self.answer(dialogue, from, to);
    }

    /// The call is over for its parties, at nearly the same time.
    pub(super) fn hang_up(&mut self, dialogue: u32) {
        let state = &mut self.dialogues[dialogue as usize];
        let forgotten = state.forgotten;
        state.stage = if forgotten { Stage::Over } else { Stage::Ending };
        let phones = state.phones.clone();
        let quick = !self.calm || self.people.one_in(2);
        for number in phones.into_iter().skip(usize::from(!forgotten && !quick)) {
            self.phones[number as usize].talking = false;
        }
        if !forgotten {
            self.delete(dialogue, Purpose::Delete, None);
        }
    }

    fn over(&mut self, dialogue: u32) {
        let state = &mut self.dialogues[dialogue as usize];
        state.stage = Stage::Over;
        for number in state.phones.clone() {
            self.phones[number as usize].talking = false;
        }
    }

    /// An answer, or the news that there will be none.
    pub(super) fn answered(&mut self, dialogue: u32, exchange: &Exchange, answer: Answer) {
        let sdp = sdp_of(&answer);
        let stage = self.dialogues[dialogue as usize].stage;
        match (exchange.purpose, sdp) {
            (Purpose::Offer { to, .. }, Some(sdp)) => {
                let glare = self.dialogues[dialogue as usize].offerer == u8::MAX && stage == Stage::Changing;
                if !glare {
                    let now = self.now;
                    self.phone(dialogue, to).take_sdp(now, exchange.node, &sdp);
                }
                if stage == Stage::Offering && self.dialogues[dialogue as usize].exchanges.is_empty() {
                    self.dialogues[dialogue as usize].stage = Stage::Ringing;
                }
            }
            (Purpose::Answer { from, to }, Some(sdp)) => {
                let now = self.now;
                self.phone(dialogue, to).take_sdp(now, exchange.node, &sdp);
                self.established(dialogue, if from == 0 { to } else { from });
            }
            (Purpose::Offer { .. } | Purpose::Answer { .. }, None) => self.failed(dialogue, stage),
            (Purpose::Delete, _) => self.over(dialogue),
            (Purpose::Retry, _) => self.next_callee(dialogue),
            (Purpose::Cancel, _) => {}
        }
    }

    /// Both parties have each other's address.
    fn established(&mut self, dialogue: u32, callee: u8) {
        let now = self.now;
        let state = &mut self.dialogues[dialogue as usize];
        if !matches!(state.stage, Stage::Answering | Stage::Changing) {
            return; // hung up meanwhile
        }
        let first = state.callee.replace(callee).is_none();
        state.stage = Stage::Up;
        state.up_since = now;
        let losers: Vec<u8> = state.ringing.iter().copied().filter(|leg| first && *leg != callee).collect();
        state.ringing.clear();
        for leg in [0, callee] {
            let number = self.phone(dialogue, leg).number;
            self.start_phone(number);
            if first {
                self.maybe_spoof(number);
            }
        }
        if first {
            self.checker.counts.answered += 1;
        }
        for leg in losers {
            self.phone(dialogue, leg).talking = false;
            self.delete(dialogue, Purpose::Cancel, Some(leg));
        }
    }

    /// A request was refused, or nobody answered it.
    fn failed(&mut self, dialogue: u32, stage: Stage) {
        let state = &mut self.dialogues[dialogue as usize];
        match stage {
            Stage::Offering | Stage::Ringing | Stage::Answering => self.hang_up(dialogue),
            Stage::Changing => {
                state.stage = Stage::Up;
                state.broken = true;
            }
            Stage::New | Stage::Up | Stage::Ending | Stage::Over => state.broken = true,
        }
    }

    /// The callee was busy: the same call goes to another.
    fn next_callee(&mut self, dialogue: u32) {
        let ringing = std::mem::take(&mut self.dialogues[dialogue as usize].ringing);
        for leg in ringing {
            self.phone(dialogue, leg).talking = false;
        }
        let leg = self.add_phone(dialogue);
        let state = &mut self.dialogues[dialogue as usize];
        state.ringing = vec![leg];
        state.stage = Stage::Offering;
        self.offer(dialogue, 0, leg);
    }
}

impl Dialogue {
    /// A dialogue that has not begun.
    pub(super) fn new(number: u32, node: usize) -> Self {
        Dialogue {
            number,
            call_id: crate::sim::call_id(number),
            stage: Stage::New,
            node,
            phones: Vec::new(),
            ringing: Vec::new(),
            callee: None,
            mux: false,
            guard: None,
            forked: false,
            exchanges: Vec::new(),
            cookies: 0,
            offerer: 0,
            broken: false,
            rounds: 0,
            hang_up_at: crate::time::Timestamp::ZERO,
            forgotten: false,
            up_since: crate::time::Timestamp::ZERO,
        }
    }
}
