//! A core for tests: it does what the text of a query says, and relays from slot `n` to slot `n ^ 1`.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use crossbeam_channel::Receiver;

use crate::input::{Command, Request};
use crate::io::core::{Core, ReturnAddress, Wanted};
use crate::io::{AskError, DatagramPath};
use crate::names::{CallId, RequestId, ShardId, SocketId};
use crate::output::{
    DropReason, Effect, EndCause, Event, EventKind, OpenError, Refusal, Reply, RestoreOutcome, Verdict,
};
use crate::packet::PacketBuf;
use crate::stats::{Counters, ShardReport};
use crate::time::Timestamp;

#[derive(Debug, Default)]
pub(in crate::io) struct Puppet {
    effects: VecDeque<Effect>,
    wanted: VecDeque<Wanted<Message>>,
    pub(in crate::io) lost_answers: u64,
    open: BTreeMap<u32, SocketId>,
    peers: BTreeMap<u32, SocketAddr>,
    asked: Option<RequestId>,
    deadline: Option<Timestamp>,
    fired: u64,
    counted: u64,
    counters: Counters,
    held_by: Option<Receiver<()>>,
    said_by: Option<ReturnAddress>,
}

/// A question of a client, on its way to the shard that answers.
#[derive(Debug)]
pub(in crate::io) struct Message {
    pub(in crate::io) text: String,
    pub(in crate::io) to: ReturnAddress,
}

/// The command that carries an order.
pub(in crate::io) fn order(text: &str) -> Command {
    Command::Query(CallId::from(text))
}

/// True if the order was carried out; `false` if a port was in use.
pub(in crate::io) fn done(reply: Reply) -> bool {
    match reply {
        Reply::Done => true,
        Reply::Refused(Refusal::RanOutOfPorts) => false,
        other => panic!("{other:?}"),
    }
}

impl Puppet {
    /// One that waits in the order `hold` until the other end is dropped.
    pub(in crate::io) fn held_by(held_by: Receiver<()>) -> Puppet {
        Puppet { held_by: Some(held_by), ..Puppet::default() }
    }

    pub(in crate::io) fn counters(&self) -> &Counters {
        &self.counters
    }

    fn report(&self) -> Reply {
        Reply::Shard(Box::new(ShardReport {
            shard: ShardId(0),
            cpu: None,
            own: self.counted,
            foreign: 0,
            pending: self.fired,
            ip4_only: 0,
            ip6_only: 0,
            mixed: 0,
            sockets: self.open.len() as u64,
            streams: 0,
            counters: self.counters.clone(),
            busy_us: 0,
            uptime_us: 0,
        }))
    }

    fn answer(&mut self, Message { text, to }: Message) {
        self.wanted.push_back(Wanted::Answer { to, reply: text.as_bytes().into() });
    }

    fn open(&mut self, slot: u32, generation: u32, local: SocketAddr) {
        let socket = SocketId { slot, generation };
        self.effects.push_back(Effect::Open { socket, local, tos: None });
    }

    fn close(&mut self, slot: u32) {
        let socket = self.open.remove(&slot).expect("open");
        self.effects.push_back(Effect::Close { socket });
    }

    /// Carries out an order; returns whether it is done at once.
    fn obey(&mut self, now: Timestamp, words: &[&str]) -> bool {
        let number = |text: &str| text.parse::<u32>().expect("a number");
        let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
        match *words {
            ["open", slot, generation, local] => {
                self.open(number(slot), number(generation), address(local));
                return false;
            }
            ["close", slot] => self.close(number(slot)),
            // The same port at once.
            ["cycle", slot, generation, local] => {
                self.close(number(slot));
                self.open(number(slot), number(generation), address(local));
                return false;
            }
            ["peer", slot, peer] => drop(self.peers.insert(number(slot), address(peer))),
            ["mark", slot, tos] => {
                let socket = self.open[&number(slot)];
                self.effects.push_back(Effect::Mark { socket, tos: tos.parse().expect("a byte") });
            }
            ["send", slot, to, text] => {
                let via = self.open[&number(slot)];
                let payload = text.as_bytes().into();
                self.effects.push_back(Effect::Transmit { via, to: address(to), payload });
            }
            ["timer", ms] => self.deadline = Some(now + Duration::from_millis(number(ms).into())),
            ["hold"] => drop(self.held_by.as_ref().expect("can be held").recv()),
            ["count"] => self.counted += 1,
            ["unpublish"] => self.effects.push_back(Effect::Unpublish(CallId::from("unpublish"))),
            ["say", text, ref to @ ..] => {
                let message = Message { text: text.to_owned(), to: self.said_by.clone().expect("a client") };
                match *to {
                    [] => self.answer(message),
                    [shard] => {
                        let shard = ShardId(shard.parse().expect("a number"));
                        self.wanted.push_back(Wanted::Send { shard, message });
                    }
                    _ => panic!("{words:?}"),
                }
            }
            ["nothing"] => {}
            _ => panic!("{words:?}"),
        }
        true
    }
}

