//! The answer of a command, whatever its data are.

use std::fmt;

use serde_json::Value;

/// An answer that can be written in each form.
pub trait Answer: fmt::Debug {
    /// The text of rtpengine's CLI.
    fn rtpengine(&self) -> String;
    /// The text for people.
    fn table(&self) -> String;
    /// The data for programs.
    fn json(&self) -> Value;
}
