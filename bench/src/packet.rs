//! The test packet: a real RTP packet of 20 ms of G.711 whose payload says what it is.
//!
//! Byte 12 onwards: magic, run, stream, sequence, send time; the rest is a fill that depends on stream and
//! sequence, so that a packet mixed from two others is seen.

/// 12 bytes of RTP header and 160 of payload.
pub(crate) const LENGTH: usize = 172;

const MAGIC: u32 = 0x7461_6e64;
const FILL_FROM: usize = 40;

/// Content of one test packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Tells apart the phases of a run: late packets of an earlier phase do not count.
    pub(crate) run: u32,
    pub(crate) stream: u32,
    pub(crate) sequence: u32,
    /// Wall clock in nanoseconds.
    pub(crate) sent_at: u64,
}

/// Writes the packet.
pub(crate) fn write(mark: Mark, packet: &mut [u8; LENGTH]) {
    let [_, _, high, low] = mark.sequence.to_be_bytes();
    packet[0] = 0x80; // version 2 (RFC 3550, 5.1)
    packet[1] = 8; // G.711 A-law (RFC 3551, 6)
    packet[2..4].copy_from_slice(&[high, low]);
    packet[4..8].copy_from_slice(&mark.sequence.wrapping_mul(160).to_be_bytes());
    packet[8..12].copy_from_slice(&mark.stream.wrapping_add(1).to_be_bytes());
    packet[12..16].copy_from_slice(&MAGIC.to_be_bytes());
    packet[16..20].copy_from_slice(&mark.run.to_be_bytes());
    packet[20..24].copy_from_slice(&mark.stream.to_be_bytes());
    packet[24..28].copy_from_slice(&mark.sequence.to_be_bytes());
    packet[28..32].fill(0);
    packet[32..40].copy_from_slice(&mark.sent_at.to_be_bytes());
    packet[FILL_FROM..].fill(fill(mark));
}

/// Reads a packet and checks every byte of it; `None` if anything is not as it was sent.
pub(crate) fn read(bytes: &[u8]) -> Option<Mark> {
    let packet: &[u8; LENGTH] = bytes.try_into().ok()?;
    let word = |at: usize| u32::from_be_bytes([packet[at], packet[at + 1], packet[at + 2], packet[at + 3]]);
    let sent_at = u64::from(word(32)) << 32 | u64::from(word(36));
    let mark = Mark { run: word(16), stream: word(20), sequence: word(24), sent_at };
    let mut expected = [0; LENGTH];
    write(mark, &mut expected);
    (packet == &expected).then_some(mark)
}

fn fill(mark: Mark) -> u8 {
    let [.., stream] = mark.stream.to_be_bytes();
    let [.., sequence] = mark.sequence.to_be_bytes();
    0xd5 ^ stream ^ sequence.rotate_left(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_changed_byte_is_seen() {
        let mark = Mark { run: 7, stream: 300, sequence: 70_000, sent_at: 1 << 40 | 5 };
        let mut packet = [0; LENGTH];
        write(mark, &mut packet);
        assert_eq!(read(&packet), Some(mark));
        assert_eq!(read(&packet[..LENGTH - 1]), None);
        for at in 0..LENGTH {
            let mut changed = packet;
            changed[at] ^= 0x10;
            assert_ne!(read(&changed), Some(mark), "byte {at}");
        }
    }
}
