//! Requests of proxies: sent, repeated, answered, given up.

use std::rc::Rc;
use std::time::Duration;

use super::{Happening, Letter, World};
use crate::sdp::SessionDescription;
use crate::sim::check::Served;
use crate::sim::dialogue::{Exchange, Purpose, Stage};
use crate::sim::front::{Answer, Kind, Request};
use crate::sim::log::Column;
use crate::sim::network::Site;

/// A request is repeated after this long, and then after twice as long each time.
const REPEAT: Duration = Duration::from_millis(300);
/// Most times that a request is sent to one node.
const TRIES: u32 = 4;

impl World {
    /// Sends a request to the dialogue's node.
    pub(super) fn request(&mut self, dialogue: u32, purpose: Purpose, request: Request) {
        let cookie = self.next_cookie(dialogue);
        let due = self.now + REPEAT;
        let node = self.dialogues[dialogue as usize].node;
        let exchange = Exchange { cookie, request, purpose, node, tries: 1, due, dead_nodes: 0 };
        self.say(Column::Outside, || shown(&exchange));
        self.post(&exchange);
        self.dialogues[dialogue as usize].exchanges.push(exchange);
        self.agenda.enter(due, Happening::Retry(dialogue));
    }

    fn next_cookie(&mut self, dialogue: u32) -> String {
        let state = &mut self.dialogues[dialogue as usize];
        state.cookies += 1;
        format!("{dialogue}_{}", state.cookies)
    }

    fn post(&mut self, exchange: &Exchange) {
        let bytes: Rc<[u8]> = self.front.letter(&exchange.cookie, &exchange.request).into();
        let cookie = exchange.cookie.as_str().into();
        let letter = Letter { node: Some(exchange.node), from: 0, cookie, bytes };
        self.send_letter(&letter, Site::Proxies, Site::Node(exchange.node));
    }

    fn send_letter(&mut self, letter: &Letter, from: Site, to: Site) {
        for at in self.network.send(self.now, from, to).into_iter().flatten() {
            let slot = match self.free_letters.pop() {
                Some(slot) => slot,
                None => {
                    self.letters.push(None);
                    u32::try_from(self.letters.len() - 1).expect("few letters")
                }
            };
            self.letters[slot as usize] = Some(letter.clone());
            self.agenda.enter(at, Happening::Letter(slot));
        }
    }

    pub(super) fn letter_arrives(&mut self, slot: u32) {
        self.free_letters.push(slot);
        let letter = self.letters[slot as usize].take().expect("a letter in flight");
        match letter.node {
            Some(node) => self.letter_at_node(node, &letter),
            None => self.letter_at_proxy(letter.from, &letter.bytes),
        }
    }

    fn letter_at_node(&mut self, number: usize, letter: &Letter) {
        let Some(node) = &mut self.nodes[number] else { return };
        node.now = self.now;
        let proxy = std::net::SocketAddr::from(([198, 51, 100, 1], 5060));
        let reply = self.front.serve(self.now, number, proxy, &letter.bytes, node);
        if let Some(reply) = &reply {
            self.check_port(number, reply);
            let answered = self.front.read(reply).map(|(cookie, _)| cookie);
            if answered.as_deref() != Some(&*letter.cookie) {
                let what = format!("node {number} answered {answered:?} when asked {}", letter.cookie);
                self.checker.fail(self.now, what);
            }
        }
        self.settle(number);
        if let Some(reply) = reply {
            let cookie = letter.cookie.clone();
            let letter = Letter { node: None, from: number, cookie, bytes: reply.into() };
            self.send_letter(&letter, Site::Node(number), Site::Proxies);
        }
    }

    fn letter_at_proxy(&mut self, node: usize, bytes: &[u8]) {
        let Some((cookie, answer)) = self.front.read(bytes) else {
            return self.checker.fail(self.now, format!("node {node} sent what cannot be read"));
        };
        let dialogue = cookie.split_once('_').and_then(|(number, _)| number.parse::<u32>().ok());
        let Some(dialogue) = dialogue.filter(|number| (*number as usize) < self.dialogues.len()) else {
            return self.checker.fail(self.now, format!("node {node} answered a cookie nobody sent"));
        };
        let exchanges = &mut self.dialogues[dialogue as usize].exchanges;
        let Some(at) = exchanges.iter().position(|exchange| exchange.cookie == cookie) else {
            return; // answered before
        };
        let exchange = exchanges.remove(at);
        self.say(Column::Node(node), || format!("{cookie} {}", shown_answer(&answer)));
        self.check_answer(dialogue, &exchange, &answer);
        self.answered(dialogue, &exchange, answer);
    }

