//! Views over bytes on the wire: they read what a relay needs and cannot panic.

pub mod demux;
pub mod rtcp;
pub mod rtp;
