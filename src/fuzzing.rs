//! The way in for the bodies of `tests/fuzz` and for the simulator's nodes in `tests/sim`: readers of bytes of others,
//! and no more than they need.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use crate::ctl::server::{FirstLine, LINE_BYTES_MAX, REQUEST_BYTES_MAX, read_line};
use crate::http::Clients;
use crate::listener::{Connection, Serve};

pub use crate::config::file::parse as parse_file;
pub use crate::config::validate::validate;
pub use crate::config::{Config, Host, KeyFlags, NodeLimits, Place, Problem, Problems};
pub use crate::ctl::carry_out::carry_out_line;
pub use crate::ctl::request::run_request;
pub use crate::http::request::{Reader, Request};
pub use crate::ng::bencode::{BencodeError, Limits};
pub use crate::ng::counters::NgCounters;
pub use crate::ng::exchange::{Exchange, NgState};
pub use crate::ng::framing::{Broken, COOKIE_BYTES_MAX, Framer, MESSAGE_BYTES_MAX};
pub use crate::ng::node_queries::{NoQueries, NodeQueries};
pub use crate::ng::value::Value;
pub use crate::node::liveness::Liveness;
pub use crate::node::presence::Addresses;
pub use crate::node::{Live, Node, Rates};
pub use crate::origin::{ListenerKind, ListenerName, Origin, Peer, Rights};
pub use crate::redis::record::{
    Context, RECORD_BYTES_MAX, Record, digest, read as read_record, write as write_record,
};
pub use crate::request_log::RequestLog;
pub use crate::service::{Health, Service};

/// Bencode.
pub mod bencode {
    pub use crate::ng::bencode::{decode, encode};
}

/// JSON of ng.
pub mod json {
    pub use crate::ng::json::{decode, encode};
}

/// Serves a connection as the HTTP front does, WebSocket included.
pub fn serve_http(service: Arc<dyn Service>, stream: UnixStream, origin: Origin) {
    Clients { service, origins: Vec::new() }.serve(&Connection::of(stream, origin));
}

/// The first line that is said to the listener of the line protocol; none if there is none that it takes.
///
/// # Errors
/// Those of the stream.
pub fn read_ctl_line(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    read_line(stream, LINE_BYTES_MAX).map(line)
}

/// The same at the socket of `tandem ctl`.
///
/// # Errors
/// Those of the stream.
pub fn read_ctl_request(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    read_line(stream, REQUEST_BYTES_MAX).map(line)
}

fn line(said: FirstLine) -> Option<Vec<u8>> {
    match said {
        FirstLine::Line(line) => Some(line),
        FirstLine::Nothing | FirstLine::TooLong(_) | FirstLine::Tls => None,
    }
}
