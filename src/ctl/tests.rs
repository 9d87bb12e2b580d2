//! Commands against fabricated shards, in the words that were recorded from rtpengine.

use tandem_shards::call::state::{Ownership, PayloadType, RtpSeen, StreamCounts};
use tandem_shards::interfaces::AddressId;
use tandem_shards::names::Text;
use tandem_shards::ports::PortWish;

use std::time::Duration;

use tandem_shards::names::{CallId, ShardId};
use tandem_shards::time::Timestamp;

use super::carry_out::{carry_out, carry_out_line};
use super::execution::Scope;
use super::request::{self, run_request};
use crate::node::Node;
use crate::origin::tests::origin;
use crate::origin::{ListenerKind, Origin, Rights};

pub(crate) mod fake;

use fake::{FakeShards, NOW, call, node, node_with, shards};

fn operator() -> Origin {
    origin(ListenerKind::Cli, Rights::OPERATE)
}

fn answer(node: &Node, shards: &mut FakeShards, line: &[u8]) -> String {
    carry_out_line(node, shards, NOW, line, &operator()).expect("allowed")
}

/// A conversation in the line protocol: each line and the exact answer.
fn converse(node: &Node, shards: &mut FakeShards, lines: &[(&str, &str)]) {
    for (line, expected) in lines {
        assert_eq!(answer(node, shards, line.as_bytes()), *expected, "{line}");
    }
}

#[test]
fn own_and_foreign_in_rtpengines_words() {
    let list = include_str!("golden/sessions.txt");
    let of = |id: &str| list.split_inclusive('\n').filter(|line| line.contains(id)).collect::<String>();
    let (acall1, acall2, bcall) = (of(" acall-1 "), of(" acall-2 "), of(" bcall-1 "));
    let sessions = include_str!("golden/numsessions.txt");
    converse(
        &node(true),
        &mut shards(),
        &[
            ("list numsessions", sessions),
            ("get numsessions", sessions),
            ("list sessions all", list),
            ("list sessions own", &(acall1 + &acall2)),
            ("list sessions foreign", &bcall),
            ("list sessions recording", "No recording sessions on this media relay.\n"),
        ],
    );
    let none = "redis:-1";
    let text = answer(&node(false), &mut shards(), b"list sessions own");
    assert_eq!(text.matches(none).count(), 2, "{text}");
}

#[test]
fn an_idle_relay_says_so() {
    converse(
        &node(true),
        &mut FakeShards { count: 2, ..FakeShards::default() },
        &[
            ("list sessions all", "No sessions on this media relay.\n"),
            ("list sessions own", "No own sessions on this media relay.\n"),
            ("list sessions foreign", "No foreign sessions on this media relay.\n"),
            ("list transcoders", "No stats entries\n"),
            ("list loglevel nosuch", ""),
            ("params diff", ""),
        ],
    );
}

#[test]
fn a_call_in_full() {
    let info = include_str!("golden/call-head.txt");
    let from = include_str!("golden/call-from.txt");
    let to = include_str!("golden/call-to.txt");
    let whole = [info, from, to, "\n"].concat();
    converse(
        &node(true),
        &mut shards(),
        &[
            ("list sessions acall-1", &whole),
            ("call acall-1 info", &whole),
            ("call acall-1 tag acall-1-from info", from),
            ("call acall-1 tag nosuch info", "No such tag 'nosuch'\n"),
            ("call acall-1 nonsense", "Unknown command: nonsense\n"),
        ],
    );
}

#[test]
fn parties_that_are_foreign_or_have_not_answered() {
    let node = node(true);
    let foreign = answer(&node, &mut shards(), b"list sessions bcall-1");
    assert!(foreign.contains("redis_keyspace: 2\nlast redis update: 0\nforeign: yes\n"), "{foreign}");
    assert_eq!(foreign.matches("type: UNKNOWN").count(), 2);
    let offered = answer(&node, &mut shards(), b"list sessions acall-2");
    let party = include_str!("golden/party-offered.txt");
    assert!(offered.ends_with(&[party, "\n"].concat()), "{offered}");
}

#[test]
fn packets_and_their_codec_are_shown() {
    let mut shards = shards();
    let id = CallId::from("acall-1");
    let media = &mut shards.calls.get_mut(&id).expect("there").state.legs[0].media[0];
    let media = media.as_mut().expect("audio");
    media.payload_types = vec![PayloadType {
        number: 0,
        name: Text::from("PCMU"),
        clock_rate: 8000,
        parameters: Text::default(),
        format: Text::default(),
    }];
    let call = shards.calls.get_mut(&id).expect("there");
    call.observed[0].1.counts_in = StreamCounts { packets: 5, bytes: 860, errors: 0 };
    call.observed[0].1.rtp = Some(RtpSeen { ssrc: 0xaaaa, ..RtpSeen::default() });
    let text = answer(&node(true), &mut shards, b"list sessions acall-1");
    let expected = include_str!("golden/media-codec.txt");
    assert!(text.contains(expected), "{text}");
}

