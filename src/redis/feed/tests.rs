//! Tests of the feed: one rule each.

use std::time::Duration;

use tandem_shards::call::state::{CallSnapshot, Version};
use tandem_shards::names::{CallId, Keyspace};
use tandem_shards::output::{Refusal, RestoreOutcome};
use tandem_shards::time::Timestamp;

use super::{Feed, FeedEvent, FeedSettings, Fetched, Following, Output, PENDING_MAX, pattern};
use crate::redis::record::specimen::{OWN, context, plain_call};
use crate::redis::record::write;

pub(super) const PEER: Keyspace = Keyspace(3);

pub(super) fn at(millis: u64) -> Timestamp {
    Timestamp::from_secs(1_800_000_000) + Duration::from_millis(millis)
}

pub(super) fn id(name: &str) -> CallId {
    CallId::from(name)
}

fn stored(name: &str, sequence: u64) -> Vec<u8> {
    write(&versioned(name, 0, sequence), &context())
}

pub(super) fn versioned(name: &str, incarnation: u64, sequence: u64) -> CallSnapshot {
    let mut call = plain_call(name, &["audio"]);
    call.state.created = Timestamp::from_secs(1_795_000_000 + incarnation);
    call.state.version = Version { epoch: 0, sequence };
    call
}

fn drain(feed: &mut Feed) -> Vec<String> {
    let shown = |output: Output| match output {
        Output::Subscribe(of) => format!("subscribe {}", of.keyspace),
        Output::Unsubscribe(keyspace) => format!("unsubscribe {keyspace}"),
        Output::Fetch { of, call_ids } => {
            let call_ids: Vec<String> = call_ids.iter().map(ToString::to_string).collect();
            format!("fetch {} {}", of.keyspace, call_ids.join(","))
        }
        Output::Scan { of, cursor } => format!("scan {} {cursor}", of.keyspace),
        Output::ListKnown(of) => format!("list {}", of.keyspace),
        Output::Restore(restore) => {
            let own = if restore.own { "own " } else { "" };
            format!("restore {own}{} {}", restore.call.state.call_id, restore.call.state.version.sequence)
        }
        Output::Destroy { call_id, keyspace } => format!("destroy {keyspace} {call_id}"),
        Output::DestroyAll(keyspace) => format!("destroy all {keyspace}"),
        Output::Lease { .. } => unreachable!("left out"),
        Output::OwnRecordGone(call_id) => format!("own record gone {call_id}"),
        Output::OwnRecordWritten(call_id) => format!("own record written {call_id}"),
        Output::Event(FeedEvent::BadRecord { error, .. }) => format!("bad {}", error.name()),
        Output::Event(FeedEvent::Overflow(keyspace)) => format!("overflow {keyspace}"),
        Output::Event(FeedEvent::Swept { keyspace, records, missing }) => {
            format!("swept {keyspace} {records} {missing}")
        }
    };
    // Leases come with whatever is done; their tests are beside them.
    let outputs = std::iter::from_fn(|| feed.poll()).filter(|output| !matches!(output, Output::Lease { .. }));
    outputs.map(shown).collect()
}

/// A keyspace as it is followed now.
pub(super) fn of(feed: &Feed, keyspace: Keyspace) -> Following {
    feed.followed[&keyspace].following(keyspace)
}

pub(super) fn notify(feed: &mut Feed, now: u64, keyspace: Keyspace, key: &str, event: &str) {
    let channel = pattern(keyspace).replace('*', key);
    feed.on_notification(at(now), channel.as_bytes(), event.as_bytes());
}

/// A feed that follows [`PEER`], has subscribed, and found nothing there.
pub(super) fn feed() -> Feed {
    let mut feed = Feed::new(FeedSettings::default(), context());
    assert!(feed.add_keyspace(PEER));
    assert!(!feed.add_keyspace(PEER));
    feed.on_connected();
    assert_eq!(drain(&mut feed), ["subscribe 2", "subscribe 3"]);
    for keyspace in [OWN, PEER] {
        feed.on_subscribed(at(0), of(&feed, keyspace));
        assert_eq!(drain(&mut feed), [format!("scan {keyspace} 0")]);
        feed.on_scan_page(at(0), of(&feed, keyspace), 0, &[]);
        assert_eq!(drain(&mut feed), [format!("list {keyspace}")]);
        feed.on_known(at(0), of(&feed, keyspace), &[]);
        assert_eq!(drain(&mut feed), [format!("swept {keyspace} 0 0")]);
    }
    feed
}

