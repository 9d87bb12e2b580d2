//! The two doors: TCP in rtpengine's line protocol, and the unix socket in JSON.
//!
//! Each connection is one line in, one answer out, and closed. A few connections at a time; each has a time
//! limit, so that a peer that says nothing does not hold a place for ever.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{Ctl, socket};
use crate::config::CtlSocket;

/// Connections that may be open at one door.
pub const CONNECTIONS_MAX: usize = 16;
/// Bytes of one line of the line protocol; rtpengine closes after as many.
pub const LINE_BYTES_MAX: usize = 1024;
/// Bytes of one JSON request.
pub const REQUEST_BYTES_MAX: usize = 64 * 1024;
/// How long a connection may take to say its line, and to take the answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A door that is open.
#[derive(Debug)]
pub struct Door {
    listener: Arc<Listener>,
    closing: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

#[derive(Debug)]
enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener, PathBuf),
}

/// A door that is bound, and not open yet.
#[derive(Debug)]
pub struct Bound(Listener);

impl Bound {
    /// Binds the line protocol.
    ///
    /// # Errors
    /// Why the address cannot be bound.
    pub fn tcp(address: SocketAddr) -> io::Result<Bound> {
        Ok(Bound(Listener::Tcp(TcpListener::bind(address)?)))
    }

    /// Binds the socket of `tandem ctl`; none if it is off.
    ///
    /// # Errors
    /// Why the path cannot be bound.
    pub fn unix(at: &CtlSocket) -> io::Result<Option<Bound>> {
        let (listener, path) = match at {
            CtlSocket::Off => return Ok(None),
            CtlSocket::Usual => socket::bind_usual()?,
            CtlSocket::At(path) => (socket::bind(path)?, path.clone()),
        };
        Ok(Some(Bound(Listener::Unix(listener, path))))
    }

    /// Where it is bound, in words.
    pub fn place(&self) -> String {
        match &self.0 {
            Listener::Tcp(listener) => {
                listener.local_addr().map(|a| a.to_string()).unwrap_or_else(|_| "?".to_owned())
            }
            Listener::Unix(_, path) => path.display().to_string(),
        }
    }

    /// Opens the door: a thread accepts connections.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn open(self, ctl: Ctl) -> io::Result<Door> {
        let listener = Arc::new(self.0);
        let closing = Arc::new(AtomicBool::new(false));
        let (of_thread, told) = (listener.clone(), closing.clone());
        let accept = move || accept(&of_thread, &ctl, &told);
        let thread = std::thread::Builder::new().name("ctl".to_owned()).spawn(accept)?;
        Ok(Door { listener, closing, thread })
    }
}

impl Door {
    /// Closes the door: no connection is accepted any more, and the address is free.
    pub fn close(self) {
        self.closing.store(true, Ordering::Relaxed);
        // Shutting down a listening socket wakes the thread that accepts on it.
        let woken = match &*self.listener {
            Listener::Tcp(listener) => socket2::SockRef::from(listener).shutdown(Shutdown::Both),
            Listener::Unix(listener, path) => {
                let _ = std::fs::remove_file(path);
                socket2::SockRef::from(listener).shutdown(Shutdown::Both)
            }
        };
        if woken.is_ok() && self.thread.join().is_err() {
            log::error!("the ctl thread had ended early");
        }
    }
}

fn accept(listener: &Listener, ctl: &Ctl, closing: &AtomicBool) {
    let open = Arc::new(AtomicUsize::new(0));
    while !closing.load(Ordering::Relaxed) {
        let accepted = match listener {
            Listener::Tcp(listener) => listener.accept().map(|(stream, _)| Stream::Tcp(stream)),
            Listener::Unix(listener, _) => listener.accept().map(|(stream, _)| Stream::Unix(stream)),
        };
        match accepted {
            Ok(stream) => serve(stream, ctl, &open),
            Err(_) if closing.load(Ordering::Relaxed) => return,
            Err(error) => {
                log::warn!("ctl: cannot accept a connection: {error}");
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

fn serve(stream: Stream, ctl: &Ctl, open: &Arc<AtomicUsize>) {
    if open.fetch_add(1, Ordering::Relaxed) >= CONNECTIONS_MAX {
        open.fetch_sub(1, Ordering::Relaxed);
        log::warn!("ctl: {CONNECTIONS_MAX} connections are open already, one more was closed");
        return;
    }
    let (ctl, of_thread) = (ctl.clone(), open.clone());
    let work = move || {
        if let Err(error) = converse(stream, &ctl) {
            log::debug!("ctl: {error}");
        }
        of_thread.fetch_sub(1, Ordering::Relaxed);
    };
    if let Err(error) = std::thread::Builder::new().name("ctl-peer".to_owned()).spawn(work) {
        open.fetch_sub(1, Ordering::Relaxed);
        log::warn!("ctl: cannot start a thread: {error}");
    }
}

fn converse(mut stream: Stream, ctl: &Ctl) -> io::Result<()> {
    let socket = match &stream {
        Stream::Tcp(stream) => stream.as_fd(),
        Stream::Unix(stream) => stream.as_fd(),
    };
    let socket = socket2::SockRef::from(&socket);
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    let answer = match &mut stream {
        Stream::Tcp(stream) => read_line(stream, LINE_BYTES_MAX)?.map(|line| ctl.run_bytes(&line)),
        Stream::Unix(stream) => {
            let line = read_line(stream, REQUEST_BYTES_MAX)?;
            line.map(|line| ctl.run_request(&String::from_utf8_lossy(&line)) + "\n")
        }
    };
    let Some(answer) = answer else { return Ok(()) };
    match stream {
        Stream::Tcp(mut stream) => {
            stream.write_all(answer.as_bytes())?;
            finish(stream)
        }
        Stream::Unix(mut stream) => stream.write_all(answer.as_bytes()),
    }
}

/// Closes without losing the answer: what the peer has sent besides its line must be read first, or the
/// kernel resets the connection and the peer may never see the answer.
fn finish(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    let mut rest = [0; 1024];
    for _ in 0..64 {
        match stream.read(&mut rest) {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
    }
    Ok(())
}

/// Reads the first line that is not empty, without its end. None if the peer closes before, or if the line
/// is too long.
fn read_line(stream: &mut impl Read, bytes_max: usize) -> io::Result<Option<Vec<u8>>> {
    let mut line: Vec<u8> = Vec::new();
    let mut part = [0; 1024];
    loop {
        let count = match stream.read(&mut part) {
            Ok(0) => return Ok(None),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        line.extend_from_slice(&part[..count]);
        while let Some(end) = line.iter().position(|b| *b == b'\n') {
            let rest = line.split_off(end + 1);
            line.truncate(end);
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            if !line.is_empty() {
                return Ok((line.len() <= bytes_max).then_some(line));
            }
            // An empty line is not answered and does not close.
            line = rest;
        }
        if line.len() > bytes_max {
            return Ok(None);
        }
    }
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_framed_as_rtpengine_does() {
        let long = vec![b'x'; 3000];
        let cases: [(&[u8], Option<&[u8]>); 7] = [
            (b"list numsessions\n", Some(b"list numsessions")),
            (b"list numsessions\r\n", Some(b"list numsessions")),
            (b"\n\r\nping\nrest", Some(b"ping")),
            (b"first\nsecond\n", Some(b"first")),
            (b"no end", None),
            (b"", None),
            (&long, None),
        ];
        for (mut bytes, expected) in cases {
            let line = read_line(&mut bytes, LINE_BYTES_MAX).expect("no errors in memory");
            assert_eq!(line.as_deref(), expected);
        }
    }
}
