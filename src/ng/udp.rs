//! ng over UDP: a few threads for each address, each of which takes a message, has it answered, and sends.

mod socket;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tandem_shards::io::Callers;

use self::socket::Socket;
use super::exchange::NgState;
use crate::node::now;
use crate::origin::{ListenerKind, ListenerName, Origin, Peer, Rights};

/// The longest datagram that can come.
const DATAGRAM_BYTES_MAX: usize = 65_535;
/// The longest that can be sent over IPv4: less by the headers of IP and UDP.
const REPLY_BYTES_MAX: usize = DATAGRAM_BYTES_MAX - 20 - 8;
/// How often a thread that has to end is reminded of it.
const REMINDER: Duration = Duration::from_millis(50);

/// The threads of one address.
#[derive(Debug)]
pub struct UdpFront {
    socket: Arc<Socket>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl UdpFront {
    /// Binds an address and starts its threads.
    ///
    /// # Errors
    /// What the system says about the address.
    #[expect(clippy::disallowed_methods, reason = "the thread loops start here")]
    pub fn start(
        address: SocketAddr,
        threads: u16,
        rights: Rights,
        state: &Arc<NgState>,
        callers: &Callers,
    ) -> io::Result<UdpFront> {
        let socket = Arc::new(Socket::bind(address)?);
        let stop = Arc::new(AtomicBool::new(false));
        let mut front =
            UdpFront { socket: Arc::clone(&socket), stop: Arc::clone(&stop), threads: Vec::new() };
        let listener = Arc::new(ListenerName { kind: ListenerKind::Ng, place: address.to_string() });
        for number in 0..threads {
            let origin = Origin { listener: Arc::clone(&listener), peer: Peer::Unknown, rights };
            let (socket, state, mut callers) = (Arc::clone(&socket), Arc::clone(state), callers.clone());
            let stop = Arc::clone(&stop);
            let thread = std::thread::Builder::new()
                .name(format!("ng-{number}"))
                .spawn(move || serve(&socket, origin, &state, &mut callers, &stop))?;
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
        for thread in self.threads {
            while !thread.is_finished() {
                if let Err(error) = self.socket.wake() {
                    log::error!("an ng thread cannot be woken: {error}");
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

fn serve(socket: &Socket, mut origin: Origin, state: &NgState, callers: &mut Callers, stop: &AtomicBool) {
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
    while !stop.load(Ordering::Acquire) {
        let received = match socket.receive(&mut buffer) {
            Ok(received) => received,
            // A proxy that has gone away shows as an error of a later receive.
            Err(_) => {
                state.counters.socket_errors.add(1);
                continue;
            }
        };
        let message = &buffer[..received.length];
        origin.peer = Peer::Address(received.source);
        let Some(reply) = state.serve(callers, now(), message, &origin) else {
            continue;
        };
        let sent = if reply.len() > REPLY_BYTES_MAX {
            socket.answer(&received, &state.too_long(now(), message, &origin))
        } else {
            socket.answer(&received, &reply)
        };
        if sent.is_err() {
            state.counters.socket_errors.add(1);
        }
    }
}