/// Makes a feed hold a call.
fn hold(feed: &mut Feed, name: &str, sequence: u64) {
    notify(feed, 0, PEER, name, "set");
    assert_eq!(drain(feed), [format!("fetch 3 {name}")]);
    feed.on_fetched(at(0), of(feed, PEER), &id(name), Fetched::Value(&stored(name, sequence)));
    assert_eq!(drain(feed), [format!("restore {name} {sequence}")]);
    feed.on_restored(at(0), PEER, &id(name), RestoreOutcome::Created);
    assert_eq!(drain(feed), [""; 0]);
}

#[test]
fn one_update_is_one_look_however_many_events_it_makes() {
    let mut feed = feed();
    for (key, event) in [("c", "set"), ("c", "expire"), ("notifier-c", "del"), ("notifier-c", "sadd")] {
        notify(&mut feed, 0, PEER, key, event);
    }
    assert_eq!(drain(&mut feed), ["fetch 3 c"]);
    // While it is on its way, two more changes are one more look.
    notify(&mut feed, 1, PEER, "c", "set");
    notify(&mut feed, 2, PEER, "c", "set");
    assert_eq!(drain(&mut feed), [""; 0]);
    feed.on_fetched(at(3), of(&feed, PEER), &id("c"), Fetched::Value(&stored("c", 1)));
    assert_eq!(drain(&mut feed), ["restore c 1"]);
    feed.on_restored(at(4), PEER, &id("c"), RestoreOutcome::Created);
    assert_eq!(drain(&mut feed), ["fetch 3 c"]);
    feed.on_fetched(at(5), of(&feed, PEER), &id("c"), Fetched::Value(&stored("c", 1)));
    assert_eq!(drain(&mut feed), [""; 0]);
    assert_eq!(feed.counters().unchanged, 1);
    assert_eq!(feed.report()[1].held, 1);
}

#[test]
fn a_call_ends_when_its_record_is_gone_twice() {
    let mut feed = feed();
    hold(&mut feed, "c", 1);
    notify(&mut feed, 10, PEER, "c", "del");
    assert_eq!(drain(&mut feed), ["fetch 3 c"]);
    feed.on_fetched(at(10), of(&feed, PEER), &id("c"), Fetched::Missing);
    assert_eq!(drain(&mut feed), [""; 0]);
    assert_eq!(feed.next_tick(), Some(at(210)));
    feed.tick(at(209));
    assert_eq!(drain(&mut feed), [""; 0]);
    feed.tick(at(210));
    assert_eq!(drain(&mut feed), ["fetch 3 c"]);
    feed.on_fetched(at(210), of(&feed, PEER), &id("c"), Fetched::Missing);
    assert_eq!(drain(&mut feed), ["destroy 3 c"]);
    // And a call that nobody holds does not end.
    notify(&mut feed, 300, PEER, "d", "del");
    feed.poll();
    feed.on_fetched(at(300), of(&feed, PEER), &id("d"), Fetched::Missing);
    feed.tick(at(500));
    feed.poll();
    feed.on_fetched(at(500), of(&feed, PEER), &id("d"), Fetched::Missing);
    assert_eq!(drain(&mut feed), [""; 0]);
}

#[test]
fn a_record_that_comes_back_in_time_keeps_its_call() {
    let mut feed = feed();
    hold(&mut feed, "c", 1);
    notify(&mut feed, 10, PEER, "notifier-c", "del");
    feed.poll();
    feed.on_fetched(at(10), of(&feed, PEER), &id("c"), Fetched::Missing);
    notify(&mut feed, 20, PEER, "notifier-c", "sadd");
    assert_eq!(drain(&mut feed), ["fetch 3 c"]);
    feed.on_fetched(at(20), of(&feed, PEER), &id("c"), Fetched::Value(&stored("c", 2)));
    assert_eq!(drain(&mut feed), ["restore c 2"]);
}

