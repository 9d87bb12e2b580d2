//! Sockets of a shard: opened and closed as the core wants it.

use std::net::SocketAddr;

use super::super::core::Core;
use super::super::ring::{Tag, Wait};
use super::super::socket::Socket;
use super::{CLOSING_TURNS_MAX, Engine, Open, find};
use crate::limits::SOCKETS_PER_SHARD_MAX;
use crate::names::SocketId;
use crate::output::OpenError;

impl<C: Core> Engine<C> {
    pub(super) fn open(&mut self, id: SocketId, local: SocketAddr, tos: Option<u8>) -> Result<(), OpenError> {
        if id.slot >= SOCKETS_PER_SHARD_MAX {
            return Err(OpenError::Exhausted);
        }
        let mut bound = Socket::bind(local, tos);
        if bound.as_ref().err() == Some(&OpenError::InUse) && (self.dying > 0 || !self.closing.is_empty()) {
            // Perhaps it is one of ours that was closed a moment ago.
            self.finish_closing();
            bound = Socket::bind(local, tos);
        }
        let socket = bound?;
        let slot = id.slot as usize;
        if self.sockets.len() <= slot {
            self.sockets.resize_with(slot + 1, || None);
        }
        assert!(self.sockets[slot].is_none(), "slot {slot} is opened twice");
        self.ring.receive(id, socket.descriptor());
        self.sockets[slot] = Some(Open { socket, generation: id.generation, is_receiving: true });
        Ok(())
    }

    pub(super) fn close(&mut self, id: SocketId) {
        if find(&mut self.sockets, id).is_none() {
            return;
        }
        let open = self.sockets[id.slot as usize].take().expect("found above");
        if open.is_receiving {
            self.dying += 1;
            self.ring.cancel(Tag::Receive(id));
        }
        // Not closed yet: queued sends name the descriptor, and the next socket could get the same number.
        self.closing.push(open.socket);
    }

    /// Really closes what was closed: after this the ports are free.
    pub(super) fn finish_closing(&mut self) {
        if self.closing.is_empty() && self.dying == 0 {
            return;
        }
        for _ in 0..CLOSING_TURNS_MAX {
            self.ring.enter(Wait::Not);
            self.collect();
            if self.dying == 0 && self.ring.is_submitted() {
                break;
            }
        }
        if self.ring.is_submitted() {
            self.closing.clear();
        }
    }
}
