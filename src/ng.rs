//! The ng protocol: how SIP proxies ask the relay for ports.

pub mod bencode;
pub mod cookie;
pub mod counters;
pub mod json;
pub mod value;
