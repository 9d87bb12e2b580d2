//! Services that the stream listeners ask of the node, or of a test.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
use tandem_shards::input::Command;
use tandem_shards::io::{ANSWER_TIMEOUT, AskError, Callers, Messages, ReturnAddress};
use tandem_shards::names::ShardId;
use tandem_shards::output::Reply;
use tandem_shards::stats::ShardReport;

use crate::ctl::handle::Ctl;
use crate::listener::ListenerCounters;
use crate::logging;
use crate::metrics::{self, Metrics};
use crate::ng::counters::NgCounters;
use crate::ng::message::{IncomingMessage, Message, Place};
use crate::ng::node_task::NodeTask;
use crate::ng::shard::NgContext;
use crate::node::interfaces::interfaces;
use crate::node::liveness;
use crate::node::now;
use crate::origin::Origin;
use crate::request_log::RequestLog;

/// Longest time for a request about the node: they are answered one after the other, and all shards are asked.
const NODE_PATIENCE: Duration = Duration::from_secs(10);

/// Everything that can be asked over TCP, HTTP and WebSocket.
pub trait Service: fmt::Debug + Send + Sync {
    /// Answers an ng message with a cookie. `None`: it gets no answer.
    fn answer(&self, bytes: &[u8], origin: &Origin) -> Option<Arc<[u8]>>;
    /// Answers an ng message without a cookie.
    fn answer_plain(&self, payload: &[u8], origin: &Origin) -> Vec<u8>;
    /// Counts of the ng protocol.
    fn counters(&self) -> &NgCounters;
    /// Log of refused requests.
    fn requests(&self) -> &RequestLog;
    /// Runs a line of the CLI.
    ///
    /// # Errors
    /// Its origin may not ask for that, in words.
    fn cli(&self, line: &str, origin: &Origin) -> Result<String, String>;
    /// Health of the node.
    fn health(&self) -> Health;
    /// The page for Prometheus.
    fn metrics(&self) -> String;
}

/// Health of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Shards that do not turn.
    pub silent: Vec<ShardId>,
    /// `max-sessions` is 0, which is how a node is drained.
    pub draining: bool,
    /// An own media address that is not here although it should be, in words.
    pub absent: Option<String>,
    /// Parts that do not work; new calls are taken all the same.
    pub degraded: Option<String>,
}

impl Health {
    /// Ok if all shards turn their loops.
    ///
    /// # Errors
    /// Which do not, in words.
    pub fn live(&self) -> Result<(), String> {
        if self.silent.is_empty() {
            return Ok(());
        }
        Err(liveness::words(&self.silent))
    }

    /// Ok if new calls are taken, with the parts that do not work all the same. A Redis is one for all nodes: if its
    /// loss made them unready, nobody would take calls.
    ///
    /// # Errors
    /// Why not, in words.
    pub fn ready(&self) -> Result<String, String> {
        self.live()?;
        if self.draining {
            return Err("draining: max-sessions is 0".to_owned());
        }
        if let Some(absent) = &self.absent {
            return Err(absent.clone());
        }
        Ok(self.degraded.as_ref().map_or("ready".to_owned(), |trouble| format!("degraded: {trouble}")))
    }
}

/// The node behind the fronts.
#[derive(Debug)]
pub struct NodeService {
    /// The context that it shares with the shards.
    pub context: NgContext,
    /// Its way to hand messages to shards.
    pub messages: Messages<Box<IncomingMessage>>,
    /// Its way to ask shards.
    pub callers: Callers,
    /// The answers to operators.
    pub ctl: Ctl,
    /// Counts of connections.
    pub listeners: Arc<ListenerCounters>,
}

impl NodeService {
    /// Has a message answered where it belongs, and waits for that; `again` reads it once more.
    fn exchange(&self, message: Message, again: impl FnOnce() -> Message) -> Arc<[u8]> {
        let state = &self.context.state;
        let (sender, answer) = bounded(1);
        let incoming = |message| Box::new(IncomingMessage { message, to: ReturnAddress::Thread(sender) });
        let (patience, sent) = match self.context.place(now(), &message) {
            Ok(Place::Anywhere) => return state.answer_at_once(now(), message),
            Ok(Place::Node) => {
                let sent = self.context.node_thread.try_send(NodeTask::Message(incoming(message)));
                (NODE_PATIENCE, sent.map_err(|_| AskError::Busy))
            }
            Ok(Place::Shard(shard)) => {
                (ANSWER_TIMEOUT, self.messages.send(shard, incoming(message)).map_err(|(_, why)| why))
            }
            Err(why) => (ANSWER_TIMEOUT, Err(why)),
        };
        let answer = sent.and_then(|()| {
            answer.recv_timeout(patience).map_err(|error| match error {
                RecvTimeoutError::Timeout => AskError::TimedOut,
                RecvTimeoutError::Disconnected => AskError::Stopped,
            })
        });
        answer.unwrap_or_else(|why| state.unanswered(now(), state.node_place(), again(), why))
    }

    /// Reports of the shards, and the shards that are silent.
    fn reports(&self) -> (Vec<ShardReport>, Vec<ShardId>) {
        let (mut reports, mut silent) = (Vec::new(), Vec::new());
        let answers = self.callers.take().ask_all(|_| Command::Report);
        for (answer, shard) in answers.into_iter().zip((0..).map(ShardId)) {
            match answer {
                Ok(Reply::Shard(report)) => reports.push(*report),
                _ => silent.push(shard),
            }
        }
        (reports, silent)
    }
}

impl Service for NodeService {
    fn answer(&self, bytes: &[u8], origin: &Origin) -> Option<Arc<[u8]>> {
        let state = &self.context.state;
        let message = state.read(now(), bytes, origin)?;
        Some(self.exchange(message, || state.read(now(), bytes, origin).expect("it has a cookie")))
    }

