//! ng: messages of a stream, alone, in a datagram and without a cookie, put to real shards. What can be answered
//! is answered, in the encoding of the question, and the same again when it is asked again.

use std::sync::Arc;

use tandem::fuzzing::{
    Broken, Exchange, Framer, Limits, ListenerKind, ListenerName, MESSAGE_BYTES_MAX, NgCounters, NgState,
    NoQueries, NodeQueries, Origin, Peer, Rights, Value, bencode, json,
};
use tandem_shards::names::CallId;
use tandem_shards::settings::Settings;
use tandem_shards::time::Timestamp;

use super::node::{Node, START, address};

/// A node without anything to tell.
#[derive(Debug)]
pub struct CliOnly;

impl NodeQueries for CliOnly {
    fn cli(&self, line: &str, _origin: &Origin) -> Result<String, String> {
        Ok(format!("{}\n", line.len()))
    }
    fn statistics(&self, counters: &NgCounters) -> Value<'static> {
        NoQueries.statistics(counters)
    }

    fn written(&self, call_id: &CallId) -> Option<Timestamp> {
        NoQueries.written(call_id)
    }
}

pub fn exchange() -> Exchange {
    let state = NgState::new(0, Arc::default());
    state.set_node_queries(Box::new(CliOnly));
    Exchange::new(Arc::new(state), 0)
}

/// Somebody who may ask for everything, through a listener of this kind.
pub fn origin(kind: ListenerKind) -> Origin {
    let listener = Arc::new(ListenerName { kind, place: "127.0.0.1:1".to_owned() });
    let peer = Peer::Address(address("127.0.0.1:5060"));
    Origin { listener, peer, rights: Rights::OPERATE.with_signal(true) }
}

fn proxy() -> Origin {
    origin(ListenerKind::Ng)
}

pub fn run(input: &[u8]) {
    let messages = framed(input);
    let replies = served(&messages);
    assert_eq!(replies, served(&messages), "the same questions, the same answers");
    let (mut exchange, mut node) = (exchange(), Node::new(2, &Settings::default()));
    let payload = input.iter().position(|byte| *byte == b' ').map_or(input, |space| &input[space + 1..]);
    for payload in [input, payload] {
        check_reply(payload, &exchange.serve_plain(&mut node, START, payload, &proxy()));
    }
    node.end();
}

/// The messages of a stream. It does not matter in which pieces it comes, and no byte is made up or lost.
fn framed(input: &[u8]) -> Vec<Vec<u8>> {
    let whole = frame(input, input.len().max(1));
    for piece in [1, 7, 1 + input.len() / 2] {
        assert_eq!(frame(input, piece).0, whole.0, "in pieces of {piece}");
    }
    let (mut messages, rest) = whole;
    let framed: usize = messages.iter().map(Vec::len).sum();
    assert!(framed + rest.as_ref().map_or(0, Vec::len) <= input.len());
    assert!(messages.iter().all(|message| message.len() <= MESSAGE_BYTES_MAX));
    // What breaks a stream is answered too.
    messages.extend(rest);
    // And a datagram is one message, whatever it is.
    messages.push(input.to_vec());
    messages
}

fn frame(stream: &[u8], piece: usize) -> (Vec<Vec<u8>>, Option<Vec<u8>>) {
    let (mut framer, mut messages) = (Framer::default(), Vec::new());
    for piece in stream.chunks(piece) {
        framer.push(piece);
        loop {
            match framer.next_message() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(Broken(rest)) => return (messages, Some(rest)),
            }
        }
    }
    (messages, None)
}

/// The replies of a new node.
fn served(messages: &[Vec<u8>]) -> Vec<Option<Arc<[u8]>>> {
    let (mut exchange, mut node) = (exchange(), Node::new(2, &Settings::default()));
    let replies = messages.iter().map(|message| {
        let reply = exchange.serve(&mut node, START, message, &proxy());
        let cookie = message.iter().position(|byte| *byte == b' ').filter(|space| *space > 0);
        match (&reply, cookie) {
            (Some(reply), Some(space)) => {
                assert!(reply.starts_with(&message[..=space]), "the cookie comes back");
                check_answer(&reply[space + 1..]);
                let asked = node.asked;
                assert_eq!(exchange.serve(&mut node, START, message, &proxy()).as_ref(), Some(reply));
                assert_eq!(node.asked, asked, "a repeated question is not carried out again");
            }
            (reply, cookie) => assert!(reply.is_none() && cookie.is_none(), "a cookie makes a question"),
        }
        node.check();
        reply
    });
    let replies = replies.collect();
    node.end();
    replies
}

/// A reply is in the encoding of its question, if that has one.
fn check_reply(payload: &[u8], reply: &[u8]) {
    check_answer(reply);
    assert_eq!(payload.first() == Some(&b'{'), reply.starts_with(b"{"));
}

/// An answer is a dictionary with a result, and an error says why.
fn check_answer(answer: &[u8]) {
    let dictionary = if answer.starts_with(b"{") {
        json::decode(answer, Limits::RECORD).expect("JSON")
    } else {
        let (dictionary, length) = bencode::decode(answer, Limits::RECORD).expect("bencode");
        assert_eq!(length, answer.len());
        dictionary.into_owned()
    };
    let result = dictionary.find(b"result").and_then(Value::bytes).expect("a result").to_vec();
    let reason = dictionary.find(b"error-reason").and_then(Value::bytes);
    assert_eq!(result == b"error", reason.is_some_and(|reason| !reason.is_empty()), "{dictionary:?}");
}
