//! Any order of events, against a small model of Redis and of a shard: in the end the shard holds what the
//! records say.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;
use tandem_shards::call::state::{Ownership, Version};
use tandem_shards::names::{CallId, Keyspace};
use tandem_shards::output::RestoreOutcome;

use super::tests::{PEER, at, id, versioned};
use super::{Feed, FeedSettings, Fetched, Following, Output, pattern};
use crate::redis::record::specimen::context;
use crate::redis::record::{Age, write};

const OTHER: Keyspace = Keyspace(4);

/// What can happen around a feed.
#[derive(Clone, Debug)]
enum Step {
    Write {
        keyspace: Keyspace,
        call: u8,
        afresh: bool,
    },
    Garble {
        keyspace: Keyspace,
        call: u8,
    },
    Delete {
        keyspace: Keyspace,
        call: u8,
    },
    MakeOwn(u8),
    EndOwn(u8),
    TakeOver(u8),
    /// Redis drops the events that have not arrived.
    LoseEvents,
    Disconnect,
    Connect,
    /// Carry out what was asked, deliver events and answers, so many of each.
    Proceed {
        asked: u8,
        events: u8,
        answers: u8,
    },
    Pass {
        millis: u16,
    },
    Unfollow,
    Follow,
}

fn any_step() -> impl Strategy<Value = Step> {
    let keyspace = || prop_oneof![3 => Just(PEER), 1 => Just(OTHER)];
    let call = || 0..4u8;
    prop_oneof![
        6 => (keyspace(), call(), any::<bool>())
            .prop_map(|(keyspace, call, afresh)| Step::Write { keyspace, call, afresh }),
        1 => (keyspace(), call()).prop_map(|(keyspace, call)| Step::Garble { keyspace, call }),
        4 => (keyspace(), call()).prop_map(|(keyspace, call)| Step::Delete { keyspace, call }),
        1 => call().prop_map(Step::MakeOwn),
        1 => call().prop_map(Step::EndOwn),
        1 => call().prop_map(Step::TakeOver),
        1 => Just(Step::LoseEvents),
        1 => Just(Step::Disconnect),
        1 => Just(Step::Connect),
        8 => (0..4u8, 0..4u8, 0..4u8)
            .prop_map(|(asked, events, answers)| Step::Proceed { asked, events, answers }),
        3 => (1..400u16).prop_map(|millis| Step::Pass { millis }),
        1 => Just(Step::Unfollow),
        1 => Just(Step::Follow),
    ]
}

/// What comes back to the feed.
#[derive(Debug)]
enum Answer {
    Subscribed(Following),
    Fetched(Following, CallId, Option<Vec<u8>>),
    Page(Following, u64, Vec<Vec<u8>>),
    Known(Following, Vec<CallId>),
    Restored(Keyspace, CallId, RestoreOutcome),
}

/// A feed, a Redis, and a shard.
struct World {
    feed: Feed,
    now: u64,
    connected: bool,
    counter: u64,
    records: BTreeMap<(Keyspace, CallId), Vec<u8>>,
    ages: BTreeMap<(Keyspace, CallId), Age>,
    shard: BTreeMap<CallId, (Ownership, Age)>,
    subscribed: Vec<Keyspace>,
    events: VecDeque<(Keyspace, String, &'static str)>,
    answers: VecDeque<Answer>,
    /// Calls made own here that nobody ended, and nobody took over since.
    own: BTreeSet<CallId>,
}

impl World {
    fn new() -> World {
        let mut feed = Feed::new(FeedSettings::default(), context());
        feed.add_keyspace(PEER);
        feed.add_keyspace(OTHER);
        World {
            feed,
            now: 0,
            connected: false,
            counter: 0,
            records: BTreeMap::new(),
            ages: BTreeMap::new(),
            shard: BTreeMap::new(),
            subscribed: Vec::new(),
            events: VecDeque::new(),
            answers: VecDeque::new(),
            own: BTreeSet::new(),
        }
    }

    fn publish(&mut self, keyspace: Keyspace, key: String, event: &'static str) {
        if self.connected && self.subscribed.contains(&keyspace) {
            self.events.push_back((keyspace, key, event));
        }
    }

