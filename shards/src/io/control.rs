//! Control messages that say to which address of this host a datagram went (IP_PKTINFO, RFC 3542 section 6.2).
//!
//! A socket that is bound to one address answers from there by itself. One that is bound to all of them (`0.0.0.0`,
//! `::`) would send from whatever address the route has, and a client that connected its socket would never see the
//! answer: there the kernel tells where a datagram went to, and is told to send the answer from there.
//!
//! They are read and written as bytes, in the layout of `cmsghdr`, `in_pktinfo` and `in6_pktinfo`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Room for the longer of the two forms, padding included.
pub(super) const CONTROL_BYTES: usize = padded(HEADER_BYTES + size_of::<libc::in6_pktinfo>());

/// A `cmsghdr`: a length, a level and a type.
const HEADER_BYTES: usize = size_of::<libc::cmsghdr>();
const LEVEL_AT: usize = size_of::<usize>();
const TYPE_AT: usize = LEVEL_AT + size_of::<libc::c_int>();
/// Offsets of the addresses in `in_pktinfo` (the local one, the destination) and `in6_pktinfo`.
const IP4_LOCAL_AT: usize = 4;
const IP4_DESTINATION_AT: usize = 8;
const IP6_AT: usize = 0;

/// Control messages begin at multiples of a word.
const fn padded(length: usize) -> usize {
    length.next_multiple_of(size_of::<usize>())
}

/// The local address that a datagram was sent to, if the control messages tell it.
pub(super) fn read(mut control: &[u8]) -> Option<IpAddr> {
    loop {
        let length = usize::from_ne_bytes(*control.first_chunk()?);
        let data = control.get(HEADER_BYTES..length)?;
        match (number(control, LEVEL_AT)?, number(control, TYPE_AT)?) {
            (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                let ip: [u8; 4] = *data.get(IP4_DESTINATION_AT..)?.first_chunk()?;
                return Some(Ipv4Addr::from(ip).into());
            }
            (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                let ip: [u8; 16] = *data.get(IP6_AT..)?.first_chunk()?;
                return Some(Ipv6Addr::from(ip).into());
            }
            _ => control = control.get(padded(length)..)?,
        }
    }
}

/// Writes the control message that lets a datagram leave from a local address; returns its length.
pub(super) fn write(control: &mut [u8; CONTROL_BYTES], local: IpAddr) -> usize {
    control.fill(0);
    let (level, kind, length) = match local {
        IpAddr::V4(ip) => {
            control[HEADER_BYTES + IP4_LOCAL_AT..][..4].copy_from_slice(&ip.octets());
            (libc::IPPROTO_IP, libc::IP_PKTINFO, size_of::<libc::in_pktinfo>())
        }
        IpAddr::V6(ip) => {
            control[HEADER_BYTES + IP6_AT..][..16].copy_from_slice(&ip.octets());
            (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, size_of::<libc::in6_pktinfo>())
        }
    };
    let length = HEADER_BYTES + length;
    control[..LEVEL_AT].copy_from_slice(&length.to_ne_bytes());
    control[LEVEL_AT..TYPE_AT].copy_from_slice(&level.to_ne_bytes());
    control[TYPE_AT..HEADER_BYTES].copy_from_slice(&kind.to_ne_bytes());
    padded(length)
}

fn number(control: &[u8], at: usize) -> Option<libc::c_int> {
    Some(libc::c_int::from_ne_bytes(*control.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_layout_is_that_of_the_system() {
        assert_eq!(std::mem::offset_of!(libc::cmsghdr, cmsg_len), 0);
        assert_eq!(std::mem::offset_of!(libc::cmsghdr, cmsg_level), LEVEL_AT);
        assert_eq!(std::mem::offset_of!(libc::cmsghdr, cmsg_type), TYPE_AT);
        assert_eq!(std::mem::offset_of!(libc::in_pktinfo, ipi_spec_dst), IP4_LOCAL_AT);
        assert_eq!(std::mem::offset_of!(libc::in_pktinfo, ipi_addr), IP4_DESTINATION_AT);
        assert_eq!(std::mem::offset_of!(libc::in6_pktinfo, ipi6_addr), IP6_AT);
    }

    proptest! {
        #[test]
        fn an_ipv6_address_that_is_written_is_read_again(ip: Ipv6Addr, before in any::<[u8; CONTROL_BYTES]>()) {
            let mut control = before;
            let length = write(&mut control, ip.into());
            prop_assert_eq!(read(&control[..length]), Some(ip.into()));
            // Another message may stand before it: here one of 17 bytes, which takes 24.
            let mut other = [0u8; 24];
            other[..8].copy_from_slice(&17usize.to_ne_bytes());
            prop_assert_eq!(read(&[&other[..], &control[..length]].concat()), Some(ip.into()));
        }

        #[test]
        fn no_bytes_make_it_panic(control in proptest::collection::vec(any::<u8>(), 0..80), length in 0usize..90) {
            let _ = read(&control);
            let _ = read(&[&length.to_ne_bytes()[..], &control].concat());
        }
    }
}
