//! The fronts that proxies talk to: their start and end, and what they know besides calls.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::Sender;
use tandem_shards::io::{RequestSocket, Shards};
use tandem_shards::names::CallId;
use tandem_shards::time::Timestamp;

use crate::config::Config;
use crate::ctl::handle::Ctl;
use crate::http::{CONNECTIONS_MAX, HttpFront};
use crate::listener::{Terms, cannot_listen};
use crate::ng::bencode::Limits;
use crate::ng::commands::CommandKind;
use crate::ng::counters::NgCounters;
use crate::ng::exchange::NgState;
use crate::ng::json;
use crate::ng::node_queries::NodeQueries;
use crate::ng::node_task::NodeTask;
use crate::ng::node_thread::NodeThread;
use crate::ng::tcp::TcpFront;
use crate::ng::value::Value;
use crate::node::{ProxyCounts, ProxyRow};
use crate::origin::{ListenerKind, Origin, Rights};
use crate::service::{NodeService, Service};
use crate::shared::Shared;

/// The fronts, running.
#[derive(Debug)]
pub struct Fronts {
    node_thread: (Sender<NodeTask>, JoinHandle<()>),
    tcp: Vec<TcpFront>,
    http: Vec<HttpFront>,
}

impl Fronts {
    /// Binds every address, lets the shards receive and starts the threads.
    ///
    /// # Errors
    /// Which address cannot be listened at, and why.
    pub fn start(config: &Config, shared: &Shared, ctl: &Ctl) -> Result<Fronts, String> {
        let context = &shared.context;
        let state = &context.state;
        state.set_node_queries(Box::new(CtlQueries(ctl.clone())));
        let counts: Arc<dyn ProxyCounts> = Arc::new(Counts(Arc::clone(state)));
        assert!(shared.node.proxies.set(counts).is_ok(), "fronts are started once");
        let listeners = &shared.listeners;
        let service = NodeService {
            context: context.clone(),
            messages: shared.messages.clone(),
            callers: shared.shards.callers(),
            ctl: ctl.clone(),
            listeners: Arc::clone(listeners),
        };
        let service: Arc<dyn Service> = Arc::new(service);
        let mut sockets = Vec::new();
        for address in &config.keys.listen_ng {
            let of_shards = RequestSocket::bind(*address, config.cpus.len())
                .map_err(|error| cannot_listen("listen-ng", address, &error))?;
            sockets.push(of_shards);
        }
        let node_thread = start_node_thread(shared, sockets.clone())
            .map_err(|error| format!("cannot start a thread: {error}"))?;
        let mut fronts = Fronts { node_thread, tcp: Vec::new(), http: Vec::new() };
        for address in &config.keys.listen_tcp_ng {
            let front = TcpFront::start(*address, config.ng_rights(), listeners, &service)
                .map_err(|error| cannot_listen("listen-tcp-ng", address, &error))?;
            fronts.tcp.push(front);
        }
        let of_http = |address| (ListenerKind::Http, address, config.http_rights());
        let of_metrics = |address| (ListenerKind::Metrics, address, Rights::NONE);
        let all = config
            .keys
            .listen_http
            .iter()
            .map(of_http)
            .chain(config.keys.listen_metrics.iter().map(of_metrics));
        for (kind, address, rights) in all {
            let terms =
                Terms { kind, rights, connections_max: CONNECTIONS_MAX, counters: Arc::clone(listeners) };
            let front = HttpFront::start(*address, terms, &config.keys.http_origins, &service)
                .map_err(|error| cannot_listen(kind.key(), address, &error))?;
            fronts.http.push(front);
        }
        shared.shards.listen(&sockets);
        Ok(fronts)
    }

    /// Ends them all.
    pub fn stop(self, shards: &Shards) {
        shards.stop_listening();
        self.tcp.into_iter().for_each(TcpFront::stop);
        self.http.into_iter().for_each(HttpFront::stop);
        let (tasks, thread) = self.node_thread;
        if tasks.send(NodeTask::End).is_ok() && thread.join().is_err() {
            log::error!("the thread ng-node had ended early");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the thread loop starts here")]
fn start_node_thread(
    shared: &Shared,
    listeners: Vec<Vec<Arc<RequestSocket>>>,
) -> io::Result<(Sender<NodeTask>, JoinHandle<()>)> {
    let node_thread = NodeThread {
        context: shared.context.clone(),
        callers: shared.shards.callers(),
        messages: shared.messages.clone(),
        listeners,
    };
    let (tasks, sender) = (shared.node_tasks.clone(), shared.context.node_thread.clone());
    let thread =
        std::thread::Builder::new().name("ng-node".to_owned()).spawn(move || node_thread.run(&tasks))?;
    Ok((sender, thread))
}

/// Queries about the node as a whole, answered by the commands of operators.
#[derive(Debug)]
struct CtlQueries(Ctl);

impl NodeQueries for CtlQueries {
    fn cli(&self, line: &str, origin: &Origin) -> Result<String, String> {
        self.0.run_line(line.as_bytes(), origin)
    }

    fn statistics(&self, _counters: &NgCounters) -> Value<'static> {
        let text = self.0.statistics().to_string();
        json::decode(text.as_bytes(), Limits::RECORD).unwrap_or_else(|_| Value::dictionary())
    }

    fn written(&self, call_id: &CallId) -> Option<Timestamp> {
        self.0.node().redis.as_ref()?.written(call_id)
    }
}

/// Counts of ng commands, for operators.
struct Counts(Arc<NgState>);

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counts")
    }
}

impl ProxyCounts for Counts {
    fn by_proxy(&self) -> Vec<ProxyRow> {
        let rows = self.0.counters.proxies().into_iter().map(|(proxy, counts)| ProxyRow {
            proxy,
            commands: CommandKind::ALL
                .iter()
                .map(|kind| {
                    let time = Duration::from_micros(counts.micros[*kind as usize]);
                    (kind.name(), counts.counts[*kind as usize], time)
                })
                .collect(),
            errors: counts.errors,
        });
        rows.collect()
    }
}
