//! An engine on the thread of the test: every step is taken by hand, so nothing depends on timing.

use std::net::{SocketAddr, UdpSocket};

use crossbeam_channel::Receiver;

use super::requests::REQUESTS_PER_TURN;
use super::*;
use crate::input::{Command, Request};
use crate::io::outlet::{Answer, Inlets, Outlets};
use crate::io::request_socket::RequestSocket;
use crate::io::tests::phone;
use crate::io::tests::puppet::{Message, Puppet, done, order};
use crate::limits::{DATAGRAM_BYTES_MAX, SOCKETS_PER_SHARD_MAX};
use crate::names::{RequestId, ShardId};
use crate::output::{DropReason, Reply};

/// Turns after which a test has failed; each waits for 5 ms at most.
const TURNS_MAX: usize = 4000;

struct Rig {
    engine: Engine<Puppet>,
    mailbox: mailbox::Senders<Message>,
    answers: Receiver<Answer>,
    _inlets: Inlets,
}

impl Rig {
    fn new(buffers: u16) -> Rig {
        let (mailbox, mail) = mailbox::mailbox(16).expect("a mailbox");
        let (sender, answers) = crossbeam_channel::bounded(16);
        let (outlets, inlets) = Outlets::new([sender].into());
        let outlet = Outlet { shard: ShardId(0), cpu: 0, started: Timestamp::ZERO, outlets };
        let sizes = Sizes { submissions: 64, completions: 256, buffers, requests: 8 };
        let messages = Messages::new(vec![mailbox.messages.clone()]);
        let fittings = Fittings { sizes, min_wait_us: 100, mail, messages, outlet };
        let engine = Engine::new(Puppet::default(), fittings).expect("io_uring");
        Rig { engine, mailbox, answers, _inlets: inlets }
    }

    fn send(&self, command: Command) {
        let id = RequestId { caller: 0, sequence: 1 };
        self.mailbox.requests.send(Request { id, command }).expect("room");
    }

    /// Gives an order and turns until it is carried out.
    fn order(&mut self, text: &str) -> bool {
        self.send(order(text));
        for _ in 0..TURNS_MAX {
            self.step();
            if let Ok(answer) = self.answers.try_recv() {
                return done(answer.reply);
            }
        }
        panic!("no answer to {text}");
    }

    /// Gives an order without a turn around it.
    fn hand_in(&mut self, text: &str) {
        let id = RequestId { caller: 0, sequence: 1 };
        self.engine.core.handle_request(Timestamp::ZERO, Request { id, command: order(text) });
        self.engine.drain();
    }

    fn step(&mut self) {
        self.engine.turn();
        match self.engine.next_step() {
            Step::Wait | Step::Park => self.engine.wait(),
            Step::Yield => self.engine.yielded(),
            Step::Go | Step::Stop => self.engine.submit(),
        }
    }

    fn until(&mut self, what: &str, condition: impl Fn(&Rig) -> bool) {
        for _ in 0..TURNS_MAX {
            if condition(self) {
                return;
            }
            self.step();
        }
        panic!("never: {what}; {:?}", self.engine.core.counters());
    }

    fn packets(&self) -> u64 {
        self.engine.core.counters().packets
    }

    /// Two sockets on `ip`, both sending to `peer`.
    fn open_pair(&mut self, ip: &str, port: u16, peer: &UdpSocket) -> [SocketAddr; 2] {
        let peer = peer.local_addr().expect("bound");
        [0, 1].map(|slot| {
            let local = format!("{ip}:{}", port + slot);
            assert!(self.order(&format!("open {slot} 1 {local}")), "{local} is taken");
            assert!(self.order(&format!("peer {slot} {peer}")));
            local.parse().expect("an address")
        })
    }

    fn end(mut self) {
        self.engine.close_all();
        assert_eq!(self.engine.ring.held(), 0, "buffers lost");
        assert_eq!(self.engine.dying, 0, "receives lost");
    }
}

