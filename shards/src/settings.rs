//! Settings of calls that an operator can choose: keys of the configuration, and what follows from others.

use std::time::Duration;

use crate::keys::{Choice, Switch, Time, Whole};
use crate::names::{Keyspace, Text};

/// Learning of the source of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Learning {
    /// Never: the signalled endpoint is the endpoint.
    Off,
    /// The first packet decides.
    Immediate,
    /// The last packet of the first three seconds decides.
    Delayed,
    /// The best match of the first three seconds decides; an exact match does so at once.
    #[default]
    Heuristic,
}

crate::keys! {
    /// Settings of a shard; they may change while it runs.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Settings in "" {
        /// Seconds without a packet on any receiving stream after which a call ends
        "timeout" => timeout: Duration, Time::seconds(1), "60";
        /// The same for streams on hold, in seconds
        "silent-timeout" => silent_timeout: Duration, Time::seconds(1), "3600";
        /// Seconds after which a call that was not answered ends
        "offer-timeout" => offer_timeout: Duration, Time::seconds(1), "3600";
        /// Age in seconds at which a call ends, no matter what; 0 is never
        "final-timeout" => final_timeout: Duration, Time::seconds(0), "0";
        /// Seconds that a deleted call lives on, unless the request says otherwise
        "delete-delay" => delete_delay: Duration, Time::seconds(0), "30";
        /// DSCP byte (TOS) of media, unless the call says otherwise
        "tos" => tos: u8, Whole::<u8>::new("BYTE", 0, 255), "0";
        /// Learning of the source of a stream, unless the call says otherwise: off (the signalled endpoint is the
        /// endpoint), immediate (the first packet decides), delayed (the last packet of three seconds) or heuristic
        /// (the best match of three seconds; an exact one at once)
        "endpoint-learning" => learning: Learning, Choice("MODE", LEARNING), "heuristic";
        /// Protection of a confirmed source: while it is alive, others are kept out; off is rtpengine's behaviour
        "source-guard" => guard: bool, Switch, "true";
        /// Silence of a confirmed source, in milliseconds, after which a plausible continuation from another is
        /// learned
        "source-guard-silence-ms" => guard_silence: Duration, Time::milliseconds(0), "500";
    }
    fields {
        /// Own calls are published.
        publish: bool = false;
        /// The node's own keyspace.
        keyspace: Keyspace = Keyspace(0);
        /// Signalling for a foreign call makes it own.
        take_over_by_signalling: bool = true;
        /// Packets from the confirmed source that make a foreign call own; zero is off.
        take_over_by_media_packets: u32 = 0;
        /// The value of `a=rtpengine:` under `loop-protect`: names this relay.
        instance: Text = Text::from("tandem");
    }
}

/// The words of `endpoint-learning`.
const LEARNING: &[(&str, Learning)] = &[
    ("off", Learning::Off),
    ("immediate", Learning::Immediate),
    ("delayed", Learning::Delayed),
    ("heuristic", Learning::Heuristic),
];
