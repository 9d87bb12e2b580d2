//! HTTP and WebSocket: ng for proxies that speak them, and what monitoring asks.
//!
//! # The model
//!
//! | request | answer |
//! |---|---|
//! | `GET /ping` | `pong` |
//! | `GET /live` | 200 if every shard turns, else 503 and which does not |
//! | `GET /ready` | 200 if new calls are taken, and what is degraded; else 503 and why not |
//! | `GET /metrics` | the page of [`metrics`] |
//! | `GET /cli/list+totals` | a line of the CLI that only reads |
//! | `POST /cli` | any line of the CLI |
//! | `POST /ng` | an ng message with a cookie, as over UDP |
//! | `POST /ng-plain` | one without, in bencode or JSON |
//! | upgrade to WebSocket, on any path | see [`websocket`] |
//!
//! The first four are served everywhere, the others where the listener grants the right. GET has no effect: it
//! gives away all rights but the one to read. POST and WebSocket are looked at by [`browser`] first.
//!
//! A connection is a thread that reads one request after the other with [`request::Reader`]. Invariants: a
//! request comes in within [`REQUEST_PATIENCE`] of its first byte, or the connection ends; one without a
//! request ends after [`IDLE_PATIENCE`]; what cannot be read is answered once, and nothing behind it is
//! looked at.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::listener::{Acceptor, Connection, Listener, Serve, Terms};
use crate::metrics;
use crate::node::now;
use crate::origin::{Origin, Right, Rights};
use crate::request_log::{About, Cut, Protocol, RequestLog};
use crate::service::Service;

pub mod browser;
pub mod request;
pub mod response;
pub mod websocket;

use request::{Head, Method, Reader, Request};
use response::{Response, Status, TEXT};

/// Connections at one address.
pub const CONNECTIONS_MAX: usize = 256;
/// Longest time that a connection may be without a request.
pub const IDLE_PATIENCE: Duration = Duration::from_secs(75);
/// Longest time that a request may take to come.
pub const REQUEST_PATIENCE: Duration = Duration::from_secs(15);
/// Bytes of one read.
const READ_BYTES: usize = 16 * 1024;
/// The type of ng messages.
const NG: &str = "application/x-rtpengine-ng";
/// The type of ng messages in JSON without a cookie.
const JSON: &str = "application/json";
/// The type of lines of the CLI that may change something. No page may send it to another site unasked.
const CLI: &str = "application/x-rtpengine-cli";

/// The front at one address.
#[derive(Debug)]
pub struct HttpFront(Acceptor);

impl HttpFront {
    /// Binds an address and starts to accept.
    ///
    /// # Errors
    /// What the system says about the address.
    pub fn start(
        address: SocketAddr,
        terms: Terms,
        origins: &[String],
        service: &Arc<dyn Service>,
    ) -> io::Result<HttpFront> {
        let clients = Clients { service: Arc::clone(service), origins: origins.to_owned() };
        Acceptor::start(Listener::tcp(address)?, "http", terms, clients).map(HttpFront)
    }

    /// Address of the listener.
    #[cfg(test)]
    pub fn address(&self) -> Option<SocketAddr> {
        self.0.address()
    }

    /// Ends it: requests at work are answered, all connections are closed.
    pub fn stop(self) {
        self.0.stop();
    }
}

pub(crate) struct Clients {
    pub(crate) service: Arc<dyn Service>,
    /// Origins of pages that are served besides those of the listener itself.
    pub(crate) origins: Vec<String>,
}

impl Serve for Clients {
    fn serve(&self, connection: &Connection) {
        if let Err(reason) = self.converse(connection) {
            log::debug!("{}: {reason}", connection.origin());
            self.service.counters().connections_broken.add(1);
        }
    }

    fn requests(&self) -> &RequestLog {
        self.service.requests()
    }
}

impl Clients {
    /// A request was refused by HTTP itself; what is spoken in it says its own refusals.
    fn note_refused(&self, origin: &Origin, target: &[u8], response: &Response) {
        let status = response.status;
        if matches!(status, Status::Ok | Status::Unavailable) || response.is_said {
            return;
        }
        let text = String::from_utf8_lossy(&response.body);
        self.say_refused(origin, target, status.line(), text.trim());
    }

    fn say_refused(&self, origin: &Origin, target: &[u8], reason: &str, detail: &str) {
        let about = About { protocol: Protocol::Http, call_id: None, origin, command: target };
        self.requests().refused(now(), &about, reason, Some(detail));
    }

