//! The packet path by itself: two parties, four flows, no call.

use std::sync::Arc;

use super::super::filter::MediaFilter;
use super::super::latching::{LEARNING_WINDOW, LatchSpec, Policy, Rank, State};
use super::*;
use crate::call::state::StreamCounts;
use crate::interfaces::Interfaces;
use crate::names::InterfaceName;
use crate::settings::Learning;

const SECOND: Duration = Duration::from_secs(1);

struct Bench {
    relay: Relay,
    now: Timestamp,
    a: SocketId,
    b: SocketId,
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

fn flow(relay: &mut Relay, socket: SocketId, endpoint: &str, now: Timestamp) -> FlowId {
    let spec = LatchSpec {
        signalled: Some(address(endpoint)),
        signalled_at: Some(now),
        told_at: Some(now),
        policy: Policy::Guarded,
        learning: Learning::Heuristic,
        asymmetric: false,
        guard: true,
    };
    let flow =
        Flow { via: Some(socket), telephone_events: 1 << 101, ..Flow::new(7, FlowKind::Rtp, spec, now) };
    let id = FlowId(relay.flows.entries.insert(flow));
    relay.flows.sockets.assign(socket, id);
    id
}

impl Bench {
    /// A at 192.0.2.1:6000 and B at 192.0.2.2:6010, each with one socket.
    fn new() -> Self {
        let addresses = ["203.0.113.1:0", "203.0.113.2:0"].map(|at| address(at).ip());
        let list = addresses.map(|ip| (InterfaceName::from("pub"), ip, ip));
        let own = OwnAddresses { interfaces: Arc::new(Interfaces::new(list)), ports: (30000, 40000) };
        let mut relay = Relay::new(SECOND / 2, own);
        let now = Timestamp::from_secs(1_000);
        let a = relay.flows.sockets.insert(AddressId(0)).expect("room");
        let b = relay.flows.sockets.insert(AddressId(1)).expect("room");
        let flow_a = flow(&mut relay, a, "192.0.2.1:6000", now);
        let flow_b = flow(&mut relay, b, "192.0.2.2:6010", now);
        for (from, to) in [(flow_a, flow_b), (flow_b, flow_a)] {
            relay.flows.entries[from.0].to_rtp = Some(to);
            relay.flows.entries[from.0].to_rtcp = Some(to);
        }
        Bench { relay, now, a, b }
    }

    fn flow_a(&mut self) -> &mut Flow {
        let id = self.relay.flows.sockets.get(self.a).and_then(|socket| socket.flow).expect("a flow");
        &mut self.relay.flows.entries[id.0]
    }

    /// Hands in a packet, and once more if it is no media.
    fn relay(&mut self, socket: SocketId, source: &str, packet: &mut [u8]) -> Verdict {
        match self.relay.relay(self.now, socket, address(source), &mut PacketBuf::exact(packet)) {
            Verdict::Punt => Verdict::Drop(self.relay.drop_punted(socket, packet)),
            verdict => verdict,
        }
    }

    fn relay_a(&mut self, source: &str, packet: &mut [u8]) -> Verdict {
        self.relay(self.a, source, packet)
    }

    fn relay_b(&mut self, source: &str, packet: &mut [u8]) -> Verdict {
        self.relay(self.b, source, packet)
    }

    fn rtp_from(&mut self, source: &str, sequence: u16, ssrc: u32) -> Verdict {
        let mut packet = rtp(0, sequence, ssrc);
        self.relay(self.a, source, &mut packet)
    }

