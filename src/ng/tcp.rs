//! ng over TCP: messages back to back on a connection, answered in their order.
//!
//! A connection may be idle for as long as it likes. It ends when the peer closes it, when no message can be
//! found in what it sends (after the error that says so), or when it does not read its replies. One that sends
//! HTTP or TLS gets no answer: it may be a browser that a web page has sent here.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use super::framing::{Broken, Framer};
use crate::foreign::{FOREIGN, begins_request, begins_tls};
use crate::listener::{Acceptor, Connection, Listener, ListenerCounters, Serve, Terms};
use crate::node::now;
use crate::origin::{ListenerKind, Rights};
use crate::request_log::{About, Protocol, RequestLog};
use crate::service::Service;

/// Connections at one address: one for each worker of a few proxies.
pub const CONNECTIONS_MAX: usize = 256;
/// Bytes of one read.
const READ_BYTES: usize = 16 * 1024;

/// The front at one address.
#[derive(Debug)]
pub struct TcpFront(Acceptor);

impl TcpFront {
    /// Binds an address and starts to accept.
    ///
    /// # Errors
    /// The system's error about the address.
    pub fn start(
        address: SocketAddr,
        rights: Rights,
        counters: &Arc<ListenerCounters>,
        service: &Arc<dyn Service>,
    ) -> io::Result<TcpFront> {
        let (kind, counters) = (ListenerKind::TcpNg, Arc::clone(counters));
        let terms = Terms { kind, rights, connections_max: CONNECTIONS_MAX, counters };
        let proxies = Proxies(Arc::clone(service));
        Acceptor::start(Listener::tcp(address)?, "ng-tcp", terms, proxies).map(TcpFront)
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

struct Proxies(Arc<dyn Service>);

impl Serve for Proxies {
    fn serve(&self, connection: &Connection) {
        let (reason, detail) = match self.converse(connection) {
            // What was said about the message stands in the log already.
            Ok(End::Closed) => return,
            Ok(End::Broken) => return self.0.counters().connections_broken.add(1),
            Ok(End::Incomplete) => ("connection broken", "it ended within a message".to_owned()),
            Ok(End::Foreign) => (FOREIGN, "ng is spoken here".to_owned()),
            Err(error) => ("connection broken", error.to_string()),
        };
        self.0.counters().connections_broken.add(1);
        let about =
            About { protocol: Protocol::Ng, call_id: None, origin: connection.origin(), command: b"" };
        self.requests().refused(now(), &about, reason, Some(&detail));
    }

    fn requests(&self) -> &RequestLog {
        self.0.requests()
    }
}

/// End of a connection that could be written to.
enum End {
    Closed,
    Broken,
    Incomplete,
    Foreign,
}

impl Proxies {
    fn converse(&self, mut connection: &Connection) -> io::Result<End> {
        let (mut framer, mut buffer) = (Framer::default(), vec![0; READ_BYTES]);
        loop {
            loop {
                let message = match framer.next_message() {
                    Ok(Some(message)) => message,
                    Ok(None) => break,
                    Err(Broken(rest)) if begins_request(&rest) => return Ok(End::Foreign),
                    Err(Broken(rest)) => {
                        self.reply(connection, &rest)?;
                        connection.finish();
                        return Ok(End::Broken);
                    }
                };
                self.reply(connection, &message)?;
                if connection.is_closing() {
                    return Ok(End::Closed);
                }
            }
            match connection.read(&mut buffer) {
                Ok(0) if framer.is_inside() && !connection.is_closing() => return Ok(End::Incomplete),
                Ok(0) => return Ok(End::Closed),
                Ok(length) if !framer.is_inside() && begins_tls(&buffer[..length]) => {
                    return Ok(End::Foreign);
                }
                Ok(length) => framer.push(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn reply(&self, mut connection: &Connection, message: &[u8]) -> io::Result<()> {
        let _at_work = connection.at_work();
        match self.0.answer(message, connection.origin()) {
            Some(reply) => connection.write_all(&reply),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Shutdown, TcpStream};

    use super::*;
    use crate::service::tests::FakeService;

    fn front() -> (TcpFront, Arc<FakeService>, TcpStream) {
        let service = Arc::new(FakeService::default());
        let shared: Arc<dyn Service> = service.clone();
        let (address, rights) = ("127.0.0.1:0".parse().expect("an address"), Rights::NONE.with_signal(true));
        let front = TcpFront::start(address, rights, &Arc::default(), &shared).expect("free");
        let stream = TcpStream::connect(front.address().expect("TCP")).expect("listening");
        (front, service, stream)
    }

    fn exchange(stream: &mut TcpStream, bytes: &[u8], reply: &[u8]) {
        stream.write_all(bytes).expect("open");
        let mut got = vec![0; reply.len()];
        stream.read_exact(&mut got).expect("a reply");
        assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(reply));
    }

    #[test]
    fn requests_of_a_connection_are_answered_in_order() {
        let (front, _, mut stream) = front();
        exchange(&mut stream, b"1 d7:command4:pinge", b"1 d6:result4:ponge");
        for byte in b"2 d7:command4:ping" {
            stream.write_all(&[*byte]).expect("open");
        }
        exchange(&mut stream, b"e", b"2 d6:result4:ponge");
        exchange(
            &mut stream,
            b"3 d7:command4:pinge4 {\"command\":\"ping\"}\n5 d7:command3:fooe",
            b"3 d6:result4:ponge4 {\"result\":\"pong\"}\
              5 d6:result5:error12:error-reason20:Unrecognized commande",
        );
        let sdp = "x".repeat(200 << 10);
        let offer = format!("6 d7:command5:offer3:sdp{}:{sdp}e", sdp.len());
        let reply = b"6 d6:result5:error12:error-reason21:No call-id in messagee";
        exchange(&mut stream, offer.as_bytes(), reply);
        front.stop();
        assert_eq!(stream.read(&mut [0; 8]).expect("closed in order"), 0);
    }

    #[test]
    fn what_is_no_message_is_answered_and_closed() {
        let cases: [(&[u8], &[u8]); 4] = [
            (b"1 dxe", b"1 d6:result5:error12:error-reason35:Could not decode bencode dictionarye"),
            (b"2 hello", b"2 d6:result5:error12:error-reason22:Invalid NG data formate"),
            (b"3 {hello", b"3 {\"result\":\"error\",\"error-reason\":\"Failed to parse JSON document\"}"),
            (&[b'x'; 1025], b""),
        ];
        let (front, service, _idle) = front();
        for (bytes, reply) in cases {
            let mut stream = TcpStream::connect(front.address().expect("TCP")).expect("listening");
            exchange(&mut stream, bytes, reply);
            assert_eq!(stream.read(&mut [0; 8]).expect("closed in order"), 0);
        }
        for bytes in
            [&b"POST /ng HTTP/1.1\r\n"[..], b"standby /", b"\r\nGET / HTTP/1.1\r\n", b"\x16\x03\x01\x02"]
        {
            let mut stream = TcpStream::connect(front.address().expect("TCP")).expect("listening");
            stream.write_all(bytes).expect("open");
            // With what was not read the kernel may reset the connection.
            assert!(matches!(stream.read(&mut [0; 8]), Ok(0) | Err(_)), "{}", bytes.escape_ascii());
        }
        let mut cut = TcpStream::connect(front.address().expect("TCP")).expect("listening");
        cut.write_all(b"4 d7:com").expect("open");
        cut.shutdown(Shutdown::Write).expect("open");
        assert_eq!(cut.read(&mut [0; 8]).expect("closed in order"), 0);
        front.stop();
        assert_eq!(service.counters().connections_broken.value(), 9);
        assert_eq!(service.counters().malformed.value(), 3);
    }
}