    /// Answers requests until the connection ends. An error: not in order.
    fn converse(&self, connection: &Connection) -> Result<(), String> {
        let mut reader = Reader::default();
        loop {
            let request = match read(connection, &mut reader) {
                Ok(Some(request)) => request,
                Ok(None) => return Ok(()),
                Err(Unread::Refused(status)) => {
                    self.note_refused(connection.origin(), b"", &Response::refusal(status));
                    write(connection, &Response::refusal(status).to_bytes(false, false))?;
                    connection.finish();
                    return Err(status.line().to_owned());
                }
                Err(Unread::Lost(error)) => return Err(error.to_string()),
            };
            let at_work = connection.at_work();
            let (head, origin) = (&request.head, connection.origin());
            let response = match (self.refuse(head, origin), &head.upgrade) {
                (Some(refusal), _) => refusal,
                (None, None) => answer(&*self.service, &request, origin),
                (None, Some(upgrade)) => match websocket::agree(head, upgrade, origin.rights) {
                    Ok((subprotocol, words)) => {
                        write(connection, words.as_bytes())?;
                        drop(at_work);
                        connection.set_read_patience(None).map_err(|error| error.to_string())?;
                        let rest = reader.into_rest();
                        return websocket::converse(connection, rest, subprotocol, &*self.service)
                            .map_err(|error| error.to_string());
                    }
                    Err(response) => response,
                },
            };
            self.note_refused(origin, head.target.as_bytes(), &response);
            let keep_alive = head.keep_alive && !connection.is_closing();
            write(connection, &response.to_bytes(keep_alive, head.method == Method::Head))?;
            drop(at_work);
            if !keep_alive {
                connection.finish();
                return Ok(());
            }
        }
    }

    /// Refuses what may have an effect and comes, or may come, from a page of another site.
    fn refuse(&self, head: &Head, origin: &Origin) -> Option<Response> {
        if head.upgrade.is_none() && matches!(head.method, Method::Get | Method::Head) {
            return None;
        }
        let reason = head.page.refusal(&self.origins)?;
        let said = head.page.origin.as_deref().unwrap_or("none");
        let (host, said) = (Cut(head.page.host.as_bytes()), Cut(said.as_bytes()));
        let detail = format!("Host \"{host}\", Origin \"{said}\"; see http-origins");
        self.say_refused(origin, head.target.as_bytes(), reason, &detail);
        Some(Response::text(Status::Forbidden, &format!("refused for {reason}")).said())
    }
}

fn write(mut connection: &Connection, bytes: &[u8]) -> Result<(), String> {
    connection.write_all(bytes).map_err(|error| error.to_string())
}

/// Reasons that there is no request.
enum Unread {
    /// Unreadable.
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
fn answer(service: &dyn Service, request: &Request, origin: &Origin) -> Response {
    let (path, _query) = request.head.target.split_once('?').unwrap_or((&request.head.target, ""));
    let line = path.strip_prefix("/cli/");
    let (wanted, needed) = match path {
        "/ng" | "/ng-plain" => (Method::Post, Some(Right::Signal)),
        "/cli" => (Method::Post, Some(Right::Read)),
        "/ping" | "/live" | "/ready" | "/metrics" => (Method::Get, None),
        _ if line.is_some() => (Method::Get, Some(Right::Read)),
        _ => return Response::refusal(Status::NotFound),
    };
    if needed.is_some_and(|right| !origin.rights.allow(right)) {
        return Response::text(Status::Forbidden, "this is not served here");
    }
    match (request.head.method, wanted) {
        (Method::Post, Method::Post) => post(service, path, request, origin),
        (Method::Get | Method::Head, Method::Get) => get(service, path, line, origin),
        (_, Method::Post) => Response::refusal(Status::MethodNotAllowed).with_field("Allow", "POST"),
        _ => Response::refusal(Status::MethodNotAllowed).with_field("Allow", "GET, HEAD"),
    }
}

fn post(service: &dyn Service, path: &str, request: &Request, origin: &Origin) -> Response {
    let (body, content_type) = (&request.body, request.head.content_type.as_str());
    match (path, content_type) {
        ("/ng", NG) => match service.answer(body, origin) {
            Some(reply) => Response::ok(NG, &*reply),
            None => {
                let text = "no cookie, or its first request is still at work";
                Response::text(Status::BadRequest, text).said()
            }
        },
        ("/ng-plain", NG) => Response::ok(NG, service.answer_plain(body, origin)),
        ("/ng-plain", JSON) => Response::ok(JSON, service.answer_plain(body, origin)),
        ("/cli", TEXT | CLI) => {
            let line = String::from_utf8_lossy(body);
            if browser::is_simple(content_type) {
                let advice = format!(" What changes something takes Content-Type: {CLI}.");
                let (status, advice) = match origin.rights.allow(Right::Change) {
                    true => (Status::UnsupportedType, advice.as_str()),
                    false => (Status::Forbidden, ""),
                };
                return cli(service, line.trim(), &origin.with_at_most(Rights::READ), status, advice);
            }
            cli(service, line.trim(), origin, Status::Forbidden, "")
        }
        // As rtpengine says it to a body of another type.
        _ => Response::refusal(Status::NotFound),
    }
}

/// A line of the CLI; `status` and `advice` are for one that may not be asked for.
fn cli(service: &dyn Service, line: &str, origin: &Origin, status: Status, advice: &str) -> Response {
    match service.cli(line, origin) {
        Ok(answer) => Response::ok(TEXT, answer),
        Err(reason) => Response::text(status, &format!("{reason}{advice}")).said(),
    }
}

fn get(service: &dyn Service, path: &str, line: Option<&str>, origin: &Origin) -> Response {
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
            Some(line) => {
                let origin = origin.with_at_most(Rights::READ);
                cli(service, line.trim(), &origin, Status::Forbidden, " GET has no effect.")
            }
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
