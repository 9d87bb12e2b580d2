//! Values of lines: how a text parts into fields, and the few that are read into types.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Origin, RtcpAttribute};
use crate::names::{Family, Text};

/// `o=USERNAME ID VERSION IN FAMILY ADDRESS`. Nothing is sent to what it says, so whatever stands there is taken: a
/// user name with blanks or none, an address that is a host name (RFC 8866 section 5.2) and reads as the unspecified
/// one; what lacks is filled in.
pub(super) fn origin(line: usize, value: &[u8]) -> Origin {
    let mut words = words(value);
    let (mut before, mut family, mut host) = (value.len(), Family::Ip4, &b""[..]);
    while let Some((at, network)) = words.next() {
        if let Some(Ok(found)) = words.clone().next().map(|(_, word)| family_of(network, word)) {
            (before, family) = (at, found);
            host = words.nth(1).map_or(host, |(_, word)| word);
            break;
        }
    }
    let (rest, version) = last_word(&value[..before]);
    let (rest, session_id) = last_word(rest);
    let username = rest.trim_ascii_end();
    let fields = match (username, session_id) {
        (b"", b"") if version.is_empty() => (&b"-"[..], &b""[..], &b""[..]),
        (b"", b"") => (version, &b""[..], &b""[..]),
        (b"", id) if !value.starts_with(b" ") => (id, version, &b""[..]),
        (username, id) => (username, id, version),
    };
    let number = |field: &[u8]| if field.is_empty() { "0".into() } else { Text::from(field) };
    let address = address_of(family, host).unwrap_or(family.unspecified());
    Origin {
        line,
        username: fields.0.into(),
        session_id: number(fields.1),
        version: number(fields.2),
        address,
        host: if host.is_empty() { address.to_string().as_str().into() } else { host.into() },
    }
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

/// An address of a family; one of IPv6 may stand in brackets, as in a URI.
fn address_of(family: Family, text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    match family {
        Family::Ip4 => text.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        Family::Ip6 => {
            let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
            bare.unwrap_or(text).parse::<Ipv6Addr>().ok().map(IpAddr::V6)
        }
    }
}

/// The fields of a line, parted by one space or more. A NUL parts them too: it is in no name, and one that stood at
/// the end of a line that is written anew would not be read again.
pub(super) fn fields(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    words(value).map(|(_, word)| word)
}

/// The fields of a line, and where each begins.
fn words(value: &[u8]) -> impl Iterator<Item = (usize, &[u8])> + Clone {
    let mut next = 0;
    let parts = value.split(|&byte| matches!(byte, b' ' | 0)).map(move |word| {
        let at = next;
        next += word.len() + 1;
        (at, word)
    });
    parts.filter(|(_, word)| !word.is_empty())
}

/// The text before the last field of a line, and that field.
fn last_word(value: &[u8]) -> (&[u8], &[u8]) {
    let value = value.trim_ascii_end();
    value.split_at(value.iter().rposition(|&byte| byte == b' ').map_or(0, |space| space + 1))
}

/// `PORT [IN FAMILY ADDRESS]` (RFC 3605 section 2.1). What cannot be read counts as absent, as in rtpengine.
pub(super) fn rtcp(argument: &[u8]) -> Option<RtcpAttribute> {
    let mut fields = fields(argument);
    let port = number(fields.next()?)?;
    let Some(network) = fields.next() else { return Some(RtcpAttribute { port, address: None }) };
    let family = family_of(network, fields.next()?).ok()?;
    Some(RtcpAttribute { port, address: Some(address_of(family, fields.next()?)?) })
}

/// The name of a header extension: `ID[/DIRECTION] NAME [ATTRIBUTES]` (RFC 8285 section 5). `None` if the line is
/// malformed, or its id is none that a packet can carry: those from 4096 on ask for one, and are not answered here.
pub(super) fn extension(argument: &[u8]) -> Option<&[u8]> {
    let mut fields = fields(argument);
    let id = fields.next()?.split(|&byte| byte == b'/').next()?;
    number::<u8>(id).filter(|&id| id > 0)?;
    fields.next()
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
