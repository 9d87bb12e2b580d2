//! A shard that proxies speak to: the core that each shard's thread drives.
//!
//! Messages that come in at its own sockets are read here. One about its own calls is carried out at once, one about
//! calls of another shard goes there as it was read, and that shard answers the proxy: nobody waits. A request about
//! the node as a whole goes to the thread for these.
//!
//! A shard that does not turn is known by [`Liveness`]. Requests for its calls are refused as an overload, so that
//! the proxy goes elsewhere, and what comes in at its sockets is read by that thread. Offers and answers that it finds
//! when it turns again are refused too, if nobody waits for them any more: elsewhere the call goes on, perhaps.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use crossbeam_channel::Sender;
use tandem_shards::Shard;
use tandem_shards::input::Request;
use tandem_shards::io::{ANSWER_TIMEOUT, AskError, Core, DatagramPath, ReturnAddress, Wanted};
use tandem_shards::names::{RequestId, ShardId, SocketId};
use tandem_shards::output::{Effect, OpenError, Verdict};
use tandem_shards::packet::PacketBuf;
use tandem_shards::time::Timestamp;

use super::exchange::{Asked, Begun, Exchange, NgState};
use super::message::{IncomingMessage, Message, Place};
use super::node_task::NodeTask;
use crate::node::liveness::Liveness;
use crate::origin::{Origin, Peer};

/// The longest reply that can be sent over IPv4: less than 65 535 by the headers of IP and UDP.
pub const REPLY_BYTES_MAX: usize = 65_535 - 20 - 8;
/// The number of the requests that a shard gets from its own exchange. No caller has it.
const OWN: RequestId = RequestId { caller: u16::MAX, sequence: 0 };

/// The context that the shards of a node share.
#[derive(Clone, Debug)]
pub struct NgContext {
    /// The protocol.
    pub state: Arc<NgState>,
    /// The origin of requests at each listener, but for the peer.
    pub origins: Arc<[Origin]>,
    /// The thread for requests about the node.
    pub node_thread: Sender<NodeTask>,
    /// The shards that turn.
    pub liveness: Arc<Liveness>,
}

impl NgContext {
    /// Reads a datagram. `None`: it gets no answer.
    pub fn read(&self, now: Timestamp, path: DatagramPath, datagram: &[u8]) -> Option<IncomingMessage> {
        let origin = Origin { peer: Peer::Address(path.peer), ..self.origins[path.listener].clone() };
        let message = self.state.read(now, datagram, &origin)?.with_reply_of_at_most(REPLY_BYTES_MAX);
        Some(IncomingMessage { message, to: ReturnAddress::Datagram(path) })
    }

