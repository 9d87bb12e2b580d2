//! Reasons that are counted, one line each: the name in counters, logs and `tandem ctl`, and its meaning.

use std::fmt;

/// Defines an enum of reasons: all of them, their stable names, and their meanings, which are the doc comments.
macro_rules! reasons {
    (
        $(#[$attribute:meta])*
        pub enum $reasons:ident {
            $( $(#[doc = $meaning:literal])+ $reason:ident = $name:literal, )*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $reasons {
            $( $(#[doc = $meaning])+ $reason, )*
        }

        impl $reasons {
            /// All, in the order of their counters.
            pub const ALL: [$reasons; [$($name),*].len()] = [$($reasons::$reason),*];

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self {
                    $( $reasons::$reason => $name, )*
                }
            }

            /// The meaning, for the documentation.
            pub fn meaning(self) -> &'static str {
                match self {
                    $( $reasons::$reason => concat!($($meaning),+).trim_ascii(), )*
                }
            }
        }

        impl fmt::Display for $reasons {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

reasons! {
    /// Reasons to drop a packet.
    #[non_exhaustive]
    pub enum DropReason {
        /// No such socket any more: a late packet of a closed one.
        NoSocket = "no-socket",
        /// Too short or not version 2 on an RTP media (RFC 3550 section 5.1).
        NotRtp = "not-rtp",
        /// STUN on media without ICE.
        Stun = "stun",
        /// The other side has no address yet.
        NoDestination = "no-destination",
        /// The party may not send: its stream is held.
        NotReceiving = "not-receiving",
        /// `strict-source`: the source differs from the learned one.
        UnexpectedSource = "unexpected-source",
        /// The guard: the confirmed source is alive, and this is another.
        Guarded = "guarded",
        /// The party was not told of this port yet, so it cannot be the sender.
        NotAnswered = "not-answered",
        /// Too many ways through the relay: an SDP names a port of the relay itself.
        Loop = "loop",
        /// `block media`.
        Blocked = "blocked",
        /// `block DTMF`, and this is a telephone event.
        BlockedDtmf = "blocked-dtmf",
        /// `silence media`, and the codec has no silence that can be written in place.
        Silenced = "silenced",
        /// `drop-traffic`.
        DropTraffic = "drop-traffic",
        /// `block-short`, and it is shorter than what its codec sends.
        Short = "short",
        /// Longer than a receive buffer.
        TooLong = "too-long",
    }
}

reasons! {
    /// Causes that end a call.
    pub enum EndCause {
        /// `delete`.
        Deleted = "deleted",
        /// No packets for `timeout`.
        Timeout = "timeout",
        /// No packets for `silent-timeout` on streams that are held.
        SilentTimeout = "silent-timeout",
        /// Not answered for `offer-timeout`.
        OfferTimeout = "offer-timeout",
        /// Older than `final-timeout`.
        FinalTimeout = "final-timeout",
        /// `terminate`, by an operator.
        Terminated = "terminated",
        /// A foreign call, and its record is gone.
        RecordGone = "record-gone",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_in_the_order_of_all() {
        for (n, reason) in DropReason::ALL.into_iter().enumerate() {
            assert_eq!(
                (reason as usize, reason.name().is_empty(), reason.meaning().is_empty()),
                (n, false, false)
            );
        }
        assert_eq!(EndCause::SilentTimeout.to_string(), "silent-timeout");
        assert_eq!(DropReason::Stun.meaning(), "STUN on media without ICE.");
    }
}
