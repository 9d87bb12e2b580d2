//! The node on one screen: `status`, `shards`, `ping`.

use std::fmt::Write;

use serde_json::{Value, json};
use tandem_shards::io::AskError;
use tandem_shards::names::Keyspace;
use tandem_shards::output::DropReason;
use tandem_shards::stats::ShardReport;

use super::command::{Command, Head, Level, Row};
use super::execution::Execution;
use super::keyspaces;
use super::statistics::{self, Totals};
use super::text::{Table, age, percent, printable};
use crate::logging;
use crate::node::now;
use crate::node::presence::Presence;
use crate::node::rates::Rate;
use crate::node::redis::RedisStatus;
use crate::origin::Right;

/// The commands of this group.
pub const ROWS: &[&dyn Row] = &[&STATUS, &SHARDS, &PING];

static STATUS: Command<Box<Status>> = Command {
    head: Head {
        level: Level::Top,
        word: "status",
        arguments: "",
        help: "the node on one screen",
        right: Right::Read,
    },
    run: |execution, _| Ok(Box::new(Status::of(execution))),
    rtpengine: |status| self::status(status),
    table: |status| self::status(status),
    json: |status| status_data(status),
};

static SHARDS: Command<Vec<ShardRow>> = Command {
    head: Head {
        level: Level::Top,
        word: "shards",
        arguments: "",
        help: "one line for each shard",
        right: Right::Read,
    },
    run: |execution, _| {
        let reports = execution.measured_reports();
        let rates = execution.rates();
        let row = |report: ShardReport| ShardRow { rate: rates.of(report.shard), report };
        Ok(reports.into_iter().map(row).collect())
    },
    rtpengine: |rows| shards(rows),
    table: |rows| shards(rows),
    json: |rows| json!({ "shards": rows.iter().map(shard_data).collect::<Vec<_>>() }),
};

/// Goes by the notes about all shards and asks none: it must answer at once.
static PING: Command<usize> = Command {
    head: Head {
        level: Level::Top,
        word: "ping",
        arguments: "",
        help: "check that every shard turns: this node can serve media",
        right: Right::Read,
    },
    run: |execution, _| {
        let liveness = &execution.node.liveness;
        let stalled = liveness.stalled(now());
        let turning = liveness.shard_count() - stalled.len();
        stalled.into_iter().for_each(|shard| execution.note_silent(shard, AskError::TimedOut));
        Ok(turning)
    },
    rtpengine: |shards| format!("pong from {shards} shards\n"),
    table: |shards| format!("pong from {shards} shards\n"),
    json: |shards| json!({ "shards": shards }),
};

#[derive(Debug)]
struct ShardRow {
    report: ShardReport,
    rate: Rate,
}

#[derive(Debug)]
struct Status {
    node: String,
    totals: Totals,
    max_sessions: i64,
    /// An own media address that should be on this host and is not, in words.
    absent: Option<String>,
    shards: u16,
    answering: usize,
    events_lost: u64,
    log_lines_lost: u64,
    redis: Option<(Keyspace, RedisStatus)>,
}

impl Status {
    fn of(execution: &mut Execution<'_>) -> Status {
        let totals = Totals::of(execution);
        let (node, shards) = (execution.node, execution.shard_count());
        let absent = node.absent();
        let redis = node.redis.as_ref().map(|redis| (redis.keyspace(), redis.status()));
        execution.is_degraded =
            absent.is_some() || redis.as_ref().is_some_and(|(_, redis)| !redis.is_healthy());
        Status {
            node: node.name.clone(),
            totals,
            max_sessions: node.admission.max_sessions(),
            absent,
            shards,
            answering: usize::from(shards) - execution.silent_count(),
            events_lost: node.event_losses.count(),
            log_lines_lost: logging::lines_lost(),
            redis,
        }
    }
}

