//! Proof that a real rtpengine restores what is written here: it must show each call, keep its record,
//! carry its media, and keep its ports in a re-INVITE.
//!
//! Needs `redis-server`, `rtpengine` and the addresses of the specimen's context, so it only runs on
//! demand, in a network namespace of its own: `tests/redis/record_accept.sh`.
#![expect(clippy::disallowed_methods, reason = "waits for other processes")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tandem_shards::call::state::{CallSnapshot, MediaState};

use super::specimen::{OWN, context, variants};
use super::{Writer, read, write};
use crate::ng::bencode::{self, Limits};
use crate::ng::value::Value;

const REDIS_PORT: &str = "6390";
const NG: &str = "127.0.0.1:2290";

/// Ends with the test, whatever happens.
struct Process(Child);

impl Process {
    fn start(program: &str, arguments: &[&str]) -> Process {
        let mut command = Command::new(program);
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        Process(command.spawn().expect(program))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Tries for a few seconds.
fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    for _ in 0..100 {
        if let Some(done) = attempt() {
            return done;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("gave up waiting for {what}");
}

/// One command on a connection of its own; the raw answer.
fn redis(words: &[&[u8]]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{REDIS_PORT}")).ok()?;
    let mut request = Vec::new();
    for words in [&[b"SELECT".as_slice(), b"2"], words, &[b"QUIT"]] {
        request.extend(format!("*{}\r\n", words.len()).into_bytes());
        for word in words {
            request.extend(format!("${}\r\n", word.len()).into_bytes());
            request.extend([word, b"\r\n".as_slice()].concat());
        }
    }
    stream.write_all(&request).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(answer.strip_prefix(b"+OK\r\n")?.strip_suffix(b"+OK\r\n")?.to_vec())
}

fn ng(command: &str, call_id: &str, more: &[(&'static str, Value<'static>)]) -> Option<Value<'static>> {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.set_read_timeout(Some(Duration::from_secs(1))).expect("a timeout");
    let mut request = Value::dictionary();
    request.set("command", command.to_owned());
    request.set("call-id", call_id.to_owned());
    for (key, value) in more {
        request.set(key, value.clone());
    }
    let cookie = format!("{}_1 ", socket.local_addr().expect("bound").port());
    let mut datagram = cookie.clone().into_bytes();
    bencode::encode(&request, &mut datagram);
    socket.send_to(&datagram, NG).ok()?;
    let mut buffer = [0; 65_535];
    let length = socket.recv(&mut buffer).ok()?;
    let text = buffer[..length].strip_prefix(cookie.as_bytes()).expect("our cookie");
    Some(bencode::decode(text, Limits::MESSAGE).expect("bencode").0.into_owned())
}

fn media(call: &CallSnapshot, leg: usize, at: usize) -> &MediaState {
    call.state.legs[leg].media[at].as_ref().expect("a media")
}

/// A packet to the relay's port for one party comes to the other from the relay's port for that one.
fn check_flow(name: &str, from: (SocketAddr, SocketAddr), to: (SocketAddr, SocketAddr), packet: &[u8]) {
    let bind = |address: SocketAddr| {
        let socket = UdpSocket::bind(address).unwrap_or_else(|error| panic!("{address}: {error}"));
        socket.set_read_timeout(Some(Duration::from_secs(2))).expect("a timeout");
        socket
    };
    let (sender, receiver) = (bind(from.0), bind(to.0));
    sender.send_to(packet, from.1).expect("sent");
    let mut buffer = [0; 2000];
    let (length, source) =
        receiver.recv_from(&mut buffer).unwrap_or_else(|e| panic!("{name} to {}: {e}", to.0));
    assert_eq!((&buffer[..length], source), (packet, to.1), "{name}");
}

fn check_media(name: &str, call: &CallSnapshot) {
    let rtp = |payload_type: u8| {
        let mut packet = vec![0x80, payload_type, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4];
        packet.extend([0xd5; 160]);
        packet
    };
    // An empty receiver report with a source description (RFC 3550 section 6.1).
    let rtcp = [0x80, 201, 0, 1, 1, 2, 3, 4, 0x81, 202, 0, 2, 1, 2, 3, 4, 1, 1, b'x', 0];
    for at in 0..call.state.legs[0].media.len() {
        if media(call, 0, at).flags.disabled {
            continue;
        }
        for (from, to) in [(0, 1), (1, 0)] {
            let ends = |leg: usize, component: usize| {
                let (_, stream) = call.streams_of(leg, at).nth(component).expect("a stream");
                (stream.endpoint.expect("an endpoint"), stream.local.expect("a port"))
            };
            let first = media(call, from, at).payload_types.first();
            let packet = rtp(first.map_or(0, |payload| payload.number));
            check_flow(name, ends(from, 0), ends(to, 0), &packet);
            if call.streams_of(0, at).count() == 2 {
                check_flow(name, ends(from, 1), ends(to, 1), &rtcp);
            } else if media(call, 0, at).flags.rtcp_mux {
                check_flow(name, ends(from, 0), ends(to, 0), &rtcp);
            }
        }
    }
}

/// The caller offers again what it has: the ports toward the callee must stay.
fn check_reinvite(name: &str, call: &CallSnapshot) {
    let caller = media(call, 0, 0);
    let endpoint = call.observed[0].1.endpoint.expect("an endpoint");
    let family = if endpoint.is_ipv6() { "IP6" } else { "IP4" };
    let mux = if caller.flags.rtcp_mux { "a=rtcp-mux\r\n" } else { "" };
    let sdp = format!(
        "v=0\r\no=- 1 2 IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n{mux}",
        ip = endpoint.ip(),
        port = endpoint.port()
    );
    let tag = |leg: usize| Value::from(call.state.legs[leg].tag.as_ref().expect("a tag").as_bytes().to_vec());
    let more =
        [("from-tag", tag(0)), ("to-tag", tag(1)), ("sdp", Value::from(sdp)), ("ICE", "remove".into())];
    let answer = ng("offer", name, &more).expect("an answer");
    let rewritten =
        answer.find(b"sdp").and_then(Value::bytes).unwrap_or_else(|| panic!("{name}: {answer:?}"));
    let rewritten = String::from_utf8_lossy(rewritten);
    let expected = format!("m=audio {} RTP/AVP", media(call, 1, 0).port_sets[0].first);
    assert!(rewritten.contains(&expected), "{name}: {expected} is not in {rewritten}");
    assert!(rewritten.contains("a=fmtp:101 0-15"), "{name}: {rewritten}");
}

/// By now rtpengine has stored the call in its own form: it must still be the same call.
fn check_rewritten(name: &str, call: &CallSnapshot) {
    let answer = redis(&[b"GET", name.as_bytes()]).expect("an answer");
    let start = answer.iter().position(|byte| *byte == b'\n').expect("a length") + 1;
    let stored = &answer[start..answer.len() - 2];
    let record = read(&call.state.call_id, OWN, stored, &context()).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(record.writer, Writer::Rtpengine, "{name}");
    for (at, (leg, before)) in record.call.state.legs.iter().zip(&call.state.legs).enumerate() {
        let (after, before) =
            (leg.media[0].as_ref().expect("a media"), before.media[0].as_ref().expect("one"));
        assert_eq!((after.direction, after.family), (before.direction, before.family), "{name}");
        let local = |call: &CallSnapshot| call.streams_of(at, 0).next().map(|(_, stream)| stream.local);
        assert_eq!(local(&record.call), local(call), "{name}");
        assert_eq!(
            after.port_sets.last().map(|set| set.key),
            before.port_sets.last().map(|s| s.key),
            "{name}"
        );
    }
}

#[test]
#[ignore = "starts redis-server and rtpengine: run tests/redis/record_accept.sh"]
fn rtpengine_restores_what_is_written() {
    let folder = std::env::temp_dir();
    let folder = folder.to_str().expect("a path");
    let _redis = Process::start(
        "redis-server",
        &["--port", REDIS_PORT, "--bind", "127.0.0.1", "--save", "", "--dir", folder],
    );
    eventually("Redis", || redis(&[b"PING"]).filter(|answer| answer == b"+PONG\r\n"));
    for (name, call) in variants() {
        let answer = redis(&[b"SET", name.as_bytes(), &write(&call, &context()), b"EX", b"600"]);
        assert_eq!(answer.as_deref(), Some(b"+OK\r\n".as_slice()));
    }
    let own = format!("--redis=127.0.0.1:{REDIS_PORT}/2");
    let listen = format!("--listen-ng={NG}");
    let arguments = [
        "--foreground",
        "--config-file=none",
        "--table=-1",
        "--num-threads=2",
        "--interface=pub1/127.0.0.2",
        "--interface=pub1/fd11::2",
        "--interface=pub2/127.0.0.3",
        "--port-min=40000",
        "--port-max=41000",
        &listen,
        &own,
    ];
    let _rtpengine = Process::start("rtpengine", &arguments);
    eventually("rtpengine", || ng("ping", "-", &[]));
    for (name, call) in variants() {
        let shown = ng("query", name, &[]).expect("an answer");
        assert_eq!(shown.find(b"result"), Some(&"ok".into()), "{name}: {shown:?}");
        let tags = shown.find(b"tags").expect("tags");
        for tag in call.state.legs.iter().filter_map(|leg| leg.tag.as_ref()) {
            assert!(tags.find(tag.as_bytes()).is_some(), "{name}: no {tag} in {tags:?}");
        }
        let marked = call.state.legs.iter().flat_map(|leg| leg.media.iter().flatten());
        let marked = marked.filter(|media| media.flags.loop_check).count();
        assert_eq!(format!("{shown:?}").matches("loop check").count(), marked, "{name}: {shown:?}");
        if let Some(label) = &call.state.legs[0].label {
            let party =
                tags.find(call.state.legs[0].tag.as_ref().expect("a tag").as_bytes()).expect("the party");
            assert_eq!(party.find(b"label"), Some(&label.as_bytes().into()), "{name}");
        }
        assert_eq!(redis(&[b"EXISTS", name.as_bytes()]).as_deref(), Some(b":1\r\n".as_slice()), "{name}");
        if call.state.answered {
            check_media(name, &call);
        }
        if call.state.answered && call.state.legs[0].media.len() == 1 {
            check_reinvite(name, &call);
            check_rewritten(name, &call);
        }
        println!("{name}: restored");
    }
}
