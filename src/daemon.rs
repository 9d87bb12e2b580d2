//! The daemon: start order, threads, readiness, end.
//!
//! | thread | does | blocks on |
//! |---|---|---|
//! | `main` | starts and ends everything | signals |
//! | `shard-N` | relays media of its calls, serves proxies over UDP | its ring |
//! | `ng-node` | answers proxies what no shard knows | its channel |
//! | `ng-tcp`, `http` | serve proxies over connections | sockets |
//! | `ctl`, `ctl-peer` | serve operators | sockets |
//! | `redis-notify` | follows other nodes' calls: the blocking notification loop | Redis |
//! | `redis-write` | writes own calls | its queue |
//! | `sampler` | measures rates and limits | time |
//! | `addresses` | watches which media addresses are on this host | netlink |
//! | `liveness` | asks shards for signs of life, feeds systemd's watchdog | shards, for a moment |
//! | `events` | makes lines of what happens to calls | its channel |
//! | `log` | writes lines to standard error, and nobody else does | whoever reads them |
//! | `ready` | tells systemd that the calls of before are back, and ends | `redis-notify` |
//!
//! Order of the start: what can be refused comes first (addresses of operators), then the shards, then those
//! that ask them, and readiness last: with Redis, when its records have been read. The end is the reverse,
//! and leaves all ports free for an immediate restart.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender};
use log::Level;
use nix::sys::signal::{SigSet, Signal};
use tandem_shards::io::host::{self, Verdict};

use crate::capacity::Capacity;
use crate::config::{Config, exposure};
use crate::ctl::handle::Ctl;
use crate::ctl::server::{BoundListener, CtlServer};
use crate::fronts::Fronts;
use crate::listener::{ListenerCounters, cannot_listen};
use crate::shared::{Shared, start_shards};
use crate::{addresses, events, liveness, logging, notify, sampler};

/// Runs a node until a signal ends it.
///
/// # Errors
/// Why it could not start, in one sentence.
pub fn run(config: &Config) -> Result<(), String> {
    let signals = block_signals()?;
    logging::start(config.keys.log_level).map_err(|error| format!("cannot start a thread: {error}"))?;
    let capacity = Capacity::of(config, host::raise_descriptor_limit());
    let operators = CtlListeners::bind(config)?;
    let shared = start_shards(config)?;
    let ctl = Ctl::new(shared.node.clone(), shared.shards.callers());
    let mut threads = Threads::default();
    threads.start_measuring(&shared).map_err(|error| format!("cannot start a thread: {error}"))?;
    let fronts = Fronts::start(config, &shared, &ctl)?;
    announce(config, &capacity, &operators.places());
    let operators = operators
        .start(&ctl, &shared.listeners)
        .map_err(|error| format!("cannot start a thread: {error}"))?;
    let status = format!("{} shards, up to {} own calls", capacity.shards, capacity.own_calls());
    threads.start_ready(&shared, status).map_err(|error| format!("cannot start a thread: {error}"))?;

    let signal = wait(&signals);

    log::info!("{signal}: ending");
    notify::stopping();
    fronts.stop(&shared.shards);
    operators.into_iter().for_each(CtlServer::stop);
    threads.stop();
    if let Some(redis) = shared.redis {
        redis.stop();
    }
    shared.shards.stop();
    log::info!("ended; all ports are free");
    Ok(())
}

/// Threads that end when their channel is closed.
#[derive(Debug, Default)]
struct Threads {
    running: Vec<(Sender<()>, JoinHandle<()>)>,
}

impl Threads {
    fn start_measuring(&mut self, shared: &Shared) -> io::Result<()> {
        let (node, callers) = (shared.node.clone(), shared.shards.callers());
        self.start("sampler", move |stop| sampler::run(&node, &callers, &stop))?;
        let (node, callers) = (shared.node.clone(), shared.shards.callers());
        let node_thread = shared.context.node_thread.clone();
        self.start("liveness", move |stop| liveness::run(&node.liveness, &callers, &node_thread, &stop))?;
        let node = shared.node.clone();
        self.start("addresses", move |stop| addresses::run(&node, &stop))?;
        let (happened, requests) = (shared.shards.events(), Arc::clone(&shared.node.requests));
        self.start("events", move |stop| events::run(&happened, &requests, &stop))
    }

