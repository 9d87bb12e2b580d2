//! A UDP socket that answers from the address it was asked at.
//!
//! A socket that is bound to one address does so by itself. One that is bound to all of them (`0.0.0.0`,
//! `::`) would send from whatever address the route has, and a proxy that connected its socket would never
//! see the reply: there the kernel is asked where a datagram went to (IP_PKTINFO, RFC 3542 section 6.2), and
//! told to send the reply from there.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;

use nix::libc;
use nix::sys::socket::sockopt::{Ipv4PacketInfo, Ipv6RecvPacketInfo};
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, sendmsg, setsockopt,
};

/// Requests that wait while all threads are busy.
const RECEIVE_BUFFER_BYTES: usize = 4 << 20;

/// The socket of one listening address.
#[derive(Debug)]
pub struct Socket {
    socket: UdpSocket,
    /// Bound to all addresses.
    wildcard: bool,
}

/// A datagram that was received.
#[derive(Clone, Copy, Debug)]
pub struct Received {
    /// How long it is.
    pub length: usize,
    /// Who sent it.
    pub source: SocketAddr,
    /// The address it was sent to, where the socket is bound to all.
    here: Option<Here>,
}

/// One of this host's addresses, as the kernel names it.
#[derive(Clone, Copy, Debug)]
enum Here {
    V4(libc::in_addr),
    V6(libc::in6_addr),
}

impl Socket {
    /// Binds an address.
    ///
    /// # Errors
    /// What the system says about the address.
    pub fn bind(address: SocketAddr) -> io::Result<Socket> {
        let socket = UdpSocket::bind(address)?;
        // Best effort: the system's ceiling holds.
        let _ = socket2::SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER_BYTES);
        let wildcard = address.ip().is_unspecified();
        match address.ip() {
            IpAddr::V4(_) if wildcard => setsockopt(&socket, Ipv4PacketInfo, &true)?,
            IpAddr::V6(_) if wildcard => setsockopt(&socket, Ipv6RecvPacketInfo, &true)?,
            _ => {}
        }
        Ok(Socket { socket, wildcard })
    }

    /// Wakes one thread that waits for a datagram, by an empty one.
    ///
    /// # Errors
    /// What the system says.
    pub fn wake(&self) -> io::Result<()> {
        let mut here = self.socket.local_addr()?;
        if self.wildcard {
            here.set_ip(match here {
                SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        self.socket.send_to(&[], here).map(drop)
    }

    /// Receives a datagram.
    ///
    /// # Errors
    /// What the system says.
    pub fn receive(&self, buffer: &mut [u8]) -> io::Result<Received> {
        if !self.wildcard {
            let (length, source) = self.socket.recv_from(buffer)?;
            return Ok(Received { length, source, here: None });
        }
        let mut control = nix::cmsg_space!(libc::in6_pktinfo);
        let mut parts = [IoSliceMut::new(buffer)];
        let flags = MsgFlags::empty();
        let message =
            recvmsg::<SockaddrStorage>(self.socket.as_raw_fd(), &mut parts, Some(&mut control), flags)?;
        let here = message.cmsgs()?.find_map(|control| match control {
            ControlMessageOwned::Ipv4PacketInfo(info) => Some(Here::V4(info.ipi_addr)),
            ControlMessageOwned::Ipv6PacketInfo(info) => Some(Here::V6(info.ipi6_addr)),
            _ => None,
        });
        let source = message.address.as_ref().and_then(std_address);
        let source = source.ok_or_else(|| io::Error::other("a datagram without a source address"))?;
        Ok(Received { length: message.bytes, source, here })
    }

    /// Answers a datagram.
    ///
    /// # Errors
    /// What the system says.
    pub fn answer(&self, to: &Received, reply: &[u8]) -> io::Result<()> {
        let (fd, parts) = (self.socket.as_raw_fd(), [IoSlice::new(reply)]);
        let source = SockaddrStorage::from(to.source);
        match to.here {
            None => {
                self.socket.send_to(reply, to.source)?;
            }
            Some(Here::V4(address)) => {
                let none = libc::in_addr { s_addr: 0 };
                let info = libc::in_pktinfo { ipi_ifindex: 0, ipi_spec_dst: address, ipi_addr: none };
                let control = [ControlMessage::Ipv4PacketInfo(&info)];
                sendmsg(fd, &parts, &control, MsgFlags::empty(), Some(&source))?;
            }
            Some(Here::V6(address)) => {
                let info = libc::in6_pktinfo { ipi6_addr: address, ipi6_ifindex: 0 };
                let control = [ControlMessage::Ipv6PacketInfo(&info)];
                sendmsg(fd, &parts, &control, MsgFlags::empty(), Some(&source))?;
            }
        }
        Ok(())
    }
}

fn std_address(address: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = address.as_sockaddr_in().map(|address| SocketAddr::from(*address));
    v4.or_else(|| address.as_sockaddr_in6().map(|address| SocketAddr::from(*address)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_waiting_thread_is_woken() {
        for listen in ["127.0.0.1:0", "0.0.0.0:0"] {
            let socket = Socket::bind(listen.parse().expect("an address")).expect("bound");
            socket.wake().expect("sent");
            assert_eq!(socket.receive(&mut [0; 10]).expect("woken").length, 0, "{listen}");
        }
    }

    /// A connected client takes nothing but what comes from where it asked.
    #[test]
    fn replies_come_from_where_the_request_went_to() {
        let cases = [
            ("127.0.0.1:0", "127.0.0.1", "127.0.0.1:0"),
            ("0.0.0.0:0", "127.7.7.7", "127.0.0.1:0"),
            ("0.0.0.0:0", "127.0.0.1", "127.0.0.1:0"),
            ("[::]:0", "::1", "[::1]:0"),
            ("[::]:0", "127.7.7.7", "127.0.0.1:0"),
        ];
        let patience = Duration::from_secs(10);
        for (listen, asked, client) in cases {
            let server = match Socket::bind(listen.parse().expect("an address")) {
                Ok(server) => server,
                // A host without IPv6 has nothing to show here.
                Err(_) if listen.starts_with('[') => continue,
                Err(error) => panic!("{listen}: {error}"),
            };
            let port = server.socket.local_addr().expect("an address").port();
            let Ok(client) = UdpSocket::bind(client) else { continue };
            client.set_read_timeout(Some(patience)).expect("a timeout");
            let asked: IpAddr = asked.parse().expect("an address");
            client.connect((asked, port)).expect("a route on loopback");
            client.send(b"question").expect("sent");
            let mut buffer = [0; 100];
            let received = server.receive(&mut buffer).expect("a datagram");
            assert_eq!(&buffer[..received.length], b"question");
            server.answer(&received, b"answer").expect("sent");
            let length = client.recv(&mut buffer).expect("an answer");
            assert_eq!(&buffer[..length], b"answer", "{listen} asked at {asked}");
        }
    }
}