#[test]
fn the_newest_record_wins() {
    let mut feed = feed();
    hold(&mut feed, "c", 5);
    for (sequence, expected) in [(4, None), (5, None), (6, Some("restore c 6"))] {
        notify(&mut feed, 10, PEER, "c", "set");
        feed.poll();
        feed.on_fetched(at(10), of(&feed, PEER), &id("c"), Fetched::Value(&stored("c", sequence)));
        assert_eq!(drain(&mut feed), expected.as_slice(), "{sequence}");
    }
    feed.on_restored(at(11), PEER, &id("c"), RestoreOutcome::Updated);
    assert_eq!((feed.counters().stale, feed.counters().unchanged), (1, 1));
    // A later call of the same name is another call.
    notify(&mut feed, 12, PEER, "c", "set");
    feed.poll();
    let later = write(&versioned("c", 1, 1), &context());
    feed.on_fetched(at(12), of(&feed, PEER), &id("c"), Fetched::Value(&later));
    assert_eq!(drain(&mut feed), ["destroy 3 c", "restore c 1"]);
}

#[test]
fn a_learned_endpoint_in_an_rtpengine_record_is_news() {
    let mut feed = feed();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/records/10.5.3.5/rtp-audio-after-answer.raw");
    let before = std::fs::read_to_string(path).expect("a recorded record");
    let learned = before.replacen("\"endpoint\":\"127.0.0.11:6000\"", "\"endpoint\":\"127.0.0.99:6000\"", 1);
    assert_ne!(before, learned);
    for (stored, restored) in [(&before, 1), (&before, 0), (&learned, 1), (&learned, 0)] {
        notify(&mut feed, 0, PEER, "c", "set");
        feed.poll();
        feed.on_fetched(at(0), of(&feed, PEER), &id("c"), Fetched::Value(stored.as_bytes()));
        assert_eq!(drain(&mut feed).len(), restored);
        feed.on_restored(at(0), PEER, &id("c"), RestoreOutcome::Updated);
    }
}

#[test]
fn a_bad_record_is_told_once_and_changes_nothing() {
    let mut feed = feed();
    hold(&mut feed, "c", 1);
    let mut look = |found: Fetched<'_>| {
        notify(&mut feed, 0, PEER, "c", "set");
        feed.poll();
        feed.on_fetched(at(0), of(&feed, PEER), &id("c"), found);
        drain(&mut feed)
    };
    assert_eq!(look(Fetched::Value(b"{\"json\":{")), ["bad malformed"]);
    assert_eq!(look(Fetched::Value(b"{\"json\":{")), [""; 0]);
    assert_eq!(look(Fetched::Value(b"{}")), ["bad no-section"]);
    assert_eq!(look(Fetched::Value(b"hello")), [""; 0]);
    assert_eq!(look(Fetched::NotAString), [""; 0]);
    assert_eq!(look(Fetched::Value(&stored("c", 2))), ["restore c 2"]);
    assert_eq!((feed.counters().alien, feed.counters().bad["malformed"]), (2, 2));
    assert_eq!(feed.report()[1].held, 1);
}

#[test]
fn own_calls_are_never_ended_here() {
    let mut feed = feed();
    hold(&mut feed, "taken", 1);
    assert_eq!(feed.release(&id("taken")), Some(PEER));
    hold(&mut feed, "yes", 1);
    notify(&mut feed, 0, PEER, "yes", "set");
    feed.poll();
    feed.on_fetched(at(0), of(&feed, PEER), &id("yes"), Fetched::Value(&stored("yes", 2)));
    assert_eq!(drain(&mut feed), ["restore yes 2"]);
    feed.on_restored(at(0), PEER, &id("yes"), RestoreOutcome::OwnHere);
    for name in ["taken", "yes"] {
        for event in ["del", "expired", "evicted"] {
            notify(&mut feed, 0, PEER, name, event);
            for look in 0..2 {
                assert_eq!(drain(&mut feed), [format!("fetch 3 {name}")]);
                feed.on_fetched(at(0), of(&feed, PEER), &id(name), Fetched::Missing);
                feed.tick(at(1000 * (look + 1)));
            }
            assert_eq!(drain(&mut feed), [""; 0]);
        }
    }
}

