//! A store that behaves like Redis, as far as it is used: numbered databases, strings and sets, expiry, SCAN,
//! keyspace events. Connections and their faults are the world's business; here is what is behind them.
//!
//! Two faults are of the store itself: a *lag*, in which `GET` answers what was there before (a replica that is
//! behind), and the loss of all data.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::names::Keyspace;
use crate::routing::fnv1a;
use crate::time::Timestamp;

/// A command: its database and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreCommand {
    /// The database.
    pub keyspace: Keyspace,
    /// The name of the command, and its arguments.
    pub words: Vec<Vec<u8>>,
}

/// Answers of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreAnswer {
    /// `OK`, `PONG`, a confirmed subscription.
    Done,
    /// A number.
    Number(i64),
    /// A value.
    Value(Vec<u8>),
    /// No such key.
    Nothing,
    /// A page of SCAN: the next cursor, and keys.
    Page(u64, Vec<Vec<u8>>),
    /// A key of another type.
    WrongType,
}

/// A keyspace event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreEvent {
    /// The database.
    pub keyspace: Keyspace,
    /// The key.
    pub key: Vec<u8>,
    /// Kind of event.
    pub event: &'static str,
}

impl StoreEvent {
    /// The channel it is told on.
    pub fn channel(&self) -> Vec<u8> {
        [format!("__keyspace@{}__:", self.keyspace).as_bytes(), &self.key].concat()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(Vec<u8>),
    Set(BTreeSet<Vec<u8>>),
}

#[derive(Clone, Debug)]
struct Entry {
    value: Value,
    expires: Option<Timestamp>,
}

/// The store.
#[derive(Debug, Default)]
pub struct Store {
    databases: BTreeMap<Keyspace, BTreeMap<Vec<u8>, Entry>>,
    /// Values that a replica that is behind still shows: the value before, and the time of its change.
    before: BTreeMap<(Keyspace, Vec<u8>), (Timestamp, Option<Value>)>,
    /// Lag of `GET`.
    pub lag: Duration,
    events: Vec<StoreEvent>,
}

impl Store {
    /// Carries out a command.
    ///
    /// # Panics
    /// If it is one that no part of tandem sends.
    pub fn execute(&mut self, now: Timestamp, command: &StoreCommand) -> StoreAnswer {
        self.expire(now);
        let keyspace = command.keyspace;
        let words: Vec<&[u8]> = command.words.iter().map(Vec::as_slice).collect();
        match words[..] {
            [b"PING" | b"PSUBSCRIBE" | b"PUNSUBSCRIBE", ..] => StoreAnswer::Done,
            [b"GET", key] => self.get(now, keyspace, key),
            [b"SET", key, value, b"EX", seconds] => {
                let entry = Entry { value: Value::Text(value.to_vec()), expires: Some(after(now, seconds)) };
                self.put(now, keyspace, key, Some(entry));
                self.tell(keyspace, key, "set");
                self.tell(keyspace, key, "expire");
                StoreAnswer::Done
            }
            [b"DEL", key] => StoreAnswer::Number(i64::from(self.delete(now, keyspace, key))),
            [b"SADD", key, member] => self.add(keyspace, key, member),
            [b"EXPIRE", key, seconds] => {
                let entry = self.database(keyspace).get_mut(key);
                let found = entry.map(|entry| entry.expires = Some(after(now, seconds))).is_some();
                if found {
                    self.tell(keyspace, key, "expire");
                }
                StoreAnswer::Number(i64::from(found))
            }
            [b"SCAN", cursor, b"COUNT", count] => self.scan(keyspace, number(cursor), number(count)),
            [b"EVAL", _, b"2", record, notifier, expected] => {
                let same = self.text(keyspace, record) == Some(expected);
                let deleted = same && {
                    self.delete(now, keyspace, notifier);
                    self.delete(now, keyspace, record)
                };
                StoreAnswer::Number(i64::from(deleted))
            }
            [b"EVAL", _, count, ref pairs @ ..] if number(count) == pairs.len() as u64 => {
                for pair in pairs.chunks_exact(2) {
                    if !self.database(keyspace).contains_key(pair[0]) {
                        self.delete(now, keyspace, pair[1]);
                    }
                }
                StoreAnswer::Number(0)
            }
            _ => panic!("the store does not know {:?}", command.words[0].escape_ascii().to_string()),
        }
    }

    /// Takes the events of keys since the last call.
    pub fn take_events(&mut self) -> Vec<StoreEvent> {
        std::mem::take(&mut self.events)
    }

