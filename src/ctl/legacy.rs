//! Answers in the exact texts of rtpengine's CLI, which clients match.

use std::fmt::Write;

use tandem_shards::call::snapshot::{Ownership, StreamCounts};
use tandem_shards::input::Filter;
use tandem_shards::names::{CallId, Keyspace};

use super::answer::{CallList, CtlAnswer, InterfaceUse, Outcome, Problem, SessionCounts};
use super::commands::{Level, Which, Wrong, words_of};
use super::execute::{LOG_SYSTEM, silence};
use super::parameters::{Parameter, Value};
use super::render;
use crate::origin::Right;

pub mod call;
pub mod json;
pub mod totals;

/// Writes an answer, and names the shards that are missing from it.
pub fn write(outcome: &Outcome) -> String {
    let mut text = answer(&outcome.answer);
    for silent in &outcome.silent {
        let _ = writeln!(text, "Shard {} did not answer: {}.", silent.shard, silence(silent.error));
    }
    text
}

/// Writes an answer.
pub fn answer(answer: &CtlAnswer) -> String {
    match answer {
        CtlAnswer::Help(level) => help(*level),
        CtlAnswer::Usage => usage(),
        CtlAnswer::Sessions(counts) => sessions(counts),
        CtlAnswer::Calls(list) => calls(list),
        CtlAnswer::Call(view) => call::call(view),
        CtlAnswer::Party(view, tag) => call::party_of(view, tag),
        CtlAnswer::Totals(totals) => totals::totals(totals),
        CtlAnswer::Counters(rate) => totals::counters(rate),
        CtlAnswer::JsonStats(totals) => json::statistics(totals).to_string(),
        CtlAnswer::Interfaces(list) => list.iter().map(interface).collect(),
        CtlAnswer::Transcoders => "No stats entries\n".to_owned(),
        CtlAnswer::Shown(parameter, value) => shown(*parameter, *value),
        CtlAnswer::Set(parameter, value) => set(*parameter, *value),
        CtlAnswer::LogLevels => {
            format!("{LOG_SYSTEM} - Everything that isn't part of another subsystem\n")
        }
        CtlAnswer::LogLevel(level) => level.map_or(String::new(), |level| format!("{level}\n")),
        CtlAnswer::AllLogLevels(level) => format!("{LOG_SYSTEM} = {level}\n"),
        CtlAnswer::LogLevelSet(level) => format!("Success setting loglevel to {level}\n"),
        CtlAnswer::Params(list) => list.iter().map(|(name, value)| format!("{name} = {value}\n")).collect(),
        CtlAnswer::ParamsDiff(list) => {
            list.iter().map(|(name, before, now)| format!("{name}: {before} => {now}\n")).collect()
        }
        CtlAnswer::Reverted => String::new(),
        CtlAnswer::Terminated(filter, _) => terminated(filter),
        CtlAnswer::CallTerminated(call_id) => format!("\nCall '{}' terminated.\n\n", shown_id(call_id)),
        CtlAnswer::Keyspaces(list) => {
            let numbers: String = list.iter().map(|keyspace| format!("{keyspace} ")).collect();
            format!("\nSubscribed-on keyspaces:\n{numbers}\n")
        }
        CtlAnswer::KeyspaceAdded(keyspace) => {
            format!("Success adding keyspace {keyspace} to redis notifications.\n")
        }
        CtlAnswer::KeyspaceRemoved(keyspace, _) => format!(
            "Successfully unsubscribed from keyspace {keyspace}.\n\
             Successfully removed all foreign calls for keyspace {keyspace}.\n"
        ),
        CtlAnswer::Active(_) => "Ok, all calls set to 'owned (active)'\n".to_owned(),
        CtlAnswer::StandBy(_) => "Ok, all calls set to 'foreign (standby)'\n".to_owned(),
        CtlAnswer::DebugSet(call_id, on) => {
            let verb = if *on { "Enabled" } else { "Disabled" };
            format!("{verb} debugging for call '{}'\n", shown_id(call_id))
        }
        CtlAnswer::Shards(_)
        | CtlAnswer::Status(_)
        | CtlAnswer::Pong(_)
        | CtlAnswer::Redis(..)
        | CtlAnswer::Resync(_) => render::text(answer),
        CtlAnswer::Problem(problem) => self::problem(problem),
    }
}