#[test]
fn what_happens_to_own_records_is_reported() {
    let mut feed = feed();
    let cases = [
        ("set", Some("own record written c")),
        ("expire", None),
        ("del", Some("own record gone c")),
        ("expired", Some("own record gone c")),
    ];
    for (event, expected) in cases {
        notify(&mut feed, 0, OWN, "c", event);
        assert_eq!(drain(&mut feed), expected.as_slice(), "{event}");
    }
    notify(&mut feed, 0, OWN, "notifier-c", "del");
    assert_eq!(drain(&mut feed), [""; 0]);
}

#[test]
fn own_records_are_taken_back() {
    let mut feed = Feed::new(FeedSettings::default(), context());
    feed.on_connected();
    feed.on_subscribed(at(0), of(&feed, OWN));
    assert_eq!(drain(&mut feed), ["subscribe 2", "scan 2 0"]);
    feed.on_scan_page(at(0), of(&feed, OWN), 0, &[b"c".to_vec(), b"notifier-c".to_vec(), b"calls".to_vec()]);
    assert_eq!(drain(&mut feed), ["list 2", "fetch 2 c"]);
    feed.on_known(at(0), of(&feed, OWN), &[]);
    // The connection goes before the record is there: it is still to be taken back.
    feed.on_lost();
    feed.on_connected();
    feed.on_subscribed(at(0), of(&feed, OWN));
    assert_eq!(drain(&mut feed), ["swept 2 1 0", "subscribe 2", "scan 2 0"]);
    feed.on_scan_page(at(0), of(&feed, OWN), 0, &[b"c".to_vec()]);
    assert_eq!(drain(&mut feed), ["list 2", "fetch 2 c"]);
    feed.on_fetched(at(0), of(&feed, OWN), &id("c"), Fetched::Value(&stored("c", 1)));
    feed.on_restored(at(0), OWN, &id("c"), RestoreOutcome::Created);
    feed.on_known(at(0), of(&feed, OWN), &[id("c")]);
    assert_eq!(drain(&mut feed), ["restore own c 1", "swept 2 1 0"]);
    // As long as nothing can have been missed, only what is gone matters.
    feed.tick(at(60_000));
    assert_eq!(drain(&mut feed), ["scan 2 0"]);
    feed.on_scan_page(at(60_000), of(&feed, OWN), 0, &[b"d".to_vec()]);
    feed.on_known(at(60_000), of(&feed, OWN), &[id("c")]);
    assert_eq!(drain(&mut feed), ["list 2", "swept 2 1 1", "own record gone c"]);
}

#[test]
fn own_records_are_not_taken_back_later() {
    let mut feed = feed();
    feed.resync(at(1), Some(OWN));
    assert_eq!(drain(&mut feed), ["scan 2 0"]);
    feed.on_scan_page(at(1), of(&feed, OWN), 0, &[b"c".to_vec()]);
    assert_eq!(drain(&mut feed), ["list 2", "fetch 2 c"]);
    feed.on_fetched(at(1), of(&feed, OWN), &id("c"), Fetched::Value(&stored("c", 1)));
    assert_eq!(drain(&mut feed), [""; 0], "its deletion is owed");
}

/// Found by the simulator: somebody overwrote a record while its owner could not see it.
#[test]
fn an_own_record_that_cannot_be_read_is_found_at_a_resync() {
    let mut feed = feed();
    feed.resync(at(0), Some(OWN));
    assert_eq!(drain(&mut feed), ["scan 2 0"]);
    feed.on_scan_page(at(0), of(&feed, OWN), 0, &[b"c".to_vec()]);
    assert_eq!(drain(&mut feed), ["list 2", "fetch 2 c"]);
    feed.on_fetched(at(0), of(&feed, OWN), &id("c"), Fetched::Value(b"{}"));
    assert_eq!(drain(&mut feed), ["bad no-section", "own record written c"]);
}