impl Core for Puppet {
    type Message = Message;

    /// A client's order, of which `say` is answered.
    fn handle_datagram(&mut self, now: Timestamp, path: DatagramPath, datagram: &[u8]) {
        let order = String::from_utf8(datagram.to_vec()).expect("text");
        self.said_by = Some(ReturnAddress::Datagram(path));
        assert!(self.obey(now, &order.split(' ').collect::<Vec<_>>()), "done at once");
    }

    fn handle_message(&mut self, _now: Timestamp, message: Message) {
        self.answer(message);
    }

    fn handle_returned(&mut self, _now: Timestamp, message: Message, why: AskError) {
        self.answer(Message { text: format!("{why:?}"), ..message });
    }

    fn note_listener_error(&mut self) {
        self.lost_answers += 1;
    }

    fn handle_punted(&mut self, _now: Timestamp, at: SocketId, source: SocketAddr, datagram: &[u8]) {
        self.counters.consumed += 1;
        self.effects.push_back(Effect::Transmit { via: at, to: source, payload: datagram.into() });
    }

    /// Relays: `?` at the start leaves as `!`, a packet that begins with `+` grows at both ends, `punt` is punted.
    fn relay(
        &mut self,
        _now: Timestamp,
        at: SocketId,
        _source: SocketAddr,
        packet: &mut PacketBuf<'_>,
    ) -> Verdict {
        assert_eq!(self.open.get(&at.slot), Some(&at), "a packet of a socket that is not open");
        self.counters.packets += 1;
        let out = at.slot ^ 1;
        let (Some(via), Some(to)) = (self.open.get(&out), self.peers.get(&out)) else {
            self.counters.count_drop(DropReason::NoDestination);
            return Verdict::Drop(DropReason::NoDestination);
        };
        match packet.bytes() {
            b"punt" => return Verdict::Punt,
            [b'+', ..] => {
                packet.grow_front(16).fill(b'<');
                packet.grow_back(128).fill(b'>');
            }
            [b'?', ..] => packet.bytes_mut()[0] = b'!',
            _ => {}
        }
        self.counters.forwarded += 1;
        Verdict::Forward { via: *via, to: *to, len: packet.bytes().len() }
    }

    fn note_too_long(&mut self, _socket: SocketId) {
        self.counters.count_drop(DropReason::TooLong);
    }

    fn note_send_error(&mut self, _socket: SocketId) {
        self.counters.send_errors += 1;
    }

    fn handle_request(&mut self, now: Timestamp, request: Request) {
        assert!(self.effects.is_empty(), "the effects of the last input were not drained");
        let Request { id, command } = request;
        let reply = match command {
            Command::Report => self.report(),
            Command::Query(order) => {
                let order = String::from_utf8(order.as_bytes().to_vec()).expect("text");
                if !self.obey(now, &order.split(' ').collect::<Vec<_>>()) {
                    self.asked = Some(id);
                    return;
                }
                Reply::Done
            }
            _ => Reply::Restored(RestoreOutcome::Unchanged),
        };
        self.effects.push_back(Effect::Reply { to: id, reply });
    }

    fn handle_opened(&mut self, _now: Timestamp, socket: SocketId, result: Result<(), OpenError>) {
        let reply = match result {
            Ok(()) => {
                self.open.insert(socket.slot, socket);
                Reply::Done
            }
            Err(OpenError::InUse) => Reply::Refused(Refusal::RanOutOfPorts),
            Err(error) => panic!("{error:?}"),
        };
        let to = self.asked.take().expect("an order to open");
        self.effects.push_back(Effect::Reply { to, reply });
    }

    fn handle_timeout(&mut self, now: Timestamp) {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.deadline = None;
            self.fired += 1;
            let kind = EventKind::Ended(EndCause::Timeout);
            self.effects.push_back(Effect::Event(Event { call_id: CallId::from("timer"), kind }));
        }
    }

    fn poll_wanted(&mut self) -> Option<Wanted<Message>> {
        self.effects.pop_front().map(Wanted::Effect).or_else(|| self.wanted.pop_front())
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        self.deadline
    }
}
