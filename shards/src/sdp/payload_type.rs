//! Static payload types of RTP audio and video (RFC 3551 section 6): what a number means without `a=rtpmap`.

use super::values::number;

/// A payload type: seven bits (RFC 3550 section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PayloadType(u8);

impl PayloadType {
    /// PCMU.
    pub(super) const PCMU: PayloadType = PayloadType(0);
    /// PCMA.
    pub(super) const PCMA: PayloadType = PayloadType(8);

    /// Reads a payload type, which must be all there is in the text.
    pub(super) fn parse(digits: &[u8]) -> Option<Self> {
        number(digits).filter(|&payload_type| payload_type < 128).map(PayloadType)
    }

    /// The number.
    pub(super) fn number(self) -> u8 {
        self.0
    }

    /// Text of `a=rtpmap` for a static payload type.
    pub(super) fn static_encoding(self) -> Option<&'static str> {
        static_encoding(self.0)
    }
}

fn static_encoding(payload_type: u8) -> Option<&'static str> {
    Some(match payload_type {
        0 => "PCMU/8000",
        3 => "GSM/8000",
        4 => "G723/8000",
        5 => "DVI4/8000",
        6 => "DVI4/16000",
        7 => "LPC/8000",
        8 => "PCMA/8000",
        // RTP counts G.722 at 8000 Hz though it samples at 16000 (RFC 3551 section 4.5.2).
        9 => "G722/8000",
        10 => "L16/44100/2",
        11 => "L16/44100",
        12 => "QCELP/8000",
        13 => "CN/8000",
        14 => "MPA/90000",
        15 => "G728/8000",
        16 => "DVI4/11025",
        17 => "DVI4/22050",
        18 => "G729/8000",
        25 => "CelB/90000",
        26 => "JPEG/90000",
        28 => "nv/90000",
        31 => "H261/90000",
        32 => "MPV/90000",
        33 => "MP2T/90000",
        34 => "H263/90000",
        _ => return None,
    })
}

/// A set of payload types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PayloadTypes(u128);

impl PayloadTypes {
    /// Every payload type.
    pub(super) const ALL: PayloadTypes = PayloadTypes(u128::MAX);

    /// Adds a payload type.
    pub(super) fn insert(&mut self, payload_type: PayloadType) {
        self.0 |= 1 << payload_type.0;
    }

    /// True if it is in the set.
    pub(super) fn contains(self, payload_type: PayloadType) -> bool {
        self.0 & (1 << payload_type.0) != 0
    }
}

impl FromIterator<PayloadType> for PayloadTypes {
    fn from_iter<I: IntoIterator<Item = PayloadType>>(payload_types: I) -> Self {
        let mut set = PayloadTypes::default();
        payload_types.into_iter().for_each(|payload_type| set.insert(payload_type));
        set
    }
}
