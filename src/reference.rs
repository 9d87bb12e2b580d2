//! Documents written from the tables of the program, for `tests/generated.rs` and for packages.

use std::fmt::Write;

use clap::{Arg, Command};
use tandem_shards::reasons::{DropReason, EndCause};

use crate::ctl::command::{Head, Level};
use crate::ctl::commands::heads;
use crate::ctl::problem::EXIT_CODES;
use crate::{cli, config, ng};

/// The page of ng.
pub fn ng() -> String {
    ng::reference::page()
}

/// The page of the keys of the configuration.
pub fn keys() -> String {
    config::reference::page()
}

/// The page of reasons that are counted.
pub fn reasons() -> String {
    let mut page = String::from(
        "# Reasons that are counted\n\nThis page is written from their definitions (`shards/src/reasons.rs`).\n",
    );
    let drops = DropReason::ALL.map(|reason| (reason.name(), reason.meaning()));
    let ends = EndCause::ALL.map(|cause| (cause.name(), cause.meaning()));
    for (title, intro, rows) in [
        (
            "Packets dropped",
            "`tandem_packets_dropped_total{reason}`, `tandem ctl list totals --json`",
            &drops[..],
        ),
        (
            "Calls ended",
            "`tandem_call_ends_total{cause}`, the log, `tandem ctl list totals --json`",
            &ends[..],
        ),
    ] {
        let _ = write!(page, "\n## {title}\n\n{intro}\n\n| name | meaning |\n|---|---|\n");
        for (name, meaning) in rows {
            let _ = writeln!(page, "| `{name}` | {meaning} |");
        }
    }
    page
}

/// The default file.
pub fn default_file() -> String {
    config::reference::default_file()
}

/// The command line with the commands of `tandem ctl` as verbs of their own, for completions.
pub fn command() -> Command {
    let verb = |head: Head| Command::new(head.word).about(head.help);
    let of_level = |level| heads().filter(move |head| head.level == level);
    cli::command().mut_subcommand("ctl", |ctl| {
        let ctl = ctl.mut_arg("words", |words| words.required(false).hide(true));
        let below = Level::BELOW.into_iter().map(|(word, follows, level)| {
            let group = Command::new(word);
            match level {
                Level::Call => group.arg(Arg::new("call-id").help(follows)),
                level => group.subcommands(of_level(level).map(verb)),
            }
        });
        ctl.subcommands(of_level(Level::Top).filter(|head| head.word != "help").map(verb)).subcommands(below)
    })
}

/// The commands of `tandem ctl`: each with its arguments, and its help.
pub fn ctl_commands() -> Vec<(String, &'static str)> {
    let usage = |head: Head| {
        let before = Level::BELOW.iter().find(|(.., level)| *level == head.level);
        match before {
            Some(("call", ..)) => format!("call <callid> {}", head.usage()),
            Some((word, ..)) => format!("{word} {}", head.usage()),
            None => head.usage(),
        }
    };
    heads().map(|head| (usage(head).trim_end().to_owned(), head.help)).collect()
}

/// The exit codes, and their meanings.
pub fn exit_codes() -> [(u8, &'static str); 8] {
    EXIT_CODES
}
