//! The modern door: one JSON request, one JSON answer, with a table for people or data for programs in it.
//!
//! ```json
//! {"command": "list sessions foreign", "shard": 2, "limit": 100, "format": "json"}
//! {"exit": 0, "data": {"calls": []}, "silent": []}
//! ```
//!
//! `shard`, `limit` and `format` may be left out; the format is then `text`, and the answer has `text`
//! instead of `data`.

use std::fmt::{Display, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tandem_shards::call::snapshot::Ownership;
use tandem_shards::io::Ask;
use tandem_shards::names::{Keyspace, ShardId};
use tandem_shards::output::DropReason;
use tandem_shards::time::Timestamp;

use crate::addresses::Presence;

use super::answer::{CallList, CtlAnswer, EXIT_REFUSED, Outcome, ShardRow, Status};
use super::execute::{Scope, silence};
use super::legacy::{self, printable};
use super::{Node, RedisStatus, carry_out};
use crate::origin::Origin;
use crate::request_log::{About, Protocol};

pub mod data;

/// What is asked.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// A line of the table of commands.
    pub command: String,
    /// Only this shard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<u16>,
    /// List at most so many calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// For whom.
    #[serde(default)]
    pub format: Format,
}

/// For whom an answer is.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// What is answered.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Response {
    /// The exit code of `tandem ctl`.
    pub exit: u8,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// For programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// Shards that did not answer, in words.
    #[serde(default)]
    pub silent: Vec<String>,
}

/// Runs a request.
pub fn run_request<A: Ask>(
    node: &Node,
    ask: &mut A,
    now: Timestamp,
    request: &str,
    origin: &Origin,
) -> String {
    let response = match serde_json::from_str::<Request>(request) {
        Ok(request) => {
            let defaults = Scope::default();
            let shard = request.shard.map(ShardId);
            let scope = Scope { shard, limit: request.limit.unwrap_or(defaults.limit) };
            respond(&carry_out(node, ask, now, request.command.as_bytes(), &scope, origin), request.format)
        }
        Err(error) => {
            let about = About { protocol: Protocol::Ctl, call_id: None, origin, command: request.as_bytes() };
            node.requests.refused(now, &about, "not a request", Some(&error.to_string()));
            Response {
                exit: EXIT_REFUSED,
                text: Some(format!("not a request: {}\n", printable(error.to_string().as_bytes()))),
                data: None,
                silent: Vec::new(),
            }
        }
    };
    serde_json::to_string(&response).expect("texts and numbers")
}

fn respond(outcome: &Outcome, format: Format) -> Response {
    let silent = |s: &super::answer::Silent| format!("shard {}: {}", s.shard, silence(s.error));
    let (text, data) = match format {
        Format::Text => (Some(text(&outcome.answer)), None),
        Format::Json => (None, Some(data::data(&outcome.answer))),
    };
    Response { exit: outcome.exit_code(), text, data, silent: outcome.silent.iter().map(silent).collect() }
}

/// An answer for people: rtpengine's words where they are one line, tables where there is more to show.
pub fn text(answer: &CtlAnswer) -> String {
    match answer {
        CtlAnswer::Calls(list) if !list.calls.is_empty() => calls(list),
        CtlAnswer::Shards(rows) => shards(rows),
        CtlAnswer::Status(status) => self::status(status),
        CtlAnswer::Pong(shards) => format!("pong from {shards} shards\n"),
        CtlAnswer::Redis(keyspace, status) => redis(*keyspace, status),
        CtlAnswer::Resync(None) => "Comparing all followed keyspaces with Redis.\n".to_owned(),
        CtlAnswer::Resync(Some(keyspace)) => format!("Comparing keyspace {keyspace} with Redis.\n"),
        CtlAnswer::Reverted => "Parameters are as they were at the start.\n".to_owned(),
        CtlAnswer::Active(count) => format!("{count} foreign calls are own now.\n"),
        CtlAnswer::StandBy(count) => format!("{count} own calls are foreign now.\n"),
        CtlAnswer::Terminated(_, count) => format!("{count} calls ended.\n"),
        CtlAnswer::JsonStats(_) => legacy::answer(answer) + "\n",
        other => legacy::answer(other),
    }
}

fn calls(list: &CallList) -> String {
    let mut table = Table::new(&["CALL-ID", "OWNER", "AGE", "SHARD", "PROXY", "STATE"]);
    for call in &list.calls {
        table.row([
            printable(call.call_id.as_bytes()),
            owner(call.ownership),
            age(list.now.since(call.created).as_secs()),
            call.shard.to_string(),
            call.created_from.map(|proxy| proxy.to_string()).unwrap_or_default(),
            if call.deleting { "deleting" } else { "" }.to_owned(),
        ]);
    }
    table.finish()
}

fn owner(ownership: Ownership) -> String {
    match ownership {
        Ownership::Own => "own".to_owned(),
        Ownership::Foreign(keyspace) => format!("foreign {keyspace}"),
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
            load(rate.busy_permille),
        ]);
    }
    table.finish()
}

fn load(permille: u64) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
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
    let feeds = |(keyspace, redis): &(Keyspace, RedisStatus)| redis_line(*keyspace, redis);
    line("redis", status.redis.as_ref().map_or("not configured".to_owned(), feeds));
    let busiest = load(rate.busy_permille);
    line("shards", format!("{} of {} answer   busiest {busiest}", status.answering, status.shards));
    if status.events_lost > 0 {
        line("log", format!("{} events are missing, they came too fast", status.events_lost));
    }
    text
}

