//! Traces that an offer or answer may leave: compared before and after one that is refused.

use std::net::SocketAddr;

use crate::Shard;
use crate::call::state::{CallSnapshot, PortSetState};
use crate::input::{Command, Request};
use crate::names::{CallId, RequestId};
use crate::output::{Effect, Reply};
use crate::time::Timestamp;

/// A call and what it holds and has told.
#[derive(Debug, PartialEq)]
pub(super) struct Footprint {
    call: Option<CallSnapshot>,
    sockets: usize,
    ports: usize,
    own_calls: u64,
    /// Effects that wait for the world: publications and events among them.
    effects: usize,
}

/// Parts of a node that are not the call's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Books {
    pub(super) sockets: usize,
    pub(super) ports: usize,
    pub(super) own_calls: u64,
    pub(super) effects: usize,
}

impl Footprint {
    /// The present one of a call, whether it is there or not.
    pub(super) fn of(shard: &mut Shard, now: Timestamp, call_id: &CallId, books: Books) -> Self {
        let Books { sockets, ports, own_calls, effects } = books;
        Footprint { call: query(shard, now, call_id), sockets, ports, own_calls, effects }
    }

    /// The call of an offer or answer; of other commands none.
    pub(super) fn subject(command: &Command) -> Option<CallId> {
        match command {
            Command::Offer(signal) | Command::Answer(signal) => Some(signal.call_id.clone()),
            _ => None,
        }
    }
}

/// Records that wait for ports.
pub(super) fn waiting_records(shard: &mut Shard, now: Timestamp) -> u64 {
    match ask(shard, now, Command::Report) {
        Some(Reply::Shard(report)) => report.pending,
        other => panic!("unexpected {other:?}"),
    }
}

fn query(shard: &mut Shard, now: Timestamp, call_id: &CallId) -> Option<CallSnapshot> {
    match ask(shard, now, Command::Query(call_id.clone())) {
        Some(Reply::Call(call)) => Some(*call),
        _ => None,
    }
}

fn ask(shard: &mut Shard, now: Timestamp, command: Command) -> Option<Reply> {
    let id = RequestId { caller: 0, sequence: 0 };
    shard.handle_request(now, Request { id, command });
    let mut answer = None;
    while let Some(effect) = shard.poll_effect() {
        if let Effect::Reply { reply, .. } = effect {
            answer = Some(reply);
        }
    }
    answer
}

/// The local addresses of a call's record, at any node: addresses move, and keep their names.
pub(super) fn ports_of(call: &CallSnapshot) -> Vec<SocketAddr> {
    let media = call.state.legs.iter().flat_map(|leg| leg.media.iter().flatten());
    let sets = media.flat_map(|media| &media.port_sets);
    let address = |name: &[u8]| {
        let number = std::str::from_utf8(name).ok()?.strip_prefix("pub")?.parse().ok()?;
        Some(super::node_address(number))
    };
    let of_set = |set: &PortSetState| {
        let ip = address(set.interface.as_bytes());
        set.ports().filter_map(move |port| Some((ip?, port).into())).collect::<Vec<_>>()
    };
    sets.flat_map(of_set).collect()
}
