//! Whole calls through a shard: signalling, ports, packets, ends.

mod common;

use std::time::Duration;

use common::{A, B, World, address, audio, audio_with, rtcp, rtp, session};
use tandem_shards::call::signal::{MuxOptions, RtcpAttributeOption, Signal};
use tandem_shards::input::{Command, Delete, Filter};
use tandem_shards::names::{Branch, CallId, Family, InterfaceName, Tag, Text};
use tandem_shards::output::{EndCause, EventKind, Refusal, Reply};
use tandem_shards::settings::Settings;

#[test]
fn an_unchanged_reinvite_keeps_all_ports_and_a_changed_one_gets_new_ones() {
    let mut world = World::new();
    let to_b = world.offer("c", &audio(A, 6000), |_| {});
    let to_a = world.answer("c", &audio(B, 6010), |_| {});
    let named = |signal: &mut Signal| signal.to_tag = Some(Tag::from("b"));
    assert_eq!(world.offer("c", &audio(A, 6000), named), to_b);
    assert_eq!(world.answer("c", &audio(B, 6010), |_| {}), to_a);
    let moved = world.offer("c", &audio(A, 6002), named);
    assert_ne!(moved.rtp(0), to_b.rtp(0), "a new caller port: new ports toward the callee");
    assert_eq!(world.answer("c", &audio(B, 6010), |_| {}), to_a, "those toward the caller stay");
    assert_eq!(world.offer("c", &audio(A, 6000), named), to_b, "back to the earlier endpoint, earlier ports");
    let still = world.send("127.20.0.1:6010", moved.rtp(0), &rtp(1));
    assert_eq!(still.map(|out| out.1), Some(address("127.10.0.1:6000")), "packets to older ports still pass");
    world.delete("c", None);
    world.assert_empty();
}

#[test]
fn a_reinvite_by_the_callee_keeps_ports_too() {
    let mut world = World::new();
    let to_b = world.offer("c", &audio(A, 6000), |_| {});
    let to_a = world.answer("c", &audio(B, 6010), |_| {});
    let from_callee = |signal: &mut Signal| {
        signal.from_tag = Tag::from("b");
        signal.to_tag = Some(Tag::from("a"));
    };
    assert_eq!(world.offer("c", &audio(B, 6010), from_callee), to_a);
    assert_eq!(world.answer("c", &audio(A, 6000), from_callee), to_b);
}

#[test]
fn port_latching_keeps_ports_though_the_endpoint_changes() {
    let mut world = World::new();
    let to_b = world.offer("c", &audio(A, 6000), |_| {});
    world.answer("c", &audio(B, 6010), |_| {});
    let latched = world.offer("c", &audio(A, 6002), |signal| signal.options.port_latching = Some(true));
    assert_eq!(latched.rtp(0), to_b.rtp(0));
}

#[test]
fn hold_in_all_its_forms() {
    let mut world = World::new();
    let (to_a, to_b) = world.audio_call("c");
    for (line, b_passes) in [("a=sendonly\r\n", false), ("a=inactive\r\n", false), ("a=sendrecv\r\n", true)] {
        let held = world.offer("c", &audio_with(A, 6000, line), |_| {});
        assert_eq!(held.rtp(0), to_b, "hold keeps the ports");
        assert!(held.has(line.trim_end()), "{}", held.0);
        assert_eq!(world.send("127.20.0.1:6010", to_b, &rtp(1)).is_some(), b_passes, "{line}");
    }
    let zero = audio_with(A, 6000, "").replace("c=IN IP4 127.10.0.1", "c=IN IP4 0.0.0.0");
    let held = world.offer("c", &zero, |_| {});
    assert!(held.has("c=IN IP4 0.0.0.0") && held.has("a=sendonly"), "{}", held.0);
    assert_eq!(held.rtp(0).port(), to_b.port());
    assert_eq!(world.send("127.20.0.1:6010", to_b, &rtp(2)), None);
    let sticky = world.offer("c", &zero, |signal| signal.options.replace.zero_address = true);
    assert!(sticky.has("c=IN IP4 0.0.0.0"), "a zero address passed on once stays");
    let resumed = world.offer("c", &audio(A, 6000), |_| {});
    assert_eq!(resumed.rtp(0), to_b);
    assert!(world.send("127.20.0.1:6010", to_b, &rtp(3)).is_some());
    assert!(world.send("127.10.0.1:6000", to_a, &rtp(3)).is_some());
    let replaced = World::new().offer("c", &zero, |signal| signal.options.replace.zero_address = true);
    assert!(replaced.has("c=IN IP4 127.0.0.1") && replaced.has("a=sendonly"), "{}", replaced.0);
}

