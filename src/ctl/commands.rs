//! The table of commands, and the parser of a line.
//!
//! Words are divided by exactly one blank and case matters, as in rtpengine: a blank too many is an
//! empty word, which no table has. What is after the words that a command takes is ignored.

use tandem_shards::input::Filter;
use tandem_shards::names::{CallId, Keyspace, Tag};

use super::parameters::Parameter;

/// A command, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CtlCommand {
    /// The words of one level.
    Help(Level),
    /// The words of all levels.
    Usage,
    /// How many calls.
    Numsessions,
    /// Which calls.
    Sessions(Which),
    /// One call; answers in the words of `list sessions`.
    Session(CallId),
    /// All counters.
    Totals,
    /// Rates.
    Counters,
    /// All counters as JSON.
    JsonStats,
    /// Interfaces and their ports.
    Interfaces,
    /// Transcoders: none.
    Transcoders,
    /// Shows a parameter.
    Show(Parameter),
    /// Sets a parameter to a value that is still to be read.
    Set(Parameter, String),
    /// The log systems.
    LogLevels,
    /// The level of one log system, or of all.
    LogLevel(Option<String>),
    /// Sets the level of one log system, or of all.
    SetLogLevel(Option<String>, String),
    /// All parameters, as they were at the start or as they are.
    Params(ParamsWord),
    /// Ends calls.
    Terminate(Filter),
    /// Follows a keyspace.
    KsAdd(String),
    /// Stops following a keyspace.
    KsRm(String),
    /// The keyspaces that are followed.
    KsList,
    /// Makes all calls own.
    Active,
    /// Makes all calls foreign.
    StandBy(Handover),
    /// Raises the log level of one call.
    Debug(Option<(CallId, DebugFlag)>),
    /// Something about one call; answers in the words of `call`.
    Call(CallId, CallAct),
    /// Shards, one line each.
    Shards,
    /// The node on one screen.
    Status,
    /// Whether every shard turns.
    Ping,
    /// How Redis is.
    Redis,
    /// Compares with Redis now.
    Resync(Option<Keyspace>),
    /// Not a command.
    Wrong(Wrong),
}

/// Which hand-overs are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handover {
    /// Those to a node that is there and holds the calls.
    Safe,
    /// Any.
    Forced,
}

/// Which calls are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Own calls.
    Own,
    /// Foreign calls.
    Foreign,
    /// Calls that are recorded: none, since nothing records here. Scripts ask for them.
    Recording,
}

/// Which parameters are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamsWord {
    /// As they were at the start.
    Start,
    /// As they are.
    Current,
    /// Those that differ.
    Diff,
    /// None: they are set back.
    Revert,
}

/// What follows a call-id in `debug`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DebugFlag {
    /// `on`, or nothing.
    On,
    /// `off`.
    Off,
    /// Something else.
    Invalid(String),
}

/// What follows a call-id in `call`. Whether the call exists is said first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallAct {
    /// Its details.
    Info,
    /// Ends it.
    Terminate,
    /// Raises its log level.
    Debug(DebugFlag),
    /// The details of one party.
    Party(Tag),
    /// Not a command.
    Wrong(Wrong),
}

/// Why a line is not a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It ends too early.
    MoreParameters,
    /// A word is in no table.
    Unknown(String),
}

/// A level of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// First words.
    Top,
    /// After `list` or `get`.
    List,
    /// After `set`.
    Set,
    /// After `params`.
    Params,
    /// After `call` and a call-id.
    Call,
}

