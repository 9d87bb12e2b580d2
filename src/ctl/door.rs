//! The two doors: TCP in rtpengine's line protocol, and the unix socket in JSON.
//!
//! Each connection is one line in, one answer out, and closed. A few connections at a time; each has a time
//! limit, so that a peer that says nothing does not hold a place for ever.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use super::{Ctl, socket};
use crate::config::CtlSocket;
use crate::listener::{Acceptor, Connection, Listener, Serve};

/// Connections that may be open at one door.
pub const CONNECTIONS_MAX: usize = 16;
/// Bytes of one line of the line protocol; rtpengine closes after as many.
pub const LINE_BYTES_MAX: usize = 1024;
/// Bytes of one JSON request.
pub const REQUEST_BYTES_MAX: usize = 64 * 1024;
/// How long a connection may take to say its line.
const PATIENCE: Duration = Duration::from_secs(30);

/// A door that is open.
#[derive(Debug)]
pub struct Door(Acceptor);

/// A door that is bound, and not open yet.
#[derive(Debug)]
pub struct Bound(Listener);

impl Bound {
    /// Binds the line protocol.
    ///
    /// # Errors
    /// Why the address cannot be bound.
    pub fn tcp(address: SocketAddr) -> io::Result<Bound> {
        Listener::tcp(address).map(Bound)
    }

    /// Binds the socket of `tandem ctl`; none if it is off.
    ///
    /// # Errors
    /// Why the path cannot be bound.
    pub fn unix(at: &CtlSocket) -> io::Result<Option<Bound>> {
        let (listener, path) = match at {
            CtlSocket::Off => return Ok(None),
            CtlSocket::Usual => socket::bind_usual()?,
            CtlSocket::At(path) => (socket::bind(path)?, path.clone()),
        };
        Ok(Some(Bound(Listener::Unix(listener, path))))
    }

    /// Where it is bound, in words.
    pub fn place(&self) -> String {
        self.0.place()
    }

    /// Opens the door: a thread accepts connections.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn open(self, ctl: Ctl) -> io::Result<Door> {
        let speech = match self.0 {
            Listener::Tcp(_) => Speech::Lines,
            Listener::Unix(..) => Speech::Json,
        };
        Acceptor::start(self.0, "ctl", CONNECTIONS_MAX, Operators { ctl, speech }).map(Door)
    }
}

impl Door {
    /// Closes the door: no connection is accepted any more, and the address is free.
    pub fn close(self) {
        self.0.stop();
    }
}

/// What is spoken at a door.
#[derive(Clone, Copy, Debug)]
enum Speech {
    Lines,
    Json,
}

/// Those who come to a door.
struct Operators {
    ctl: Ctl,
    speech: Speech,
}

impl Serve for Operators {
    fn serve(&self, connection: &Connection) {
        if let Err(error) = self.converse(connection) {
            log::debug!("ctl: {error}");
        }
    }

    fn refused(&self) {
        log::warn!("ctl: {CONNECTIONS_MAX} connections are open already, one more was closed");
    }
}

impl Operators {
    fn converse(&self, mut connection: &Connection) -> io::Result<()> {
        connection.set_read_patience(Some(PATIENCE))?;
        let answer = match self.speech {
            Speech::Lines => {
                read_line(&mut connection, LINE_BYTES_MAX)?.map(|line| self.ctl.run_bytes(&line))
            }
            Speech::Json => read_line(&mut connection, REQUEST_BYTES_MAX)?
                .map(|line| self.ctl.run_request(&String::from_utf8_lossy(&line)) + "\n"),
        };
        connection.write_all(answer.unwrap_or_default().as_bytes())?;
        connection.finish();
        Ok(())
    }
}

/// Reads the first line that is not empty, without its end. None if the peer closes before, or if the line
/// is too long.
fn read_line(stream: &mut impl Read, bytes_max: usize) -> io::Result<Option<Vec<u8>>> {
    let mut line: Vec<u8> = Vec::new();
    let mut part = [0; 1024];
    loop {
        let count = match stream.read(&mut part) {
            Ok(0) => return Ok(None),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        line.extend_from_slice(&part[..count]);
        while let Some(end) = line.iter().position(|b| *b == b'\n') {
            let rest = line.split_off(end + 1);
            line.truncate(end);
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            if !line.is_empty() {
                return Ok((line.len() <= bytes_max).then_some(line));
            }
            // An empty line is not answered and does not close.
            line = rest;
        }
        if line.len() > bytes_max {
            return Ok(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_framed_as_rtpengine_does() {
        let long = vec![b'x'; 3000];
        let cases: [(&[u8], Option<&[u8]>); 7] = [
            (b"list numsessions\n", Some(b"list numsessions")),
            (b"list numsessions\r\n", Some(b"list numsessions")),
            (b"\n\r\nping\nrest", Some(b"ping")),
            (b"first\nsecond\n", Some(b"first")),
            (b"no end", None),
            (b"", None),
            (&long, None),
        ];
        for (mut bytes, expected) in cases {
            let line = read_line(&mut bytes, LINE_BYTES_MAX).expect("no errors in memory");
            assert_eq!(line.as_deref(), expected);
        }
    }
}
