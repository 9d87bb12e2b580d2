//! The daemon's front in the simulator: real ng messages, the real cache of replies.

use std::net::SocketAddr;
use std::sync::Arc;

use tandem::fuzzing::{
    Exchange, Limits, ListenerKind, ListenerName, NgState, NoQueries, Origin, Peer, Rights, Value, bencode,
};
use tandem_shards::input::Command;
use tandem_shards::io::{Ask, AskError};
use tandem_shards::names::ShardId;
use tandem_shards::output::Reply;
use tandem_shards::sim::front::{Answer, Desk, Front, Kind, Request};
use tandem_shards::time::Timestamp;

/// The fronts of all nodes.
#[derive(Debug)]
pub struct NgFront {
    nodes: Vec<Exchange>,
    listener: Arc<ListenerName>,
}

/// The shards of a node, as the daemon asks for them.
struct Bridge<'a>(&'a mut dyn Desk);

impl Ask for Bridge<'_> {
    fn shard_count(&self) -> u16 {
        self.0.shard_count()
    }

    fn ask(&mut self, shard: ShardId, command: Command) -> Result<Reply, AskError> {
        Ok(self.0.ask(shard, command))
    }
}

/// All shards of a node answer at one place.
fn exchange() -> Exchange {
    let state = NgState::new(0, Arc::default());
    state.set_node_queries(Box::new(NoQueries));
    Exchange::new(Arc::new(state), 0)
}

impl NgFront {
    pub fn new() -> Self {
        let nodes = (0..tandem_shards::sim::NODES_MAX).map(|_| exchange()).collect();
        let listener = ListenerName { kind: ListenerKind::Ng, place: "simulator".to_owned() };
        NgFront { nodes, listener: Arc::new(listener) }
    }
}

impl Front for NgFront {
    fn letter(&self, cookie: &str, request: &Request) -> Vec<u8> {
        let mut message = Value::dictionary();
        let command = match request.kind {
            Kind::Offer => "offer",
            Kind::Answer => "answer",
            Kind::Delete => "delete",
        };
        message.set("command", command);
        let names = [
            ("call-id", Some(request.call_id.as_bytes())),
            ("from-tag", request.from_tag.as_ref().map(|tag| tag.as_bytes())),
            ("to-tag", request.to_tag.as_ref().map(|tag| tag.as_bytes())),
            ("via-branch", request.branch.as_ref().map(|branch| branch.as_bytes())),
            ("sdp", Some(request.sdp.as_bytes()).filter(|sdp| !sdp.is_empty())),
        ];
        for (key, value) in names {
            if let Some(value) = value {
                message.put(key.as_bytes(), Value::Bytes(value.into()));
            }
        }
        if let Some(guard) = request.guard {
            let flag = if guard { "source-guard" } else { "no-source-guard" };
            message.set("flags", Value::List(vec![flag.into()]));
        }
        if let Some(seconds) = request.delay_secs {
            message.set("delete delay", Value::Integer(seconds.try_into().expect("a short delay")));
        }
        let mut letter = [cookie.as_bytes(), b" "].concat();
        bencode::encode(&message, &mut letter);
        letter
    }

    fn serve(
        &mut self,
        now: Timestamp,
        node: usize,
        proxy: SocketAddr,
        message: &[u8],
        desk: &mut dyn Desk,
    ) -> Option<Vec<u8>> {
        let listener = Arc::clone(&self.listener);
        let origin = Origin { listener, peer: Peer::Address(proxy), rights: Rights::NONE.with_signal(true) };
        let reply = self.nodes[node].serve(&mut Bridge(desk), now, message, &origin)?;
        Some(reply.to_vec())
    }

    fn read(&self, message: &[u8]) -> Option<(String, Answer)> {
        let space = message.iter().position(|byte| *byte == b' ')?;
        let cookie = std::str::from_utf8(&message[..space]).ok()?.to_owned();
        let (message, _) = bencode::decode(&message[space + 1..], Limits::MESSAGE).ok()?;
        let text = |key: &str| {
            let value = message.find(key.as_bytes()).and_then(Value::bytes);
            value.map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        };
        let answer = match (text("result")?.as_str(), text("sdp")) {
            ("ok", Some(sdp)) => Answer::Sdp(sdp),
            ("ok", None) => Answer::Done,
            (result, _) => Answer::Refused(text("error-reason").unwrap_or_else(|| result.to_owned())),
        };
        Some((cookie, answer))
    }

    fn forget(&mut self, node: usize) {
        self.nodes[node] = exchange();
    }
}
