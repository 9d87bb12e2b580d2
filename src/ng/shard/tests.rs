//! The shards of a node without sockets or threads: whichever shard receives from a
//! proxy, it is answered once and by the right one.

use std::collections::BTreeMap;
use std::time::Duration;

use crossbeam_channel::Receiver;
use tandem_shards::ShardConfig;
use tandem_shards::admission::Admission;
use tandem_shards::input::Command;
use tandem_shards::interfaces::Interfaces;
use tandem_shards::names::{CallId, InterfaceName};
use tandem_shards::output::Reply;
use tandem_shards::ports::Ports;
use tandem_shards::routing::shard_of;
use tandem_shards::settings::Settings;

use super::*;
use crate::ng::node_queries::NoQueries;
use crate::ng::node_task;
use crate::node::liveness::STALLED_AFTER;
use crate::origin::tests::origin;
use crate::origin::{ListenerKind, Rights};

const SHARDS: u16 = 3;
const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.10.0.1\r\ns=-\r\nc=IN IP4 127.10.0.1\r\nt=0 0\r\n\
                   m=audio 6000 RTP/AVP 0\r\n";

struct Node {
    now: Timestamp,
    shards: Vec<NgShard>,
    tasks: Receiver<NodeTask>,
    context: NgContext,
    /// Messages that have not been taken yet.
    messages: VecDeque<(ShardId, Box<IncomingMessage>)>,
    /// Message boxes that are full.
    full: Vec<ShardId>,
}

impl Node {
    fn new() -> Node {
        let ip = "127.0.0.1".parse().expect("an address");
        let interfaces = Arc::new(Interfaces::new([(InterfaceName::from("pub"), ip, ip)]));
        let ports = Arc::new(Ports::new(&interfaces, 30_000, 30_999, SHARDS));
        let admission = Arc::new(Admission::default());
        let (node_thread, tasks) = node_task::channel();
        let state = NgState::new(SHARDS.into(), Arc::default());
        state.set_node_queries(Box::new(NoQueries));
        let context = NgContext {
            state: Arc::new(state),
            origins: [origin(ListenerKind::Ng, Rights::READ.with_signal(true))].into(),
            node_thread,
            liveness: Arc::new(Liveness::new(SHARDS, NOW)),
        };
        let shard = |id| {
            let shard = Shard::new(ShardConfig {
                id: ShardId(id),
                interfaces: Arc::clone(&interfaces),
                ports: Arc::clone(&ports),
                admission: Arc::clone(&admission),
                settings: Settings::default(),
                seed: u64::from(id),
            });
            NgShard::new(shard, context.clone())
        };
        let shards = (0..SHARDS).map(shard).collect();
        Node { now: NOW, shards, tasks, context, messages: VecDeque::new(), full: Vec::new() }
    }

    /// A shard receives from a proxy. Returns what was answered, to whom, without anybody taking messages.
    fn receive(&mut self, shard: u16, proxy: u16, message: &str) -> Vec<(SocketAddr, String)> {
        let peer = SocketAddr::from(([192, 0, 2, 1], proxy));
        let path = DatagramPath { listener: 0, peer, local: None };
        self.shards[usize::from(shard)].handle_datagram(self.now, path, message.as_bytes());
        self.drain(shard)
    }

    /// The same, with all messages taken; the one answer.
    fn ask(&mut self, shard: u16, proxy: u16, message: &str) -> String {
        let mut answers = self.receive(shard, proxy, message);
        answers.extend(self.take_messages());
        let [(peer, answer)] = &answers[..] else { panic!("{message}: {answers:?}") };
        assert_eq!(peer.port(), proxy);
        answer.clone()
    }

    fn take_messages(&mut self) -> Vec<(SocketAddr, String)> {
        let mut answers = Vec::new();
        while let Some((shard, message)) = self.messages.pop_front() {
            self.shards[usize::from(shard.0)].handle_message(self.now, message);
            answers.extend(self.drain(shard.0));
        }
        answers
    }

