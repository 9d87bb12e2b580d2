//! Scenarios that have been seen in life, most of them on rtpengine's tracker, each by hand.

use std::rc::Rc;
use std::time::Duration;

use tandem_shards::call::state::Ownership;
use tandem_shards::sim::network::Site;
use tandem_shards::sim::swarm::Swarm;
use tandem_shards::sim::world::World;

use crate::daemon::Tandem;

const SECOND: Duration = Duration::from_secs(1);
/// A packet every 20 ms, a little jitter, and the time that a take-over may take.
const HEARD: Duration = Duration::from_millis(100);

/// Nodes that share their calls, and dialogues that begin at node 0 in the first second.
fn world(nodes: usize, dialogues: u32) -> World {
    new_world(Swarm::plain(1, nodes, dialogues))
}

fn new_world(mut swarm: Swarm) -> World {
    let dialogues = swarm.dialogues;
    swarm.replication = true;
    swarm.ports = (20_000, 59_999);
    swarm.settings.delete_delay = Duration::ZERO;
    let mut world = World::new(swarm, Rc::new(Tandem), true);
    for dialogue in 0..dialogues {
        world.turn_to(dialogue, 0);
    }
    world
}

/// The same, with all calls established at node 0 and held by the others.
fn talking(nodes: usize, dialogues: u32) -> World {
    let mut world = world(nodes, dialogues);
    let_talk(&mut world);
    world
}

fn let_talk(world: &mut World) {
    let dialogues = world.swarm.dialogues;
    for _ in 0..60 {
        world.pass(SECOND / 2);
        if (0..dialogues).all(|dialogue| world.is_established(dialogue)) {
            break;
        }
    }
    world.pass(SECOND);
    for dialogue in 0..dialogues {
        assert!(world.is_established(dialogue));
        assert_held(world, dialogue, 0);
    }
}

/// One node owns the call, the others hold it for that node.
fn assert_held(world: &mut World, dialogue: u32, owner: usize) {
    let of = world.keyspace(owner);
    for node in 0..world.swarm.nodes {
        let expected = if node == owner { Ownership::Own } else { Ownership::Foreign(of) };
        assert_eq!(world.held(node, dialogue), Some(expected), "call-{dialogue} at node {node}");
    }
}

/// Nobody has the call, and there is no record of it.
fn assert_gone(world: &mut World, dialogue: u32) {
    for node in 0..world.swarm.nodes {
        assert_eq!(world.held(node, dialogue), None, "call-{dialogue} at node {node}");
    }
    assert!(world.records().iter().all(|(_, of)| *of != dialogue), "{:?}", world.records());
}

fn finish(mut world: World) {
    world.compare();
    world.run_ending();
    assert_eq!(world.checker.violations(), [""; 0]);
}

/// rtpengine's pull request 1646: the notification of a SET is followed by a look that finds the value of before
/// the DEL.
#[test]
fn a_set_that_is_seen_after_the_delete_does_not_resurrect_the_call() {
    let mut world = talking(2, 1);
    world.lag_store(SECOND);
    world.reinvite(0);
    world.pass(SECOND / 2);
    world.end(0);
    world.pass(3 * SECOND);
    world.lag_store(Duration::ZERO);
    world.pass(7 * SECOND);
    assert_gone(&mut world, 0);
    finish(world);
}

/// rtpengine's issue 2007: the record stayed in the dead node's keyspace, and with the node the call came back.
#[test]
fn a_call_that_is_deleted_at_the_survivor_does_not_come_back_with_its_node() {
    let mut world = talking(2, 1);
    world.kill(0);
    world.move_address(0, 1);
    world.turn_to(0, 1);
    world.pass(SECOND);
    assert!(world.silence(0) < HEARD, "{:?}", world.silence(0));
    world.end(0);
    world.pass(10 * SECOND);
    assert_eq!(world.records(), []);
    world.revive(0);
    world.pass(5 * SECOND);
    assert_gone(&mut world, 0);
    finish(world);
}

