//! The listeners of one shard: sockets that requests come to, and the requests that wait for their turn.

use std::collections::VecDeque;
use std::sync::Arc;

use super::buffers::Buffer;
use super::request_socket::{DatagramPath, RequestSocket};
use super::ring::Ring;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    listeners: Vec<Listener>,
    /// Requests in their order: by which listener, in which buffer, how long a completion.
    datagrams: VecDeque<(usize, Buffer, usize)>,
}

#[derive(Debug)]
struct Listener {
    socket: Arc<RequestSocket>,
    receive: Receive,
}

/// The standing receive of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Receive {
    Armed,
    /// To be armed again when the buffers of requests have gone back: most likely it ended for want of them.
    Ended,
    /// To be tried again at the next tick, lest one that fails always burns the CPU.
    Failed,
}

impl Listeners {
    pub(super) fn new(sockets: Vec<Arc<RequestSocket>>) -> Listeners {
        let listener = |socket| Listener { socket, receive: Receive::Ended };
        Listeners { listeners: sockets.into_iter().map(listener).collect(), datagrams: VecDeque::new() }
    }

    /// Arms receives that ended.
    pub(super) fn arm(&mut self, ring: &mut Ring) {
        if !self.datagrams.is_empty() {
            return;
        }
        for (listener, number) in self.listeners.iter_mut().zip(0..) {
            if listener.receive == Receive::Ended {
                ring.listen(number, listener.socket.descriptor());
                listener.receive = Receive::Armed;
            }
        }
    }

    /// The numbers of those that receive.
    pub(super) fn receiving(&self) -> impl Iterator<Item = u32> {
        let numbered = (0..).zip(&self.listeners);
        numbered.filter(|(_, listener)| listener.receive == Receive::Armed).map(|(number, _)| number)
    }

    /// A receive has posted its last completion.
    pub(super) fn note_ended(&mut self, number: u32) {
        if let Some(listener) = self.listeners.get_mut(number as usize) {
            listener.receive = Receive::Ended;
        }
    }

    /// A receive ended with an error number; whether that is a failure.
    pub(super) fn note_failed(&mut self, number: u32, result: i32) -> bool {
        let expected = [-libc::ENOBUFS, -libc::ECANCELED].contains(&result);
        if let Some(listener) = self.listeners.get_mut(number as usize).filter(|_| !expected) {
            listener.receive = Receive::Failed;
        }
        !expected
    }

    /// Arms receives that failed.
    pub(super) fn try_failed_again(&mut self) {
        for listener in self.listeners.iter_mut().filter(|listener| listener.receive == Receive::Failed) {
            listener.receive = Receive::Ended;
        }
    }

    /// Puts a request behind the others.
    pub(super) fn put(&mut self, number: u32, buffer: Buffer, length: usize) {
        self.datagrams.push_back((number as usize, buffer, length));
    }

    /// The next request: the number of its listener, its buffer, the length of its completion.
    pub(super) fn take(&mut self) -> Option<(usize, Buffer, usize)> {
        self.datagrams.pop_front()
    }

    /// Returns whether a request waits.
    pub(super) fn has_datagrams(&self) -> bool {
        !self.datagrams.is_empty()
    }

    /// Answers a datagram, whichever shard heard it; whether the answer was sent.
    pub(super) fn answer(&self, path: &DatagramPath, message: &[u8]) -> bool {
        let listener = self.listeners.get(path.listener);
        listener.is_some_and(|listener| listener.socket.answer(path, message).is_ok())
    }
}
