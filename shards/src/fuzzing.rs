//! The way in for the bodies of `tests/fuzz`, which look at what no other crate has to know.

pub use crate::sdp::{
    AddedMedia, AttributeEdit, AttributeScope, Codec, Direction, MediaDescription, MediaPlan, OriginPlan,
    Place, RejectPlan, RelayPlan, RtcpPlan, SdpError, SdpPlan, SessionDescription,
};
pub use crate::wire::demux::{Kind, RTCP_HEADER_BYTES, RTP_HEADER_BYTES, classify};
pub use crate::wire::rtcp::{Received, Sent, report};
pub use crate::wire::rtp::RtpPacket;
