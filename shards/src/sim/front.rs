//! How proxies speak to nodes: the seam for the daemon's ng front.
//!
//! A [`Front`] is both ends. At the proxy it makes a datagram of a [`Request`] and reads one that comes back; at
//! the node it takes a datagram, asks the shards and answers. In between, the world loses, doubles and delays
//! the bytes. [`Direct`] is the simplest that can work: lines of text, and typed commands to the shards. The
//! daemon's tests put the real thing in its place.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use crate::call::signal::{Options, Signal};
use crate::input::{Command, Delete};
use crate::names::{Branch, CallId, ShardId, Tag};
use crate::output::Reply;
use crate::routing::shard_of;
use crate::sabotage::{self, Sabotage};
use crate::sdp::SessionDescription;
use crate::time::Timestamp;

/// What a proxy asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Offer, answer or delete.
    pub kind: Kind,
    /// The call.
    pub call_id: CallId,
    /// The party that offered, or that leaves; `delete` may do without.
    pub from_tag: Option<Tag>,
    /// The other party.
    pub to_tag: Option<Tag>,
    /// The branch.
    pub branch: Option<Branch>,
    /// The SDP; empty for `delete`.
    pub sdp: String,
    /// Flags `source-guard` and `no-source-guard`.
    pub guard: Option<bool>,
    /// `delete delay`, in seconds.
    pub delay_secs: Option<u64>,
}

/// The kind of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `offer`.
    Offer,
    /// `answer`.
    Answer,
    /// `delete`.
    Delete,
}

/// What a node answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The rewritten SDP.
    Sdp(String),
    /// Deleted, at once or later.
    Done,
    /// Not done.
    Refused(String),
}

/// The shards of a node, as a front sees them.
pub trait Desk {
    /// The number of shards.
    fn shard_count(&self) -> u16;
    /// Asks a shard.
    fn ask(&mut self, shard: ShardId, command: Command) -> Reply;
}

/// Both ends of the protocol between proxies and nodes.
pub trait Front: fmt::Debug {
    /// At the proxy: the datagram of a request.
    fn letter(&self, cookie: &str, request: &Request) -> Vec<u8>;
    /// At a node: takes a datagram and answers it, if it gets an answer.
    fn serve(
        &mut self,
        now: Timestamp,
        node: usize,
        proxy: SocketAddr,
        letter: &[u8],
        desk: &mut dyn Desk,
    ) -> Option<Vec<u8>>;
    /// At the proxy: the cookie and meaning of an answer.
    fn read(&self, letter: &[u8]) -> Option<(String, Answer)>;
    /// A node has been restarted: what its front remembered is gone.
    fn forget(&mut self, node: usize);
}

/// Lines of text, a cache of replies, typed commands.
#[derive(Debug, Default)]
pub struct Direct {
    /// Replies by node and cookie.
    replies: BTreeMap<(usize, String), (Timestamp, Vec<u8>)>,
}

/// How long a reply is kept; proxies give up sooner.
const KEPT: Duration = Duration::from_secs(30);

impl Direct {
    /// The reply that was given to the same request before.
    fn known(&self, node: usize, cookie: &str) -> Option<Vec<u8>> {
        let (_, body) = self.replies.get(&(node, key(cookie)))?;
        Some([cookie.as_bytes(), b"\n", body].concat())
    }
}

impl Front for Direct {
    fn letter(&self, cookie: &str, request: &Request) -> Vec<u8> {
        let kind = match request.kind {
            Kind::Offer => "offer",
            Kind::Answer => "answer",
            Kind::Delete => "delete",
        };
        let text = |bytes: Option<&[u8]>| bytes.map_or("-".to_owned(), |b| b.escape_ascii().to_string());
        let from_tag = text(request.from_tag.as_ref().map(Tag::as_bytes));
        let to_tag = text(request.to_tag.as_ref().map(Tag::as_bytes));
        let branch = text(request.branch.as_ref().map(Branch::as_bytes));
        let guard = request.guard.map_or("-", |guard| if guard { "on" } else { "off" });
        let delay = request.delay_secs.map_or("-".to_owned(), |secs| secs.to_string());
        let call_id = &request.call_id;
        let head = format!("{cookie}\n{kind} {call_id} {from_tag} {to_tag} {branch} {guard} {delay}\n");
        [head.as_bytes(), request.sdp.as_bytes()].concat()
    }

