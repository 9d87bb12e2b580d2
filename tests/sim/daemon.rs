//! The daemon in the simulator: every part of it that does no I/O of its own.

use std::rc::Rc;

use tandem_shards::sim::front::Front;
use tandem_shards::sim::replication::{Daemon, NodeFacts, Replication};
use tandem_shards::sim::run::{Outcome, run_swarm};
use tandem_shards::sim::swarm::Swarm;

use crate::ng::NgFront;
use crate::replication::Replicated;

/// Nodes as they are in real life.
#[derive(Clone, Copy, Debug)]
pub struct Tandem;

impl Daemon for Tandem {
    fn front(&self) -> Box<dyn Front> {
        Box::new(NgFront::new())
    }

    fn replication(&self, node: &NodeFacts) -> Option<Box<dyn Replication>> {
        Some(Box::new(Replicated::new(node)))
    }
}

/// Runs a world with these options.
pub fn run(swarm: Swarm, verbose: bool) -> Outcome {
    run_swarm(swarm, Rc::new(Tandem), verbose)
}
