//! Tests of the tasks: queues, retries and the end.

use tandem_shards::call::state::{CallBrief, Ownership, Version};
use tandem_shards::io::Publication;
use tandem_shards::names::ShardId;
use tandem_shards::output::RestoreOutcome;

use super::*;
use crate::redis::command::{Batch, Reply};
use crate::redis::feed::{Feed, FeedSettings, Following, Presence};
use crate::redis::intent::{Intent, IntentSettings};
use crate::redis::record::specimen::{OWN, context, plain_call};
use crate::redis::record::write;

const PEER: Keyspace = Keyspace(3);

fn at(millis: u64) -> Timestamp {
    Timestamp::from_secs(1_800_000_000) + Duration::from_millis(millis)
}

fn id(name: &str) -> CallId {
    CallId::from(name)
}

fn publish_task() -> PublishTask {
    let intent = Intent::new(IntentSettings::default(), context());
    let mut task = PublishTask::new(intent, 100);
    assert!(matches!(task.poll(at(0)), Some(PublishEffect::Connect)));
    task.on_connected(at(0));
    task
}

fn changed(name: &str) -> Publication {
    Publication::Changed(Box::new(plain_call(name, &["audio"])))
}

/// The words of the next batch, which is carried out.
fn written(task: &mut PublishTask, now: Timestamp) -> Vec<String> {
    let Some(PublishEffect::Send(Batch { id, commands })) = task.poll(now) else { return Vec::new() };
    let replies: Vec<Reply> = commands.iter().map(|_| Reply::Number(1)).collect();
    task.on_replies(now, id, &replies);
    let words = |word: &Vec<u8>| String::from_utf8_lossy(word).into_owned();
    commands.iter().map(|c| c.words.iter().take(2).map(words).collect::<Vec<_>>().join(" ")).collect()
}

fn brief(name: &str, ownership: Ownership) -> CallBrief {
    CallBrief {
        call_id: id(name),
        ownership,
        created: plain_call(name, &[]).state.created,
        deleting: false,
        created_from: None,
        version: Version { epoch: 9, sequence: 0 },
        shard: ShardId(0),
    }
}

#[test]
fn calls_that_ended_or_left_unnoticed_are_found_when_all_are_listed() {
    let mut task = publish_task();
    for name in ["stays", "ended", "left"] {
        task.on_publication(at(0), changed(name));
    }
    assert_eq!(written(&mut task, at(0)).iter().filter(|words| words.starts_with("SET")).count(), 3);
    task.on_publications_lost(at(1));
    assert!(matches!(task.poll(at(1)), Some(PublishEffect::List(_))));
    // Not all shards have answered: nothing follows from that.
    task.on_listed(at(1), None);
    assert!(task.poll(at(1)).is_none());
    let due = at(1001);
    assert!(matches!(task.poll(due), Some(PublishEffect::List(_))), "it tries again");
    task.on_listed(due, Some(&[brief("stays", Ownership::Own), brief("left", Ownership::Foreign(PEER))]));
    assert!(matches!(task.poll(due), Some(PublishEffect::Republish(call)) if call == id("stays")));
    assert_eq!(written(&mut task, due), ["DEL ended", "DEL notifier-ended", "GET left"]);
}

#[test]
fn the_others_are_told_of_this_node_and_a_refusal_stops_nothing() {
    let mut task = publish_task();
    task.on_presence(Presence { keyspace: OWN, follows: vec![PEER] });
    assert_eq!(written(&mut task, at(0)), [format!("PUBLISH __keyspace@{OWN}__:tandem-node")]);
    assert!(matches!(task.poll(at(0)), Some(PublishEffect::Presence(Ok(())))));
    assert_eq!(written(&mut task, at(1000)), ["PING"]);
    task.on_publication(at(1000), changed("c"));
    let Some(PublishEffect::Send(batch)) = task.poll(at(2000)) else { panic!("the next one") };
    task.on_replies(at(2000), batch.id, &[Reply::Refused("NOPERM".to_owned())]);
    assert!(matches!(task.poll(at(2000)), Some(PublishEffect::Presence(Err(_)))));
    assert_eq!(written(&mut task, at(2000))[0], "SET c");
}

