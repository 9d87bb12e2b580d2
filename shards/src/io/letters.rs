//! Letters: what shards hand to each other, and threads to shards, beside commands.

use std::sync::Arc;

use super::AskError;
use super::mailbox::{self, SendError};
use crate::names::ShardId;

/// The letter boxes of all shards.
#[derive(Debug)]
pub struct Letters<L> {
    mailboxes: Arc<[mailbox::Sender<L>]>,
}

impl<L> Letters<L> {
    pub(super) fn new(mailboxes: Vec<mailbox::Sender<L>>) -> Letters<L> {
        Letters { mailboxes: mailboxes.into() }
    }

    /// The number of shards.
    pub fn shard_count(&self) -> u16 {
        u16::try_from(self.mailboxes.len()).expect("as many as ShardIds")
    }

    /// Puts a letter into the box of a shard.
    ///
    /// # Errors
    /// The letter, and why it was not taken: [`AskError::Busy`] or [`AskError::Stopped`].
    pub fn send(&self, shard: ShardId, letter: L) -> Result<(), (L, AskError)> {
        let mailbox = self.mailboxes.get(usize::from(shard.0)).expect("a shard of this node");
        mailbox.send(letter).map_err(|error| match error {
            SendError::Full(letter) => (letter, AskError::Busy),
            SendError::Gone(letter) => (letter, AskError::Stopped),
        })
    }
}

impl<L> Clone for Letters<L> {
    fn clone(&self) -> Self {
        Letters { mailboxes: Arc::clone(&self.mailboxes) }
    }
}
