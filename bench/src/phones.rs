//! The phones: sockets that send the test packets and take in what the relay delivers.
//!
//! Stream `s` is sent by phone `s` and must arrive at phone `s ^ 1`, both modulo the number of phones. The
//! time of arrival is the kernel's stamp, so that the figures do not depend on when the generator comes round
//! to reading.

use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;

use socket2::{Domain, MaybeUninitSlice, MsgHdrMut, Protocol, Socket, Type};

use crate::clock;
use crate::packet::{self, Mark};
use crate::samples::Samples;

/// Room for bursts while the generator is not reading.
const RECEIVE_BUFFER: usize = 8 << 20;
/// Larger than any test packet, so that a lengthened one is seen.
const DATAGRAM_MAX: usize = 512;
/// Room for the header and the time stamp of one control message.
const CONTROL_LENGTH: usize = 64;
/// Datagrams read from one phone before the next has its turn.
const TURN: usize = 64;

/// Packets that arrived in the current run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) delivered: u64,
    pub(crate) duplicates: u64,
    /// Arrived after a later packet of the same stream.
    pub(crate) reordered: u64,
    /// Not a test packet, or changed on the way.
    pub(crate) damaged: u64,
    /// Arrived at the wrong phone.
    pub(crate) misdirected: u64,
    pub(crate) latency: Samples,
    windows: Vec<Window>,
}

/// The newest sequence of a stream and which of the 64 up to it have been seen, as in RFC 3711, 3.3.2.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    next: u32,
    seen: u64,
}

/// Relation of a packet to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrival {
    InOrder,
    Late,
    Again,
}

impl Window {
    fn accept(&mut self, sequence: u32) -> Arrival {
        if sequence >= self.next {
            let shift = sequence - self.next + 1;
            self.seen = self.seen.checked_shl(shift).unwrap_or(0) | 1;
            self.next = sequence + 1;
            return Arrival::InOrder;
        }
        let bit = 1u64.checked_shl(self.next - 1 - sequence).unwrap_or(0);
        if self.seen & bit != 0 {
            return Arrival::Again;
        }
        self.seen |= bit;
        Arrival::Late
    }
}

/// A set of phones on neighbouring ports of one address.
#[derive(Debug)]
pub(crate) struct Phones {
    sockets: Vec<Socket>,
    addresses: Vec<SocketAddr>,
    pub(crate) ledger: Ledger,
    run: u32,
}

impl Phones {
    /// Opens `count` phones from `first` upwards, for `streams` streams.
    pub(crate) fn open(first: SocketAddr, count: u16, streams: u32) -> io::Result<Phones> {
        let mut phones =
            Phones { sockets: Vec::new(), addresses: Vec::new(), ledger: Ledger::default(), run: 0 };
        for offset in 0..count {
            let port = first.port().checked_add(offset).ok_or(ErrorKind::InvalidInput)?;
            let address = SocketAddr::new(first.ip(), port);
            phones.sockets.push(open_phone(address)?);
            phones.addresses.push(address);
        }
        phones.ledger.windows = vec![Window::default(); usize::try_from(streams).unwrap_or(usize::MAX)];
        Ok(phones)
    }

    /// The address of the phone that sends stream `stream`.
    pub(crate) fn address_of(&self, stream: u32) -> SocketAddr {
        self.addresses[self.phone_of(stream)]
    }

    /// Starts counting anew: packets sent before do not count any more.
    pub(crate) fn start_run(&mut self, run: u32) {
        self.run = run;
        let windows = std::mem::take(&mut self.ledger.windows);
        self.ledger = Ledger { windows, ..Ledger::default() };
        self.ledger.latency.clear();
    }

    /// Sends one packet of a stream; `false` if the kernel refused it.
    pub(crate) fn send(&self, stream: u32, sequence: u32, target: SocketAddr) -> bool {
        let mut bytes = [0; packet::LENGTH];
        let sent_at = clock::wall_nanoseconds();
        packet::write(Mark { run: self.run, stream, sequence, sent_at }, &mut bytes);
        self.sockets[self.phone_of(stream)].send_to(&bytes, &target.into()).is_ok()
    }

    /// Takes in what is waiting at every phone.
    pub(crate) fn receive(&mut self) -> io::Result<()> {
        for phone in 0..self.sockets.len() {
            for _ in 0..TURN {
                if !self.receive_one(phone)? {
                    break;
                }
            }
        }
        Ok(())
    }

