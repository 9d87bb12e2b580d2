//! Recorded conversations with rtpengine, put to real shards without sockets; every documented text; and
//! messages that nobody would send.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use proptest::prelude::*;
use tandem_shards::admission::Admission;
use tandem_shards::input::Request;
use tandem_shards::interfaces::Interfaces;
use tandem_shards::names::{InterfaceName, RequestId, ShardId};
use tandem_shards::output::Effect;
use tandem_shards::ports::Ports;
use tandem_shards::settings::Settings;
use tandem_shards::{Shard, ShardConfig};

use super::*;
use crate::ng::commands::CommandKind;
use crate::ng::message::{decode, split};
use crate::ng::node_queries::{NoQueries, NodeQueries};
use crate::origin::tests::origin;
use crate::origin::{ListenerKind, Peer, Rights};
use crate::request_log::Protocol;

mod cookies;
mod refusals;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.10.0.1\r\ns=-\r\nc=IN IP4 127.10.0.1\r\nt=0 0\r\n\
                   m=audio 6000 RTP/AVP 0\r\n";

fn proxy() -> Origin {
    origin(ListenerKind::Ng, Rights::OPERATE.with_signal(true))
}

#[derive(Debug)]
struct CliOnly;

impl NodeQueries for CliOnly {
    fn cli(&self, line: &str, origin: &Origin) -> Result<String, String> {
        let allowed = origin.rights.allow(Right::Change);
        allowed.then(|| format!("did {line}\n")).ok_or("no".to_owned())
    }
    fn statistics(&self, counters: &NgCounters) -> Value<'static> {
        NoQueries.statistics(counters)
    }

    fn written(&self, call_id: &CallId) -> Option<Timestamp> {
        NoQueries.written(call_id)
    }
}

fn exchange() -> Exchange {
    let state = Arc::new(NgState::new(0, Arc::default()));
    state.set_node_queries(Box::new(CliOnly));
    Exchange::new(state, 0)
}

/// Real shards, whose sockets all open.
struct Node {
    shards: Vec<Shard>,
    admission: Arc<Admission>,
    asked: AtomicUsize,
}

impl Node {
    fn new(count: u16) -> Node {
        let local = |name: &str, ip: &str| {
            let ip = ip.parse().expect("an address");
            (InterfaceName::from(name), ip, ip)
        };
        let addresses = [local("pub", "127.0.0.1"), local("pub", "::1"), local("priv", "127.0.0.2")];
        let interfaces = Arc::new(Interfaces::new(addresses));
        let ports = Arc::new(Ports::new(&interfaces, 30_000, 30_999, count));
        let admission = Arc::new(Admission::default());
        let shard = |id| {
            Shard::new(ShardConfig {
                id: ShardId(id),
                interfaces: Arc::clone(&interfaces),
                ports: Arc::clone(&ports),
                admission: Arc::clone(&admission),
                settings: Settings::default(),
                seed: u64::from(id),
            })
        };
        Node { shards: (0..count).map(shard).collect(), admission: Arc::clone(&admission), asked: 0.into() }
    }
}

impl Ask for Node {
    fn shard_count(&self) -> u16 {
        u16::try_from(self.shards.len()).expect("few shards")
    }

    fn ask(&mut self, shard: ShardId, command: Command) -> Result<Reply, AskError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let shard = &mut self.shards[usize::from(shard.0)];
        shard.handle_request(NOW, Request { id: RequestId { caller: 0, sequence: 0 }, command });
        let mut answer = None;
        while let Some(effect) = shard.poll_effect() {
            match effect {
                Effect::Open { socket, .. } => shard.handle_opened(NOW, socket, Ok(())),
                Effect::Reply { reply, .. } => answer = Some(reply),
                _ => {}
            }
        }
        Ok(answer.expect("a shard answers"))
    }
}

/// Refuses everything alike, or does not answer at all.
struct Always(Result<Refusal, AskError>);

impl Ask for Always {
    fn shard_count(&self) -> u16 {
        3
    }

    fn ask(&mut self, _shard: ShardId, _command: Command) -> Result<Reply, AskError> {
        self.0.map(Reply::Refused)
    }
}