fn problem(problem: &Problem) -> String {
    match problem {
        Problem::Wrong(Wrong::MoreParameters) => "More parameters required.\n".to_owned(),
        Problem::Wrong(Wrong::Unknown(word)) => format!("Unknown command: {}\n", printable(word.as_bytes())),
        Problem::SessionUnknown(id) => format!("\nCall ID not found ({}).\n\n", shown_id(id)),
        Problem::TerminateUnknown(id) => format!("\nCall Id not found ({}).\n\n", shown_id(id)),
        Problem::CallUnknown(id) => format!("No such call '{}'\n", shown_id(id)),
        Problem::DebugUnknown(id) => format!("Call ID '{}' not found\n", shown_id(id)),
        Problem::TagUnknown(tag) => format!("No such tag '{}'\n", printable(tag.as_bytes())),
        Problem::NoCallId => "No call ID specified\n".to_owned(),
        Problem::InvalidFlag(word) => {
            format!("Invalid on/off flag ('{}') specified\n", printable(word.as_bytes()))
        }
        Problem::TooManyDebugged => {
            format!("Too many calls are debugged: at most {}\n", crate::logging::DEBUGGED_CALLS_MAX)
        }
        Problem::NotSet(line) => printable(line.trim_end_matches('\n').as_bytes()) + "\n",
        Problem::NotAllowed(Right::Change) => {
            "Not allowed: this listener takes no command that changes something.\n".to_owned()
        }
        Problem::NotAllowed(_) => "Not allowed: this listener takes no commands.\n".to_owned(),
        Problem::NoRedis => "Keyspace notification feature has not been configured.\n".to_owned(),
        Problem::NobodyTakes(why) => format!(
            "Fail setting all calls to 'foreign (standby)'; {why}; they would end by their timeouts. \
             `standby --force` does it all the same\n"
        ),
        Problem::BadKeyspace(verb, text, why) => {
            let why = why.map_or("errno=0", super::parameters::NotANumber::text);
            let text = printable(text.as_bytes());
            format!("Fail {verb} keyspace {text} to redis notifications; {why}\n")
        }
        Problem::KeyspaceKnown(k) => format!("Keyspace {k} is already among redis notifications.\n"),
        Problem::KeyspaceUnknown(k) => format!("Keyspace {k} is not among redis notifications.\n"),
        // The shard that is to blame is named by `write`.
        Problem::Unanswered => String::new(),
        Problem::NoShard(number) => format!("There is no shard {number}\n"),
    }
}