#[test]
fn wrong_input_in_rtpengines_words() {
    converse(
        &node(true),
        &mut shards(),
        &[
            ("nonsense", "Unknown command: nonsense\n"),
            ("list", "More parameters required.\n"),
            ("set nonsense 1", "Unknown command: nonsense\n"),
            ("params nonsense", "Unknown command: nonsense\n"),
            ("media help", "Unknown command: media\n"),
            ("terminate nosuchcall", "\nCall Id not found (nosuchcall).\n\n"),
            ("terminate help", "\nCall Id not found (help).\n\n"),
            ("list sessions nosuchcall", "\nCall ID not found (nosuchcall).\n\n"),
            ("debug", "No call ID specified\n"),
            ("debug nosuchcall", "Call ID 'nosuchcall' not found\n"),
            ("debug nosuchcall maybe", "Invalid on/off flag ('maybe') specified\n"),
            ("call nosuchcall", "No such call 'nosuchcall'\n"),
            ("call help", "No such call 'help'\n"),
            ("ksadd abc", "Fail adding keyspace abc to redis notifications; no digits found\n"),
            ("ksadd -1", "Fail adding keyspace -1 to redis notifications; errno=0\n"),
            (
                "ksadd 99999999999999999999",
                "Fail adding keyspace 99999999999999999999 to redis notifications; errno=34\n",
            ),
            ("ksrm abc", "Fail removing keyspace abc to redis notifications; no digits found\n"),
            ("ksrm 77", "Keyspace 77 is not among redis notifications.\n"),
            ("set maxsessions abc", "Fail setting maxsessions to abc; no digits found\n"),
            ("set maxsessions -2", "Fail setting maxsessions to -2; either positive or -1 values allowed\n"),
            ("set timeout abc", "Fail setting timeout to abc; no digits found\n"),
            ("set timeout -5", "Fail setting timeout to -5; errno=0\n"),
            ("set maxcpu abc", "Fail setting maxcpu to abc; no digits found\n"),
            ("set maxload abc", "Fail setting maxload to abc; no digits found\n"),
            ("set maxbw abc", "Fail setting maxbw to abc; no digits found\n"),
            ("set maxopenfiles 10", "Fail setting open_files to 10; can't set it under 65536\n"),
            ("set maxopenfiles abc", "Fail setting open_files to abc; no digits found\n"),
            ("set deletedelay abc", "Invalid delete-delay value\n"),
            ("set controltos 300", "Invalid control-tos value 300, must be between 0 and 255\n"),
            ("set redisdisabletime -1", "Invalid redis-disable-time value -1, must be >= 0\n"),
            ("set redisconnecttimeout 0", "Invalid redis-connect-timeout value 0, must be > 0\n"),
            ("set rediscmdtimeout -1", "Invalid redis-cmd-timeout value -1, must be >= 0\n"),
        ],
    );
}

#[test]
fn parameters_are_shown_set_and_told_to_all_shards() {
    let node = node(true);
    let mut shards = shards();
    converse(
        &node,
        &mut shards,
        &[
            ("list maxsessions", "Maximum sessions configured on rtpengine: -1\n"),
            ("list maxcpu", "Maximum CPU usage configured on rtpengine: 0.0\n"),
            ("list maxload", "Maximum load average configured on rtpengine: 0.00\n"),
            ("list maxbw", "Maximum bandwidth configured on rtpengine: 0\n"),
            ("list timeout", "TIMEOUT=60\n"),
            ("list silenttimeout", "SILENT_TIMEOUT=3600\n"),
            ("list finaltimeout", "FINAL_TIMEOUT=0\n"),
            ("list offertimeout", "OFFER_TIMEOUT=3600\n"),
            ("set maxsessions 0", "Success setting maxsessions to 0\n"),
            ("list maxsessions", "Maximum sessions configured on rtpengine: 0\n"),
            ("set maxsessions -1", "Success setting maxsessions to -1; disable feature\n"),
            ("set maxcpu 95.5", "Success setting maxcpu to 95.5\n"),
            ("list maxcpu", "Maximum CPU usage configured on rtpengine: 95.5\n"),
            ("set maxload 4.25", "Success setting maxload to 4.25\n"),
            ("set maxbw 1000000", "Success setting maxbw to 1000000\n"),
            ("set timeout 61", "Success setting timeout to 61\n"),
            ("set silenttimeout 3601", "Success setting timeout to 3601\n"),
            ("set finaltimeout 10800", "Success setting timeout to 10800\n"),
            ("list finaltimeout", "FINAL_TIMEOUT=10800\n"),
            ("set offertimeout 3602", "Success setting timeout to 3602\n"),
            ("set deletedelay 3", "Success setting delete-delay to 3\n"),
            ("list deletedelay", "3\n"),
        ],
    );
    assert_eq!(shards.settings.len(), 4);
    for settings in shards.settings.values() {
        assert_eq!(settings.timeout.as_secs(), 61);
        assert_eq!(settings.delete_delay.as_secs(), 3);
    }
    assert_eq!(node.live().limits.max_load, Some(4.25));
    let diff = include_str!("golden/params-diff.txt");
    converse(&node, &mut shards, &[("params diff", diff), ("params revert", ""), ("params diff", "")]);
    assert_eq!(shards.settings[&3].timeout.as_secs(), 60);
}

