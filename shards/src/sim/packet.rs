//! Packets of phones: real RTP and RTCP headers, and a tag in the payload that says whose they are.

use std::net::SocketAddr;

use crate::Shard;
use crate::names::SocketId;
use crate::output::Verdict;
use crate::packet::PacketBuf;
use crate::time::Timestamp;

/// Bytes of a packet.
pub(super) const BYTES: usize = 32;

/// Sender of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) dialogue: u32,
    pub(super) leg: u8,
    /// Sent by somebody else who would like to be this party.
    pub(super) spoofed: bool,
    pub(super) serial: u32,
}

/// Time and node of the SDP that the sender goes by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) at: Timestamp,
    pub(super) by: usize,
}

/// A datagram of media on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) bytes: [u8; BYTES],
    pub(super) told: Told,
    /// True if it went through the node that told the sender where to send; another may have an older view of who is
    /// who.
    pub(super) told_here: bool,
    /// True if it reached a node on a socket of another call: ports are used again while phones still send.
    pub(super) stray: bool,
}

/// Hands a packet to a shard, and once more if it is no media.
pub(super) fn hand_in(
    shard: &mut Shard,
    now: Timestamp,
    socket: SocketId,
    from: SocketAddr,
    bytes: &mut [u8],
) -> Verdict {
    match shard.relay(now, socket, from, &mut PacketBuf::exact(bytes)) {
        Verdict::Punt => Verdict::Drop(shard.handle_punted(now, socket, from, bytes)),
        verdict => verdict,
    }
}

/// An RTP packet.
pub(super) fn rtp(tag: Tag, ssrc: u32, sequence: u16, timestamp: u32) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    bytes[0] = 0x80;
    bytes[2..4].copy_from_slice(&sequence.to_be_bytes());
    bytes[4..8].copy_from_slice(&timestamp.to_be_bytes());
    bytes[8..12].copy_from_slice(&ssrc.to_be_bytes());
    put(tag, bytes)
}

/// A sender report.
pub(super) fn rtcp(tag: Tag, ssrc: u32) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    bytes[..4].copy_from_slice(&[0x80, 200, 0, 7]);
    bytes[4..8].copy_from_slice(&ssrc.to_be_bytes());
    put(tag, bytes)
}

fn put(tag: Tag, mut bytes: [u8; BYTES]) -> [u8; BYTES] {
    bytes[16..20].copy_from_slice(&tag.dialogue.to_be_bytes());
    bytes[20] = tag.leg;
    bytes[21] = u8::from(tag.spoofed);
    bytes[24..28].copy_from_slice(&tag.serial.to_be_bytes());
    let check = check(&bytes);
    bytes[28..].copy_from_slice(&check.to_be_bytes());
    bytes
}

/// True for RTP, false for RTCP.
pub(super) fn is_rtp(bytes: &[u8; BYTES]) -> bool {
    bytes[1] == 0
}

/// Sender of this packet; `None` if it was altered on the way.
pub(super) fn tag(bytes: &[u8; BYTES]) -> Option<Tag> {
    let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    (word(28) == check(bytes)).then_some(Tag {
        dialogue: word(16),
        leg: bytes[20],
        spoofed: bytes[21] != 0,
        serial: word(24),
    })
}

fn check(bytes: &[u8; BYTES]) -> u32 {
    let words = bytes[..28].chunks_exact(4).map(|w| u32::from_be_bytes([w[0], w[1], w[2], w[3]]));
    words.fold(0x811c_9dc5, |hash, word| (hash ^ word).wrapping_mul(0x0100_0193).rotate_left(7))
}

/// Packets in flight, by number.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    slots: Vec<Option<Packet>>,
    free: Vec<u32>,
}

impl InFlight {
    pub(super) fn put(&mut self, packet: Packet) -> u32 {
        match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = Some(packet);
                slot
            }
            None => {
                self.slots.push(Some(packet));
                u32::try_from(self.slots.len() - 1).expect("few packets")
            }
        }
    }

    pub(super) fn take(&mut self, slot: u32) -> Packet {
        self.free.push(slot);
        self.slots[slot as usize].take().expect("a packet in flight")
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}