#[test]
fn packets_are_forwarded_in_place_over_both_families() {
    for (ip, peer) in [("127.9.4.1", "127.9.4.2:0"), ("[::1]", "[::1]:0")] {
        let mut rig = Rig::new(16);
        let peer = phone(peer);
        let [local, other] = rig.open_pair(ip, 41000, &peer);
        let mut packet = [0u8; 4096];
        for length in [1, 2, 172, 1500, DATAGRAM_BYTES_MAX] {
            let mut sent = vec![b'?'; length];
            peer.send_to(&sent, local).expect("sent");
            let before = rig.packets();
            rig.until("a packet", |rig| rig.packets() > before);
            rig.step();
            let (got, source) = peer.recv_from(&mut packet).expect("a packet");
            sent[0] = b'!';
            assert_eq!((&packet[..got], source), (&sent[..], other));
        }
        assert_eq!(rig.engine.core.counters().send_errors, 0);
        rig.end();
    }
}

#[test]
fn packets_grow_into_their_room_and_what_is_no_media_is_handed_back() {
    let mut rig = Rig::new(16);
    let peer = phone("127.9.4.7:0");
    let [local, other] = rig.open_pair("127.9.4.8", 41000, &peer);
    let mut packet = [0u8; 4096];
    for length in [1, 172, DATAGRAM_BYTES_MAX] {
        let sent = vec![b'+'; length];
        peer.send_to(&sent, local).expect("sent");
        let before = rig.packets();
        rig.until("a packet", |rig| rig.packets() > before);
        rig.step();
        let (got, source) = peer.recv_from(&mut packet).expect("a packet");
        assert_eq!((&packet[..got], source), (&[&[b'<'; 16][..], &sent, &[b'>'; 128]].concat()[..], other));
    }
    peer.send_to(b"punt", local).expect("sent");
    rig.until("the datagram", |rig| rig.engine.core.counters().consumed == 1);
    rig.step();
    let (got, source) = peer.recv_from(&mut packet).expect("what was handed back is answered by an effect");
    assert_eq!((&packet[..got], source), (&b"punt"[..], local));
    rig.end();
}

#[test]
fn an_empty_datagram_and_one_that_is_too_long() {
    let mut rig = Rig::new(16);
    let peer = phone("127.9.4.3:0");
    let [local, _] = rig.open_pair("127.9.4.4", 41000, &peer);
    peer.send_to(&[], local).expect("sent");
    peer.send_to(&vec![0; DATAGRAM_BYTES_MAX + 1], local).expect("sent");
    rig.until("the long one", |rig| rig.engine.core.counters().dropped(DropReason::TooLong) == 1);
    assert_eq!(rig.packets(), 1);
    rig.end();
}

#[test]
fn a_flood_beyond_the_buffers_recovers_and_loses_nothing() {
    let mut rig = Rig::new(8);
    let (a, b) = (phone("127.9.4.5:0"), phone("127.9.4.5:0"));
    let locals = rig.open_pair("127.9.4.6", 41000, &a);
    for _ in 0..50 {
        a.send_to(b"flood", locals[0]).expect("sent");
        b.send_to(b"flood", locals[1]).expect("sent");
    }
    rig.engine.submit();
    rig.engine.collect();
    let starved = |c: &Completion| c.result == -libc::ENOBUFS && !c.more;
    assert!(rig.engine.backlog.iter().any(starved), "8 buffers were enough: {:?}", rig.engine.backlog);
    rig.until("all of the flood", |rig| rig.packets() == 100);
    // Both are armed again.
    for local in locals {
        a.send_to(b"after", local).expect("sent");
    }
    rig.until("packets after the flood", |rig| rig.packets() == 102);
    rig.end();
}

#[test]
fn a_port_is_closed_and_opened_again_at_once_thousands_of_times_under_traffic() {
    let descriptors = || std::fs::read_dir("/proc/self/fd").expect("a list").count();
    let mut rig = Rig::new(16);
    let peer = phone("127.9.4.7:0");
    let [local, _] = rig.open_pair("127.9.4.8", 41000, &peer);
    let before = descriptors();
    for generation in 2..5000 {
        peer.send_to(b"?", local).expect("sent");
        assert!(rig.order(&format!("cycle 0 {generation} {local}")), "in use at {generation}");
        assert!(rig.engine.closing.is_empty() && rig.engine.dying == 0);
    }
    // Other tests run beside this one and have descriptors of their own.
    assert!(descriptors() < before + 1000, "{} descriptors, {before} before", descriptors());
    let packets = rig.packets();
    peer.send_to(b"?", local).expect("sent");
    rig.until("a packet after it all", |rig| rig.packets() > packets);
    rig.end();
}

