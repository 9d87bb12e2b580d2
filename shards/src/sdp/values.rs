//! Values of lines: how a text parts into fields, and the few that are read into types.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Origin, RtcpAttribute};
use crate::names::Family;

/// `o=USERNAME ID VERSION IN FAMILY ADDRESS`. The user name may be empty, which rtpengine lets pass; so may
/// the address be a host name (RFC 8866 section 5.2), since nothing is ever sent to it. It reads as the
/// unspecified address then, and is passed on as text.
pub(super) fn origin(line: usize, value: &[u8]) -> Result<Origin, &'static str> {
    let (username, rest) = split_space(value);
    let mut fields = fields(rest);
    let mut field = || fields.next().ok_or("o= needs six fields");
    let (session_id, version) = (field()?, field()?);
    let (network, family, address) = (field()?, field()?, field()?);
    let family = family_of(network, family)?;
    Ok(Origin {
        line,
        username: username.into(),
        session_id: session_id.into(),
        version: version.into(),
        address: address_of(family, address).unwrap_or(family.unspecified()),
    })
}

/// The address of a `c=` line, without a multicast TTL or count.
pub(super) fn connection(value: &[u8]) -> Result<IpAddr, &'static str> {
    let mut fields = fields(value);
    let mut field = || fields.next().ok_or("c= needs a network type, an address type and an address");
    let family = family_of(field()?, field()?)?;
    let address = field()?;
    let address = address.split(|&byte| byte == b'/').next().unwrap_or(address);
    address_of(family, address).ok_or("c= needs an address of the family it names, not a host name")
}

fn family_of(network: &[u8], family: &[u8]) -> Result<Family, &'static str> {
    if !network.eq_ignore_ascii_case(b"IN") {
        return Err("the network type must be IN");
    }
    match family {
        b"IP4" => Ok(Family::Ip4),
        b"IP6" => Ok(Family::Ip6),
        _ => Err("the address type must be IP4 or IP6"),
    }
}

fn address_of(family: Family, text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    match family {
        Family::Ip4 => text.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        Family::Ip6 => text.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
    }
}

/// The fields of a line, parted by one space or more.
pub(super) fn fields(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b' ').filter(|field| !field.is_empty())
}

/// `PORT [IN FAMILY ADDRESS]` (RFC 3605 section 2.1). What cannot be read counts as absent, as in rtpengine.
pub(super) fn rtcp(argument: &[u8]) -> Option<RtcpAttribute> {
    let mut fields = fields(argument);
    let port = number(fields.next()?)?;
    let Some(network) = fields.next() else { return Some(RtcpAttribute { port, address: None }) };
    let family = family_of(network, fields.next()?).ok()?;
    Some(RtcpAttribute { port, address: Some(address_of(family, fields.next()?)?) })
}

/// Parts an attribute's value at the first colon: `rtpmap:0 PCMU/8000` is `rtpmap` and `0 PCMU/8000`.
pub(super) fn split_attribute(value: &[u8]) -> (&[u8], &[u8]) {
    match value.iter().position(|&byte| byte == b':') {
        Some(colon) => (&value[..colon], &value[colon + 1..]),
        None => (value, &[]),
    }
}

/// Parts a text at the first space.
pub(super) fn split_space(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|&byte| byte == b' ') {
        Some(space) => (&text[..space], &text[space + 1..]),
        None => (text, &[]),
    }
}

/// A decimal number: digits alone, and within the type's range.
pub(super) fn number<T: std::str::FromStr>(digits: &[u8]) -> Option<T> {
    let all_digits = digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| all_digits)?.parse().ok()
}
