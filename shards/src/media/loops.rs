//! Packets that come back: loops through the relay, and how they end.
//!
//! Two parties that name the relay's own ports make a packet circle for ever; so do calls that name each
//! other's ports, here or through another node. Calls that pass the same relay twice are legitimate, though, so
//! the addresses alone decide nothing: only packets that are the same again and again are dropped.
//!
//! rtpengine remembers the last two different packets of a stream by length and first bytes, and drops what is
//! equal to one of them for the thirty-second time, each within a second of the last. Here each of many packets has
//! a count of its own, which no other packet sets back: a loop of several calls, or through another node, holds as
//! many different packets as fit on its way, and a party that talks adds new ones all the time. A packet is
//! forgotten when it has not been seen for a second and not before, so those that circle leave one after the other,
//! however many there are; a ceiling on what a stream passes in a second, and a second of rest beyond it, ends what
//! is faster than that. rtpengine checks what a party sends that named the relay; here what comes from the relay on
//! its way to such a party is checked too, since it may be the only hop of a loop.

use std::hash::Hasher;
use std::net::SocketAddr;
use std::time::Duration;

use ahash::AHasher;

use crate::interfaces::OwnAddresses;
use crate::time::Timestamp;

/// Sets of different packets that are remembered, and packets in each.
const SETS: usize = 32;
/// See [`SETS`].
const PACKETS_PER_SET: usize = 8;
/// Bytes of a packet that are compared: the RTP header and sixteen more.
const COMPARED_BYTES: usize = 28;
/// Equal packets, beside the first, that pass.
const EQUAL_PACKETS_MAX: u8 = 30;
/// Longest time between two equal packets of a loop.
const EQUAL_WITHIN: Duration = Duration::from_secs(1);
/// Packets in one second that pass. Far more than any media, far less than a loop inside one host.
const PACKETS_PER_SECOND_MAX: u32 = 4000;
/// Time for which nothing passes beyond that: packets that circle are gone by then.
const REST: Duration = Duration::from_secs(1);

/// Packets of a stream that may be in a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suspects {
    /// All.
    All,
    /// Packets that an address of the relay has sent.
    FromRelay,
}

/// The last different packets of a stream.
#[derive(Debug)]
pub(crate) struct Repeats {
    suspects: Suspects,
    remembered: [[Remembered; PACKETS_PER_SET]; SETS],
    /// Start of the present second.
    second: Timestamp,
    /// Packets passed in it.
    passed: u32,
    /// Until when nothing passes.
    rests_until: Timestamp,
    /// The drops were told of.
    told: bool,
}

/// A packet, by a hash of what is compared of it: one is taken for another once in 2^64.
#[derive(Clone, Copy, Debug)]
struct Remembered {
    likeness: u64,
    last_seen: Timestamp,
    /// Number of equal packets since.
    equal: u8,
}

impl Remembered {
    const NOTHING: Remembered = Remembered { likeness: 0, last_seen: Timestamp::ZERO, equal: 0 };
}

impl Repeats {
    fn new(suspects: Suspects) -> Self {
        Repeats {
            suspects,
            remembered: [[Remembered::NOTHING; PACKETS_PER_SET]; SETS],
            second: Timestamp::ZERO,
            passed: 0,
            rests_until: Timestamp::ZERO,
            told: false,
        }
    }

    /// Keeps what was remembered, or begins.
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
        self.is_equal_too_often(now, likeness(packet)) || self.is_above_ceiling(now)
    }

    /// True for the first packet of a loop; to be asked at each.
    pub(crate) fn is_first_drop(&mut self) -> bool {
        !std::mem::replace(&mut self.told, true)
    }

    fn is_equal_too_often(&mut self, now: Timestamp, likeness: u64) -> bool {
        let set = &mut self.remembered[usize::try_from(likeness % SETS as u64).expect("fewer than SETS")];
        let is_old = |known: &Remembered| now.since(known.last_seen) >= EQUAL_WITHIN;
        if let Some(known) = set.iter_mut().find(|known| known.likeness == likeness) {
            known.equal = if is_old(known) { 0 } else { known.equal.saturating_add(1) };
            known.last_seen = now;
            return known.equal > EQUAL_PACKETS_MAX;
        }
        // Where there is no room it is not remembered this time: if the newest took the place of others, more
        // packets than there is room for would make each other forgotten, and circle for ever.
        if let Some(free) = set.iter_mut().find(|known| is_old(known)) {
            *free = Remembered { likeness, last_seen: now, equal: 0 };
        }
        false
    }

    fn is_above_ceiling(&mut self, now: Timestamp) -> bool {
        if now < self.rests_until {
            return true;
        }
        if now.since(self.second) >= Duration::from_secs(1) {
            (self.second, self.passed) = (now, 0);
        }
        self.passed += 1;
        let above = self.passed > PACKETS_PER_SECOND_MAX;
        if above {
            self.rests_until = now + REST;
        }
        above
    }
}