    /// The place where a message is answered; an error if that is a shard that does not turn.
    ///
    /// # Errors
    /// The reason that it cannot be answered.
    pub fn place(&self, now: Timestamp, message: &Message) -> Result<Place, AskError> {
        let shards = u16::try_from(self.liveness.shard_count()).expect("as many as ShardIds");
        match message.place(shards) {
            Place::Shard(shard) if self.liveness.is_stalled(now, shard) => Err(AskError::TimedOut),
            place => Ok(place),
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct NgShard {
    shard: Shard,
    id: ShardId,
    exchange: Exchange,
    context: NgContext,
    /// The message that the shard was asked about, and when.
    asked: Option<(Timestamp, Box<Asked>, ReturnAddress)>,
    wanted: VecDeque<Wanted<Box<IncomingMessage>>>,
}

impl NgShard {
    /// A shard with everything around it.
    pub fn new(shard: Shard, context: NgContext) -> Self {
        let id = shard.id();
        let exchange = Exchange::new(Arc::clone(&context.state), usize::from(id.0));
        NgShard { shard, id, exchange, context, asked: None, wanted: VecDeque::new() }
    }

    /// Takes a message that it has read itself.
    fn deliver(&mut self, now: Timestamp, incoming: IncomingMessage) {
        match self.context.place(now, &incoming.message) {
            Ok(Place::Shard(shard)) if shard != self.id => {
                self.wanted.push_back(Wanted::Send { shard, message: Box::new(incoming) });
            }
            Ok(Place::Shard(_) | Place::Anywhere) => self.take(now, incoming),
            Ok(Place::Node) => {
                if let Err(refused) = self.context.node_thread.try_send(NodeTask::Message(Box::new(incoming)))
                    && let NodeTask::Message(incoming) = refused.into_inner()
                {
                    self.refuse(now, *incoming, AskError::Busy);
                }
            }
            Err(why) => self.refuse(now, incoming, why),
        }
    }

    /// Carries a message out.
    fn take(&mut self, now: Timestamp, IncomingMessage { message, to }: IncomingMessage) {
        match self.exchange.begin(now, message) {
            Begun::Answered(reply) => self.wanted.push_back(Wanted::Answer { to, reply }),
            Begun::Asks(asked, command) => {
                self.asked = Some((now, asked, to));
                self.shard.handle_request(now, Request { id: OWN, command });
            }
            Begun::ForNode(..) => unreachable!("such a message goes to the node's thread"),
        }
    }

    fn refuse(&mut self, now: Timestamp, IncomingMessage { message, to }: IncomingMessage, why: AskError) {
        let place = usize::from(self.id.0);
        let reply = self.context.state.unanswered(now, place, message, why);
        self.wanted.push_back(Wanted::Answer { to, reply });
    }
}

impl Core for NgShard {
    type Message = Box<IncomingMessage>;

    fn relay(
        &mut self,
        now: Timestamp,
        at: SocketId,
        source: SocketAddr,
        packet: &mut PacketBuf<'_>,
    ) -> Verdict {
        self.shard.relay(now, at, source, packet)
    }

    fn handle_punted(&mut self, now: Timestamp, at: SocketId, source: SocketAddr, datagram: &[u8]) {
        self.shard.handle_punted(now, at, source, datagram);
    }

    fn note_too_long(&mut self, socket: SocketId) {
        self.shard.note_too_long(socket);
    }

    fn note_send_error(&mut self, socket: SocketId) {
        self.shard.note_send_error(socket);
    }

    fn handle_request(&mut self, now: Timestamp, request: Request) {
        self.shard.handle_request(now, request);
    }

    fn handle_datagram(&mut self, now: Timestamp, path: DatagramPath, datagram: &[u8]) {
        if let Some(incoming) = self.context.read(now, path, datagram) {
            self.deliver(now, incoming);
        }
    }

    fn handle_message(&mut self, now: Timestamp, incoming: Box<IncomingMessage>) {
        if incoming.message.is_outdated(now, ANSWER_TIMEOUT) {
            self.refuse(now, *incoming, AskError::TimedOut);
        } else {
            self.take(now, *incoming);
        }
    }

    fn handle_returned(&mut self, now: Timestamp, incoming: Box<IncomingMessage>, why: AskError) {
        self.refuse(now, *incoming, why);
    }

    fn note_listener_error(&mut self) {
        self.context.state.counters.socket_errors.add(1);
    }

    fn handle_opened(&mut self, now: Timestamp, socket: SocketId, result: Result<(), OpenError>) {
        self.shard.handle_opened(now, socket, result);
    }

    fn handle_timeout(&mut self, now: Timestamp) {
        self.shard.handle_timeout(now);
    }

    fn poll_wanted(&mut self) -> Option<Wanted<Box<IncomingMessage>>> {
        if let Some(wanted) = self.wanted.pop_front() {
            return Some(wanted);
        }
        match self.shard.poll_effect()? {
            Effect::Reply { to: OWN, reply } => {
                let (now, asked, to) = self.asked.take().expect("a shard answers what it is asked");
                let reply = self.exchange.finish(now, *asked, Ok(reply));
                Some(Wanted::Answer { to, reply })
            }
            effect => Some(Wanted::Effect(effect)),
        }
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        self.shard.poll_timeout()
    }
}

#[cfg(test)]
mod tests;
