//! Listeners: the one accept loop behind every stream socket, TCP or unix.
//!
//! # The model
//!
//! An [`Acceptor`] is a thread that accepts, and a thread for each connection that runs what [`Serve`] says.
//! Connections wait in blocking reads for as long as they like and cost nothing meanwhile; the end wakes them
//! by shutting their sockets down.
//!
//! Invariants: at most so many connections are open, one more is closed at once and told to
//! [`Serve::refused`]. A write that is not done within [`WRITE_PATIENCE`] fails, so that a peer that does
//! not read holds its place for a bounded time. The end waits [`END_PATIENCE`] for requests at work, and no
//! longer.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a write may take.
pub const WRITE_PATIENCE: Duration = Duration::from_secs(10);
/// How long the end waits for requests at work: longer than a shard may take to answer.
pub const END_PATIENCE: Duration = Duration::from_secs(3);
/// A peer that is gone without a word is noticed after about two minutes.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(60), Duration::from_secs(15), 4);
/// How often what a peer still sends after its last answer is read, [`LAST_BYTES`] at most each time:
/// enough for a message or a body that was refused for its length.
const LAST_READS: usize = 128;
/// See [`LAST_READS`].
const LAST_BYTES: usize = 16 * 1024;

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
        TcpListener::bind(address).map(Listener::Tcp)
    }

    /// Where it is bound, in words.
    pub fn place(&self) -> String {
        match self {
            Listener::Tcp(listener) => {
                listener.local_addr().map(|a| a.to_string()).unwrap_or_else(|_| "?".to_owned())
            }
            Listener::Unix(_, path) => path.display().to_string(),
        }
    }

    fn accept(&self) -> io::Result<(Stream, Option<SocketAddr>)> {
        match self {
            Listener::Tcp(listener) => {
                listener.accept().map(|(stream, peer)| (Stream::Tcp(stream), Some(peer)))
            }
            Listener::Unix(listener, _) => listener.accept().map(|(stream, _)| (Stream::Unix(stream), None)),
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

/// What is done with connections.
pub trait Serve: Send + Sync + 'static {
    /// Serves one until it ends; runs on the connection's own thread.
    fn serve(&self, connection: &Connection);

    /// One was closed because too many are open.
    fn refused(&self);
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
        connections_max: usize,
        serve: impl Serve,
    ) -> io::Result<Acceptor> {
        let listener = Arc::new(listener);
        let open = Arc::new(Open::default());
        let (of_thread, told) = (Arc::clone(&listener), Arc::clone(&open));
        let work = move || accept(&of_thread, name, connections_max, &Arc::new(serve), &told);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work)?;
        Ok(Acceptor { listener, open, thread })
    }

    /// The address, if it listens at one.
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

fn accept<S: Serve>(listener: &Listener, name: &'static str, max: usize, serve: &Arc<S>, open: &Arc<Open>) {
    while !open.closing.load(Ordering::Acquire) {
        match listener.accept() {
            Ok((stream, peer)) => begin(stream, peer, name, max, serve, open),
            Err(_) if open.closing.load(Ordering::Acquire) => return,
            Err(error) => {
                log::warn!("{name}: cannot accept a connection: {error}");
                pause();
            }
        }
    }
}

/// Out of descriptors, most likely: to try again at once would only burn a core.
#[expect(clippy::disallowed_methods, reason = "a thread loop that has nothing else to do")]
fn pause() {
    std::thread::sleep(Duration::from_millis(100));
}

#[expect(clippy::disallowed_methods, reason = "each connection is a thread")]
fn begin<S: Serve>(
    stream: Stream,
    peer: Option<SocketAddr>,
    name: &'static str,
    max: usize,
    serve: &Arc<S>,
    open: &Arc<Open>,
) {
    let connection = Arc::new(Connection { stream, peer, open: Arc::clone(open) });
    let Some(number) = open.add(&connection, max) else {
        serve.refused();
        return;
    };
    let place = Place { open: Arc::clone(open), number };
    let serve = Arc::clone(serve);
    let work = move || {
        let _place = place;
        match connection.prepare() {
            Ok(()) => serve.serve(&connection),
            Err(error) => log::debug!("{name}: {error}"),
        }
    };
    // The thread, or this call if there is none, gives the place back.
    if let Err(error) = std::thread::Builder::new().name(format!("{name}-peer")).spawn(work) {
        log::warn!("{name}: cannot start a thread: {error}");
    }
}

/// The connections that are open.
#[derive(Debug, Default)]
struct Open {
    closing: AtomicBool,
    connections: Mutex<Connections>,
    fewer: Condvar,
}

#[derive(Debug, Default)]
struct Connections {
    last: u64,
    list: BTreeMap<u64, Arc<Connection>>,
}

impl Open {
    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, connection: &Arc<Connection>, max: usize) -> Option<u64> {
        let mut connections = self.connections();
        if connections.list.len() >= max {
            return None;
        }
        connections.last += 1;
        let number = connections.last;
        connections.list.insert(number, Arc::clone(connection));
        Some(number)
    }

    fn close(&self) {
        let connections = self.connections();
        // Reading ends first, so that answers at work still go out.
        connections.list.values().for_each(|connection| connection.shut_down(Shutdown::Read));
        let (connections, waited) = self
            .fewer
            .wait_timeout_while(connections, END_PATIENCE, |connections| !connections.list.is_empty())
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
        let ended = self.open.connections().list.remove(&self.number);
        drop(ended);
        self.open.fewer.notify_all();
    }
}

