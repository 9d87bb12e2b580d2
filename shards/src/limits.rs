//! Every ceiling in one table. What reaches one is refused by name and counted.
//!
//! Memory per shard, at the ceilings that matter: a call with one audio media is four sockets. Each costs
//! about 3.4 KB in the kernel and a slot here; the call itself is about 2 KB. 4096 receive buffers of 2 KB
//! are 8 MB.

/// Sockets one shard can hold open.
pub const SOCKETS_PER_SHARD_MAX: u32 = 1 << 18;
/// Own calls of a shard that ended a short while ago and are remembered; the oldest is forgotten first.
pub const RECENTLY_ENDED_MAX: usize = 16_384;
/// Media sections in one SDP.
pub const MEDIA_PER_CALL_MAX: usize = 32;
/// Parties of one call; forking to more branches is refused.
pub const LEGS_PER_CALL_MAX: usize = 32;
/// Port pairs that one media keeps for endpoints its counterpart had earlier.
pub const PORT_SETS_PER_MEDIA_MAX: usize = 16;
/// Consecutive port pairs of one media (`m=audio 6000/2`).
pub const PORTS_PER_MEDIA_MAX: u16 = 4;
/// Bytes of one SDP body.
pub const SDP_BYTES_MAX: usize = 64 * 1024;
/// Bytes of one name: call-id, tag, branch, label.
pub const NAME_BYTES_MAX: usize = 4096;
/// Payload formats of one media section.
pub const FORMATS_PER_MEDIA_MAX: usize = 128;
/// Attempts to open a port before giving up, when other processes hold them.
pub const OPEN_ATTEMPTS_MAX: usize = 64;
/// Commands waiting for one shard.
pub const MAILBOX_DEPTH: usize = 4096;
/// Callers that may wait for an answer at the same time.
pub const CALLERS_MAX: usize = 64;
/// Changes of own calls that wait for the store; beyond, everything is published again.
pub const PUBLICATIONS_MAX: usize = 16384;
/// Events that wait for the log; beyond, they are dropped and counted.
pub const EVENTS_MAX: usize = 4096;
/// Bytes of one received datagram that are looked at and relayed; longer ones are dropped by name.
pub const DATAGRAM_BYTES_MAX: usize = 2048 - 16 - 28;
/// Records of one shard that wait for ports that somebody else holds.
pub const PENDING_RESTORES_MAX: usize = 16 * 1024;
/// Descriptors that media leaves to others, since operators need one to get in; of few, a quarter.
const OTHER_DESCRIPTORS: u64 = 1024;

/// Descriptors that media may have in a process that may have so many.
pub const fn media_descriptors(all: u64) -> u64 {
    let quarter = all / 4;
    all - if quarter < OTHER_DESCRIPTORS { quarter } else { OTHER_DESCRIPTORS }
}

/// Descriptors that a process must have, for media to have so many.
pub const fn descriptors_for(media: u64) -> u64 {
    if media >= 3 * OTHER_DESCRIPTORS { media + OTHER_DESCRIPTORS } else { (media * 4).div_ceil(3) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_media_needs_it_may_have() {
        for media in (0..20_000).step_by(7) {
            let all = descriptors_for(media);
            assert!(media_descriptors(all) >= media, "{media} of {all}");
            assert!(all == 0 || media_descriptors(all - 1) <= media, "{media} of {all}");
        }
        assert_eq!((media_descriptors(160), media_descriptors(20_000)), (120, 18_976));
    }
}