    fn drain(&mut self, at: u16) -> Vec<(SocketAddr, String)> {
        let mut answers = Vec::new();
        let shard = &mut self.shards[usize::from(at)];
        while let Some(wanted) = shard.poll_wanted() {
            match wanted {
                Wanted::Effect(Effect::Open { socket, .. }) => shard.handle_opened(self.now, socket, Ok(())),
                Wanted::Effect(_) => {}
                Wanted::Answer { to: ReturnAddress::Datagram(path), reply } => {
                    answers.push((path.peer, String::from_utf8(reply.to_vec()).expect("text")));
                }
                Wanted::Answer { to, .. } => panic!("{to:?}"),
                Wanted::Send { shard: to, message } if self.full.contains(&to) => {
                    shard.handle_returned(self.now, message, AskError::Busy);
                }
                Wanted::Send { shard, message } => {
                    assert_ne!(shard.0, at, "nobody writes to himself");
                    self.messages.push_back((shard, message));
                }
            }
        }
        answers
    }

    /// Own calls of each shard.
    fn calls(&mut self) -> Vec<u64> {
        let id = RequestId { caller: 0, sequence: 1 };
        let count = |shard: &mut NgShard| {
            shard.handle_request(NOW, Request { id, command: Command::Report });
            match shard.poll_wanted() {
                Some(Wanted::Effect(Effect::Reply { reply: Reply::Shard(report), .. })) => report.own,
                other => panic!("{other:?}"),
            }
        };
        self.shards.iter_mut().map(count).collect()
    }

    fn repeated(&self) -> u64 {
        self.context.state.counters.repeated.value()
    }
}

fn offer(cookie: &str, call: &str) -> String {
    let length = call.len();
    format!(
        "{cookie} d7:command5:offer7:call-id{length}:{call}8:from-tag1:f8:supportsl10:load limite3:sdp{}:{SDP}e",
        SDP.len()
    )
}

fn delete(cookie: &str, call: &str) -> String {
    format!("{cookie} d7:command6:delete7:call-id{}:{call}12:delete-delayi0ee", call.len())
}

/// Calls of a shard.
fn calls_of(shard: u16) -> impl Iterator<Item = String> {
    let names = (0..).map(|number| format!("call-{number}"));
    names.filter(move |name| shard_of(&CallId::from(name.as_str()), SHARDS) == ShardId(shard))
}

fn call_of(shard: u16) -> String {
    calls_of(shard).next().expect("there is no end of them")
}

#[test]
fn whichever_shard_hears_a_request_the_owner_carries_it_out() {
    let mut node = Node::new();
    let mut expected = vec![0; SHARDS.into()];
    for number in 0..60u16 {
        let call = format!("call-{number}");
        let reply = node.ask(number % SHARDS, 4000 + number, &offer("c", &call));
        assert!(reply.starts_with("c d3:sdp") && reply.ends_with("6:result2:oke"), "{reply}");
        expected[usize::from(shard_of(&CallId::from(call.as_str()), SHARDS).0)] += 1;
    }
    assert_eq!(node.calls(), expected);
    for number in 0..60u16 {
        let reply = node.ask((number + 1) % SHARDS, 4000, &delete("d", &format!("call-{number}")));
        assert!(reply.ends_with("6:result2:oke") && !reply.contains("warning"), "{reply}");
    }
    assert_eq!((node.calls(), node.repeated()), (vec![0; SHARDS.into()], 0));
}

#[test]
fn a_repetition_gets_the_same_reply_whoever_hears_it() {
    let mut node = Node::new();
    let first = node.ask(0, 4000, &offer("c", "call"));
    for shard in 0..SHARDS {
        // Perhaps from another port.
        assert_eq!(node.ask(shard, 4000 + shard, &offer("c", "call")), first);
    }
    // While the first is on its way, the second goes after it, and neither is carried out twice.
    let owner = shard_of(&CallId::from("call"), SHARDS).0;
    let other = (owner + 1) % SHARDS;
    assert_eq!(node.receive(other, 4000, &delete("d", "call")), []);
    assert_eq!(node.receive(other, 4000, &delete("d", "call")), []);
    let answers = node.take_messages();
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0], answers[1]);
    assert!(!answers[0].1.contains("warning"), "{answers:?}");
    assert_eq!(node.repeated(), u64::from(SHARDS) + 1);
}

