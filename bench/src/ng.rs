//! A client of the ng protocol over UDP, behaving as the SIP proxies' modules do:
//! a request that gets no answer is sent again under the same cookie.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use serde_json::{Value, json};

use crate::bencode::{self, Malformed};
use crate::clock;

/// Time until a request is sent again; Kamailio's module waits as long.
const RESEND_AFTER: Duration = Duration::from_secs(1);
/// Attempts in all.
const ATTEMPTS: u32 = 5;

/// Reasons that a request has no good reply.
#[derive(Debug)]
pub(crate) enum Failure {
    Io(io::Error),
    Silent { relay: SocketAddr },
    Malformed(Malformed),
    Refused { command: String, reply: Value },
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Io(error) => write!(formatter, "ng: {error}"),
            Failure::Silent { relay } => write!(formatter, "no answer on ng from {relay}"),
            Failure::Malformed(error) => write!(formatter, "ng reply: {error}"),
            Failure::Refused { command, reply } => write!(formatter, "{command} refused: {reply}"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Io(error)
    }
}

/// One socket towards a relay; requests are answered one at a time.
#[derive(Debug)]
pub(crate) struct Client {
    socket: UdpSocket,
    relay: SocketAddr,
    cookie_prefix: String,
    requests: u64,
    datagram: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(relay: SocketAddr) -> Result<Client, Failure> {
        let any: SocketAddr = match relay {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any)?;
        socket.connect(relay)?;
        socket.set_read_timeout(Some(RESEND_AFTER))?;
        // Relays remember cookies for a minute: they must differ between runs and between clients.
        let cookie_prefix = format!("{}_{:x}", std::process::id(), clock::wall_nanoseconds());
        Ok(Client { socket, relay, cookie_prefix, requests: 0, datagram: vec![0; 65_536] })
    }

    /// Sends a request and gives back whatever the relay replied.
    pub(crate) fn request(&mut self, request: &Value) -> Result<Value, Failure> {
        self.requests += 1;
        let cookie = format!("{}_{}", self.cookie_prefix, self.requests);
        let mut message = format!("{cookie} ").into_bytes();
        bencode::encode(request, &mut message);
        for _ in 0..ATTEMPTS {
            match self.attempt(&message, cookie.as_bytes()) {
                Err(Failure::Io(error))
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                other => return other,
            }
        }
        Err(Failure::Silent { relay: self.relay })
    }

    /// Sends a request whose reply must be a success.
    pub(crate) fn expect_ok(&mut self, request: &Value) -> Result<Value, Failure> {
        let reply = self.request(request)?;
        if matches!(reply["result"].as_str(), Some("ok" | "pong")) {
            return Ok(reply);
        }
        Err(Failure::Refused { command: request["command"].as_str().unwrap_or_default().to_owned(), reply })
    }

    fn attempt(&mut self, message: &[u8], cookie: &[u8]) -> Result<Value, Failure> {
        self.socket.send(message)?;
        loop {
            let length = self.socket.recv(&mut self.datagram)?;
            let payload =
                self.datagram[..length].strip_prefix(cookie).and_then(|rest| rest.strip_prefix(b" "));
            if let Some(payload) = payload {
                return bencode::decode(payload).map_err(Failure::Malformed);
            }
        }
    }
}

/// Pings until the relay answers. A relay that has not opened its socket refuses at once: hence the short
/// pause.
pub(crate) fn wait_until_ready(relay: SocketAddr, limit: Duration) -> Result<(), Failure> {
    let end = clock::now() + limit;
    let mut client = Client::connect(relay)?;
    client.socket.set_read_timeout(Some(Duration::from_millis(200)))?;
    loop {
        match client.expect_ok(&json!({"command": "ping"})) {
            Ok(_) => return Ok(()),
            Err(_) if clock::now() < end => clock::pause(Duration::from_millis(50)),
            Err(error) => return Err(error),
        }
    }
}
