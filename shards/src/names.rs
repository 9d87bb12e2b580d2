//! Names of things: byte strings that come from the wire and must not be mixed up, and small indices.
//!
//! SIP identifiers are not necessarily UTF-8, so they are kept as bytes; `Debug` and `Display` show them
//! with escapes.

use std::fmt;

/// Defines a byte-string newtype.
macro_rules! byte_string {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(Box<[u8]>);

        impl $name {
            /// The bytes as they stood on the wire.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// True if it has no bytes.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl From<&[u8]> for $name {
            fn from(bytes: &[u8]) -> Self {
                $name(bytes.into())
            }
        }

        impl From<Vec<u8>> for $name {
            fn from(bytes: Vec<u8>) -> Self {
                $name(bytes.into())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.as_bytes().into())
            }
        }

        impl PartialEq<[u8]> for $name {
            fn eq(&self, other: &[u8]) -> bool {
                *self.0 == *other
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.escape_ascii())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0.escape_ascii())
            }
        }
    };
}

byte_string! {
    /// The SIP Call-ID: the name of a call, and what decides its shard.
    CallId
}
byte_string! {
    /// A SIP tag: the name of one party of a call.
    Tag
}
byte_string! {
    /// A via-branch: tells apart the branches of a forked offer.
    Branch
}
byte_string! {
    /// The name of a logical interface, such as `pub1`.
    InterfaceName
}
byte_string! {
    /// Any other text that is passed on as it came: media types, protocols, labels, SDP values.
    Text
}

/// The number of a shard, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShardId(pub u16);

impl fmt::Display for ShardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A Redis database number: the home of one node's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Keyspace(pub u32);

impl fmt::Display for Keyspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The address family of a media address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// `IP4` in SDP.
    Ip4,
    /// `IP6` in SDP.
    Ip6,
}

impl Family {
    /// The family of an address.
    pub fn of(address: std::net::IpAddr) -> Family {
        match address {
            std::net::IpAddr::V4(_) => Family::Ip4,
            std::net::IpAddr::V6(_) => Family::Ip6,
        }
    }

    /// `IP4` or `IP6`, as SDP and the ng protocol write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Family::Ip4 => "IP4",
            Family::Ip6 => "IP6",
        }
    }

    /// The unspecified address of the family, which SDP uses for "no address" (RFC 3264 section 8.4).
    pub fn unspecified(self) -> std::net::IpAddr {
        match self {
            Family::Ip4 => std::net::Ipv4Addr::UNSPECIFIED.into(),
            Family::Ip6 => std::net::Ipv6Addr::UNSPECIFIED.into(),
        }
    }
}

/// One component of a media: RTP or RTCP (RFC 8445 section 2 counts them 1 and 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// RTP, and any other datagrams of media that is not RTP.
    Rtp,
    /// RTCP on a port of its own.
    Rtcp,
}

/// Index of a flow among those of its shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowId(pub(crate) u32);

/// A local socket of a shard: a slot in its table, with a generation so that a late completion of a
/// closed socket is not taken for one of its successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId {
    /// Index into the shard's socket table; below [`crate::limits::SOCKETS_PER_SHARD_MAX`].
    pub slot: u32,
    /// Counts the uses of the slot.
    pub generation: u32,
}

/// Number of the caller, and its own count of its requests: the way of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId {
    /// Index of the caller in the table fixed at start.
    pub caller: u16,
    /// The caller's own counter.
    pub sequence: u64,
}
