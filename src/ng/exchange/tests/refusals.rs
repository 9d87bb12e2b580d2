//! Requests that are refused, and those that are answered `ok` without being done.

use super::*;

#[test]
fn every_refusal_is_said_once_with_its_reason() {
    let offer = |change: &str| {
        let sdp = SDP.replace("m=audio 6000", change);
        serde_json::json!({ "command": "offer", "call-id": "c", "from-tag": "f", "sdp": sdp }).to_string()
    };
    let cases: [(&[u8], &str); 12] = [
        (b"nospace", "no cookie"),
        (b"1 ", "Invalid data (no payload)"),
        (b"2 dxe", "Could not decode bencode dictionary"),
        (b"3 {x", "Failed to parse JSON document"),
        (b"4 {\"a\":1}", "Dictionary contains no key \"command\""),
        (b"5 hello", "Invalid NG data format"),
        (b"6 d7:command3:fooe", "Unrecognized command"),
        (b"7 {\"command\":\"query\",\"call-id\":\"no\"}", "Unknown call-id"),
        (b"8 {\"command\":\"delete\",\"call-id\":\"no\"}", "Call-ID not found or tags didn't match"),
        (b"9 {\"command\":\"play media\",\"call-id\":\"no\"}", "unsupported"),
        (
            b"10 {\"command\":\"block media\",\"call-id\":\"no\",\"address\":\"x\"}",
            "Failed to parse network address",
        ),
        (&[b"11 ", offer("m=audio x").as_bytes()].concat(), "Failed to parse SDP"),
    ];
    let (mut exchange, mut node) = (exchange(), Node::new(1));
    for (message, reason) in cases {
        let before = exchange.state().requests.refusals();
        exchange.serve(&mut node, NOW, message, &proxy());
        let after = exchange.state().requests.refusals();
        let new: Vec<_> = after.into_iter().filter(|refusal| !before.contains(refusal)).collect();
        assert_eq!(new, [(Protocol::Ng, reason.to_owned(), 1)], "{}", message.escape_ascii());
    }
    // A repetition is answered from the cache and is no other refusal.
    exchange.serve(&mut node, NOW, cases[7].0, &proxy());
    node.admission.set_max_sessions(0);
    exchange.serve_plain(&mut node, NOW, offer("m=audio 6000").as_bytes(), &proxy());
    let total: u64 = exchange.state().requests.refusals().iter().map(|(.., count)| count).sum();
    assert_eq!(total, cases.len() as u64 + 1);
    // The one without a cookie got no reply, and the warning is no error.
    assert_eq!(
        (exchange.state().counters.errors.value(), exchange.state().counters.limits.value()),
        (total - 2, 1)
    );
}

/// Logging and counting are done once, by the code that runs the command.
#[test]
fn a_refused_command_inside_cli_is_no_second_refusal() {
    let (mut exchange, mut node) = (exchange(), Node::new(1));
    let reader = origin(ListenerKind::Ng, Rights::READ.with_signal(true));
    let reply = exchange.serve_plain(&mut node, NOW, b"d4:body9:terminate7:command3:clie", &reader);
    assert_eq!(reply, b"d6:result5:error12:error-reason2:noe");
    assert_eq!(exchange.state().requests.refusals(), []);
    assert_eq!(exchange.state().counters.errors.value(), 1);
}

#[test]
fn an_sdp_error_names_the_line() {
    let cases: [(&[u8], &str); 3] = [
        (
            b"v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nc=IN IP4 \x1b[2Jhost\r\nm=audio 1 RTP/AVP 0\r\n",
            r#"SDP line 3: "#,
        ),
        (
            b"v=0\nm=audio 1 RTP/AVP 0\n",
            r#"SDP line 2: the media section has no address: "m=audio 1 RTP/AVP 0""#,
        ),
        (b"hello", r#"SDP line 1: "#),
    ];
    for (sdp, expected) in cases {
        let mut request = Value::dictionary();
        for (key, value) in [("command", &b"offer"[..]), ("call-id", b"c"), ("from-tag", b"f"), ("sdp", sdp)]
        {
            request.put(key.as_bytes(), Value::Bytes(value.into()));
        }
        let error =
            crate::ng::request::parse(&request, proxy().address()).request.expect_err("it cannot be read");
        let detail = error.detail().expect("a line");
        assert!(detail.starts_with(expected), "{detail}");
        assert!(!detail.contains('\x1b'), "{detail}");
    }
}

#[test]
fn what_is_answered_ok_and_not_done_is_counted_by_feature() {
    let (mut exchange, mut node) = (exchange(), Node::new(1));
    let state = Arc::clone(exchange.state());
    let mut ask = |request: serde_json::Value| {
        let reply = exchange.serve_plain(&mut node, NOW, request.to_string().as_bytes(), &proxy());
        serde_json::from_slice::<serde_json::Value>(&reply).expect("JSON")["result"].clone()
    };
    let offer = serde_json::json!({
        "command": "offer", "call-id": "c", "from-tag": "f", "sdp": SDP, "record-call": "yes", "SDES": ["off"],
        "DTLS": "off", "flags": ["transcode-PCMA", "transcode-G722", "SDES-off", "no-jitter-buffer"],
    });
    assert_eq!(ask(offer), "ok");
    for command in ["start recording", "stop recording", "start forwarding", "stop forwarding"] {
        assert_eq!(ask(serde_json::json!({ "command": command, "call-id": "c" })), "ok", "{command}");
        assert_eq!(ask(serde_json::json!({ "command": command, "call-id": "no" })), "error", "{command}");
    }
    for feature in Feature::ALL {
        let expected = match feature {
            Feature::Recording => 2,
            Feature::Transcoding | Feature::Forwarding | Feature::Encryption => 1,
            _ => 0,
        };
        assert_eq!(state.counters.not_done(feature), expected, "{feature:?}");
    }
    // A request that is refused says why; what else it asked for does not matter.
    ask(serde_json::json!({ "command": "offer", "call-id": "d", "sdp": SDP, "record-call": "yes" }));
    assert_eq!(state.counters.not_done(Feature::Recording), 2);
}
