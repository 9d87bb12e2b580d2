//! Readers of the daemon's own kinds of values, each on its own: from a text to a type, or the reason against it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use log::LevelFilter;
use tandem_shards::names::{InterfaceName, Keyspace};

use crate::http::browser::is_origin;
use crate::logging;

/// One address of a logical interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceConfig {
    /// The name.
    pub name: InterfaceName,
    /// The address that sockets are bound to.
    pub ip: IpAddr,
    /// The address that SDP shows.
    pub advertised: IpAddr,
}

/// The socket of `tandem ctl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CtlSocket {
    /// The first of the usual places that can be written.
    Usual,
    /// A path.
    At(PathBuf),
    /// None.
    Off,
}

/// "; did you mean `name`?", if one of the names is near.
pub(super) fn nearest(text: &str, names: &[&str]) -> String {
    let distance = |name: &&&str| strsim::damerau_levenshtein(text, name);
    let nearest = names.iter().min_by_key(distance).filter(|name| distance(name) <= 2);
    nearest.map_or(String::new(), |name| format!("; did you mean `{name}`?"))
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

/// A path, `auto`, or nothing.
#[expect(clippy::unnecessary_wraps, reason = "the form of all readers")]
pub(super) fn ctl_socket(text: &str) -> Result<CtlSocket, String> {
    Ok(match text {
        "auto" => CtlSocket::Usual,
        "" => CtlSocket::Off,
        path => CtlSocket::At(PathBuf::from(path)),
    })
}

/// The path of a file.
#[expect(clippy::unnecessary_wraps, reason = "the form of all readers")]
pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    Ok(PathBuf::from(text))
}

/// An origin of pages (RFC 6454).
pub(super) fn origin(text: &str) -> Result<String, String> {
    let wrong = || "must be `https://name`, or `http://name:port`, and no more".to_owned();
    is_origin(text).then(|| text.to_owned()).ok_or_else(wrong)
}

/// The name of a node.
pub(super) fn node(text: &str) -> Result<String, String> {
    if text.is_empty() || text.len() > 64 || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("must be 1 to 64 printable ASCII characters without blanks".to_owned());
    }
    Ok(text.to_owned())
}

/// The number of a database.
pub(super) fn keyspace(text: &str) -> Result<Keyspace, String> {
    text.parse().map(Keyspace).map_err(|_| "is not a keyspace number".to_owned())
}

/// A word, or a number of syslog as rtpengine has it.
pub(super) fn log_level(text: &str) -> Result<LevelFilter, String> {
    const NAMES: [&str; 5] = ["error", "warn", "info", "debug", "trace"];
    let by_number = text.parse::<i32>().ok().filter(|number| (1..=8).contains(number));
    let by_name = || NAMES.contains(&text).then(|| text.parse().ok()).flatten();
    by_number
        .map(logging::from_syslog)
        .or_else(by_name)
        .ok_or_else(|| format!("must be one of {}, or 1 to 8{}", NAMES.join(", "), nearest(text, &NAMES)))
}
