//! One run from one seed, and what came of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use super::check::Counts;
use super::replication::Daemon;
use super::swarm::Swarm;
use super::world::World;

/// Result of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// Everything that was wrong; nothing, if all is well.
    pub violations: Vec<String>,
    /// The hash of all events.
    pub hash: u64,
    /// Number of events.
    pub events: u64,
    /// Length of the run, in virtual time.
    pub age: Duration,
    /// Counts of observations.
    pub counts: Counts,
    /// The log, if it was asked for.
    pub lines: Vec<String>,
}

impl Outcome {
    /// True if nothing was wrong.
    pub fn is_clean(&self) -> bool {
        self.violations.is_empty()
    }
}

/// Runs a world with these options. A panic of the code under test is a finding like any other.
pub fn run_swarm(swarm: Swarm, daemon: Rc<dyn Daemon>, verbose: bool) -> Outcome {
    let seed = swarm.seed;
    let mut world = World::new(swarm, daemon, verbose);
    let panic = catch_unwind(AssertUnwindSafe(|| world.run())).err();
    let mut violations = world.checker.violations().to_vec();
    violations
        .extend(panic.map(|panic| format!("at {:.6}: panic: {}", world.age().as_secs_f64(), text(&*panic))));
    Outcome {
        seed,
        violations,
        hash: world.log.hash(),
        events: world.log.events(),
        age: world.age(),
        counts: world.checker.counts,
        lines: world.log.take_lines(),
    }
}

fn text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("of no text").to_owned()
}