#[test]
fn rejected_media_comes_back_on_its_old_ports() {
    let video = |port: u16| format!("m=video {port} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n");
    let both = |port: u16| format!("{}{}", audio(A, 6000), video(port));
    let mut world = World::new();
    let first = world.offer("c", &both(6004), |_| {});
    let answer = world.answer("c", &format!("{}{}", audio(B, 6010), video(0)), |_| {});
    assert!(answer.0.contains("m=video 0 RTP/AVP 96"), "{}", answer.0);
    let call = world.query("c").expect("the call");
    let callee_video = call.state.legs[1].media[1].as_ref().expect("a section");
    assert!(callee_video.flags.disabled && call.streams_of(1, 1).all(|(_, stream)| stream.local.is_none()));
    let again = world.offer("c", &both(6004), |_| {});
    assert_eq!(again.rtp(1), first.rtp(1));
    let fewer = world.answer("c", &audio(B, 6010), |_| {});
    assert_eq!(fewer.parsed().media.len(), 2, "an answer has as many sections as the offer");
    assert_eq!(fewer.parsed().media[1].port, 0);
}

#[test]
fn an_answer_that_rejects_everything_is_passed_on() {
    let mut world = World::new();
    world.offer("c", &audio(A, 6000), |_| {});
    let answer = world.answer("c", &audio(B, 0), |_| {});
    assert_eq!(answer.parsed().media[0].port, 0);
}

#[test]
fn another_type_at_the_same_place_gets_new_ports() {
    let mut world = World::new();
    let first = world.offer("c", &audio(A, 6000), |_| {});
    let image = format!("{}m=image 6000 UDPTL t38\r\n", session(A));
    let fax = world.offer("c", &image, |_| {});
    assert!(fax.0.contains(" udptl t38"), "{}", fax.0);
    assert!(!fax.0.contains("a=rtcp"));
    assert_ne!(fax.rtp(0), first.rtp(0));
    assert_eq!(world.open.len(), 2, "one port each way");
    world.delete("c", None);
    world.assert_empty();
}

#[test]
fn media_that_is_not_relayed_keeps_its_address() {
    let mut world = World::new();
    let msrp =
        format!("{}m=message 6050 TCP/MSRP *\r\na=path:msrp://127.10.0.1:6050/x;tcp\r\n", audio(A, 6000));
    let out = world.offer("c", &msrp, |_| {});
    assert_eq!(out.rtp(1), address("127.10.0.1:6050"));
    assert_eq!(out.rtp(0).ip(), common::ip("127.0.0.1"));
    assert_eq!(world.open.len(), 4);
}

