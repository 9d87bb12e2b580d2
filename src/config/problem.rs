//! Errors of a configuration: each with its place, its key, its value and the reason.

use std::fmt::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

/// Place of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the file.
    File {
        /// Its path as given.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
    },
    /// In the file as a whole.
    WholeFile(PathBuf),
    /// On the command line.
    Flag,
    /// In an environment variable.
    Environment(&'static str),
    /// Nowhere: it is the default.
    Default,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Place.
    pub place: Place,
    /// Key; empty for the file as a whole.
    pub key: String,
    /// The value seen; none for an unknown key.
    pub value: Option<String>,
    /// Reason of the refusal, and what would be right.
    pub reason: String,
}

/// All that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Place::WholeFile(path) => write!(f, "{}", path.display()),
            Place::Flag => f.write_str("command line"),
            Place::Environment(name) => write!(f, "environment {name}"),
            Place::Default => f.write_str("default"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = Excerpt(&self.key, WORD_CHARACTERS_MAX);
        write!(f, "{}: ", self.place)?;
        match &self.value {
            Some(value) => write!(f, "{key} = {}: ", Excerpt(value, WORD_CHARACTERS_MAX))?,
            None if self.key.is_empty() => {}
            None => write!(f, "{key}: ")?,
        }
        write!(f, "{}", Excerpt(&self.reason, REASON_CHARACTERS_MAX))
    }
}

/// Characters of a key or a value in an error.
const WORD_CHARACTERS_MAX: usize = 60;
/// Characters of a reason, which may hold a value too.
const REASON_CHARACTERS_MAX: usize = 300;

/// The beginning of a text that came from outside, without control characters: it goes to a terminal.
struct Excerpt<'a>(&'a str, usize);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, character) in self.0.chars().enumerate() {
            match character {
                _ if n == self.1 => return f.write_str("…"),
                control if control.is_control() => write!(f, "{}", control.escape_default())?,
                character => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.0.iter().enumerate() {
            let end = if n + 1 < self.0.len() { "\n" } else { "" };
            write!(f, "{problem}{end}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// A problem as `tandem check --json` shows it.
#[derive(Debug, Serialize)]
pub struct ProblemView {
    place: String,
    key: String,
    value: Option<String>,
    reason: String,
}

impl From<&Problem> for ProblemView {
    fn from(problem: &Problem) -> Self {
        let word = |text: &str| Excerpt(text, WORD_CHARACTERS_MAX).to_string();
        ProblemView {
            place: problem.place.to_string(),
            key: word(&problem.key),
            value: problem.value.as_deref().map(word),
            reason: Excerpt(&problem.reason, REASON_CHARACTERS_MAX).to_string(),
        }
    }
}
