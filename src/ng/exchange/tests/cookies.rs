//! Replies that are kept, and the bytes of them that go out.

use super::*;

#[test]
fn a_message_is_served_once_from_wherever_it_comes() {
    let (mut exchange, mut node) = (exchange(), Node::new(2));
    let offer = format!("c1 d7:command5:offer7:call-id1:c8:from-tag1:f3:sdp{}:{SDP}e", SDP.len());
    let first = exchange.serve(&mut node, NOW, offer.as_bytes(), &proxy()).expect("a reply");
    for peer in [Peer::Unknown, proxy().peer] {
        let other = Origin { peer, ..proxy() };
        assert_eq!(exchange.serve(&mut node, NOW, offer.as_bytes(), &other).as_ref(), Some(&first));
    }
    assert_eq!(node.asked.load(Ordering::Relaxed), 1);
    assert_eq!(exchange.state().counters.repeated.value(), 2);
}

/// Cookies of two proxies may be equal: each gets its own reply, and what it asked for is done.
#[test]
fn messages_of_one_cookie_are_not_taken_for_each_other() {
    let (mut exchange, mut node) = (exchange(), Node::new(2));
    let offer = |call: &str| {
        format!("c1 d7:command5:offer7:call-id1:{call}8:from-tag1:f3:sdp{}:{SDP}e", SDP.len()).into_bytes()
    };
    let delete = b"c1 d7:command6:delete7:call-id1:a5:flagsl4:fastee".to_vec();
    let query = b"c1 d7:command5:query7:call-id1:ae".to_vec();
    let first = exchange.serve(&mut node, NOW, &offer("a"), &proxy()).expect("a reply");
    let second = exchange.serve(&mut node, NOW, &offer("b"), &proxy()).expect("a reply");
    assert_ne!(first, second, "two calls have different ports");
    assert_eq!(
        exchange.serve(&mut node, NOW, b"c1 d7:command4:pinge", &proxy()).as_deref(),
        Some(&b"c1 d6:result4:ponge"[..])
    );
    for message in [delete, query] {
        let reply = exchange.serve(&mut node, NOW, &message, &proxy()).expect("a reply");
        assert!(reply.ends_with(b"6:result2:oke"), "{}", reply.escape_ascii());
    }
    assert_eq!(node.asked.load(Ordering::Relaxed), 4);
    assert_eq!(exchange.state().counters.repeated.value(), 0);
    // Repetitions are still known as such.
    assert_eq!(exchange.serve(&mut node, NOW, &offer("a"), &proxy()), Some(first));
    assert_eq!(exchange.serve(&mut node, NOW, &offer("b"), &proxy()), Some(second));
    assert_eq!(node.asked.load(Ordering::Relaxed), 4);
}

#[test]
fn a_reply_too_long_for_a_datagram_becomes_an_error() {
    let (mut exchange, mut node) = (exchange(), Node::new(1));
    for (message, expected) in [
        (
            r#"c {"command":"cli","body":"xx"}"#,
            r#"c {"result":"error","error-reason":"Reply too long for a datagram"}"#,
        ),
        (
            "c d4:body2:xx7:command3:clie",
            "c d6:result5:error12:error-reason29:Reply too long for a datagrame",
        ),
    ] {
        // As often as it is asked, and a stream gets the reply.
        for (most, expected) in [(20, Some(expected)), (20, Some(expected)), (usize::MAX, None)] {
            let message = exchange.state().read(NOW, message.as_bytes(), &proxy()).expect("a cookie");
            let reply = exchange.serve_message(&mut node, NOW, message.with_reply_of_at_most(most));
            let reply = String::from_utf8(reply.to_vec()).expect("text");
            match expected {
                Some(expected) => assert_eq!(reply, expected),
                None => assert!(reply.contains("did xx"), "{reply}"),
            }
        }
    }
    assert_eq!(exchange.state().counters.replies_too_long.value(), 4);
    let refusals = exchange.state().requests.refusals();
    assert_eq!(refusals, [(Protocol::Ng, "Reply too long for a datagram".to_owned(), 4)]);
}
