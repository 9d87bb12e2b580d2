//! Packets that come back: loops through the relay, and how they end.
//!
//! Two parties that name the relay's own ports make a packet circle for ever; so do calls that name each
//! other's ports, here or through another node. Calls that pass the same relay twice are legitimate, though, so
//! the addresses alone decide nothing: only packets that are the same again and again are dropped.
//!
//! rtpengine remembers the last two different packets of a stream by length and first bytes, and drops what is
//! equal to one of them for the thirty-second time, each within a second of the last. Here the last sixteen are
//! remembered, so that several packets that circle at once are known again; more of them than that are ended by
//! a ceiling on what a stream passes in a second. rtpengine checks what a party sends that named the relay; here
//! what comes from the relay on its way to such a party is checked too, since it may be the only hop of a loop.

use std::net::SocketAddr;
use std::time::Duration;

use crate::interfaces::OwnAddresses;
use crate::time::Timestamp;

/// Different packets that are remembered.
const REMEMBERED: usize = 16;
/// Bytes of a packet that are compared: the RTP header and sixteen more.
const COMPARED_BYTES: usize = 28;
/// Equal packets in a row, beside the first, that pass.
const EQUAL_PACKETS_MAX: u32 = 30;
/// Longest time between two equal packets of a loop.
const EQUAL_WITHIN: Duration = Duration::from_secs(1);
/// Packets in one second that pass. Far more than any media, far less than a loop inside one host.
const PACKETS_PER_SECOND_MAX: u32 = 4000;

/// Which packets of a stream may be in a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suspects {
    /// All.
    All,
    /// Those that an address of the relay has sent.
    FromRelay,
}

/// The last different packets of a stream.
#[derive(Debug)]
pub(crate) struct Repeats {
    suspects: Suspects,
    remembered: [Option<Remembered>; REMEMBERED],
    /// Equal packets since the last other one.
    equal: u32,
    /// When the present second began.
    second: Timestamp,
    /// Packets passed in it.
    passed: u32,
    /// The drops were told of.
    told: bool,
}

#[derive(Clone, Copy, Debug)]
struct Remembered {
    packet: Likeness,
    last_seen: Timestamp,
}

/// What of a packet is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Likeness {
    length: usize,
    first: [u8; COMPARED_BYTES],
}

impl Repeats {
    fn new(suspects: Suspects) -> Self {
        Repeats {
            suspects,
            remembered: [None; REMEMBERED],
            equal: 0,
            second: Timestamp::ZERO,
            passed: 0,
            told: false,
        }
    }

    /// What was remembered, or a beginning.
    pub(crate) fn keep(known: Option<Box<Self>>, suspects: Suspects) -> Box<Self> {
        let mut repeats = known.unwrap_or_else(|| Box::new(Repeats::new(suspects)));
        repeats.suspects = suspects;
        repeats
    }

    /// Notes a packet; whether it has come back too often.
    pub(crate) fn is_loop(
        &mut self,
        now: Timestamp,
        source: SocketAddr,
        own: &OwnAddresses,
        packet: &[u8],
    ) -> bool {
        let suspect = self.suspects == Suspects::All || own.contain(source);
        suspect && self.is_repeated(now, packet)
    }

    fn is_repeated(&mut self, now: Timestamp, packet: &[u8]) -> bool {
        self.is_equal_too_often(now, Likeness::of(packet)) || self.is_above_ceiling(now)
    }

    /// Whether this is the first packet of a loop; to be asked at each.
    pub(crate) fn is_first_drop(&mut self) -> bool {
        !std::mem::replace(&mut self.told, true)
    }

    fn is_equal_too_often(&mut self, now: Timestamp, packet: Likeness) -> bool {
        let known = self.remembered.iter_mut().flatten().find(|known| known.packet == packet);
        if let Some(known) = known {
            let since = now.since(std::mem::replace(&mut known.last_seen, now));
            self.equal = if since < EQUAL_WITHIN { self.equal.saturating_add(1) } else { 0 };
        } else {
            let age = |slot: &&mut Option<Remembered>| slot.map_or(Timestamp::ZERO, |known| known.last_seen);
            let oldest = self.remembered.iter_mut().min_by_key(age).expect("there are some");
            *oldest = Some(Remembered { packet, last_seen: now });
            self.equal = 0;
        }
        self.equal > EQUAL_PACKETS_MAX
    }