    fn serve(
        &mut self,
        now: Timestamp,
        node: usize,
        proxy: SocketAddr,
        letter: &[u8],
        desk: &mut dyn Desk,
    ) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(letter).ok()?;
        let (cookie, body) = text.split_once('\n')?;
        if let Some(reply) = self.known(node, cookie) {
            return Some(reply);
        }
        let command = parse(body, proxy)?;
        let shard = shard_of(call_of(&command), desk.shard_count());
        let body = match desk.ask(shard, command) {
            Reply::Sdp(sdp) => [b"sdp\n".as_slice(), &sdp].concat(),
            Reply::Ended { .. } => b"done\n".to_vec(),
            Reply::Refused(refusal) => format!("refused\n{refusal:?}").into_bytes(),
            other => panic!("unexpected {other:?}"),
        };
        self.replies.retain(|_, (at, _)| now.since(*at) < KEPT);
        let reply = [cookie.as_bytes(), b"\n", &body].concat();
        self.replies.insert((node, key(cookie)), (now, body));
        Some(reply)
    }

    fn read(&self, letter: &[u8]) -> Option<(String, Answer)> {
        let text = std::str::from_utf8(letter).ok()?;
        let (cookie, rest) = text.split_once('\n')?;
        let (kind, body) = rest.split_once('\n')?;
        let answer = match kind {
            "sdp" => Answer::Sdp(body.to_owned()),
            "done" => Answer::Done,
            _ => Answer::Refused(body.to_owned()),
        };
        Some((cookie.to_owned(), answer))
    }

    fn forget(&mut self, node: usize) {
        self.replies.retain(|(owner, _), _| *owner != node);
    }
}

/// What a reply is found by.
fn key(cookie: &str) -> String {
    let end = cookie.len() - usize::from(sabotage::on(Sabotage::OtherCookie));
    cookie[..end].to_owned()
}

fn call_of(command: &Command) -> &CallId {
    match command {
        Command::Offer(signal) | Command::Answer(signal) => &signal.call_id,
        Command::Delete(delete) => &delete.call_id,
        other => panic!("proxies do not ask for {other:?}"),
    }
}

fn parse(body: &str, proxy: SocketAddr) -> Option<Command> {
    let (head, sdp) = body.split_once('\n')?;
    let fields: Vec<&str> = head.split(' ').collect();
    let [kind, call_id, from_tag, to_tag, branch, guard, delay] = fields[..] else { return None };
    let given = |text: &'_ str| (text != "-").then_some(text.to_owned());
    let from_tag = given(from_tag).map(|text| Tag::from(text.as_str()));
    let to_tag = given(to_tag).map(|text| Tag::from(text.as_str()));
    let branch = given(branch).map(|text| Branch::from(text.as_str()));
    let call_id = CallId::from(call_id);
    if kind == "delete" {
        let delay = delay.parse().ok().map(Duration::from_secs);
        return Some(Command::Delete(Box::new(Delete { call_id, from_tag, to_tag, branch, delay })));
    }
    let guard = given(guard).map(|text| text == "on");
    let signal = Box::new(Signal {
        call_id,
        from_tag: from_tag?,
        to_tag,
        branch,
        sdp: SessionDescription::parse(sdp.as_bytes()).ok()?,
        proxy,
        options: Options { guard, ..Options::default() },
    });
    Some(if kind == "offer" { Command::Offer(signal) } else { Command::Answer(signal) })
}
