//! The table of all commands: the rows of each group, the way from a line to its row, and the help.

use std::fmt::Write;
use std::sync::LazyLock;

use serde_json::json;

use super::command::{Command, Head, Level, Row};
use super::problem::Problem;
use super::words::Words;
use super::{call, health, interfaces, keyspaces, log_level, parameters, sessions, statistics, takeover};
use crate::origin::Right;

/// All commands.
static ROWS: LazyLock<Vec<&'static dyn Row>> = LazyLock::new(|| {
    let groups = [
        ROWS_OF_HELP,
        health::ROWS,
        sessions::ROWS,
        call::ROWS,
        statistics::ROWS,
        interfaces::ROWS,
        takeover::ROWS,
        keyspaces::ROWS,
        log_level::ROWS,
        parameters::ROWS,
    ];
    groups.concat().into_iter().chain(parameters::rows_of_each()).collect()
});

const ROWS_OF_HELP: &[&dyn Row] = &[&USAGE];

static USAGE: Command<()> = Command {
    head: Head {
        level: Level::Top,
        word: "usage",
        arguments: "",
        help: "all commands of all levels",
        right: Right::Read,
    },
    run: |_, _| Ok(()),
    rtpengine: |()| usage(),
    table: |()| usage(),
    json: |()| json!({ "text": usage() }),
};

static HELP: [Command<Level>; 5] = [
    help_of(Level::Top, |_, _| Ok(Level::Top)),
    help_of(Level::List, |_, _| Ok(Level::List)),
    help_of(Level::Set, |_, _| Ok(Level::Set)),
    help_of(Level::Params, |_, _| Ok(Level::Params)),
    help_of(Level::Call, |_, _| Ok(Level::Call)),
];

const fn help_of(
    level: Level,
    run: fn(&mut super::execution::Execution<'_>, &mut Words<'_>) -> Result<Level, Problem>,
) -> Command<Level> {
    Command {
        head: Head {
            level,
            word: "help",
            arguments: "",
            help: "the words of this level",
            right: Right::Read,
        },
        run,
        rtpengine: |level| help(*level),
        table: |level| help(*level),
        json: |level| json!({ "text": help(*level) }),
    }
}

/// The part of every command that lists show.
pub fn heads() -> impl Iterator<Item = Head> {
    ROWS.iter().map(|row| row.head())
}

/// Finds the command of a line. The words are left behind its own word.
///
/// # Errors
/// The line is no command.
pub fn find(words: &mut Words<'_>) -> Result<&'static dyn Row, Problem> {
    let first = words.needed()?;
    let below = Level::BELOW.into_iter().find(|(word, ..)| word.as_bytes() == first);
    let Some((.., level)) = below else {
        return of_level(Level::Top, first).ok_or_else(|| Problem::unknown_command(first));
    };
    let word = words.needed()?;
    if level == Level::Call {
        words.as_call_id();
        // A call that does not exist is a worse mistake than the word behind it.
        let before = words.clone();
        let row = words.take().and_then(|word| of_level(level, word).filter(|row| row.head().word != "help"));
        return Ok(row.unwrap_or_else(|| {
            *words = before;
            call::OTHERWISE
        }));
    }
    of_level(level, word).ok_or_else(|| Problem::unknown_command(word))
}

/// The right that a line needs: to read, if it is no command.
#[cfg(test)]
pub fn right_of(line: &[u8]) -> Right {
    find(&mut Words::new(line)).map_or(Right::Read, |row| row.head().right)
}

fn of_level(level: Level, word: &[u8]) -> Option<&'static dyn Row> {
    let help = HELP.iter().map(|row| row as &dyn Row);
    let mut rows = ROWS.iter().copied().chain(help);
    rows.find(|row| row.head().level == level && row.head().word.as_bytes() == word)
}

/// The words of a level with their arguments, and the help of each; none for a word that only leads to another level.
fn words_of(level: Level) -> Vec<(String, &'static str)> {
    let below = Level::BELOW.map(|(word, follows, _)| (format!("{word} {follows}"), ""));
    let below = below.into_iter().filter(|_| level == Level::Top);
    let rows = heads().filter(|head| head.level == level).map(|head| (head.usage(), head.help));
    below.chain(rows).collect()
}

fn help(level: Level) -> String {
    let mut text = String::from("Available sub-commands at this level:\n");
    for (word, help) in words_of(level) {
        let _ = match help {
            "" => writeln!(text, "\t{word}"),
            help => writeln!(text, "\t{word:<49}: {help}"),
        };
    }
    text
}

