//! Socket addresses as the kernel lays them out in memory (`sockaddr_in`, `sockaddr_in6`).
//!
//! They are read from and written to the head of a receive buffer: the kernel leaves the source of a datagram
//! there, and its destination goes there too, so that no other memory is needed per packet.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// Room for the longer of the two forms.
pub(super) const NAME_BYTES: usize = size_of::<libc::sockaddr_in6>();

const IP4_BYTES: u32 = 16;
const IP6_BYTES: u32 = 28;

/// Reads what the kernel wrote; `None` for another family or too few bytes.
pub(super) fn read(name: &[u8]) -> Option<SocketAddr> {
    let family = u16::from_ne_bytes(*name.first_chunk()?);
    let port = u16::from_be_bytes(name.get(2..4)?.try_into().ok()?);
    match libc::c_int::from(family) {
        libc::AF_INET => {
            let ip: [u8; 4] = name.get(4..8)?.try_into().ok()?;
            Some(SocketAddrV4::new(Ipv4Addr::from(ip), port).into())
        }
        libc::AF_INET6 => {
            let flow = u32::from_ne_bytes(name.get(4..8)?.try_into().ok()?);
            let ip: [u8; 16] = name.get(8..24)?.try_into().ok()?;
            let scope = u32::from_ne_bytes(name.get(24..28)?.try_into().ok()?);
            Some(SocketAddrV6::new(Ipv6Addr::from(ip), port, flow, scope).into())
        }
        _ => None,
    }
}

/// Writes an address for the kernel to read; returns its length.
pub(super) fn write(name: &mut [u8; NAME_BYTES], address: SocketAddr) -> u32 {
    let family = if address.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
    let family = u16::try_from(family).expect("families are small numbers");
    name[0..2].copy_from_slice(&family.to_ne_bytes());
    name[2..4].copy_from_slice(&address.port().to_be_bytes());
    match address {
        SocketAddr::V4(address) => {
            name[4..8].copy_from_slice(&address.ip().octets());
            name[8..16].fill(0);
            IP4_BYTES
        }
        SocketAddr::V6(address) => {
            name[4..8].copy_from_slice(&address.flowinfo().to_ne_bytes());
            name[8..24].copy_from_slice(&address.ip().octets());
            name[24..28].copy_from_slice(&address.scope_id().to_ne_bytes());
            IP6_BYTES
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            ip in any::<std::net::IpAddr>(), port: u16, flow: u32, scope: u32, before in any::<[u8; 28]>()
        ) {
            let address = match ip {
                std::net::IpAddr::V4(ip) => SocketAddr::from((ip, port)),
                std::net::IpAddr::V6(ip) => SocketAddrV6::new(ip, port, flow, scope).into(),
            };
            let mut name = before;
            let length = write(&mut name, address) as usize;
            prop_assert_eq!(length, if address.is_ipv4() { 16 } else { 28 });
            prop_assert_eq!(read(&name[..length]), Some(address));
            prop_assert_eq!(read(&name[..length / 4]), None);
            // socket2 fills the structures of libc: the same bytes must come out.
            let theirs = socket2::SockAddr::from(address);
            prop_assert_eq!(theirs.len() as usize, length);
            let mut again = [0u8; NAME_BYTES];
            write(&mut again, theirs.as_socket().expect("an internet address"));
            prop_assert_eq!(&again[..length], &name[..length]);
        }

        #[test]
        fn no_bytes_make_it_panic(name in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = read(&name);
        }
    }
}