#[derive(Debug)]
enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// One connection.
pub struct Connection {
    stream: Stream,
    peer: Option<SocketAddr>,
    open: Arc<Open>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("stream", &self.stream).field("peer", &self.peer).finish()
    }
}

impl Connection {
    /// Who is at the other end. A peer of a unix socket has no address and shows as `0.0.0.0:0`.
    pub fn peer(&self) -> SocketAddr {
        self.peer.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)))
    }

    /// Whether the listener ends: what has been asked is answered, nothing more is read.
    pub fn is_closing(&self) -> bool {
        self.open.closing.load(Ordering::Acquire)
    }

    /// How long one read waits; `None` is for ever.
    ///
    /// # Errors
    /// The system refuses the option.
    pub fn set_read_patience(&self, patience: Option<Duration>) -> io::Result<()> {
        // Zero would mean for ever.
        let patience = patience.map(|patience| patience.max(Duration::from_millis(1)));
        self.with_socket(|socket| socket.set_read_timeout(patience))
    }

    /// Closes without losing the last answer: what the peer has sent besides must be read first, or the
    /// kernel resets the connection and the peer may never see the answer.
    pub fn finish(&self) {
        self.shut_down(Shutdown::Write);
        if self.set_read_patience(Some(Duration::from_millis(200))).is_err() {
            return;
        }
        let (mut stream, mut rest) = (self, [0; LAST_BYTES]);
        for _ in 0..LAST_READS {
            match stream.read(&mut rest) {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
    }

    fn prepare(&self) -> io::Result<()> {
        self.with_socket(|socket| socket.set_write_timeout(Some(WRITE_PATIENCE)))?;
        if let Stream::Tcp(stream) = &self.stream {
            // Answers are written whole: nothing is gained by waiting for more.
            stream.set_nodelay(true)?;
            let (idle, interval, retries) = KEEPALIVE;
            let keepalive = socket2::TcpKeepalive::new().with_time(idle).with_interval(interval);
            socket2::SockRef::from(stream).set_tcp_keepalive(&keepalive.with_retries(retries))?;
        }
        Ok(())
    }

    fn shut_down(&self, how: Shutdown) {
        // A peer that is gone already has been shut down by the system.
        let _ = self.with_socket(|socket| socket.shutdown(how));
    }

    fn with_socket<T>(&self, act: impl FnOnce(&socket2::Socket) -> T) -> T {
        let socket = match &self.stream {
            Stream::Tcp(stream) => stream.as_fd(),
            Stream::Unix(stream) => stream.as_fd(),
        };
        act(&socket2::SockRef::from(&socket))
    }
}

impl Read for &Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &self.stream {
            Stream::Tcp(stream) => (&mut &*stream).read(buffer),
            Stream::Unix(stream) => (&mut &*stream).read(buffer),
        }
    }
}

impl Write for &Connection {
    /// Writes everything or fails: a blocking write that comes back with less has run out of patience, and
    /// the peer must not get another round for every few bytes that it reads.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &self.stream {
            Stream::Tcp(stream) => (&mut &*stream).write(bytes),
            Stream::Unix(stream) => (&mut &*stream).write(bytes),
        };
        match written {
            Ok(length) if length < bytes.len() => Err(ErrorKind::TimedOut.into()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// Sends back what comes, and counts who was turned away.
    struct Echo(Arc<AtomicUsize>);

    impl Serve for Echo {
        fn serve(&self, mut connection: &Connection) {
            let mut buffer = [0; 64];
            while let Ok(length @ 1..) = connection.read(&mut buffer) {
                if connection.write_all(&buffer[..length]).is_err() {
                    return;
                }
            }
        }

        fn refused(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn greet(stream: &mut TcpStream) -> io::Result<usize> {
        stream.write_all(b"hello")?;
        stream.read(&mut [0; 8])
    }

    #[test]
    fn a_write_is_whole_or_fails() {
        let (near, far) = UnixStream::pair().expect("two sockets");
        let stream = Stream::Unix(near);
        let mut connection = &Connection { stream, peer: None, open: Arc::default() };
        let patience = Some(Duration::from_millis(1));
        connection.with_socket(|socket| socket.set_write_timeout(patience)).expect("an option");
        // More than the buffers of a socket take, to a peer that does not read.
        let failed = connection.write_all(&vec![0; 16 << 20]).expect_err("nobody reads");
        assert_eq!(failed.kind(), ErrorKind::TimedOut);
        drop(far);
    }

    #[test]
    fn one_too_many_is_closed_at_once_and_the_end_closes_the_idle() {
        let refused = Arc::new(AtomicUsize::new(0));
        let listener = Listener::tcp("127.0.0.1:0".parse().expect("an address")).expect("free");
        let acceptor = Acceptor::start(listener, "test", 2, Echo(Arc::clone(&refused))).expect("a thread");
        let address = acceptor.address().expect("TCP");
        let connect = || TcpStream::connect(address).expect("listening");
        let (mut one, mut two) = (connect(), connect());
        assert_eq!(greet(&mut one).expect("served"), 5);
        assert_eq!(greet(&mut two).expect("served"), 5);
        let mut three = connect();
        // Either the end or a reset, depending on who is first.
        assert!(matches!(three.read(&mut [0; 8]), Ok(0) | Err(_)));
        assert_eq!(refused.load(Ordering::Relaxed), 1);
        acceptor.stop();
        assert_eq!(one.read(&mut [0; 8]).expect("closed in order"), 0);
        TcpListener::bind(address).expect("free again");
    }
}
