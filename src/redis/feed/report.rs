//! What a feed can tell about itself.

use std::collections::BTreeMap;
use std::time::Duration;

use tandem_shards::names::Keyspace;
use tandem_shards::time::Timestamp;

use super::{Feed, Peer};

/// What a feed has counted since it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedCounters {
    /// Notifications about calls.
    pub notifications: u64,
    /// Those of them that found the call waiting to be looked at already.
    pub coalesced: u64,
    /// Calls that were not looked at since too many were waiting; their keyspace is swept instead.
    pub overflowed: u64,
    /// Records read.
    pub fetched: u64,
    /// Keys that are no records of calls.
    pub alien: u64,
    /// Records that cannot be read, by the name of the reason.
    pub bad: BTreeMap<&'static str, u64>,
    /// Records that say what is known.
    pub unchanged: u64,
    /// Records older than what is known.
    pub stale: u64,
    /// Calls made from records.
    pub created: u64,
    /// Calls brought up to date.
    pub updated: u64,
    /// Own calls that turned out to be owned elsewhere by now.
    pub yielded: u64,
    /// Records of calls that are own here.
    pub own_here: u64,
    /// Calls whose ports are not free yet.
    pub waiting_for_ports: u64,
    /// Calls that cannot be held here.
    pub refused: u64,
    /// Restorations that a shard never answered.
    pub unanswered: u64,
    /// Calls ended since their record was gone.
    pub destroyed: u64,
    /// Own records that were gone without having been deleted here.
    pub own_records_gone: u64,
    /// Sweeps finished.
    pub sweeps: u64,
    /// Times that the connection was lost.
    pub lost: u64,
    /// From the last notification to when its call was brought up to date.
    pub lag: Duration,
}

/// How a followed keyspace stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyspaceReport {
    /// Which.
    pub keyspace: Keyspace,
    /// Whether Redis has confirmed that it will tell of changes.
    pub subscribed: bool,
    /// Whether it is being swept.
    pub sweeping: bool,
    /// Calls waiting to be looked at.
    pub pending: usize,
    /// Calls held for it.
    pub held: usize,
    /// When the last notification came.
    pub last_event: Option<Timestamp>,
    /// When the last sweep ended: since then nothing was missed, unless Redis dropped events.
    pub last_sweep: Option<Timestamp>,
    /// The node whose keyspace it is, if it was heard of.
    pub peer: Option<Peer>,
}

/// Something worth a log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedEvent {
    /// A record that cannot be read. Told once for each reason, until it can be read.
    BadRecord {
        /// Where it is.
        keyspace: Keyspace,
        /// Whose it is.
        call_id: tandem_shards::names::CallId,
        /// Why it cannot be read.
        error: crate::redis::record::RecordError,
    },
    /// More changed at once than can be kept in mind: the keyspace is swept.
    Overflow(Keyspace),
    /// A sweep has ended.
    Swept {
        /// Of what.
        keyspace: Keyspace,
        /// Records found.
        records: usize,
        /// Calls known here whose record was not found.
        missing: usize,
    },
}

impl Feed {
    /// The own keyspace.
    pub fn own(&self) -> Keyspace {
        self.context.keyspace
    }

    /// The keyspaces that are followed, without the own one.
    pub fn keyspaces(&self) -> impl Iterator<Item = Keyspace> + '_ {
        self.followed.keys().copied().filter(|keyspace| *keyspace != self.context.keyspace)
    }

    /// How the followed keyspaces stand, the own one among them.
    pub fn report(&self) -> Vec<KeyspaceReport> {
        let mut reports: Vec<KeyspaceReport> = Vec::new();
        for (keyspace, followed) in &self.followed {
            reports.push(KeyspaceReport {
                keyspace: *keyspace,
                subscribed: followed.subscribed,
                sweeping: followed.sweep.is_under_way(),
                pending: self.pending.keys().filter(|(of, _)| of == keyspace).count(),
                held: 0,
                last_event: followed.last_event,
                last_sweep: followed.last_sweep,
                peer: followed.peer,
            });
        }
        for held in self.held.values() {
            if let Some(report) = reports.iter_mut().find(|report| report.keyspace == held.keyspace) {
                report.held += 1;
            }
        }
        reports
    }
}