    fn answer_plain(&self, payload: &[u8], origin: &Origin) -> Vec<u8> {
        let message = || Message::read_plain(now(), payload, origin);
        self.exchange(message(), message).to_vec()
    }

    fn counters(&self) -> &NgCounters {
        &self.context.state.counters
    }

    fn requests(&self) -> &RequestLog {
        &self.context.state.requests
    }

    fn cli(&self, line: &str, origin: &Origin) -> Result<String, String> {
        self.ctl.run_line(line.as_bytes(), origin)
    }

    fn health(&self) -> Health {
        let node = self.ctl.node();
        Health {
            silent: node.liveness.stalled(now()),
            draining: node.admission.max_sessions() == 0,
            absent: node.absent(),
            degraded: node.redis.as_ref().and_then(|redis| redis.status().trouble()),
        }
    }

    fn metrics(&self) -> String {
        let (reports, silent) = self.reports();
        let node = self.ctl.node();
        let rates = node.rates.lock().expect("no panic under the lock");
        let busy_permille = reports.iter().map(|report| rates.of(report.shard).busy_permille).collect();
        drop(rates);
        metrics::page(&Metrics {
            version: env!("CARGO_PKG_VERSION"),
            started: node.started,
            reports,
            busy_permille,
            silent,
            interfaces: interfaces(node, &[]),
            events_lost: node.event_losses.count(),
            log_lines_lost: logging::lines_lost(),
            max_sessions: node.admission.max_sessions(),
            listeners: &self.listeners,
            ng: self.counters(),
            refusals: node.requests.refusals(),
            redis: node.redis.as_ref().map(|redis| redis.status()),
        })
    }
}

#[cfg(test)]
pub mod tests {
    //! A service for the tests of the fronts.

    use std::sync::{Mutex, MutexGuard};

    use tandem_shards::io::{Ask, AskError};
    use tandem_shards::names::CallId;
    use tandem_shards::time::Timestamp;

    use super::*;
    use crate::ctl::commands::right_of;
    use crate::ng::exchange::{Exchange, NgState};
    use crate::ng::node_queries::{NoQueries, NodeQueries};
    use crate::ng::value::Value;

    /// A service without shards, with all of the ng protocol that needs none.
    #[derive(Debug)]
    pub struct FakeService {
        state: Arc<NgState>,
        exchange: Mutex<Exchange>,
        /// Answer of `health`.
        pub health: Mutex<Health>,
    }

    impl Default for FakeService {
        fn default() -> Self {
            let state = Arc::new(NgState::new(1, Arc::default()));
            state.set_node_queries(Box::new(CliOnly));
            let exchange = Mutex::new(Exchange::new(Arc::clone(&state), 0));
            FakeService { state, exchange, health: Mutex::default() }
        }
    }

    impl FakeService {
        fn exchange(&self) -> MutexGuard<'_, Exchange> {
            self.exchange.lock().expect("no panic under the lock")
        }
    }

    #[derive(Debug)]
    struct CliOnly;

    impl NodeQueries for CliOnly {
        /// Answers as a node without calls would: the rights are those of the real table.
        fn cli(&self, line: &str, origin: &Origin) -> Result<String, String> {
            let right = right_of(line.as_bytes());
            if origin.rights.allow(right) { Ok(format!("<{line}>\n")) } else { Err(format!("{right:?}")) }
        }
        fn statistics(&self, counters: &NgCounters) -> Value<'static> {
            NoQueries.statistics(counters)
        }

        fn written(&self, call_id: &CallId) -> Option<Timestamp> {
            NoQueries.written(call_id)
        }
    }

    struct NoShards;

    impl Ask for NoShards {
        fn shard_count(&self) -> u16 {
            1
        }

        fn ask(&mut self, _shard: ShardId, _command: Command) -> Result<Reply, AskError> {
            Err(AskError::Stopped)
        }
    }

    impl Service for FakeService {
        fn answer(&self, bytes: &[u8], origin: &Origin) -> Option<Arc<[u8]>> {
            self.exchange().serve(&mut NoShards, Timestamp::from_secs(1), bytes, origin)
        }

        fn answer_plain(&self, payload: &[u8], origin: &Origin) -> Vec<u8> {
            self.exchange().serve_plain(&mut NoShards, Timestamp::from_secs(1), payload, origin)
        }

        fn counters(&self) -> &NgCounters {
            &self.state.counters
        }

        fn requests(&self) -> &RequestLog {
            &self.state.requests
        }

        fn cli(&self, line: &str, origin: &Origin) -> Result<String, String> {
            self.state.node_queries().cli(line, origin)
        }

        fn health(&self) -> Health {
            self.health.lock().expect("no panic under the lock").clone()
        }

        fn metrics(&self) -> String {
            "up 1\n".to_owned()
        }
    }

    #[test]
    fn a_node_is_ready_when_it_lives_and_takes_calls() {
        let silent = vec![ShardId(0), ShardId(3)];
        let cases = [
            (Health::default(), Ok(()), Ok("ready")),
            (
                Health { degraded: Some("no Redis".to_owned()), ..Health::default() },
                Ok(()),
                Ok("degraded: no Redis"),
            ),
            (Health { draining: true, ..Health::default() }, Ok(()), Err("draining: max-sessions is 0")),
            (
                Health { silent, draining: true, ..Health::default() },
                Err("no answer from shard 0, 3"),
                Err("no answer from shard 0, 3"),
            ),
        ];
        for (health, live, ready) in cases {
            assert_eq!(health.live(), live.map_err(str::to_owned));
            assert_eq!(health.ready(), ready.map(str::to_owned).map_err(str::to_owned));
        }
    }
}
