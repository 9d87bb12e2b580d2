//! One command: its words, its help, the right it needs, its effect, and its answer in each form.
//!
//! A command is one [`Command`], in the file of its group. Everything that lists commands goes over these rows: the
//! parser, the check of rights, the help, the man page and the completions. The form that a row has for the table of
//! all commands is [`Row`], which hides the type of its answer.

use std::fmt;

use serde_json::Value;

use super::answer::Answer;
use super::execution::Execution;
use super::problem::Problem;
use super::words::Words;
use crate::origin::Right;

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

impl Level {
    /// Every level but the top, with the words that lead to it and what follows them.
    pub const BELOW: [(&'static str, &'static str, Level); 5] = [
        ("list", "<what>", Level::List),
        ("set", "<parameter> <value>", Level::Set),
        ("get", "<what>", Level::List),
        ("params", "<what>", Level::Params),
        ("call", "<callid> <what>", Level::Call),
    ];
}

/// The part of a row that lists show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The level of its word.
    pub level: Level,
    /// Its word.
    pub word: &'static str,
    /// Its arguments, for the help text.
    pub arguments: &'static str,
    /// Its effect, for the help text.
    pub help: &'static str,
    /// The right that it needs.
    pub right: Right,
}

impl Head {
    /// The word and its arguments.
    pub fn usage(&self) -> String {
        match self.arguments {
            "" => self.word.to_owned(),
            arguments => format!("{} {arguments}", self.word),
        }
    }
}

/// A row of the table: a command whose answer is a `D`.
#[derive(Debug)]
pub struct Command<D: 'static> {
    /// The part that lists show.
    pub head: Head,
    /// Reads the words behind its own, then has its effect. Faults in the words are found before any effect.
    pub run: fn(&mut Execution<'_>, &mut Words<'_>) -> Result<D, Problem>,
    /// The answer in the text of rtpengine's CLI, to the byte: clients match it.
    pub rtpengine: fn(&D) -> String,
    /// The answer for people: rtpengine's words where they are one line, a table where there is more to show.
    pub table: fn(&D) -> String,
    /// The answer for programs. Names are stable; times are milliseconds since the epoch, units are in the names.
    pub json: fn(&D) -> Value,
}

/// A row of the table of all commands.
pub trait Row: fmt::Debug + Sync {
    /// The part that lists show.
    fn head(&self) -> Head;
    /// Runs the command.
    ///
    /// # Errors
    /// Its refusal.
    fn run(
        &'static self,
        execution: &mut Execution<'_>,
        words: &mut Words<'_>,
    ) -> Result<Box<dyn Answer>, Problem>;
}

impl<D: fmt::Debug> Row for Command<D> {
    fn head(&self) -> Head {
        self.head
    }

    fn run(
        &'static self,
        execution: &mut Execution<'_>,
        words: &mut Words<'_>,
    ) -> Result<Box<dyn Answer>, Problem> {
        let data = (self.run)(execution, words)?;
        Ok(Box::new(Answered { command: self, data }))
    }
}

#[derive(Debug)]
struct Answered<D: 'static> {
    command: &'static Command<D>,
    data: D,
}

impl<D: fmt::Debug> Answer for Answered<D> {
    fn rtpengine(&self) -> String {
        (self.command.rtpengine)(&self.data)
    }

    fn table(&self) -> String {
        (self.command.table)(&self.data)
    }

    fn json(&self) -> Value {
        (self.command.json)(&self.data)
    }
}