    fn return_address(&mut self) -> Option<SocketAddr> {
        match self.relay(self.b, "192.0.2.2:6010", &mut rtp(0, 1, 9)) {
            Verdict::Forward { to, .. } => Some(to),
            _ => None,
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now = self.now + time;
    }
}

fn rtp(payload_type: u8, sequence: u16, ssrc: u32) -> [u8; 172] {
    let mut packet = [0x55; 172];
    packet[0] = 0x80;
    packet[1] = payload_type;
    packet[2..4].copy_from_slice(&sequence.to_be_bytes());
    packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
    packet
}

fn forwarded(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Forward { .. })
}

#[test]
fn a_packet_leaves_from_the_counterparts_socket() {
    let mut bench = Bench::new();
    let verdict = bench.rtp_from("192.0.2.1:6000", 1, 1);
    assert_eq!(verdict, Verdict::Forward { via: bench.b, to: address("192.0.2.2:6010"), len: 172 });
    assert_eq!(bench.relay.notices, [(7, Notice::Confirmed)], "an exact match confirms at once");
    assert_eq!(bench.flow_a().counts_in, StreamCounts { packets: 1, bytes: 172, errors: 0 });
}

#[test]
fn return_traffic_follows_the_first_packet_and_is_settled_after_the_window() {
    let mut bench = Bench::new();
    assert!(forwarded(bench.rtp_from("198.51.100.9:777", 1, 1)));
    assert_eq!(bench.return_address(), Some(address("198.51.100.9:777")));
    assert!(forwarded(bench.rtp_from("192.0.2.1:6002", 2, 1)), "the same address, another port: fits better");
    assert_eq!(bench.return_address(), Some(address("192.0.2.1:6002")));
    assert!(forwarded(bench.rtp_from("198.51.100.9:777", 3, 1)), "fits worse: passes, not learned");
    assert_eq!(bench.return_address(), Some(address("192.0.2.1:6002")));
    bench.pass(LEARNING_WINDOW + SECOND);
    assert!(forwarded(bench.rtp_from("192.0.2.1:6002", 4, 1)));
    assert!(bench.flow_a().latch.confirmed().is_some());
}

#[test]
fn the_guard_keeps_others_out_while_the_source_is_alive() {
    let mut bench = Bench::new();
    bench.rtp_from("192.0.2.1:6000", 1, 1);
    for sequence in 2..50 {
        bench.pass(SECOND / 50);
        assert!(forwarded(bench.rtp_from("192.0.2.1:6000", sequence, 1)));
        let intruder = bench.rtp_from("203.0.113.66:9", sequence + 1, 1);
        assert_eq!(intruder, Verdict::Drop(DropReason::Guarded), "even with the right SSRC and number");
    }
    assert_eq!(bench.return_address(), Some(address("192.0.2.1:6000")));
    assert_eq!(bench.flow_a().counts_in.errors, 48);
    assert_eq!(bench.relay.counters.dropped(DropReason::Guarded), 48);
}

#[test]
fn a_silent_source_is_continued_by_ssrc_and_sequence() {
    let mut bench = Bench::new();
    bench.rtp_from("192.0.2.1:6000", 65_530, 1);
    bench.pass(SECOND);
    assert_eq!(bench.rtp_from("203.0.113.66:9", 4, 2), Verdict::Drop(DropReason::Guarded), "another SSRC");
    assert_eq!(bench.rtp_from("203.0.113.66:9", 40_000, 1), Verdict::Drop(DropReason::Guarded), "far away");
    assert!(forwarded(bench.rtp_from("192.0.2.1:31000", 4, 1)), "a NAT that has rebound");
    assert_eq!(bench.return_address(), Some(address("192.0.2.1:31000")));
    let from = address("192.0.2.1:6000");
    let moved = Notice::Moved { from, to: address("192.0.2.1:31000") };
    assert!(bench.relay.notices.contains(&(7, moved)));
}

#[test]
fn a_silent_source_is_replaced_by_several_packets_in_a_row() {
    let mut bench = Bench::new();
    bench.rtp_from("192.0.2.1:6000", 1, 1);
    bench.pass(SECOND);
    for n in 0..4 {
        assert!(!forwarded(bench.rtp_from("203.0.113.7:9", 100 + n, 5)));
        assert!(!forwarded(bench.rtp_from("203.0.113.8:9", 100 + n, 6)), "turns break a row");
    }
    for n in 0..4 {
        assert!(!forwarded(bench.rtp_from("203.0.113.7:9", 200 + n, 5)));
    }
    assert!(forwarded(bench.rtp_from("203.0.113.7:9", 204, 5)));
    assert_eq!(bench.return_address(), Some(address("203.0.113.7:9")));
    assert!(!forwarded(bench.rtp_from("192.0.2.1:6000", 2, 1)), "the old one is a stranger now");
}

#[test]
fn without_the_guard_others_pass_and_are_not_learned() {
    let mut bench = Bench::new();
    bench.flow_a().latch.spec.policy = Policy::Open;
    bench.rtp_from("192.0.2.1:6000", 1, 1);
    assert!(forwarded(bench.rtp_from("203.0.113.66:9", 2, 3)));
    assert_eq!(bench.return_address(), Some(address("192.0.2.1:6000")));
}

#[test]
fn strict_source_drops_and_handover_learns() {
    let mut bench = Bench::new();
    bench.flow_a().latch.spec.policy = Policy::Strict;
    bench.rtp_from("192.0.2.1:6000", 1, 1);
    bench.pass(SECOND * 60);
    let verdict = bench.rtp_from("203.0.113.66:9", 2, 1);
    assert_eq!(verdict, Verdict::Drop(DropReason::UnexpectedSource), "however long the silence");
    bench.flow_a().latch.spec.policy = Policy::Handover;
    assert!(forwarded(bench.rtp_from("203.0.113.66:9", 2, 1)));
    assert_eq!(bench.return_address(), Some(address("203.0.113.66:9")));
}

#[test]
fn modes_of_learning() {
    for (mode, confirmed_at_once, second_wins) in
        [(Learning::Immediate, true, false), (Learning::Delayed, false, true)]
    {
        let mut bench = Bench::new();
        bench.flow_a().latch.spec.policy = Policy::Open;
        let until = bench.now + LEARNING_WINDOW;
        bench.flow_a().latch.spec.learning = mode;
        bench.flow_a().latch.state = State::Learning { until, best: Rank::Nothing };
        bench.rtp_from("198.51.100.1:1", 1, 1);
        assert_eq!(bench.flow_a().latch.confirmed().is_some(), confirmed_at_once, "{mode:?}");
        bench.rtp_from("198.51.100.2:2", 2, 1);
        let learned = if second_wins { "198.51.100.2:2" } else { "198.51.100.1:1" };
        assert_eq!(bench.return_address(), Some(address(learned)), "{mode:?}");
    }
}

#[test]
fn stray_rtcp_does_not_teach_and_what_is_no_rtp_is_dropped() {
    let mut bench = Bench::new();
    let mut report = [0u8; 28];
    report[..2].copy_from_slice(&[0x80, 200]);
    let verdict = bench.relay_a("203.0.113.66:9", &mut report);
    assert!(forwarded(verdict));
    assert_eq!(bench.return_address(), Some(address("192.0.2.1:6000")));
    for (packet, reason) in [(&mut [0u8][..], DropReason::NotRtp), (&mut [22; 60], DropReason::NotRtp)] {
        let verdict = bench.relay_a("192.0.2.1:6000", packet);
        assert_eq!(verdict, Verdict::Drop(reason));
    }
    bench.flow_a().dtls = true;
    assert!(forwarded(bench.relay_a("192.0.2.1:6000", &mut [22; 60])));
}

#[test]
fn filters_drop_by_name() {
    let filters: [(MediaFilter, u8, DropReason); 6] = [
        (MediaFilter { held: true, ..MediaFilter::default() }, 0, DropReason::NotReceiving),
        (MediaFilter { block: true, ..MediaFilter::default() }, 0, DropReason::Blocked),
        (MediaFilter { block_dtmf: true, ..MediaFilter::default() }, 101, DropReason::BlockedDtmf),
        (MediaFilter { drop_traffic: true, ..MediaFilter::default() }, 0, DropReason::DropTraffic),
        (MediaFilter { silence: true, ..MediaFilter::default() }, 9, DropReason::Silenced),
        (MediaFilter { short_below: 161, ..MediaFilter::default() }, 0, DropReason::Short),
    ];
    for (filter, payload_type, reason) in filters {
        let mut bench = Bench::new();
        bench.flow_a().filter = filter;
        let mut packet = rtp(payload_type, 1, 1);
        assert_eq!(bench.relay_a("192.0.2.1:6000", &mut packet), Verdict::Drop(reason));
        assert_eq!(bench.flow_a().counts_in.packets, 1, "received, though not passed on");
        let other_passes = bench.relay_b("192.0.2.2:6010", &mut packet);
        assert!(forwarded(other_passes), "the other direction is open");
    }
}

#[test]
fn silence_is_written_in_place() {
    let mut bench = Bench::new();
    bench.flow_a().filter.silence = true;
    for (payload_type, byte) in [(0, 0xff), (8, 0xd5)] {
        let mut packet = rtp(payload_type, 1, 1);
        assert!(forwarded(bench.relay_a("192.0.2.1:6000", &mut packet)));
        assert!(packet[12..].iter().all(|b| *b == byte));
        assert_eq!(packet[1], payload_type);
    }
}

#[test]
fn a_closed_socket_has_no_flow() {
    let mut bench = Bench::new();
    let stale = SocketId { generation: bench.a.generation.wrapping_sub(1), ..bench.a };
    let verdict = bench.relay(stale, "192.0.2.1:6000", &mut rtp(0, 1, 1));
    assert_eq!(verdict, Verdict::Drop(DropReason::NoSocket));
}
