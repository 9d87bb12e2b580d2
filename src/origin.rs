//! Origin of a request: its listener, its peer, and its rights.
//!
//! # The model
//!
//! A listener grants [`Rights`]. Each connection, or each datagram, has an [`Origin`]: the listener, the peer as
//! the kernel knows it, and those rights, or fewer where the protocol cannot vouch for more. An origin goes with
//! a request to the two places where requests are carried out, `ctl::carry_out` and `ng::exchange`, and rights
//! are looked at there and nowhere else: a listener cannot forget to ask.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// One thing that may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Commands of the CLI that only read.
    Read,
    /// Commands of the CLI that change something.
    Change,
    /// The ng protocol.
    Signal,
}

/// A set of `Right`s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    read: bool,
    change: bool,
    signal: bool,
}

impl Rights {
    /// None: how the node is may be asked all the same, where that is served.
    pub const NONE: Rights = Rights { read: false, change: false, signal: false };
    /// To read.
    pub const READ: Rights = Rights { read: true, ..Rights::NONE };
    /// To read and to change, as operators do.
    pub const OPERATE: Rights = Rights { change: true, ..Rights::READ };

    /// Adds ng to the rights if it is allowed.
    #[must_use]
    pub const fn with_signal(self, signal: bool) -> Rights {
        Rights { signal, ..self }
    }

    /// Rights that are in both.
    #[must_use]
    pub const fn and(self, other: Rights) -> Rights {
        Rights {
            read: self.read && other.read,
            change: self.change && other.change,
            signal: self.signal && other.signal,
        }
    }

    /// True if the rights contain this one.
    pub const fn allow(self, right: Right) -> bool {
        match right {
            Right::Read => self.read,
            Right::Change => self.change,
            Right::Signal => self.signal,
        }
    }
}

/// A protocol that requests come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// The ng protocol, over any transport.
    Ng,
    /// HTTP and WebSocket themselves, whatever is spoken in them.
    Http,
    /// Commands of operators.
    Ctl,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Protocol; 3] = [Protocol::Ng, Protocol::Http, Protocol::Ctl];

    /// The stable name: the target of log lines, and a label of metrics.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Ng => "ng",
            Protocol::Http => "http",
            Protocol::Ctl => "ctl",
        }
    }
}

/// A kind of listener, by the key that configures it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListenerKind {
    /// `listen-ng`
    Ng,
    /// `listen-tcp-ng`
    TcpNg,
    /// `listen-http`
    Http,
    /// `listen-metrics`
    Metrics,
    /// `listen-cli`
    Cli,
    /// `listen-ctl`
    Ctl,
}

impl ListenerKind {
    /// All that take connections.
    pub const STREAMS: [ListenerKind; 5] = [
        ListenerKind::TcpNg,
        ListenerKind::Http,
        ListenerKind::Metrics,
        ListenerKind::Cli,
        ListenerKind::Ctl,
    ];

    /// The key.
    pub fn key(self) -> &'static str {
        match self {
            ListenerKind::Ng => "listen-ng",
            ListenerKind::TcpNg => "listen-tcp-ng",
            ListenerKind::Http => "listen-http",
            ListenerKind::Metrics => "listen-metrics",
            ListenerKind::Cli => "listen-cli",
            ListenerKind::Ctl => "listen-ctl",
        }
    }

    /// Protocol of the listener.
    pub fn protocol(self) -> Protocol {
        match self {
            ListenerKind::Ng | ListenerKind::TcpNg => Protocol::Ng,
            ListenerKind::Http | ListenerKind::Metrics => Protocol::Http,
            ListenerKind::Cli | ListenerKind::Ctl => Protocol::Ctl,
        }
    }
}

/// The name of a listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerName {
    /// Its kind.
    pub kind: ListenerKind,
    /// Its address or path.
    pub place: String,
}

/// The other end of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// Somebody at an address.
    Address(SocketAddr),
    /// A process of this host, as it was when it connected (SO_PEERCRED).
    Process {
        /// Its user.
        uid: u32,
        /// Its number.
        pid: i32,
    },
    /// Somebody that the kernel does not tell about any more.
    Unknown,
}

/// Source of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Through which listener.
    pub listener: Arc<ListenerName>,
    /// From whom.
    pub peer: Peer,
    /// With which rights.
    pub rights: Rights,
}

impl Origin {
    /// The same with no more than these rights.
    #[must_use]
    pub fn with_at_most(&self, rights: Rights) -> Origin {
        Origin { rights: self.rights.and(rights), ..self.clone() }
    }

    /// The peer's address. A process of this host has none and shows as `0.0.0.0:0`.
    pub fn address(&self) -> SocketAddr {
        match self.peer {
            Peer::Address(address) => address,
            Peer::Process { .. } | Peer::Unknown => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Address(address) => write!(f, "peer={address}"),
            Peer::Process { uid, pid } => write!(f, "uid={uid} pid={pid}"),
            Peer::Unknown => f.write_str("peer=unknown"),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ListenerName { kind, place } = &*self.listener;
        write!(f, "listener={}@{place} {}", kind.key(), self.peer)
    }
}

#[cfg(test)]
pub mod tests {
    //! Origins for tests.

    use super::*;

    /// Somebody at an address who may do this much through a listener.
    pub fn origin(kind: ListenerKind, rights: Rights) -> Origin {
        let listener = Arc::new(ListenerName { kind, place: "192.0.2.1:1".to_owned() });
        let peer = Peer::Address(SocketAddr::from(([192, 0, 2, 9], 4000)));
        Origin { listener, peer, rights }
    }

    #[test]
    fn rights_only_get_fewer() {
        let all = Rights::OPERATE.with_signal(true);
        let origin = origin(ListenerKind::Http, all).with_at_most(Rights::READ);
        assert_eq!(origin.rights, Rights::READ);
        assert_eq!(origin.with_at_most(all).rights, Rights::READ);
        for right in [Right::Read, Right::Change, Right::Signal] {
            assert!(all.allow(right) && !Rights::NONE.allow(right));
        }
    }

    #[test]
    fn an_origin_says_through_which_listener_and_who() {
        let peer = Peer::Process { uid: 0, pid: 7 };
        let origin = Origin { peer, ..origin(ListenerKind::Ctl, Rights::OPERATE) };
        assert_eq!(origin.to_string(), "listener=listen-ctl@192.0.2.1:1 uid=0 pid=7");
    }
}
