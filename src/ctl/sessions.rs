//! `list numsessions` and `list sessions`.

use std::fmt::Write;

use serde_json::{Value, json};
use tandem_shards::call::state::{CallBrief, Ownership};
use tandem_shards::input::{Command as ShardCommand, Filter};
use tandem_shards::names::Keyspace;
use tandem_shards::output::Reply;
use tandem_shards::stats::ShardReport;
use tandem_shards::time::Timestamp;

use super::call::{self, CallView};
use super::command::{Command, Head, Level, Row};
use super::execution::{Execution, LIST_MAX};
use super::problem::Problem;
use super::text::{Table, age, printable};
use super::words::Words;
use crate::origin::Right;

/// The commands of this group.
pub const ROWS: &[&dyn Row] = &[&NUMSESSIONS, &SESSIONS];

static NUMSESSIONS: Command<SessionCounts> = Command {
    head: Head {
        level: Level::List,
        word: "numsessions",
        arguments: "",
        help: "number of calls",
        right: Right::Read,
    },
    run: |execution, _| Ok(SessionCounts::of(&execution.reports())),
    rtpengine: counts_in_words,
    table: counts_in_words,
    json: SessionCounts::json,
};

static SESSIONS: Command<Sessions> = Command {
    head: Head {
        level: Level::List,
        word: "sessions",
        arguments: "<callid> | all | own | foreign | recording",
        help: "calls, or one call in full",
        right: Right::Read,
    },
    run: Sessions::find,
    rtpengine: |sessions| match sessions {
        Sessions::List(list) => list.rtpengine(),
        Sessions::One(view) => view.rtpengine(),
    },
    table: |sessions| match sessions {
        Sessions::List(list) if !list.calls.is_empty() => list.table(),
        Sessions::List(list) => list.rtpengine(),
        Sessions::One(view) => view.rtpengine(),
    },
    json: |sessions| match sessions {
        Sessions::List(list) => list.json(),
        Sessions::One(view) => view.json(),
    },
};

/// Numbers of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionCounts {
    /// Own.
    pub own: u64,
    /// Foreign.
    pub foreign: u64,
    /// IPv4 media only.
    pub ip4_only: u64,
    /// IPv6 media only.
    pub ip6_only: u64,
    /// Media of both families.
    pub mixed: u64,
}

impl SessionCounts {
    /// Of these shards together.
    pub fn of(reports: &[ShardReport]) -> SessionCounts {
        let mut counts = SessionCounts::default();
        for report in reports {
            counts.own += report.own;
            counts.foreign += report.foreign;
            counts.ip4_only += report.ip4_only;
            counts.ip6_only += report.ip6_only;
            counts.mixed += report.mixed;
        }
        counts
    }

    /// Own and foreign: there is no third kind.
    pub fn total(&self) -> u64 {
        self.own + self.foreign
    }

    /// Data for programs.
    pub fn json(&self) -> Value {
        json!({
            "own": self.own,
            "foreign": self.foreign,
            "total": self.total(),
            "ip4_only": self.ip4_only,
            "ip6_only": self.ip6_only,
            "mixed": self.mixed,
        })
    }
}

fn counts_in_words(counts: &SessionCounts) -> String {
    format!(
        "Current sessions own: {}\n\
         Current sessions foreign: {}\n\
         Current sessions total: {}\n\
         Current transcoded media: 0\n\
         Current sessions ipv4 only media: {}\n\
         Current sessions ipv6 only media: {}\n\
         Current sessions ip mixed  media: {}\n",
        counts.own,
        counts.foreign,
        counts.total(),
        counts.ip4_only,
        counts.ip6_only,
        counts.mixed
    )
}

#[derive(Debug)]
enum Sessions {
    List(CallList),
    One(Box<CallView>),
}

/// The calls that a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SessionSet {
    All,
    Own,
    Foreign,
    /// None, since nothing records here. Scripts ask for them.
    Recording,
}

#[derive(Debug)]
struct CallList {
    set: SessionSet,
    /// The newest first.
    calls: Vec<CallBrief>,
    /// The keyspace of own calls.
    keyspace: Option<Keyspace>,
    now: Timestamp,
}

