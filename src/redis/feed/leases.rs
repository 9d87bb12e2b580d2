//! What is known of the nodes whose keyspaces are followed: how long their records are known, and whether they are
//! there.

use std::time::Duration;

use tandem_shards::names::Keyspace;
use tandem_shards::time::Timestamp;

use super::{Feed, Followed, Output, Presence};

/// Leases are renewed this often at least.
const RENEWAL_MAX: Duration = Duration::from_secs(30);

/// A node that follows this one's keyspace, or not, and when it was heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// When it last said that it is there, or wrote a record.
    pub heard: Timestamp,
    /// Whether it follows this node's keyspace. An rtpengine does not say, and is taken to.
    pub holds_ours: bool,
}

impl Followed {
    /// Somebody wrote a record there: nobody but the node whose keyspace it is does.
    pub(super) fn note_writer(&mut self, now: Timestamp) {
        let holds_ours = self.peer.is_none_or(|peer| peer.holds_ours);
        self.peer = Some(Peer { heard: now, holds_ours });
    }
}

impl Feed {
    pub(super) fn note_presence(&mut self, now: Timestamp, presence: &Presence) {
        let holds_ours = presence.follows.contains(&self.context.keyspace);
        if let Some(followed) = self.followed.get_mut(&presence.keyspace) {
            followed.peer = Some(Peer { heard: now, holds_ours });
        }
    }

    /// The foreign calls of a keyspace are its node's business from now on for as long as records live.
    pub(super) fn renew_lease(&mut self, now: Timestamp, keyspace: Keyspace) {
        if keyspace == self.context.keyspace {
            return;
        }
        if let Some(followed) = self.followed.get_mut(&keyspace) {
            followed.leased = Some(now);
            self.outputs.push_back(Output::Lease { keyspace, until: now + self.settings.lease });
        }
    }

    pub(super) fn renew_leases(&mut self, now: Timestamp) {
        let is_due =
            |(_, followed): &(&Keyspace, &Followed)| self.lease_due(followed).is_some_and(|due| due <= now);
        let due: Vec<Keyspace> = self.followed.iter().filter(is_due).map(|(keyspace, _)| *keyspace).collect();
        for keyspace in due {
            self.renew_lease(now, keyspace);
        }
    }

    pub(super) fn next_lease(&self) -> Option<Timestamp> {
        self.followed.values().filter_map(|followed| self.lease_due(followed)).min()
    }

    /// While notifications arrive and all records have been looked at since they do, nothing is missed.
    fn lease_due(&self, followed: &Followed) -> Option<Timestamp> {
        let renewal = RENEWAL_MAX.min(self.settings.lease / 4);
        followed.leased.filter(|_| followed.subscribed && followed.sweep.is_done()).map(|at| at + renewal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redis::feed::FeedSettings;
    use crate::redis::feed::tests::{PEER, at, feed, notify, of};
    use crate::redis::record::specimen::{OWN, context};

    /// Leases as keyspaces, and seconds from the beginning.
    fn leases(feed: &mut Feed) -> Vec<(u32, u64)> {
        let lease = |output| match output {
            Output::Lease { keyspace, until } => Some((keyspace.0, until.since(at(0)).as_secs())),
            _ => None,
        };
        std::iter::from_fn(|| feed.poll()).filter_map(lease).collect()
    }

    #[test]
    fn a_keyspace_has_a_lease_while_nothing_can_be_missed() {
        let mut feed = Feed::new(FeedSettings::default(), context());
        feed.add_keyspace(PEER);
        feed.on_connected();
        leases(&mut feed);
        // From the start, since what is read is there.
        feed.on_subscribed(at(0), of(&feed, OWN));
        feed.on_subscribed(at(0), of(&feed, PEER));
        assert_eq!(leases(&mut feed), [(3, 86400)]);
        feed.tick(at(40_000));
        assert_eq!(leases(&mut feed), [], "not all records have been looked at");
        feed.on_scan_page(at(40_000), of(&feed, PEER), 0, &[]);
        feed.on_known(at(40_000), of(&feed, PEER), &[]);
        feed.tick(at(40_000));
        assert_eq!(leases(&mut feed), [(3, 86440)]);
        feed.tick(at(69_999));
        assert_eq!(leases(&mut feed), []);
        assert!(feed.next_tick() <= Some(at(70_000)));
        feed.tick(at(70_000));
        assert_eq!(leases(&mut feed), [(3, 86470)]);
        // Connected again and again, it never gets as far as the end of a sweep.
        for n in 1..5 {
            feed.on_lost();
            feed.on_connected();
            feed.on_subscribed(at(100_000 * n), of(&feed, PEER));
            feed.tick(at(100_000 * n + 50_000));
            assert_eq!(leases(&mut feed), []);
        }
        assert!(feed.remove_keyspace(PEER));
        assert_eq!(leases(&mut feed), [(3, 0)]);
    }

    #[test]
    fn a_node_is_heard_of_by_what_it_says_and_writes() {
        let mut feed = feed();
        let peer = |feed: &Feed| {
            feed.report().into_iter().find(|report| report.keyspace == PEER).expect("followed").peer
        };
        assert_eq!(peer(&feed), None);
        // Records that go say nothing: Redis expires them, and others delete them.
        notify(&mut feed, 10, PEER, "c", "expired");
        assert_eq!(peer(&feed), None);
        notify(&mut feed, 20, PEER, "c", "set");
        assert_eq!(peer(&feed), Some(Peer { heard: at(20), holds_ours: true }));
        notify(&mut feed, 30, PEER, "tandem-node", "alive 7");
        assert_eq!(peer(&feed), Some(Peer { heard: at(30), holds_ours: false }));
        notify(&mut feed, 40, PEER, "c", "set");
        assert_eq!(peer(&feed), Some(Peer { heard: at(40), holds_ours: false }));
        notify(&mut feed, 50, PEER, "tandem-node", &format!("alive 7 {OWN}"));
        assert_eq!(peer(&feed), Some(Peer { heard: at(50), holds_ours: true }));
        notify(&mut feed, 60, Keyspace(9), "tandem-node", "alive 2");
        assert_eq!(peer(&feed), Some(Peer { heard: at(50), holds_ours: true }), "of another node");
    }
}
