//! The two listeners of operators: TCP in rtpengine's line protocol, and the unix socket in JSON.
//!
//! Each connection is one line in, one answer out, and closed; one that says nothing is closed after a while. A
//! request of HTTP gets no answer: it may be from a browser that a web page has sent here.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::handle::Ctl;
use super::socket;
use crate::config::CtlSocket;
use crate::foreign::{FOREIGN, begins_tls, is_request_line};
use crate::listener::{Acceptor, Connection, Listener, ListenerCounters, Serve, Terms};
use crate::node::now;
use crate::origin::{ListenerKind, Origin, Rights};
use crate::request_log::{About, Protocol, RequestLog};

/// Connections that may be open at one listener.
pub const CONNECTIONS_MAX: usize = 16;
/// Bytes of one line of the line protocol; rtpengine closes after as many.
pub const LINE_BYTES_MAX: usize = 1024;
/// Bytes of one JSON request.
pub const REQUEST_BYTES_MAX: usize = 64 * 1024;
/// Time for a connection to send its line.
const PATIENCE: Duration = Duration::from_secs(30);

/// A listener that accepts connections.
#[derive(Debug)]
pub struct CtlServer(Acceptor);

/// A listener that is bound, and accepts no connections yet.
#[derive(Debug)]
pub struct BoundListener(Listener);

impl BoundListener {
    /// Binds the line protocol.
    ///
    /// # Errors
    /// Why the address cannot be bound.
    pub fn tcp(address: SocketAddr) -> io::Result<BoundListener> {
        Listener::tcp(address).map(BoundListener)
    }

    /// Binds the socket of `tandem ctl`; none if it is off.
    ///
    /// # Errors
    /// Why the path cannot be bound.
    pub fn unix(at: &CtlSocket) -> io::Result<Option<BoundListener>> {
        let (listener, path) = match at {
            CtlSocket::Off => return Ok(None),
            CtlSocket::Usual => socket::bind_usual()?,
            CtlSocket::At(path) => (socket::bind(path)?, path.clone()),
        };
        Ok(Some(BoundListener(Listener::Unix(listener, path))))
    }

    /// Address of the listener, in words.
    pub fn place(&self) -> String {
        self.0.place()
    }

    /// Starts the thread that accepts connections.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(self, ctl: Ctl, counters: Arc<ListenerCounters>) -> io::Result<CtlServer> {
        let (format, kind) = match self.0 {
            Listener::Tcp(_) => (WireFormat::Lines, ListenerKind::Cli),
            Listener::Unix(..) => (WireFormat::Json, ListenerKind::Ctl),
        };
        let rights = Rights::OPERATE;
        let terms = Terms { kind, rights, connections_max: CONNECTIONS_MAX, counters };
        Acceptor::start(self.0, "ctl", terms, Handler { ctl, format }).map(CtlServer)
    }
}

impl CtlServer {
    /// Stops: no connection is accepted any more, and the address is free.
    pub fn stop(self) {
        self.0.stop();
    }
}

/// The form of the lines of a listener.
#[derive(Clone, Copy, Debug)]
enum WireFormat {
    Lines,
    Json,
}

/// The handler of connections.
struct Handler {
    ctl: Ctl,
    format: WireFormat,
}

impl Serve for Handler {
    fn serve(&self, connection: &Connection) {
        if let Err(error) = self.converse(connection) {
            log::debug!("{}: {error}", connection.origin());
        }
    }

    fn requests(&self) -> &RequestLog {
        &self.ctl.node().requests
    }
}

impl Handler {
    fn converse(&self, mut connection: &Connection) -> io::Result<()> {
        connection.set_read_patience(Some(PATIENCE))?;
        let bytes_max = match self.format {
            WireFormat::Lines => LINE_BYTES_MAX,
            WireFormat::Json => REQUEST_BYTES_MAX,
        };
        let origin = connection.origin();
        let line = match read_line(&mut connection, bytes_max)? {
            FirstLine::Line(line) => line,
            FirstLine::Nothing => {
                connection.finish();
                return Ok(());
            }
            FirstLine::TooLong(beginning) => {
                let detail = format!("more than {bytes_max} bytes");
                self.refuse(origin, &beginning, "line too long", &detail);
                connection.finish();
                return Ok(());
            }
            FirstLine::Tls => {
                self.refuse(origin, b"", FOREIGN, "lines are spoken here");
                return Ok(());
            }
        };
        let at_work = connection.at_work();
        let answer = match self.format {
            WireFormat::Lines if is_request_line(&line) => {
                self.refuse(origin, &line, FOREIGN, "lines are spoken here");
                return Ok(());
            }
            WireFormat::Lines => self.ctl.run_line(&line, origin).unwrap_or_else(|refused| refused + "\n"),
            WireFormat::Json => self.ctl.run_request(&String::from_utf8_lossy(&line), origin) + "\n",
        };
        connection.write_all(answer.as_bytes())?;
        drop(at_work);
        connection.finish();
        Ok(())
    }

    fn refuse(&self, origin: &Origin, command: &[u8], reason: &str, detail: &str) {
        let about = About { protocol: Protocol::Ctl, call_id: None, origin, command };
        self.requests().refused(now(), &about, reason, Some(detail));
    }
}

/// The first line of a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FirstLine {
    /// A line that is not empty, without its end.
    Line(Vec<u8>),
    /// The peer closed before.
    Nothing,
    /// The beginning of a line that is too long.
    TooLong(Vec<u8>),
    /// TLS.
    Tls,
}

/// Reads the first line that is not empty.
pub(crate) fn read_line(stream: &mut impl Read, bytes_max: usize) -> io::Result<FirstLine> {
    let mut line: Vec<u8> = Vec::new();
    let mut part = [0; 1024];
    loop {
        let count = match stream.read(&mut part) {
            Ok(0) => return Ok(FirstLine::Nothing),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        line.extend_from_slice(&part[..count]);
        if begins_tls(&line) {
            return Ok(FirstLine::Tls);
        }
        while let Some(end) = line.iter().position(|b| *b == b'\n') {
            let rest = line.split_off(end + 1);
            line.truncate(end);
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            if line.len() > bytes_max {
                return Ok(FirstLine::TooLong(line));
            }
            if !line.is_empty() {
                return Ok(FirstLine::Line(line));
            }
            // An empty line is not answered and does not close.
            line = rest;
        }
        if line.len() > bytes_max {
            return Ok(FirstLine::TooLong(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_framed_as_rtpengine_does() {
        let long = vec![b'x'; 3000];
        let line = |bytes: &[u8]| FirstLine::Line(bytes.to_vec());
        let cases: [(&[u8], FirstLine); 8] = [
            (b"list numsessions\n", line(b"list numsessions")),
            (b"list numsessions\r\n", line(b"list numsessions")),
            (b"\n\r\nping\nrest", line(b"ping")),
            (b"first\nsecond\n", line(b"first")),
            (b"no end", FirstLine::Nothing),
            (b"\x16\x03\x01\n", FirstLine::Tls),
            (b"", FirstLine::Nothing),
            (&long, FirstLine::TooLong(vec![b'x'; 2048])),
        ];
        for (mut bytes, expected) in cases {
            assert_eq!(read_line(&mut bytes, LINE_BYTES_MAX).expect("no errors in memory"), expected);
        }
    }
}