/// A reply to a payload, as text; JSON in, JSON out.
fn reply_to<A: Ask>(ask: &mut A, payload: &str) -> String {
    String::from_utf8(exchange().serve_plain(ask, NOW, payload.as_bytes(), &proxy())).expect("text")
}

#[test]
fn a_media_that_names_the_relay_is_shown_as_checked_for_loops() {
    let mut node = Node::new(1);
    for (port, shown) in [("30000", true), ("30999", true), ("29999", false), ("31000", false)] {
        let sdp = SDP.replace("127.10.0.1", "127.0.0.2").replace("6000", port).replace("\r\n", "\\r\\n");
        let offer = format!(r#"{{"command":"offer","call-id":"c","from-tag":"a","sdp":"{sdp}"}}"#);
        assert!(reply_to(&mut node, &offer).contains(r#""result":"ok""#), "{offer}");
        let query = reply_to(&mut node, r#"{"command":"query","call-id":"c"}"#);
        assert_eq!(query.matches("loop check").count(), usize::from(shown), "{port}: {query}");
    }
}

/// One recorded step: request and reply as bytes.
struct Recorded {
    case: String,
    step: String,
    request: Vec<u8>,
    reply: Vec<u8>,
    line: Option<String>,
    ignored: Vec<String>,
}

/// The recorded conversations, by case, in their order.
fn recorded(group: &str) -> BTreeMap<String, Vec<Recorded>> {
    let file = format!("{}/tests/conformance/recorded-head/{group}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).expect("recorded conversations");
    let mut cases: BTreeMap<String, Vec<Recorded>> = BTreeMap::new();
    for line in text.lines() {
        let step: serde_json::Value = serde_json::from_str(line).expect("a step");
        // Those over TCP and HTTP need the fronts.
        if step["case"].is_null() || matches!(step["case"].as_str(), Some("tcp" | "http")) {
            continue;
        }
        let text = |key: &str| step[key].as_str().unwrap_or_default().to_owned();
        let bytes = |key: &str| BASE64.decode(text(key)).expect("base64");
        let ignored = step["ignore"].as_array().into_iter().flatten().filter_map(|path| path.as_str());
        let recorded = Recorded {
            case: text("case"),
            step: format!("{} step {}: {}", text("case"), step["step"], text("desc")),
            request: bytes("request_b64"),
            reply: bytes("reply_b64"),
            line: step["line"].as_str().map(str::to_owned),
            ignored: ignored.map(|path| path.trim_start_matches("reply/").to_owned()).collect(),
        };
        cases.entry(recorded.case.clone()).or_default().push(recorded);
    }
    cases
}

/// The keys and texts of a reply that do not depend on ports, times, or the layout of the SDP.
fn outline(value: &Value<'_>, key: &[u8]) -> String {
    // Whether the sockets of a deleted call are still shown differs by how it was named.
    const SOCKET: [&[u8]; 3] = [b"local port", b"local address", b"family"];
    const VARYING: [&[u8]; 13] = [
        b"sdp",
        b"statistics",
        b"created",
        b"created_us",
        b"created_ts",
        b"last signal",
        b"last packet",
        b"last user packet",
        b"last redis update",
        b"port",
        b"address",
        b"calls",
        b"flags",
    ];
    match value {
        _ if VARYING.contains(&key) => "*".to_owned(),
        Value::Dictionary(_) => {
            let entries = value.entries().filter(|(name, _)| !SOCKET.contains(name));
            let shown: Vec<String> = entries
                .map(|(name, value)| format!("{}: {}", name.escape_ascii(), outline(value, name)))
                .collect();
            format!("{{{}}}", shown.join(", "))
        }
        Value::List(items) => {
            let shown: Vec<String> = items.iter().map(|item| outline(item, b"")).collect();
            format!("[{}]", shown.join(", "))
        }
        other => format!("{other:?}"),
    }
}

fn decoded(message: &[u8]) -> (&[u8], Value<'_>) {
    let (cookie, payload) = split(message).expect("a cookie");
    let (_, value) = decode(payload);
    (cookie, value.unwrap_or_else(|error| panic!("{}: {error}", payload.escape_ascii())))
}

fn without<'a>(value: Value<'a>, ignored: &[String]) -> Value<'a> {
    let Value::Dictionary(entries) = value else { return value };
    let kept = |key: &[u8]| !ignored.iter().any(|path| path.as_bytes() == key);
    Value::Dictionary(entries.into_iter().filter(|(key, _)| kept(key)).collect())
}

#[test]
fn recorded_conversations_have_the_same_outline() {
    let mut compared = 0;
    for group in ["01-protocol", "02-basic"] {
        for (case, steps) in recorded(group) {
            let (mut exchange, mut node) = (exchange(), Node::new(3));
            for step in steps {
                match step.line.as_deref() {
                    Some("set maxsessions 0") => node.admission.set_max_sessions(0),
                    Some("set maxsessions -1") => node.admission.set_max_sessions(-1),
                    Some(other) => panic!("{case}: no such line: {other}"),
                    None => {}
                }
                if step.line.is_some() {
                    continue;
                }
                // Here the rest of the message counts too: see tests/conformance.md.
                let other_of_the_cookie = ["duplicate-cookie step 3", "duplicate-cookie step 5"]
                    .iter()
                    .any(|s| step.step.starts_with(s));
                let reply = exchange.serve(&mut node, NOW, &step.request, &proxy());
                compared += 1;
                if other_of_the_cookie {
                    assert!(reply.expect("a reply").ends_with(b" d6:result4:ponge"), "{}", step.step);
                    continue;
                }
                let Some(reply) = reply else {
                    assert!(step.reply.is_empty(), "{}: no reply", step.step);
                    continue;
                };
                let ((cookie, ours), (recorded_cookie, theirs)) = (decoded(&reply), decoded(&step.reply));
                assert_eq!(cookie, recorded_cookie, "{}", step.step);
                let (ours, theirs) = (without(ours, &step.ignored), without(theirs, &step.ignored));
                assert_eq!(outline(&ours, b""), outline(&theirs, b""), "{}", step.step);
            }
        }
    }
    assert!(compared > 90, "only {compared} steps were compared");
}

#[test]
fn only_what_an_origin_may_is_carried_out() {
    let (mut exchange, mut node) = (exchange(), Node::new(2));
    let delete = format!("d7:command5:offer7:call-id1:c8:from-tag1:f3:sdp{}:{SDP}e", SDP.len());
    let cli = "d4:body9:terminate7:command3:clie";
    let refused = "d6:result5:error12:error-reason21:ng is not served heree";
    for (rights, message, expected) in [
        (Rights::NONE, delete.as_str(), refused),
        (Rights::OPERATE, "d7:command4:pinge", refused),
        (Rights::OPERATE, cli, refused),
        (Rights::READ.with_signal(true), cli, "d6:result5:error12:error-reason2:noe"),
        (Rights::OPERATE.with_signal(true), cli, "d8:response14:did terminate\n6:result2:oke"),
    ] {
        let reply =
            exchange.serve_plain(&mut node, NOW, message.as_bytes(), &origin(ListenerKind::Http, rights));
        assert_eq!(String::from_utf8_lossy(&reply), expected, "{rights:?} {message:.40}");
    }
    assert_eq!(node.asked.load(Ordering::Relaxed), 0);
}

#[test]
fn replies_speak_the_language_of_the_request() {
    let mut node = Node::new(1);
    let cases = [
        (r#"{"command":"ping"}"#, r#"{"result":"pong"}"#),
        ("d7:command4:pinge", "d6:result4:ponge"),
        (r#"{"command":"#, r#"{"result":"error","error-reason":"Failed to parse JSON document"}"#),
        (r#"["ping"]"#, "d6:result5:error12:error-reason22:Invalid NG data formate"),
        ("", "d6:result5:error12:error-reason25:Invalid data (no payload)e"),
        (r#"{"command":"cli","body":"list totals"}"#, r#"{"response":"did list totals\n","result":"ok"}"#),
        (r#"{"command":"CLI","body":"x"}"#, r#"{"response":"did x\n","result":"ok"}"#),
    ];
    for (request, expected) in cases {
        assert_eq!(reply_to(&mut node, request), expected, "{request}");
    }
}

#[test]
fn errors_have_the_texts_that_clients_know() {
    let sound = serde_json::to_string(SDP).expect("JSON");
    let no_address = r#""v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n""#;
    let host = r#""v=0\r\ns=-\r\nc=IN IP4 host.example\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n""#;
    let cases = [
        (r#""x":1"#.to_owned(), "Dictionary contains no key \"command\""),
        (r#""command":5"#.to_owned(), "Dictionary contains no key \"command\""),
        (r#""command":"frobnicate""#.to_owned(), "Unrecognized command"),
        (r#""command":"offer","call-id":"c","from-tag":"f""#.to_owned(), "No SDP body in message"),
        (format!(r#""command":"offer","from-tag":"f","sdp":{sound}"#), "No call-id in message"),
        (format!(r#""command":"offer","call-id":"c","sdp":{sound}"#), "No from-tag in message"),
        (r#""command":"answer","call-id":"c","from-tag":"f","sdp":"v=1""#.to_owned(), "No to-tag in message"),
        (
            format!(r#""command":"answer","call-id":"c","from-tag":"f","to-tag":"t","sdp":{sound}"#),
            "Unknown call-id",
        ),
        (r#""command":"offer","call-id":"c","from-tag":"f","sdp":"hello""#.to_owned(), "Failed to parse SDP"),
        (format!(r#""command":"offer","call-id":"c","from-tag":"f","sdp":{host}"#), "Failed to parse SDP"),
        (
            format!(r#""command":"offer","call-id":"c","from-tag":"f","sdp":{no_address}"#),
            "Incomplete SDP specification",
        ),
        (r#""command":"offer","call-id":"c","from-tag":"f","sdp":"""#.to_owned(), "Error rewriting SDP"),
        (r#""command":"delete""#.to_owned(), "No call-id in message"),
        (
            r#""command":"delete","call-id":"c","flags":["fatal"]"#.to_owned(),
            "Call-ID not found or tags didn't match",
        ),
        (r#""command":"list","limit":-1"#.to_owned(), "invalid limit, must be >= 0"),
        (r#""command":"cli""#.to_owned(), "No 'body' in message"),
        (r#""command":"pause recording","call-id":"c""#.to_owned(), "Unknown call-id"),
        (r#""command":"unsilence media","call-id":"c""#.to_owned(), "Unknown call-ID"),
        (
            r#""command":"block media","call-id":"c","address":"x""#.to_owned(),
            "Failed to parse network address",
        ),
        (r#""command":"connect","call-id":"c""#.to_owned(), "Unknown call-ID(s)"),
        (r#""command":"inject start","call-id":"c""#.to_owned(), "Unknown call-ID"),
        (r#""command":"play DTMF","call-id":"c""#.to_owned(), "unsupported"),
        (r#""command":"mesh""#.to_owned(), "unsupported"),
        (
            format!(r#""command":"query","call-id":"{}""#, "x".repeat(4097)),
            "A call-id, tag or branch is too long",
        ),
    ];
    for (request, expected) in cases {
        let reply = reply_to(&mut Node::new(1), &format!("{{{request}}}"));
        let reply: serde_json::Value = serde_json::from_str(&reply).expect("JSON");
        assert_eq!(reply["result"], "error", "{request}");
        assert_eq!(reply["error-reason"], expected, "{request}");
    }
}

#[test]
fn limits_and_overload_look_alike_so_that_proxies_fail_over() {
    let offer = format!(r#""command":"offer","call-id":"c","from-tag":"f","sdp":{}"#, serde_json::json!(SDP));
    let refused = [
        (Ok(Refusal::SessionLimit), "Parallel session limit reached"),
        (Ok(Refusal::LoadLimit), "Load limit exceeded"),
        (Ok(Refusal::CpuLimit), "CPU usage limit exceeded"),
        (Ok(Refusal::BandwidthLimit), "Bandwidth limit exceeded"),
        (Err(AskError::Busy), "Load limit exceeded"),
        (Err(AskError::TimedOut), "Load limit exceeded"),
        (Err(AskError::Stopped), "Load limit exceeded"),
    ];
    for (answer, message) in refused {
        let reply = reply_to(&mut Always(answer), &format!(r#"{{{offer},"supports":["load limit"]}}"#));
        assert_eq!(reply, format!(r#"{{"result":"load limit","message":"{message}"}}"#));
        let reply = reply_to(&mut Always(answer), &format!("{{{offer}}}"));
        assert_eq!(reply, r#"{"result":"error","error-reason":"Parallel session limit reached"}"#);
    }
    let ports = Ok(Refusal::RanOutOfPorts);
    let reply = reply_to(&mut Always(ports), &format!(r#"{{{offer},"supports":["load limit"]}}"#));
    assert_eq!(reply, r#"{"result":"error","error-reason":"Ran out of ports"}"#);
}

#[test]
fn calls_of_all_shards_are_listed_up_to_the_limit() {
    let (mut exchange, mut node) = (exchange(), Node::new(3));
    for number in 0..20 {
        let offer = serde_json::json!({
            "command": "offer", "call-id": format!("call-{number}"), "from-tag": "f", "sdp": SDP,
        });
        let reply = exchange.serve_plain(&mut node, NOW, offer.to_string().as_bytes(), &proxy());
        assert!(reply.ends_with(br#""result":"ok"}"#), "{}", reply.escape_ascii());
    }
    for (limit, expected) in [(0, 0), (1, 1), (19, 19), (20, 20), (1000, 20)] {
        let request = serde_json::json!({ "command": "list", "limit": limit });
        let reply = exchange.serve_plain(&mut node, NOW, request.to_string().as_bytes(), &proxy());
        let reply: serde_json::Value = serde_json::from_slice(&reply).expect("JSON");
        assert_eq!(reply["calls"].as_array().map(Vec::len), Some(expected), "limit {limit}");
    }
}

/// Messages that resemble requests, so that the properties reach deep.
fn any_message() -> impl Strategy<Value = Vec<u8>> {
    let commands = proptest::sample::select(CommandKind::ALL.map(CommandKind::name).to_vec());
    let keys = proptest::sample::select(vec![
        "call-id",
        "from-tag",
        "to-tag",
        "flags",
        "rtpp-flags",
        "codec",
        "sdp-attr",
        "direction",
        "TOS",
        "delete-delay",
        "received-from",
        "replace",
        "limit",
        "body",
        "address",
        "supports",
        "ICE",
        "label",
    ]);
    let values = proptest::sample::select(vec![
        "1:c",
        "i-1e",
        "i999999999999e",
        "l3:alle",
        "de",
        "0:",
        "d5:stripl3:allee",
        "13:codec-strip-x",
        "ld1:a1:bee",
        "11:directional",
        "20:a=[b=[c=[d=[e=[f]]]]",
        "9:127.0.0.1",
        "2:--",
    ]);
    let request =
        (commands, proptest::collection::vec((keys, values), 0..8)).prop_map(|(command, entries)| {
            let mut text = format!("c d7:command{}:{command}3:sdp{}:{SDP}", command.len(), SDP.len());
            for (key, value) in entries {
                text.push_str(&format!("{}:{key}{value}", key.len()));
            }
            text.push('e');
            text.into_bytes()
        });
    prop_oneof![proptest::collection::vec(any::<u8>(), 0..80), request]
}

proptest! {
    #[test]
    fn no_message_panics_and_only_cookies_are_answered(
        messages in proptest::collection::vec(any_message(), 1..6),
    ) {
        let (mut exchange, mut node) = (exchange(), Node::new(2));
        for (number, message) in messages.into_iter().enumerate() {
            let message = [format!("{number}").into_bytes(), message].concat();
            for message in [&message[..], &message[1..]] {
                let reply = exchange.serve(&mut node, NOW, message, &proxy());
                match (split(message), reply) {
                    (None, reply) => prop_assert_eq!(reply, None),
                    (Some((cookie, _)), Some(reply)) => {
                        prop_assert!(reply.starts_with(cookie));
                        let (_, value) = decoded(&reply);
                        prop_assert!(value.find(b"result").is_some());
                    }
                    (Some(_), None) => prop_assert!(false, "no answer"),
                }
            }
        }
    }
}
