//! The ng protocol: how SIP proxies ask the relay for ports.
//!
//! # The model
//!
//! A message is a cookie, a space and a dictionary in bencode or JSON. It is read once into a typed
//! [`request`] within a [`message`] for the shard that owns the call, and the answer is written in the encoding of the
//! question. [`exchange`] is that whole way from bytes to bytes, without sockets or threads. Over UDP each [`shard`]
//! receives from proxies itself; connections have threads, which hand messages to shards. Requests about the node as a
//! whole are answered at the [`node_thread`].
//!
//! Invariants: a message that can be answered is answered once, and its repetitions get the same bytes; unknown
//! keys and flags are counted, never errors; what is no message gets the documented error or silence.
//!
//! # Map
//!
//! | file | holds |
//! |---|---|
//! | `value.rs`, `bencode.rs`, `json.rs`, `framing.rs` | values and their two encodings, messages of a stream |
//! | `commands.rs`, `flags.rs` and below | tables of commands, keys, flags, values; `reference.rs` prints them |
//! | `request.rs` | a request, typed |
//! | `message.rs` | a message as it was read, and where it is answered |
//! | `exchange.rs`, `cookie.rs` | the way from bytes to bytes; replies that are kept for repetitions |
//! | `reply.rs`, `report.rs`, `counters.rs` | replies and refusals; statistics of a call; counts |
//! | `shard.rs` | a shard that proxies speak to over UDP: a shard of media and its exchange |
//! | `node_queries.rs` | requests about the node as a whole |
//! | `node_thread.rs`, `node_task.rs` | the thread that answers them; its tasks |
//! | `tcp.rs` | ng over TCP; HTTP and WebSocket are in `src/http.rs` |

pub mod bencode;
pub mod commands;
pub mod cookie;
pub mod counters;
pub mod exchange;
pub mod flags;
pub mod framing;
pub mod json;
pub mod message;
pub mod node_queries;
pub mod node_task;
pub mod node_thread;
pub mod reference;
pub mod reply;
pub mod report;
pub mod request;
pub mod shard;
pub mod tcp;
pub mod value;