impl Sessions {
    fn find(execution: &mut Execution<'_>, words: &mut Words<'_>) -> Result<Sessions, Problem> {
        let set = match words.needed()? {
            b"all" => SessionSet::All,
            b"own" => SessionSet::Own,
            b"foreign" => SessionSet::Foreign,
            b"recording" => SessionSet::Recording,
            _ => {
                let call_id = words.as_call_id();
                let shown = printable(call_id.as_bytes());
                let unknown = || Problem::new("unknown call", format!("\nCall ID not found ({shown}).\n\n"));
                let view = CallView::find(execution, &call_id)?;
                return view.map(Sessions::One).ok_or_else(|| unknown().not_found());
            }
        };
        Ok(Sessions::List(CallList::of(execution, set)))
    }
}

impl CallList {
    fn of(execution: &mut Execution<'_>, set: SessionSet) -> CallList {
        let filter = match set {
            SessionSet::All => Some(Filter::All),
            SessionSet::Own => Some(Filter::Own),
            SessionSet::Foreign => Some(Filter::Foreign),
            SessionSet::Recording => None,
        };
        let limit = execution.scope.limit.min(LIST_MAX);
        let mut calls = Vec::new();
        if let Some(filter) = filter {
            for reply in execution.all(|| ShardCommand::List { filter: filter.clone(), limit }) {
                if let Reply::Calls(some) = reply {
                    calls.extend(some);
                }
            }
        }
        calls.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.call_id.cmp(&b.call_id)));
        calls.truncate(limit);
        CallList { set, calls, keyspace: execution.keyspace(), now: execution.now }
    }

    fn rtpengine(&self) -> String {
        if self.calls.is_empty() {
            let kind = match self.set {
                SessionSet::All => "",
                SessionSet::Own => "own ",
                SessionSet::Foreign => "foreign ",
                SessionSet::Recording => "recording ",
            };
            return format!("No {kind}sessions on this media relay.\n");
        }
        let yes = |flag: bool| if flag { 'y' } else { 'n' };
        let mut text = String::new();
        for call in &self.calls {
            let _ = writeln!(
                text,
                "ID: {:>60} | del:{} | creat:{:>12} | prx:{} | redis:{:>2} | frgn:{} | rec:n",
                printable(call.call_id.as_bytes()),
                yes(call.deleting),
                call.created.as_secs(),
                call.created_from.map(|proxy| proxy.to_string()).unwrap_or_default(),
                call::keyspace_number(call.ownership, self.keyspace),
                yes(matches!(call.ownership, Ownership::Foreign(_))),
            );
        }
        text
    }

    fn table(&self) -> String {
        let mut table = Table::new(&["CALL-ID", "OWNER", "AGE", "SHARD", "PROXY", "STATE"]);
        for call in &self.calls {
            table.row([
                printable(call.call_id.as_bytes()),
                owner(call.ownership),
                age(self.now.since(call.created).as_secs()),
                call.shard.to_string(),
                call.created_from.map(|proxy| proxy.to_string()).unwrap_or_default(),
                if call.deleting { "deleting" } else { "" }.to_owned(),
            ]);
        }
        table.finish()
    }

    fn json(&self) -> Value {
        let calls: Vec<Value> = self.calls.iter().map(|call| brief(call, self.keyspace)).collect();
        json!({ "calls": calls })
    }
}

fn owner(ownership: Ownership) -> String {
    match ownership {
        Ownership::Own => "own".to_owned(),
        Ownership::Foreign(keyspace) => format!("foreign {keyspace}"),
    }
}

fn brief(call: &CallBrief, own: Option<Keyspace>) -> Value {
    let (ownership, keyspace) = call::ownership(call.ownership, own);
    json!({
        "call_id": printable(call.call_id.as_bytes()),
        "ownership": ownership,
        "keyspace": keyspace,
        "created_ms": call::millis(call.created),
        "deleting": call.deleting,
        "proxy": call::address(call.created_from),
        "shard": call.shard.0,
        "epoch": call.version.epoch,
        "sequence": call.version.sequence,
    })
}
