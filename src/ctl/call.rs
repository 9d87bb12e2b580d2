//! Commands about one call: `call`, `debug`, `terminate`, which also ends calls of a kind.
//!
//! `call/text.rs` shows a call in rtpengine's words, `call/data.rs` as JSON.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tandem_shards::call::state::{CallSnapshot, LegState, Ownership};
use tandem_shards::input::{Command as ShardCommand, Filter};
use tandem_shards::names::{CallId, Keyspace, ShardId, Tag};
use tandem_shards::time::Timestamp;

use super::command::{Command, Head, Level, Row};
use super::execution::Execution;
use super::problem::Problem;
use super::text::printable;
use super::words::Words;
use crate::logging;
use crate::origin::Right;

mod data;
mod text;

/// The commands of this group.
pub const ROWS: &[&dyn Row] = &[&TERMINATE, &DEBUG, &INFO, &CALL_TERMINATE, &CALL_DEBUG, &TAG];

/// The command for a word behind `call <callid>` that is none.
pub const OTHERWISE: &dyn Row = &CALL_OTHERWISE;

static TERMINATE: Command<Terminated> = Command {
    head: Head {
        level: Level::Top,
        word: "terminate",
        arguments: "<callid> | all | own | foreign",
        help: "end one call, or all (own, foreign) calls",
        right: Right::Change,
    },
    run: terminate,
    rtpengine: |terminated| terminated.text.clone(),
    table: |terminated| format!("{} calls ended.\n", terminated.count),
    json: |terminated| json!({ "ended": terminated.count }),
};

static DEBUG: Command<Debugged> = Command {
    head: Head {
        level: Level::Top,
        word: "debug",
        arguments: "<callid> on | off",
        help: "write debug lines for one call",
        right: Right::Change,
    },
    run: |execution, words| {
        words.take().ok_or_else(|| Problem::new("no call-id", "No call ID specified\n"))?;
        let call_id = words.as_call_id();
        let is_on = debug_flag(words)?;
        if execution.call(&call_id)?.is_none() {
            let text = format!("Call ID '{}' not found\n", shown(&call_id));
            return Err(Problem::new("unknown call", text).not_found());
        }
        debug(call_id, is_on)
    },
    rtpengine: Debugged::text,
    table: Debugged::text,
    json: Debugged::json,
};

static INFO: Command<Box<CallView>> = Command {
    head: Head {
        level: Level::Call,
        word: "info",
        arguments: "",
        help: "the call in full",
        right: Right::Read,
    },
    run: |execution, words| known(execution, words),
    rtpengine: |view| view.rtpengine(),
    table: |view| view.rtpengine(),
    json: |view| view.json(),
};

static CALL_TERMINATE: Command<Terminated> = Command {
    head: Head { level: Level::Call, word: "terminate", arguments: "", help: "end it", right: Right::Change },
    run: |execution, words| {
        let call_id = known(execution, words)?.call.state.call_id;
        if !execution.terminate(&call_id)? {
            return Err(unknown(&call_id));
        }
        Ok(Terminated { text: format!("\nCall '{}' terminated.\n\n", shown(&call_id)), count: 1 })
    },
    rtpengine: |terminated| terminated.text.clone(),
    table: |terminated| terminated.text.clone(),
    json: |terminated| json!({ "ended": terminated.count }),
};

static CALL_DEBUG: Command<Debugged> = Command {
    head: Head {
        level: Level::Call,
        word: "debug",
        arguments: "on | off",
        help: "write debug lines for it",
        right: Right::Change,
    },
    run: |execution, words| {
        let call_id = known(execution, words)?.call.state.call_id;
        debug(call_id, debug_flag(words)?)
    },
    rtpengine: Debugged::text,
    table: Debugged::text,
    json: Debugged::json,
};

static TAG: Command<(Box<CallView>, Tag)> = Command {
    head: Head {
        level: Level::Call,
        word: "tag",
        arguments: "<tag> info",
        help: "one party in full",
        right: Right::Read,
    },
    run: |execution, words| {
        let view = known(execution, words)?;
        let tag = Tag::from(words.needed()?);
        if let Some(word) = words.take().filter(|word| *word != b"info") {
            return Err(Problem::unknown_command(word));
        }
        if view.call.state.legs.iter().any(|leg| has_tag(leg, &tag)) {
            return Ok((view, tag));
        }
        let text = format!("No such tag '{}'\n", printable(tag.as_bytes()));
        Err(Problem::new("unknown tag", text).not_found())
    },
    rtpengine: |(view, tag)| text::party_of(view, tag),
    table: |(view, tag)| text::party_of(view, tag),
    json: |(view, tag)| data::call(view, |leg| has_tag(leg, tag)),
};

static CALL_OTHERWISE: Command<()> = Command {
    head: Head { level: Level::Call, word: "", arguments: "", help: "", right: Right::Read },
    run: |execution, words| {
        known(execution, words)?;
        Err(Problem::unknown_command(words.needed()?))
    },
    rtpengine: |()| String::new(),
    table: |()| String::new(),
    json: |()| Value::Null,
};

