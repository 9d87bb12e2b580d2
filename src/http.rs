//! HTTP and WebSocket: ng for proxies that speak them, and what monitoring asks.
//!
//! # The model
//!
//! | request | answer |
//! |---|---|
//! | `POST /ng` | an ng message with a cookie, as over UDP |
//! | `POST /ng-plain` | one without, in bencode or JSON |
//! | `GET /ping` | `pong` |
//! | `GET /cli/list+totals`, `POST /cli` | a line of the CLI |
//! | `GET /live` | 200 if every shard turns, else 503 and which does not |
//! | `GET /ready` | 200 if new calls are taken, and what is degraded; else 503 and why not |
//! | `GET /metrics` | the page of [`metrics`] |
//! | upgrade to WebSocket, on any path | see [`websocket`] |
//!
//! A connection is a thread that reads one request after the other with [`request::Reader`]. Invariants: a
//! request comes in within [`REQUEST_PATIENCE`] of its first byte, or the connection ends; one without a
//! request ends after [`IDLE_PATIENCE`]; what cannot be read is answered once, and nothing behind it is
//! looked at.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ctl::now;
use crate::listener::{Acceptor, Connection, Listener, Serve};
use crate::metrics;
use crate::request_log::{About, Protocol};
use crate::service::Service;

pub mod request;
pub mod response;
pub mod websocket;

use request::{Method, Reader, Request};
use response::{Response, Status, TEXT};

/// Connections at one address.
pub const CONNECTIONS_MAX: usize = 256;
/// How long a connection may be without a request.
pub const IDLE_PATIENCE: Duration = Duration::from_secs(75);
/// How long a request may take to come.
pub const REQUEST_PATIENCE: Duration = Duration::from_secs(15);
/// What is read at once.
const READ_BYTES: usize = 16 * 1024;
/// The type of ng messages.
const NG: &str = "application/x-rtpengine-ng";
/// The type of ng messages in JSON without a cookie.
const JSON: &str = "application/json";

/// The front at one address.
#[derive(Debug)]
pub struct HttpFront(Acceptor);

impl HttpFront {
    /// Binds an address and starts to accept.
    ///
    /// # Errors
    /// What the system says about the address.
    pub fn start(address: SocketAddr, service: &Arc<dyn Service>) -> io::Result<HttpFront> {
        let clients = Clients(Arc::clone(service));
        Acceptor::start(Listener::tcp(address)?, "http", CONNECTIONS_MAX, clients).map(HttpFront)
    }

    /// Where it listens.
    pub fn address(&self) -> Option<SocketAddr> {
        self.0.address()
    }

    /// Ends it: requests at work are answered, all connections are closed.
    pub fn stop(self) {
        self.0.stop();
    }
}

struct Clients(Arc<dyn Service>);

impl Serve for Clients {
    fn serve(&self, connection: &Connection) {
        if let Err(reason) = self.converse(connection) {
            log::debug!(target: "http", "{}: {reason}", connection.peer());
            self.0.counters().connections_broken.add(1);
        }
    }

    fn refused(&self) {
        self.0.counters().connections_refused.add(1);
        let about = About { protocol: Protocol::Http, call_id: None, peer: None, command: b"" };
        self.0.requests().refused(now(), &about, "too many connections", None);
    }
}

impl Clients {
    /// A request was refused by HTTP itself; what is spoken in it says its own refusals.
    fn note_refused(&self, connection: &Connection, target: &[u8], response: &Response) {
        let status = response.status;
        let said_by_ng = target == b"/ng" && status == Status::BadRequest;
        if matches!(status, Status::Ok | Status::Unavailable) || said_by_ng {
            return;
        }
        let peer = Some(connection.peer());
        let about = About { protocol: Protocol::Http, call_id: None, peer, command: target };
        let text = String::from_utf8_lossy(&response.body);
        self.0.requests().refused(now(), &about, status.line(), Some(text.trim()));
    }

    /// Answers requests until the connection ends. An error: not in order.
    fn converse(&self, connection: &Connection) -> Result<(), String> {
        let mut reader = Reader::default();
        loop {
            let request = match read(connection, &mut reader) {
                Ok(Some(request)) => request,
                Ok(None) => return Ok(()),
                Err(Unread::Refused(status)) => {
                    self.note_refused(connection, b"", &Response::refusal(status));
                    write(connection, &Response::refusal(status).to_bytes(false, false))?;
                    connection.finish();
                    return Err(status.line().to_owned());
                }
                Err(Unread::Lost(error)) => return Err(error.to_string()),
            };
            let head = &request.head;
            let response = match &head.upgrade {
                None => answer(&*self.0, &request, connection.peer()),
                Some(upgrade) => match websocket::agree(head, upgrade) {
                    Ok((subprotocol, words)) => {
                        write(connection, words.as_bytes())?;
                        connection.set_read_patience(None).map_err(|error| error.to_string())?;
                        return websocket::converse(connection, reader.into_rest(), subprotocol, &*self.0)
                            .map_err(|error| error.to_string());
                    }
                    Err(response) => response,
                },
            };
            self.note_refused(connection, head.target.as_bytes(), &response);
            let keep_alive = head.keep_alive && !connection.is_closing();
            write(connection, &response.to_bytes(keep_alive, head.method == Method::Head))?;
            if !keep_alive {
                connection.finish();
                return Ok(());
            }
        }
    }
}

