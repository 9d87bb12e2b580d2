//! Records that say what no node would write, or that a call became something else: nothing is left behind.

mod common;

use common::{A, B, World, audio, session};
use tandem_shards::call::state::{CallSnapshot, PortSetState};
use tandem_shards::input::{Command, Filter, Restore};
use tandem_shards::names::Keyspace;
use tandem_shards::output::{Reply, RestoreOutcome};
use tandem_shards::settings::Settings;

const ONE: Keyspace = Keyspace(1);

fn node(keyspace: Keyspace) -> World {
    World::with(Settings { publish: true, keyspace, ..Settings::default() }, (30000, 30199))
}

fn restore(world: &mut World, call: CallSnapshot) {
    match world.ask(Command::Restore(Box::new(Restore { keyspace: ONE, own: false, call }))) {
        Reply::Restored(RestoreOutcome::Created | RestoreOutcome::Updated) => {}
        other => panic!("unexpected {other:?}"),
    }
}

fn assert_nothing_is_left(world: &mut World) {
    assert!(matches!(world.ask(Command::Terminate(Filter::All)), Reply::Count(1)));
    world.assert_empty();
    match world.ask(Command::Report) {
        Reply::Shard(report) => assert_eq!((report.streams, report.sockets), (0, 0), "streams and sockets"),
        other => panic!("unexpected {other:?}"),
    }
}

#[test]
fn a_section_that_became_something_else_leaves_no_stream() {
    let (mut owner, mut standby) = (node(ONE), node(Keyspace(2)));
    owner.audio_call("c");
    restore(&mut standby, owner.published.last().expect("published").clone());
    let fax = |ip, port| format!("{}m=image {port} udptl t38\r\n", session(ip));
    owner.offer("c", &fax(A, 6000), |_| {});
    owner.answer("c", &fax(B, 6010), |_| {});
    restore(&mut standby, owner.published.last().expect("published").clone());
    assert_nothing_is_left(&mut standby);
}

#[test]
fn sets_of_ports_that_overlap_leave_no_socket() {
    let (mut owner, mut standby) = (node(ONE), node(Keyspace(2)));
    owner.offer("c", &audio(A, 6000), |_| {});
    let record = |ports: &[(u16, u16)], sequence| {
        let mut call = owner.published.last().expect("published").clone();
        call.state.version.sequence += sequence;
        let media = call.state.legs[0].media[0].as_mut().expect("audio");
        let place = PortSetState { first: 0, count: 0, interface: "pub".into(), position: 0, key: None };
        media.port_sets = ports
            .iter()
            .map(|(first, count)| PortSetState { first: *first, count: *count, ..place.clone() })
            .collect();
        call.state.legs[1].media.clear();
        call
    };
    restore(&mut standby, record(&[(30100, 1)], 0));
    restore(&mut standby, record(&[(30101, 1), (30100, 2)], 1));
    restore(&mut standby, record(&[(30100, 1), (30100, 2)], 2));
    restore(&mut standby, record(&[(30100, 2), (30101, 1), (30100, 1)], 3));
    assert_nothing_is_left(&mut standby);
}

#[test]
fn the_last_ports_there_are_can_be_used_stored_and_held() {
    let settings = |keyspace| Settings { publish: true, keyspace, ..Settings::default() };
    let mut owner = World::with(settings(ONE), (65532, 65535));
    let mut standby = World::with(settings(Keyspace(2)), (65532, 65535));
    owner.audio_call("c");
    let record = owner.published.last().expect("published").clone();
    let media = record.state.legs.iter().map(|leg| leg.media[0].as_ref().expect("audio"));
    let mut ports: Vec<_> = media.flat_map(|media| media.port_sets[0].ports()).collect();
    ports.sort_unstable();
    assert_eq!(ports, [65532, 65533, 65534, 65535]);
    restore(&mut standby, record.clone());
    assert_nothing_is_left(&mut standby);
    let mut single = record;
    single.state.version.sequence += 1;
    for media in single.state.legs.iter_mut().flat_map(|leg| leg.media.iter_mut().flatten()) {
        media.port_sets.iter_mut().for_each(|set| (set.first, set.count) = (set.first + 1, 1));
    }
    restore(&mut standby, single);
    assert_eq!(standby.open.len(), 2);
    assert_nothing_is_left(&mut standby);
    owner.delete("c", None);
    owner.assert_empty();
}