    fn step(&mut self, step: Step) {
        let name = |call: u8| format!("call-{call}");
        match step {
            Step::Write { keyspace, call, afresh } => {
                self.counter += 1;
                let name = name(call);
                let key = (keyspace, id(&name));
                let before = self.ages.get(&key).map_or(0, |age| age.created.as_secs() - 1_795_000_000);
                let incarnation = if afresh || before == 0 { self.counter } else { before };
                let record = versioned(&name, incarnation, self.counter);
                let age = record.state.age();
                self.records.insert(key.clone(), write(&record, &context()));
                self.ages.insert(key, age);
                self.publish(keyspace, name.clone(), "set");
                self.publish(keyspace, format!("notifier-{name}"), "del");
                self.publish(keyspace, format!("notifier-{name}"), "sadd");
            }
            Step::Garble { keyspace, call } => {
                let key = (keyspace, id(&format!("garbled-{call}")));
                self.records.insert(key, b"{\"json\":1}".to_vec());
                self.publish(keyspace, format!("garbled-{call}"), "set");
            }
            Step::Delete { keyspace, call } => {
                self.records.remove(&(keyspace, id(&name(call))));
                self.ages.remove(&(keyspace, id(&name(call))));
                self.publish(keyspace, name(call), "del");
            }
            Step::MakeOwn(call) => {
                let age = Age { created: at(0), version: Version::default() };
                let call_id = id(&format!("own-{call}"));
                self.own.insert(call_id.clone());
                self.shard.entry(call_id).or_insert((Ownership::Own, age));
            }
            Step::EndOwn(call) => {
                let call_id = id(&format!("own-{call}"));
                self.own.remove(&call_id);
                self.shard.remove(&call_id);
            }
            Step::TakeOver(call) => {
                let call_id = id(&name(call));
                if let Some((ownership, age)) = self.shard.get_mut(&call_id) {
                    *ownership = Ownership::Own;
                    age.version.epoch += 1;
                    self.feed.release(&call_id);
                    self.own.insert(call_id);
                }
            }
            Step::LoseEvents => self.events.clear(),
            Step::Disconnect => {
                self.connected = false;
                self.events.clear();
                self.subscribed.clear();
                self.answers.retain(|answer| matches!(answer, Answer::Restored(..)));
                self.feed.on_lost();
            }
            Step::Connect if self.connected => {}
            Step::Connect => {
                self.connected = true;
                self.feed.on_connected();
            }
            Step::Proceed { asked, events, answers } => self.proceed(asked, events, answers),
            Step::Pass { millis } => {
                self.now += u64::from(millis);
                self.feed.tick(at(self.now));
            }
            Step::Unfollow => drop(self.feed.remove_keyspace(OTHER)),
            Step::Follow => drop(self.feed.add_keyspace(OTHER)),
        }
    }

    fn proceed(&mut self, asked: u8, events: u8, answers: u8) {
        let now = at(self.now);
        for _ in 0..asked {
            let Some(output) = self.feed.poll() else { break };
            self.carry_out(output);
        }
        for _ in 0..events {
            let Some((keyspace, key, event)) = self.events.pop_front() else { break };
            self.feed.on_notification(now, pattern(keyspace).replace('*', &key).as_bytes(), event.as_bytes());
        }
        for _ in 0..answers {
            match self.answers.pop_front() {
                None => break,
                Some(Answer::Subscribed(of)) => self.feed.on_subscribed(now, of),
                Some(Answer::Fetched(of, call_id, found)) => {
                    let found = found.as_deref().map_or(Fetched::Missing, Fetched::Value);
                    self.feed.on_fetched(now, of, &call_id, found);
                }
                Some(Answer::Page(of, cursor, keys)) => {
                    self.feed.on_scan_page(now, of, cursor, &keys);
                }
                Some(Answer::Known(of, calls)) => self.feed.on_known(now, of, &calls),
                Some(Answer::Restored(keyspace, call_id, outcome)) => {
                    self.feed.on_restored(now, keyspace, &call_id, outcome);
                }
            }
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Subscribe(of) => {
                self.subscribed.push(of.keyspace);
                self.answers.push_back(Answer::Subscribed(of));
            }
            Output::Unsubscribe(keyspace) => self.subscribed.retain(|one| *one != keyspace),
            Output::Fetch { of, call_ids } => {
                for call_id in call_ids {
                    let found = self.records.get(&(of.keyspace, call_id.clone())).cloned();
                    self.answers.push_back(Answer::Fetched(of, call_id, found));
                }
            }
            Output::Scan { of, cursor } => {
                // Two places a page. A key keeps its place, so that one which is there all the time is found;
                // one that is added behind the cursor is not. SCAN promises no more.
                let places =
                    ["call", "garbled"].iter().flat_map(|kind| (0..4).map(move |n| format!("{kind}-{n}")));
                let places: Vec<String> = places.collect();
                let from = usize::try_from(cursor).expect("small");
                let there = |name: &&String| self.records.contains_key(&(of.keyspace, id(name)));
                let page = places[from..from + 2].iter().filter(there).map(|name| name.clone().into_bytes());
                let page = page.collect();
                let next = if from + 2 < places.len() { cursor + 2 } else { 0 };
                self.answers.push_back(Answer::Page(of, next, page));
            }
            Output::ListKnown(of) => {
                let wanted = context().ownership(of.keyspace);
                let calls = self.shard.iter().filter(|(_, (ownership, _))| *ownership == wanted);
                let calls = calls.map(|(call_id, _)| call_id.clone()).collect();
                self.answers.push_back(Answer::Known(of, calls));
            }
            Output::Restore(restore) => {
                let call_id = restore.call.state.call_id.clone();
                let age = restore.call.state.age();
                let outcome = self.restore(&call_id, Ownership::Foreign(restore.keyspace), age);
                self.answers.push_back(Answer::Restored(restore.keyspace, call_id, outcome));
            }
            Output::Destroy { call_id, keyspace } => {
                self.shard.retain(|id, (of, _)| *id != call_id || *of != Ownership::Foreign(keyspace));
            }
            Output::DestroyAll(keyspace) => {
                self.shard.retain(|_, (of, _)| *of != Ownership::Foreign(keyspace));
            }
            Output::OwnRecordGone(_)
            | Output::OwnRecordWritten(_)
            | Output::Lease { .. }
            | Output::Event(_) => {}
        }
    }

