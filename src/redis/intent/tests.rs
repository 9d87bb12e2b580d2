//! Tests of the intent: one rule each, then any order of events against a model of Redis.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use tandem_shards::call::state::{CallSnapshot, Version};
use tandem_shards::names::{CallId, Keyspace};
use tandem_shards::time::Timestamp;

use super::{Announce, Intent, IntentSettings, REPUBLISH_INTERVALS, TOMBSTONES_MAX};
use crate::redis::command::{Batch, Command, Reply};
use crate::redis::record::specimen::{OWN, context, plain_call};
use crate::redis::record::{Age, read, write};

mod written;

const FORMER: Keyspace = Keyspace(3);

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_secs(1_800_000_000 + seconds)
}

fn id(name: &str) -> CallId {
    CallId::from(name)
}

fn call(name: &str, sequence: u64) -> Box<CallSnapshot> {
    let mut call = plain_call(name, &["audio"]);
    call.state.version = Version { epoch: 1, sequence };
    Box::new(call)
}

fn age(epoch: u64, sequence: u64) -> Age {
    Age { created: plain_call("c", &[]).state.created, version: Version { epoch, sequence } }
}

fn intent(announce: Announce) -> Intent {
    let mut intent = Intent::new(IntentSettings { announce, expires: Duration::from_secs(100) }, context());
    intent.on_connected();
    intent
}

/// A batch in short: the words of each command, with the sequence for a record and a name for the script.
fn shown(batch: &Batch) -> Vec<String> {
    let word = |word: &Vec<u8>| match word.first() {
        Some(b'{') => {
            let record = read(&id("c"), OWN, word, &context()).expect("a record");
            format!("#{}", record.call.state.version.sequence)
        }
        Some(b'i') => "script".to_owned(),
        _ => String::from_utf8_lossy(word).into_owned(),
    };
    let command = |command: &Command| {
        let words: Vec<String> = command.words.iter().map(word).collect();
        format!("{} {}", command.keyspace, words.join(" "))
    };
    batch.commands.iter().map(command).collect()
}

fn next(intent: &mut Intent, now: u64) -> Vec<String> {
    intent.poll_batch(at(now), 100).map(|batch| shown(&batch)).unwrap_or_default()
}

fn acknowledge(intent: &mut Intent, now: u64, replies: &[Reply]) {
    let batch = intent.batches;
    intent.on_acknowledged(at(now), batch, replies);
}

const DONE: [Reply; 4] = [Reply::Done, Reply::Number(0), Reply::Number(1), Reply::Number(1)];

#[test]
fn a_call_is_stored_announced_refreshed_and_deleted() {
    let mut intent = intent(Announce::SetAndNotifier);
    intent.on_changed(call("c", 1));
    let stored = ["2 SET c #1 EX 100", "2 DEL notifier-c", "2 SADD notifier-c c", "2 EXPIRE notifier-c 100"];
    assert_eq!(next(&mut intent, 0), stored);
    acknowledge(&mut intent, 0, &DONE);
    assert_eq!(next(&mut intent, 0), [""; 0]);
    let due = intent.next_tick().expect("it must be refreshed");
    assert!((at(50)..at(75)).contains(&due), "{due}");
    intent.tick(due);
    assert_eq!(next(&mut intent, 75), ["2 EXPIRE c 100", "2 EXPIRE notifier-c 100"]);
    acknowledge(&mut intent, 75, &[Reply::Number(1), Reply::Number(1)]);
    assert!(intent.next_tick().is_some_and(|due| due >= at(125)));
    assert!(intent.owns(&id("c")));
    intent.on_ended(at(76), &id("c"));
    assert!(!intent.owns(&id("c")) && intent.owes_deletion(&id("c")));
    assert_eq!(next(&mut intent, 76), ["2 DEL c", "2 DEL notifier-c"]);
    acknowledge(&mut intent, 76, &[Reply::Number(1), Reply::Number(1)]);
    assert!(intent.entries.is_empty() && intent.refreshes.is_empty() && intent.tombstones.is_empty());
    let counters = intent.counters();
    assert_eq!((counters.stored, counters.refreshed, counters.deleted), (1, 1, 1));
}

