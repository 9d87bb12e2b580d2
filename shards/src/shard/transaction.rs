//! Signals and records that wait for their sockets.
//!
//! Either takes full effect or none. All but the ports is decided before it comes here, and ports come first;
//! carrying it out cannot fail. While sockets are being opened the work waits here, and the driver's contract
//! sees to it that nothing else comes in between.
//! A signal takes other ports when some are taken by another process; a record cannot.

use std::time::Duration;

use super::Shard;
use crate::call::draft::Draft;
use crate::call::signal::{Role, Signal};
use crate::input::{Request, Restore};
use crate::limits::OPEN_ATTEMPTS_MAX;
use crate::names::{RequestId, SocketId};
use crate::output::{OpenError, Refusal, RestoreOutcome};
use crate::ports::NewPorts;
use crate::time::Timestamp;

/// Something that waits for its sockets.
#[derive(Debug)]
pub(super) struct Opening {
    /// Request that waits for the answer; none if a record is tried again.
    pub(super) id: Option<RequestId>,
    pub(super) purpose: Purpose,
    /// Sockets that were asked for and not answered yet.
    waiting: usize,
    /// Sockets that could not be opened.
    failed: Vec<SocketId>,
    /// Number of times that ports were taken anew.
    attempts: usize,
}

/// Purpose of the sockets.
#[derive(Debug)]
pub(super) enum Purpose {
    /// An offer or answer.
    Signal(Box<Signalling>),
    /// A record.
    Restore(Box<Restoring>),
}

/// A signal that waits for its sockets.
#[derive(Debug)]
pub(super) struct Signalling {
    pub(super) role: Role,
    pub(super) signal: Box<Signal>,
    pub(super) draft: Draft,
}

/// A record that waits for its sockets.
#[derive(Debug)]
pub(super) struct Restoring {
    pub(super) restore: Restore,
    pub(super) ports: Vec<NewPorts>,
    pub(super) outcome: RestoreOutcome,
    /// Pause before the next try if it cannot be had now.
    pub(super) pause: Duration,
    /// A request about the same call, to be carried out next.
    pub(super) then: Option<Request>,
}

impl Purpose {
    fn new_ports(&mut self) -> Box<dyn Iterator<Item = &mut NewPorts> + '_> {
        match self {
            Purpose::Signal(signalling) => Box::new(signalling.draft.new_ports()),
            Purpose::Restore(restoring) => Box::new(restoring.ports.iter_mut()),
        }
    }
}

impl Opening {
    pub(super) fn new(id: Option<RequestId>, purpose: Purpose) -> Self {
        Opening { id, purpose, waiting: 0, failed: Vec::new(), attempts: 0 }
    }
}

impl Shard {
    /// Takes ports for everything that has none yet, and asks for their sockets.
    pub(super) fn open_ports(&mut self, now: Timestamp, mut opening: Opening) {
        let tos = self.tos(&opening.purpose);
        let exact = matches!(opening.purpose, Purpose::Restore(_));
        let mut reserved = match &opening.purpose {
            Purpose::Signal(signalling) => self.reserve_waiting_ports(&signalling.signal.call_id),
            Purpose::Restore(_) => Vec::new(),
        };
        let plane = &mut self.plane;
        let complete = opening
            .purpose
            .new_ports()
            .all(|new| new.asked || if exact { plane.take_exact(new) } else { plane.take_any(new) });
        reserved.iter_mut().for_each(|new| plane.abandon(new, &[]));
        if !complete || opening.attempts > OPEN_ATTEMPTS_MAX {
            return self.give_up(now, opening);
        }
        let fresh = opening.purpose.new_ports().filter(|new| !new.asked);
        opening.waiting = fresh.map(|new| plane.open(new, tos)).sum();
        if opening.waiting == 0 {
            return self.carry_out(now, opening);
        }
        self.opening = Some(opening);
    }

    /// One of the sockets was opened, or could not be.
    pub(super) fn note_opened(&mut self, now: Timestamp, socket: SocketId, result: Result<(), OpenError>) {
        let mut opening = self.opening.take().expect("a socket was asked for");
        opening.waiting -= 1;
        if let Err(error) = result {
            opening.failed.push(socket);
            // Without descriptors or the address, another port will not do either.
            if error != OpenError::InUse {
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
        for new in opening.purpose.new_ports() {
            if new.sockets.iter().any(|socket| failed.contains(socket)) {
                self.plane.abandon(new, &failed);
            }
        }
        match opening.purpose {
            Purpose::Signal(_) => self.open_ports(now, opening),
            Purpose::Restore(_) => self.give_up(now, opening),
        }
    }

    fn carry_out(&mut self, now: Timestamp, opening: Opening) {
        match opening.purpose {
            Purpose::Signal(signalling) => self.carry_out_signal(now, opening.id, *signalling),
            Purpose::Restore(restoring) => self.carry_out_restore(now, opening.id, *restoring),
        }
    }

    /// Gives back what was taken; the call stays as it was.
    fn give_up(&mut self, now: Timestamp, mut opening: Opening) {
        let ports = &self.plane.ports;
        let absent = opening.purpose.new_ports().any(|new| ports.is_refused(new.address));
        for new in opening.purpose.new_ports().filter(|new| !new.sockets.is_empty()) {
            self.plane.abandon(new, &[]);
        }
        match opening.purpose {
            Purpose::Signal(signalling) => {
                let refusal = if absent { Refusal::AddressAbsent } else { Refusal::RanOutOfPorts };
                self.refuse_signal(opening.id, *signalling, refusal);
            }
            Purpose::Restore(restoring) => self.postpone(now, opening.id, *restoring),
        }
    }

    fn tos(&self, purpose: &Purpose) -> u8 {
        let of_call = match purpose {
            Purpose::Signal(signalling) => {
                let of_call = || self.calls.get(&signalling.signal.call_id)?.state().tos;
                signalling.signal.options.tos.unwrap_or_else(of_call)
            }
            Purpose::Restore(restoring) => restoring.restore.call.state.tos,
        };
        self.tos_of(of_call)
    }
}