    /// Everything is gone; nobody is told.
    pub fn lose_all(&mut self) {
        self.databases.clear();
        self.before.clear();
    }

    /// Removes what has expired.
    pub fn expire(&mut self, now: Timestamp) {
        let mut expired = Vec::new();
        for (keyspace, database) in &self.databases {
            let due = database.iter().filter(|(_, entry)| entry.expires.is_some_and(|at| at <= now));
            expired.extend(due.map(|(key, _)| (*keyspace, key.clone())));
        }
        for (keyspace, key) in expired {
            self.put(now, keyspace, &key, None);
            self.tell(keyspace, &key, "expired");
        }
    }

    /// The text under a key, as it really is.
    pub fn text(&self, keyspace: Keyspace, key: &[u8]) -> Option<&[u8]> {
        match &self.databases.get(&keyspace)?.get(key)?.value {
            Value::Text(text) => Some(text),
            Value::Set(_) => None,
        }
    }

    /// Keys that hold texts, with their databases.
    pub fn texts(&self) -> Vec<(Keyspace, Vec<u8>)> {
        let all = self
            .databases
            .iter()
            .flat_map(|(keyspace, database)| database.iter().map(move |e| (keyspace, e)));
        let texts = all.filter(|(_, (_, entry))| matches!(entry.value, Value::Text(_)));
        texts.map(|(keyspace, (key, _))| (*keyspace, key.clone())).collect()
    }

    /// Somebody else writes something under a key.
    pub fn scribble(&mut self, now: Timestamp, keyspace: Keyspace, key: &[u8], text: &[u8]) {
        let entry = Entry { value: Value::Text(text.to_vec()), expires: None };
        self.put(now, keyspace, key, Some(entry));
        self.tell(keyspace, key, "set");
    }

    /// Deletes a key, and tells of it.
    pub fn delete(&mut self, now: Timestamp, keyspace: Keyspace, key: &[u8]) -> bool {
        let found = self.put(now, keyspace, key, None);
        if found {
            self.tell(keyspace, key, "del");
        }
        found
    }

    fn database(&mut self, keyspace: Keyspace) -> &mut BTreeMap<Vec<u8>, Entry> {
        self.databases.entry(keyspace).or_default()
    }

    /// Puts or removes an entry. Whether there was one.
    fn put(&mut self, now: Timestamp, keyspace: Keyspace, key: &[u8], entry: Option<Entry>) -> bool {
        let database = self.databases.entry(keyspace).or_default();
        let before = match entry {
            Some(entry) => database.insert(key.to_vec(), entry),
            None => database.remove(key),
        };
        let found = before.is_some();
        self.before.insert((keyspace, key.to_vec()), (now, before.map(|entry| entry.value)));
        found
    }

    fn get(&mut self, now: Timestamp, keyspace: Keyspace, key: &[u8]) -> StoreAnswer {
        let lag = self.lag;
        let behind = self.before.get(&(keyspace, key.to_vec())).filter(|(at, _)| now.since(*at) < lag);
        let present = || self.databases.get(&keyspace)?.get(key).map(|entry| &entry.value);
        match behind.map_or_else(present, |(_, value)| value.as_ref()) {
            Some(Value::Text(text)) => StoreAnswer::Value(text.clone()),
            Some(Value::Set(_)) => StoreAnswer::WrongType,
            None => StoreAnswer::Nothing,
        }
    }

    fn add(&mut self, keyspace: Keyspace, key: &[u8], member: &[u8]) -> StoreAnswer {
        let new = || Entry { value: Value::Set(BTreeSet::new()), expires: None };
        let entry = self.database(keyspace).entry(key.to_vec()).or_insert_with(new);
        let Value::Set(members) = &mut entry.value else { return StoreAnswer::WrongType };
        let added = members.insert(member.to_vec());
        if added {
            self.tell(keyspace, key, "sadd");
        }
        StoreAnswer::Number(i64::from(added))
    }

    /// Keys in the order of their hashes, from the cursor on: what is there all the time is shown once.
    fn scan(&mut self, keyspace: Keyspace, cursor: u64, count: u64) -> StoreAnswer {
        let mut keys: Vec<(u64, Vec<u8>)> = Vec::new();
        for key in self.database(keyspace).keys() {
            let hash = fnv1a(key).max(1);
            if hash >= cursor {
                keys.push((hash, key.clone()));
            }
        }
        keys.sort_unstable();
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let next = keys.get(count).map_or(0, |(hash, _)| *hash);
        keys.truncate(count);
        StoreAnswer::Page(next, keys.into_iter().map(|(_, key)| key).collect())
    }