fn write(mut connection: &Connection, bytes: &[u8]) -> Result<(), String> {
    connection.write_all(bytes).map_err(|error| error.to_string())
}

/// Why there is no request.
enum Unread {
    /// It cannot be read.
    Refused(Status),
    /// The connection is no more, or too slow.
    Lost(io::Error),
}

/// Reads the next request; none if the peer has no more.
fn read(mut connection: &Connection, reader: &mut Reader) -> Result<Option<Request>, Unread> {
    let mut buffer = vec![0; READ_BYTES];
    let mut limit: Option<Instant> = None;
    loop {
        if let Some(request) = reader.next_request().map_err(Unread::Refused)? {
            return Ok(Some(request));
        }
        if reader.take_leave() {
            connection.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").map_err(Unread::Lost)?;
        }
        if connection.is_closing() {
            return Ok(None);
        }
        let patience = if reader.is_inside() {
            let limit = *limit.get_or_insert_with(|| time() + REQUEST_PATIENCE);
            limit.saturating_duration_since(time())
        } else {
            IDLE_PATIENCE
        };
        if patience.is_zero() {
            return Err(Unread::Lost(ErrorKind::TimedOut.into()));
        }
        connection.set_read_patience(Some(patience)).map_err(Unread::Lost)?;
        match connection.read(&mut buffer) {
            Ok(0) if reader.is_inside() && !connection.is_closing() => {
                return Err(Unread::Lost(ErrorKind::UnexpectedEof.into()));
            }
            Ok(0) => return Ok(None),
            Ok(length) => reader.push(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock && !reader.is_inside() => return Ok(None),
            Err(error) => return Err(Unread::Lost(error)),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a connection's thread is at the edge, where time is read")]
fn time() -> Instant {
    Instant::now()
}

/// Answers a request.
fn answer(service: &dyn Service, request: &Request, peer: SocketAddr) -> Response {
    let (path, _query) = request.head.target.split_once('?').unwrap_or((&request.head.target, ""));
    let line = path.strip_prefix("/cli/");
    let wanted = match path {
        "/ng" | "/ng-plain" | "/cli" => Method::Post,
        "/ping" | "/live" | "/ready" | "/metrics" => Method::Get,
        _ if line.is_some() => Method::Get,
        _ => return Response::refusal(Status::NotFound),
    };
    match (request.head.method, wanted) {
        (Method::Post, Method::Post) => post(service, path, request, peer),
        (Method::Get | Method::Head, Method::Get) => get(service, path, line),
        (_, Method::Post) => Response::refusal(Status::MethodNotAllowed).with_field("Allow", "POST"),
        _ => Response::refusal(Status::MethodNotAllowed).with_field("Allow", "GET, HEAD"),
    }
}

fn post(service: &dyn Service, path: &str, request: &Request, peer: SocketAddr) -> Response {
    let body = &request.body;
    match (path, request.head.content_type.as_str()) {
        ("/ng", NG) => match service.answer(body, peer) {
            Some(reply) => Response::ok(NG, &*reply),
            None => Response::text(Status::BadRequest, "no cookie, or its first request is still at work"),
        },
        ("/ng-plain", NG) => Response::ok(NG, service.answer_plain(body, peer)),
        ("/ng-plain", JSON) => Response::ok(JSON, service.answer_plain(body, peer)),
        ("/cli", TEXT) => Response::ok(TEXT, service.cli(String::from_utf8_lossy(body).trim())),
        // As rtpengine says it to a body of another type.
        _ => Response::refusal(Status::NotFound),
    }
}

fn get(service: &dyn Service, path: &str, line: Option<&str>) -> Response {
    let health = |state: Result<String, String>| match state {
        Ok(words) => Response::text(Status::Ok, &words),
        Err(reason) => Response::text(Status::Unavailable, &reason),
    };
    match path {
        "/ping" => Response::ok(TEXT, "pong"),
        "/live" => health(service.health().live().map(|()| "live".to_owned())),
        "/ready" => health(service.health().ready()),
        "/metrics" => Response::ok(metrics::CONTENT_TYPE, service.metrics()),
        _ => match decode(line.unwrap_or_default()) {
            Some(line) => Response::ok(TEXT, service.cli(line.trim())),
            None => Response::text(Status::BadRequest, "a percent sign without two hexadecimal digits"),
        },
    }
}

/// A line of the CLI in a path: plus signs are spaces, and `%xx` is any byte.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high * 16 + low).expect("two digits")
            }
            byte => byte,
        });
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests;
