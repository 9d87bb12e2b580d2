//! Records whose ports are taken.

mod common;

use std::time::Duration;

use common::{A, B, ONE, TWO, World, audio, counts, last, node, restore};
use tandem_shards::input::Command;
use tandem_shards::names::CallId;
use tandem_shards::output::{Reply, RestoreOutcome};
use tandem_shards::settings::Settings;

#[test]
fn a_record_whose_ports_are_taken_waits_and_is_not_lost() {
    let mut owner = node(ONE);
    let (to_a, _) = owner.audio_call("c");
    let mut standby = node(TWO);
    standby.taken.insert(to_a);
    assert_eq!(restore(&mut standby, ONE, &last(&owner)), RestoreOutcome::Pending);
    assert_eq!(counts(&mut standby), (0, 0, 1));
    standby.assert_empty();
    standby.pass(Duration::from_secs(20));
    assert_eq!(counts(&mut standby), (0, 0, 1));
    standby.taken.clear();
    standby.pass(Duration::from_secs(9));
    assert_eq!(counts(&mut standby), (0, 1, 0));
    // The same with a port that another call of this node holds.
    let mut busy = node(TWO);
    for n in 0..50 {
        busy.audio_call(&format!("mine{n}"));
    }
    assert_eq!(restore(&mut busy, ONE, &last(&owner)), RestoreOutcome::Pending);
    let gone = Command::Destroy { call_id: CallId::from("c"), keyspace: ONE };
    assert!(matches!(busy.ask(gone), Reply::Count(1)));
    assert_eq!(counts(&mut busy).2, 0);
}

/// Found by the simulator: a take-over of an older copy was older than the record that waited.
#[test]
fn a_take_over_is_newer_than_a_record_that_waits() {
    let mut owner = node(ONE);
    let (to_a, _) = owner.audio_call("c");
    let old = last(&owner);
    // Another node has taken it over, and this one since then, with other ports.
    let mut taker = node(TWO);
    restore(&mut taker, ONE, &old);
    taker.offer("c", &audio(A, 6000), |_| {});
    let taken = last(&taker);
    restore(&mut owner, TWO, &taken);
    let moved = owner.offer("c", &audio(A, 6100), |_| {}).rtp(0);
    let newest = last(&owner);
    assert!(newest.state.age() > taken.state.age() && moved != to_a);
    // It starts anew: its own record waits, and the older one of the other node does not put it out.
    let mut back = node(ONE);
    back.taken.insert(moved);
    let outcome = restore(&mut back, ONE, &newest);
    assert_eq!((outcome, counts(&mut back)), (RestoreOutcome::Pending, (0, 0, 1)));
    assert_eq!(restore(&mut back, TWO, &taken), RestoreOutcome::Created);
    assert_eq!(counts(&mut back), (0, 1, 1));
    back.answer("c", &audio(B, 6010), |_| {});
    assert_eq!(counts(&mut back), (1, 0, 1));
    assert!(last(&back).state.age() > newest.state.age(), "{:?}", last(&back).state.version);
    assert_eq!(restore(&mut taker, ONE, &newest), RestoreOutcome::Yielded);
    assert_eq!(restore(&mut taker, ONE, &last(&back)), RestoreOutcome::Updated);
    back.taken.clear();
    back.pass(Duration::from_secs(9));
    assert_eq!(counts(&mut back), (1, 0, 0), "the record that waited is older by now");
}

/// Found by the simulator: a party was told of a port that another node had told the other party of.
#[test]
fn a_record_that_waits_is_tried_before_its_call_changes() {
    let mut owner = node(ONE);
    owner.audio_call("c");
    let old = last(&owner);
    let moved = owner.offer("c", &audio(A, 6100), |_| {}).rtp(0);
    let mut standby = node(TWO);
    restore(&mut standby, ONE, &old);
    standby.taken.insert(moved);
    assert_eq!(restore(&mut standby, ONE, &last(&owner)), RestoreOutcome::Pending);
    standby.taken.clear();
    assert_eq!(standby.offer("c", &audio(A, 6100), |_| {}).rtp(0), moved, "as at its owner");
    assert_eq!(counts(&mut standby), (1, 0, 0));
    // A call of which nothing but such a record is here can be deleted.
    let mut other = node(TWO);
    other.taken.insert(moved);
    assert_eq!(restore(&mut other, ONE, &last(&owner)), RestoreOutcome::Pending);
    other.taken.clear();
    other.delete("c", None);
    assert_eq!(counts(&mut other), (1, 0, 0), "until its owner has noticed");
    other.pass(Duration::from_secs(6));
    other.assert_empty();
}

/// Found by the simulator, too.
#[test]
fn ports_of_a_record_that_waits_are_given_to_no_other_party() {
    let five_pairs = |keyspace| {
        let settings = Settings { keyspace, publish: true, ..Settings::default() };
        World::with(settings, (30_000, 30_009))
    };
    let mut owner = five_pairs(ONE);
    let (to_a, to_b) = owner.audio_call("c");
    let old = last(&owner);
    let toward_b = owner.offer("c", &audio(A, 6100), |_| {}).rtp(0);
    let toward_a = owner.answer("c", &audio(B, 6110), |_| {}).rtp(0);
    let mut standby = five_pairs(TWO);
    restore(&mut standby, ONE, &old);
    standby.taken.insert(toward_b);
    assert_eq!(restore(&mut standby, ONE, &last(&owner)), RestoreOutcome::Pending);
    let fresh = standby.offer("c", &audio(A, 6200), |_| {}).rtp(0);
    assert!(![to_a, to_b, toward_b, toward_a].contains(&fresh), "{fresh} is the fifth pair");
}
