//! Reports that the relay makes itself (RFC 3550 sections 6.4 and 6.5), for `generate-RTCP`.

use crate::time::Timestamp;

/// Seconds between the NTP epoch (1900) and the Unix epoch.
const NTP_OFFSET_SECS: u64 = 2_208_988_800;

/// Facts of a sender report about the packets that go to the receiver of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Synchronisation source of the packets.
    pub ssrc: u32,
    /// RTP timestamp of the last of them.
    pub timestamp: u32,
    /// Packets.
    pub packets: u32,
    /// Payload bytes.
    pub bytes: u32,
}

/// Facts of a report block about the packets that come from the receiver of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// Synchronisation source of the packets.
    pub ssrc: u32,
    /// Share lost since the last report, in 256ths.
    pub fraction_lost: u8,
    /// Packets lost since the start; duplicates make it negative.
    pub lost: i32,
    /// Highest sequence number, with the count of its wraps above.
    pub highest_sequence: u32,
    /// Interarrival jitter in timestamp units.
    pub jitter: u32,
}

/// A compound packet: a sender or receiver report with a CNAME, which must come with it (section 6.1).
pub fn report(now: Timestamp, own_ssrc: u32, sent: Option<Sent>, received: Option<Received>) -> Vec<u8> {
    let mut packet = Vec::with_capacity(80);
    let blocks = u8::from(received.is_some());
    let words = if sent.is_some() { 6 } else { 1 } + 6 * u16::from(blocks);
    let ssrc = sent.map_or(own_ssrc, |sent| sent.ssrc);
    packet.extend([0x80 | blocks, if sent.is_some() { 200 } else { 201 }]);
    packet.extend(words.to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    if let Some(sent) = sent {
        let (seconds, fraction) = ntp(now);
        for word in [seconds, fraction, sent.timestamp, sent.packets, sent.bytes] {
            packet.extend(word.to_be_bytes());
        }
    }
    if let Some(received) = received {
        packet.extend(received.ssrc.to_be_bytes());
        let lost = received.lost.clamp(-(1 << 23), (1 << 23) - 1).to_be_bytes();
        packet.extend([received.fraction_lost, lost[1], lost[2], lost[3]]);
        // No sender report of the peer is kept, so the last two words stay empty.
        for word in [received.highest_sequence, received.jitter, 0, 0] {
            packet.extend(word.to_be_bytes());
        }
    }
    source_description(&mut packet, ssrc);
    packet
}

/// A CNAME that says nothing about the host but stays the same for the source (RFC 7022).
fn source_description(packet: &mut Vec<u8>, ssrc: u32) {
    let name = format!("{ssrc:08x}@relay");
    let length = u8::try_from(name.len()).expect("short");
    let mut items = vec![1, length];
    items.extend(name.as_bytes());
    // The list ends with a null byte and fills up to a whole word.
    items.resize((items.len() / 4 + 1) * 4, 0);
    let words = u16::try_from(1 + items.len() / 4).expect("short");
    packet.extend([0x81, 202]);
    packet.extend(words.to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend(items);
}

/// The low half of a counter: those of a report wrap (section 6.4.1).
pub fn wrapped(counter: u64) -> u32 {
    u32::try_from(counter & 0xffff_ffff).expect("32 bits")
}

fn ntp(now: Timestamp) -> (u32, u32) {
    let fraction = ((now.as_micros() % 1_000_000) << 32) / 1_000_000;
    (wrapped(now.as_secs() + NTP_OFFSET_SECS), wrapped(fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_report_is_laid_out_as_the_rfc_says() {
        let sent = Sent { ssrc: 0x0102_0304, timestamp: 160, packets: 7, bytes: 1120 };
        let received =
            Received { ssrc: 9, fraction_lost: 64, lost: -1, highest_sequence: 0x0001_0002, jitter: 3 };
        let packet = report(Timestamp::from_micros(1_500_000), 5, Some(sent), Some(received));
        assert_eq!(packet[..4], [0x81, 200, 0, 12]);
        assert_eq!(packet[4..8], [1, 2, 3, 4]);
        assert_eq!(packet[8..12], wrapped(NTP_OFFSET_SECS + 1).to_be_bytes());
        assert_eq!(packet[12..16], 0x8000_0000u32.to_be_bytes(), "half a second");
        assert_eq!(packet[32..36], [64, 0xff, 0xff, 0xff]);
        let description = &packet[52..];
        assert_eq!(description[..2], [0x81, 202]);
        let words = usize::from(u16::from_be_bytes([description[2], description[3]]));
        assert_eq!(description.len(), 4 * (words + 1));
        assert_eq!(packet.last(), Some(&0));
    }

    #[test]
    fn without_packets_it_is_a_receiver_report() {
        let packet = report(Timestamp::ZERO, 5, None, None);
        assert_eq!(packet[..8], [0x80, 201, 0, 1, 0, 0, 0, 5]);
    }
}