    fn restore(&mut self, call_id: &CallId, ownership: Ownership, age: Age) -> RestoreOutcome {
        let Some((of, known)) = self.shard.get_mut(call_id) else {
            self.shard.insert(call_id.clone(), (ownership, age));
            return RestoreOutcome::Created;
        };
        let own = *of == Ownership::Own;
        match (own, age.cmp(known)) {
            (true, std::cmp::Ordering::Greater) => (*of, *known) = (ownership, age),
            (true, _) => return RestoreOutcome::OwnHere,
            (false, std::cmp::Ordering::Less) => return RestoreOutcome::Stale,
            (false, std::cmp::Ordering::Equal) => return RestoreOutcome::Unchanged,
            (false, std::cmp::Ordering::Greater) => (*of, *known) = (ownership, age),
        }
        if self.own.remove(call_id) { RestoreOutcome::Yielded } else { RestoreOutcome::Updated }
    }

    /// Lets everything come to rest: all is carried out, while this much time passes.
    fn settle(&mut self, seconds: u64) {
        self.step(Step::Connect);
        for _ in 0..10 * seconds {
            self.proceed(8, 8, 8);
            self.step(Step::Pass { millis: 100 });
        }
    }

    /// The newest record of each call in a followed keyspace.
    fn expected(&self) -> BTreeMap<CallId, (Ownership, Age)> {
        let mut newest: BTreeMap<CallId, (Ownership, Age)> = BTreeMap::new();
        let followed: Vec<Keyspace> = self.feed.keyspaces().collect();
        for ((keyspace, call_id), age) in self.ages.iter().filter(|((of, _), _)| followed.contains(of)) {
            let found = (Ownership::Foreign(*keyspace), *age);
            let best = newest.entry(call_id.clone()).or_insert(found);
            if best.1 < *age {
                *best = found;
            }
        }
        newest
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_happens_the_shards_end_up_with_what_the_records_say(
        steps in proptest::collection::vec(any_step(), 1..60),
        calm_only: bool,
    ) {
        // Where no event is lost, and no older record left in another keyspace, no sweep is needed.
        let calm = |step: &Step| match step {
            Step::Write { keyspace, .. } => *keyspace == PEER,
            step => !matches!(step, Step::LoseEvents | Step::Disconnect | Step::Follow | Step::Unfollow),
        };
        let steps: Vec<Step> = steps.into_iter().filter(|step| !calm_only || calm(step)).collect();
        let seconds = if calm_only { 5 } else { 200 };
        let mut world = World::new();
        world.step(Step::Connect);
        for step in steps {
            world.step(step);
        }
        world.settle(seconds);
        let mut expected = world.expected();
        for call_id in &world.own {
            let (ownership, age) = world.shard.remove(call_id).expect("own calls are never ended");
            prop_assert_eq!(ownership, Ownership::Own);
            let newest = expected.remove(call_id);
            prop_assert!(newest.is_none_or(|(_, newest)| newest <= age));
        }
        prop_assert_eq!(&world.shard, &expected);
        prop_assert!(world.feed.pending.is_empty());
        prop_assert_eq!(world.feed.fetches_in_flight, 0);
    }
}