#[test]
fn keyspaces_in_rtpengines_words() {
    let mut shards = shards();
    converse(
        &node(true),
        &mut shards,
        &[
            ("kslist", "\nSubscribed-on keyspaces:\n2 \n"),
            ("ksadd 3", "Success adding keyspace 3 to redis notifications.\n"),
            ("ksadd 3", "Keyspace 3 is already among redis notifications.\n"),
            ("kslist", "\nSubscribed-on keyspaces:\n2 3 \n"),
            (
                "ksrm 2",
                "Successfully unsubscribed from keyspace 2.\n\
                 Successfully removed all foreign calls for keyspace 2.\n",
            ),
            ("ksrm 2", "Keyspace 2 is not among redis notifications.\n"),
            ("list sessions foreign", "No foreign sessions on this media relay.\n"),
        ],
    );
    assert_eq!(shards.calls.len(), 2, "own calls stay");
    let none = "Keyspace notification feature has not been configured.\n";
    converse(&node(false), &mut shards, &[("kslist", none), ("ksadd 5", none), ("ksrm 5", none)]);
}

#[test]
fn calls_are_taken_over_handed_over_and_ended() {
    let mut shards = shards();
    let node = node(true);
    let counts = |own, foreign| {
        format!(
            "Current sessions own: {own}\nCurrent sessions foreign: {foreign}\nCurrent sessions total: 3\n"
        )
    };
    let now = |shards: &mut FakeShards| answer(&node, shards, b"list numsessions");
    converse(&node, &mut shards, &[("standby", "Ok, all calls set to 'foreign (standby)'\n")]);
    assert!(now(&mut shards).starts_with(&counts(0, 3)));
    converse(&node, &mut shards, &[("active", "Ok, all calls set to 'owned (active)'\n")]);
    assert!(now(&mut shards).starts_with(&counts(3, 0)));
    converse(
        &node,
        &mut shards,
        &[
            ("terminate acall-1", "\nCall Id (acall-1) successfully terminated by operator.\n\n"),
            ("call bcall-1 terminate", "\nCall 'bcall-1' terminated.\n\n"),
            ("terminate foreign", "All foreign calls terminated by operator.\n"),
            ("terminate own", "All own calls terminated by operator.\n"),
            ("terminate all", "All calls terminated by operator.\n"),
            ("list sessions all", "No sessions on this media relay.\n"),
        ],
    );
}

#[test]
fn calls_are_not_handed_over_to_nobody() {
    for (node, why) in [
        (node(false), "no Redis is configured, so no other node holds the calls"),
        (
            node_with(Some(Duration::from_secs(10))),
            "no node that follows keyspace 1 was heard of in the last 10 seconds",
        ),
    ] {
        let mut shards = shards();
        let refused = format!(
            "Fail setting all calls to 'foreign (standby)'; {why}; they would end by their timeouts. \
             `standby --force` does it all the same\n"
        );
        converse(&node, &mut shards, &[("standby", &refused)]);
        assert_eq!(answer(&node, &mut shards, b"list sessions own").lines().count(), 2);
        let request = r#"{"command":"standby"}"#;
        let response = run_request(&node, &mut shards, NOW, request, &operator());
        let response: request::Response = serde_json::from_str(&response).expect("JSON");
        assert_eq!(response.exit, 1);
        converse(&node, &mut shards, &[("standby --force", "Ok, all calls set to 'foreign (standby)'\n")]);
        assert_eq!(answer(&node, &mut shards, b"list sessions foreign").lines().count(), 3);
    }
}

#[test]
fn interfaces_and_their_ports() {
    let node = node(true);
    for n in 0..4 {
        node.ports.take(AddressId(0), ShardId(0), PortWish::Pairs(1), n).expect("free");
    }
    let expected = include_str!("golden/interfaces.txt");
    converse(&node, &mut shards(), &[("list interfaces", expected)]);
}

