//! Kind of a datagram on a media port, by its first bytes (RFC 7983 section 7).

/// The kind of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// RTP version 2.
    Rtp,
    /// RTCP version 2.
    Rtcp,
    /// STUN, by its first byte and its cookie.
    Stun,
    /// DTLS.
    Dtls,
    /// None of these, or too short to be one.
    Other,
}

/// Length of the fixed RTP header (RFC 3550 section 5.1).
pub const RTP_HEADER_BYTES: usize = 12;
/// Length of the shortest RTCP packet that names its sender.
pub const RTCP_HEADER_BYTES: usize = 8;

const STUN_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

/// Classifies a datagram.
///
/// RTCP is told from RTP by its packet type, 194 to 223 as rtpengine does it: RFC 5761 section 4 reserves the
/// RTP payload types that would collide.
pub fn classify(packet: &[u8]) -> Kind {
    match packet {
        [first, second, ..] if first >> 6 == 2 => {
            if (194..=223).contains(second) && packet.len() >= RTCP_HEADER_BYTES {
                Kind::Rtcp
            } else if packet.len() >= RTP_HEADER_BYTES {
                Kind::Rtp
            } else {
                Kind::Other
            }
        }
        [0..=3, _, _, _, cookie @ ..] if packet.len() >= 20 && cookie.starts_with(&STUN_COOKIE) => Kind::Stun,
        [20..=63, _, ..] if packet.len() >= 13 => Kind::Dtls,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_are_told_apart() {
        let mut rtp = [0u8; 172];
        rtp[0] = 0x80;
        assert_eq!(classify(&rtp), Kind::Rtp);
        rtp[1] = 0x80 | 8;
        assert_eq!(classify(&rtp), Kind::Rtp, "a marker bit");
        rtp[1] = 200;
        assert_eq!(classify(&rtp), Kind::Rtcp);
        assert_eq!(classify(&rtp[..8]), Kind::Rtcp);
        assert_eq!(classify(&rtp[..7]), Kind::Other);
        let mut stun = [0u8; 20];
        stun[4..8].copy_from_slice(&STUN_COOKIE);
        assert_eq!(classify(&stun), Kind::Stun);
        stun[4] = 0;
        assert_eq!(classify(&stun), Kind::Other);
        assert_eq!(classify(&[22; 40]), Kind::Dtls);
        assert_eq!(classify(&[0xde; 40]), Kind::Other, "version 3");
        assert_eq!(classify(&[0x80]), Kind::Other);
        assert_eq!(classify(&[]), Kind::Other);
    }
}
