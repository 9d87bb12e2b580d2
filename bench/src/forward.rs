//! The bare forwarder: what a relay costs that does nothing but move datagrams.
//!
//! Socket `i` passes everything to the fixed peer of socket `i ^ 1`, out of socket `i ^ 1`. One thread,
//! edge-triggered epoll, one receive and one send a packet. It checks and learns nothing: this is the floor,
//! not a rival.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::process::ExitCode;

use clap::Args;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

const EVENTS_MAX: usize = 256;
/// Datagrams taken from one socket in a row, so that a flood on one does not starve the others.
const TURN: usize = 50;

/// Options of `forward`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Address of the first socket; the others follow on the next ports.
    #[arg(long, default_value = "127.0.0.1:20000")]
    listen: SocketAddr,
    /// Number of sockets.
    #[arg(long, default_value_t = 500)]
    streams: u16,
    /// Address of the first phone.
    #[arg(long, default_value = "127.0.0.1:15000")]
    phone: SocketAddr,
    /// Phones to share among the streams.
    #[arg(long, default_value_t = 16)]
    phones: u16,
}

struct Side {
    socket: UdpSocket,
    peer: SocketAddr,
}

/// Forwards until it is killed.
pub(crate) fn command(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    if !options.streams.is_multiple_of(2) || options.phones == 0 {
        return Err("--streams must be even and --phones not 0".into());
    }
    let sides = (0..options.streams).map(|index| open(options, index)).collect::<io::Result<Vec<_>>>()?;
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
    for (index, side) in sides.iter().enumerate() {
        let interest = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
        epoll.add(&side.socket, EpollEvent::new(interest, index as u64))?;
    }
    eprintln!("forwarding on {} ports from {}", options.streams, options.listen);
    let mut events = vec![EpollEvent::empty(); EVENTS_MAX];
    // Sockets whose turn ended with datagrams left: an edge is told only once.
    let (mut unfinished, mut again) = (Vec::new(), Vec::new());
    loop {
        let timeout = if unfinished.is_empty() { EpollTimeout::NONE } else { EpollTimeout::ZERO };
        let count = match epoll.wait(&mut events, timeout) {
            Err(nix::errno::Errno::EINTR) => 0,
            other => other?,
        };
        let told = events[..count].iter().map(|event| usize::try_from(event.data()).unwrap_or(usize::MAX));
        for index in unfinished.drain(..).chain(told) {
            if !forward(&sides[index].socket, &sides[index ^ 1]) {
                again.push(index);
            }
        }
        std::mem::swap(&mut unfinished, &mut again);
    }
}

fn open(options: &Options, index: u16) -> io::Result<Side> {
    let port = |first: u16, offset: u16| first.checked_add(offset).ok_or(ErrorKind::InvalidInput);
    let listen = SocketAddr::new(options.listen.ip(), port(options.listen.port(), index)?);
    let peer = SocketAddr::new(options.phone.ip(), port(options.phone.port(), index % options.phones)?);
    let socket = UdpSocket::bind(listen)?;
    socket.set_nonblocking(true)?;
    Ok(Side { socket, peer })
}

/// Moves what waits at `from` out of `to`; `true` if nothing is left.
fn forward(from: &UdpSocket, to: &Side) -> bool {
    let mut datagram = [0; 2048];
    for _ in 0..TURN {
        match from.recv_from(&mut datagram) {
            // A datagram that cannot be sent is dropped, as in every relay.
            Ok((length, _)) => drop(to.socket.send_to(&datagram[..length], to.peer)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
            Err(_) => {}
        }
    }
    false
}
