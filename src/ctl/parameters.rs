//! Parameters that can be shown and set while the node runs, with rtpengine's words and texts: `list`, `set`, `params`.
//!
//! A parameter is one `Parameter`; it is a command of `list` and a command of `set`. `parameters/table.rs` has them.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use nix::sys::resource::{Resource, setrlimit};
use serde_json::{Map, Value as Json, json};

use super::answer::Answer;
use super::command::{Command, Head, Level, Row};
use super::execution::Execution;
use super::problem::Problem;
use super::text::printable;
use super::words::Words;
use crate::logging;
use crate::node::{Live, Node};
use crate::origin::Right;

mod table;

use table::{COUNT, PARAMETERS};

/// The commands of this group besides those of each parameter.
pub const ROWS: &[&dyn Row] = &[&START, &CURRENT, &DIFF, &REVERT];

/// The commands of each parameter.
pub fn rows_of_each() -> impl Iterator<Item = &'static dyn Row> {
    let shown = SHOW.iter().filter(|show| show.0.shown != Shown::Never).map(|show| show as &dyn Row);
    shown.chain(SET.iter().map(|set| set as &dyn Row))
}

/// A parameter.
#[derive(Debug)]
struct Parameter {
    /// Its word after `list` and `set`.
    word: &'static str,
    /// Its value in the help text.
    value: &'static str,
    help: &'static str,
    /// Its name in answers to `set`.
    name_when_set: &'static str,
    shown: Shown,
    get: fn(&Node, &Live) -> Value,
    /// Reads a value and puts it into the settings; refused with the whole line of the answer, since each differs.
    set: fn(&Parameter, &Node, &mut Live, &str) -> Result<Value, String>,
}

/// The text of `list` around a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// None.
    Value,
    /// The words before it.
    Before(&'static str),
    /// Words before it, and the file of the process that has it too.
    OpenFiles,
    /// `list` does not have it.
    Never,
}

/// The meaning of zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zero {
    /// Zero would end all calls.
    Refused,
    /// Off.
    Taken,
}

/// The value of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Value {
    Whole(i64),
    /// A number with this many decimals.
    Decimal(f64, usize),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Whole(number) => write!(f, "{number}"),
            Value::Decimal(number, decimals) => write!(f, "{number:.decimals$}"),
        }
    }
}