fn sessions(counts: &SessionCounts) -> String {
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

fn calls(list: &CallList) -> String {
    if list.calls.is_empty() {
        let kind = match list.which {
            Which::All => "",
            Which::Own => "own ",
            Which::Foreign => "foreign ",
            Which::Recording => "recording ",
        };
        return format!("No {kind}sessions on this media relay.\n");
    }
    let yes = |flag: bool| if flag { 'y' } else { 'n' };
    let mut text = String::new();
    for call in &list.calls {
        let _ = writeln!(
            text,
            "ID: {:>60} | del:{} | creat:{:>12} | prx:{} | redis:{:>2} | frgn:{} | rec:n",
            shown_id(&call.call_id),
            yes(call.deleting),
            call.created.as_secs(),
            call.created_from.map(|proxy| proxy.to_string()).unwrap_or_default(),
            keyspace_number(call.ownership, list.keyspace),
            yes(matches!(call.ownership, Ownership::Foreign(_))),
        );
    }
    text
}

/// The keyspace that is shown for a call; -1 without Redis.
fn keyspace_number(ownership: Ownership, own: Option<Keyspace>) -> i64 {
    match (ownership, own) {
        (Ownership::Foreign(keyspace), _) | (Ownership::Own, Some(keyspace)) => i64::from(keyspace.0),
        (Ownership::Own, None) => -1,
    }
}

fn interface(interface: &InterfaceUse) -> String {
    let family = if interface.ip.is_ipv4() { "IPv4" } else { "IPv6" };
    let (min, max) = interface.range;
    let total = u32::from(max) - u32::from(min) + 1;
    let percent = f64::from(interface.used) * 100.0 / f64::from(total);
    // Loss, jitter and MOS are not measured, so their lines are left out.
    format!(
        "Interface '{}' address '{}' ({family})\n \
         Port range: {min:>5} - {max:>5}\n \
         Ports used: {:>5} / {total:>5} ({percent:>5.1}%)\n \
         Packets/bytes/errors:\n  \
         Ingress:   {}\n  \
         Egress:    {}\n\n",
        printable(interface.name.as_bytes()),
        interface.ip,
        interface.used,
        counts(interface.traffic.ingress),
        counts(interface.traffic.egress),
    )
}

fn counts(of: StreamCounts) -> String {
    format!("{:>10} / {:>10} / {:>10}", of.packets, of.bytes, of.errors)
}

fn shown(parameter: Parameter, value: Value) -> String {
    match parameter {
        Parameter::MaxOpenFiles => format!(
            "Maximum open-files configured on rtpengine: {value}; cat /proc/{}/limits\n",
            std::process::id()
        ),
        Parameter::MaxSessions => format!("Maximum sessions configured on rtpengine: {value}\n"),
        Parameter::MaxCpu => format!("Maximum CPU usage configured on rtpengine: {value}\n"),
        Parameter::MaxLoad => format!("Maximum load average configured on rtpengine: {value}\n"),
        Parameter::MaxBandwidth => format!("Maximum bandwidth configured on rtpengine: {value}\n"),
        Parameter::Timeout => format!("TIMEOUT={value}\n"),
        Parameter::SilentTimeout => format!("SILENT_TIMEOUT={value}\n"),
        Parameter::OfferTimeout => format!("OFFER_TIMEOUT={value}\n"),
        Parameter::FinalTimeout => format!("FINAL_TIMEOUT={value}\n"),
        _ => format!("{value}\n"),
    }
}

fn set(parameter: Parameter, value: Value) -> String {
    let off = if (parameter, value) == (Parameter::MaxSessions, Value::Whole(-1)) {
        "; disable feature"
    } else {
        ""
    };
    format!("Success setting {} to {value}{off}\n", parameter.name_when_set())
}

fn terminated(filter: &Filter) -> String {
    match filter {
        Filter::All | Filter::Keyspace(_) => "All calls terminated by operator.\n".to_owned(),
        Filter::Own => "All own calls terminated by operator.\n".to_owned(),
        Filter::Foreign => "All foreign calls terminated by operator.\n".to_owned(),
        Filter::One(call_id) => {
            format!("\nCall Id ({}) successfully terminated by operator.\n\n", shown_id(call_id))
        }
    }
}

fn help(level: Level) -> String {
    let mut text = String::from("Available sub-commands at this level:\n");
    for (word, about) in words_of(level) {
        let _ = match about {
            "" => writeln!(text, "\t{word}"),
            about => writeln!(text, "\t{word:<49}: {about}"),
        };
    }
    text
}

fn usage() -> String {
    let mut text = String::from("    Supported commands are:\n\n");
    for (word, about) in words_of(Level::Top) {
        let below = match word.split(' ').next() {
            Some("list" | "get") => Some(Level::List),
            Some("set") => Some(Level::Set),
            Some("params") => Some(Level::Params),
            Some("call") => Some(Level::Call),
            _ => None,
        };
        let _ = match about {
            "" => writeln!(text, "    {word}"),
            about => writeln!(text, "    {word:<46}: {about}"),
        };
        for (word, about) in below.into_iter().flat_map(words_of) {
            let _ = writeln!(text, "        {word:<42}: {about}");
        }
        text.push('\n');
    }
    text
}

fn shown_id(call_id: &CallId) -> String {
    printable(call_id.as_bytes())
}

/// A name for a terminal: UTF-8 as it is, control characters never, since they would be obeyed.
pub fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for c in String::from_utf8_lossy(bytes).chars() {
        if c.is_control() {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
    text
}
