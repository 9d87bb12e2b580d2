//! Requests on their way into the core, and answers on their way out.

use super::super::core::{Core, ReturnAddress};
use super::super::listening::Listeners;
use super::super::mailbox::Listening;
use super::super::ring::{Completion, Tag, Wait};
use super::{Engine, LAST_WAITS_MAX};

/// Requests of one turn: an offer may take 100 us, and packets wait meanwhile.
pub(super) const REQUESTS_PER_TURN: usize = 8;
/// A source of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Commands,
    Messages,
    Datagrams,
}

impl<C: Core> Engine<C> {
    /// Returns whether there may be a request to be handed in.
    pub(super) fn has_requests(&self) -> bool {
        self.has_mail || self.listeners.has_datagrams()
    }

    /// A listener has heard something, or stopped hearing.
    pub(super) fn heard(&mut self, number: u32, completion: Completion) {
        if let Some(buffer) = completion.buffer {
            let length = usize::try_from(completion.result).expect("a buffer comes with a length");
            self.listeners.put(number, buffer, length);
        } else if completion.result < 0 && self.listeners.note_failed(number, completion.result) {
            self.core.note_listener_error();
        }
    }

    /// Hands in requests, a bounded number, and lets the answers go.
    pub(super) fn serve(&mut self) {
        if self.has_mail
            && let Some(listening) = self.mail.take_listening()
        {
            self.listen(listening);
        }
        for _ in 0..REQUESTS_PER_TURN {
            if !(0..Source::COUNT).any(|_| self.serve_next()) {
                break;
            }
            self.pace.request(self.now);
        }
        self.has_mail &= !self.mail.is_empty();
        self.send_answers();
    }

    /// Hands in a request of the source whose turn it is; `false` if it has none.
    fn serve_next(&mut self) -> bool {
        let source = self.next_source;
        self.next_source = source.next();
        match source {
            Source::Commands | Source::Messages if !self.has_mail => return false,
            Source::Commands => {
                let Some(request) = self.mail.take() else { return false };
                self.core.handle_request(self.now, request);
            }
            Source::Messages => {
                let Some(message) = self.mail.take_message() else { return false };
                self.core.handle_message(self.now, message);
            }
            Source::Datagrams => {
                let Some((number, buffer, length)) = self.listeners.take() else { return false };
                if let Some((path, datagram)) = self.ring.request(number, &buffer, length) {
                    self.core.handle_datagram(self.now, path, datagram);
                }
                self.ring.give(buffer);
            }
        }
        self.drain();
        true
    }

    /// Listens at other sockets than before.
    fn listen(&mut self, Listening { sockets, done }: Listening) {
        self.stop_listening();
        self.listeners = Listeners::new(sockets);
        drop(done);
    }

    /// Ends all receives of requests and lets go of the sockets.
    pub(super) fn stop_listening(&mut self) {
        self.send_answers();
        for number in self.listeners.receiving() {
            self.ring.cancel(Tag::Listen(number));
        }
        for _ in 0..LAST_WAITS_MAX {
            self.ring.enter(Wait::Not);
            self.collect();
            if self.listeners.receiving().next().is_none() {
                break;
            }
        }
        while let Some((_, buffer, _)) = self.listeners.take() {
            self.ring.give(buffer);
        }
        self.listeners = Listeners::default();
    }

    fn send_answers(&mut self) {
        if self.answers.is_empty() {
            return;
        }
        self.finish_closing();
        for (to, message) in self.answers.drain(..) {
            let sent = match to {
                ReturnAddress::Datagram(path) => self.listeners.answer(&path, &message),
                // One that gave up has gone.
                ReturnAddress::Thread(thread) => {
                    let _ = thread.try_send(message);
                    true
                }
            };
            if !sent {
                self.core.note_listener_error();
            }
        }
    }
}

impl Source {
    const COUNT: usize = 3;

    fn next(self) -> Source {
        match self {
            Source::Commands => Source::Messages,
            Source::Messages => Source::Datagrams,
            Source::Datagrams => Source::Commands,
        }
    }
}
