//! Views over bytes on the wire: they read what a relay needs and cannot panic.

pub(crate) mod demux;
pub(crate) mod rtcp;
pub(crate) mod rtp;
