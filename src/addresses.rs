//! Presence of the media addresses on this host. Sockets are bound to absent addresses as well, since in a ring an
//! address comes and goes, so nothing else would tell.
//!
//! A thread hears from the kernel, over netlink, when any address comes or goes, and asks it about ours: whether a
//! packet to them would be for this host. (Whether one can bind to them says nothing where `ip_nonlocal_bind` is set.)
//!
//! In a ring the addresses of the first interface are this node's own, and the others are elsewhere unless a node has
//! failed. Outside a ring all are its own, and offers for one that is absent are refused.

use std::io;
use std::net::IpAddr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use crossbeam_channel::{Receiver, TryRecvError};
use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, bind, recv, send, setsockopt,
    socket, sockopt,
};
use nix::sys::time::TimeVal;
use tandem_shards::interfaces::LocalAddress;
use tandem_shards::io::Clock;
use tandem_shards::time::Timestamp;

use crate::node::Node;
use crate::node::presence::{Presence, named};

/// The longest wait for word of a change: how soon the end of the daemon is seen.
const WAIT: Duration = Duration::from_millis(200);
/// The kernel is asked this often without word of a change: routes make addresses local too, without a word.
const ASK_INTERVAL: Duration = Duration::from_secs(5);

/// Groups of rtnetlink(7): links, IPv4 and IPv6 addresses.
const GROUPS: u32 = 0x1 | 0x10 | 0x100;
const RTM_NEWROUTE: u16 = 24;
const RTM_GETROUTE: u16 = 26;
const NLM_F_REQUEST: u16 = 1;
const NLMSG_ERROR: u16 = 2;
const RTA_DST: u16 = 1;
const RTN_LOCAL: u8 = 2;
/// Bytes of `nlmsghdr`, and of `rtmsg` after it.
const HEADER: usize = 16;
const ROUTE: usize = 12;

/// Keeps the notes about the addresses of a node, until the channel is closed.
pub fn run(node: &Node, stop: &Receiver<()>) {
    let sockets = open(0, Duration::from_secs(1)).and_then(|asking| Ok((asking, open(GROUPS, WAIT)?)));
    let (asking, hearing) = match sockets {
        Ok(sockets) => sockets,
        Err(error) => {
            log::warn!("the kernel does not tell which addresses are on this host: {error}");
            let _ = stop.recv();
            return;
        }
    };
    let clock = Clock::of_process();
    let mut ask_at = Timestamp::ZERO;
    while stop.try_recv() == Err(TryRecvError::Empty) {
        if clock.now() >= ask_at {
            ask_at = clock.now() + ASK_INTERVAL;
            ask_about_all(node, &asking);
        }
        for (id, ..) in node.media_addresses() {
            let absent = node.addresses.presence(id) == Presence::Absent;
            node.ports.refuse(id, absent && !node.is_in_ring());
        }
        match recv(hearing.as_raw_fd(), &mut [0; 8192], MsgFlags::empty()) {
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            // Something has changed; or so much has that not all was told.
            Ok(_) | Err(_) => ask_at = Timestamp::ZERO,
        }
    }
}

/// True if a packet to an address would be for this host.
///
/// # Errors
/// The kernel does not say.
pub fn is_here(ip: IpAddr) -> io::Result<bool> {
    is_local(&open(0, Duration::from_secs(1))?, ip)
}

fn ask_about_all(node: &Node, asking: &OwnedFd) {
    for (id, address, own) in node.media_addresses() {
        let presence = match is_local(asking, address.ip) {
            Ok(true) => Presence::Here,
            Ok(false) => Presence::Absent,
            Err(error) => {
                log::debug!("the kernel does not say where {} is: {error}", address.ip);
                Presence::Unknown
            }
        };
        let before = node.addresses.note(id, presence);
        if before != presence {
            tell(node, address, own, before, presence);
        }
    }
}

fn tell(node: &Node, address: &LocalAddress, own: bool, before: Presence, now: Presence) {
    let name = named(address);
    match (now, own) {
        (Presence::Absent, true) if node.is_in_ring() => {
            log::warn!(
                "own media address {name} is not on this host: no media comes here, unless for others"
            );
        }
        (Presence::Absent, true) => {
            log::warn!("media address {name} is not on this host: offers for it are refused");
        }
        (Presence::Absent, false) if before == Presence::Here => {
            log::info!("media address {name} has gone elsewhere");
        }
        (Presence::Here, _) if before == Presence::Absent => {
            log::info!("media address {name} is on this host now");
        }
        _ => {}
    }
}

