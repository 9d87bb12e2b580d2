//! What Redis says when a key changes.

use tandem_shards::limits::NAME_BYTES_MAX;
use tandem_shards::names::{CallId, Keyspace};

const CHANNEL: &[u8] = b"__keyspace@";
/// Prefix of the keys whose only purpose is to be noticed when they change.
const NOTIFIER: &[u8] = b"notifier-";
/// Where a key would stand, in the channel on which a node says that it is there. No key has this name.
const NODE: &str = "tandem-node";
/// What a node says there; the keyspaces that it follows come after it.
const ALIVE: &str = "alive ";

/// The pattern that all events of a keyspace match, and none of another.
pub fn pattern(keyspace: Keyspace) -> String {
    format!("__keyspace@{keyspace}__:*")
}

/// An event about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notification {
    pub(super) keyspace: Keyspace,
    pub(super) call_id: CallId,
    pub(super) change: Change,
}

/// What happened. Whatever it is, it says no more than that the record should be looked at, unless it is one's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Its notifier changed.
    Announced,
    /// The record was written.
    Written,
    /// The record went away.
    Gone,
}

/// A node says that it is there, and which keyspaces it follows: over its connection for own calls, on a channel of
/// its own keyspace, where the nodes that follow it hear it among its notifications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// The node's own keyspace.
    pub keyspace: Keyspace,
    /// The keyspaces that it follows.
    pub follows: Vec<Keyspace>,
}

impl Presence {
    /// The channel and the message.
    pub fn words(&self) -> (String, String) {
        let follows: Vec<String> = self.follows.iter().map(ToString::to_string).collect();
        (format!("__keyspace@{}__:{NODE}", self.keyspace), format!("{ALIVE}{}", follows.join(" ")))
    }

    pub(super) fn parse(channel: &[u8], message: &[u8]) -> Option<Presence> {
        let follows = std::str::from_utf8(message.strip_prefix(ALIVE.as_bytes())?).ok()?;
        let (keyspace, key) = keyspace_and_key(channel)?;
        let follows = follows.split_ascii_whitespace().map(|word| word.parse().map(Keyspace));
        let follows = follows.collect::<Result<_, _>>().ok()?;
        (key == NODE.as_bytes()).then_some(Presence { keyspace, follows })
    }
}

/// Reads the channel of a `pmessage`.
fn keyspace_and_key(channel: &[u8]) -> Option<(Keyspace, &[u8])> {
    let rest = channel.strip_prefix(CHANNEL)?;
    let end = rest.windows(3).position(|window| window == b"__:")?;
    let keyspace = Keyspace(std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?);
    Some((keyspace, &rest[end + 3..]))
}

impl Notification {
    /// Reads the channel and the message of a `pmessage`. Nothing for what is not about a call, or says
    /// nothing of its record, such as a new expiry.
    pub(super) fn parse(channel: &[u8], event: &[u8]) -> Option<Notification> {
        let (keyspace, key) = keyspace_and_key(channel)?;
        // Of a notifier a deletion says nothing: with each change it is deleted and made again.
        let (name, change) = match (event, key.strip_prefix(NOTIFIER)) {
            (b"sadd" | b"del", Some(name)) => (name, Change::Announced),
            (b"del" | b"expired" | b"evicted" | b"rename_from", None) => (key, Change::Gone),
            (b"rename_to" | b"restore", None) => (key, Change::Written),
            (event, None) if event.starts_with(b"set") => (key, Change::Written),
            _ => return None,
        };
        Some(Notification { keyspace, call_id: call_id(name)?, change })
    }
}

/// The call whose record a key is. The keys beside the records are none, whoever wrote them.
pub(super) fn call_of_key(key: &[u8]) -> Option<CallId> {
    if key == b"calls" || key.starts_with(NOTIFIER) { None } else { call_id(key) }
}

fn call_id(name: &[u8]) -> Option<CallId> {
    (1..=NAME_BYTES_MAX).contains(&name.len()).then(|| CallId::from(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_about_records_are_understood_and_others_are_not() {
        let cases = [
            ("__keyspace@2__:c1", "set", Some((2, "c1", Change::Written))),
            ("__keyspace@2__:c1", "del", Some((2, "c1", Change::Gone))),
            ("__keyspace@2__:c1", "expired", Some((2, "c1", Change::Gone))),
            ("__keyspace@2__:c1", "evicted", Some((2, "c1", Change::Gone))),
            ("__keyspace@2__:c1", "expire", None),
            ("__keyspace@2__:c1", "hset", None),
            ("__keyspace@2__:notifier-c1", "sadd", Some((2, "c1", Change::Announced))),
            ("__keyspace@2__:notifier-c1", "del", Some((2, "c1", Change::Announced))),
            ("__keyspace@2__:notifier-c1", "expired", None),
            ("__keyspace@2__:c1", "sadd", None),
            ("__keyspace@15__:a__:b@c", "set", Some((15, "a__:b@c", Change::Written))),
            ("__keyspace@2__:", "set", None),
            ("__keyspace@x__:c1", "set", None),
            ("__keyspace@99999999999__:c1", "set", None),
            ("__keyevent@2__:set", "c1", None),
            ("__keyspace@2__:notifier-", "sadd", None),
            ("__keyspace@2", "set", None),
        ];
        for (channel, event, expected) in cases {
            let found = Notification::parse(channel.as_bytes(), event.as_bytes());
            let expected = expected.map(|(keyspace, call_id, change)| Notification {
                keyspace: Keyspace(keyspace),
                call_id: CallId::from(call_id),
                change,
            });
            assert_eq!(found, expected, "{channel} {event}");
        }
    }

    #[test]
    fn a_presence_is_read_as_it_was_written_and_is_no_event_about_a_record() {
        let presence = Presence { keyspace: Keyspace(2), follows: vec![Keyspace(1), Keyspace(30)] };
        let (channel, message) = presence.words();
        assert_eq!((channel.as_str(), message.as_str()), ("__keyspace@2__:tandem-node", "alive 1 30"));
        assert_eq!(Presence::parse(channel.as_bytes(), message.as_bytes()), Some(presence));
        assert_eq!(Notification::parse(channel.as_bytes(), message.as_bytes()), None);
        let alone = Presence { keyspace: Keyspace(2), follows: vec![] };
        assert_eq!(Presence::parse(channel.as_bytes(), b"alive "), Some(alone));
        for (channel, message) in
            [(channel.as_str(), "set"), (channel.as_str(), "alive 1 x"), ("__keyspace@2__:c1", "alive 1")]
        {
            assert_eq!(Presence::parse(channel.as_bytes(), message.as_bytes()), None, "{channel} {message}");
        }
    }

    #[test]
    fn keys_beside_the_records_are_skipped() {
        assert_eq!(call_of_key(b"c1"), Some(CallId::from("c1")));
        for key in [b"calls".as_slice(), b"notifier-c1", b"", &[b'x'; NAME_BYTES_MAX + 1]] {
            assert_eq!(call_of_key(key), None);
        }
    }

    #[test]
    fn a_pattern_matches_one_keyspace_only() {
        assert_eq!(pattern(Keyspace(1)), "__keyspace@1__:*");
    }
}
