//! Values on their own: from the text of a key to what it means, or why it means nothing.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tandem_shards::names::InterfaceName;

use crate::config::InterfaceConfig;

/// "must be one of …", with the nearest.
pub(super) fn one_of(text: &str, names: &[&str]) -> String {
    let nearest = names.iter().min_by_key(|name| strsim::damerau_levenshtein(text, name));
    let hint = nearest.filter(|name| strsim::damerau_levenshtein(text, name) <= 2);
    let hint = hint.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
    format!("must be one of {}{hint}", names.join(", "))
}

/// `[name/]address[!advertised]`, addresses of IPv6 with or without brackets.
pub(super) fn interface(text: &str) -> Result<InterfaceConfig, String> {
    let (name, addresses) = text.split_once('/').unwrap_or(("default", text));
    if name.is_empty() {
        return Err("has no name before the `/`".to_owned());
    }
    let (ip, advertised) = match addresses.split_once('!') {
        Some((ip, advertised)) => (address(ip)?, address(advertised)?),
        None => (address(addresses)?, address(addresses)?),
    };
    if ip.is_unspecified() || ip.is_multicast() {
        return Err(format!("{ip} is not an address that media can come to: name one of this host"));
    }
    if ip.is_ipv4() != advertised.is_ipv4() {
        return Err(format!("{advertised} is of another address family than {ip}"));
    }
    Ok(InterfaceConfig { name: InterfaceName::from(name), ip, advertised })
}

fn address(text: &str) -> Result<IpAddr, String> {
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    bare.parse().map_err(|_| format!("`{text}` is not an IP address; write `name/address[!advertised]`"))
}

/// `port`, `address:port` or `[v6]:port`. A port alone is on loopback only: none of these protocols knows who
/// asks, so the whole network must be asked for by name (`0.0.0.0:port`).
pub(super) fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let parsed = match text.parse::<u16>() {
        Ok(port) => Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        Err(_) => text.parse().ok(),
    };
    match parsed {
        Some(address) if address.port() == 0 => Err("port 0 is no port".to_owned()),
        Some(address) => Ok(address),
        None => Err("must be `port`, `address:port` or `[v6]:port`".to_owned()),
    }
}

/// `4` or `2-9`.
pub(super) fn cpu_range(text: &str) -> Result<std::ops::RangeInclusive<usize>, String> {
    let wrong = || format!("`{text}` is not a CPU number or a range such as 2-9");
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) =
        (first.trim().parse().map_err(|_| wrong())?, last.trim().parse().map_err(|_| wrong())?);
    if first > last || last >= 4096 {
        return Err(wrong());
    }
    Ok(first..=last)
}
