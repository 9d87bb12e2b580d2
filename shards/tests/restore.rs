//! Calls that come from records: held ready, updated in place, taken over, handed over.

mod common;

use std::time::Duration;

use common::{A, B, ONE, TWO, address, audio, audio_with, counts, last, node, restore, rtcp, rtp};
use tandem_shards::call::state::{CallSnapshot, Ownership, Version};
use tandem_shards::input::{Command, Delete, Filter};
use tandem_shards::names::{CallId, Keyspace, Tag};
use tandem_shards::output::{Refusal, Reply, RestoreOutcome};
use tandem_shards::settings::Settings;

#[test]
fn a_foreign_call_relays_from_the_first_packet_on_the_same_ports() {
    let mut owner = node(ONE);
    let (to_a, to_b) = owner.audio_call("c");
    let mut standby = node(TWO);
    assert_eq!(restore(&mut standby, ONE, &last(&owner)), RestoreOutcome::Created);
    assert_eq!(counts(&mut standby), (0, 1, 0));
    let out = standby.send("127.10.0.1:6000", to_a, &rtp(1));
    assert_eq!(out, Some((to_b, address("127.20.0.1:6010"))));
    let out = standby.send("127.20.0.1:6010", to_b, &rtp(1));
    assert_eq!(out, Some((to_a, address("127.10.0.1:6000"))));
    assert_eq!(standby.admission.own_calls(), 0);
    let call = standby.query("c").expect("the call");
    assert_eq!(call.state.ownership, Ownership::Foreign(ONE));
    assert_eq!(call.state.comparable(), last(&owner).state.comparable());
    assert_eq!(restore(&mut standby, ONE, &last(&owner)), RestoreOutcome::Unchanged);
    assert!(matches!(standby.ask(Command::Terminate(Filter::Keyspace(ONE))), Reply::Count(1)));
    standby.assert_empty();
    assert!(standby.unpublished.is_empty(), "nothing is deleted for a foreign call");
}

#[test]
fn an_update_touches_no_socket_that_stays() {
    let mut owner = node(ONE);
    let (to_a, to_b) = owner.audio_call("c");
    let mut standby = node(TWO);
    restore(&mut standby, ONE, &last(&owner));
    standby.send("127.10.0.1:6000", to_a, &rtp(1));
    let before = (standby.opens, standby.closes);
    for n in 0..20 {
        let line = if n % 2 == 0 { "a=sendonly\r\n" } else { "a=sendrecv\r\n" };
        owner.offer("c", &audio_with(A, 6000, line), |_| {});
        assert_eq!(restore(&mut standby, ONE, &last(&owner)), RestoreOutcome::Updated);
        assert!(standby.send("127.10.0.1:6000", to_a, &rtp(2 + n)).is_some());
    }
    assert_eq!((standby.opens, standby.closes), before);
    assert!(standby.send("127.20.0.1:6010", to_b, &rtp(1)).is_some());
    let call = standby.query("c").expect("the call");
    assert_eq!(call.observed[0].1.counts_in.packets, 21, "counters go on");
    owner.offer("c", &audio(A, 6002), |_| {});
    assert_eq!(restore(&mut standby, ONE, &last(&owner)), RestoreOutcome::Updated);
    assert_eq!((standby.opens, standby.closes), (before.0 + 2, before.1), "a new pair, and no more");
    assert!(matches!(standby.ask(Command::Terminate(Filter::All)), Reply::Count(1)));
    standby.assert_empty();
}

