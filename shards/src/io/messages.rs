//! Messages: what shards hand to each other, and threads to shards, beside commands.

use std::sync::Arc;

use super::AskError;
use super::mailbox::{self, SendError};
use crate::names::ShardId;

/// The mailboxes of all shards.
#[derive(Debug)]
pub struct Messages<M> {
    mailboxes: Arc<[mailbox::Sender<M>]>,
}

impl<M> Messages<M> {
    pub(super) fn new(mailboxes: Vec<mailbox::Sender<M>>) -> Messages<M> {
        Messages { mailboxes: mailboxes.into() }
    }

    /// The number of shards.
    pub fn shard_count(&self) -> u16 {
        u16::try_from(self.mailboxes.len()).expect("as many as ShardIds")
    }

    /// Puts a message into the box of a shard.
    ///
    /// # Errors
    /// The message, and why it was not taken: [`AskError::Busy`] or [`AskError::Stopped`].
    pub fn send(&self, shard: ShardId, message: M) -> Result<(), (M, AskError)> {
        let mailbox = self.mailboxes.get(usize::from(shard.0)).expect("a shard of this node");
        mailbox.send(message).map_err(|error| match error {
            SendError::Full(message) => (message, AskError::Busy),
            SendError::Gone(message) => (message, AskError::Stopped),
        })
    }
}

impl<M> Clone for Messages<M> {
    fn clone(&self) -> Self {
        Messages { mailboxes: Arc::clone(&self.mailboxes) }
    }
}
