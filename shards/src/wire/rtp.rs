//! A view over the bytes of an RTP packet (RFC 3550 section 5.1).

use super::demux::RTP_HEADER_BYTES;

/// An RTP packet that is long enough to have a header.
#[derive(Debug)]
pub struct RtpPacket<'a>(&'a [u8]);

impl<'a> RtpPacket<'a> {
    /// A view of a packet that was classified as RTP.
    pub fn new(packet: &'a [u8]) -> Option<Self> {
        (packet.len() >= RTP_HEADER_BYTES && packet[0] >> 6 == 2).then_some(RtpPacket(packet))
    }

    /// Payload type, 0 to 127.
    pub fn payload_type(&self) -> u8 {
        self.0[1] & 0x7f
    }

    /// Sequence number.
    pub fn sequence(&self) -> u16 {
        u16::from_be_bytes([self.0[2], self.0[3]])
    }

    /// Timestamp, in units of the codec's clock.
    pub fn timestamp(&self) -> u32 {
        u32::from_be_bytes([self.0[4], self.0[5], self.0[6], self.0[7]])
    }

    /// Synchronisation source.
    pub fn ssrc(&self) -> u32 {
        u32::from_be_bytes([self.0[8], self.0[9], self.0[10], self.0[11]])
    }

    /// Range of the payload: after contributing sources and the header extension, before the padding. `None` if the
    /// lengths in the header do not fit the packet.
    pub fn payload(&self) -> Option<std::ops::Range<usize>> {
        let mut start = RTP_HEADER_BYTES + 4 * usize::from(self.0[0] & 0x0f);
        if self.0[0] & 0x10 != 0 {
            let extension = self.0.get(start..start + 4)?;
            start += 4 + 4 * usize::from(u16::from_be_bytes([extension[2], extension[3]]));
        }
        let mut end = self.0.len();
        if self.0[0] & 0x20 != 0 {
            end = end.checked_sub(usize::from(*self.0.last()?))?;
        }
        (start <= end).then_some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_fields_of_a_header_are_read() {
        let mut packet = vec![0x80, 0x88, 0x01, 0x02, 0, 0, 0, 160, 0xde, 0xad, 0xbe, 0xef];
        packet.extend([0xd5; 160]);
        let view = RtpPacket::new(&packet).expect("long enough");
        assert_eq!(view.payload_type(), 8);
        assert_eq!(view.sequence(), 0x0102);
        assert_eq!(view.timestamp(), 160);
        assert_eq!(view.ssrc(), 0xdead_beef);
        assert_eq!(view.payload(), Some(12..172));
    }

    #[test]
    fn extension_and_padding_are_not_payload() {
        let mut packet = vec![0xb1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        packet.extend([0; 4]); // one contributing source
        packet.extend([0xbe, 0xde, 0, 1, 0, 0, 0, 0]); // one word of extension
        packet.extend([1, 2, 3, 0, 0, 3]); // three bytes of padding
        let view = RtpPacket::new(&packet).expect("long enough");
        assert_eq!(view.payload(), Some(24..27));
        packet.truncate(20);
        assert_eq!(RtpPacket::new(&packet).expect("a header").payload(), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(packet in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Some(view) = RtpPacket::new(&packet)
                && let Some(range) = view.payload()
            {
                prop_assert!(range.end <= packet.len());
            }
        }
    }
}
