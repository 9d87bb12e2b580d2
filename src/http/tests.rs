//! The front on loopback, against a service without shards.

use std::net::TcpStream;

use tandem_shards::names::ShardId;
use tungstenite::protocol::Role;
use tungstenite::{Error, Message, WebSocket};

use super::*;
use crate::origin::ListenerKind;
use crate::service::Health;
use crate::service::tests::FakeService;

const PING: &str = "d7:command4:pinge";
const PONG: &str = "d6:result4:ponge";

fn front() -> (HttpFront, Arc<FakeService>) {
    front_with(Rights::OPERATE.with_signal(true))
}

fn front_with(rights: Rights) -> (HttpFront, Arc<FakeService>) {
    let service = Arc::new(FakeService::default());
    let shared: Arc<dyn Service> = service.clone();
    let (kind, counters) = (ListenerKind::Http, Arc::default());
    let terms = Terms { kind, rights, connections_max: CONNECTIONS_MAX, counters };
    let address = "127.0.0.1:0".parse().expect("an address");
    (HttpFront::start(address, terms, &[], &shared).expect("free"), service)
}

fn connect(front: &HttpFront) -> TcpStream {
    TcpStream::connect(front.address().expect("TCP")).expect("listening")
}

/// Sends a request and reads the response: its status, content type and body.
fn ask(stream: &mut TcpStream, line: &str, content_type: &str, body: &str) -> (u16, String, String) {
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nHost: relay\r\nContent-Type: {content_type}\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("open");
    let head = read_head(stream);
    let field = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim().to_owned()
    };
    let length =
        if line.starts_with("HEAD") { 0 } else { field("Content-Length:").parse().expect("a length") };
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("the body");
    let status = head[9..12].parse().expect("a status");
    (status, field("Content-Type:"), String::from_utf8(body).expect("text"))
}

fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a head");
        head.push(byte[0]);
    }
    String::from_utf8(head).expect("text")
}