/// A parameter as a command of `list`.
#[derive(Clone, Copy, Debug)]
struct Show(&'static Parameter);

/// A parameter as a command of `set`.
#[derive(Clone, Copy, Debug)]
struct Set(&'static Parameter);

static SHOW: [Show; COUNT] = {
    let mut rows = [Show(&PARAMETERS[0]); COUNT];
    let mut at = 0;
    while at < COUNT {
        rows[at] = Show(&PARAMETERS[at]);
        at += 1;
    }
    rows
};

static SET: [Set; COUNT] = {
    let mut rows = [Set(&PARAMETERS[0]); COUNT];
    let mut at = 0;
    while at < COUNT {
        rows[at] = Set(&PARAMETERS[at]);
        at += 1;
    }
    rows
};

impl Row for Show {
    fn head(&self) -> Head {
        let Parameter { word, help, .. } = self.0;
        Head { level: Level::List, word, arguments: "", help, right: Right::Read }
    }

    fn run(
        &'static self,
        execution: &mut Execution<'_>,
        _words: &mut Words<'_>,
    ) -> Result<Box<dyn Answer>, Problem> {
        let value = (self.0.get)(execution.node, &execution.node.live());
        let text = match self.0.shown {
            Shown::Value | Shown::Never => format!("{value}\n"),
            Shown::Before(words) => format!("{words}{value}\n"),
            Shown::OpenFiles => format!(
                "Maximum open-files configured on rtpengine: {value}; cat /proc/{}/limits\n",
                std::process::id()
            ),
        };
        Ok(Box::new(Valued { parameter: self.0, value, text }))
    }
}

impl Row for Set {
    fn head(&self) -> Head {
        let Parameter { word, value, help, .. } = self.0;
        Head { level: Level::Set, word, arguments: value, help, right: Right::Change }
    }

    fn run(
        &'static self,
        execution: &mut Execution<'_>,
        words: &mut Words<'_>,
    ) -> Result<Box<dyn Answer>, Problem> {
        let text = words.needed_text()?;
        let mut live = execution.node.live();
        let parameter = self.0;
        let value = (parameter.set)(parameter, execution.node, &mut live, &text).map_err(|line| {
            Problem::new("not set", printable(line.trim_end_matches('\n').as_bytes()) + "\n")
        })?;
        execution.adopt(live);
        let off = match (parameter.word, value) {
            ("maxsessions", Value::Whole(-1)) => "; disable feature",
            _ => "",
        };
        let text = format!("Success setting {} to {value}{off}\n", parameter.name_when_set);
        Ok(Box::new(Valued { parameter, value, text }))
    }
}

#[derive(Debug)]
struct Valued {
    parameter: &'static Parameter,
    value: Value,
    text: String,
}

impl Answer for Valued {
    fn rtpengine(&self) -> String {
        self.text.clone()
    }

    fn table(&self) -> String {
        self.text.clone()
    }

    fn json(&self) -> Json {
        let number = match self.value {
            Value::Whole(number) => json!(number),
            Value::Decimal(number, _) => json!(number),
        };
        Json::Object(Map::from_iter([(self.parameter.word.to_owned(), number)]))
    }
}

static START: Command<Vec<(String, String)>> =
    listed("start", "as they were at the start", |execution, _| {
        Ok(listing(execution.node, &execution.node.at_start))
    });

static CURRENT: Command<Vec<(String, String)>> =
    listed("current", "as they are", |execution, _| Ok(listing(execution.node, &execution.node.live())));

type Listing = Vec<(String, String)>;

const fn listed(
    word: &'static str,
    help: &'static str,
    run: fn(&mut Execution<'_>, &mut Words<'_>) -> Result<Listing, Problem>,
) -> Command<Listing> {
    let text = |list: &Listing| list.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
    Command {
        head: Head { level: Level::Params, word, arguments: "", help, right: Right::Read },
        run,
        rtpengine: text,
        table: text,
        json: |list| Json::Object(list.iter().map(|(name, value)| (name.clone(), json!(value))).collect()),
    }
}

static DIFF: Command<Vec<Changed>> = Command {
    head: Head {
        level: Level::Params,
        word: "diff",
        arguments: "",
        help: "those that were changed",
        right: Right::Read,
    },
    run: |execution, _| {
        let pairs = numbers(&execution.node.at_start).into_iter().zip(numbers(&execution.node.live()));
        let changed = pairs.filter(|((_, before), (_, now))| before != now);
        Ok(changed.map(|((name, before), (_, now))| Changed { name, before, now }).collect())
    },
    rtpengine: |list| list.iter().map(Changed::text).collect(),
    table: |list| list.iter().map(Changed::text).collect(),
    json: |list| Json::Object(list.iter().map(|changed| (changed.name.to_owned(), changed.json())).collect()),
};

static REVERT: Command<()> = Command {
    head: Head {
        level: Level::Params,
        word: "revert",
        arguments: "",
        help: "set them back",
        right: Right::Change,
    },
    run: |execution, _| {
        let at_start = &execution.node.at_start;
        execution.node.admission.set_max_sessions(at_start.limits.max_sessions);
        execution.adopt(at_start.clone());
        Ok(())
    },
    rtpengine: |()| String::new(),
    table: |()| "Parameters are as they were at the start.\n".to_owned(),
    json: |()| json!({}),
};

/// A parameter that differs from its value at the start.
#[derive(Debug)]
struct Changed {
    name: &'static str,
    before: i128,
    now: i128,
}

impl Changed {
    fn text(&self) -> String {
        format!("{}: {} => {}\n", self.name, self.before, self.now)
    }

    fn json(&self) -> Json {
        // The numbers are microseconds of at most 32 bits of seconds.
        let small = |number: i128| i64::try_from(number).unwrap_or(i64::MAX);
        json!({ "before": small(self.before), "now": small(self.now) })
    }
}

impl Parameter {
    fn set_max_sessions(&self, node: &Node, _live: &mut Live, text: &str) -> Result<Value, String> {
        let number = self.whole(text)?;
        if number < -1 {
            return Err(self.fail(text, "either positive or -1 values allowed"));
        }
        node.admission.set_max_sessions(number);
        Ok(Value::Whole(number))
    }

    fn set_decimal(&self, limit: &mut Option<f64>, decimals: usize, text: &str) -> Result<Value, String> {
        let number = decimal(text).ok_or_else(|| self.fail(text, "no digits found"))?;
        *limit = (number > 0.0).then_some(number);
        Ok(Value::Decimal(number, decimals))
    }

    fn set_max_bandwidth(&self, _node: &Node, live: &mut Live, text: &str) -> Result<Value, String> {
        let number = self.positive(text)?;
        live.limits.max_bandwidth = (number > 0).then_some(number);
        Ok(whole(number))
    }

    fn set_delete_delay(&self, _node: &Node, live: &mut Live, text: &str) -> Result<Value, String> {
        if self.positive(text).is_err() {
            return Err("Invalid delete-delay value\n".to_owned());
        }
        self.set_duration(&mut live.settings.delete_delay, Zero::Taken, text)
    }

    fn set_duration(&self, place: &mut Duration, zero: Zero, text: &str) -> Result<Value, String> {
        let number = self.positive(text)?;
        if number == 0 && zero == Zero::Refused || u32::try_from(number).is_err() {
            return Err(self.fail(text, &format!("must be 1 to {}", u32::MAX)));
        }
        *place = Duration::from_secs(number);
        Ok(whole(number))
    }

    fn set_open_files(&self, text: &str) -> Result<Value, String> {
        const LEAST: u64 = 65536;
        let number = self.positive(text)?;
        if number < LEAST {
            return Err(self.fail(text, &format!("can't set it under {LEAST}")));
        }
        match setrlimit(Resource::RLIMIT_NOFILE, number, number) {
            Ok(()) => Ok(whole(number)),
            Err(errno) => Err(self.fail(text, &format!("errno = {}", errno as i32))),
        }
    }

    fn whole(&self, text: &str) -> Result<i64, String> {
        strtol(text).map_err(|why| self.fail(text, why.text()))
    }

    fn positive(&self, text: &str) -> Result<u64, String> {
        let number = self.whole(text)?;
        u64::try_from(number).map_err(|_| self.fail(text, "errno=0"))
    }

    fn fail(&self, text: &str, reason: &str) -> String {
        format!("Fail setting {} to {text}; {reason}\n", self.name_when_set)
    }

    fn invalid(&self, text: &str, reason: &str) -> String {
        format!("Invalid {} value {text}, {reason}\n", self.name_when_set)
    }

    /// The answer for a parameter that cannot be changed here; values that rtpengine would not take are named first.
    fn unchangeable(&self, text: &str, range: RangeInclusive<i64>, reason: &'static str) -> String {
        let fits = self.whole(text).is_ok_and(|number| range.contains(&number));
        self.invalid(text, if fits { NO_EFFECT } else { reason })
    }
}

const NO_EFFECT: &str = "it cannot be changed while tandem runs";

/// Reasons that a number was not read; the texts are those that C's `strtol` leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotANumber {
    /// No digits at the beginning.
    NoDigits,
    /// Too large a number.
    TooLarge,
}

impl NotANumber {
    /// Text of rtpengine.
    pub fn text(self) -> &'static str {
        match self {
            NotANumber::NoDigits => "no digits found",
            NotANumber::TooLarge => "errno=34",
        }
    }
}

