//! One connection, as its thread sees it.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::Open;
use crate::origin::Origin;

/// Longest time that a write may take.
pub const WRITE_PATIENCE: Duration = Duration::from_secs(10);
/// A peer that is gone without a word is noticed after about two minutes.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(60), Duration::from_secs(15), 4);
/// Most reads of what a peer still sends after its last answer, of [`LAST_BYTES`] each: enough for a message or a body
/// that was refused for its length.
const LAST_READS: usize = 128;
/// See [`LAST_READS`].
const LAST_BYTES: usize = 16 * 1024;

#[derive(Debug)]
pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// One connection.
pub struct Connection {
    stream: Stream,
    origin: Origin,
    open: Arc<Open>,
    /// The count of requests when its last one began or was answered, or when it came.
    last_request: AtomicU64,
    at_work: AtomicBool,
    evicted: AtomicBool,
}

/// A request of a connection at work.
#[derive(Debug)]
pub struct AtWork<'a>(&'a Connection);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.at_work.store(false, Ordering::Relaxed);
        self.0.note_request();
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("stream", &self.stream).field("origin", &self.origin).finish()
    }
}

impl Connection {
    pub(super) fn new(stream: Stream, origin: Origin, open: Arc<Open>) -> Connection {
        let last_request = AtomicU64::new(open.next_request());
        let (at_work, evicted) = (AtomicBool::new(false), AtomicBool::new(false));
        Connection { stream, origin, open, last_request, at_work, evicted }
    }

    /// A connection that nobody listened for.
    pub(crate) fn of(stream: UnixStream, origin: Origin) -> Connection {
        Connection::new(Stream::Unix(stream), origin, Arc::default())
    }

    /// Origin of its requests.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// A whole request has come. While it is at work the connection keeps its place, but for the time in which
    /// it waits for the peer to read.
    pub fn at_work(&self) -> AtWork<'_> {
        self.note_request();
        self.at_work.store(true, Ordering::Relaxed);
        AtWork(self)
    }

    /// True if the listener ends, or others need the place: what has been asked is answered, nothing more is read.
    pub fn is_closing(&self) -> bool {
        self.open.is_closing() || self.evicted.load(Ordering::Acquire)
    }

    fn note_request(&self) {
        self.last_request.store(self.open.next_request(), Ordering::Relaxed);
    }

    /// Ends it, to make room for another.
    pub(super) fn end(&self) {
        self.evicted.store(true, Ordering::Release);
        // Wakes its thread from whatever it waits for, reading or writing.
        self.shut_down(Shutdown::Both);
    }

    /// The connection with the least makes room first.
    pub(super) fn merit(&self) -> (bool, u64) {
        (self.at_work.load(Ordering::Relaxed), self.last_request.load(Ordering::Relaxed))
    }

    /// Sets the longest wait of one read; `None` is for ever.
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

    pub(super) fn prepare(&self) -> io::Result<()> {
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

    pub(super) fn shut_down(&self, how: Shutdown) {
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
        let at_work = self.at_work.swap(false, Ordering::Relaxed);
        let written = match &self.stream {
            Stream::Tcp(stream) => (&mut &*stream).write(bytes),
            Stream::Unix(stream) => (&mut &*stream).write(bytes),
        };
        self.at_work.store(at_work, Ordering::Relaxed);
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
    use super::*;
    use crate::origin::tests::origin;
    use crate::origin::{ListenerKind, Rights};

    #[test]
    fn a_write_is_whole_or_fails() {
        let (near, far) = UnixStream::pair().expect("two sockets");
        let origin = origin(ListenerKind::Ctl, Rights::NONE);
        let mut connection = &Connection::new(Stream::Unix(near), origin, Arc::default());
        let patience = Some(Duration::from_millis(1));
        connection.with_socket(|socket| socket.set_write_timeout(patience)).expect("an option");
        // More than the buffers of a socket take, to a peer that does not read.
        let failed = connection.write_all(&vec![0; 16 << 20]).expect_err("nobody reads");
        assert_eq!(failed.kind(), ErrorKind::TimedOut);
        drop(far);
    }
}