#[test]
fn signalling_takes_a_foreign_call_over_once() {
    let mut owner = node(ONE);
    let (_, to_b) = owner.audio_call("c");
    let stored = last(&owner);
    let mut standby = node(TWO);
    restore(&mut standby, ONE, &stored);
    let again = standby.offer("c", &audio(A, 6000), |signal| signal.to_tag = Some(Tag::from("b")));
    assert_eq!(again.rtp(0), to_b, "ports kept");
    assert_eq!(counts(&mut standby), (1, 0, 0));
    let taken = last(&standby);
    assert_eq!(taken.state.version, Version { epoch: stored.state.version.epoch + 1, sequence: 1 });
    assert_eq!(standby.retired.len(), 1);
    assert_eq!(
        (standby.retired[0].keyspace, standby.retired[0].by.version.epoch),
        (ONE, taken.state.version.epoch)
    );
    standby.answer("c", &audio(B, 6010), |_| {});
    assert_eq!(standby.retired.len(), 1, "once");
    // The former owner is back and learns of it: it yields and goes on relaying.
    assert_eq!(restore(&mut owner, TWO, &last(&standby)), RestoreOutcome::Yielded);
    assert_eq!(counts(&mut owner), (0, 1, 0));
    assert_eq!(owner.disowned, [CallId::from("c")]);
    assert_eq!((owner.retired[0].keyspace, owner.retired[0].by), (ONE, last(&standby).state.age()));
    assert_eq!(owner.admission.own_calls(), 0);
    assert!(owner.send("127.20.0.1:6010", to_b, &rtp(1)).is_some());
    // Its own old record, read again, does not bring it back.
    assert_eq!(restore(&mut owner, ONE, &stored), RestoreOutcome::Stale);
    standby.delete("c", None);
    assert_eq!(standby.unpublished, [CallId::from("c")]);
    let gone = Command::Destroy { call_id: CallId::from("c"), keyspace: TWO };
    assert!(matches!(owner.ask(gone), Reply::Count(1)));
    owner.assert_empty();
}

/// Found by the simulator: two standbys take the same call over while the store cannot be reached.
#[test]
fn of_two_nodes_that_took_a_call_over_at_once_one_keeps_it() {
    let mut owner = node(ONE);
    owner.audio_call("c");
    let stored = last(&owner);
    let mut standbys = [node(TWO), node(Keyspace(3))];
    for standby in &mut standbys {
        restore(standby, ONE, &stored);
        standby.now = stored.state.last_signal + Duration::from_secs(1);
        standby.offer("c", &audio(A, 6000), |signal| signal.to_tag = Some(Tag::from("b")));
    }
    let records = [last(&standbys[0]), last(&standbys[1])];
    assert_eq!(records[0].state.version, records[1].state.version);
    assert_eq!(restore(&mut standbys[0], Keyspace(3), &records[1]), RestoreOutcome::OwnHere);
    assert_eq!(restore(&mut standbys[1], TWO, &records[0]), RestoreOutcome::OwnHere);
    assert_eq!(last(&standbys[1]), records[1], "the loser waits");
    let won = last(&standbys[0]);
    assert_eq!(won.state.version.epoch, records[0].state.version.epoch + 1);
    assert_eq!(restore(&mut standbys[1], TWO, &won), RestoreOutcome::Yielded);
    assert_eq!(restore(&mut standbys[0], Keyspace(3), &records[1]), RestoreOutcome::OwnHere);
    assert_eq!(last(&standbys[0]), won, "settled once");
}

/// Found by the simulator: the owner is signalled after another node has taken the call over from an older
/// record, by media or in a split. What it has told the parties counts.
#[test]
fn the_node_that_was_signalled_last_keeps_the_call() {
    let mut owner = node(ONE);
    owner.audio_call("c");
    let stored = last(&owner);
    let mut standby = node(TWO);
    restore(&mut standby, ONE, &stored);
    assert!(matches!(standby.ask(Command::Activate), Reply::Count(1)));
    let taken = last(&standby);
    owner.now = standby.now + Duration::from_secs(1);
    owner.offer("c", &audio_with(A, 6000, "a=sendonly\r\n"), |signal| signal.to_tag = Some(Tag::from("b")));
    assert!(taken.state.version > last(&owner).state.version);
    assert_eq!(restore(&mut owner, TWO, &taken), RestoreOutcome::OwnHere);
    let kept = last(&owner);
    assert!(kept.state.version > taken.state.version, "the others can see it");
    assert_eq!(restore(&mut standby, ONE, &kept), RestoreOutcome::Yielded);
    assert_eq!((counts(&mut owner), counts(&mut standby)), ((1, 0, 0), (0, 1, 0)));
}

/// Found by the simulator: two calls of one name, made at two nodes that did not know of each other.
#[test]
fn of_two_calls_of_one_name_the_later_stays() {
    let (mut one, mut two) = (node(ONE), node(TWO));
    one.audio_call("c");
    one.offer("c", &audio_with(A, 6000, "a=sendonly\r\n"), |signal| signal.to_tag = Some(Tag::from("b")));
    two.now = one.now + Duration::from_secs(1);
    two.audio_call("c");
    let (old, new) = (last(&one), last(&two));
    assert!(old.state.version > new.state.version);
    assert_eq!(restore(&mut two, ONE, &old), RestoreOutcome::OwnHere);
    assert_eq!(restore(&mut one, TWO, &new), RestoreOutcome::Yielded);
}

