//! The words of a line.
//!
//! Words are divided by exactly one blank and case matters, as in rtpengine: a blank too many is an empty word, which
//! is no command. Words behind the ones that a command takes are ignored.

use tandem_shards::names::CallId;

use super::problem::Problem;
use crate::request_log::Cut;

/// The rest of a line, and what was taken from it.
#[derive(Clone, Debug)]
pub struct Words<'a> {
    rest: Option<&'a [u8]>,
    taken: Vec<&'a [u8]>,
    call_id: Option<CallId>,
}

impl<'a> Words<'a> {
    /// The words of a line. Lines are C strings to rtpengine, so a NUL ends one.
    pub fn new(line: &'a [u8]) -> Self {
        let line = line.split(|b| *b == 0).next().unwrap_or_default();
        Words { rest: Some(line), taken: Vec::new(), call_id: None }
    }

    /// The next word, if there is one.
    pub fn take(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest.filter(|rest| !rest.is_empty())?;
        let at = rest.iter().position(|b| *b == b' ');
        self.rest = at.map(|at| &rest[at + 1..]);
        let word = &rest[..at.unwrap_or(rest.len())];
        self.taken.push(word);
        Some(word)
    }

    /// The next word.
    ///
    /// # Errors
    /// The line ends.
    pub fn needed(&mut self) -> Result<&'a [u8], Problem> {
        self.take().ok_or_else(Problem::more_parameters)
    }

    /// The next word as text.
    ///
    /// # Errors
    /// The line ends.
    pub fn needed_text(&mut self) -> Result<String, Problem> {
        self.needed().map(lossy)
    }

    /// The call that the word taken last names; the log names it before all else.
    pub fn as_call_id(&mut self) -> CallId {
        let call_id = CallId::from(self.taken.pop().unwrap_or_default());
        self.call_id = Some(call_id.clone());
        call_id
    }

    /// The call that the line is about, if it names one.
    pub fn call_id(&self) -> Option<&CallId> {
        self.call_id.as_ref()
    }

    /// The words that were taken, for the log: escaped, cut, and after the call that they are about.
    pub fn for_log(&self) -> String {
        let words = self.taken.join(&b' ');
        match &self.call_id {
            Some(call_id) => format!("call={call_id} {}", Cut(&words)),
            None => Cut(&words).to_string(),
        }
    }
}

fn lossy(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}
