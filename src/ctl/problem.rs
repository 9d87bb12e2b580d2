//! Refusals of commands, and the exit codes of `tandem ctl`.

use std::fmt;

use super::text::printable;

/// Done, and healthy.
pub const EXIT_DONE: u8 = 0;
/// Refused or failed.
pub const EXIT_REFUSED: u8 = 1;
/// Wrong usage.
pub const EXIT_USAGE: u8 = 2;
/// No such call, tag, keyspace or shard.
pub const EXIT_NOT_FOUND: u8 = 3;
/// Some shard did not answer in time.
pub const EXIT_PARTIAL: u8 = 4;
/// The daemon cannot be reached.
pub const EXIT_UNREACHABLE: u8 = 5;
/// The configuration is valid, but not on this host.
pub const EXIT_HOST: u8 = 6;
/// Degraded: it works, but not all of it.
pub const EXIT_DEGRADED: u8 = 7;

/// The exit codes in words: the one text of the help, the man page and the README.
pub const EXIT_CODES: [(u8, &str); 8] = [
    (EXIT_DONE, "done, and healthy"),
    (EXIT_REFUSED, "refused or failed; the reason is on stderr"),
    (EXIT_USAGE, "wrong usage"),
    (EXIT_NOT_FOUND, "no such call, tag, keyspace or shard"),
    (EXIT_PARTIAL, "some shard did not answer in time"),
    (EXIT_UNREACHABLE, "the daemon cannot be reached"),
    (EXIT_HOST, "the configuration is valid, but not on this host"),
    (
        EXIT_DEGRADED,
        "degraded: Redis cannot be written or followed, or an own media address is not on this host",
    ),
];

/// The refusal of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its stable name, for the log and its counts.
    pub name: &'static str,
    /// Its text in the words of rtpengine's CLI.
    pub text: String,
    /// The exit code of `tandem ctl`.
    pub exit: u8,
    /// True if the listener does not grant the command.
    pub is_forbidden: bool,
}

impl Problem {
    /// A refusal by name, with its text.
    pub fn new(name: &'static str, text: impl Into<String>) -> Problem {
        Problem { name, text: text.into(), exit: EXIT_REFUSED, is_forbidden: false }
    }

    /// The same, of something that does not exist.
    #[must_use]
    pub fn not_found(self) -> Problem {
        Problem { exit: EXIT_NOT_FOUND, ..self }
    }

    /// A line that ends too early.
    pub fn more_parameters() -> Problem {
        Problem::new("more parameters required", "More parameters required.\n")
    }

    /// A word that is in no table.
    pub fn unknown_command(word: &[u8]) -> Problem {
        Problem::new("unknown command", format!("Unknown command: {}\n", printable(word)))
    }

    /// A shard that had to answer and did not; its name stands with the silent shards.
    pub fn unanswered() -> Problem {
        Problem { exit: EXIT_PARTIAL, ..Problem::new("its shard does not answer", "") }
    }

    /// A command that its listener does not grant.
    pub fn forbidden(text: &str) -> Problem {
        Problem { is_forbidden: true, ..Problem::new("not allowed", text) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.trim())
    }
}