/// The rtcp-mux matrix as recorded: (A offers, options, B accepts) -> (SDP to B, SDP to A) as
/// (a=rtcp names the RTP port, a=rtcp-mux is there).
#[test]
fn the_rtcp_mux_matrix() {
    let none = MuxOptions::default();
    let rows = [
        (true, none, true, (false, true), (true, true)),
        (true, none, false, (false, true), (false, false)),
        (true, MuxOptions { accept: true, ..none }, false, (false, true), (true, true)),
        (true, MuxOptions { demux: true, ..none }, false, (false, false), (true, true)),
        (false, MuxOptions { offer: true, ..none }, true, (false, true), (false, false)),
        (false, MuxOptions { require: true, ..none }, true, (true, true), (false, false)),
        (true, MuxOptions { reject: true, ..none }, false, (false, true), (false, false)),
    ];
    for (offers, options, accepts, to_b, to_a) in rows {
        let mut world = World::new();
        let line = |mux: bool| if mux { "a=rtcp-mux\r\n" } else { "" };
        let offer =
            world.offer("c", &audio_with(A, 6000, line(offers)), |signal| signal.options.mux = options);
        let answer = world.answer("c", &audio_with(B, 6010, line(accepts)), |_| {});
        let seen = |sdp: &common::Sdp| (sdp.rtcp(0) == sdp.rtp(0), sdp.has("a=rtcp-mux"));
        assert_eq!((seen(&offer), seen(&answer)), (to_b, to_a), "{offers} {options:?} {accepts}");
        // RTCP of A comes out where B expects it.
        let from = if answer.has("a=rtcp-mux") { "127.10.0.1:6000" } else { "127.10.0.1:6001" };
        let out = world.send(from, answer.rtcp(0), &rtcp()).expect("RTCP passes");
        let muxed = accepts && offer.has("a=rtcp-mux");
        assert_eq!(out.1, address(if muxed { "127.20.0.1:6010" } else { "127.20.0.1:6011" }));
        world.delete("c", None);
        world.assert_empty();
    }
}

/// Recorded on rtpengine 10.5: what B multiplexes once is required of it, there and in the media after it.
#[test]
fn a_party_that_multiplexes_is_offered_nothing_else() {
    let mut world = World::new();
    let line = |mux: bool| if mux { "a=rtcp-mux\r\n" } else { "" };
    let two = |ip: &str, port: u16, first: bool, second: bool| {
        let more = format!("m=audio {} RTP/AVP 0\r\n{}", port + 4, line(second));
        audio_with(ip, port, line(first)) + &more
    };
    for (call, first, second, expected) in
        [("c", true, false, [true, true]), ("d", false, true, [false, true])]
    {
        world.offer(call, &two(A, 6000, first, second), |_| {});
        world.answer(call, &two(B, 6010, first, second), |_| {});
        let again = world.offer(call, &two(A, 6000, first, second), |_| {});
        assert_eq!([0, 1].map(|media| again.rtcp(media) == again.rtp(media)), expected, "{}", again.0);
        let snapshot = world.query(call).expect("the call");
        for (leg, port) in snapshot.state.legs.iter().zip([6001, 6011]) {
            let signalled = leg.media[0].as_ref().expect("a media").signalled;
            assert_eq!(signalled.rtcp.map(|to| to.port()), Some(port), "RTCP is the port above, mux or not");
        }
    }
}

#[test]
fn interfaces_families_and_addresses() {
    let mut world = World::new();
    let out = world.offer("c", &audio(A, 6000), |signal| {
        signal.options.interface_from = Some(InterfaceName::from("pub"));
        signal.options.interface_to = Some(InterfaceName::from("priv"));
        signal.options.rtcp_attribute = RtcpAttributeOption::Full;
    });
    assert_eq!(out.rtp(0).ip(), common::ip("127.0.0.2"));
    assert!(out.0.contains(&format!("a=rtcp:{} IN IP4 127.0.0.2", out.rtp(0).port() + 1)), "{}", out.0);
    let back = world.answer("c", &audio(B, 6010), |_| {});
    assert_eq!(back.rtp(0).ip(), common::ip("127.0.0.1"), "remembered for the dialogue");
    let out = world.offer("six", &audio(A, 6000), |signal| {
        signal.options.address_family = Some(Family::Ip6);
        signal.options.replace.origin = true;
    });
    assert!(out.has("c=IN IP6 ::1") && out.has("o=- 1 1 IN IP6 ::1"), "{}", out.0);
    let back = world.answer("six", &audio("2001:db8::20", 6010), |_| {});
    assert_eq!(back.rtp(0).ip(), common::ip("127.0.0.1"), "the family of the caller, without being told");
    let out = world.offer("no", &audio(A, 6000), |signal| {
        signal.options.interface_to = Some(InterfaceName::from("nada"));
        signal.options.media_address = Some(common::ip("127.66.0.1"));
    });
    assert_eq!(out.rtp(0).ip(), common::ip("127.66.0.1"));
    let unknown = EventKind::UnknownInterface(InterfaceName::from("nada"));
    assert!(world.events.iter().any(|event| event.kind == unknown));
}