    fn tell(&mut self, keyspace: Keyspace, key: &[u8], event: &'static str) {
        self.events.push(StoreEvent { keyspace, key: key.to_vec(), event });
    }
}

fn number(word: &[u8]) -> u64 {
    std::str::from_utf8(word).ok().and_then(|text| text.parse().ok()).expect("a number")
}

fn after(now: Timestamp, seconds: &[u8]) -> Timestamp {
    now + Duration::from_secs(number(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DB: Keyspace = Keyspace(2);

    fn ask(store: &mut Store, at: u64, words: &[&str]) -> StoreAnswer {
        let words = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        store.execute(Timestamp::from_secs(at), &StoreCommand { keyspace: DB, words })
    }

    fn events(store: &mut Store) -> Vec<String> {
        let told = |e: StoreEvent| format!("{} {}", e.channel().escape_ascii(), e.event);
        store.take_events().into_iter().map(told).collect()
    }

    #[test]
    fn records_come_go_and_expire_and_are_told_of() {
        let mut store = Store::default();
        assert_eq!(ask(&mut store, 1, &["GET", "c"]), StoreAnswer::Nothing);
        assert_eq!(ask(&mut store, 1, &["SET", "c", "one", "EX", "10"]), StoreAnswer::Done);
        assert_eq!(ask(&mut store, 2, &["GET", "c"]), StoreAnswer::Value(b"one".to_vec()));
        assert_eq!(ask(&mut store, 2, &["EXPIRE", "c", "20"]), StoreAnswer::Number(1));
        assert_eq!(ask(&mut store, 12, &["DEL", "other"]), StoreAnswer::Number(0));
        assert_eq!(ask(&mut store, 22, &["GET", "c"]), StoreAnswer::Nothing);
        let told = ["set", "expire", "expire", "expired"].map(|event| format!("__keyspace@2__:c {event}"));
        assert_eq!(events(&mut store), told);
    }

    #[test]
    fn a_scan_shows_every_key_once() {
        let mut store = Store::default();
        for n in 0..100 {
            ask(&mut store, 1, &["SET", &format!("c{n}"), "x", "EX", "10"]);
        }
        let (mut cursor, mut seen) = ("0".to_owned(), Vec::new());
        loop {
            let StoreAnswer::Page(next, keys) = ask(&mut store, 1, &["SCAN", &cursor, "COUNT", "7"]) else {
                panic!("a page")
            };
            seen.extend(keys);
            cursor = next.to_string();
            if next == 0 {
                break;
            }
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 100);
    }

    #[test]
    fn a_replica_that_lags_shows_what_was_before() {
        let mut store = Store { lag: Duration::from_secs(5), ..Store::default() };
        ask(&mut store, 1, &["SET", "c", "one", "EX", "100"]);
        assert_eq!(ask(&mut store, 2, &["GET", "c"]), StoreAnswer::Nothing);
        assert_eq!(ask(&mut store, 6, &["GET", "c"]), StoreAnswer::Value(b"one".to_vec()));
        ask(&mut store, 7, &["DEL", "c"]);
        assert_eq!(ask(&mut store, 8, &["GET", "c"]), StoreAnswer::Value(b"one".to_vec()));
    }

    #[test]
    fn notifiers_without_a_record_are_deleted_by_a_script() {
        let mut store = Store::default();
        ask(&mut store, 1, &["SET", "a", "x", "EX", "100"]);
        ask(&mut store, 1, &["SADD", "notifier-a", "a"]);
        ask(&mut store, 1, &["SADD", "notifier-b", "b"]);
        ask(&mut store, 1, &["EVAL", "script", "4", "a", "notifier-a", "b", "notifier-b"]);
        assert_eq!(ask(&mut store, 1, &["GET", "notifier-a"]), StoreAnswer::WrongType);
        assert_eq!(ask(&mut store, 1, &["GET", "notifier-b"]), StoreAnswer::Nothing);
    }

    #[test]
    fn a_record_is_compared_before_it_is_deleted() {
        let mut store = Store::default();
        ask(&mut store, 1, &["SET", "c", "new", "EX", "100"]);
        ask(&mut store, 1, &["SADD", "notifier-c", "c"]);
        let delete = |expected| ["EVAL", "script", "2", "c", "notifier-c", expected];
        assert_eq!(ask(&mut store, 1, &delete("old")), StoreAnswer::Number(0));
        assert_eq!(ask(&mut store, 1, &["GET", "notifier-c"]), StoreAnswer::WrongType);
        assert_eq!(ask(&mut store, 1, &delete("new")), StoreAnswer::Number(1));
        assert!(store.texts().is_empty());
    }
}