#[test]
fn late_packets_of_a_closed_socket_are_not_taken_for_its_successors() {
    let mut rig = Rig::new(16);
    let peer = phone("127.9.4.9:0");
    let [local, _] = rig.open_pair("127.9.4.10", 41000, &peer);
    for _ in 0..10 {
        peer.send_to(b"late", local).expect("sent");
    }
    rig.engine.submit();
    rig.engine.collect();
    let late = rig.engine.backlog.iter().filter(|c| c.buffer.is_some()).count();
    assert_eq!(late, 10, "the packets are there, and not handed in yet");
    // The puppet checks that every packet is of a socket that is open.
    rig.hand_in(&format!("cycle 0 2 {local}"));
    assert!(done(rig.answers.try_recv().expect("an answer").reply));
    peer.send_to(b"early", local).expect("sent");
    rig.until("the new socket's packet", |rig| rig.packets() == 1);
    rig.until("an empty backlog", |rig| rig.engine.backlog.is_empty());
    assert_eq!(rig.packets(), 1);
    rig.end();
}

#[test]
fn a_closed_socket_takes_its_queued_packets_with_it_and_no_other_sends_them() {
    let mut rig = Rig::new(16);
    let peer = phone("127.9.4.11:0");
    let [local, other] = rig.open_pair("127.9.4.12", 41000, &peer);
    peer.send_to(b"last words", local).expect("sent");
    rig.engine.submit();
    // The send is queued in this turn, and the socket it leaves from is closed in this turn.
    rig.send(order(&format!("cycle 1 2 {}", "127.9.4.12:41009")));
    rig.engine.submit();
    rig.engine.turn();
    let mut packet = [0u8; 100];
    let (length, source) = peer.recv_from(&mut packet).expect("a packet");
    assert_eq!((&packet[..length], source), (&b"last words"[..], other));
    rig.end();
}

#[test]
fn a_port_of_somebody_else_is_refused() {
    let mut rig = Rig::new(16);
    let theirs = phone("127.9.4.13:41000");
    assert!(!rig.order("open 0 1 127.9.4.13:41000"));
    drop(theirs);
    assert!(rig.order("open 0 1 127.9.4.13:41000"));
    rig.end();
}

#[test]
fn a_refused_send_is_counted() {
    let mut rig = Rig::new(16);
    let peer = phone("127.9.4.14:0");
    let [local, _] = rig.open_pair("127.9.4.15", 41000, &peer);
    // An IPv4 socket cannot send there.
    assert!(rig.order("peer 1 [::1]:9"));
    peer.send_to(b"?", local).expect("sent");
    rig.until("the error", |rig| rig.engine.core.counters().send_errors == 1);
    assert!(rig.order("send 0 [::1]:9 hello"));
    assert_eq!(rig.engine.core.counters().send_errors, 2);
    rig.end();
}

#[test]
fn own_datagrams_and_marks_go_out() {
    let mut rig = Rig::new(16);
    let peer = phone("127.9.4.16:0");
    let [local, _] = rig.open_pair("127.9.4.17", 41000, &peer);
    assert!(rig.order("mark 0 184"));
    assert!(rig.order(&format!("send 0 {} punch", peer.local_addr().expect("bound"))));
    let mut packet = [0u8; 100];
    let (length, source) = peer.recv_from(&mut packet).expect("a packet");
    assert_eq!((&packet[..length], source), (&b"punch"[..], local));
    rig.end();
}

#[test]
fn requests_do_not_crowd_out_packets_nor_the_other_way() {
    let mut rig = Rig::new(16);
    for _ in 0..REQUESTS_PER_TURN + 1 {
        rig.send(order("nothing"));
    }
    rig.engine.submit();
    rig.engine.turn();
    assert_eq!(rig.answers.len(), REQUESTS_PER_TURN);
    assert_eq!(rig.engine.next_step(), Step::Go, "the rest must not wait for a bell");
    rig.engine.turn();
    rig.engine.turn();
    assert_eq!(rig.answers.len(), REQUESTS_PER_TURN + 1);
    rig.end();
}

