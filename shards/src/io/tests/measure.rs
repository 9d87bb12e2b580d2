//! Measurements, not tests: run one by hand, in release mode, on a quiet machine.
//!
//! ```text
//! cargo test --release -p tandem-shards --lib -- --ignored --nocapture --exact io::tests::measure::idle
//! ```
//!
//! `relay` forwards what comes in on 127.0.0.1, from port `20000 + n` out of port `20000 + (n ^ 1)`, to
//! 127.0.0.1, port `15000 + (n ^ 1) % 16`, for `SECONDS`; `SOCKETS` and `MIN_WAIT_US` say how. A load
//! generator does the rest.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use crate::input::{Command, Request};
use crate::io::core::{Core, Wanted};
use crate::io::ring::Sizes;
use crate::io::{Ask, AskError, DatagramPath, Shards, sys};
use crate::names::{ShardId, SocketId};
use crate::output::{Effect, OpenError, Reply, Verdict};
use crate::packet::PacketBuf;
use crate::stats::{Counters, ShardReport};
use crate::time::Timestamp;

/// Opens its sockets with the first request and forwards from each to its neighbour.
struct Patch {
    sockets: u32,
    deadline_every: Duration,
    effects: VecDeque<Effect>,
    deadline: Option<Timestamp>,
    counters: Counters,
}

fn patch(sockets: u32, deadline_every: Duration) -> Patch {
    Patch { sockets, deadline_every, effects: VecDeque::new(), deadline: None, counters: Counters::default() }
}

fn port(base: u16, offset: u32) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], base + u16::try_from(offset).expect("below 65536")))
}

impl Core for Patch {
    type Message = ();

    fn handle_datagram(&mut self, _now: Timestamp, _path: DatagramPath, _datagram: &[u8]) {}

    fn handle_message(&mut self, _now: Timestamp, _message: ()) {}

    fn handle_returned(&mut self, _now: Timestamp, _message: (), _why: AskError) {}

    fn note_listener_error(&mut self) {}

    fn relay(
        &mut self,
        _now: Timestamp,
        at: SocketId,
        _source: SocketAddr,
        packet: &mut PacketBuf<'_>,
    ) -> Verdict {
        self.counters.packets += 1;
        let out = at.slot ^ 1;
        let (via, to) = (SocketId { slot: out, generation: 0 }, port(15000, out % 16));
        Verdict::Forward { via, to, len: packet.bytes().len() }
    }

    fn handle_punted(&mut self, _now: Timestamp, _at: SocketId, _source: SocketAddr, _datagram: &[u8]) {}

    fn note_too_long(&mut self, _socket: SocketId) {}

    fn note_send_error(&mut self, _socket: SocketId) {
        self.counters.send_errors += 1;
    }

    fn handle_request(&mut self, now: Timestamp, request: Request) {
        if self.deadline.is_none() {
            self.deadline = Some(now + self.deadline_every);
            for slot in 0..self.sockets {
                let (socket, local) = (SocketId { slot, generation: 0 }, port(20000, slot));
                self.effects.push_back(Effect::Open { socket, local, tos: None });
            }
        }
        let report = ShardReport {
            shard: ShardId(0),
            cpu: None,
            own: 0,
            foreign: 0,
            pending: 0,
            ip4_only: 0,
            ip6_only: 0,
            mixed: 0,
            sockets: self.sockets.into(),
            streams: 0,
            counters: self.counters.clone(),
            busy_us: 0,
            uptime_us: 0,
        };
        self.effects.push_back(Effect::Reply { to: request.id, reply: Reply::Shard(Box::new(report)) });
    }

    fn handle_opened(&mut self, _now: Timestamp, socket: SocketId, result: Result<(), OpenError>) {
        result.unwrap_or_else(|error| panic!("{socket:?}: {error:?}"));
    }

    fn handle_timeout(&mut self, now: Timestamp) {
        self.deadline = Some(now + self.deadline_every);
    }

    fn poll_wanted(&mut self) -> Option<Wanted<()>> {
        self.effects.pop_front().map(Wanted::Effect)
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        self.deadline
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn report(shards: &Shards) -> ShardReport {
    match shards.callers().take().ask(ShardId(0), Command::Report).expect("an answer") {
        Reply::Shard(report) => *report,
        other => panic!("{other:?}"),
    }
}

#[expect(clippy::disallowed_methods, reason = "a measurement takes time")]
fn run(sockets: u32, deadline_every: Duration, length: Duration) {
    let cpu = *sys::allowed_cpus().expect("a set").last().expect("a CPU");
    let min_wait_us = u32::try_from(setting("MIN_WAIT_US", 0)).expect("small");
    let make = move |_| patch(sockets, deadline_every);
    let (shards, _) = Shards::launch(&[cpu], Sizes::default(), min_wait_us, make).expect("a shard");
    report(&shards);
    println!("ready: process {} on CPU {cpu}, {sockets} sockets", std::process::id());
    std::thread::sleep(Duration::from_millis(300));
    let before = report(&shards);
    std::thread::sleep(length);
    let after = report(&shards);
    let (busy_us, packets) =
        (after.busy_us - before.busy_us, after.counters.packets - before.counters.packets);
    let errors = after.counters.send_errors;
    println!("{sockets} sockets, a deadline every {deadline_every:?}:");
    println!("{busy_us} us of CPU in {length:?}, {packets} packets, {errors} send errors");
    shards.stop();
}

#[test]
#[ignore = "a measurement"]
fn idle() {
    for deadline_every in [3600, 1].map(Duration::from_secs) {
        run(2000, deadline_every, Duration::from_secs(5));
    }
}

#[test]
#[ignore = "a measurement"]
fn relay() {
    let sockets = u32::try_from(setting("SOCKETS", 2000)).expect("small");
    run(sockets, Duration::from_secs(1), Duration::from_secs(setting("SECONDS", 10)));
}
