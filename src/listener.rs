//! Listeners: the one accept loop behind every stream socket, TCP or unix.
//!
//! # The model
//!
//! An [`Acceptor`] is a thread that accepts, and a thread for each connection that runs what [`Serve`] says.
//! Connections wait in blocking reads for as long as they like and cost nothing meanwhile; the end wakes them
//! by shutting their sockets down.
//!
//! A new connection is always let in. Where as many are open as may be, the one whose last request is the longest
//! ago makes room for it: bytes that are no whole request yet do not count, nor does waiting for a peer that does
//! not read, so that nobody can hold a place by doing little. A connection whose request is at work makes room
//! only if all are.
//!
//! Invariants: at most so many connections are open, and at most twice as many threads: those that have made room
//! end as soon as they see it. A write that is not done within [`connection::WRITE_PATIENCE`] fails. The end waits
//! [`END_PATIENCE`] for requests at work, and no longer.

use std::collections::BTreeMap;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::sys::socket::{getsockopt, sockopt};
use socket2::{Domain, Protocol, Socket, Type};

use crate::ng::counters::Count;
use crate::node::now;
use crate::origin::{ListenerKind, ListenerName, Origin, Peer, Rights};
use crate::request_log::{About, RequestLog};

mod connection;

pub use connection::Connection;
use connection::Stream;

/// Longest wait at the end for requests at work: longer than a shard may take to answer.
pub const END_PATIENCE: Duration = Duration::from_secs(3);
/// Connections that may wait to be accepted. One that finds no room here tries again after a second at best.
const BACKLOG: i32 = 4096;
/// Longest wait of a new connection for the end of the threads of those that have made room.
const ROOM_PATIENCE: Duration = Duration::from_millis(500);

/// A socket that listens.
#[derive(Debug)]
pub enum Listener {
    /// At an address.
    Tcp(TcpListener),
    /// At a path, which is removed at the end.
    Unix(UnixListener, PathBuf),
}

impl Listener {
    /// Binds an address.
    ///
    /// # Errors
    /// What the system says about it.
    pub fn tcp(address: SocketAddr) -> io::Result<Listener> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        // The address is free again at once, whatever connections of before linger.
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Ok(Listener::Tcp(socket.into()))
    }

    /// Address of the listener, in words.
    pub fn place(&self) -> String {
        match self {
            Listener::Tcp(listener) => {
                listener.local_addr().map(|a| a.to_string()).unwrap_or_else(|_| "?".to_owned())
            }
            Listener::Unix(_, path) => path.display().to_string(),
        }
    }

    fn accept(&self) -> io::Result<(Stream, Peer)> {
        match self {
            Listener::Tcp(listener) => {
                listener.accept().map(|(stream, peer)| (Stream::Tcp(stream), Peer::Address(peer)))
            }
            Listener::Unix(listener, _) => listener.accept().map(|(stream, _)| {
                let peer = getsockopt(&stream, sockopt::PeerCredentials).map_or(Peer::Unknown, |process| {
                    Peer::Process { uid: process.uid(), pid: process.pid() }
                });
                (Stream::Unix(stream), peer)
            }),
        }
    }

    /// Shutting down a listening socket wakes the thread that accepts on it.
    fn shut_down(&self) -> io::Result<()> {
        match self {
            Listener::Tcp(listener) => socket2::SockRef::from(listener).shutdown(Shutdown::Both),
            Listener::Unix(listener, path) => {
                let _ = std::fs::remove_file(path);
                socket2::SockRef::from(listener).shutdown(Shutdown::Both)
            }
        }
    }
}

/// Service for the connections of a listener.
pub trait Serve: Send + Sync + 'static {
    /// Serves one until it ends; runs on the connection's own thread. What answers a request does so under
    /// [`Connection::at_work`].
    fn serve(&self, connection: &Connection);

    /// Log of refused requests.
    fn requests(&self) -> &RequestLog;
}

/// Counts of the connections of all listeners.
#[derive(Debug, Default)]
pub struct ListenerCounters([ConnectionCounters; ListenerKind::STREAMS.len()]);

