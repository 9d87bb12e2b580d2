//! The desk: one thread that answers what no shard knows, and hears the proxies of a shard that does not turn.
//!
//! `list`, `statistics` and `cli` ask all shards and wait for them, which no shard may do. They are answered one after
//! the other.
//!
//! The kernel shares proxies out among the sockets of the shards, and goes on to do so if one does not turn: the
//! proxies that it hears would be silenced for the calls of all shards. So while one is stalled, whoever watches over
//! them ([`crate::liveness`]) reminds the desk, and it reads what has come in there.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded};
use tandem_shards::io::{Callers, Letters, RequestSocket, ReturnAddress};
use tandem_shards::names::ShardId;

use super::exchange::Exchange;
use super::letter::Place;
use super::shard::{Mail, Surroundings};
use crate::node::now;

/// Messages that may wait. Those who send more are told that the node is overloaded.
const MAIL_MAX: usize = 256;
/// The longest datagram that can come.
const DATAGRAM_BYTES_MAX: usize = 65_535;
/// Datagrams of one socket that are read at a time.
const UNHEARD_MAX: usize = 256;

/// What the desk is handed.
#[derive(Debug)]
pub enum DeskMail {
    /// A message.
    Letter(Box<Mail>),
    /// This shard does not turn.
    Stalled(ShardId),
    /// The end.
    End,
}

/// The way to the desk, and the desk's end of it.
pub fn mail() -> (Sender<DeskMail>, Receiver<DeskMail>) {
    bounded(MAIL_MAX)
}

/// The desk's means.
#[derive(Debug)]
pub struct NgDesk {
    /// What it has in common with the shards.
    pub surroundings: Surroundings,
    /// Its way to ask shards.
    pub callers: Callers,
    /// Its way to hand messages to shards.
    pub letters: Letters<Box<Mail>>,
    /// The sockets of all listeners.
    pub listeners: Vec<Vec<Arc<RequestSocket>>>,
}

impl NgDesk {
    /// Answers until the end is said.
    pub fn run(mut self, mail: &Receiver<DeskMail>) {
        let state = Arc::clone(&self.surroundings.state);
        let place = state.desk_place();
        let mut exchange = Exchange::new(state, place);
        let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
        loop {
            match mail.recv() {
                Ok(DeskMail::Letter(mail)) => {
                    let Mail { letter, to } = *mail;
                    let reply = exchange.serve_letter(&mut self.callers, now(), letter);
                    self.answer(&to, reply);
                }
                Ok(DeskMail::Stalled(shard)) => self.hear_for(shard, &mut exchange, &mut buffer),
                Ok(DeskMail::End) | Err(_) => return,
            }
        }
    }

    /// Reads what has come in at the sockets of a shard.
    fn hear_for(&mut self, shard: ShardId, exchange: &mut Exchange, buffer: &mut [u8]) {
        for listener in 0..self.listeners.len() {
            let socket = Arc::clone(&self.listeners[listener][usize::from(shard.0)]);
            for _ in 0..UNHEARD_MAX {
                let Ok((length, path)) = socket.receive(buffer, listener) else { break };
                if let Some(mail) = self.surroundings.read(now(), path, &buffer[..length]) {
                    self.deliver(exchange, mail);
                }
            }
        }
    }

    fn deliver(&mut self, exchange: &mut Exchange, mail: Mail) {
        let place = exchange.state().desk_place();
        let refused = match self.surroundings.place(now(), &mail.letter) {
            Ok(Place::Shard(shard)) => match self.letters.send(shard, Box::new(mail)) {
                Ok(()) => return,
                Err((mail, why)) => (*mail, why),
            },
            Ok(Place::Anywhere | Place::Desk) => {
                let reply = exchange.serve_letter(&mut self.callers, now(), mail.letter);
                return self.answer(&mail.to, reply);
            }
            Err(why) => (mail, why),
        };
        let (Mail { letter, to }, why) = refused;
        let reply = exchange.state().unanswered(now(), place, letter, why);
        self.answer(&to, reply);
    }

    fn answer(&self, to: &ReturnAddress, reply: Arc<[u8]>) {
        match to {
            ReturnAddress::Datagram(path) => {
                // All sockets of a listener are bound alike.
                if self.listeners[path.listener][0].answer(path, &reply).is_err() {
                    self.surroundings.state.counters.socket_errors.add(1);
                }
            }
            // One that gave up has gone.
            ReturnAddress::Thread(thread) => drop(thread.try_send(reply)),
        }
    }
}