/// rtpengine's issue 660.
#[test]
fn a_standby_takes_over_between_offer_and_answer() {
    let mut world = world(2, 1);
    let early = Duration::from_millis(10);
    while world.held(0, 0).is_none() {
        world.pass(early);
    }
    assert!(!world.is_established(0));
    world.pass(2 * early);
    world.kill(0);
    world.move_address(0, 1);
    world.turn_to(0, 1);
    world.pass(10 * SECOND);
    assert!(world.is_established(0));
    assert_eq!(world.held(1, 0), Some(Ownership::Own));
    assert!(world.silence(0) < HEARD, "{:?}", world.silence(0));
    world.revive(0);
    world.pass(2 * SECOND);
    assert_held(&mut world, 0, 1);
    finish(world);
}

/// rtpengine's issues 1308, 1334 and 1878: records of other versions, with fields missing.
#[test]
fn a_record_that_cannot_be_read_harms_no_call_and_is_not_deleted() {
    let mut world = talking(3, 2);
    let of = world.keyspace(0);
    let good = world.record(of, 0).expect("a record").to_vec();
    for cut in [1, 10, good.len() / 2, good.len() - 1] {
        // Nobody owns a call of this name.
        world.write_record(of, 7, &good[..cut]);
        world.pass(SECOND);
        assert_eq!(world.record(of, 7), Some(&good[..cut]), "it is left alone");
        assert!((0..3).all(|node| world.held(node, 7).is_none()));
    }
    // The same over the record of a live call: the others keep what they have, and its owner writes it again.
    world.pass(3 * SECOND);
    world.write_record(of, 0, b"{\"json\":{}}");
    world.pass(3 * SECOND);
    for dialogue in 0..2 {
        assert_held(&mut world, dialogue, 0);
    }
    assert_ne!(world.record(of, 0), Some(&b"{\"json\":{}}"[..]));
    finish(world);
}

#[test]
fn a_redis_that_comes_back_empty_is_filled_again_by_the_owners() {
    let mut world = talking(3, 10);
    for _ in 0..3 {
        world.empty_store();
        world.pass(5 * SECOND);
        assert_eq!(world.records().len(), 10);
        for dialogue in 0..10 {
            assert_held(&mut world, dialogue, 0);
        }
    }
    let (sent, heard) = world.packets();
    assert!(sent - heard < 200, "nobody noticed: {sent} sent, {heard} heard");
    finish(world);
}

/// Their records are still there when Redis can be reached again, for as long as it takes to delete them.
#[test]
fn calls_that_ended_while_redis_was_away_for_long_do_not_come_back() {
    // Now one of the two connections is back first, now the other.
    for moment in 0..8 {
        end_while_away(Duration::from_millis(170 * moment));
    }
}

fn end_while_away(moment: Duration) {
    // Records that do not expire meanwhile.
    let mut world = new_world(Swarm { hasty: true, ..Swarm::plain(1, 2, 5) });
    let_talk(&mut world);
    world.pass(moment);
    world.cut(0, Site::Store);
    world.pass(2 * SECOND);
    for dialogue in 0..5 {
        world.end(dialogue);
    }
    world.pass(90 * SECOND);
    assert_eq!(world.held(0, 0), None);
    let restored = world.checker.counts.restored;
    world.heal();
    world.pass(10 * SECOND);
    for dialogue in 0..5 {
        assert_gone(&mut world, dialogue);
    }
    assert_eq!(world.checker.counts.restored, restored, "not even for a moment");
    finish(world);
}

/// The set-up of rtpengine's pull request 1646: `GET` after a notification answers nothing, or the value before.
#[test]
fn a_replica_that_lags_delays_and_loses_nothing() {
    let mut world = world(2, 10);
    world.lag_store(Duration::from_millis(150));
    world.pass(5 * SECOND);
    for dialogue in 0..10 {
        world.reinvite(dialogue);
    }
    world.pass(10 * SECOND);
    for dialogue in 0..10 {
        assert_held(&mut world, dialogue, 0);
    }
    finish(world);
}