fn usage() -> String {
    let mut text = String::from("    Supported commands are:\n\n");
    for (word, help) in words_of(Level::Top) {
        let _ = match help {
            "" => writeln!(text, "    {word}"),
            help => writeln!(text, "    {word:<46}: {help}"),
        };
        let below = Level::BELOW.iter().find(|(first, ..)| word.split(' ').next() == Some(first));
        for (word, help) in below.into_iter().flat_map(|(.., level)| words_of(*level)) {
            let _ = writeln!(text, "        {word:<42}: {help}");
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_become_commands() {
        let unknown = |word: &str| Err(format!("Unknown command: {word}"));
        let more = || Err("More parameters required.".to_owned());
        let found = |level, word: &'static str| Ok((level, word));
        type Found = Result<(Level, &'static str), String>;
        let cases: Vec<(&[u8], Found)> = vec![
            (b"list numsessions", found(Level::List, "numsessions")),
            (b"get numsessions extra", found(Level::List, "numsessions")),
            (b"list numsessions\0", found(Level::List, "numsessions")),
            (b"", more()),
            (b"list", more()),
            (b"list ", more()),
            (b"   list   numsessions  ", unknown("")),
            (b"list  numsessions", unknown("")),
            (b"LIST NUMSESSIONS", unknown("LIST")),
            (b"list redisdisable", unknown("redisdisable")),
            (b"set redisdisable", found(Level::Set, "redisdisable")),
            (b"terminate \xff", found(Level::Top, "terminate")),
            (b"call", more()),
            (b"call x", found(Level::Call, "")),
            (b"call help", found(Level::Call, "")),
            (b"call x nonsense", found(Level::Call, "")),
            (b"call x tag t info", found(Level::Call, "tag")),
            (b"set help", found(Level::Set, "help")),
            (b"help", found(Level::Top, "help")),
        ];
        for (line, expected) in cases {
            let row = find(&mut Words::new(line)).map(|row| (row.head().level, row.head().word));
            let row = row.map_err(|problem| problem.text.trim_end_matches('\n').to_owned());
            assert_eq!(row, expected, "{}", line.escape_ascii());
        }
    }

    /// Every word of the table, so that a new one must be put into one of the two lists.
    #[test]
    fn each_command_reads_or_changes() {
        let changing = [
            "active",
            "call debug",
            "call terminate",
            "debug",
            "ksadd",
            "ksrm",
            "params revert",
            "resync",
            "standby",
            "terminate",
        ];
        let name = |head: &Head| match head.level {
            Level::Top => head.word.to_owned(),
            level => format!("{level:?} {}", head.word).to_lowercase(),
        };
        let changes: BTreeSet<String> = heads()
            .filter(|head| head.right == Right::Change && head.level != Level::Set)
            .map(|h| name(&h))
            .collect();
        assert_eq!(changes, changing.map(str::to_owned).into());
        assert!(heads().all(|head| head.right == Right::Change || head.level != Level::Set));
        assert_eq!(heads().filter(|head| head.right == Right::Signal).count(), 0);
    }

    #[test]
    fn each_command_is_found_by_its_words_and_explained() {
        let mut seen = BTreeSet::new();
        for head in heads() {
            let before =
                Level::BELOW.iter().find(|(.., level)| *level == head.level).map_or("", |(word, ..)| word);
            let call_id = if head.level == Level::Call { "id " } else { "" };
            let line = format!("{before} {call_id}{}", head.word);
            let row = find(&mut Words::new(line.trim_start().as_bytes())).expect("found");
            assert_eq!(row.head(), head, "{line}");
            assert!(!head.help.is_empty(), "{line}");
            assert!(seen.insert(line), "{} stands twice in the table", head.word);
            let shown = if head.arguments.is_empty() { head.word } else { &head.usage() };
            assert!(usage().contains(shown) && help(head.level).contains(shown), "{shown}");
        }
    }

    #[test]
    fn the_log_names_the_call_first_and_escapes_the_rest() {
        let taken = |line: &'static [u8]| {
            let mut words = Words::new(line);
            let _ = find(&mut words);
            while words.take().is_some() {}
            words.for_log()
        };
        assert_eq!(taken(b"standby --force"), "standby --force");
        assert_eq!(taken(b"call a@b terminate"), "call=a@b call terminate");
        assert_eq!(taken(b"set timeout \x1b"), "set timeout \\x1b");
    }

    proptest! {
        /// No line is too strange.
        #[test]
        fn any_line_is_found_or_refused(line in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = find(&mut Words::new(&line)).map(Row::head);
        }
    }
}