/// Found by the simulator: what was taken over by the end of one branch had no timeout.
#[test]
fn a_call_taken_over_by_the_end_of_a_branch_times_out_like_any_own_call() {
    let mut owner = node(ONE);
    let branch = |name| Some(tandem_shards::names::Branch::from(name));
    owner.offer("c", &audio(A, 6000), |signal| signal.branch = branch("one"));
    owner.offer("c", &audio(A, 6000), |signal| signal.branch = branch("two"));
    owner.answer("c", &audio(B, 6010), |signal| signal.branch = branch("one"));
    let mut standby = node(TWO);
    restore(&mut standby, ONE, &last(&owner));
    let cancel = Delete {
        call_id: CallId::from("c"),
        from_tag: Some(Tag::from("a")),
        to_tag: None,
        branch: branch("two"),
        delay: Some(Duration::ZERO),
    };
    assert!(matches!(standby.ask(Command::Delete(Box::new(cancel))), Reply::Ended { gone: false, .. }));
    assert_eq!(counts(&mut standby), (1, 0, 0));
    standby.pass(Settings::default().timeout + Duration::from_secs(1));
    standby.assert_empty();
}

/// Found by the simulator: the owner died before it could clean up, and finds its old record when it is back.
#[test]
fn an_own_record_that_others_have_overtaken_is_removed() {
    let mut owner = node(ONE);
    owner.audio_call("c");
    let old = last(&owner);
    let mut standby = node(TWO);
    restore(&mut standby, ONE, &old);
    standby.offer("c", &audio(A, 6000), |signal| signal.to_tag = Some(Tag::from("b")));
    let mut back = node(ONE);
    assert_eq!(restore(&mut back, TWO, &last(&standby)), RestoreOutcome::Created);
    assert_eq!(restore(&mut back, ONE, &old), RestoreOutcome::Stale);
    assert_eq!(back.retired.len(), 1);
    assert_eq!((back.retired[0].keyspace, back.retired[0].by), (ONE, last(&standby).state.age()));
}

/// Found by the simulator: a record that was read just before the call was deleted, and arrives just after.
#[test]
fn a_record_that_comes_late_does_not_bring_a_call_back() {
    let mut owner = node(ONE);
    owner.audio_call("c");
    let late = last(&owner);
    owner.delete("c", None);
    assert_eq!(restore(&mut owner, ONE, &late), RestoreOutcome::Stale);
    owner.assert_empty();
    let retired = owner.retired.last().expect("should the record be there yet, it is deleted");
    assert!(retired.by > late.state.age(), "only what is older is deleted");
    let mut taken_over = late.clone();
    taken_over.state.version.epoch += 1;
    assert_eq!(restore(&mut owner, TWO, &taken_over), RestoreOutcome::Created);
    owner.ask(Command::Terminate(Filter::All));
    owner.pass(Duration::from_secs(70));
    assert_eq!(restore(&mut owner, ONE, &late), RestoreOutcome::Created, "an operator may have put it there");
}

/// Found by the simulator: a NAT's packets that come before the answer's record leave the party untaught.
#[test]
fn a_party_that_speaks_before_its_answer_is_known_is_learned_all_the_same() {
    let mut owner = node(ONE);
    let unguarded = |signal: &mut tandem_shards::call::signal::Signal| signal.options.guard = Some(false);
    let to_b = owner.offer("c", &audio(A, 6000), unguarded).rtp(0);
    let mut standby = node(TWO);
    restore(&mut standby, ONE, &last(&owner));
    let to_a = owner.answer("c", &audio(B, 6010), unguarded).rtp(0);
    let answered = last(&owner);
    standby.send("127.66.0.6:7000", to_a, &rtp(1));
    assert_eq!(restore(&mut standby, ONE, &answered), RestoreOutcome::Updated);
    standby.send("127.66.0.6:7000", to_a, &rtp(2));
    let out = standby.send("127.20.0.1:6010", to_b, &rtp(1));
    assert_eq!(out, Some((to_a, address("127.66.0.6:7000"))));
}