#[test]
fn a_split_brain_heals() {
    let mut world = talking(2, 10);
    world.cut(0, Site::Store);
    world.move_address(0, 1);
    for dialogue in 0..5 {
        world.turn_to(dialogue, 1);
        world.reinvite(dialogue);
    }
    world.pass(5 * SECOND);
    for dialogue in 0..5 {
        assert_eq!([0, 1].map(|node| world.held(node, dialogue)), [Some(Ownership::Own); 2], "both");
        assert!(world.silence(dialogue) < HEARD);
    }
    world.heal();
    world.pass(10 * SECOND);
    for dialogue in 0..10 {
        assert_held(&mut world, dialogue, if dialogue < 5 { 1 } else { 0 });
    }
    finish(world);
}

#[test]
fn one_call_id_at_two_nodes_ends_as_one_call() {
    let mut world = world(2, 1);
    world.cut(0, Site::Store);
    world.cut(1, Site::Store);
    world.pass(5 * SECOND);
    world.turn_to(0, 1);
    world.reinvite(0);
    world.pass(2 * SECOND);
    assert_eq!([0, 1].map(|node| world.held(node, 0)), [Some(Ownership::Own); 2], "made at both");
    world.heal();
    world.pass(10 * SECOND);
    assert_held(&mut world, 0, 1);
    finish(world);
}

/// Latency of packets meanwhile is a matter of measurement: `bench/standby.sh`.
#[test]
fn a_thousand_calls_are_restored_while_packets_flow() {
    let mut world = talking(2, 1020);
    world.kill(1);
    world.pass(SECOND);
    let (sent_before, heard_before) = world.packets();
    world.revive(1);
    world.pass(5 * SECOND);
    let (sent, heard) = world.packets();
    let lost = (sent - sent_before).saturating_sub(heard - heard_before);
    assert!(lost < 10, "{lost} lost");
    for dialogue in 0..1020 {
        assert_eq!(world.held(1, dialogue), Some(Ownership::Foreign(world.keyspace(0))));
    }
    world.move_address(0, 1);
    world.pass(SECOND);
    let latest = (0..1020).map(|dialogue| world.silence(dialogue)).max();
    assert!(latest < Some(HEARD), "{latest:?}");
    world.move_address(0, 0);
    finish(world);
}

/// A world without Redis: what is handed over has no owner, and is nobody's to end.
#[test]
fn without_a_redis_every_call_ends() {
    let mut swarm = Swarm::plain(1, 1, 3);
    swarm.habits.forgotten = 1000;
    let mut world = World::new(swarm, Rc::new(Tandem), true);
    for _ in 0..60 {
        world.pass(SECOND / 2);
    }
    assert!((0..3).all(|dialogue| world.is_established(dialogue)));
    world.stand_by(0);
    world.pass(90 * SECOND);
    assert!((0..3).all(|dialogue| world.held(0, dialogue) == Some(Ownership::Foreign(world.keyspace(0)))));
    assert!(world.silence(0) < HEARD, "media goes on: {:?}", world.silence(0));
    world.run_ending();
    assert_eq!(world.checker.violations(), [""; 0]);
}

/// An operator hands calls over, and nobody takes them.
#[test]
fn calls_that_nobody_takes_end_everywhere() {
    let mut swarm = Swarm::plain(1, 2, 2);
    swarm.habits.forgotten = 1000;
    let mut world = new_world(swarm);
    let_talk(&mut world);
    world.stand_by(0);
    world.run_ending();
    assert_eq!(world.checker.violations(), [""; 0]);
}

/// A node that Redis is away from for good hears of no end. It holds calls for no longer than their records would live,
/// and has them again when Redis is back.
#[test]
fn a_redis_that_never_comes_back_leaves_no_call_for_ever() {
    let mut world = talking(2, 2);
    world.cut(1, Site::Store);
    world.end(0);
    // Shorter than records live.
    world.pass(30 * SECOND);
    let of = world.keyspace(0);
    assert_eq!(world.held(1, 0), Some(Ownership::Foreign(of)), "nobody has told it");
    world.pass(2 * 60 * SECOND);
    assert_eq!([world.held(1, 0), world.held(1, 1)], [None, None]);
    world.heal();
    world.pass(5 * SECOND);
    assert_gone(&mut world, 0);
    assert_held(&mut world, 1, 0);
    finish(world);
}
