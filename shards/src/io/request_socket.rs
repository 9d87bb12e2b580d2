//! UDP sockets that requests come to: at each address one for every shard.
//!
//! # The model
//!
//! The kernel shares the datagrams of an address out among its sockets, by who sent them (SO_REUSEPORT): a client
//! always comes to the same shard. Each shard receives with its own ring, and each may answer whoever was heard by
//! another: all sockets of an address are bound alike.
//!
//! Invariant: the first socket is bound without sharing, so that an address which somebody else has is refused, even
//! if he shares it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::sync::Arc;

use socket2::{Domain, MsgHdr, Protocol, SockAddr, Type};

use super::control::{self, CONTROL_BYTES};
use super::{address, sys};

/// Requests that wait until a shard turns to them.
const RECEIVE_BUFFER_BYTES: usize = 4 << 20;

/// One shard's socket at one address.
#[derive(Debug)]
pub struct RequestSocket {
    inner: socket2::Socket,
}

/// The way of a datagram; its answer goes back the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatagramPath {
    /// The number of the address that was listened at, in the order of [`super::Shards::listen`].
    pub listener: usize,
    /// The sender.
    pub peer: SocketAddr,
    /// The address of this host that it was sent to, where the socket is bound to all.
    pub local: Option<IpAddr>,
}

impl RequestSocket {
    /// Binds an address for so many shards.
    ///
    /// # Errors
    /// The system's error about the address.
    pub fn bind(address: SocketAddr, shards: usize) -> io::Result<Vec<Arc<RequestSocket>>> {
        let first = RequestSocket::new(address)?;
        first.inner.bind(&address.into())?;
        // From here on it shares: those that follow join it, as it is bound by the same user.
        first.inner.set_reuse_port(true)?;
        // Port 0 stands for any.
        let bound = first.inner.local_addr()?;
        let mut sockets = vec![Arc::new(first)];
        while sockets.len() < shards {
            let next = RequestSocket::new(address)?;
            next.inner.set_reuse_port(true)?;
            next.inner.bind(&bound)?;
            sockets.push(Arc::new(next));
        }
        Ok(sockets)
    }

    fn new(address: SocketAddr) -> io::Result<RequestSocket> {
        let inner = socket2::Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        // Best effort: the system's ceiling holds.
        let _ = inner.set_recv_buffer_size(RECEIVE_BUFFER_BYTES);
        if address.ip().is_unspecified() {
            sys::tell_local_addresses(inner.as_fd(), address.is_ipv4())?;
        }
        Ok(RequestSocket { inner })
    }

    /// The address at which it is bound.
    ///
    /// # Errors
    /// The system's error.
    pub fn address(&self) -> io::Result<SocketAddr> {
        let address = self.inner.local_addr()?;
        address.as_socket().ok_or_else(|| io::Error::other("not an internet address"))
    }

    /// Receives a datagram that is there already: its length and its path, `listener` being this one's number.
    ///
    /// # Errors
    /// The system's error; `WouldBlock` if there is none.
    pub fn receive(&self, buffer: &mut [u8], listener: usize) -> io::Result<(usize, DatagramPath)> {
        let mut name = [0u8; address::NAME_BYTES];
        let mut control = [0u8; CONTROL_BYTES];
        let received = sys::receive_message(self.inner.as_fd(), buffer, &mut name, &mut control)?;
        let peer = address::read(&name[..received.name]);
        let peer = peer.ok_or_else(|| io::Error::other("a datagram without a source address"))?;
        let local = control::read(&control[..received.control]);
        Ok((received.payload, DatagramPath { listener, peer, local }))
    }

    /// Answers a datagram, at once or not at all.
    ///
    /// # Errors
    /// The system's error.
    pub fn answer(&self, path: &DatagramPath, payload: &[u8]) -> io::Result<()> {
        let peer = SockAddr::from(path.peer);
        let Some(local) = path.local else {
            self.inner.send_to_with_flags(payload, &peer, libc::MSG_DONTWAIT)?;
            return Ok(());
        };
        let mut control = [0u8; CONTROL_BYTES];
        let length = control::write(&mut control, local);
        let parts = [io::IoSlice::new(payload)];
        let message = MsgHdr::new().with_addr(&peer).with_buffers(&parts).with_control(&control[..length]);
        self.inner.sendmsg(&message, libc::MSG_DONTWAIT)?;
        Ok(())
    }