/// Counts of the connections of one kind of listener.
#[derive(Debug, Default)]
pub struct ConnectionCounters {
    /// Let in.
    pub accepted: Count,
    /// Ended to make room for a new one.
    pub evicted: Count,
    /// Closed at once: too many of those that had made room had not ended yet, or there was no thread.
    pub refused: Count,
}

impl ListenerCounters {
    /// Counts of a kind that takes connections.
    pub fn of(&self, kind: ListenerKind) -> &ConnectionCounters {
        let at = ListenerKind::STREAMS.iter().position(|stream| *stream == kind);
        &self.0[at.expect("a kind that takes connections")]
    }
}

/// Kind of a listener, and what it grants.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Its kind.
    pub kind: ListenerKind,
    /// Rights of its peers.
    pub rights: Rights,
    /// Connections that may be open.
    pub connections_max: usize,
    /// Counts of connections.
    pub counters: Arc<ListenerCounters>,
}

/// A listener at work.
#[derive(Debug)]
pub struct Acceptor {
    listener: Arc<Listener>,
    open: Arc<Open>,
    thread: JoinHandle<()>,
}

impl Acceptor {
    /// Starts to accept; `name` is that of the threads and in the log.
    ///
    /// # Errors
    /// No thread can be started.
    #[expect(clippy::disallowed_methods, reason = "the thread loop starts here")]
    pub fn start(
        listener: Listener,
        name: &'static str,
        terms: Terms,
        serve: impl Serve,
    ) -> io::Result<Acceptor> {
        let listener_name = Arc::new(ListenerName { kind: terms.kind, place: listener.place() });
        let listener = Arc::new(listener);
        let open = Arc::new(Open::default());
        let entrance = Entrance {
            listener: Arc::clone(&listener),
            listener_name,
            name,
            terms,
            serve: Arc::new(serve),
            open: Arc::clone(&open),
        };
        let work = move || entrance.accept();
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work)?;
        Ok(Acceptor { listener, open, thread })
    }

    /// The address, if it listens at one.
    #[cfg(test)]
    pub fn address(&self) -> Option<SocketAddr> {
        match &*self.listener {
            Listener::Tcp(listener) => listener.local_addr().ok(),
            Listener::Unix(..) => None,
        }
    }

    /// Ends it: nothing is accepted any more, requests at work are answered, all connections are closed.
    pub fn stop(self) {
        self.open.closing.store(true, Ordering::Release);
        if self.listener.shut_down().is_ok() && self.thread.join().is_err() {
            log::error!("a thread that accepts had ended early");
        }
        self.open.close();
    }
}

/// State of the thread that accepts connections.
struct Entrance<S> {
    listener: Arc<Listener>,
    listener_name: Arc<ListenerName>,
    name: &'static str,
    terms: Terms,
    serve: Arc<S>,
    open: Arc<Open>,
}

impl<S: Serve> Entrance<S> {
    fn accept(&self) {
        while !self.open.is_closing() {
            match self.listener.accept() {
                Ok((stream, peer)) => self.begin(stream, peer),
                Err(_) if self.open.is_closing() => return,
                Err(error) => {
                    log::warn!("{}: cannot accept a connection: {error}", self.name);
                    // Out of descriptors, most likely, of which a connection has one.
                    if self.open.evict() {
                        self.counters().evicted.add(1);
                    }
                    pause();
                }
            }
        }
    }

    fn counters(&self) -> &ConnectionCounters {
        self.terms.counters.of(self.terms.kind)
    }