#[test]
fn a_sweep_restores_what_is_missing_and_drops_what_is_gone() {
    let mut feed = feed();
    hold(&mut feed, "stays", 1);
    hold(&mut feed, "goes", 1);
    feed.resync(at(0), Some(PEER));
    assert_eq!(drain(&mut feed), ["scan 3 0"]);
    feed.on_scan_page(at(0), of(&feed, PEER), 7, &[b"stays".to_vec(), b"new".to_vec(), b"calls".to_vec()]);
    assert_eq!(drain(&mut feed), ["scan 3 7", "fetch 3 stays,new"]);
    feed.on_fetched(at(0), of(&feed, PEER), &id("stays"), Fetched::Value(&stored("stays", 1)));
    feed.on_fetched(at(0), of(&feed, PEER), &id("new"), Fetched::Value(&stored("new", 1)));
    assert_eq!(drain(&mut feed), ["restore new 1"]);
    feed.on_restored(at(0), PEER, &id("new"), RestoreOutcome::Created);
    feed.on_scan_page(at(0), of(&feed, PEER), 0, &[]);
    assert_eq!(drain(&mut feed), ["list 3"]);
    // `before` is held from an earlier life of the feed.
    feed.on_known(at(0), of(&feed, PEER), &[id("stays"), id("goes"), id("before"), id("new")]);
    assert_eq!(drain(&mut feed), ["swept 3 2 2", "fetch 3 goes,before"]);
    for now in [0, 200] {
        feed.tick(at(now));
        drain(&mut feed);
        for name in ["goes", "before"] {
            feed.on_fetched(at(now), of(&feed, PEER), &id(name), Fetched::Missing);
        }
    }
    assert_eq!(drain(&mut feed), ["destroy 3 goes", "destroy 3 before"]);
    // The next one comes by itself, and takes its time.
    feed.tick(at(60_000));
    assert_eq!(drain(&mut feed), ["scan 2 0", "scan 3 0"]);
    feed.on_scan_page(at(60_000), of(&feed, PEER), 7, &[]);
    assert_eq!(drain(&mut feed), [""; 0]);
    assert_eq!(feed.next_tick(), Some(at(60_050)));
    feed.tick(at(60_050));
    assert_eq!(drain(&mut feed), ["scan 3 7"]);
}

#[test]
fn a_loss_of_the_connection_forgets_what_was_asked_and_sweeps() {
    let mut feed = feed();
    hold(&mut feed, "c", 1);
    notify(&mut feed, 0, PEER, "c", "set");
    feed.resync(at(0), None);
    let before = of(&feed, PEER);
    feed.on_lost();
    assert_eq!(drain(&mut feed), [""; 0]);
    feed.on_connected();
    assert_eq!(drain(&mut feed), ["subscribe 2", "subscribe 3"]);
    feed.on_subscribed(at(0), of(&feed, PEER));
    assert_eq!(drain(&mut feed), ["scan 3 0"]);
    notify(&mut feed, 0, PEER, "c", "set");
    assert_eq!(drain(&mut feed), ["fetch 3 c"]);
    // Answers to what was asked before do not count.
    feed.on_subscribed(at(0), before);
    feed.on_fetched(at(0), before, &id("c"), Fetched::Missing);
    feed.on_scan_page(at(0), before, 0, &[]);
    feed.on_known(at(0), before, &[id("c")]);
    assert_eq!(drain(&mut feed), [""; 0]);
    feed.on_scan_page(at(0), of(&feed, PEER), 0, &[]);
    assert_eq!(drain(&mut feed), ["list 3"]);
}

#[test]
fn a_keyspace_that_is_not_followed_any_more_is_let_go() {
    let mut feed = feed();
    hold(&mut feed, "c", 1);
    notify(&mut feed, 0, PEER, "d", "set");
    feed.poll();
    feed.on_fetched(at(0), of(&feed, PEER), &id("d"), Fetched::Value(&stored("d", 1)));
    assert_eq!(drain(&mut feed), ["restore d 1"]);
    notify(&mut feed, 0, PEER, "e", "set");
    assert!(!feed.remove_keyspace(OWN), "one's own is always followed");
    assert!(feed.remove_keyspace(PEER) && !feed.remove_keyspace(PEER));
    assert_eq!(drain(&mut feed), ["unsubscribe 3", "destroy all 3"]);
    // What the shard had in hand then goes as well.
    feed.on_restored(at(0), PEER, &id("d"), RestoreOutcome::Created);
    assert_eq!(drain(&mut feed), ["destroy 3 d"]);
    notify(&mut feed, 0, PEER, "c", "set");
    assert_eq!(drain(&mut feed), [""; 0]);
    assert_eq!(feed.keyspaces().count(), 0);
}