    /// Its descriptor, good as long as the socket lives.
    pub(super) fn descriptor(&self) -> RawFd {
        self.inner.as_raw_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;
    use std::time::{Duration, Instant};

    use super::*;

    /// A datagram that is on its way.
    #[expect(clippy::disallowed_methods, reason = "the datagram is waited for")]
    fn receive(sockets: &[Arc<RequestSocket>]) -> (Vec<u8>, DatagramPath) {
        let start = Instant::now();
        let mut buffer = [0; 100];
        while start.elapsed() < Duration::from_secs(10) {
            for socket in sockets {
                match socket.receive(&mut buffer, 0) {
                    Ok((length, path)) => return (buffer[..length].to_vec(), path),
                    Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
                }
            }
        }
        panic!("nothing came");
    }

    /// A connected client takes nothing but what comes from where it asked.
    #[test]
    fn answers_come_from_where_the_request_went_to() {
        let cases = [
            ("127.0.0.1:0", "127.0.0.1", "127.0.0.1:0"),
            ("0.0.0.0:0", "127.7.7.7", "127.0.0.1:0"),
            ("0.0.0.0:0", "127.0.0.1", "127.0.0.1:0"),
            ("[::]:0", "::1", "[::1]:0"),
            ("[::]:0", "127.7.7.7", "127.0.0.1:0"),
        ];
        for (listen, asked, client) in cases {
            let sockets = match RequestSocket::bind(listen.parse().expect("an address"), 3) {
                Ok(sockets) => sockets,
                // A host without IPv6 has nothing to show here.
                Err(_) if listen.starts_with('[') => continue,
                Err(error) => panic!("{listen}: {error}"),
            };
            let port = sockets[0].address().expect("bound").port();
            let Ok(client) = UdpSocket::bind(client) else { continue };
            client.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
            let asked: IpAddr = asked.parse().expect("an address");
            client.connect((asked, port)).expect("a route on loopback");
            client.send(b"question").expect("sent");
            let (question, path) = receive(&sockets);
            assert_eq!(question, b"question");
            // Whichever socket heard it: each may answer.
            for socket in &sockets {
                socket.answer(&path, b"answer").expect("sent");
                let mut buffer = [0; 100];
                let length = client.recv(&mut buffer).expect("an answer");
                assert_eq!(&buffer[..length], b"answer", "{listen} asked at {asked}");
            }
        }
    }

    #[test]
    fn an_address_that_somebody_has_is_refused_also_if_he_shares_it() {
        let theirs = RequestSocket::bind("127.9.6.1:0".parse().expect("an address"), 2).expect("free");
        let address = theirs[0].address().expect("bound");
        let error = RequestSocket::bind(address, 2).expect_err("it is theirs");
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        drop(theirs);
        RequestSocket::bind(address, 2).expect("free again");
    }

    #[test]
    fn clients_are_shared_out_and_each_always_comes_to_the_same_socket() {
        let sockets = RequestSocket::bind("127.9.6.2:0".parse().expect("an address"), 4).expect("free");
        let address = sockets[0].address().expect("bound");
        let mut heard = [0; 4];
        for _ in 0..64 {
            let client = UdpSocket::bind("127.9.6.3:0").expect("a port");
            let mut at = [0; 4];
            for _ in 0..3 {
                client.send_to(b"?", address).expect("sent");
                for (socket, count) in sockets.iter().zip(&mut at) {
                    *count += i32::from(socket.receive(&mut [0; 10], 0).is_ok());
                }
            }
            assert_eq!(at.iter().filter(|count| **count == 3).count(), 1, "{at:?}");
            at.iter().zip(&mut heard).for_each(|(at, heard)| *heard += at);
        }
        assert!(heard.iter().all(|count| *count > 0), "{heard:?}");
    }
}