#[test]
fn at_the_end_what_is_owed_is_written_with_one_attempt_to_connect() {
    let mut task = publish_task();
    task.on_publication(at(0), changed("a"));
    task.on_lost();
    assert!(task.poll(at(1)).is_none(), "an attempt was made a moment ago");
    task.on_order(at(1), PublishOrder::Stop);
    assert!(!task.is_finished());
    assert!(matches!(task.poll(at(1)), Some(PublishEffect::Connect)));
    task.on_connected(at(1));
    assert_eq!(written(&mut task, at(2))[0], "SET a");
    assert!(task.poll(at(2)).is_none() && task.is_finished());
}

#[test]
fn a_call_whose_end_was_lost_before_it_was_reported_as_taken_back_leaves_no_record() {
    let mut task = publish_task();
    task.on_publications_lost(at(0));
    assert!(matches!(task.poll(at(0)), Some(PublishEffect::List(_))));
    task.on_listed(at(0), Some(&[]));
    task.on_order(at(1), PublishOrder::Adopted(id("c")));
    assert_eq!(written(&mut task, at(1)), ["EXPIRE c", "EXPIRE notifier-c"]);
    assert!(matches!(task.poll(at(1001)), Some(PublishEffect::List(_))));
    task.on_listed(at(1001), Some(&[]));
    assert_eq!(written(&mut task, at(1001)), ["DEL c", "DEL notifier-c"]);
}

#[test]
fn a_connection_that_writes_nothing_is_asked_for_a_sign_of_life() {
    let mut task = publish_task();
    assert!(task.poll(at(999)).is_none());
    assert_eq!(task.next_tick(), Some(at(1000)));
    assert_eq!(written(&mut task, at(1000)), ["PING"]);
    assert!(task.poll(at(1999)).is_none());
    assert_eq!(written(&mut task, at(2000)), ["PING"]);
    task.on_lost();
    assert_eq!((task.connections_lost(), task.is_waiting()), (1, false));
}

#[test]
fn at_the_end_a_redis_that_is_away_is_not_waited_for() {
    let mut task = publish_task();
    task.on_publication(at(0), changed("a"));
    task.on_lost();
    task.on_order(at(1), PublishOrder::Stop);
    assert!(matches!(task.poll(at(1)), Some(PublishEffect::Connect)));
    task.on_lost();
    assert!(task.is_finished() && task.intent().owed() == 1);
}

/// A follower of one keyspace, connected, subscribed to `of`.
fn follow_task(of: Keyspace) -> (FollowTask, Following) {
    let mut feed = Feed::new(FeedSettings::default(), context());
    feed.add_keyspace(PEER);
    let mut task = FollowTask::new(feed, 100);
    assert!(matches!(task.poll(at(0)), Some(FollowEffect::Connect)));
    task.on_connected(at(0));
    let mut session = None;
    while let Some(effect) = task.poll(at(0)) {
        if let FollowEffect::Subscribe(following) = effect
            && following.keyspace == of
        {
            session = Some(following);
        }
    }
    let session = session.expect("it is followed");
    task.on_subscribed(at(0), session);
    (task, session)
}

/// What the task sends next.
fn sent(task: &mut FollowTask, now: Timestamp) -> Batch {
    loop {
        match task.poll(now) {
            Some(FollowEffect::Send(batch)) => return batch,
            Some(_) => {}
            None => panic!("nothing is sent"),
        }
    }
}

fn notify(task: &mut FollowTask, now: Timestamp, keyspace: Keyspace, name: &str) {
    task.on_notification(now, format!("__keyspace@{keyspace}__:{name}").as_bytes(), b"set");
}

