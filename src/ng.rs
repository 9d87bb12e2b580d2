//! The ng protocol: how SIP proxies ask the relay for ports.
//!
//! # The model
//!
//! A message is a cookie, a space and a dictionary in bencode or JSON. It is read once into a typed
//! [`request`], put to the shard that owns the call, and the answer is written in the encoding of the question.
//! [`exchange`] is that whole way from bytes to bytes, without sockets, clocks or threads; [`udp`] and the other
//! fronts are loops around it.
//!
//! Invariants: a message that can be answered is answered once, and its repetitions get the same bytes; unknown
//! keys and flags are counted, never errors; what is no message gets the documented error or silence.

pub mod bencode;
pub mod cookie;
pub mod counters;
pub mod exchange;
pub mod flags;
pub mod framing;
pub mod json;
pub mod reply;
pub mod report;
pub mod request;
pub mod tcp;
pub mod udp;
pub mod value;