fn shards(rows: &[ShardRow]) -> String {
    let mut table =
        Table::new(&["SHARD", "CORE", "OWN", "FOREIGN", "PENDING", "PORTS", "PACKETS/S", "DROPS/S", "LOAD"]);
    for ShardRow { report, rate } in rows {
        table.row([
            report.shard.to_string(),
            report.cpu.map_or("-".to_owned(), |cpu| cpu.to_string()),
            report.own.to_string(),
            report.foreign.to_string(),
            report.pending.to_string(),
            report.sockets.to_string(),
            rate.packets.to_string(),
            rate.errors.to_string(),
            percent(rate.busy_permille),
        ]);
    }
    table.finish()
}

fn status(status: &Status) -> String {
    let totals = &status.totals;
    let sessions = &totals.sessions;
    let limit = match status.max_sessions {
        -1 => "no limit".to_owned(),
        limit => format!("limit {limit}"),
    };
    let version = env!("CARGO_PKG_VERSION");
    let mut text = format!("tandem {version}  node {}  up {}\n", status.node, age(totals.uptime));
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<9} {value}");
    };
    let (own, foreign, total) = (sessions.own, sessions.foreign, sessions.total());
    line("calls", format!("own {own}   foreign {foreign}   total {total}   ({limit})"));
    let rate = &totals.rate;
    line("media", format!("{} packets/s   {} kbit/s", rate.packets, rate.bytes / 125));
    let counted = DropReason::ALL.into_iter().map(|reason| (reason, totals.counters.dropped(reason)));
    let reasons: String = counted
        .filter(|(_, count)| *count > 0)
        .map(|(reason, count)| format!("   {reason} {count}"))
        .collect();
    let refused = match totals.counters.send_errors {
        0 => String::new(),
        errors => format!("   send-error {errors}"),
    };
    line("drops", format!("{}/s{reasons}{refused}", rate.errors));
    for interface in &totals.interfaces {
        let (min, max) = interface.range;
        let total = u32::from(max) - u32::from(min) + 1;
        let name = printable(interface.name.as_bytes());
        let place = match (interface.presence, interface.own) {
            (Presence::Absent, true) => "   NOT ON THIS HOST",
            (Presence::Absent, false) => "   elsewhere",
            (Presence::Here | Presence::Unknown, _) => "",
        };
        line("ports", format!("{name}/{}   {} of {total} used{place}", interface.ip, interface.used));
    }
    if let Some(absent) = &status.absent {
        line("degraded", absent.clone());
    }
    let feeds = |(keyspace, redis): &(Keyspace, RedisStatus)| keyspaces::line(*keyspace, redis);
    line("redis", status.redis.as_ref().map_or("not configured".to_owned(), feeds));
    let busiest = percent(rate.busy_permille);
    line("shards", format!("{} of {} answer   busiest {busiest}", status.answering, status.shards));
    if status.events_lost > 0 {
        line("log", format!("{} events are missing, they came too fast", status.events_lost));
    }
    if status.log_lines_lost > 0 {
        line("log", format!("{} lines are missing, nobody read them in time", status.log_lines_lost));
    }
    text
}

fn shard_data(row: &ShardRow) -> Value {
    let report = &row.report;
    json!({
        "shard": report.shard.0,
        "cpu": report.cpu,
        "own": report.own,
        "foreign": report.foreign,
        "pending": report.pending,
        "ports": report.sockets,
        "streams": report.streams,
        "rate": statistics::rate_data(&row.rate),
        "counters": statistics::counters_data(&report.counters),
    })
}

fn status_data(status: &Status) -> Value {
    let mut value = status.totals.json();
    value["node"] = json!(status.node);
    value["version"] = json!(env!("CARGO_PKG_VERSION"));
    value["max_sessions"] = json!(status.max_sessions);
    value["degraded"] = json!(status.absent);
    value["shards"] = json!(status.shards);
    value["shards_answering"] = json!(status.answering);
    value["events_lost"] = json!(status.events_lost);
    value["log_lines_lost"] = json!(status.log_lines_lost);
    value["redis"] =
        json!(status.redis.as_ref().map(|(keyspace, status)| keyspaces::data(*keyspace, status)));
    value
}