#[test]
fn a_second_to_tag_is_an_alias_or_a_party_of_its_own() {
    let mut world = World::new();
    world.offer("c", &audio(A, 6000), |_| {});
    world.answer("c", &audio(B, 6010), |_| {});
    let second = |signal: &mut Signal| signal.to_tag = Some(Tag::from("b2"));
    world.answer("c", &audio("127.30.0.1", 6020), second);
    let call = world.query("c").expect("the call");
    assert_eq!(call.state.legs.len(), 2);
    assert_eq!(
        (&call.state.legs[1].tag, &call.state.legs[1].aliases[..]),
        (&Some(Tag::from("b2")), &[Tag::from("b")][..])
    );
    world.answer("c", &audio("127.40.0.1", 6030), |signal| {
        signal.to_tag = Some(Tag::from("b3"));
        signal.options.switches.new_branch = true;
    });
    assert_eq!(world.query("c").expect("the call").state.legs.len(), 3);
    world.delete("c", None);
    world.assert_empty();
}

#[test]
fn branches_have_ports_of_their_own_and_leave_one_by_one() {
    let mut world = World::new();
    let branch = |name: &'static str| move |signal: &mut Signal| signal.branch = Some(Branch::from(name));
    let one = world.offer("c", &audio(A, 6000), branch("1"));
    let two = world.offer("c", &audio(A, 6000), branch("2"));
    assert_ne!(one.rtp(0), two.rtp(0));
    world.answer("c", &audio(B, 6010), |signal| {
        signal.branch = Some(Branch::from("2"));
        signal.to_tag = Some(Tag::from("b2"));
    });
    let call = world.query("c").expect("the call");
    assert_eq!(
        call.state.legs.iter().filter(|leg| leg.tag.is_none()).count(),
        1,
        "branch 1 has not answered"
    );
    let sockets = world.open.len();
    let delete = Delete {
        call_id: CallId::from("c"),
        from_tag: Some(Tag::from("a")),
        to_tag: None,
        branch: Some(Branch::from("1")),
        delay: Some(Duration::ZERO),
    };
    let Reply::Ended { gone: false, .. } = world.ask(Command::Delete(Box::new(delete))) else {
        panic!("one branch ended, the call goes on")
    };
    assert_eq!(world.open.len(), sockets - 2);
    assert!(world.query("c").is_some());
    world.delete("c", Some("a"));
    world.assert_empty();
}

#[test]
fn a_delete_needs_matching_tags_and_an_unknown_call_is_refused() {
    let mut world = World::new();
    world.audio_call("c");
    assert!(matches!(world.delete("c", Some("nobody")), Reply::Refused(Refusal::TagMismatch)));
    assert!(matches!(world.delete("other", None), Reply::Refused(Refusal::UnknownCall)));
    assert!(matches!(world.delete("c", Some("b")), Reply::Ended { gone: true, .. }));
    assert_eq!(world.try_answer("c", &audio(B, 6010), |_| {}), Err(Refusal::UnknownCall));
}

