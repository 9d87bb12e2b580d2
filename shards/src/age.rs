//! The order of the records of one call-id, and of two nodes that both own a call.

use std::cmp::{Ordering, Reverse};

use crate::call::state::{CallBrief, CallState, Version};
use crate::names::Keyspace;
use crate::time::Timestamp;

/// Orders two records of one call-id: a call made later is newer than one made earlier, and of one call the version
/// decides: first the epoch, which counts changes of ownership, then the sequence.
///
/// Records of rtpengine have epoch 0, and the time of the last signal as their sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age {
    /// Time at which the call was made.
    pub created: Timestamp,
    /// The version of the record.
    pub version: Version,
}

/// The claim of a node to a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    /// The age of its record.
    pub(crate) age: Age,
    /// Time at which it was last signalled there.
    pub(crate) last_signal: Timestamp,
    /// The node's keyspace.
    pub(crate) keyspace: Keyspace,
}

impl Claim {
    /// True if the node that has taken a call over keeps it although another one has taken it over too: the one that
    /// was signalled last does, since the parties go by what it has told them. Of two equals it is the one with the
    /// lower keyspace; epochs alone do not tell them apart, since both may have counted from the same record.
    pub(crate) fn prevails_over(&self, other: &Claim) -> bool {
        let tie = (self.last_signal, Reverse(self.keyspace)) > (other.last_signal, Reverse(other.keyspace));
        self.age.created == other.age.created
            && match other.age.version.epoch.cmp(&self.age.version.epoch) {
                Ordering::Less => false,
                Ordering::Equal => tie,
                Ordering::Greater => self.last_signal > other.last_signal,
            }
    }
}

impl CallState {
    /// The age of the record that says this.
    pub fn age(&self) -> Age {
        Age { created: self.created, version: self.version }
    }
}

impl CallBrief {
    /// The age of the newest record of the call.
    pub fn age(&self) -> Age {
        Age { created: self.created, version: self.version }
    }
}