/// A call, and everything else that is needed to show it.
#[derive(Clone, Debug)]
pub struct CallView {
    /// The call.
    pub call: CallSnapshot,
    /// Its shard.
    pub shard: ShardId,
    /// The keyspace of own calls.
    pub keyspace: Option<Keyspace>,
    /// Time of its last write to Redis.
    pub written: Option<Timestamp>,
    /// The DSCP byte in force.
    pub tos: u8,
    /// The time.
    pub now: Timestamp,
}

impl CallView {
    /// Asks for a call.
    ///
    /// # Errors
    /// Its shard does not answer.
    pub fn find(execution: &mut Execution<'_>, call_id: &CallId) -> Result<Option<Box<CallView>>, Problem> {
        let Some(call) = execution.call(call_id)? else { return Ok(None) };
        let node = execution.node;
        Ok(Some(Box::new(CallView {
            shard: execution.home(call_id),
            keyspace: execution.keyspace(),
            written: node.redis.as_ref().and_then(|redis| redis.written(call_id)),
            tos: call.state.tos.unwrap_or(node.live().settings.tos),
            now: execution.now,
            call: *call,
        })))
    }

    /// The call in rtpengine's words.
    pub fn rtpengine(&self) -> String {
        text::call(self)
    }

    /// The call for programs.
    pub fn json(&self) -> Value {
        data::call(self, |_| true)
    }
}

/// The keyspace that is shown for a call; -1 without Redis.
pub fn keyspace_number(ownership: Ownership, own: Option<Keyspace>) -> i64 {
    match (ownership, own) {
        (Ownership::Foreign(keyspace), _) | (Ownership::Own, Some(keyspace)) => i64::from(keyspace.0),
        (Ownership::Own, None) => -1,
    }
}

/// The owner of a call, and its keyspace.
pub fn ownership(ownership: Ownership, own: Option<Keyspace>) -> (&'static str, Option<u32>) {
    match ownership {
        Ownership::Own => ("own", own.map(|k| k.0)),
        Ownership::Foreign(keyspace) => ("foreign", Some(keyspace.0)),
    }
}

/// A time for programs.
pub fn millis(at: Timestamp) -> u64 {
    at.as_micros() / 1000
}

/// An address for programs.
pub fn address(address: Option<SocketAddr>) -> Value {
    json!(address.map(|address| address.to_string()))
}

#[derive(Debug)]
struct Terminated {
    text: String,
    count: u64,
}

fn terminate(execution: &mut Execution<'_>, words: &mut Words<'_>) -> Result<Terminated, Problem> {
    let (filter, kind) = match words.needed()? {
        b"all" => (Filter::All, ""),
        b"own" => (Filter::Own, "own "),
        b"foreign" => (Filter::Foreign, "foreign "),
        _ => {
            let call_id = words.as_call_id();
            let id = shown(&call_id);
            if !execution.terminate(&call_id)? {
                let text = format!("\nCall Id not found ({id}).\n\n");
                return Err(Problem::new("unknown call", text).not_found());
            }
            let text = format!("\nCall Id ({id}) successfully terminated by operator.\n\n");
            return Ok(Terminated { text, count: 1 });
        }
    };
    let count = execution.count_all(|| ShardCommand::Terminate(filter.clone()));
    Ok(Terminated { text: format!("All {kind}calls terminated by operator.\n"), count })
}

#[derive(Debug)]
struct Debugged {
    call_id: CallId,
    is_on: bool,
}

impl Debugged {
    fn text(&self) -> String {
        let verb = if self.is_on { "Enabled" } else { "Disabled" };
        format!("{verb} debugging for call '{}'\n", shown(&self.call_id))
    }

    fn json(&self) -> Value {
        json!({ "debug": self.is_on })
    }
}

fn debug_flag(words: &mut Words<'_>) -> Result<bool, Problem> {
    match words.take() {
        None | Some(b"on") => Ok(true),
        Some(b"off") => Ok(false),
        Some(word) => {
            let text = format!("Invalid on/off flag ('{}') specified\n", printable(word));
            Err(Problem::new("neither on nor off", text))
        }
    }
}

fn debug(call_id: CallId, is_on: bool) -> Result<Debugged, Problem> {
    if !logging::debug_call(&call_id, is_on) {
        let text = format!("Too many calls are debugged: at most {}\n", logging::DEBUGGED_CALLS_MAX);
        return Err(Problem::new("too many debugged calls", text));
    }
    Ok(Debugged { call_id, is_on })
}

/// The call that stands behind `call`.
fn known(execution: &mut Execution<'_>, words: &Words<'_>) -> Result<Box<CallView>, Problem> {
    let call_id = words.call_id().expect("the parser has read it");
    CallView::find(execution, call_id)?.ok_or_else(|| unknown(call_id))
}

fn unknown(call_id: &CallId) -> Problem {
    Problem::new("unknown call", format!("No such call '{}'\n", shown(call_id))).not_found()
}

fn shown(call_id: &CallId) -> String {
    printable(call_id.as_bytes())
}

fn has_tag(leg: &LegState, tag: &Tag) -> bool {
    leg.tag.as_ref() == Some(tag) || leg.aliases.contains(tag)
}
