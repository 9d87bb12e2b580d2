//! What is said to Redis, and what it answers.

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
    /// An error that leaves the connection usable: read-only, out of memory, loading.
    Refused,
}

/// Deletes a record and its notifier if the record still is what was read.
const COMPARE_AND_DELETE: &str = "if redis.call('GET',KEYS[1])==ARGV[1] then redis.call('DEL',KEYS[2]) \
    return redis.call('DEL',KEYS[1]) end return 0";

fn command(keyspace: Keyspace, words: &[&[u8]]) -> Command {
    Command { keyspace, words: words.iter().map(|word| word.to_vec()).collect() }
}

fn seconds(time: Duration) -> Vec<u8> {
    time.as_secs().max(1).to_string().into_bytes()
}

fn notifier(call_id: &CallId) -> Vec<u8> {
    [b"notifier-".as_slice(), call_id.as_bytes()].concat()
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
