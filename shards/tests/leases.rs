//! Responsibility for a foreign call: its owner's for as long as its record is known, and else that of its own
//! timeouts.

mod common;

use std::time::Duration;

use common::{ONE, TWO, World, counts, last, node, restore, rtp};
use tandem_shards::input::Command;
use tandem_shards::output::Reply;
use tandem_shards::settings::Settings;

/// The records of keyspace one are known for this many seconds from now.
fn lease(world: &mut World, seconds: u64) {
    let until = world.now + Duration::from_secs(seconds);
    assert!(matches!(world.ask(Command::Lease { keyspace: ONE, until }), Reply::Done));
}

fn pass(world: &mut World, seconds: u64) {
    world.pass(Duration::from_secs(seconds));
}

/// A node that holds a call of keyspace one, with a lease of so many seconds.
fn standby(seconds: u64) -> World {
    let mut owner = node(ONE);
    owner.audio_call("c");
    let mut standby = node(TWO);
    if seconds > 0 {
        lease(&mut standby, seconds);
    }
    restore(&mut standby, ONE, &last(&owner));
    assert_eq!(counts(&mut standby), (0, 1, 0));
    standby
}

#[test]
fn a_foreign_call_with_an_owner_ends_by_final_timeout_alone() {
    let mut standby = standby(86_400);
    let settings = Settings {
        final_timeout: Duration::from_secs(5000),
        publish: true,
        keyspace: TWO,
        ..Settings::default()
    };
    standby.ask(Command::Configure(Box::new(settings)));
    pass(&mut standby, 4990);
    assert_eq!(counts(&mut standby), (0, 1, 0));
    pass(&mut standby, 20);
    standby.assert_empty();
    assert!(standby.unpublished.is_empty());
}

#[test]
fn a_foreign_call_without_a_lease_ends_like_an_own_one() {
    let mut standby = standby(0);
    pass(&mut standby, 59);
    assert_eq!(counts(&mut standby), (0, 1, 0));
    pass(&mut standby, 2);
    standby.assert_empty();
    assert!(standby.unpublished.is_empty(), "the record is not its business");
}

#[test]
fn a_lease_is_renewed_and_runs_out() {
    let mut standby = standby(300);
    pass(&mut standby, 200);
    lease(&mut standby, 300);
    pass(&mut standby, 299);
    assert_eq!(counts(&mut standby), (0, 1, 0));
    pass(&mut standby, 2);
    standby.assert_empty();
}

#[test]
fn a_call_whose_media_goes_on_here_outlives_its_lease() {
    let mut standby = standby(10);
    let call = standby.query("c").expect("held");
    let to_a = call.observed[0].1.local.expect("a port");
    for n in 0..30 {
        pass(&mut standby, 10);
        standby.send("127.10.0.1:6000", to_a, &rtp(n));
    }
    assert_eq!(counts(&mut standby), (0, 1, 0));
    pass(&mut standby, 61);
    standby.assert_empty();
}

#[test]
fn a_lease_that_is_taken_back_counts_no_more() {
    let mut standby = standby(1000);
    pass(&mut standby, 100);
    assert_eq!(counts(&mut standby), (0, 1, 0));
    lease(&mut standby, 0);
    pass(&mut standby, 0);
    standby.assert_empty();
}

#[test]
fn calls_that_were_handed_over_to_nobody_end() {
    let mut world = node(TWO);
    world.audio_call("c");
    // What is known of another node's records says nothing about them.
    lease(&mut world, 9000);
    assert!(matches!(world.ask(Command::StandBy), Reply::Count(1)));
    assert_eq!(counts(&mut world), (0, 1, 0));
    pass(&mut world, 61);
    world.assert_empty();
}
