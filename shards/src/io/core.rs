//! The state machine that a driver drives.
//!
//! A driver owns sockets, time and threads; a [`Core`] owns none of them and is the same under every driver.
//! The boundary is on this side, not around the kernel calls, because this is the side that stays: a driver
//! that keeps one socket for a whole range of ports, or one that leaves packets to a program in the
//! kernel, has another loop and other system calls, but drives the same core. A
//! [`SocketId`] is a local port in use and nothing more: nothing here assumes a descriptor behind it.
//!
//! A core is a shard, and what speaks to clients for it: requests come in as datagrams, from listeners that the
//! shards share, and as messages, from the shard that a client happens to be heard by.

use std::net::SocketAddr;
use std::sync::Arc;

use crossbeam_channel::Sender;

use super::AskError;
use super::request_socket::DatagramPath;
use crate::input::Request;
use crate::names::{ShardId, SocketId};
use crate::output::{Effect, OpenError, Verdict};
use crate::packet::PacketBuf;
use crate::time::Timestamp;

/// The sans-IO side. One input, then `poll_wanted` to `None`, then the next input; every `Effect::Open` is
/// answered by `handle_opened` while draining, and a message that is not taken comes back by `handle_returned`.
pub trait Core: 'static {
    /// The message that shards hand to each other.
    type Message: Send + 'static;

    /// Decides about a packet of media.
    fn relay(
        &mut self,
        now: Timestamp,
        at: SocketId,
        source: SocketAddr,
        packet: &mut PacketBuf<'_>,
    ) -> Verdict;
    /// Takes a datagram that is no media: `relay` has answered with `Verdict::Punt`.
    fn handle_punted(&mut self, now: Timestamp, at: SocketId, source: SocketAddr, datagram: &[u8]);
    /// A packet was longer than a buffer.
    fn note_too_long(&mut self, socket: SocketId);
    /// The kernel refused to send a packet.
    fn note_send_error(&mut self, socket: SocketId);
    /// Takes a command.
    fn handle_request(&mut self, now: Timestamp, request: Request);
    /// Takes what a client sent.
    fn handle_datagram(&mut self, now: Timestamp, path: DatagramPath, datagram: &[u8]);
    /// Takes a message.
    fn handle_message(&mut self, now: Timestamp, message: Self::Message);
    /// A message of its own was not taken.
    fn handle_returned(&mut self, now: Timestamp, message: Self::Message, why: AskError);
    /// A listener could not receive, or an answer not be sent.
    fn note_listener_error(&mut self);
    /// The answer to `Effect::Open`.
    fn handle_opened(&mut self, now: Timestamp, socket: SocketId, result: Result<(), OpenError>);
    /// Does what has fallen due.
    fn handle_timeout(&mut self, now: Timestamp);
    /// The next thing to be done outside.
    fn poll_wanted(&mut self) -> Option<Wanted<Self::Message>>;
    /// Time at which `handle_timeout` is wanted next.
    fn poll_timeout(&self) -> Option<Timestamp>;
}

/// An action that a core wants done.
#[derive(Debug)]
pub enum Wanted<M> {
    /// An effect of its shard.
    Effect(Effect),
    /// Answer a client, not before the ports that were closed for it are free.
    Answer {
        /// The client.
        to: ReturnAddress,
        /// The reply.
        reply: Arc<[u8]>,
    },
    /// Hand a message to another shard.
    Send {
        /// The shard.
        shard: ShardId,
        /// The message.
        message: M,
    },
}

/// The destination of an answer.
#[derive(Clone, Debug)]
pub enum ReturnAddress {
    /// Back where a datagram came from.
    Datagram(DatagramPath),
    /// To a thread that waits for it. If this is dropped, it knows that there is none.
    Thread(Sender<Arc<[u8]>>),
}
