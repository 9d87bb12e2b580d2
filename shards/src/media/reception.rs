//! Loss and jitter of a stream, as receivers report them (RFC 3550 appendix A).

use crate::time::Timestamp;
use crate::wire::rtcp::{Received, wrapped};

/// Clock of narrow-band audio, which jitter is measured in. Another clock makes the figure larger or smaller by
/// a constant factor; only the peer that gets the report could tell, and it knows its clock.
const CLOCK_HZ: u64 = 8000;

/// Reception of one synchronisation source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reception {
    first: u32,
    highest: u32,
    packets: u32,
    transit: u32,
    /// Jitter times 16, as in the appendix.
    jitter_16ths: u32,
    expected_before: u32,
    packets_before: u32,
}

impl Reception {
    pub(crate) fn new(sequence: u16) -> Self {
        // One wrap in hand, so that a packet from before the first does not fall below zero.
        let first = 0x1_0000 + u32::from(sequence);
        Reception { first, highest: first, ..Reception::default() }
    }

    pub(crate) fn note(&mut self, now: Timestamp, sequence: u16, timestamp: u32) {
        self.packets = self.packets.wrapping_add(1);
        let ahead = sequence.wrapping_sub(u16::try_from(self.highest & 0xffff).expect("16 bits"));
        if ahead < 0x8000 {
            self.highest = self.highest.wrapping_add(u32::from(ahead));
        }
        let arrival = wrapped(now.as_micros().wrapping_mul(CLOCK_HZ) / 1_000_000);
        let transit = arrival.wrapping_sub(timestamp);
        if self.packets > 1 {
            let difference = transit.wrapping_sub(self.transit);
            let distance = difference.min(difference.wrapping_neg());
            self.jitter_16ths =
                self.jitter_16ths.wrapping_add(distance).wrapping_sub((self.jitter_16ths + 8) >> 4);
        }
        self.transit = transit;
    }

    /// The block of the next report; what was lost since the last one is counted from here on.
    pub(crate) fn report(&mut self, ssrc: u32) -> Received {
        let expected = self.highest.wrapping_sub(self.first).wrapping_add(1);
        let expected_now = expected.wrapping_sub(self.expected_before);
        let received_now = self.packets.wrapping_sub(self.packets_before);
        self.expected_before = expected;
        self.packets_before = self.packets;
        let lost_now = expected_now.saturating_sub(received_now);
        let fraction =
            if expected_now == 0 { 0 } else { (u64::from(lost_now) << 8) / u64::from(expected_now) };
        Received {
            ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            lost: expected.wrapping_sub(self.packets).cast_signed(),
            highest_sequence: self.highest.wrapping_sub(0x1_0000),
            jitter: self.jitter_16ths >> 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(sequences: &[u16]) -> Reception {
        let mut reception = Reception::new(sequences[0]);
        for (n, sequence) in sequences.iter().enumerate() {
            let n = n as u64;
            reception.note(Timestamp::from_micros(n * 20_000), *sequence, wrapped(n * 160));
        }
        reception
    }

    #[test]
    fn losses_are_counted_over_a_wrap() {
        let mut reception = received(&[65_534, 65_535, 1, 2]);
        let report = reception.report(7);
        assert_eq!((report.lost, report.fraction_lost), (1, 51), "one of five");
        assert_eq!(report.highest_sequence, 0x1_0002);
        assert_eq!(report.jitter, 0, "evenly spaced");
        let again = reception.report(7);
        assert_eq!((again.lost, again.fraction_lost), (1, 0), "none since");
    }

    #[test]
    fn reordering_is_no_loss_and_duplicates_are_negative() {
        assert_eq!(received(&[10, 12, 11]).report(7).lost, 0);
        assert_eq!(received(&[10, 10, 10]).report(7).lost, -2);
    }

    #[test]
    fn uneven_arrival_is_jitter() {
        let mut reception = Reception::new(0);
        for n in 0..100u16 {
            let late = if n % 2 == 0 { 0 } else { 10_000 };
            reception.note(Timestamp::from_micros(u64::from(n) * 20_000 + late), n, u32::from(n) * 160);
        }
        let jitter = reception.report(7).jitter;
        assert!((70..=80).contains(&jitter), "10 ms are 80 units: {jitter}");
    }
}