    fn is_above_ceiling(&mut self, now: Timestamp) -> bool {
        if now.since(self.second) >= Duration::from_secs(1) {
            (self.second, self.passed) = (now, 0);
        }
        self.passed += 1;
        self.passed > PACKETS_PER_SECOND_MAX
    }
}

impl Likeness {
    fn of(packet: &[u8]) -> Self {
        let mut first = [0; COMPARED_BYTES];
        let compared = packet.len().min(COMPARED_BYTES);
        first[..compared].copy_from_slice(&packet[..compared]);
        Likeness { length: packet.len(), first }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);

    /// Hands in `count` packets of one kind, one a millisecond; how many pass.
    fn pass(repeats: &mut Repeats, now: &mut Timestamp, kind: u8, count: usize) -> usize {
        let passes = |_: &usize| {
            *now = *now + MILLISECOND;
            !repeats.is_repeated(*now, &[kind; 40])
        };
        (0..count).filter(passes).count()
    }

    #[test]
    fn of_equal_packets_the_first_thirty_one_pass_and_one_after_a_pause() {
        let (mut repeats, mut now) = (Repeats::new(Suspects::All), Timestamp::from_secs(1000));
        assert_eq!(pass(&mut repeats, &mut now, 1, 33), 31);
        now = now + Duration::from_secs(2);
        assert_eq!(pass(&mut repeats, &mut now, 1, 1), 1);
        assert_eq!(pass(&mut repeats, &mut now, 1, 33), 30, "the one after the pause was the first");
    }

    #[test]
    fn another_packet_or_a_second_in_between_starts_the_count_anew() {
        let (mut repeats, mut now) = (Repeats::new(Suspects::All), Timestamp::from_secs(1000));
        for round in 0..20u8 {
            assert_eq!(pass(&mut repeats, &mut now, 0, 20), 20);
            assert_eq!(pass(&mut repeats, &mut now, 100 + round, 1), 1);
        }
        for _ in 0..100 {
            now = now + Duration::from_secs(1);
            assert_eq!(pass(&mut repeats, &mut now, 0, 1), 1, "a packet a second is no loop");
        }
    }

    #[test]
    fn packets_differ_by_length_and_by_their_first_bytes() {
        let (mut repeats, mut now) = (Repeats::new(Suspects::All), Timestamp::from_secs(1000));
        let mut passes = |packet: &[u8]| {
            now = now + MILLISECOND;
            !repeats.is_repeated(now, packet)
        };
        assert!((0..200).all(|length| passes(&[0; 200][..length])));
        assert!((0..200u8).all(|first| passes(&[first; 20])));
        let later = |byte: u8| [[0; 28].as_slice(), &[byte; 10]].concat();
        assert_eq!(
            (0..200u8).filter(|byte| passes(&later(*byte))).count(),
            31,
            "what comes later is not seen"
        );
    }

    #[test]
    fn several_packets_that_circle_at_once_are_stopped() {
        for circling in [2, 5, REMEMBERED, 17, 100, 3000] {
            let (mut repeats, mut now) = (Repeats::new(Suspects::All), Timestamp::from_secs(1000));
            let mut left: Vec<usize> = (0..circling).collect();
            let mut passed = 0;
            for _ in 0..10_000 {
                left.retain(|packet| {
                    now = now + Duration::from_micros(5);
                    !repeats.is_repeated(now, &packet.to_be_bytes())
                });
                passed += left.len();
            }
            assert!(left.is_empty(), "{} of {circling} circle on", left.len());
            let most = if circling <= REMEMBERED { 31 + circling } else { 8000 };
            assert!(passed <= most, "{circling} packets passed {passed} times");
        }
    }

    #[test]
    fn media_passes_however_fast_it_is() {
        let (mut repeats, mut now) = (Repeats::new(Suspects::All), Timestamp::from_secs(1000));
        for packet in 0..20_000u32 {
            now = now + Duration::from_micros(500);
            assert!(!repeats.is_repeated(now, &packet.to_be_bytes()), "packet {packet}");
        }
    }
}
