//! The commands of a running node, for any thread.

use std::sync::Arc;

use serde_json::Value;
use tandem_shards::io::Callers;

use super::carry_out::carry_out_line;
use super::request::run_request;
use super::statistics;
use crate::node::{Node, now};
use crate::origin::Origin;

/// The commands of a running node, for any thread.
#[derive(Clone, Debug)]
pub struct Ctl {
    node: Arc<Node>,
    callers: Callers,
}

impl Ctl {
    /// Commands for a node and its shards.
    pub fn new(node: Arc<Node>, callers: Callers) -> Self {
        Ctl { node, callers }
    }

    /// The node.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Runs one line, which need not be UTF-8, and answers as rtpengine's CLI does.
    ///
    /// # Errors
    /// The listener does not grant the command, in words.
    pub fn run_line(&self, line: &[u8], origin: &Origin) -> Result<String, String> {
        carry_out_line(&self.node, &mut self.callers.clone(), now(), line, origin)
    }

    /// Runs one JSON request of `tandem ctl` and answers in JSON, without a newline.
    pub fn run_request(&self, request: &str, origin: &Origin) -> String {
        run_request(&self.node, &mut self.callers.clone(), now(), request, origin)
    }

    /// The tree of `list jsonstats`, which ng's `statistics` has too.
    pub fn statistics(&self) -> Value {
        statistics::tree(&self.node, &mut self.callers.clone(), now())
    }
}
