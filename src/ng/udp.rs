//! ng over UDP: a few threads for each address, each of which takes a message, has it answered, and sends.
//!
//! The reply leaves from the address that the request came to, since each socket is bound to one.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tandem_shards::io::Callers;

use super::exchange::NgState;
use crate::ctl::now;

/// The longest datagram there is.
const DATAGRAM_BYTES_MAX: usize = 65_535;
/// How often a thread that has to end is reminded of it.
const REMINDER: Duration = Duration::from_millis(50);
/// Requests that wait while all threads are busy.
const RECEIVE_BUFFER_BYTES: usize = 4 << 20;

/// The threads of one address.
#[derive(Debug)]
pub struct UdpFront {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl UdpFront {
    /// Binds an address and starts its threads.
    ///
    /// # Errors
    /// What the system says about the address.
    pub fn start(
        address: SocketAddr,
        threads: u16,
        state: &Arc<NgState>,
        callers: &Callers,
    ) -> io::Result<UdpFront> {
        let socket = UdpSocket::bind(address)?;
        // Best effort: the system's ceiling holds.
        let _ = socket2::SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER_BYTES);
        let stop = Arc::new(AtomicBool::new(false));
        let socket = Arc::new(socket);
        let address = socket.local_addr()?;
        let mut front = UdpFront { address, stop: Arc::clone(&stop), threads: Vec::new() };
        for number in 0..threads {
            let (socket, state, callers) = (Arc::clone(&socket), Arc::clone(state), callers.clone());
            let stop = Arc::clone(&stop);
            let thread = std::thread::Builder::new()
                .name(format!("ng-{number}"))
                .spawn(move || serve(&socket, &state, &callers, &stop))?;
            front.threads.push(thread);
        }
        Ok(front)
    }

    /// Ends the threads and closes the socket.
    ///
    /// A thread waits for a message without looking at the time, so that an idle node does nothing; it is woken
    /// by an empty one.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Release);
        let waker = UdpSocket::bind(SocketAddr::new(unspecified(self.address), 0));
        for thread in self.threads {
            while !thread.is_finished() {
                let woken =
                    waker.as_ref().is_ok_and(|waker| waker.send_to(&[], reachable(self.address)).is_ok());
                if !woken {
                    log::error!("an ng thread cannot be woken at {}", self.address);
                    break;
                }
                wait(REMINDER);
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the end of a thread is waited for")]
fn wait(time: Duration) {
    std::thread::sleep(time);
}

fn unspecified(address: SocketAddr) -> IpAddr {
    match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// An address by which this host reaches itself.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let loopback = match address {
            SocketAddr::V4(_) => IpAddr::from(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        address.set_ip(loopback);
    }
    address
}

fn serve(socket: &UdpSocket, state: &NgState, callers: &Callers, stop: &AtomicBool) {
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
    while !stop.load(Ordering::Acquire) {
        let (length, proxy) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                continue;
            }
            // A proxy that has gone away shows as an error of a later receive.
            Err(_) => {
                state.counters.socket_errors.add(1);
                continue;
            }
        };
        let reply = state.serve(&mut callers.take(), now(), &buffer[..length], proxy);
        let Some(reply) = reply else { continue };
        if reply.len() > DATAGRAM_BYTES_MAX - 28 {
            state.counters.replies_too_long.add(1);
        }
        if socket.send_to(&reply, proxy).is_err() {
            state.counters.socket_errors.add(1);
        }
    }
}
