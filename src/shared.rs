//! The parts of a node that its threads share, and their start: the shards, then Redis, then the node.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock};

use crossbeam_channel::Receiver;
use tandem_shards::admission::Admission;
use tandem_shards::io::{Clock, Messages, Shards, ShardsConfig};
use tandem_shards::ports::Ports;

use crate::config::Config;
use crate::listener::ListenerCounters;
use crate::ng::exchange::NgState;
use crate::ng::message::IncomingMessage;
use crate::ng::node_task::{self, NodeTask};
use crate::ng::shard::{NgContext, NgShard};
use crate::node::liveness::Liveness;
use crate::node::presence::Addresses;
use crate::node::{Live, Node, now};
use crate::origin::{ListenerKind, ListenerName, Origin, Peer, Rights};
use crate::redis::control::Redis;
use crate::request_log::RequestLog;

/// The parts of a node that its threads share.
#[derive(Debug)]
pub struct Shared {
    /// The shards.
    pub shards: Shards,
    /// The way to hand messages of proxies to shards.
    pub messages: Messages<Box<IncomingMessage>>,
    /// The context of all who answer proxies.
    pub context: NgContext,
    /// The tasks of the thread for requests about the node.
    pub node_tasks: Receiver<NodeTask>,
    /// The threads of Redis, if the node shares its calls.
    pub redis: Option<Redis>,
    /// The node.
    pub node: Arc<Node>,
    /// Counts of connections.
    pub listeners: Arc<ListenerCounters>,
}

/// Starts the shards and the threads of Redis.
///
/// # Errors
/// The reason in one sentence.
pub fn start_shards(config: &Config) -> Result<Shared, String> {
    let interfaces = Arc::new(config.interfaces());
    let count = u16::try_from(config.cpus.len()).expect("checked by the configuration");
    let ports = Arc::new(Ports::new(&interfaces, config.keys.port_min, config.keys.port_max, count));
    let admission = Arc::new(Admission::default());
    admission.set_max_sessions(config.limits.max_sessions);
    let requests: Arc<RequestLog> = Arc::default();
    let liveness = Arc::new(Liveness::new(count, Clock::of_process().now()));
    let (node_thread, node_tasks) = node_task::channel();
    let context = NgContext {
        state: Arc::new(NgState::new(usize::from(count), Arc::clone(&requests))),
        origins: config.keys.listen_ng.iter().map(|address| origin(*address, config.ng_rights())).collect(),
        node_thread,
        liveness: Arc::clone(&liveness),
    };
    let parts = ShardsConfig {
        cpus: config.cpus.clone(),
        interfaces: interfaces.clone(),
        ports: ports.clone(),
        admission: admission.clone(),
        settings: config.settings.clone(),
        min_wait_us: config.keys.min_wait_us,
    };
    let around = context.clone();
    let (shards, messages) = Shards::start(parts, move |shard| NgShard::new(shard, around))
        .map_err(|error| format!("cannot start the shards: {}", error.0))?;
    let redis = match &config.redis {
        Some(redis) => Some(
            Redis::start(config, redis, &interfaces, &shards)
                .map_err(|error| format!("cannot start with Redis: {error}"))?,
        ),
        None => None,
    };
    let addresses = Arc::new(Addresses::new(interfaces.addresses().len()));
    let live = Live { settings: config.settings.clone(), limits: config.limits };
    let node = Arc::new(Node {
        name: config.name.clone(),
        interfaces,
        ports,
        admission,
        live: Mutex::new(live.clone()),
        at_start: live,
        rates: Mutex::default(),
        redis: redis.as_ref().map(Redis::control),
        proxies: OnceLock::new(),
        addresses,
        liveness,
        requests,
        event_losses: shards.event_losses(),
        started: now(),
    });
    Ok(Shared { shards, messages, context, node_tasks, redis, node, listeners: Arc::default() })
}

/// The origin of requests at an address of ng over UDP, but for the peer.
fn origin(address: SocketAddr, rights: Rights) -> Origin {
    let listener = ListenerName { kind: ListenerKind::Ng, place: address.to_string() };
    Origin { listener: Arc::new(listener), peer: Peer::Unknown, rights }
}
