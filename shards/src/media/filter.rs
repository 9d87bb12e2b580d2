//! Filters of the packets of a party on their way: hold, block, silence.

use crate::reasons::DropReason;
use crate::wire::demux::Kind;
use crate::wire::rtp::RtpPacket;

/// Filter of the packets of a party on their way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MediaFilter {
    /// The party may not send: it is held.
    pub held: bool,
    /// `block media`.
    pub block: bool,
    /// `block DTMF`.
    pub block_dtmf: bool,
    /// `silence media`.
    pub silence: bool,
    /// `drop-traffic`.
    pub drop_traffic: bool,
    /// `generate-RTCP`: the party's reports end here.
    pub consume_rtcp: bool,
    /// `block-short`: RTP payloads of static 8 kHz codecs below this many bytes are dropped; 0 is off.
    pub short_below: u16,
}

/// Verdict of a filter about an accepted packet.
pub(super) enum Filtered {
    /// Passed on, perhaps with silence written into it.
    Pass,
    /// `generate-RTCP`: the party's own report ends here.
    Consume,
    Drop(DropReason),
}

impl MediaFilter {
    /// Applies the filter to an accepted packet; bit N of `telephone_events`: payload type N is one.
    pub(super) fn apply(&self, telephone_events: u128, kind: Kind, packet: &mut [u8]) -> Filtered {
        if *self == MediaFilter::default() {
            return Filtered::Pass;
        }
        if kind == Kind::Rtcp && !self.drop_traffic {
            // Reports go on while media is held or blocked (RFC 3264 section 5.1).
            return if self.consume_rtcp { Filtered::Consume } else { Filtered::Pass };
        }
        self.drops(telephone_events, kind, packet).map_or(Filtered::Pass, Filtered::Drop)
    }

    /// A reason to drop a packet of media, if there is one.
    fn drops(&self, telephone_events: u128, kind: Kind, packet: &mut [u8]) -> Option<DropReason> {
        if self.drop_traffic {
            return Some(DropReason::DropTraffic);
        }
        if self.held {
            return Some(DropReason::NotReceiving);
        }
        if self.block {
            return Some(DropReason::Blocked);
        }
        let rtp = RtpPacket::new(packet).filter(|_| kind == Kind::Rtp)?;
        let payload_type = rtp.payload_type();
        let event = telephone_events >> payload_type & 1 == 1;
        if self.block_dtmf && event {
            return Some(DropReason::BlockedDtmf);
        }
        let payload = rtp.payload();
        let short = payload.as_ref().is_none_or(|range| range.len() < usize::from(self.short_below));
        if self.short_below > 0 && matches!(payload_type, 0 | 8 | 9) && short {
            return Some(DropReason::Short);
        }
        if self.silence {
            return silence(payload_type, payload, packet);
        }
        None
    }
}

/// Writes silence over the payload, where the codec has a byte for it (ITU-T G.711).
fn silence(
    payload_type: u8,
    payload: Option<std::ops::Range<usize>>,
    packet: &mut [u8],
) -> Option<DropReason> {
    let byte = match payload_type {
        0 => 0xff,
        8 => 0xd5,
        _ => return Some(DropReason::Silenced),
    };
    match payload {
        Some(range) => {
            packet[range].fill(byte);
            None
        }
        None => Some(DropReason::Silenced),
    }
}