#[test]
fn totals_are_the_recorded_text() {
    let mut idle = FakeShards { count: 2, ended: 7, ..FakeShards::default() };
    let text = answer(&node(true), &mut idle, b"list totals");
    assert_eq!(text, include_str!("golden/totals.txt"));
}

#[test]
fn json_statistics_have_the_names_that_collectors_know() {
    let text = answer(&node(true), &mut shards(), b"list jsonstats");
    let tree: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let number = |path: &str| tree.pointer(path).and_then(serde_json::Value::as_f64);
    for (path, value) in [
        ("/currentstatistics/sessionsown", 2.0),
        ("/currentstatistics/sessionsforeign", 1.0),
        ("/totalstatistics/uptime", 9.0),
        ("/controlstatistics/proxies/0/offercount", 7.0),
        ("/controlstatistics/totalanswercount", 6.0),
        ("/interfaces/1/ports/free", 1000.0),
        ("/interfaces/0/voip_metrics/jitter_measured_stddev", 0.0),
        ("/voip_metrics/rtp_reordered", 0.0),
    ] {
        assert_eq!(number(path), Some(value), "{path}");
    }
}

#[test]
fn a_silent_shard_is_named_and_the_rest_is_shown() {
    let (node, mut shards) = (node(true), shards());
    shards.silent.insert(3);
    let text = answer(&node, &mut shards, b"list numsessions");
    assert!(text.ends_with("Shard 3 did not answer: no answer in time.\n"), "{text}");
    let request = r#"{"command":"shards","format":"json"}"#;
    let answer = run_request(&node, &mut shards, NOW, request, &operator());
    let answer: request::Response = serde_json::from_str(&answer).expect("JSON");
    assert_eq!((answer.exit, answer.silent), (4, vec!["shard 3: no answer in time".to_owned()]));
    assert_eq!(answer.data.expect("data")["shards"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_ping_asks_nobody_and_names_the_shards_that_do_not_turn() {
    let (node, mut shards) = (node(true), shards());
    shards.silent.extend(0..4);
    let mut ping = || {
        let outcome = carry_out(&node, &mut shards, NOW, b"ping", &Scope::default(), &operator());
        (outcome.exit_code(), outcome.silent.len(), outcome.answer.as_ref().expect("a pong").table())
    };
    assert_eq!(ping(), (0, 0, "pong from 4 shards\n".to_owned()));
    node.liveness.note(ShardId(3), Timestamp::ZERO);
    assert_eq!(ping(), (4, 1, "pong from 3 shards\n".to_owned()));
}

#[test]
fn json_requests_have_exit_codes_and_a_view_of_each_shard() {
    let (node, mut shards) = (node(true), shards());
    let mut run = |request: &str| -> request::Response {
        serde_json::from_str(&run_request(&node, &mut shards, NOW, request, &operator())).expect("JSON")
    };
    for (request, exit) in [
        (r#"{"command":"status"}"#, 0),
        (r#"{"command":"list sessions nosuch"}"#, 3),
        (r#"{"command":"ksrm 9"}"#, 3),
        (r#"{"command":"nonsense"}"#, 1),
        (r#"{"command":"shards","shard":9}"#, 3),
        (r#"{"command":"set timeout x"}"#, 1),
        (r#"{"comand":"status"}"#, 1),
        ("", 1),
    ] {
        assert_eq!(run(request).exit, exit, "{request}");
    }
    let table = run(r#"{"command":"shards"}"#).text.expect("text");
    let first = table.lines().nth(1).expect("a row");
    assert_eq!(table.lines().count(), 5);
    assert!(first.starts_with("0      2     "), "{table}");
    let mut listed = 0;
    for shard in 0..4 {
        let request = format!(r#"{{"command":"list sessions all","shard":{shard},"format":"json"}}"#);
        let data = run(&request).data.expect("data");
        let calls = data["calls"].as_array().expect("a list").clone();
        assert!(calls.iter().all(|call| call["shard"] == shard));
        listed += calls.len();
    }
    assert_eq!(listed, 3, "each call is on one shard");
}

#[test]
fn names_cannot_write_to_the_operators_terminal() {
    let mut shards = shards();
    let bad = call("evil\x1b[2J", Ownership::Own, "127.0.0.1:1", Vec::new());
    shards.calls.insert(bad.state.call_id.clone(), bad);
    let text = answer(&node(true), &mut shards, b"list sessions all");
    assert!(text.contains("evil\\u{1b}[2J") && !text.contains('\x1b'), "{text}");
}
