//! `list loglevels`, `list loglevel` and `set loglevel`.

use serde_json::json;

use super::command::{Command, Head, Level, Row};
use super::parameters::strtol;
use super::problem::Problem;
use super::text::printable;
use crate::logging;
use crate::origin::Right;

/// The commands of this group.
pub const ROWS: &[&dyn Row] = &[&SYSTEMS, &LEVEL, &SET_LEVEL];

/// The one log system there is, by rtpengine's name.
const LOG_SYSTEM: &str = "core";

static SYSTEMS: Command<()> = Command {
    head: Head {
        level: Level::List,
        word: "loglevels",
        arguments: "",
        help: "the log systems",
        right: Right::Read,
    },
    run: |_, _| Ok(()),
    rtpengine: |()| systems(),
    table: |()| systems(),
    json: |()| json!({ "text": systems() }),
};

static LEVEL: Command<Levels> = Command {
    head: Head {
        level: Level::List,
        word: "loglevel",
        arguments: "[<system>]",
        help: "log levels",
        right: Right::Read,
    },
    run: |_, words| {
        let level = logging::to_syslog(logging::level());
        Ok(match words.take() {
            None => Levels::OfAll(level),
            Some(system) => Levels::OfOne((system == LOG_SYSTEM.as_bytes()).then_some(level)),
        })
    },
    rtpengine: Levels::text,
    table: Levels::text,
    json: |levels| match levels {
        Levels::OfAll(level) | Levels::OfOne(Some(level)) => json!({ "loglevel": level }),
        Levels::OfOne(None) => json!({ "text": "" }),
    },
};

static SET_LEVEL: Command<i32> = Command {
    head: Head {
        level: Level::Set,
        word: "loglevel",
        arguments: "[<system>] <1-8>",
        help: "log levels",
        right: Right::Change,
    },
    run: |_, words| {
        let first = words.needed_text()?;
        // A single number is the level of all systems.
        if first.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return set(None, &first);
        }
        set(Some(&first), &words.needed_text()?)
    },
    rtpengine: |level| format!("Success setting loglevel to {level}\n"),
    table: |level| format!("Success setting loglevel to {level}\n"),
    json: |level| json!({ "loglevel": level }),
};

#[derive(Debug)]
enum Levels {
    OfAll(i32),
    /// None: there is no such system.
    OfOne(Option<i32>),
}

impl Levels {
    fn text(&self) -> String {
        match self {
            Levels::OfAll(level) => format!("{LOG_SYSTEM} = {level}\n"),
            Levels::OfOne(level) => level.map_or(String::new(), |level| format!("{level}\n")),
        }
    }
}

fn systems() -> String {
    format!("{LOG_SYSTEM} - Everything that isn't part of another subsystem\n")
}

fn set(system: Option<&str>, text: &str) -> Result<i32, Problem> {
    let fail = |reason: &str| {
        let text = printable(text.as_bytes());
        Err(Problem::new("not set", format!("Fail setting loglevel to {text}; {reason}\n")))
    };
    if system.is_some_and(|system| system != LOG_SYSTEM) {
        return fail("no such log system");
    }
    match strtol(text) {
        Err(why) => fail(why.text()),
        Ok(number @ 1..=8) => {
            let number = i32::try_from(number).expect("below 9");
            logging::set_level(logging::from_syslog(number));
            Ok(number)
        }
        Ok(_) => fail("must be 1 to 8"),
    }
}