#[test]
fn without_notifier_there_are_only_the_records() {
    let mut intent = intent(Announce::Set);
    intent.on_changed(call("c", 1));
    assert_eq!(next(&mut intent, 0), ["2 SET c #1 EX 100"]);
    acknowledge(&mut intent, 0, &[Reply::Done]);
    intent.on_ended(at(1), &id("c"));
    assert_eq!(next(&mut intent, 1), ["2 DEL c"]);
}

#[test]
fn only_the_latest_state_is_written() {
    let mut intent = intent(Announce::Set);
    for sequence in 1..=5 {
        intent.on_changed(call("c", sequence));
    }
    assert_eq!((intent.owed(), intent.counters().coalesced), (1, 4));
    assert_eq!(next(&mut intent, 0), ["2 SET c #5 EX 100"]);
    // What changes while it is on its way goes with the next batch, not before.
    intent.on_changed(call("c", 6));
    intent.on_changed(call("c", 7));
    assert_eq!(next(&mut intent, 0), [""; 0]);
    acknowledge(&mut intent, 0, &[Reply::Done]);
    assert_eq!(next(&mut intent, 0), ["2 SET c #7 EX 100"]);
    intent.on_ended(at(0), &id("c"));
    acknowledge(&mut intent, 0, &[Reply::Done]);
    assert_eq!(next(&mut intent, 0), ["2 DEL c"]);
    // And a call of the same name that comes while its deletion is on its way is not lost.
    intent.on_changed(call("c", 8));
    acknowledge(&mut intent, 0, &[Reply::Number(1)]);
    assert_eq!(next(&mut intent, 0), ["2 SET c #8 EX 100"]);
    assert_eq!(intent.tombstones(), 0);
}

#[test]
fn what_is_owed_survives_a_loss_of_the_connection() {
    let mut intent = intent(Announce::Set);
    for name in ["a", "b", "c"] {
        intent.on_changed(call(name, 1));
    }
    assert_eq!(next(&mut intent, 0).len(), 3);
    intent.on_lost();
    intent.on_ended(at(0), &id("a"));
    intent.on_changed(call("b", 2));
    assert_eq!(next(&mut intent, 0), [""; 0]);
    // An answer that comes too late is none.
    acknowledge(&mut intent, 0, &[Reply::Done, Reply::Done, Reply::Done]);
    intent.on_connected();
    assert_eq!(next(&mut intent, 0), ["2 DEL a", "2 SET b #2 EX 100", "2 SET c #1 EX 100"]);
    assert_eq!(intent.counters().unacknowledged, 1);
}

#[test]
fn a_refusal_is_tried_again_after_a_pause() {
    let mut intent = intent(Announce::Set);
    intent.on_changed(call("a", 1));
    intent.on_changed(call("b", 1));
    assert_eq!(next(&mut intent, 0).len(), 2);
    acknowledge(&mut intent, 0, &[Reply::Done, Reply::Refused(String::new())]);
    assert_eq!(next(&mut intent, 0), [""; 0]);
    assert_eq!(intent.next_tick(), Some(at(1)));
    assert_eq!(next(&mut intent, 1), ["2 SET b #1 EX 100"]);
    // Fewer answers than commands are no answers.
    acknowledge(&mut intent, 1, &[]);
    assert_eq!(next(&mut intent, 2), ["2 SET b #1 EX 100"]);
}

#[test]
fn a_record_that_others_delete_is_written_again_less_and_less_often() {
    let mut intent = intent(Announce::Set);
    intent.on_record_gone(at(0), &id("c"));
    assert_eq!(intent.poll_republish(at(0)), None, "nobody knows it");
    intent.on_changed(call("c", 1));
    intent.on_record_gone(at(0), &id("c"));
    assert_eq!(intent.poll_republish(at(0)), None, "it is owed anyway");
    let mut now = 0;
    let mut waited = Vec::new();
    for sequence in 1..12 {
        intent.on_changed(call("c", sequence));
        assert_eq!(next(&mut intent, now).len(), 1);
        acknowledge(&mut intent, now, &[Reply::Done]);
        intent.on_record_gone(at(now), &id("c"));
        intent.on_record_gone(at(now), &id("c"));
        let before = now;
        while intent.poll_republish(at(now)).is_none() {
            now += 1;
        }
        assert_eq!(intent.poll_republish(at(now)), None, "once is enough");
        waited.push(now - before);
    }
    assert_eq!(waited, [0, 1, 2, 4, 8, 16, 32, 64, 64, 64, 64]);
    assert_eq!(REPUBLISH_INTERVALS.1.as_secs(), 64);
    // Left alone for long enough, it is undisturbed again.
    intent.on_record_gone(at(now + 500), &id("c"));
    assert_eq!(intent.poll_republish(at(now + 500)), Some(id("c")));
}