fn redis_line(keyspace: Keyspace, redis: &RedisStatus) -> String {
    let state = if redis.writing { "writing" } else { "NOT WRITING" };
    let mut text = format!("keyspace {keyspace} {state}   owed {}", redis.owed);
    for feed in redis.feeds.iter().filter(|feed| feed.keyspace != keyspace) {
        let state = if feed.connected { "followed" } else { "NOT FOLLOWED" };
        let _ = write!(text, "   {} {state}", feed.keyspace);
    }
    let _ = write!(text, "   answered {}", ago(redis.silent_for));
    text
}

fn redis(keyspace: Keyspace, status: &RedisStatus) -> String {
    let connected = |is: bool| if is { "connected" } else { "NOT CONNECTED" };
    let is_heard = status.feeds.iter().any(|feed| feed.connected);
    let mut links = Table::new(&["CONNECTION", "SERVER", "STATE", "QUEUE"]);
    let owed = format!("{} calls to write", status.owed);
    links.row(["own calls", &status.write_url, connected(status.writing), &owed]);
    let lag = format!("lag {:.1} ms, answered {}", status.lag.as_secs_f64() * 1000.0, ago(status.silent_for));
    links.row(["notifications", &status.subscribe_url, connected(is_heard), &lag]);
    let mut feeds = Table::new(&[
        "KEYSPACE", "STATE", "CHANGED", "HELD", "WAITING", "COMPARED", "RECORDS", "MISSING", "NODE",
    ]);
    for feed in &status.feeds {
        let compared = match feed.compared {
            _ if feed.comparing => "now".to_owned(),
            Some(compared) => ago(compared.ago),
            None => "never".to_owned(),
        };
        let number = |value: Option<u64>| value.map_or("-".to_owned(), |value| value.to_string());
        feeds.row([
            format!("{}{}", feed.keyspace, if feed.keyspace == keyspace { " (own)" } else { "" }),
            if feed.connected { "followed" } else { "NOT FOLLOWED" }.to_owned(),
            ago(feed.age),
            feed.held.to_string(),
            feed.waiting.to_string(),
            compared,
            number(feed.compared.map(|compared| compared.records)),
            number(feed.compared.map(|compared| compared.missing)),
            match feed.peer {
                _ if feed.keyspace == keyspace => "this one".to_owned(),
                Some(peer) if peer.holds_ours => ago(peer.age),
                Some(peer) => format!("{}, does not follow {keyspace}", ago(peer.age)),
                None => "not heard of".to_owned(),
            },
        ]);
    }
    let mut text = format!("{}\n{}\n", links.finish(), feeds.finish());
    let _ = writeln!(text, "{:<32} {}", "deletions owed", status.deletions_owed);
    for (name, count) in &status.counters {
        let _ = writeln!(text, "{name:<32} {count}");
    }
    if let Some(error) = &status.last_error {
        let _ = writeln!(text, "last error: {error}");
    }
    text
}

/// How long ago something was; [`Duration::MAX`] is never.
fn ago(time: Duration) -> String {
    if time == Duration::MAX { "never".to_owned() } else { format!("{:.1} s ago", time.as_secs_f64()) }
}

/// A time span in its two largest units.
fn age(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {}s", seconds / 60, seconds % 60),
        3600..86400 => format!("{}h {}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d {}h", seconds / 86400, seconds / 3600 % 24),
    }
}

/// Columns as wide as their widest cell, two blanks apart.
struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new(headings: &[&str]) -> Self {
        Table { rows: vec![headings.iter().map(ToString::to_string).collect()] }
    }

    fn row<const N: usize>(&mut self, cells: [impl Display; N]) {
        assert_eq!(N, self.rows[0].len(), "one cell for each heading");
        self.rows.push(cells.iter().map(ToString::to_string).collect());
    }

    fn finish(self) -> String {
        let columns = self.rows[0].len();
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        let mut text = String::new();
        for row in &self.rows {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(c, w)| format!("{c:<w$}")).collect();
            text.push_str(cells.join("  ").trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ctl::{Comparison, FeedStatus, PeerStatus};

    #[test]
    fn redis_shows_connections_queues_and_the_last_comparison() {
        let compared = Comparison { ago: Duration::from_millis(1500), records: 7, missing: 1 };
        let peer = Some(PeerStatus { age: Duration::from_millis(800), holds_ours: true });
        let heard = FeedStatus::new(Keyspace(2), true, Duration::from_millis(200));
        let status = RedisStatus {
            writing: true,
            owed: 3,
            write_url: "redis://a:1/1".to_owned(),
            subscribe_url: "redis://b:2/1".to_owned(),
            lag: Duration::from_micros(1250),
            deletions_owed: 4,
            silent_for: Duration::from_millis(300),
            feeds: vec![
                FeedStatus::new(Keyspace(1), false, Duration::MAX),
                FeedStatus { held: 6, waiting: 2, compared: Some(compared), peer, ..heard },
            ],
            counters: vec![("stored", 9)],
            last_error: Some("own calls are not written: because".to_owned()),
        };
        let expected = "\
CONNECTION     SERVER         STATE      QUEUE
own calls      redis://a:1/1  connected  3 calls to write
notifications  redis://b:2/1  connected  lag 1.2 ms, answered 0.3 s ago

KEYSPACE  STATE         CHANGED    HELD  WAITING  COMPARED   RECORDS  MISSING  NODE
1 (own)   NOT FOLLOWED  never      0     0        never      -        -        this one
2         followed      0.2 s ago  6     2        1.5 s ago  7        1        0.8 s ago

deletions owed                   4
stored                           9
last error: own calls are not written: because
";
        assert_eq!(redis(Keyspace(1), &status), expected);
    }
}
