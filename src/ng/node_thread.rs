//! The thread `ng-node`: answers requests about the node as a whole, and receives for a shard that does not turn.
//!
//! `list`, `statistics` and `cli` ask all shards and wait for them, which no shard may do. They are answered one after
//! the other.
//!
//! The kernel distributes proxies over the sockets of the shards, and goes on to do so if one of these does not turn:
//! its proxies would get no answer for calls of any shard. So [`crate::liveness`] tells this thread again and again
//! which shards are stalled, and it reads what has come in at their sockets.

use std::sync::Arc;

use crossbeam_channel::Receiver;
use tandem_shards::io::{Callers, Messages, RequestSocket, ReturnAddress};
use tandem_shards::names::ShardId;

use super::exchange::Exchange;
use super::message::{IncomingMessage, Place};
use super::node_task::NodeTask;
use super::shard::NgContext;
use crate::node::now;

/// The longest datagram that can come.
const DATAGRAM_BYTES_MAX: usize = 65_535;
/// Datagrams of one socket that are read at a time.
const DATAGRAMS_PER_SOCKET_MAX: usize = 256;

/// The thread before it starts.
#[derive(Debug)]
pub struct NodeThread {
    /// The context that it shares with the shards.
    pub context: NgContext,
    /// Its way to ask shards.
    pub callers: Callers,
    /// Its way to hand messages to shards.
    pub messages: Messages<Box<IncomingMessage>>,
    /// The sockets of all listeners.
    pub listeners: Vec<Vec<Arc<RequestSocket>>>,
}

impl NodeThread {
    /// Answers until the end is said.
    pub fn run(mut self, incoming: &Receiver<NodeTask>) {
        let state = Arc::clone(&self.context.state);
        let place = state.node_place();
        let mut exchange = Exchange::new(state, place);
        let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
        loop {
            match incoming.recv() {
                Ok(NodeTask::Message(incoming)) => {
                    let IncomingMessage { message, to } = *incoming;
                    let reply = exchange.serve_message(&mut self.callers, now(), message);
                    self.answer(&to, reply);
                }
                Ok(NodeTask::Stalled(shard)) => self.receive_for(shard, &mut exchange, &mut buffer),
                Ok(NodeTask::End) | Err(_) => return,
            }
        }
    }

    /// Reads what has come in at the sockets of a shard.
    fn receive_for(&mut self, shard: ShardId, exchange: &mut Exchange, buffer: &mut [u8]) {
        for listener in 0..self.listeners.len() {
            let socket = Arc::clone(&self.listeners[listener][usize::from(shard.0)]);
            for _ in 0..DATAGRAMS_PER_SOCKET_MAX {
                let Ok((length, path)) = socket.receive(buffer, listener) else { break };
                if let Some(incoming) = self.context.read(now(), path, &buffer[..length]) {
                    self.deliver(exchange, incoming);
                }
            }
        }
    }

    fn deliver(&mut self, exchange: &mut Exchange, incoming: IncomingMessage) {
        let place = exchange.state().node_place();
        let refused = match self.context.place(now(), &incoming.message) {
            Ok(Place::Shard(shard)) => match self.messages.send(shard, Box::new(incoming)) {
                Ok(()) => return,
                Err((incoming, why)) => (*incoming, why),
            },
            Ok(Place::Anywhere | Place::Node) => {
                let reply = exchange.serve_message(&mut self.callers, now(), incoming.message);
                return self.answer(&incoming.to, reply);
            }
            Err(why) => (incoming, why),
        };
        let (IncomingMessage { message, to }, why) = refused;
        let reply = exchange.state().unanswered(now(), place, message, why);
        self.answer(&to, reply);
    }

    fn answer(&self, to: &ReturnAddress, reply: Arc<[u8]>) {
        match to {
            ReturnAddress::Datagram(path) => {
                // All sockets of a listener are bound alike.
                if self.listeners[path.listener][0].answer(path, &reply).is_err() {
                    self.context.state.counters.socket_errors.add(1);
                }
            }
            // One that gave up has gone.
            ReturnAddress::Thread(thread) => drop(thread.try_send(reply)),
        }
    }
}