#[test]
fn a_shard_that_does_not_answer_is_given_up() {
    let mut feed = feed();
    notify(&mut feed, 0, PEER, "c", "set");
    feed.poll();
    feed.on_fetched(at(0), of(&feed, PEER), &id("c"), Fetched::Value(&stored("c", 1)));
    notify(&mut feed, 0, PEER, "c", "set");
    assert_eq!(drain(&mut feed), ["restore c 1"]);
    feed.tick(at(10_000));
    assert_eq!(drain(&mut feed), ["fetch 3 c"]);
    assert_eq!(feed.counters().unanswered, 1);
    feed.on_fetched(at(10_000), of(&feed, PEER), &id("c"), Fetched::Value(&stored("c", 1)));
    feed.on_restored(at(10_000), PEER, &id("c"), RestoreOutcome::Refused(Refusal::UnknownInterface));
    assert_eq!((feed.counters().refused, feed.report()[1].held), (1, 0));
}

#[test]
fn a_call_that_ended_in_its_shard_is_made_again_while_its_record_is_there() {
    let mut feed = feed();
    hold(&mut feed, "c", 1);
    feed.resync(at(0), Some(PEER));
    feed.on_scan_page(at(0), of(&feed, PEER), 0, &[b"c".to_vec()]);
    assert_eq!(drain(&mut feed), ["scan 3 0", "list 3", "fetch 3 c"]);
    feed.on_fetched(at(0), of(&feed, PEER), &id("c"), Fetched::Value(&stored("c", 1)));
    feed.on_known(at(0), of(&feed, PEER), &[]);
    assert_eq!(drain(&mut feed), ["swept 3 1 0", "fetch 3 c"]);
    feed.on_fetched(at(0), of(&feed, PEER), &id("c"), Fetched::Value(&stored("c", 1)));
    assert_eq!(drain(&mut feed), ["restore c 1"]);
}

#[test]
fn a_call_that_waited_for_its_ports_during_a_sweep_ends_with_its_record() {
    let mut feed = feed();
    hold(&mut feed, "a", 1);
    feed.resync(at(1000), Some(PEER));
    drain(&mut feed);
    let peer = of(&feed, PEER);
    feed.on_scan_page(at(1000), peer, 0, &[]);
    // Its shard does not list it: it makes the call from the record only afterwards.
    feed.on_known(at(1000), peer, &[]);
    assert!(drain(&mut feed).contains(&"fetch 3 a".to_owned()));
    feed.on_fetched(at(1000), peer, &id("a"), Fetched::Missing);
    feed.tick(at(1300));
    assert_eq!(drain(&mut feed), ["fetch 3 a"]);
    feed.on_fetched(at(1300), peer, &id("a"), Fetched::Missing);
    assert_eq!(drain(&mut feed), ["destroy 3 a"]);
    assert!(feed.is_caught_up());
}

#[test]
fn a_flood_is_bounded_and_swept_up() {
    let mut feed = feed();
    for number in 0..PENDING_MAX + 10 {
        notify(&mut feed, 0, PEER, &format!("c{number}"), "set");
    }
    assert_eq!(feed.counters().overflowed, 10);
    assert_eq!(feed.report()[1].pending, PENDING_MAX);
    let mut told = 0;
    let mut swept = false;
    // What is asked for at once is bounded too, and the sweep waits until most is done.
    while let Some(output) = feed.poll() {
        match output {
            Output::Fetch { call_ids, .. } => {
                assert!(!swept || feed.report()[1].pending <= PENDING_MAX);
                for call_id in call_ids {
                    feed.on_fetched(at(0), of(&feed, PEER), &call_id, Fetched::NotAString);
                }
            }
            Output::Scan { of, cursor: 0 } if of.keyspace == PEER => swept = true,
            Output::Event(FeedEvent::Overflow(PEER)) => told += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(swept && told == 1);
}
