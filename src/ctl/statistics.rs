//! Counters: `list totals`, `list counters`, `list jsonstats`.
//!
//! `statistics/text.rs` has the words of rtpengine's CLI, `statistics/data.rs` the tree that collectors know.

use serde_json::{Value, json};
use tandem_shards::io::Ask;
use tandem_shards::output::{DropReason, EndCause};
use tandem_shards::stats::Counters;
use tandem_shards::time::Timestamp;

use super::command::{Command, Head, Level, Row};
use super::execution::{Execution, Scope};
use super::interfaces;
use super::sessions::SessionCounts;
use crate::node::interfaces::InterfaceUse;
use crate::node::rates::Rate;
use crate::node::{Node, ProxyRow};
use crate::origin::Right;

mod data;
mod text;

/// The commands of this group.
pub const ROWS: &[&dyn Row] = &[&TOTALS, &COUNTERS, &JSONSTATS];

static TOTALS: Command<Totals> = Command {
    head: Head {
        level: Level::List,
        word: "totals",
        arguments: "",
        help: "all counters",
        right: Right::Read,
    },
    run: |execution, _| Ok(Totals::of(execution)),
    rtpengine: text::totals,
    table: text::totals,
    json: Totals::json,
};

static COUNTERS: Command<Rate> = Command {
    head: Head {
        level: Level::List,
        word: "counters",
        arguments: "",
        help: "counters of the last second",
        right: Right::Read,
    },
    run: |execution, _| {
        execution.measured_reports();
        Ok(execution.rates().total())
    },
    rtpengine: text::counters,
    table: text::counters,
    json: rate_data,
};

static JSONSTATS: Command<Totals> = Command {
    head: Head {
        level: Level::List,
        word: "jsonstats",
        arguments: "",
        help: "all counters as JSON",
        right: Right::Read,
    },
    run: |execution, _| Ok(Totals::of(execution)),
    rtpengine: |totals| totals.tree().to_string(),
    table: |totals| totals.tree().to_string() + "\n",
    json: Totals::tree,
};

/// The tree of `list jsonstats`, which ng's `statistics` has too.
pub fn tree(node: &Node, ask: &mut dyn Ask, now: Timestamp) -> Value {
    Totals::of(&mut Execution::new(node, ask, now, &Scope::default())).tree()
}

/// All counters.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Calls now.
    pub sessions: SessionCounts,
    /// Media streams now.
    pub streams: u64,
    /// Counters since the start.
    pub counters: Counters,
    /// In the last second.
    pub rate: Rate,
    /// Seconds since the start.
    pub uptime: u64,
    /// Interfaces.
    pub interfaces: Vec<InterfaceUse>,
    /// ng commands by proxy.
    pub proxies: Vec<ProxyRow>,
}

impl Totals {
    /// Asks the shards for them.
    pub fn of(execution: &mut Execution<'_>) -> Totals {
        let reports = execution.measured_reports();
        let node = execution.node;
        let mut totals = Totals {
            sessions: SessionCounts::of(&reports),
            rate: match execution.scope.shard {
                Some(shard) => execution.rates().of(shard),
                None => execution.rates().total(),
            },
            uptime: execution.now.since(node.started).as_secs(),
            proxies: node.proxies.get().map(|proxies| proxies.by_proxy()).unwrap_or_default(),
            ..Totals::default()
        };
        for report in &reports {
            totals.streams += report.streams;
            totals.counters.add(&report.counters);
        }
        totals.interfaces = crate::node::interfaces::interfaces(node, &totals.counters.traffic);
        totals
    }

    fn tree(&self) -> Value {
        data::statistics(self)
    }

    /// Data for programs.
    pub fn json(&self) -> Value {
        json!({
            "uptime_s": self.uptime,
            "calls": self.sessions.json(),
            "streams": self.streams,
            "rate": rate_data(&self.rate),
            "counters": counters_data(&self.counters),
            "interfaces": self.interfaces.iter().map(interfaces::data).collect::<Vec<_>>(),
        })
    }
}

/// Rates for programs.
pub fn rate_data(rate: &Rate) -> Value {
    json!({
        "packets_per_s": rate.packets,
        "bytes_per_s": rate.bytes,
        "drops_per_s": rate.errors,
        "load_permille": rate.busy_permille,
    })
}

/// Counters for programs.
pub fn counters_data(counters: &Counters) -> Value {
    let drops = DropReason::ALL.into_iter().map(|reason| (reason.name(), counters.dropped(reason)));
    let ended = EndCause::ALL.into_iter().map(|cause| (cause.name(), counters.ended(cause)));
    let object = |pairs: &mut dyn Iterator<Item = (&'static str, u64)>| {
        Value::Object(pairs.map(|(name, count)| (name.to_owned(), json!(count))).collect())
    };
    json!({
        "packets": counters.packets,
        "bytes": counters.bytes,
        "forwarded": counters.forwarded,
        "forwarded_bytes": counters.forwarded_bytes,
        "consumed": counters.consumed,
        "drops": object(&mut { drops }),
        "send_errors": counters.send_errors,
        "created": counters.created,
        "restored": counters.restored,
        "rejected": counters.rejected,
        "ended": object(&mut { ended }),
    })
}

/// Numbers that are not counted but follow from those that are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Derived {
    /// Calls that ended.
    pub managed: u64,
    /// Seconds of all calls.
    pub duration: f64,
    /// Seconds squared of all calls.
    pub duration2: f64,
    /// Seconds of a call.
    pub average: f64,
    /// Its standard deviation.
    pub deviation: f64,
}

impl Derived {
    /// From the counters.
    #[expect(clippy::cast_precision_loss, reason = "statistics for people")]
    pub fn of(counters: &Counters) -> Derived {
        let causes = EndCause::ALL.into_iter().filter(|cause| *cause != EndCause::RecordGone);
        let managed: u64 = causes.map(|cause| counters.ended(cause)).sum();
        let duration = counters.duration_us_sum as f64 / 1e6;
        let duration2 = counters.duration_us2_sum as f64 / 1e12;
        if managed == 0 {
            return Derived { managed, duration, duration2, ..Derived::default() };
        }
        let average = duration / managed as f64;
        let variance = duration2 / managed as f64 - average * average;
        Derived { managed, duration, duration2, average, deviation: variance.max(0.0).sqrt() }
    }
}