/// A hash of the parts of a packet that are compared: its length and its beginning.
fn likeness(packet: &[u8]) -> u64 {
    let mut hasher = AHasher::default();
    hasher.write_usize(packet.len());
    hasher.write(&packet[..packet.len().min(COMPARED_BYTES)]);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
    fn a_second_in_between_starts_the_count_anew_and_another_packet_does_not() {
        let (mut repeats, mut now) = (Repeats::new(Suspects::All), Timestamp::from_secs(1000));
        for _ in 0..100 {
            now = now + Duration::from_secs(1);
            assert_eq!(pass(&mut repeats, &mut now, 0, 1), 1, "a packet a second is no loop");
        }
        now = now + Duration::from_secs(1);
        let mut passed = 0;
        for round in 0..100 {
            passed += pass(&mut repeats, &mut now, 0, 5);
            assert_eq!(pass(&mut repeats, &mut now, 100 + round, 1), 1);
        }
        assert_eq!(passed, 31);
    }

    #[test]
    fn packets_differ_by_length_and_by_their_first_bytes() {
        let (mut repeats, mut now) = (Repeats::new(Suspects::All), Timestamp::from_secs(1000));
        let mut passes = |packet: &[u8], after: Duration| {
            now = now + after;
            !repeats.is_repeated(now, packet)
        };
        assert!((0..200).all(|length| passes(&[0; 200][..length], MILLISECOND)));
        assert!((0..200u8).all(|first| passes(&[first; 20], MILLISECOND)));
        let later = |byte: u8| [[0; 28].as_slice(), &[byte; 300]].concat();
        assert!(passes(&later(0), Duration::from_secs(1)));
        let passed = (1..200u8).filter(|byte| passes(&later(*byte), MILLISECOND)).count();
        assert_eq!(passed, 30, "what comes later is not seen");
    }

    /// Packets that come back, the way being `lap` long, beside a party that adds one every `talk`: how many of
    /// them are on the way in the end, and how many have passed in the last second.
    fn circle(count: usize, lap: Duration, talk: Option<Duration>) -> (usize, usize) {
        let (mut repeats, start) = (Repeats::new(Suspects::All), Timestamp::from_secs(1000));
        let end = start + Duration::from_secs(60);
        let mut on_the_way: BTreeSet<(Timestamp, usize)> = (0..count)
            .map(|packet| (start + MILLISECOND * u32::try_from(packet).expect("few") / 50, packet))
            .collect();
        let (mut next, mut said, mut passed) = (count, start, 0);
        while let Some((now, packet)) = on_the_way.pop_first() {
            if let Some(talk) = talk.filter(|_| said <= now) {
                on_the_way.insert((said, next));
                (said, next) = (said + talk, next + 1);
            }
            if now >= end {
                on_the_way.insert((now, packet));
                break;
            }
            if !repeats.is_repeated(now, &packet.to_be_bytes()) {
                passed += usize::from(end.since(now) < Duration::from_secs(1));
                on_the_way.insert((now + lap, packet));
            }
        }
        (on_the_way.len(), passed)
    }

    #[test]
    fn packets_that_circle_are_stopped_however_many_there_are_and_however_long_the_way_is() {
        for lap in
            [Duration::from_micros(50), MILLISECOND, 5 * MILLISECOND, 30 * MILLISECOND, 200 * MILLISECOND]
        {
            for count in [1, 2, 16, 17, 40, 300, 3000] {
                assert_eq!(circle(count, lap, None).0, 0, "{count} packets, a lap takes {lap:?}");
            }
        }
    }

    #[test]
    fn somebody_who_talks_into_a_loop_does_not_keep_it_up() {
        let talk = Some(20 * MILLISECOND);
        for lap in [MILLISECOND, 5 * MILLISECOND, 30 * MILLISECOND] {
            let (_, passed) = circle(1, lap, talk);
            assert!(passed <= 32 * 50, "a lap takes {lap:?}: {passed} packets in a second");
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