/// A word of a level.
#[derive(Debug)]
pub struct Entry {
    /// The word.
    pub word: &'static str,
    /// What follows it, for the help text.
    pub follows: &'static str,
    /// What it does; empty for a word that only leads to another level.
    pub about: &'static str,
    read: fn(&mut Words<'_>) -> Result<CtlCommand, Wrong>,
}

const fn entry(
    word: &'static str,
    follows: &'static str,
    about: &'static str,
    read: fn(&mut Words<'_>) -> Result<CtlCommand, Wrong>,
) -> Entry {
    Entry { word, follows, about, read }
}

use CtlCommand as C;

/// The word that has done what would be refused.
const FORCE: &[u8] = b"--force";

const TOP: &[Entry] = &[
    entry("usage", "", "all commands of all levels", |_| Ok(C::Usage)),
    entry("list", "<what>", "", |w| level(w, Level::List)),
    entry("terminate", "<callid> | all | own | foreign", "end one call, or all (own, foreign) calls", |w| {
        Ok(C::Terminate(match w.needed()? {
            b"all" => Filter::All,
            b"own" => Filter::Own,
            b"foreign" => Filter::Foreign,
            call_id => Filter::One(CallId::from(call_id)),
        }))
    }),
    entry("set", "<parameter> <value>", "", |w| level(w, Level::Set)),
    entry("get", "<what>", "", |w| level(w, Level::List)),
    entry("params", "<what>", "", |w| level(w, Level::Params)),
    entry("ksadd", "<number>", "follow a keyspace of another node", |w| Ok(C::KsAdd(w.needed_text()?))),
    entry("ksrm", "<number>", "stop following a keyspace and end its foreign calls", |w| {
        Ok(C::KsRm(w.needed_text()?))
    }),
    entry("kslist", "", "the keyspaces that are followed", |_| Ok(C::KsList)),
    entry("active", "", "make all calls own: take over", |_| Ok(C::Active)),
    entry("standby", "[--force]", "make all calls foreign: hand over, to a node that is there", |w| {
        Ok(C::StandBy(if w.next() == Some(FORCE) { Handover::Forced } else { Handover::Safe }))
    }),
    entry("debug", "<callid> on | off", "write debug lines for one call", |w| {
        let call_id = w.next().map(CallId::from);
        Ok(C::Debug(call_id.map(|call_id| (call_id, debug_flag(w)))))
    }),
    entry("call", "<callid> <what>", "", |w| {
        let call_id = CallId::from(w.needed()?);
        Ok(C::Call(call_id, call_act(w)))
    }),
    entry("shards", "", "one line for each shard", |_| Ok(C::Shards)),
    entry("status", "", "the node on one screen", |_| Ok(C::Status)),
    entry("ping", "", "whether every shard turns: this node can serve media", |_| Ok(C::Ping)),
    entry("redis", "", "connections, feeds and what is owed", |_| Ok(C::Redis)),
    entry("resync", "[<number>]", "compare one followed keyspace, or all, with Redis now", |w| {
        let Some(word) = w.next() else { return Ok(C::Resync(None)) };
        let number = std::str::from_utf8(word).ok().and_then(|text| text.parse().ok());
        let keyspace = number.map(Keyspace).ok_or_else(|| Wrong::Unknown(lossy(word)))?;
        Ok(C::Resync(Some(keyspace)))
    }),
];

const LIST: &[Entry] = &[
    entry("numsessions", "", "how many calls", |_| Ok(C::Numsessions)),
    entry("sessions", "<callid> | all | own | foreign | recording", "calls, or one call in full", |w| {
        Ok(match w.needed()? {
            b"all" => C::Sessions(Which::All),
            b"own" => C::Sessions(Which::Own),
            b"foreign" => C::Sessions(Which::Foreign),
            b"recording" => C::Sessions(Which::Recording),
            call_id => C::Session(CallId::from(call_id)),
        })
    }),
    entry("totals", "", "all counters", |_| Ok(C::Totals)),
    entry("counters", "", "counters of the last second", |_| Ok(C::Counters)),
    entry("loglevels", "", "the log systems", |_| Ok(C::LogLevels)),
    entry("loglevel", "[<system>]", "log levels", |w| Ok(C::LogLevel(w.next().map(lossy)))),
    entry("interfaces", "", "interfaces and their ports", |_| Ok(C::Interfaces)),
    entry("jsonstats", "", "all counters as JSON", |_| Ok(C::JsonStats)),
    entry("transcoders", "", "transcoders: none here", |_| Ok(C::Transcoders)),
];

const SET: &[Entry] = &[entry("loglevel", "[<system>] <1-8>", "log levels", |w| {
    let first = w.needed_text()?;
    // A single number is the level of all systems.
    if first.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return Ok(C::SetLogLevel(None, first));
    }
    Ok(C::SetLogLevel(Some(first), w.needed_text()?))
})];

const PARAMS: &[Entry] = &[
    entry("start", "", "as they were at the start", |_| Ok(C::Params(ParamsWord::Start))),
    entry("current", "", "as they are", |_| Ok(C::Params(ParamsWord::Current))),
    entry("diff", "", "those that were changed", |_| Ok(C::Params(ParamsWord::Diff))),
    entry("revert", "", "set them back", |_| Ok(C::Params(ParamsWord::Revert))),
];

/// The words after a call-id, for the help text; [`call_act`] reads them.
const CALL: &[(&str, &str, &str)] = &[
    ("info", "", "the call in full"),
    ("terminate", "", "end it"),
    ("debug", "on | off", "write debug lines for it"),
    ("tag", "<tag> info", "one party in full"),
];

/// Parses a line. A line that is no command is a command too: the one that says so.
pub fn parse(line: &[u8]) -> CtlCommand {
    // rtpengine's lines are C strings.
    let line = line.split(|b| *b == 0).next().unwrap_or_default();
    let mut words = Words { rest: Some(line) };
    let command = match words.next() {
        None => Err(Wrong::MoreParameters),
        Some(b"help") => Ok(C::Help(Level::Top)),
        Some(word) => entry_of(TOP, word, &mut words),
    };
    command.unwrap_or_else(C::Wrong)
}

/// The words of a level, with what follows them and what they do.
pub fn words_of(level: Level) -> Vec<(String, &'static str)> {
    let show = |word: &str, follows: &str| match follows {
        "" => word.to_owned(),
        follows => format!("{word} {follows}"),
    };
    let of = |table: &'static [Entry]| table.iter().map(move |e| (show(e.word, e.follows), e.about));
    let shown = Parameter::ALL.iter().filter(|p| p.can_be_shown()).map(|p| (p.word().to_owned(), p.about()));
    let set = Parameter::ALL.iter().map(|p| (show(p.word(), p.follows()), p.about()));
    match level {
        Level::Top => of(TOP).collect(),
        Level::List => of(LIST).chain(shown).collect(),
        Level::Set => of(SET).chain(set).collect(),
        Level::Params => of(PARAMS).collect(),
        Level::Call => CALL.iter().map(|(word, follows, about)| (show(word, follows), *about)).collect(),
    }
}

/// Reads the word of a second level.
fn level(words: &mut Words<'_>, level: Level) -> Result<CtlCommand, Wrong> {
    let word = words.needed()?;
    if word == b"help" {
        return Ok(C::Help(level));
    }
    let parameter = Parameter::ALL.iter().copied().find(|p| p.word().as_bytes() == word);
    match (level, parameter) {
        (Level::List, Some(parameter)) if parameter.can_be_shown() => Ok(C::Show(parameter)),
        (Level::List, _) => entry_of(LIST, word, words),
        (Level::Set, Some(parameter)) => Ok(C::Set(parameter, words.needed_text()?)),
        (Level::Set, None) => entry_of(SET, word, words),
        (Level::Params, _) => entry_of(PARAMS, word, words),
        (Level::Top | Level::Call, _) => Err(Wrong::Unknown(lossy(word))),
    }
}

fn entry_of(table: &[Entry], word: &[u8], words: &mut Words<'_>) -> Result<CtlCommand, Wrong> {
    match table.iter().find(|entry| entry.word.as_bytes() == word) {
        Some(entry) => (entry.read)(words),
        None => Err(Wrong::Unknown(lossy(word))),
    }
}

fn call_act(words: &mut Words<'_>) -> CallAct {
    match words.next() {
        None => CallAct::Wrong(Wrong::MoreParameters),
        Some(b"info") => CallAct::Info,
        Some(b"terminate") => CallAct::Terminate,
        Some(b"debug") => CallAct::Debug(debug_flag(words)),
        Some(b"tag") => match (words.next().map(Tag::from), words.next()) {
            (None, _) => CallAct::Wrong(Wrong::MoreParameters),
            (Some(tag), Some(b"info") | None) => CallAct::Party(tag),
            (Some(_), Some(word)) => CallAct::Wrong(Wrong::Unknown(lossy(word))),
        },
        Some(word) => CallAct::Wrong(Wrong::Unknown(lossy(word))),
    }
}

fn debug_flag(words: &mut Words<'_>) -> DebugFlag {
    match words.next() {
        None | Some(b"on") => DebugFlag::On,
        Some(b"off") => DebugFlag::Off,
        Some(word) => DebugFlag::Invalid(lossy(word)),
    }
}

fn lossy(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}

/// The words of a line.
#[derive(Debug)]
struct Words<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest.filter(|rest| !rest.is_empty())?;
        let at = rest.iter().position(|b| *b == b' ');
        self.rest = at.map(|at| &rest[at + 1..]);
        Some(&rest[..at.unwrap_or(rest.len())])
    }

    fn needed(&mut self) -> Result<&'a [u8], Wrong> {
        self.next().ok_or(Wrong::MoreParameters)
    }

    fn needed_text(&mut self) -> Result<String, Wrong> {
        self.needed().map(lossy)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ctl::effect::Effect;

    #[test]
    fn lines_become_commands() {
        let unknown = |word: &str| C::Wrong(Wrong::Unknown(word.to_owned()));
        let cases: Vec<(&[u8], CtlCommand)> = vec![
            (b"list numsessions", C::Numsessions),
            (b"get numsessions extra", C::Numsessions),
            (b"list numsessions\0", C::Numsessions),
            (b"list", C::Wrong(Wrong::MoreParameters)),
            (b"list ", C::Wrong(Wrong::MoreParameters)),
            (b"   list   numsessions  ", unknown("")),
            (b"list  numsessions", unknown("")),
            (b"LIST NUMSESSIONS", unknown("LIST")),
            (b"list sessions foreign", C::Sessions(Which::Foreign)),
            (b"list sessions a@b", C::Session(CallId::from("a@b"))),
            (b"list redisdisable", unknown("redisdisable")),
            (b"set timeout 5", C::Set(Parameter::Timeout, "5".to_owned())),
            (b"set timeout", C::Wrong(Wrong::MoreParameters)),
            (b"set loglevel core 6", C::SetLogLevel(Some("core".to_owned()), "6".to_owned())),
            (b"set loglevel core", C::Wrong(Wrong::MoreParameters)),
            (b"set loglevel 5", C::SetLogLevel(None, "5".to_owned())),
            (b"terminate \xff", C::Terminate(Filter::One(CallId::from(&b"\xff"[..])))),
            (b"call x", C::Call(CallId::from("x"), CallAct::Wrong(Wrong::MoreParameters))),
            (b"call x tag t info", C::Call(CallId::from("x"), CallAct::Party(Tag::from("t")))),
            (b"standby", C::StandBy(Handover::Safe)),
            (b"standby --force", C::StandBy(Handover::Forced)),
            (b"standby -f", C::StandBy(Handover::Safe)),
            (b"debug", C::Debug(None)),
            (b"debug x", C::Debug(Some((CallId::from("x"), DebugFlag::On)))),
            (b"resync 3", C::Resync(Some(Keyspace(3)))),
            (b"resync all", unknown("all")),
            (b"set help", C::Help(Level::Set)),
            (b"terminate help", C::Terminate(Filter::One(CallId::from("help")))),
        ];
        for (line, command) in cases {
            assert_eq!(parse(line), command, "{}", line.escape_ascii());
        }
    }

    /// Every word of the table, so that a new one must be put into one of the two lists.
    #[test]
    fn each_command_reads_or_changes() {
        let plain = |word: &str| word.replace(" [<number>]", "").replace('<', "");
        let lines = |level: Level, before: &str| -> Vec<String> {
            words_of(level).iter().map(|(word, _)| format!("{before}{}", plain(word))).collect()
        };
        let changing = ["terminate", "ksadd", "ksrm", "active", "standby", "debug", "resync"];
        let changes = |line: &str| matches!(parse(line.as_bytes()).effect(), Effect::Changes(_));
        for line in lines(Level::Top, "") {
            let word = line.split(' ').next().expect("a word");
            assert_eq!(changes(&line), changing.contains(&word), "{line}");
        }
        assert!(lines(Level::List, "list ").iter().all(|line| !changes(line)));
        assert!(lines(Level::Set, "set ").iter().all(|line| changes(line)));
        let call = lines(Level::Call, "call id ");
        assert_eq!(call.iter().map(|line| changes(line)).collect::<Vec<_>>(), [false, true, true, false]);
        let params = lines(Level::Params, "params ");
        assert_eq!(params.iter().map(|line| changes(line)).collect::<Vec<_>>(), [false, false, false, true]);
        let words = |line: &[u8]| parse(line).effect();
        assert_eq!(words(b"terminate own"), Effect::Changes("terminate own".to_owned()));
        assert_eq!(words(b"standby --force"), Effect::Changes("standby --force".to_owned()));
        assert_eq!(words(b"call a@b terminate"), Effect::Changes("call=a@b terminate".to_owned()));
        assert_eq!(words(b"set timeout \x1b"), Effect::Changes("set timeout \\x1b".to_owned()));
    }

    proptest! {
        /// No line is too strange to be parsed.
        #[test]
        fn any_line_is_parsed(line in proptest::collection::vec(any::<u8>(), 0..64)) {
            parse(&line);
        }
    }
}
