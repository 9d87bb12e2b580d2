//! What a driver drives.
//!
//! A driver owns sockets, time and threads; a [`Core`] owns none of them and is the same under every driver.
//! The boundary is on this side, not around the kernel calls, because this is the side that stays: a driver
//! that keeps one socket for a whole range of ports, or one that leaves packets to a program in the
//! kernel, has another loop and other system calls, but drives the same core. A
//! [`SocketId`] is a local port in use and nothing more: nothing here assumes a descriptor behind it.

use std::net::SocketAddr;

use crate::input::Request;
use crate::names::SocketId;
use crate::output::{Effect, OpenError, Verdict};
use crate::shard::Shard;
use crate::time::Timestamp;

/// The sans-IO side. One input, then `poll_effect` to `None`, then the next input; every `Effect::Open` is
/// answered by `handle_opened` while draining.
pub(super) trait Core: 'static {
    fn relay(&mut self, now: Timestamp, at: SocketId, source: SocketAddr, packet: &mut [u8]) -> Verdict;
    fn note_too_long(&mut self, socket: SocketId);
    fn note_send_error(&mut self, socket: SocketId);
    fn handle_request(&mut self, now: Timestamp, request: Request);
    fn handle_opened(&mut self, now: Timestamp, socket: SocketId, result: Result<(), OpenError>);
    fn handle_timeout(&mut self, now: Timestamp);
    fn poll_effect(&mut self) -> Option<Effect>;
    fn poll_timeout(&self) -> Option<Timestamp>;
}

impl Core for Shard {
    fn relay(&mut self, now: Timestamp, at: SocketId, source: SocketAddr, packet: &mut [u8]) -> Verdict {
        self.relay(now, at, source, packet)
    }

    fn note_too_long(&mut self, socket: SocketId) {
        self.note_too_long(socket);
    }

    fn note_send_error(&mut self, socket: SocketId) {
        self.note_send_error(socket);
    }

    fn handle_request(&mut self, now: Timestamp, request: Request) {
        self.handle_request(now, request);
    }

    fn handle_opened(&mut self, now: Timestamp, socket: SocketId, result: Result<(), OpenError>) {
        self.handle_opened(now, socket, result);
    }

    fn handle_timeout(&mut self, now: Timestamp) {
        self.handle_timeout(now);
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        self.poll_effect()
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        self.poll_timeout()
    }
}
