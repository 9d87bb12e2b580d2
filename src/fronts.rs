//! The fronts that proxies talk to: their start and end, and what they know besides calls.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tandem_shards::names::CallId;
use tandem_shards::time::Timestamp;

use crate::config::Config;
use crate::ctl::handle::Ctl;
use crate::daemon::{Shared, cannot_listen};
use crate::http::{CONNECTIONS_MAX, HttpFront};
use crate::listener::Terms;
use crate::ng::bencode::Limits;
use crate::ng::counters::{CommandKind, NgCounters};
use crate::ng::exchange::{Desk, NgState};
use crate::ng::json;
use crate::ng::tcp::TcpFront;
use crate::ng::udp::UdpFront;
use crate::ng::value::Value;
use crate::node::{ProxyCounts, ProxyRow};
use crate::origin::{ListenerKind, Origin, Rights};
use crate::service::{NodeService, Service};

/// The fronts, running.
#[derive(Debug)]
pub struct Fronts {
    udp: Vec<UdpFront>,
    tcp: Vec<TcpFront>,
    http: Vec<HttpFront>,
}

impl Fronts {
    /// Binds every address and starts its threads.
    ///
    /// # Errors
    /// Which address cannot be listened at, and why.
    pub fn start(config: &Config, shared: &Shared, ctl: &Ctl) -> Result<Fronts, String> {
        let state =
            Arc::new(NgState::new(Box::new(FrontDesk(ctl.clone())), Arc::clone(&shared.node.requests)));
        let counts: Arc<dyn ProxyCounts> = Arc::new(Counts(Arc::clone(&state)));
        assert!(shared.node.proxies.set(counts).is_ok(), "fronts are started once");
        let callers = shared.shards.callers();
        let listeners = &shared.listeners;
        let service =
            NodeService::new(Arc::clone(&state), callers.clone(), ctl.clone(), Arc::clone(listeners));
        let service: Arc<dyn Service> = Arc::new(service);
        let mut fronts = Fronts { udp: Vec::new(), tcp: Vec::new(), http: Vec::new() };
        for address in &config.listen_ng {
            let front = UdpFront::start(*address, config.ng_threads, config.ng_rights, &state, &callers)
                .map_err(|error| cannot_listen("listen-ng", address, &error))?;
            fronts.udp.push(front);
        }
        for address in &config.listen_tcp_ng {
            let front = TcpFront::start(*address, config.ng_rights, listeners, &service)
                .map_err(|error| cannot_listen("listen-tcp-ng", address, &error))?;
            fronts.tcp.push(front);
        }
        let of_http = |address| (ListenerKind::Http, address, config.http_rights);
        let of_metrics = |address| (ListenerKind::Metrics, address, Rights::NONE);
        let all = config.listen_http.iter().map(of_http).chain(config.listen_metrics.iter().map(of_metrics));
        for (kind, address, rights) in all {
            let terms =
                Terms { kind, rights, connections_max: CONNECTIONS_MAX, counters: Arc::clone(listeners) };
            let front = HttpFront::start(*address, terms, &config.http_origins, &service)
                .map_err(|error| cannot_listen(kind.key(), address, &error))?;
            fronts.http.push(front);
        }
        Ok(fronts)
    }

    /// Ends them all.
    pub fn stop(self) {
        self.udp.into_iter().for_each(UdpFront::stop);
        self.tcp.into_iter().for_each(TcpFront::stop);
        self.http.into_iter().for_each(HttpFront::stop);
    }
}

/// What no shard knows, from the one who answers operators.
#[derive(Debug)]
struct FrontDesk(Ctl);

impl Desk for FrontDesk {
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
