//! The packet plane: sockets, flows, and the path of a packet from one to the other.
//!
//! [`flows`] has what a flow is and the one place that writes it; `relay` is the path of a packet; `latching` finds
//! and guards a party's source; `filter` holds, blocks and silences; `loops` ends what comes back; `reception`
//! counts what is lost, for own reports. Nothing here knows a call but by its index.

pub(crate) mod filter;
pub mod flows;
pub(crate) mod latching;
pub(crate) mod loops;
pub(crate) mod reception;
pub(crate) mod relay;
pub(crate) mod sockets;
