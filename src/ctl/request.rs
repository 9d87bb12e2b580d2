//! The requests of `tandem ctl`: one in JSON, one answer in JSON, with a table for people or data for programs in it.
//!
//! ```json
//! {"command": "list sessions foreign", "shard": 2, "limit": 100, "format": "json"}
//! {"exit": 0, "data": {"calls": []}, "silent": []}
//! ```
//!
//! `shard`, `limit` and `format` may be left out; the format is then `text`, and the answer has `text`
//! instead of `data`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tandem_shards::io::Ask;
use tandem_shards::names::ShardId;
use tandem_shards::time::Timestamp;

use super::carry_out::carry_out;
use super::execution::{Outcome, Scope};
use super::problem::EXIT_REFUSED;
use super::text::printable;
use crate::node::{Node, silence};
use crate::origin::Origin;
use crate::request_log::{About, Protocol};

/// A request.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// A line, as `tandem ctl usage` lists them.
    pub command: String,
    /// Only this shard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<u16>,
    /// Most calls to list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// The form of the answer.
    #[serde(default)]
    pub format: Format,
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// An answer.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Response {
    /// The exit code of `tandem ctl`.
    pub exit: u8,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// For programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// Shards that did not answer, in words.
    #[serde(default)]
    pub silent: Vec<String>,
}

/// Runs a request.
pub fn run_request(node: &Node, ask: &mut dyn Ask, now: Timestamp, request: &str, origin: &Origin) -> String {
    let response = match serde_json::from_str::<Request>(request) {
        Ok(request) => {
            let defaults = Scope::default();
            let shard = request.shard.map(ShardId);
            let scope = Scope { shard, limit: request.limit.unwrap_or(defaults.limit) };
            respond(&carry_out(node, ask, now, request.command.as_bytes(), &scope, origin), request.format)
        }
        Err(error) => {
            let about = About { protocol: Protocol::Ctl, call_id: None, origin, command: request.as_bytes() };
            node.requests.refused(now, &about, "not a request", Some(&error.to_string()));
            Response {
                exit: EXIT_REFUSED,
                text: Some(format!("not a request: {}\n", printable(error.to_string().as_bytes()))),
                data: None,
                silent: Vec::new(),
            }
        }
    };
    serde_json::to_string(&response).expect("texts and numbers")
}

fn respond(outcome: &Outcome, format: Format) -> Response {
    let (text, data) = match (format, &outcome.answer) {
        (Format::Text, Ok(answer)) => (Some(answer.table()), None),
        (Format::Text, Err(problem)) => (Some(problem.text.clone()), None),
        (Format::Json, Ok(answer)) => (None, Some(answer.json())),
        (Format::Json, Err(problem)) => (None, Some(json!({ "error": problem.to_string() }))),
    };
    let silent = outcome.silent.iter();
    let silent = silent.map(|silent| format!("shard {}: {}", silent.shard, silence(silent.error)));
    Response { exit: outcome.exit_code(), text, data, silent: silent.collect() }
}