#[test]
fn a_delayed_delete_relays_on_and_a_new_offer_cancels_it() {
    let mut world = World::new();
    let (to_a, to_b) = world.audio_call("c");
    let delete = Command::Delete(Box::new(Delete {
        call_id: CallId::from("c"),
        from_tag: None,
        to_tag: None,
        branch: None,
        delay: None,
    }));
    assert!(matches!(world.ask(delete), Reply::Ended { gone: false, .. }));
    assert!(world.send("127.10.0.1:6000", to_a, &rtp(1)).is_some());
    assert!(world.query("c").expect("still listed").state.deletion.is_some());
    assert_eq!(world.offer("c", &audio(A, 6000), |_| {}).rtp(0), to_b);
    world.pass(Duration::from_secs(31));
    assert!(world.query("c").is_some(), "the offer cancelled it");
}

#[test]
fn timeouts_end_calls_by_name_and_not_early() {
    let secs = Duration::from_secs;
    let settings = Settings {
        timeout: secs(60),
        silent_timeout: secs(600),
        offer_timeout: secs(100),
        final_timeout: secs(2000),
        ..Settings::default()
    };
    let causes = |world: &World| -> Vec<EndCause> {
        let ended = |kind: &EventKind| if let EventKind::Ended(cause) = kind { Some(*cause) } else { None };
        world.events.iter().filter_map(|event| ended(&event.kind)).collect()
    };
    let mut world = World::with(settings, (30000, 40000));
    world.offer("unanswered", &audio(A, 6000), |_| {});
    world.pass(secs(99));
    assert_eq!(causes(&world), []);
    world.pass(secs(2));
    assert_eq!(causes(&world), [EndCause::OfferTimeout]);

    let (to_a, _) = world.audio_call("quiet");
    for n in 0..10 {
        world.pass(secs(50));
        world.send("127.10.0.1:6000", to_a, &rtp(n));
    }
    world.pass(secs(59));
    assert_eq!(causes(&world).len(), 1, "a packet came 59 s ago");
    world.pass(secs(2));
    assert_eq!(causes(&world)[1..], [EndCause::Timeout]);

    world.audio_call("held");
    world.offer("held", &audio_with(A, 6000, "a=inactive\r\n"), |_| {});
    world.answer("held", &audio_with(B, 6010, "a=inactive\r\n"), |_| {});
    world.pass(secs(599));
    assert_eq!(causes(&world).len(), 2);
    world.pass(secs(2));
    assert_eq!(causes(&world)[2..], [EndCause::SilentTimeout]);

    let (to_a, _) = world.audio_call("old");
    for n in 0..50 {
        world.pass(secs(50));
        world.send("127.10.0.1:6000", to_a, &rtp(n));
    }
    assert_eq!(causes(&world)[3..], [EndCause::FinalTimeout], "however lively");
    world.assert_empty();
}

#[test]
fn ports_in_use_elsewhere_are_passed_over() {
    let mut world = World::with(Settings::default(), (30000, 30011));
    world.taken.extend((30000..30008).map(|port| address(&format!("127.0.0.1:{port}"))));
    let (to_a, to_b) = world.audio_call("c");
    assert!(to_a.port() >= 30008 && to_b.port() >= 30008);
    world.delete("c", None);
    world.assert_empty();
}

#[test]
fn running_out_of_ports_is_a_named_refusal_and_changes_nothing() {
    let mut world = World::with(Settings::default(), (30000, 30003));
    let (_, to_b) = world.audio_call("c");
    assert_eq!(world.try_offer("d", &audio(A, 6000), |_| {}), Err(Refusal::RanOutOfPorts));
    assert_eq!(world.admission.own_calls(), 1);
    assert_eq!(world.try_offer("c", &audio(A, 6100), |_| {}), Err(Refusal::RanOutOfPorts));
    assert_eq!(world.offer("c", &audio(A, 6000), |_| {}).rtp(0), to_b, "the call is as it was");
    world.delete("c", None);
    world.assert_empty();
    world.taken.extend((30000..30004).map(|port| address(&format!("127.0.0.1:{port}"))));
    assert_eq!(world.try_offer("e", &audio(A, 6000), |_| {}), Err(Refusal::RanOutOfPorts));
    world.assert_empty();
}