/// Found by the simulator: somebody wrote nonsense over a record, and its owner did not mind.
#[test]
fn a_record_that_others_write_is_written_again() {
    let mut intent = intent(Announce::Set);
    intent.on_record_written(at(0), &id("c"));
    assert_eq!(intent.poll_republish(at(0)), None, "nobody knows it");
    intent.on_changed(call("c", 1));
    assert_eq!(next(&mut intent, 10).len(), 1);
    intent.on_record_written(at(10), &id("c"));
    acknowledge(&mut intent, 10, &[Reply::Done]);
    intent.on_record_written(at(11), &id("c"));
    assert_eq!(intent.poll_republish(at(11)), Some(id("c")), "the second time");
    intent.on_changed(call("c", 2));
    assert_eq!(next(&mut intent, 20).len(), 1);
    intent.on_record_written(at(20), &id("c"));
    intent.on_record_written(at(20), &id("c"));
    acknowledge(&mut intent, 20, &[Reply::Done]);
    assert_eq!(next(&mut intent, 20).len(), 1, "the second came after its own, perhaps");
    acknowledge(&mut intent, 20, &[Reply::Done]);
    // Of an echo that never came nothing is left after a while.
    intent.on_record_written(at(30), &id("c"));
    assert_eq!(intent.poll_republish(at(30)), Some(id("c")));
}

/// Found by the simulator: Redis came back empty twice, and the second time records took their time.
#[test]
fn a_redis_that_lost_its_data_gets_it_back_at_once_each_time() {
    let mut intent = intent(Announce::Set);
    for (time, sequence) in [(0, 1), (10, 2), (11, 3), (12, 4)] {
        intent.on_lost();
        intent.on_connected();
        intent.on_changed(call("c", sequence));
        assert_eq!(next(&mut intent, time).len(), 1);
        acknowledge(&mut intent, time, &[Reply::Done]);
        intent.on_lost();
        intent.on_record_gone(at(time), &id("c"));
        intent.on_connected();
        assert_eq!(intent.poll_republish(at(time)), Some(id("c")), "at {time}");
    }
}

#[test]
fn a_refresh_that_finds_no_record_has_it_written_again() {
    let mut intent = intent(Announce::Set);
    intent.on_changed(call("c", 1));
    next(&mut intent, 0);
    acknowledge(&mut intent, 0, &[Reply::Done]);
    intent.tick(at(75));
    assert_eq!(next(&mut intent, 75), ["2 EXPIRE c 100"]);
    acknowledge(&mut intent, 75, &[Reply::Number(0)]);
    assert_eq!(intent.poll_republish(at(75)), Some(id("c")));
}

#[test]
fn refreshes_are_spread() {
    let mut intent = intent(Announce::Set);
    for number in 0..100 {
        intent.on_changed(call(&format!("call-{number}"), 1));
    }
    assert_eq!(next(&mut intent, 0).len(), 100);
    acknowledge(&mut intent, 0, &vec![Reply::Done; 100]);
    let due = |by: u64| intent.refreshes.iter().filter(|(due, _)| *due <= at(by)).count();
    assert_eq!((due(49), due(75)), (0, 100));
    assert!((20..80).contains(&due(62)), "{}", due(62));
}

#[test]
fn deletions_are_bounded_in_number_and_age() {
    let mut intent = intent(Announce::Set);
    intent.on_lost();
    for number in 0..TOMBSTONES_MAX + 10 {
        intent.on_ended(at(0), &CallId::from(number.to_string().as_str()));
    }
    assert_eq!((intent.tombstones(), intent.owed()), (TOMBSTONES_MAX, TOMBSTONES_MAX));
    assert_eq!(intent.counters().tombstones_dropped, 10);
    intent.tick(at(99));
    assert_eq!(intent.tombstones(), TOMBSTONES_MAX);
    intent.tick(at(100));
    assert_eq!((intent.tombstones(), intent.owed(), intent.entries.len()), (0, 0, 0));
}

