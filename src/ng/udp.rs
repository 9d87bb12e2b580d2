//! ng over UDP: a few threads for each address, each of which takes a message, has it answered, and sends.
//!
//! The reply leaves from the address that the request came to, since each socket is bound to one.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tandem_shards::io::Callers;

use super::exchange::NgState;
use crate::ctl::now;

/// The longest datagram there is.
const DATAGRAM_BYTES_MAX: usize = 65_535;
/// How often a thread looks whether it has to end.
const STOP_CHECK: Duration = Duration::from_millis(200);
/// Requests that wait while all threads are busy.
const RECEIVE_BUFFER_BYTES: usize = 4 << 20;

/// The threads of one address.
#[derive(Debug)]
pub struct UdpFront {
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
        socket.set_read_timeout(Some(STOP_CHECK))?;
        // Best effort: the system's ceiling holds.
        let _ = socket2::SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER_BYTES);
        let stop = Arc::new(AtomicBool::new(false));
        let socket = Arc::new(socket);
        let mut front = UdpFront { stop: Arc::clone(&stop), threads: Vec::new() };
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
    pub fn stop(self) {
        self.stop.store(true, Ordering::Release);
        for thread in self.threads {
            if thread.join().is_err() {
                log::error!("an ng thread had ended early");
            }
        }
    }
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