/// A listener of the engine, and a client that has asked it so often.
fn flooded(rig: &mut Rig, at: &str, questions: usize) -> UdpSocket {
    let sockets = RequestSocket::bind(at.parse().expect("an address"), 1).expect("free");
    let (done, is_done) = crossbeam_channel::bounded(0);
    assert!(rig.mailbox.listening.send(mailbox::Listening { sockets, done }).is_ok());
    rig.until("a listener", |_| is_done.try_recv() == Err(crossbeam_channel::TryRecvError::Disconnected));
    rig.step();
    let client = phone("127.9.4.20:0");
    client.connect(at).expect("an address");
    for _ in 0..questions {
        client.send(b"say hello").expect("sent");
    }
    client
}

#[test]
fn commands_letters_and_datagrams_take_turns() {
    let mut rig = Rig::new(16);
    let client = flooded(&mut rig, "127.9.4.21:41000", 3 * REQUESTS_PER_TURN);
    let (sender, messages) = crossbeam_channel::bounded(100);
    for _ in 0..REQUESTS_PER_TURN {
        rig.send(order("nothing"));
        let message = Message { text: "hello".to_owned(), to: ReturnAddress::Thread(sender.clone()) };
        assert!(rig.mailbox.messages.send(message).is_ok());
    }
    rig.engine.submit();
    rig.engine.turn();
    client.set_nonblocking(true).expect("possible");
    let answered = std::iter::from_fn(|| client.recv(&mut [0; 10]).ok()).count();
    assert_eq!(rig.answers.len() + messages.len() + answered, REQUESTS_PER_TURN);
    for count in [rig.answers.len(), messages.len(), answered] {
        assert!(count >= REQUESTS_PER_TURN / 3, "{count}");
    }
    assert_eq!(rig.engine.next_step(), Step::Go);
    rig.end();
}

#[test]
fn a_flood_of_requests_beyond_their_buffers_loses_nothing() {
    let mut rig = Rig::new(16);
    let client = flooded(&mut rig, "127.9.4.22:41000", 100);
    let mut answer = [0; 10];
    client.set_nonblocking(true).expect("possible");
    for _ in 0..100 {
        for turn in 0.. {
            assert!(turn < TURNS_MAX, "an answer is missing");
            if client.recv(&mut answer).is_ok() {
                break;
            }
            rig.step();
        }
        assert_eq!(&answer[..5], b"hello");
    }
    assert_eq!(rig.engine.core.lost_answers, 0);
    client.send(b"say again").expect("sent");
    rig.until("an answer after the flood", |_| client.recv(&mut [0; 10]).is_ok());
    rig.end();
}

#[test]
fn tags_survive_the_kernel() {
    let id = SocketId { slot: SOCKETS_PER_SHARD_MAX - 1, generation: u32::MAX };
    let mut rig = Rig::new(16);
    // A receive on a descriptor that is not a socket ends at once, under its own tag.
    rig.engine.ring.receive(id, 1 << 20);
    rig.engine.ring.enter(Wait::One);
    let mut tags = Vec::new();
    rig.engine.ring.collect(|completion| tags.push((completion.tag, completion.more)));
    assert_eq!(tags, [(Tag::Receive(id), false)]);
}

#[test]
fn many_sockets_close_in_one_go() {
    let mut rig = Rig::new(16);
    let sockets = 3 * u16::try_from(CLOSING_MAX).expect("small");
    for n in 0..sockets {
        assert!(rig.order(&format!("open {n} 1 127.9.4.18:{}", 20000 + n)));
    }
    rig.engine.close_all();
    for n in 0..sockets {
        drop(UdpSocket::bind(("127.9.4.18", 20000 + n)).expect("free"));
    }
    rig.end();
}

#[test]
fn an_answer_is_not_given_before_the_ports_are_free() {
    let mut rig = Rig::new(16);
    for round in 0..500 {
        assert!(rig.order(&format!("open 0 {round} 127.9.4.19:41000")));
        rig.hand_in("close 0");
        let answer = rig.answers.try_recv().expect("there is one");
        assert!(matches!(answer.reply, Reply::Done));
        drop(UdpSocket::bind("127.9.4.19:41000").expect("free"));
    }
    rig.end();
}