fn former(sequence: u64) -> Vec<u8> {
    let mut call = call("c", sequence);
    call.state.version.epoch = 0;
    write(&call, &context())
}

#[test]
fn the_record_of_the_former_owner_goes_when_the_own_one_is_stored() {
    let mut intent = intent(Announce::Set);
    intent.on_changed(call("c", 1));
    intent.on_taken_over(&id("c"), FORMER, age(1, 1));
    assert_eq!(next(&mut intent, 0), ["2 SET c #1 EX 100"]);
    acknowledge(&mut intent, 0, &[Reply::Done]);
    assert_eq!(next(&mut intent, 0), ["3 GET c"]);
    acknowledge(&mut intent, 0, &[Reply::Value(former(9))]);
    assert_eq!(next(&mut intent, 0), ["3 EVAL script 2 c notifier-c #9"]);
    acknowledge(&mut intent, 0, &[Reply::Number(1)]);
    assert_eq!(next(&mut intent, 0), [""; 0]);
    assert!(intent.cleanups.is_empty());
    assert_eq!(intent.counters().cleaned_up, 1);
}

#[test]
fn what_is_not_known_to_be_older_is_left_alone() {
    let newer = {
        let mut call = call("c", 0);
        call.state.version.epoch = 2;
        write(&call, &context())
    };
    let cases: [(&[Reply], u64); 6] = [
        (&[Reply::Nothing], 0),
        (&[Reply::Value(newer)], 1),
        (&[Reply::Value(b"{\"json\":{}}".to_vec())], 1),
        (&[Reply::Refused(String::new())], 1),
        (&[Reply::Value(former(1)), Reply::Number(0)], 1),
        (&[Reply::Value(former(1)), Reply::Refused(String::new())], 1),
    ];
    for (replies, left_alone) in cases {
        let mut intent = intent(Announce::Set);
        intent.on_taken_over(&id("c"), FORMER, age(1, 1));
        for reply in replies {
            assert_eq!(next(&mut intent, 0).len(), 1);
            acknowledge(&mut intent, 0, std::slice::from_ref(reply));
        }
        assert_eq!(next(&mut intent, 0), [""; 0], "{replies:?}");
        assert!(intent.cleanups.is_empty());
        assert_eq!(intent.counters().left_alone, left_alone, "{replies:?}");
    }
}

#[test]
fn a_call_that_was_handed_over_is_owed_nothing() {
    let mut intent = intent(Announce::Set);
    intent.on_changed(call("c", 1));
    intent.on_handed_over(&id("c"), None);
    assert_eq!((next(&mut intent, 0).len(), intent.owns(&id("c"))), (0, false));
    intent.on_changed(call("c", 1));
    assert_eq!(next(&mut intent, 0).len(), 1);
    intent.on_handed_over(&id("c"), Some(age(2, 0)));
    acknowledge(&mut intent, 0, &[Reply::Done]);
    assert_eq!(next(&mut intent, 0), ["2 GET c"]);
    intent.on_lost();
    intent.on_connected();
    assert_eq!(next(&mut intent, 0), ["2 GET c"]);
    acknowledge(&mut intent, 0, &[Reply::Value(write(&call("c", 1), &context()))]);
    assert_eq!(next(&mut intent, 0), ["2 EVAL script 2 c notifier-c #1"]);
}

#[derive(Clone, Debug)]
enum Step {
    Change(u8),
    End(u8),
    Send {
        max: u8,
    },
    /// How many commands arrive, and whether the answers come back.
    Answer {
        arrived: u8,
        answered: bool,
    },
    Refuse,
    Reconnect,
    /// Somebody else deletes a record, and Redis tells.
    Steal(u8),
    Pass(u8),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4u8).prop_map(Step::Change),
        2 => (0..4u8).prop_map(Step::End),
        4 => (1..4u8).prop_map(|max| Step::Send { max }),
        4 => (0..10u8, any::<bool>()).prop_map(|(arrived, answered)| Step::Answer { arrived, answered }),
        1 => Just(Step::Refuse),
        1 => Just(Step::Reconnect),
        1 => (0..4u8).prop_map(Step::Steal),
        2 => (1..60u8).prop_map(Step::Pass),
    ]
}