    #[expect(clippy::disallowed_methods, reason = "each connection is a thread")]
    fn begin(&self, stream: Stream, peer: Peer) {
        let origin = Origin { listener: Arc::clone(&self.listener_name), peer, rights: self.terms.rights };
        let connection = Arc::new(Connection::new(stream, origin, Arc::clone(&self.open)));
        let counters = self.counters();
        let Some((place, evicted)) = self.open.add(&connection, self.terms.connections_max) else {
            return self.refuse(connection.origin(), "those that made room have not ended yet");
        };
        counters.accepted.add(1);
        counters.evicted.add(u64::from(evicted));
        let (serve, name) = (Arc::clone(&self.serve), self.name);
        let origin = connection.origin().clone();
        let work = move || {
            let _place = place;
            match connection.prepare() {
                Ok(()) => serve.serve(&connection),
                Err(error) => log::debug!("{name}: {error}"),
            }
        };
        // The thread, or this call if there is none, gives the place back.
        if let Err(error) = std::thread::Builder::new().name(format!("{name}-peer")).spawn(work) {
            self.refuse(&origin, &format!("cannot start a thread: {error}"));
        }
    }

    fn refuse(&self, origin: &Origin, detail: &str) {
        self.counters().refused.add(1);
        let about = About { protocol: self.terms.kind.protocol(), call_id: None, origin, command: b"" };
        self.serve.requests().refused(now(), &about, "too many connections", Some(detail));
    }
}

/// To try again at once would only burn a core.
#[expect(clippy::disallowed_methods, reason = "a thread loop that has nothing else to do")]
fn pause() {
    std::thread::sleep(Duration::from_millis(100));
}

/// The connections that are open.
#[derive(Debug, Default)]
struct Open {
    closing: AtomicBool,
    /// Counts requests: what a connection notes of it tells how long ago its last one was.
    requests: AtomicU64,
    connections: Mutex<Connections>,
    fewer: Condvar,
}

#[derive(Debug, Default)]
struct Connections {
    last: u64,
    list: BTreeMap<u64, Arc<Connection>>,
    /// Threads of connections, also of those that are in the list no more.
    threads: usize,
}

impl Connections {
    /// Ends the connection that has been without a request for the longest time.
    fn evict(&mut self) -> bool {
        let longest = self.list.iter().min_by_key(|(_, connection)| connection.merit());
        let Some(evicted) = longest.map(|(number, _)| *number).and_then(|number| self.list.remove(&number))
        else {
            return false;
        };
        evicted.end();
        true
    }
}

impl Open {
    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// A place for a connection, and whether another made room for it.
    fn add(self: &Arc<Self>, connection: &Arc<Connection>, max: usize) -> Option<(Place, bool)> {
        let (mut connections, waited) = self
            .fewer
            .wait_timeout_while(self.connections(), ROOM_PATIENCE, |connections| {
                connections.threads >= 2 * max
            })
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return None;
        }
        let evicted = connections.list.len() >= max && connections.evict();
        connections.last += 1;
        connections.threads += 1;
        let number = connections.last;
        connections.list.insert(number, Arc::clone(connection));
        Some((Place { open: Arc::clone(self), number }, evicted))
    }

    fn evict(&self) -> bool {
        self.connections().evict()
    }

    fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    fn close(&self) {
        let connections = self.connections();
        // Reading ends first, so that answers at work still go out.
        connections.list.values().for_each(|connection| connection.shut_down(Shutdown::Read));
        let (connections, waited) = self
            .fewer
            .wait_timeout_while(connections, END_PATIENCE, |connections| connections.threads > 0)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            connections.list.values().for_each(|connection| connection.shut_down(Shutdown::Both));
        }
    }
}

/// A connection's place among those that are open, given back when its thread ends, however it ends.
struct Place {
    open: Arc<Open>,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut connections = self.open.connections();
        let ended = connections.list.remove(&self.number);
        connections.threads -= 1;
        drop(connections);
        drop(ended);
        self.open.fewer.notify_all();
    }
}

/// The reason that an address cannot be listened at, with what to do about it.
pub fn cannot_listen(key: &str, address: &SocketAddr, error: &io::Error) -> String {
    let hint = match error.kind() {
        io::ErrorKind::AddrInUse => "; another process has it (see `ss -lnp`)",
        io::ErrorKind::AddrNotAvailable => "; it is not an address of this host",
        io::ErrorKind::PermissionDenied => "; ports below 1024 need CAP_NET_BIND_SERVICE",
        _ => "",
    };
    format!("{key}: cannot listen at {address}: {error}{hint}")
}

#[cfg(test)]
mod tests;