#[test]
fn limits_are_for_new_calls_only() {
    let mut world = World::new();
    world.audio_call("c");
    world.admission.set_max_sessions(0);
    assert_eq!(world.try_offer("d", &audio(A, 6000), |_| {}), Err(Refusal::SessionLimit));
    world.offer("c", &audio(A, 6000), |_| {});
}

#[test]
fn the_version_counts_different_texts() {
    let mut world = World::new();
    let version = |sdp: &common::Sdp| sdp.parsed().origin.expect("o=").version.to_string();
    let owned = |signal: &mut Signal| signal.options.replace.sdp_version = true;
    assert_eq!(version(&world.offer("c", &audio(A, 6000), owned)), "1");
    assert_eq!(version(&world.offer("c", &audio(A, 6000).replace("1 1 IN", "1 9 IN"), owned)), "1");
    assert_eq!(version(&world.offer("c", &audio_with(A, 6000, "a=sendonly\r\n"), owned)), "2");
    let full = |signal: &mut Signal| signal.options.replace.origin_full = true;
    let first = audio(A, 6000).replace("o=- 1 1", "o=alice 11 5");
    assert!(world.offer("d", &first, full).has("o=alice 11 5 IN IP4 127.0.0.1"));
    let other = audio(A, 6000).replace("o=- 1 1", "o=other 99 6");
    assert!(world.offer("d", &other, full).has("o=alice 11 5 IN IP4 127.0.0.1"));
}

#[test]
fn codecs_are_stripped_from_this_message_only() {
    let mut world = World::new();
    let out = world.offer("c", &audio(A, 6000), |signal| {
        signal.options.codecs.strip = vec![Text::from("pcmu")];
    });
    assert!(out.0.contains("RTP/AVP 101\r\n") && !out.0.contains("PCMU"), "{}", out.0);
    assert!(world.offer("c", &audio(A, 6000), |_| {}).0.contains("RTP/AVP 0 101\r\n"));
}

#[test]
fn loop_protection_marks_and_recognises() {
    let mut world = World::new();
    let out = world.offer("c", &audio(A, 6000), |signal| signal.options.switches.loop_protect = true);
    assert!(out.has("a=rtpengine:tandem"), "{}", out.0);
    let again = world.offer("d", &out.0, |signal| signal.options.switches.loop_protect = true);
    assert_eq!(again, out, "what has been here is returned as it is");
    assert!(world.query("d").is_none());
}

#[test]
fn terminate_and_list_by_kind() {
    let mut world = World::new();
    for n in 0..5 {
        world.audio_call(&format!("c{n}"));
        world.pass(Duration::from_millis(1));
    }
    let Reply::Calls(calls) = world.ask(Command::List { filter: Filter::Own, limit: 3 }) else { panic!() };
    let names: Vec<String> = calls.iter().map(|call| call.call_id.to_string()).collect();
    assert_eq!(names, ["c0", "c1", "c2"], "oldest first");
    assert!(matches!(world.ask(Command::Terminate(Filter::Foreign)), Reply::Count(0)));
    assert!(matches!(world.ask(Command::Terminate(Filter::One(CallId::from("c1")))), Reply::Count(1)));
    assert!(matches!(world.ask(Command::Terminate(Filter::All)), Reply::Count(4)));
    world.assert_empty();
}

#[test]
fn many_calls_come_and_go_without_a_trace() {
    let mut world = World::with(Settings::default(), (30000, 30399));
    for round in 0..40 {
        for n in 0..100 {
            world.audio_call(&format!("{round}-{n}"));
        }
        assert_eq!(world.try_offer("one more", &audio(A, 6000), |_| {}), Err(Refusal::RanOutOfPorts));
        for n in 0..100 {
            world.delete(&format!("{round}-{n}"), None);
        }
        world.assert_empty();
    }
    let highest = world.opens;
    assert_eq!(highest, world.closes);
}
