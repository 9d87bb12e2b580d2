//! The shard of a call.

use crate::names::{CallId, ShardId};

/// The shard of a call: the same for every message of the call, on every thread.
///
/// The hash need only be stable inside one process: another node with another number of shards puts the
/// same call elsewhere, and ports are claimed from one bitmap by whoever restores it.
pub fn shard_of(call_id: &CallId, shard_count: u16) -> ShardId {
    assert!(shard_count > 0, "a node has at least one shard");
    let hash = fnv1a(call_id.as_bytes());
    // The high half of a multiplication spreads better than a remainder and costs less.
    let index = (u128::from(hash) * u128::from(shard_count)) >> 64;
    ShardId(u16::try_from(index).expect("below the number of shards"))
}

/// FNV-1a with a final mix: a few instructions, no key, good enough for call-ids that differ in any byte.
pub fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in bytes {
        hash ^= u64::from(*byte);
        hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "so many hashes take minutes there, and it is arithmetic only")]
    fn calls_spread_evenly_and_stay_put() {
        let mut counts = [0u32; 7];
        for n in 0..70_000 {
            let id = CallId::from(format!("{n}@host.example").as_str());
            let shard = shard_of(&id, 7);
            assert_eq!(shard, shard_of(&id, 7));
            counts[usize::from(shard.0)] += 1;
        }
        for count in counts {
            assert!((9_000..11_000).contains(&count), "uneven: {counts:?}");
        }
    }
}
