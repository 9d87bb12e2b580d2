//! UDP sockets as a relay wants them.
//!
//! They stay in blocking mode: on a non-blocking descriptor io_uring fails a receive at once instead of
//! waiting for the next datagram. No `SO_REUSEADDR`: a port that somebody else has must be refused.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, RawFd};

use socket2::{Domain, Protocol, Type};

use super::sys;
use crate::limits;
use crate::output::OpenError;

/// The kernel doubles it: 256 KiB, some 200 packets of 20 ms or four seconds of one stream. Late voice is
/// worthless, so more would only hide an overload.
const RECEIVE_BYTES: usize = 128 * 1024;
/// The kernel doubles it. What does not fit is dropped by name instead of being sent late.
const SEND_BYTES: usize = 128 * 1024;

/// A bound UDP socket.
#[derive(Debug)]
pub(super) struct Socket {
    inner: socket2::Socket,
    is_ip4: bool,
}

impl Socket {
    /// Binds a socket. The address need not be on this host yet: a standby holds the ports of an address
    /// that moves to it later.
    pub(super) fn bind(local: SocketAddr, tos: Option<u8>) -> Result<Socket, OpenError> {
        Socket::try_bind(local, tos).map_err(|error| {
            let reason = classify(&error);
            if reason != OpenError::InUse {
                log::warn!("cannot open {local}/udp: {error}");
            }
            reason
        })
    }

    fn try_bind(local: SocketAddr, tos: Option<u8>) -> io::Result<Socket> {
        let inner = socket2::Socket::new(Domain::for_address(local), Type::DGRAM, Some(Protocol::UDP))?;
        // The kernel hands out the lowest number that is free, so the last ones stay free for operators.
        let end = limits::media_descriptors(sys::descriptors_max());
        if u64::try_from(inner.as_raw_fd()).is_ok_and(|number| number >= end) {
            return Err(io::Error::from_raw_os_error(libc::EMFILE));
        }
        let socket = Socket { inner, is_ip4: local.is_ipv4() };
        if socket.is_ip4 {
            socket.inner.set_freebind_v4(true)?;
        } else {
            socket.inner.set_freebind_v6(true)?;
            socket.inner.set_only_v6(true)?;
        }
        socket.inner.set_recv_buffer_size(RECEIVE_BYTES)?;
        socket.inner.set_send_buffer_size(SEND_BYTES)?;
        if let Some(tos) = tos {
            socket.mark(tos)?;
        }
        socket.inner.bind(&local.into())?;
        Ok(socket)
    }

    /// Sets the DSCP byte of what is sent from now on.
    pub(super) fn mark(&self, tos: u8) -> io::Result<()> {
        if self.is_ip4 {
            self.inner.set_tos_v4(u32::from(tos))
        } else {
            self.inner.set_tclass_v6(u32::from(tos))
        }
    }

    /// Sends at once or not at all.
    pub(super) fn send(&self, payload: &[u8], to: SocketAddr) -> io::Result<()> {
        self.inner.send_to_with_flags(payload, &to.into(), libc::MSG_DONTWAIT)?;
        Ok(())
    }

    /// Its descriptor, good as long as the socket lives.
    pub(super) fn descriptor(&self) -> RawFd {
        self.inner.as_raw_fd()
    }
}

/// Meaning of an error of opening for the choice of a port.
fn classify(error: &io::Error) -> OpenError {
    match error.raw_os_error() {
        // A privileged port is not ours either: another port may do.
        Some(libc::EADDRINUSE | libc::EACCES) => OpenError::InUse,
        Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM) => OpenError::Exhausted,
        _ => OpenError::NoAddress,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_taken_port_is_refused_and_free_again_when_dropped() {
        for ip in ["127.9.1.1:40000", "[::1]:40000"] {
            let socket = Socket::bind(local(ip), None).expect("a free port");
            assert_eq!(Socket::bind(local(ip), None).err(), Some(OpenError::InUse), "{ip}");
            drop(socket);
            Socket::bind(local(ip), None).expect("free again");
        }
    }

    #[test]
    fn an_address_of_another_host_can_be_held() {
        Socket::bind(local("192.0.2.77:40000"), Some(0xb8)).expect("IP_FREEBIND");
        Socket::bind(local("[2001:db8::77]:40000"), Some(0xb8)).expect("IPV6_FREEBIND");
    }

    #[test]
    fn the_mark_is_what_was_asked_for() {
        let socket = Socket::bind(local("127.9.1.2:40000"), Some(0xb8)).expect("a socket");
        assert_eq!(socket.inner.tos_v4().expect("a mark"), 0xb8);
        socket.mark(0x20).expect("a mark");
        assert_eq!(socket.inner.tos_v4().expect("a mark"), 0x20);
        let socket = Socket::bind(local("[::1]:40002"), Some(0xb8)).expect("a socket");
        assert_eq!(socket.inner.tclass_v6().expect("a mark"), 0xb8);
    }

    #[test]
    fn errors_have_a_meaning() {
        for (errno, meaning) in [
            (libc::EADDRINUSE, OpenError::InUse),
            (libc::EACCES, OpenError::InUse),
            (libc::EMFILE, OpenError::Exhausted),
            (libc::ENOMEM, OpenError::Exhausted),
            (libc::EADDRNOTAVAIL, OpenError::NoAddress),
            (libc::EAFNOSUPPORT, OpenError::NoAddress),
        ] {
            assert_eq!(classify(&io::Error::from_raw_os_error(errno)), meaning, "{errno}");
        }
    }
}
