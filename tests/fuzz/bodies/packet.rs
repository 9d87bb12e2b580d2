//! Views of packets: lengths that a header claims stay inside the packet. And the one packet that is written
//! from values: a report.

use tandem_shards::fuzzing::{
    Kind, RTCP_HEADER_BYTES, RTP_HEADER_BYTES, Received, RtpPacket, Sent, classify, report,
};
use tandem_shards::time::Timestamp;

use super::choices::Choices;

pub fn run(input: &[u8]) {
    let kind = classify(input);
    let second = input.get(1).copied().unwrap_or_default();
    match kind {
        Kind::Rtp => assert!(input.len() >= RTP_HEADER_BYTES && !(194..=223).contains(&second)),
        Kind::Rtcp => assert!(input.len() >= RTCP_HEADER_BYTES && (194..=223).contains(&second)),
        Kind::Stun => assert!(input.len() >= 20 && input[4..8] == [0x21, 0x12, 0xa4, 0x42]),
        Kind::Dtls => assert!((20..=63).contains(&input[0])),
        Kind::Other => {}
    }
    match RtpPacket::new(input) {
        Some(view) => {
            assert_eq!(input[0] >> 6, 2);
            assert!(view.payload_type() < 128);
            assert_eq!(view.sequence().to_be_bytes(), input[2..4]);
            assert_eq!(view.timestamp().to_be_bytes(), input[4..8]);
            assert_eq!(view.ssrc().to_be_bytes(), input[8..12]);
            if let Some(payload) = view.payload() {
                assert!(payload.start >= RTP_HEADER_BYTES && payload.start <= payload.end);
                assert!(payload.end <= input.len());
            }
        }
        None => assert_ne!(kind, Kind::Rtp),
    }
    write_report(&mut Choices::new(input));
}

fn write_report(choices: &mut Choices<'_>) {
    let word = |choices: &mut Choices<'_>| u32::from_be_bytes([(); 4].map(|()| choices.byte()));
    let now = Timestamp::from_micros(choices.number());
    let own_ssrc = word(choices);
    let sent = choices.perhaps(|choices| Sent {
        ssrc: word(choices),
        timestamp: word(choices),
        packets: word(choices),
        bytes: word(choices),
    });
    let received = choices.perhaps(|choices| Received {
        ssrc: word(choices),
        fraction_lost: choices.byte(),
        lost: word(choices).cast_signed(),
        highest_sequence: word(choices),
        jitter: word(choices),
    });
    let packet = report(now, own_ssrc, sent, received);
    assert_eq!(classify(&packet), Kind::Rtcp);
    // A compound packet is as long as its parts say (RFC 3550 section 6.1).
    let mut rest = packet.as_slice();
    while !rest.is_empty() {
        assert_eq!(rest[0] >> 6, 2);
        let words = usize::from(u16::from_be_bytes([rest[2], rest[3]])) + 1;
        rest = &rest[words * 4..];
    }
}
