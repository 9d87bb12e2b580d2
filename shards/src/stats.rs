//! Counters of a shard: plain numbers with one writer. Readers get copies.

use crate::call::state::StreamCounts;
use crate::names::ShardId;
use crate::reasons::{DropReason, EndCause};

/// Packets at one local address since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Packets received; its errors are packets dropped.
    pub ingress: StreamCounts,
    /// Packets sent; its errors are packets that the kernel refused to send.
    pub egress: StreamCounts,
}

impl Traffic {
    /// Adds another shard's.
    pub fn add(&mut self, other: &Traffic) {
        for (sum, more) in [(&mut self.ingress, other.ingress), (&mut self.egress, other.egress)] {
            sum.packets += more.packets;
            sum.bytes += more.bytes;
            sum.errors += more.errors;
        }
    }
}

/// Counters of one shard since its start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Packets received, late ones of closed sockets included.
    pub packets: u64,
    /// Their payload bytes.
    pub bytes: u64,
    /// Packets handed to the kernel.
    pub forwarded: u64,
    /// Their payload bytes.
    pub forwarded_bytes: u64,
    /// Packets by local address, in the order of [`crate::interfaces::Interfaces::addresses`].
    pub traffic: Vec<Traffic>,
    /// Packets that the relay itself took.
    pub consumed: u64,
    /// Packets dropped, by reason, in the order of [`DropReason::ALL`].
    pub drops: [u64; DropReason::ALL.len()],
    /// Sends that the kernel refused.
    pub send_errors: u64,
    /// Calls created by offers.
    pub created: u64,
    /// Calls created by records.
    pub restored: u64,
    /// Offers refused by a limit.
    pub rejected: u64,
    /// Calls ended, by cause, in the order of [`EndCause::ALL`].
    pub ended: [u64; EndCause::ALL.len()],
    /// RTP media of ended own calls in which neither side sent a packet; one for each media, as rtpengine counts.
    pub zero_way_streams: u64,
    /// RTP media of ended own calls in which one side only sent packets.
    pub one_way_streams: u64,
    /// Sum of the durations of ended own calls, in microseconds.
    pub duration_us_sum: u128,
    /// Sum of the squares of the durations of ended own calls, in microseconds squared.
    pub duration_us2_sum: u128,
}

impl Counters {
    /// Counts a dropped packet.
    pub fn count_drop(&mut self, reason: DropReason) {
        self.drops[reason as usize] += 1;
    }

    /// Number of packets dropped for a reason.
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.drops[reason as usize]
    }

    /// Counts an ended call.
    pub fn count_end(&mut self, cause: EndCause) {
        self.ended[cause as usize] += 1;
    }

    /// Number of calls that ended for a cause.
    pub fn ended(&self, cause: EndCause) -> u64 {
        self.ended[cause as usize]
    }

    /// Adds another shard's counters.
    pub fn add(&mut self, other: &Counters) {
        self.packets += other.packets;
        self.bytes += other.bytes;
        self.forwarded += other.forwarded;
        self.forwarded_bytes += other.forwarded_bytes;
        let addresses = self.traffic.len().max(other.traffic.len());
        self.traffic.resize(addresses, Traffic::default());
        for (sum, more) in self.traffic.iter_mut().zip(&other.traffic) {
            sum.add(more);
        }
        self.consumed += other.consumed;
        self.send_errors += other.send_errors;
        self.created += other.created;
        self.restored += other.restored;
        self.rejected += other.rejected;
        self.zero_way_streams += other.zero_way_streams;
        self.one_way_streams += other.one_way_streams;
        self.duration_us_sum += other.duration_us_sum;
        self.duration_us2_sum += other.duration_us2_sum;
        for (sum, value) in self.drops.iter_mut().zip(other.drops) {
            *sum += value;
        }
        for (sum, value) in self.ended.iter_mut().zip(other.ended) {
            *sum += value;
        }
    }
}

/// Report of a shard about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardReport {
    /// Number of the shard.
    pub shard: ShardId,
    /// The CPU it is pinned to, if it is; filled in by the driver.
    pub cpu: Option<usize>,
    /// Own calls.
    pub own: u64,
    /// Foreign calls.
    pub foreign: u64,
    /// Foreign calls whose ports could not be opened yet.
    pub pending: u64,
    /// Calls whose media is IPv4 only.
    pub ip4_only: u64,
    /// Calls whose media is IPv6 only.
    pub ip6_only: u64,
    /// Calls with media of both families.
    pub mixed: u64,
    /// Open sockets: one for each port in use.
    pub sockets: u64,
    /// Media streams in use.
    pub streams: u64,
    /// Counters since the start.
    pub counters: Counters,
    /// Microseconds that the shard's loop was busy since its start; filled in by the driver.
    pub busy_us: u64,
    /// Microseconds since the start of the shard; filled in by the driver.
    pub uptime_us: u64,
}
