//! Commands to Redis and their replies, as plain data.

use std::time::Duration;

use tandem_shards::names::{CallId, Keyspace};

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The database it is about.
    pub keyspace: Keyspace,
    /// The command and its arguments.
    pub words: Vec<Vec<u8>>,
}

/// What Redis answers to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// `OK`.
    Done,
    /// A number.
    Number(i64),
    /// A value.
    Value(Vec<u8>),
    /// No such key.
    Nothing,
    /// A page of `SCAN`: the cursor to go on from, 0 at the end, and the keys.
    Page(u64, Vec<Vec<u8>>),
    /// A key of another type.
    WrongType,
    /// An error that leaves the connection usable: read-only, out of memory, loading.
    Refused(String),
}

/// Commands to send in one go. The replies come back in the same order, under the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Counts the batches of a task.
    pub id: u64,
    /// The commands.
    pub commands: Vec<Command>,
}

/// A failed connection, or a server that cannot be used, in the operator's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble(pub String);

impl From<redis::RedisError> for Trouble {
    fn from(error: redis::RedisError) -> Self {
        Trouble(error.to_string())
    }
}

/// Deletes a record and its notifier if the record still is what was read.
const COMPARE_AND_DELETE: &str = "if redis.call('GET',KEYS[1])==ARGV[1] then redis.call('DEL',KEYS[2]) \
    return redis.call('DEL',KEYS[1]) end return 0";

/// Deletes the notifiers, every second key, whose records are gone.
const DELETE_ORPHANS: &str = "for i=1,#KEYS,2 do if redis.call('EXISTS',KEYS[i])==0 then \
    redis.call('DEL',KEYS[i+1]) end end return 0";
/// Prefix of the keys whose only purpose is to be noticed when they change.
const NOTIFIER: &[u8] = b"notifier-";

fn command(keyspace: Keyspace, words: &[&[u8]]) -> Command {
    Command { keyspace, words: words.iter().map(|word| word.to_vec()).collect() }
}

fn seconds(time: Duration) -> Vec<u8> {
    time.as_secs().max(1).to_string().into_bytes()
}

fn notifier(call_id: &CallId) -> Vec<u8> {
    [NOTIFIER, call_id.as_bytes()].concat()
}

/// Stores a record. One command, not `SET` and `EXPIRE`: nothing must ever be stored for good.
pub(super) fn store(keyspace: Keyspace, call_id: &CallId, value: &[u8], expires: Duration) -> Command {
    command(keyspace, &[b"SET", call_id.as_bytes(), value, b"EX", &seconds(expires)])
}

/// Makes and unmakes the key whose only purpose is to be noticed. After the record, so that it can be read
/// by then.
pub(super) fn announce(keyspace: Keyspace, call_id: &CallId, expires: Duration) -> [Command; 3] {
    let notifier = notifier(call_id);
    [
        command(keyspace, &[b"DEL", &notifier]),
        command(keyspace, &[b"SADD", &notifier, call_id.as_bytes()]),
        command(keyspace, &[b"EXPIRE", &notifier, &seconds(expires)]),
    ]
}

/// Deletes a record.
pub(super) fn delete(keyspace: Keyspace, call_id: &CallId) -> Command {
    command(keyspace, &[b"DEL", call_id.as_bytes()])
}

/// Deletes a notifier.
pub(super) fn silence(keyspace: Keyspace, call_id: &CallId) -> Command {
    command(keyspace, &[b"DEL", &notifier(call_id)])
}

/// Lets a record live on. No `SET`, after which an rtpengine would make the call anew.
pub(super) fn refresh(keyspace: Keyspace, call_id: &CallId, expires: Duration) -> Command {
    command(keyspace, &[b"EXPIRE", call_id.as_bytes(), &seconds(expires)])
}

/// Lets a notifier live on.
pub(super) fn refresh_notifier(keyspace: Keyspace, call_id: &CallId, expires: Duration) -> Command {
    command(keyspace, &[b"EXPIRE", &notifier(call_id), &seconds(expires)])
}

/// Reads a record.
pub(super) fn read(keyspace: Keyspace, call_id: &CallId) -> Command {
    command(keyspace, &[b"GET", call_id.as_bytes()])
}

/// Deletes a record if it still is what was read.
pub(super) fn compare_and_delete(keyspace: Keyspace, call_id: &CallId, value: &[u8]) -> Command {
    let script = COMPARE_AND_DELETE.as_bytes();
    command(keyspace, &[b"EVAL", script, b"2", call_id.as_bytes(), &notifier(call_id), value])
}

/// Reads a page of keys.
pub(super) fn scan(keyspace: Keyspace, cursor: u64, count: u32) -> Command {
    let (cursor, count) = (cursor.to_string(), count.to_string());
    command(keyspace, &[b"SCAN", cursor.as_bytes(), b"COUNT", count.as_bytes()])
}

/// Deletes the notifiers among these keys whose records are gone; none if there is no notifier.
pub(super) fn delete_orphans(keyspace: Keyspace, keys: &[Vec<u8>]) -> Option<Command> {
    let notifiers = keys.iter().filter_map(|key| Some((key.strip_prefix(NOTIFIER)?, key)));
    let pairs: Vec<&[u8]> = notifiers.flat_map(|(call_id, notifier)| [call_id, notifier]).collect();
    let count = pairs.len().to_string();
    let words = [&[b"EVAL", DELETE_ORPHANS.as_bytes(), count.as_bytes()], &pairs[..]].concat();
    (!pairs.is_empty()).then(|| command(keyspace, &words))
}

/// Sends a message to a channel.
pub(super) fn publish(keyspace: Keyspace, (channel, message): &(String, String)) -> Command {
    command(keyspace, &[b"PUBLISH", channel.as_bytes(), message.as_bytes()])
}

/// Asks for a sign of life.
pub(super) fn ping(keyspace: Keyspace) -> Command {
    command(keyspace, &[b"PING"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_notifiers_are_looked_at_for_orphans() {
        let keys = ["a", "notifier-a", "calls", "notifier-b"].map(|key| key.as_bytes().to_vec());
        let words = delete_orphans(Keyspace(2), &keys).expect("there are notifiers").words;
        let shown: Vec<&[u8]> = words.iter().skip(2).map(Vec::as_slice).collect();
        assert_eq!(shown, [b"4".as_slice(), b"a", b"notifier-a", b"b", b"notifier-b"]);
        assert_eq!(delete_orphans(Keyspace(2), &keys[..1]), None);
    }
}