#[test]
fn requests_of_one_connection_are_answered_in_order() {
    let (front, service) = front();
    let mut stream = connect(&front);
    let json = r#"{"command":"ping"}"#;
    let cases = [
        ("POST /ng", NG, "1_1 d7:command4:pinge", 200, NG, "1_1 d6:result4:ponge"),
        ("POST /ng", "text/plain", "1_1 d7:command4:pinge", 404, TEXT, "not found\n"),
        ("POST /ng", JSON, json, 404, TEXT, "not found\n"),
        ("POST /ng", NG, "", 400, TEXT, "no cookie, or its first request is still at work\n"),
        ("POST /ng-plain", NG, PING, 200, NG, PONG),
        ("POST /ng-plain", JSON, json, 200, JSON, r#"{"result":"pong"}"#),
        ("GET /ng", NG, "", 405, TEXT, "method not allowed\n"),
        ("GET /ping", "", "", 200, TEXT, "pong"),
        ("HEAD /ping", "", "", 200, TEXT, ""),
        ("DELETE /ping", "", "", 405, TEXT, "method not allowed\n"),
        ("GET /cli/list+totals", "", "", 200, TEXT, "<list totals>\n"),
        ("GET /cli/call%20a%2Bb?x=y", "", "", 200, TEXT, "<call a+b>\n"),
        ("HEAD /cli/list+totals", "", "", 200, TEXT, ""),
        ("GET /cli/%2", "", "", 400, TEXT, "a percent sign without two hexadecimal digits\n"),
        ("POST /cli", "text/plain", "list totals\r\n", 200, TEXT, "<list totals>\n"),
        ("POST /cli", "text/html", "list totals", 404, TEXT, "not found\n"),
        ("GET /live", "", "", 200, TEXT, "live\n"),
        ("GET /ready", "", "", 200, TEXT, "ready\n"),
        ("GET /metrics", "", "", 200, metrics::CONTENT_TYPE, "up 1\n"),
        ("GET /", "", "", 404, TEXT, "not found\n"),
    ];
    for (line, content_type, body, status, reply_type, reply) in cases {
        let got = ask(&mut stream, line, content_type, body);
        assert_eq!(got, (status, reply_type.to_owned(), reply.to_owned()), "{line} {body}");
    }
    let set = |health: Health| *service.health.lock().expect("one writer") = health;
    set(Health { degraded: Some("no Redis".to_owned()), ..Health::default() });
    let degraded = (200, TEXT.to_owned(), "degraded: no Redis\n".to_owned());
    assert_eq!(ask(&mut stream, "GET /ready", "", ""), degraded);
    set(Health { draining: true, ..Health::default() });
    assert_eq!(ask(&mut stream, "GET /live", "", "").0, 200);
    assert_eq!(ask(&mut stream, "GET /ready", "", "").2, "draining: max-sessions is 0\n");
    set(Health { silent: vec![ShardId(1)], ..Health::default() });
    let silent = (503, TEXT.to_owned(), "no answer from shard 1\n".to_owned());
    assert_eq!(ask(&mut stream, "GET /live", "", ""), silent);
    front.stop();
    assert_eq!(stream.read(&mut [0; 8]).expect("closed in order"), 0);
}

/// The status of a request with these fields.
fn status_of(front: &HttpFront, line: &str, fields: &str, body: &str) -> u16 {
    let mut stream = connect(front);
    let length = body.len();
    write!(stream, "{line} HTTP/1.1\r\nContent-Length: {length}\r\n{fields}\r\n{body}").expect("open");
    read_head(&mut stream)[9..12].parse().expect("a status")
}

#[test]
fn only_what_a_listener_grants_is_served_and_get_has_no_effect() {
    let all = Rights::OPERATE.with_signal(true);
    let ng = format!("Host: r\r\nContent-Type: {NG}\r\n");
    let cli = format!("Host: r\r\nContent-Type: {CLI}\r\n");
    let (host, text) = ("Host: r\r\n", "Host: r\r\nContent-Type: text/plain\r\n");
    let form = "Host: r\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let end = "terminate all";
    // The statuses are those of a listener that grants nothing, reading, ng, all.
    let cases = [
        ("GET /metrics", host, "", [200, 200, 200, 200]),
        ("GET /live", host, "", [200, 200, 200, 200]),
        ("GET /ready", host, "", [200, 200, 200, 200]),
        ("GET /cli/list+totals", host, "", [403, 200, 403, 200]),
        ("GET /cli/terminate+all", host, "", [403, 403, 403, 403]),
        ("HEAD /cli/terminate+all", host, "", [403, 403, 403, 403]),
        ("GET /cli/standby", host, "", [403, 403, 403, 403]),
        ("POST /cli/terminate+all", text, "", [403, 405, 403, 405]),
        ("GET /cli?terminate+all", host, "", [403, 405, 403, 405]),
        ("POST /cli", text, "list totals", [403, 200, 403, 200]),
        ("POST /cli", text, end, [403, 403, 403, 415]),
        ("POST /cli", form, end, [403, 404, 403, 404]),
        ("POST /cli", host, end, [403, 404, 403, 404]),
        ("POST /cli", &cli, end, [403, 403, 403, 200]),
        ("PUT /cli", &cli, end, [403, 405, 403, 405]),
        ("terminate /cli", &cli, end, [403, 405, 403, 405]),
        ("POST /ng", &ng, "1 d7:command4:pinge", [403, 403, 200, 200]),
        ("GET /ng", &ng, "1 d7:command4:pinge", [403, 403, 405, 405]),
        ("POST /ng-plain", &ng, PING, [403, 403, 200, 200]),
    ];
    for (at, rights) in
        [Rights::NONE, Rights::READ, Rights::NONE.with_signal(true), all].into_iter().enumerate()
    {
        let (front, _) = front_with(rights);
        for (line, fields, body, statuses) in cases {
            assert_eq!(
                status_of(&front, line, fields, body),
                statuses[at],
                "{rights:?}: {line} {fields}{body}"
            );
        }
        front.stop();
    }
}

#[test]
fn pages_of_other_sites_have_no_effect() {
    let (front, _) = front();
    let address = front.address().expect("TCP");
    let (ng, cli) = (format!("Content-Type: {NG}\r\n"), format!("Content-Type: {CLI}\r\n"));
    let upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: cli.rtpengine.com\r\n";
    let pages = [
        ("Host: evil.example\r\nOrigin: http://evil.example\r\n".to_owned(), false),
        (format!("Host: {address}\r\nOrigin: http://evil.example\r\n"), false),
        (format!("Host: {address}\r\nOrigin: null\r\n"), false),
        (format!("Host: {address}\r\nSec-Fetch-Site: cross-site\r\n"), false),
        (format!("Host: {address}\r\nOrigin: http://{address}\r\nOrigin: http://evil.example\r\n"), false),
        (format!("Host: {address}\r\nOrigin: http://{address}\r\n"), true),
        ("Host: relay.example.net\r\n".to_owned(), true),
    ];
    for (page, served) in pages {
        for (line, fields, body, status) in [
            ("POST /ng", ng.as_str(), "1 d7:command4:pinge", 200),
            ("POST /ng-plain", ng.as_str(), PING, 200),
            ("POST /cli", cli.as_str(), "terminate all", 200),
            ("GET /", upgrade, "", 101),
        ] {
            let expected = if served { status } else { 403 };
            assert_eq!(status_of(&front, line, &format!("{page}{fields}"), body), expected, "{page}{line}");
        }
    }
    front.stop();
}

#[test]
fn what_cannot_be_read_is_answered_and_closed() {
    let (front, service) = front();
    let cases = [
        ("GET /ping HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"),
        (
            "POST /ng HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\nmore",
            "HTTP/1.1 413 Content Too Large\r\n",
        ),
    ];
    for (request, line) in cases {
        let mut stream = connect(&front);
        stream.write_all(request.as_bytes()).expect("open");
        let mut all = String::new();
        stream.read_to_string(&mut all).expect("closed in order");
        assert!(all.starts_with(line) && all.contains("\r\nConnection: close\r\n"), "{all}");
    }
    front.stop();
    assert_eq!(service.counters().connections_broken.value(), 2);
}

#[test]
fn leave_is_given_and_chunks_are_read() {
    let (front, _) = front();
    let mut stream = connect(&front);
    let head = "POST /ng-plain HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-rtpengine-ng\r\n";
    write!(stream, "{head}Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n").expect("open");
    assert_eq!(read_head(&mut stream), "HTTP/1.1 100 Continue\r\n\r\n");
    write!(stream, "8\r\n{}\r\n9\r\n{}\r\n0\r\n\r\n", &PING[..8], &PING[8..]).expect("open");
    assert!(read_head(&mut stream).starts_with("HTTP/1.1 200 OK\r\n"));
    let mut reply = vec![0; PONG.len()];
    stream.read_exact(&mut reply).expect("a reply");
    assert_eq!(reply, PONG.as_bytes());
    front.stop();
}

fn socket(front: &HttpFront, protocol: &str) -> WebSocket<TcpStream> {
    let mut stream = connect(front);
    let request = format!(
        "GET / HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Protocol: {protocol}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("open");
    let head = read_head(&mut stream);
    assert!(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{head}");
    WebSocket::from_raw_socket(stream, Role::Client, None)
}

#[test]
fn messages_are_answered_in_kind() {
    let (front, service) = front();
    let latin: &[u8] = b"\xe9";
    let cases: [(&str, Message, Message); 7] = [
        ("ng.rtpengine.com", format!("1 {PING}").into(), format!("1 {PONG}").into()),
        ("rtpengine-ng", format!("2 {PING}").into_bytes().into(), format!("2 {PONG}").into_bytes().into()),
        ("ng-plain.rtpengine.com", r#"{"command":"ping"}"#.into(), r#"{"result":"pong"}"#.into()),
        ("cli.rtpengine.com", "list totals\n".into(), "<list totals>\n".into()),
        ("rtpengine-cli", "ping".into(), "<ping>\n".into()),
        ("sip, echo.rtpengine.com", "é".into(), "é".into()),
        ("echo.rtpengine.com", latin.into(), latin.into()),
    ];
    let mut sockets = Vec::new();
    for (protocol, question, expected) in cases {
        let mut socket = socket(&front, protocol);
        socket.send(Message::Ping("beat".into())).expect("open");
        assert_eq!(socket.read().expect("a pong"), Message::Pong("beat".into()));
        socket.send(question).expect("open");
        assert_eq!(socket.read().expect("an answer"), expected, "{protocol}");
        sockets.push(socket);
    }
    let mut long = socket(&front, "echo.rtpengine.com");
    let _ = long.send(vec![0; request::BODY_BYTES_MAX + 1].into());
    assert!(matches!(long.read(), Ok(Message::Close(Some(frame))) if u16::from(frame.code) == 1009));
    drop(long);
    front.stop();
    for mut socket in sockets {
        assert!(matches!(socket.read(), Ok(Message::Close(Some(frame))) if u16::from(frame.code) == 1001));
        assert!(matches!(socket.read(), Err(Error::ConnectionClosed | Error::Io(_) | Error::Protocol(_))));
    }
    assert_eq!(service.counters().connections_broken.value(), 1);
}
