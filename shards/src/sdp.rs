//! The SDP editor: the text stays as it came, line by line, except where something has to change.
//!
//! Three steps:
//!
//! * [`parse`](SessionDescription::parse) splits the text into lines once and reads the few lines that a
//!   relay acts on into a typed [`view`];
//! * the call decides what has to be different and writes it down as an [`SdpPlan`], without touching text;
//! * [`render`](SessionDescription::render) turns the plan into edits of lines and copies the rest.
//!
//! Invariant: a plan that changes nothing renders to identical bytes. Left out on purpose: everything a relay
//! does not act on (times, bandwidths, vendors' attributes) is carried as opaque lines.

mod change;
mod edit;
mod extensions;
mod line;
mod parse;
mod payload_type;
mod plan;
mod print;
mod relayed;
mod values;
pub mod view;

pub use plan::{
    AddedMedia, AttributeEdit, AttributeScope, MediaPlan, OriginPlan, Place, RejectPlan, RelayPlan, RtcpPlan,
    SdpPlan,
};
pub use view::{
    Codec, Connection, Direction, MediaDescription, MediaType, Origin, Protocol, RtcpAttribute, SdpError,
    SessionDescription,
};