    /// Tells systemd that the node is ready, once the calls that were there before are there again. Proxies
    /// and operators are answered meanwhile.
    fn start_ready(&mut self, shared: &Shared, status: String) -> io::Result<()> {
        let Some(redis) = &shared.redis else {
            notify::ready(&status);
            return Ok(());
        };
        let caught_up = redis.caught_up();
        self.start("ready", move |stop| {
            crossbeam_channel::select! {
                recv(caught_up) -> _ => {
                    log::info!("ready");
                    notify::ready(&status);
                }
                recv(stop) -> _ => {}
            }
        })
    }

    #[expect(clippy::disallowed_methods, reason = "the daemon's thread loops start here")]
    fn start(&mut self, name: &str, work: impl FnOnce(Receiver<()>) + Send + 'static) -> io::Result<()> {
        let (stopper, stop) = crossbeam_channel::bounded(0);
        let handle = std::thread::Builder::new().name(name.to_owned()).spawn(move || work(stop))?;
        self.running.push((stopper, handle));
        Ok(())
    }

    fn stop(self) {
        for (stopper, handle) in self.running {
            drop(stopper);
            if handle.join().is_err() {
                log::error!("a thread had ended early");
            }
        }
    }
}

/// Listeners of operators that are bound, and accept no connections yet.
struct CtlListeners(Vec<BoundListener>);

impl CtlListeners {
    fn bind(config: &Config) -> Result<CtlListeners, String> {
        let mut bound = Vec::new();
        for address in &config.keys.listen_cli {
            let listener =
                BoundListener::tcp(*address).map_err(|error| cannot_listen("listen-cli", address, &error))?;
            bound.push(listener);
        }
        match BoundListener::unix(&config.keys.listen_ctl) {
            Ok(listener) => bound.extend(listener),
            Err(error) => return Err(format!("listen-ctl: cannot listen: {error}")),
        }
        Ok(CtlListeners(bound))
    }

    fn places(&self) -> Vec<String> {
        self.0.iter().map(BoundListener::place).collect()
    }

    fn start(self, ctl: &Ctl, listeners: &Arc<ListenerCounters>) -> io::Result<Vec<CtlServer>> {
        self.0.into_iter().map(|bound| bound.start(ctl.clone(), Arc::clone(listeners))).collect()
    }
}

/// Says what the node is and holds, once.
fn announce(config: &Config, capacity: &Capacity, operators: &[String]) {
    let version = env!("CARGO_PKG_VERSION");
    log::info!("tandem {version}, node {}, CPUs {:?}", config.name, config.cpus);
    let mut interfaces = Vec::new();
    for interface in &config.keys.interfaces {
        let shown = match interface.advertised == interface.ip {
            true => String::new(),
            false => format!(" shown as {}", interface.advertised),
        };
        interfaces.push(format!("{}/{}{shown}", interface.name, interface.ip));
    }
    log::info!(
        "media at {}, ports {} to {}",
        interfaces.join(", "),
        config.keys.port_min,
        config.keys.port_max
    );
    for (what, addresses) in [
        ("ng over UDP", &config.keys.listen_ng),
        ("ng over TCP", &config.keys.listen_tcp_ng),
        ("HTTP and WebSocket", &config.keys.listen_http),
        ("metrics and health", &config.keys.listen_metrics),
    ] {
        if !addresses.is_empty() {
            let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            log::info!("{what} at {}", addresses.join(", "));
        }
    }
    log::info!(
        "operators at {}",
        if operators.is_empty() { "none".to_owned() } else { operators.join(", ") }
    );
    if let Some(redis) = &config.redis {
        let followed: Vec<String> = redis.subscribe.iter().map(ToString::to_string).collect();
        log::info!("own calls in {}, following keyspaces {}", redis.write_url, followed.join(", "));
    }
    for exposure in exposure::of(config) {
        log::log!(if exposure.is_wide { Level::Warn } else { Level::Info }, "{exposure}");
    }
    let room = capacity.finding();
    log::log!(if room.verdict == Verdict::Ok { Level::Info } else { Level::Warn }, "room for {}", room.text);
}

/// Blocks the signals that end a daemon, in this thread and in all that it starts.
fn block_signals() -> Result<SigSet, String> {
    let mut signals = SigSet::empty();
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        signals.add(signal);
    }
    signals.thread_block().map_err(|error| format!("cannot block signals: {error}"))?;
    Ok(signals)
}

fn wait(signals: &SigSet) -> Signal {
    loop {
        match signals.wait() {
            Ok(Signal::SIGHUP) => {
                log::warn!("SIGHUP: the configuration is read at start only; nothing was changed");
            }
            Ok(signal) => return signal,
            Err(error) => log::error!("waiting for signals: {error}"),
        }
    }
}
