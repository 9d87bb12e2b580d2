//! Answers about the node as a whole, which no shard can give.

use std::fmt;

use tandem_shards::names::CallId;
use tandem_shards::time::Timestamp;

use super::counters::NgCounters;
use super::value::Value;
use crate::origin::Origin;

/// Answers to requests that are not about one call.
pub trait NodeQueries: fmt::Debug + Send + Sync {
    /// Runs a line of the CLI.
    ///
    /// # Errors
    /// Its origin may not ask for that, in words.
    fn cli(&self, line: &str, origin: &Origin) -> Result<String, String>;
    /// The tree of `statistics`.
    fn statistics(&self, counters: &NgCounters) -> Value<'static>;
    /// Time at which a call was written to Redis last.
    fn written(&self, call_id: &CallId) -> Option<Timestamp>;
}

/// A node that has no CLI, no statistics and no Redis: that of the simulator and of tests.
#[derive(Debug)]
pub struct NoQueries;

impl NodeQueries for NoQueries {
    fn cli(&self, _line: &str, _origin: &Origin) -> Result<String, String> {
        Err("there is no CLI here".to_owned())
    }

    fn statistics(&self, _counters: &NgCounters) -> Value<'static> {
        Value::dictionary()
    }

    fn written(&self, _call_id: &CallId) -> Option<Timestamp> {
        None
    }
}