/// Reads a number as C's `strtol` does: what follows the digits is ignored.
///
/// # Errors
/// No digits, or too many.
pub fn strtol(text: &str) -> Result<i64, NotANumber> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    if end == 0 {
        return Err(NotANumber::NoDigits);
    }
    let number: i64 = digits[..end].parse().map_err(|_| NotANumber::TooLarge)?;
    Ok(if negative { -number } else { number })
}

/// Reads a decimal number that is not negative; what follows is ignored.
fn decimal(text: &str) -> Option<f64> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    text[..end].parse().ok()
}

fn whole(number: u64) -> Value {
    Value::Whole(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Parameters by the names that rtpengine's `params current` has for them.
fn listing(node: &Node, live: &Live) -> Vec<(String, String)> {
    let settings = &live.settings;
    let (min, max) = node.ports.range();
    let mut list: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: String| list.push((name.to_owned(), value));
    add("log-level-core", logging::to_syslog(logging::level()).to_string());
    add("max_sessions", live.limits.max_sessions.to_string());
    add("default_tos", settings.tos.to_string());
    add("port_min", min.to_string());
    add("port_max", max.to_string());
    if let Some(redis) = &node.redis {
        add("redis_db", redis.keyspace().to_string());
    }
    add("bw_limit", live.limits.max_bandwidth.unwrap_or(0).to_string());
    for (name, duration) in [
        ("silent_timeout_us", settings.silent_timeout),
        ("timeout_us", settings.timeout),
        ("final_timeout_us", settings.final_timeout),
        ("offer_timeout_us", settings.offer_timeout),
        ("delete_delay_us", settings.delete_delay),
    ] {
        add(name, duration.as_micros().to_string());
    }
    add("max-cpu", Value::Decimal(live.limits.max_cpu.unwrap_or(0.0), 1).to_string());
    add("max-load", Value::Decimal(live.limits.max_load.unwrap_or(0.0), 2).to_string());
    for (n, address) in node.interfaces.addresses().iter().enumerate() {
        add(&format!("interface[{n}]"), format!("{}/{}", address.interface, address.ip));
    }
    let followed = node.redis.as_ref().map(|redis| redis.subscribed()).unwrap_or_default();
    for (n, keyspace) in followed.iter().enumerate() {
        add(&format!("keyspace[{n}]"), keyspace.to_string());
    }
    list
}

/// The same in the names and units of rtpengine's `params diff`: microseconds and hundredths.
fn numbers(live: &Live) -> Vec<(&'static str, i128)> {
    #[expect(clippy::cast_possible_truncation, reason = "limits are small numbers with two decimals")]
    let hundredths = |limit: Option<f64>| i128::from((limit.unwrap_or(0.0) * 100.0).round() as i64);
    let micros = |duration: Duration| i128::try_from(duration.as_micros()).unwrap_or(i128::MAX);
    let settings = &live.settings;
    vec![
        ("max-cpu", hundredths(live.limits.max_cpu)),
        ("max-load", hundredths(live.limits.max_load)),
        ("max-bw", i128::from(live.limits.max_bandwidth.unwrap_or(0))),
        ("timeout", micros(settings.timeout)),
        ("silent-timeout", micros(settings.silent_timeout)),
        ("final-timeout", micros(settings.final_timeout)),
        ("offer-timeout", micros(settings.offer_timeout)),
        ("delete-delay", micros(settings.delete_delay)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_c_does() {
        let cases = [
            ("12", Ok(12)),
            ("-1", Ok(-1)),
            ("12abc", Ok(12)),
            ("abc", Err(NotANumber::NoDigits)),
            ("-", Err(NotANumber::NoDigits)),
            ("99999999999999999999", Err(NotANumber::TooLarge)),
        ];
        for (text, number) in cases {
            assert_eq!(strtol(text), number, "{text}");
        }
        assert_eq!(decimal("95.5%"), Some(95.5));
        assert_eq!(decimal("abc"), None);
    }
}