/// Found by the simulator: two nodes that chose the same first port, one of them for a pair.
#[test]
fn a_pair_whose_first_port_is_here_gets_its_second_and_gives_it_back() {
    let mut owner = node(ONE);
    owner.audio_call("c");
    let pair = last(&owner);
    let mut single = pair.clone();
    single.state.legs[0].media[0].as_mut().expect("audio").port_sets[0].count = 1;
    let mut standby = node(TWO);
    for (number, call) in [&single, &pair, &single, &pair].into_iter().enumerate() {
        let mut call = call.clone();
        call.state.version.sequence += number as u64;
        let outcome = restore(&mut standby, ONE, &call);
        assert!(matches!(outcome, RestoreOutcome::Created | RestoreOutcome::Updated), "{outcome:?}");
        assert_eq!(standby.query("c").expect("the call").state.comparable(), call.state.comparable());
    }
    assert_eq!((standby.opens, standby.closes), (3 + 1 + 1, 1));
    standby.ask(Command::Terminate(Filter::All));
    standby.assert_empty();
}

#[test]
fn a_delete_takes_a_foreign_call_over_and_lets_the_former_owner_see_it() {
    let mut owner = node(ONE);
    owner.audio_call("c");
    let mut standby = node(TWO);
    restore(&mut standby, ONE, &last(&owner));
    standby.delete("c", None);
    assert_eq!((standby.retired.len(), standby.retired[0].keyspace), (1, ONE), "the old record goes");
    assert!(standby.unpublished.is_empty(), "not before its former owner has seen the new one");
    assert_eq!(restore(&mut owner, TWO, &last(&standby)), RestoreOutcome::Yielded);
    standby.pass(Duration::from_secs(5));
    assert_eq!(standby.unpublished, [CallId::from("c")]);
    standby.assert_empty();
    let gone = Command::Destroy { call_id: CallId::from("c"), keyspace: TWO };
    assert!(matches!(owner.ask(gone), Reply::Count(1)));
    owner.assert_empty();
}

#[test]
fn an_own_call_is_not_ended_by_what_others_say() {
    let mut owner = node(ONE);
    owner.audio_call("c");
    let mut old = last(&owner);
    old.state.version.sequence -= 1;
    assert_eq!(restore(&mut owner, TWO, &old), RestoreOutcome::OwnHere);
    let newest = last(&owner);
    assert_eq!(restore(&mut owner, ONE, &newest), RestoreOutcome::OwnHere);
    let gone = |keyspace| Command::Destroy { call_id: CallId::from("c"), keyspace };
    assert!(matches!(owner.ask(gone(ONE)), Reply::Count(0)));
    assert!(matches!(owner.ask(gone(TWO)), Reply::Count(0)));
    assert_eq!(counts(&mut owner), (1, 0, 0));
}

#[test]
fn records_of_rtpengine_go_by_the_last_signal() {
    let mut owner = node(ONE);
    owner.audio_call("c");
    let mut plain = last(&owner);
    let version = |call: &CallSnapshot| Version { epoch: 0, sequence: call.state.last_signal.as_micros() };
    plain.state.version = version(&plain);
    let mut standby = node(TWO);
    restore(&mut standby, ONE, &plain);
    let mut later = plain.clone();
    later.state.last_signal = plain.state.last_signal + Duration::from_secs(1);
    later.state.version = version(&later);
    later.state.legs[0].label = Some("new".into());
    assert_eq!(restore(&mut standby, ONE, &later), RestoreOutcome::Updated);
    assert_eq!(restore(&mut standby, ONE, &plain), RestoreOutcome::Stale);
    assert_eq!(restore(&mut owner, TWO, &later), RestoreOutcome::Yielded);
}

#[test]
fn an_interface_that_is_not_here_is_refused_by_name() {
    let mut owner = node(ONE);
    owner.audio_call("c");
    let mut stored = last(&owner);
    for media in stored.state.legs.iter_mut().flat_map(|leg| leg.media.iter_mut().flatten()) {
        media.port_sets[0].interface = "elsewhere".into();
    }
    let mut standby = node(TWO);
    let outcome = restore(&mut standby, ONE, &stored);
    assert_eq!(outcome, RestoreOutcome::Refused(Refusal::UnknownInterface));
    standby.assert_empty();
}

#[test]
fn own_calls_come_back_as_own_after_a_restart() {
    let mut before = node(ONE);
    let (to_a, _) = before.audio_call("c");
    let mut after = node(ONE);
    assert_eq!(restore(&mut after, ONE, &last(&before)), RestoreOutcome::Created);
    assert_eq!(counts(&mut after), (1, 0, 0));
    assert_eq!(after.admission.own_calls(), 1);
    assert!(after.send("127.10.0.1:6000", to_a, &rtp(1)).is_some());
    after.pass(Duration::from_secs(61));
    assert_eq!(counts(&mut after), (0, 0, 0), "own calls time out");
    after.assert_empty();
}