/// Has so many records read, and counts the restores that come of it.
fn restores(task: &mut FollowTask, now: Timestamp, count: usize) -> Vec<u64> {
    let scan = sent(task, now);
    task.on_replies(now, scan.id, &[Reply::Page(0, Vec::new())]).expect("a page");
    for number in 0..count {
        notify(task, now, PEER, &format!("c{number}"));
    }
    let mut tickets = Vec::new();
    loop {
        match task.poll(now) {
            Some(FollowEffect::Send(batch)) => {
                let record = |words: &Vec<Vec<u8>>| {
                    let name = std::str::from_utf8(&words[1]).expect("a name");
                    Reply::Value(write(&plain_call(name, &["audio"]), &context()))
                };
                let replies: Vec<Reply> = batch.commands.iter().map(|c| record(&c.words)).collect();
                task.on_replies(now, batch.id, &replies).expect("records");
            }
            Some(FollowEffect::Restore { ticket, .. }) => tickets.push(ticket),
            Some(_) => {}
            None => return tickets,
        }
    }
}

#[test]
fn shards_have_only_so_many_records_at_a_time_and_a_silent_one_does_not_hold_up_the_others() {
    let (mut task, _) = follow_task(PEER);
    let tickets = restores(&mut task, at(10), 60);
    assert_eq!((tickets.len(), task.is_stalled()), (48, true));
    task.on_restored(at(20), tickets[7], RestoreOutcome::Created);
    assert!(matches!(task.poll(at(20)), Some(FollowEffect::Restore { .. })), "one in, one out");
    assert!(task.poll(at(20)).is_none());
    let due = task.next_tick().expect("patience has an end");
    assert!(due <= at(120), "{due}");
    assert!(matches!(task.poll(at(120)), Some(FollowEffect::Restore { .. })), "one is given up");
}

#[test]
fn a_record_whose_shard_takes_no_requests_is_read_again() {
    let (mut task, _) = follow_task(PEER);
    let tickets = restores(&mut task, at(10), 1);
    task.on_not_restored(at(10), tickets[0]);
    assert!(task.poll(at(10)).is_none());
    task.tick(at(500));
    assert_eq!(sent(&mut task, at(500)).commands[0].words, [b"GET".as_slice(), b"c0"]);
}

#[test]
fn a_lost_report_about_an_own_record_is_made_up_for_by_a_look_at_the_own_keyspace() {
    let (mut task, session) = follow_task(OWN);
    let scan = sent(&mut task, at(0));
    task.on_replies(at(0), scan.id, &[Reply::Page(0, Vec::new())]).expect("a page");
    while let Some(effect) = task.poll(at(0)) {
        if let FollowEffect::List { of, .. } = effect {
            assert_eq!(of, session);
            task.on_listed(at(0), of, &[]);
        }
    }
    notify(&mut task, at(1), OWN, "c");
    let Some(FollowEffect::Tell(order)) = task.poll(at(1)) else { panic!("a report") };
    task.on_publisher_full(at(1), order);
    task.tick(at(50));
    assert!(task.poll(at(50)).is_none());
    let due = task.next_tick().expect("it looks");
    task.tick(due);
    assert_eq!(sent(&mut task, due).commands[0].words[0], b"SCAN");
}

#[test]
fn a_page_of_own_keys_brings_the_orphans_among_them_to_an_end() {
    let (mut task, _) = follow_task(OWN);
    let scan = sent(&mut task, at(0));
    let keys = vec![b"notifier-gone".to_vec()];
    task.on_replies(at(0), scan.id, &[Reply::Page(0, keys)]).expect("a page");
    let script = sent(&mut task, at(0));
    assert_eq!(script.commands[0].words[2..], [b"2".to_vec(), b"gone".to_vec(), b"notifier-gone".to_vec()]);
    // Whatever the server says to that.
    task.on_replies(at(0), script.id, &[Reply::Refused("NOPERM".into())]).expect("it does not matter");
}

#[test]
fn nobody_asks_for_a_sign_of_life_where_there_is_one() {
    let (mut task, _) = follow_task(PEER);
    let scan = sent(&mut task, at(0));
    assert!(task.poll(at(5000)).is_none(), "a reply is awaited");
    task.on_replies(at(5000), scan.id, &[Reply::Page(0, Vec::new())]).expect("a page");
    while task.poll(at(5999)).is_some() {}
    assert_eq!(sent(&mut task, at(6000)).commands[0].words, [b"PING"]);
}