    /// An answer must be one to this request.
    fn check_answer(&mut self, dialogue: u32, exchange: &Exchange, answer: &Answer) {
        let from = match (exchange.purpose, answer) {
            (Purpose::Offer { from, .. } | Purpose::Answer { from, .. }, Answer::Sdp(_)) => from,
            (Purpose::Delete | Purpose::Retry | Purpose::Cancel, Answer::Sdp(_)) => {
                return self.checker.fail(self.now, format!("{}: an SDP for a delete", exchange.cookie));
            }
            (Purpose::Offer { .. } | Purpose::Answer { .. }, Answer::Done) => {
                return self.checker.fail(self.now, format!("{}: no SDP for an SDP", exchange.cookie));
            }
            _ => return,
        };
        let Some(sdp) = sdp_of(answer) else {
            return self.checker.fail(self.now, format!("{}: an SDP that cannot be read", exchange.cookie));
        };
        let phone = self.dialogues[dialogue as usize].phones[usize::from(from)];
        let expected = self.phones[phone as usize].session_name();
        let name = sdp.session_name.as_ref().map(|(_, name)| name.to_string()).unwrap_or_default();
        if name != expected {
            let what = format!("{}: asked about {expected}, answered about {name}", exchange.cookie);
            self.checker.fail(self.now, what);
        }
    }

    /// The port in an answer is one that the node has just opened, or holds, for this call.
    fn check_port(&mut self, number: usize, reply: &[u8]) {
        let Some(node) = &self.nodes[number] else { return };
        // Nothing was carried out: a repetition, whose ports may be closed by now.
        let Some(served) = node.served.last() else { return };
        let (Served::Signal { dialogue, .. } | Served::Delete { dialogue, .. }) = *served;
        let sdp = self.front.read(reply).and_then(|(_, answer)| sdp_of(&answer));
        let Some(sdp) = sdp else { return };
        let Some(media) = sdp.media.first().filter(|media| media.port != 0) else { return };
        let at = std::net::SocketAddr::new(media.address, media.port);
        if node.socket_at(at).is_none_or(|open| open.dialogue != dialogue) {
            self.checker.fail(self.now, format!("call-{dialogue} was told {at}, which is no socket of it"));
        }
    }

    pub(super) fn retry(&mut self, dialogue: u32) {
        let count = self.dialogues[dialogue as usize].exchanges.len();
        for at in (0..count).rev() {
            let mut exchange = self.dialogues[dialogue as usize].exchanges.remove(at);
            if exchange.due > self.now {
                self.dialogues[dialogue as usize].exchanges.insert(at, exchange);
                continue;
            }
            if exchange.tries >= TRIES && !self.next_node(dialogue, &mut exchange) {
                self.say(Column::Outside, || format!("{} is given up", exchange.cookie));
                let answer = Answer::Refused("nobody answers".into());
                self.answered(dialogue, &exchange, answer);
                continue;
            }
            exchange.due = self.now + REPEAT * (1 << exchange.tries);
            exchange.tries += 1;
            self.post(&exchange);
            self.agenda.enter(exchange.due, Happening::Retry(dialogue));
            self.dialogues[dialogue as usize].exchanges.insert(at, exchange);
        }
    }

    /// Turns to another node, under another cookie. Whether there is one left.
    fn next_node(&mut self, dialogue: u32, exchange: &mut Exchange) -> bool {
        exchange.dead_nodes += 1;
        if exchange.dead_nodes >= self.swarm.nodes || self.swarm.hasty {
            return false;
        }
        exchange.node = (exchange.node + 1) % self.swarm.nodes;
        exchange.cookie = self.next_cookie(dialogue);
        exchange.tries = 0;
        let state = &mut self.dialogues[dialogue as usize];
        state.node = exchange.node;
        // Without an offer the other node may know nothing of the parties.
        state.broken |= state.stage == Stage::Up || exchange.request.kind != Kind::Offer || state.forked;
        self.say(Column::Outside, || format!("fails over: {}", shown(exchange)));
        true
    }
}

/// The SDP of an answer, if it can be read.
pub(super) fn sdp_of(answer: &Answer) -> Option<SessionDescription> {
    match answer {
        Answer::Sdp(text) => SessionDescription::parse(text.as_bytes()).ok(),
        Answer::Done | Answer::Refused(_) => None,
    }
}

fn shown(exchange: &Exchange) -> String {
    let Exchange { cookie, request, node, purpose, .. } = exchange;
    format!("{cookie} {:?} {} to node {node} {purpose:?}", request.kind, request.call_id)
}

fn shown_answer(answer: &Answer) -> String {
    match answer {
        Answer::Sdp(text) => {
            let media = text.lines().find(|line| line.starts_with("m=")).unwrap_or_default();
            let connection = text.lines().find(|line| line.starts_with("c=")).unwrap_or_default();
            format!("{connection} {media}")
        }
        other => format!("{other:?}"),
    }
}
