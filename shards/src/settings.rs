//! What an operator can set about calls, already validated.

use std::time::Duration;

/// How the source of a stream is found.
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

/// Settings of a shard; they may change while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A call ends when every receiving stream was without packets for this long.
    pub timeout: Duration,
    /// The same for streams that are held, so not expected to receive.
    pub silent_timeout: Duration,
    /// A call ends when it was not answered for this long.
    pub offer_timeout: Duration,
    /// A call ends at this age, no matter what; zero is off.
    pub final_timeout: Duration,
    /// A deleted call lives on for this long, unless the request says otherwise.
    pub delete_delay: Duration,
    /// DSCP byte of what is sent, unless the call says otherwise.
    pub tos: u8,
    /// How sources are learned, unless the call says otherwise.
    pub learning: Learning,
    /// Whether a confirmed source that is alive keeps others out; off is rtpengine's behaviour.
    pub guard: bool,
    /// How long a confirmed source must be silent before a plausible continuation from another is learned.
    pub guard_silence: Duration,
    /// Whether own calls are published.
    pub publish: bool,
    /// The node's own keyspace.
    pub keyspace: crate::names::Keyspace,
    /// Whether signalling for a foreign call makes it own.
    pub take_over_by_signalling: bool,
    /// Whether media for a foreign call makes it own, after the source check and this many packets; zero is
    /// off.
    pub take_over_by_media_packets: u32,
    /// The value of `a=rtpengine:` under `loop-protect`: names this relay.
    pub instance: crate::names::Text,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            timeout: Duration::from_secs(60),
            silent_timeout: Duration::from_secs(3600),
            offer_timeout: Duration::from_secs(3600),
            final_timeout: Duration::ZERO,
            delete_delay: Duration::from_secs(30),
            tos: 0,
            learning: Learning::Heuristic,
            guard: true,
            guard_silence: Duration::from_millis(500),
            publish: false,
            keyspace: crate::names::Keyspace(0),
            take_over_by_signalling: true,
            take_over_by_media_packets: 0,
            instance: crate::names::Text::from("tandem"),
        }
    }
}
