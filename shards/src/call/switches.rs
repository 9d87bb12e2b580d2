//! Switches of an offer or answer: flags of the ng protocol that are given or not.
//!
//! A switch is one row here: its field, the names of its flag (the usual one first), and its effect. The ng layer reads
//! requests and prints its page of flags from these rows.

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct SwitchRow {
    /// The names of the flag, in every spelling that is not made by exchanging blank, hyphen and underscore.
    pub names: &'static [&'static str],
    /// Its effect.
    pub help: &'static str,
    /// Turns it on.
    pub set: fn(&mut Switches),
}

macro_rules! switches {
    ($($(#[doc = $help:literal])+ $field:ident [$($name:literal),+])+) => {
        /// The switches of an offer or answer; all are off unless they were asked for.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Switches {
            $($(#[doc = $help])+ pub $field: bool,)+
        }

        impl Switches {
            /// All switches.
            pub const ROWS: &[SwitchRow] = &[$(SwitchRow {
                names: &[$($name),+],
                help: concat!($($help),+),
                set: |switches| switches.$field = true,
            }),+];
        }
    };
}

switches! {
    /// Never takes the endpoint from packets.
    asymmetric ["asymmetric"]
    /// Drops packets from any source but the confirmed one.
    strict_source ["strict-source"]
    /// Learns a new source at any time instead of dropping it.
    media_handover ["media-handover"]
    /// Counts one-way streams as confirmed.
    unidirectional ["unidirectional"]
    /// Marks the SDP with `a=rtpengine`, and returns one that carries this node's mark unchanged.
    loop_protect ["loop-protect"]
    /// Leaves direction attributes as they came.
    original_direction ["original-sendrecv"]
    /// Sends empty datagrams to the endpoint until something arrives.
    pierce_nat ["pierce-NAT", "pierce-nat"]
    /// Holds packets to a party back until that party has sent.
    nat_wait ["NAT-wait", "nat-wait"]
    /// Drops short RTP packets.
    block_short ["block-short", "block-shorts", "block-short-packets"]
    /// Leaves the stored record of the call as it is.
    no_redis_update ["no-redis-update"]
    /// Gives `a=mid` to sections that have none.
    generate_mid ["generate-mid"]
    /// Takes another to-tag for another party, not for an alias.
    new_branch ["new-branch"]
}