#[test]
fn proxies_whose_cookies_are_equal_get_their_own_replies() {
    let mut node = Node::new();
    let mut replies = BTreeMap::new();
    for proxy in 0..12u16 {
        let reply = node.ask(proxy % SHARDS, proxy, &offer("c", &format!("call-{proxy}")));
        replies.insert(reply, proxy);
    }
    assert_eq!(replies.len(), 12, "each names other ports");
    assert_eq!(node.calls().iter().sum::<u64>(), 12);
}

#[test]
fn a_stalled_shard_silences_nobody_and_its_own_requests_are_refused() {
    let mut node = Node::new();
    let stalled = ShardId(1);
    node.context.liveness.note(stalled, NOW - STALLED_AFTER);
    let limit = "c d6:result10:load limit7:message19:Load limit exceedede";
    assert_eq!(node.ask(0, 4000, &offer("c", &call_of(1))), limit);
    assert!(node.ask(0, 4000, &offer("c", &call_of(2))).ends_with("6:result2:oke"));
    node.context.liveness.note(stalled, NOW);
    // The refusal is not remembered.
    assert!(node.ask(0, 4000, &offer("c", &call_of(1))).ends_with("6:result2:oke"));
    node.full.push(stalled);
    assert_eq!(node.ask(2, 4000, &offer("c", &call_of(1))), limit);
    assert_eq!(node.context.state.counters.overloaded.value(), 2);
    assert_eq!(node.context.state.counters.limits.value(), 2);
}

#[test]
fn what_nobody_waits_for_any_more_is_not_begun_but_ended() {
    let mut node = Node::new();
    assert!(node.ask(1, 4000, &offer("a", &call_of(1))).ends_with("6:result2:oke"));
    let other = calls_of(1).nth(1).expect("there is no end of them");
    assert_eq!(node.receive(0, 4000, &offer("b", &other)), []);
    assert_eq!(node.receive(0, 4000, &delete("c", &call_of(1))), []);
    node.now = node.now + ANSWER_TIMEOUT - Duration::from_millis(1);
    assert_eq!(node.receive(0, 4000, &offer("b", &other)), []);
    node.now = node.now + Duration::from_millis(1);
    let answers: Vec<String> = node.take_messages().into_iter().map(|(_, answer)| answer).collect();
    assert_eq!(answers[0], "b d6:result10:load limit7:message19:Load limit exceedede");
    assert!(answers[1].starts_with("c d7:created"), "{}", answers[1]);
    assert!(answers[2].starts_with("b d3:sdp"), "what came later is carried out: {}", answers[2]);
    assert_eq!(node.calls(), [0, 1, 0]);
}

#[test]
fn what_no_shard_knows_goes_to_the_thread_for_the_node() {
    let mut node = Node::new();
    let mut refused = 0;
    for number in 0..1000 {
        let command =
            ["d7:command4:liste", "d7:command10:statisticse", "d4:body1:x7:command3:clie"][number % 3];
        match &node.receive(0, 4000, &format!("{number} {command}"))[..] {
            [] => assert_eq!(refused, 0),
            [(_, reply)] => {
                assert!(reply.ends_with("error-reason30:Parallel session limit reachede"), "{reply}");
                refused += 1;
            }
            more => panic!("{more:?}"),
        }
    }
    assert_eq!((node.tasks.len() + refused, node.messages.len()), (1000, 0));
    assert!(refused > 0 && node.tasks.len() > 100);
    // What needs nobody is answered where it is heard.
    assert_eq!(node.ask(2, 4000, "p d7:command4:pinge"), "p d6:result4:ponge");
    assert_eq!(node.receive(2, 4000, "nospace"), []);
}
