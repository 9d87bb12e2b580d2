//! Tasks of the thread `ng-node`, and their channel.

use crossbeam_channel::{Receiver, Sender, bounded};
use tandem_shards::names::ShardId;

use super::message::IncomingMessage;

/// Tasks that may wait. A request beyond them is refused as an overload.
const TASKS_MAX: usize = 256;
/// A task of the thread.
#[derive(Debug)]
pub enum NodeTask {
    /// A message.
    Message(Box<IncomingMessage>),
    /// A shard that does not turn.
    Stalled(ShardId),
    /// The end.
    End,
}

/// The channel of its tasks.
pub fn channel() -> (Sender<NodeTask>, Receiver<NodeTask>) {
    bounded(TASKS_MAX)
}