#[test]
fn active_and_standby_change_all_calls_at_once() {
    let mut owner = node(ONE);
    for n in 0..3 {
        owner.audio_call(&format!("c{n}"));
    }
    let records: Vec<CallSnapshot> = (0..3)
        .map(|n| owner.published.iter().rfind(|c| c.state.call_id == CallId::from(format!("c{n}").as_str())))
        .map(|c| c.expect("published").clone())
        .collect();
    let mut standby = node(TWO);
    for record in &records {
        restore(&mut standby, ONE, record);
    }
    assert!(matches!(owner.ask(Command::StandBy), Reply::Count(3)));
    assert_eq!(counts(&mut owner), (0, 3, 0));
    for record in owner.published.clone().iter().rev().take(3) {
        restore(&mut owner, ONE, record);
    }
    assert_eq!(counts(&mut owner), (0, 3, 0), "its own records do not bring them back");
    assert!(matches!(standby.ask(Command::Activate), Reply::Count(3)));
    assert_eq!(counts(&mut standby), (3, 0, 0));
    assert_eq!((standby.published.len(), standby.retired.len()), (3, 3));
    for record in standby.published.clone() {
        assert_eq!(restore(&mut owner, TWO, &record), RestoreOutcome::Updated);
    }
    assert_eq!(owner.query("c1").expect("the call").state.ownership, Ownership::Foreign(TWO));
}

#[test]
fn media_takes_over_if_it_is_told_to_and_after_the_source_check() {
    let mut owner = node(ONE);
    let (to_a, _) = owner.audio_call("c");
    let mut standby = node(TWO);
    let settings =
        Settings { take_over_by_media_packets: 5, publish: true, keyspace: TWO, ..Settings::default() };
    standby.ask(Command::Configure(Box::new(settings)));
    owner.send("127.10.0.1:6000", to_a, &rtp(0));
    owner.pass(Duration::from_secs(5));
    restore(&mut standby, ONE, &last(&owner));
    for n in 0..50 {
        standby.send("127.66.0.6:666", to_a, &rtp(n));
        standby.pass(Duration::from_millis(1));
    }
    assert_eq!(counts(&mut standby), (0, 1, 0), "a stranger takes nothing over");
    for n in 0..5 {
        assert_eq!(counts(&mut standby).0, 0);
        standby.send("127.10.0.1:6000", to_a, &rtp(n));
        standby.pass(Duration::from_millis(20));
    }
    assert_eq!(counts(&mut standby), (1, 0, 0));
    assert_eq!(last(&standby).state.version.epoch, 1);
    standby.send("127.10.0.1:6001", std::net::SocketAddr::new(to_a.ip(), to_a.port() + 1), &rtcp());
}

/// Found by the simulator: media of one party at each of two nodes had them take the call from one another.
#[test]
fn what_was_taken_from_a_live_node_does_not_come_back_by_media() {
    let settings =
        |keyspace| Settings { take_over_by_media_packets: 5, publish: true, keyspace, ..Settings::default() };
    let (mut one, mut two) = (node(ONE), node(TWO));
    for (node, keyspace) in [(&mut one, ONE), (&mut two, TWO)] {
        node.ask(Command::Configure(Box::new(settings(keyspace))));
    }
    let (to_a, to_b) = one.audio_call("c");
    one.send("127.10.0.1:6000", to_a, &rtp(0));
    one.pass(Duration::from_secs(5));
    restore(&mut two, ONE, &last(&one));
    for n in 0..10 {
        two.send("127.10.0.1:6000", to_a, &rtp(n));
        two.pass(Duration::from_millis(20));
    }
    assert_eq!(counts(&mut two), (1, 0, 0));
    assert_eq!(restore(&mut one, TWO, &last(&two)), RestoreOutcome::Yielded);
    for n in 0..10 {
        one.send("127.20.0.1:6010", to_b, &rtp(n));
        one.pass(Duration::from_millis(20));
    }
    assert_eq!(counts(&mut one), (0, 1, 0), "it relays, and leaves the call where it is");
    one.offer("c", &audio(A, 6000), |signal| signal.to_tag = Some(Tag::from("b")));
    assert_eq!(counts(&mut one), (1, 0, 0), "signalling says who is responsible");
}