/// A socket of rtnetlink(7) that is in these groups, and waits for so long.
fn open(groups: u32, patience: Duration) -> io::Result<OwnedFd> {
    let flags = SockFlag::SOCK_CLOEXEC;
    let opened = socket(AddressFamily::Netlink, SockType::Raw, flags, SockProtocol::NetlinkRoute)?;
    bind(opened.as_raw_fd(), &NetlinkAddr::new(0, groups))?;
    let micros = i64::from(patience.subsec_micros());
    let seconds = i64::try_from(patience.as_secs()).unwrap_or(1);
    setsockopt(&opened, sockopt::ReceiveTimeout, &TimeVal::new(seconds, micros))?;
    Ok(opened)
}

/// Asks the kernel where a packet to an address goes: true if to this host, which `ip route get` shows as `local`.
fn is_local(asking: &OwnedFd, ip: IpAddr) -> io::Result<bool> {
    send(asking.as_raw_fd(), &question(ip), MsgFlags::empty())?;
    let mut answer = [0; 4096];
    let length = recv(asking.as_raw_fd(), &mut answer, MsgFlags::empty())?;
    read_answer(&answer[..length])
}

fn question(ip: IpAddr) -> Vec<u8> {
    let (family, address) = match ip {
        IpAddr::V4(ip) => (AddressFamily::Inet, ip.octets().to_vec()),
        IpAddr::V6(ip) => (AddressFamily::Inet6, ip.octets().to_vec()),
    };
    let length = |bytes: usize| u16::try_from(bytes).expect("a few bytes");
    let whole = u32::from(length(HEADER + ROUTE + 4 + address.len()));
    let mut bytes = whole.to_ne_bytes().to_vec();
    bytes.extend(RTM_GETROUTE.to_ne_bytes());
    bytes.extend(NLM_F_REQUEST.to_ne_bytes());
    bytes.extend([0; 8]);
    let mut route = [0; ROUTE];
    route[0] = u8::try_from(family as i32).expect("a small number");
    route[1] = u8::try_from(address.len() * 8).expect("at most 128");
    bytes.extend(route);
    bytes.extend(length(4 + address.len()).to_ne_bytes());
    bytes.extend(RTA_DST.to_ne_bytes());
    bytes.extend(address);
    bytes
}

fn read_answer(answer: &[u8]) -> io::Result<bool> {
    let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let kind = answer.get(4..6).ok_or_else(cut)?;
    match u16::from_ne_bytes([kind[0], kind[1]]) {
        RTM_NEWROUTE => Ok(*answer.get(HEADER + 7).ok_or_else(cut)? == RTN_LOCAL),
        NLMSG_ERROR => {
            let code = answer.get(HEADER..HEADER + 4).ok_or_else(cut)?;
            let code = i32::from_ne_bytes([code[0], code[1], code[2], code[3]]);
            match Errno::from_raw(-code) {
                // There is no way there at all.
                Errno::ENETUNREACH | Errno::EHOSTUNREACH | Errno::EINVAL => Ok(false),
                error => Err(error.into()),
            }
        }
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_knows_what_is_local() {
        let asking = open(0, Duration::from_secs(1)).expect("netlink");
        for (ip, local) in
            [("127.0.0.1", true), ("127.1.2.3", true), ("192.0.2.77", false), ("2001:db8::77", false)]
        {
            let answer = is_local(&asking, ip.parse().expect("an address"));
            assert_eq!(answer.expect("an answer"), local, "{ip}");
        }
    }

    #[test]
    fn a_cut_answer_is_no_answer() {
        for length in 0..HEADER {
            assert!(read_answer(&vec![0; length]).is_err());
        }
        let mut unreachable = vec![0; 20];
        unreachable[4..6].copy_from_slice(&NLMSG_ERROR.to_ne_bytes());
        unreachable[16..20].copy_from_slice(&(-(Errno::ENETUNREACH as i32)).to_ne_bytes());
        assert!(matches!(read_answer(&unreachable), Ok(false)));
        unreachable[16..20].copy_from_slice(&(-(Errno::EPERM as i32)).to_ne_bytes());
        assert!(read_answer(&unreachable).is_err());
    }
}