/// An intent, the calls that it is told of, and the Redis that it writes to.
struct World {
    intent: Intent,
    now: u64,
    counter: u64,
    calls: BTreeMap<CallId, u64>,
    /// Sequence and expiry.
    redis: BTreeMap<CallId, (u64, u64)>,
    batch: Option<Batch>,
}

impl World {
    fn name(number: u8) -> CallId {
        CallId::from(format!("call-{number}").as_str())
    }

    fn change(&mut self, call_id: &CallId) {
        self.counter += 1;
        self.calls.insert(call_id.clone(), self.counter);
        let name = String::from_utf8(call_id.as_bytes().to_vec()).expect("a plain name");
        self.intent.on_changed(call(&name, self.counter));
    }

    fn execute(&mut self, command: &Command) -> Reply {
        let now = self.now;
        self.redis.retain(|_, (_, expires)| *expires > now);
        let key = CallId::from(command.words.get(1).expect("a key").as_slice());
        if key.as_bytes().starts_with(b"notifier-") {
            return Reply::Number(1);
        }
        match command.words[0].as_slice() {
            b"SET" => {
                let record = read(&key, OWN, &command.words[2], &context()).expect("a record");
                self.redis.insert(key, (record.call.state.version.sequence, now + 100));
                Reply::Done
            }
            b"EXPIRE" => {
                Reply::Number(i64::from(self.redis.get_mut(&key).map(|it| it.1 = now + 100).is_some()))
            }
            b"DEL" => Reply::Number(i64::from(self.redis.remove(&key).is_some())),
            other => panic!("{}", other.escape_ascii()),
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Change(number) => self.change(&World::name(number)),
            Step::End(number) => {
                if self.calls.remove(&World::name(number)).is_some() {
                    self.intent.on_ended(at(self.now), &World::name(number));
                }
            }
            Step::Send { max } => {
                if let Some(batch) = self.intent.poll_batch(at(self.now), max.into()) {
                    assert!(self.batch.replace(batch).is_none(), "two at once");
                }
            }
            Step::Answer { arrived, answered } => {
                let Some(batch) = self.batch.take() else { return };
                let arrived = if answered { batch.commands.len() } else { usize::from(arrived) };
                let commands = batch.commands.iter().take(arrived);
                let replies: Vec<Reply> = commands.map(|command| self.execute(command)).collect();
                if answered {
                    self.intent.on_acknowledged(at(self.now), batch.id, &replies);
                } else {
                    self.step(Step::Reconnect);
                }
            }
            Step::Refuse => {
                let Some(batch) = self.batch.take() else { return };
                let replies = vec![Reply::Refused(String::new()); batch.commands.len()];
                self.intent.on_acknowledged(at(self.now), batch.id, &replies);
            }
            Step::Reconnect => {
                self.batch = None;
                self.intent.on_lost();
                self.intent.on_connected();
            }
            Step::Steal(number) => {
                if self.redis.remove(&World::name(number)).is_some() {
                    self.intent.on_record_gone(at(self.now), &World::name(number));
                }
            }
            Step::Pass(seconds) => {
                self.now += u64::from(seconds);
                self.intent.tick(at(self.now));
                while let Some(call_id) = self.intent.poll_republish(at(self.now)) {
                    if self.calls.contains_key(&call_id) {
                        self.change(&call_id);
                    }
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_happens_redis_ends_up_with_the_latest_state(
        steps in proptest::collection::vec(any_step(), 1..80),
    ) {
        let mut world = World {
            intent: intent(Announce::SetAndNotifier),
            now: 0,
            counter: 0,
            calls: BTreeMap::new(),
            redis: BTreeMap::new(),
            batch: None,
        };
        for step in steps {
            world.step(step);
            prop_assert!(world.intent.owed() <= 4 + 4);
        }
        for _ in 0..400 {
            world.step(Step::Answer { arrived: 0, answered: true });
            world.step(Step::Pass(1));
            world.step(Step::Send { max: 2 });
        }
        world.step(Step::Answer { arrived: 0, answered: true });
        let stored = world.redis.iter().map(|(call_id, (sequence, _))| (call_id.clone(), *sequence));
        let stored: BTreeMap<CallId, u64> = stored.collect();
        prop_assert_eq!(&stored, &world.calls);
        prop_assert_eq!(world.intent.entries.len(), world.calls.len());
        prop_assert_eq!(world.intent.tombstones(), 0);
    }
}