    fn receive_one(&mut self, phone: usize) -> io::Result<bool> {
        let mut data = [MaybeUninit::<u8>::uninit(); DATAGRAM_MAX];
        let mut control = [MaybeUninit::new(0u8); CONTROL_LENGTH];
        let mut slices = [MaybeUninitSlice::new(&mut data)];
        let mut header = MsgHdrMut::new().with_buffers(&mut slices).with_control(&mut control);
        let length = match self.sockets[phone].recvmsg(&mut header, libc::MSG_DONTWAIT) {
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            // The relay's port was closed when an earlier packet came: that packet is lost and will be
            // missed.
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => return Ok(true),
            Err(error) => return Err(error),
        };
        // SAFETY: the kernel wrote the first `length` bytes of `data`, and never more than its size.
        let bytes =
            unsafe { std::slice::from_raw_parts(data.as_ptr().cast::<u8>(), length.min(DATAGRAM_MAX)) };
        // SAFETY: every byte of `control` was initialised above.
        let control = control.map(|byte| unsafe { byte.assume_init() });
        let mark = packet::read(bytes);
        let arrived_at = kernel_stamp(&control);
        self.enter(phone, mark, arrived_at);
        Ok(true)
    }

    fn enter(&mut self, phone: usize, mark: Option<Mark>, arrived_at: Option<u64>) {
        let Some(mark) = mark else {
            self.ledger.damaged += 1;
            return;
        };
        if mark.run != self.run {
            return;
        }
        let expected = self.phone_of(mark.stream ^ 1);
        let stream = usize::try_from(mark.stream).unwrap_or(usize::MAX);
        let Some(window) = self.ledger.windows.get_mut(stream).filter(|_| phone == expected) else {
            self.ledger.misdirected += 1;
            return;
        };
        match window.accept(mark.sequence) {
            Arrival::Again => {
                self.ledger.duplicates += 1;
                return;
            }
            Arrival::Late => self.ledger.reordered += 1,
            Arrival::InOrder => {}
        }
        self.ledger.delivered += 1;
        if let Some(arrived_at) = arrived_at {
            self.ledger.latency.add(arrived_at.saturating_sub(mark.sent_at));
        }
    }

    fn phone_of(&self, stream: u32) -> usize {
        usize::try_from(stream).unwrap_or(usize::MAX) % self.sockets.len()
    }
}

fn open_phone(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket
        .bind(&address.into())
        .map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))?;
    // Larger than the usual limit if we may, as large as allowed if not.
    if set_option(&socket, libc::SO_RCVBUFFORCE, i32::try_from(RECEIVE_BUFFER).unwrap_or(i32::MAX)).is_err() {
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    }
    set_option(&socket, libc::SO_TIMESTAMPNS, 1)?;
    Ok(socket)
}

fn set_option(socket: &Socket, name: i32, value: i32) -> io::Result<()> {
    let length = libc::socklen_t::try_from(size_of::<i32>()).unwrap_or(0);
    // SAFETY: `value` outlives the call and `length` is its size.
    let result = unsafe {
        libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, name, (&raw const value).cast(), length)
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Reads the one control message there is: header (length, level, type), then seconds and nanoseconds.
fn kernel_stamp(control: &[u8]) -> Option<u64> {
    let kind = i32::from_ne_bytes(control.get(12..16)?.try_into().ok()?);
    let seconds = u64::from_ne_bytes(control.get(16..24)?.try_into().ok()?);
    let nanoseconds = u64::from_ne_bytes(control.get(24..32)?.try_into().ok()?);
    (kind == libc::SO_TIMESTAMPNS).then(|| seconds * 1_000_000_000 + nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_tells_late_from_again() {
        let mut window = Window::default();
        let steps = [
            (0, Arrival::InOrder),
            (0, Arrival::Again),
            (3, Arrival::InOrder),
            (1, Arrival::Late),
            (1, Arrival::Again),
            (2, Arrival::Late),
            (3, Arrival::Again),
            (200, Arrival::InOrder),
            (199, Arrival::Late),
            (200, Arrival::Again),
        ];
        for (sequence, expected) in steps {
            assert_eq!(window.accept(sequence), expected, "{sequence}");
        }
    }

    #[test]
    fn phones_count_what_arrives_and_what_is_wrong() {
        let first: SocketAddr = "127.0.0.1:14600".parse().unwrap();
        let mut phones = Phones::open(first, 2, 2).unwrap();
        phones.start_run(1);
        let (a, b) = (phones.address_of(0), phones.address_of(1));
        assert!(phones.send(0, 5, b) && phones.send(0, 5, b) && phones.send(0, 4, b) && phones.send(1, 0, b));
        phones.sockets[0].send_to(b"noise", &b.into()).unwrap();
        assert!(phones.send(1, 1, a));
        phones.receive().unwrap();
        let ledger = &phones.ledger;
        assert_eq!((ledger.delivered, ledger.duplicates, ledger.reordered), (3, 1, 1));
        assert_eq!((ledger.damaged, ledger.misdirected), (1, 1));
    }
}
