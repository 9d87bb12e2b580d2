//! Lines of operators, at both doors, put to a node with a call.

use std::sync::{Arc, Mutex, OnceLock};

use tandem::fuzzing::{
    Addresses, ListenerKind, Live, Liveness, Node as CtlNode, NodeLimits, Rates, carry_out_line,
    read_ctl_line, read_ctl_request, run_request,
};
use tandem_shards::io::{Clock, EventLosses};
use tandem_shards::settings::Settings;

use super::ng;
use super::node::{Node, START};

/// Sets a limit of this very process, which the fuzzer needs.
const OF_PROCESS: &str = "maxopenfiles";

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.10.0.1\r\ns=-\r\nc=IN IP4 127.10.0.1\r\nt=0 0\r\n\
    m=audio 6000 RTP/AVP 0\r\n";

pub fn run(input: &[u8]) {
    let mut node = Node::new(2, &Settings::default());
    let offer = format!("d7:command5:offer7:call-id1:c8:from-tag1:a3:sdp{}:{SDP}e", SDP.len());
    let reply = ng::exchange().serve_plain(&mut node, START, offer.as_bytes(), &ng::origin(ListenerKind::Ng));
    assert!(reply.ends_with(b"6:result2:oke"), "{}", reply.escape_ascii());
    let ctl = ctl_node(&node);
    let origin = ng::origin(ListenerKind::Cli);
    // A line in a file needs no end.
    let said = [input, b"\n"].concat();
    if let Some(line) = read_ctl_line(&mut said.as_slice()).expect("no errors in memory") {
        assert!(!line.is_empty() && !line.contains(&b'\n'));
        if !String::from_utf8_lossy(&line).contains(OF_PROCESS) {
            check_text(&carry_out_line(&ctl, &mut node, START, &line, &origin).expect("all is granted"));
        }
        // The same line at the other door, in both forms.
        let line = String::from_utf8_lossy(&line).into_owned();
        for format in ["text", "json"] {
            request(&ctl, &mut node, &serde_json::json!({"command": line, "format": format}).to_string());
        }
    }
    if let Some(line) = read_ctl_request(&mut said.as_slice()).expect("no errors in memory") {
        request(&ctl, &mut node, &String::from_utf8_lossy(&line));
    }
    node.end();
}

fn request(ctl: &CtlNode, node: &mut Node, request: &str) {
    let read: serde_json::Value = serde_json::from_str(request).unwrap_or_default();
    if read.to_string().contains(OF_PROCESS) {
        return;
    }
    let answer = run_request(ctl, node, START, request, &ng::origin(ListenerKind::Ctl));
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    assert!(answer["exit"].is_u64(), "{answer}");
    check_text(answer["text"].as_str().unwrap_or_default());
    node.check();
}

/// Nothing in an answer is obeyed by a terminal.
fn check_text(answer: &str) {
    let shown = |c: char| !c.is_control() || c == '\n' || c == '\t';
    assert!(answer.chars().all(shown), "{}", answer.escape_debug());
}

fn ctl_node(node: &Node) -> CtlNode {
    let limits = NodeLimits { max_sessions: -1, max_load: None, max_cpu: None, max_bandwidth: None };
    let live = Live { settings: Settings::default(), limits };
    CtlNode {
        name: "node".to_owned(),
        interfaces: Arc::clone(&node.interfaces),
        ports: Arc::clone(&node.ports),
        admission: Arc::clone(&node.admission),
        live: Mutex::new(live.clone()),
        at_start: live,
        rates: Mutex::new(Rates::default()),
        redis: None,
        requests: Arc::default(),
        event_losses: EventLosses::default(),
        addresses: Arc::new(Addresses::new(node.interfaces.addresses().len())),
        proxies: OnceLock::new(),
        started: START,
        liveness: Arc::new(Liveness::new(2, Clock::of_process().now())),
    }
}
