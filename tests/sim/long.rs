//! The simulator for as long as there is time: seed after seed, until one fails.
//!
//! ```text
//! cargo run --profile sim --example sim -- --seeds 500                five hundred seeds
//! cargo run --profile sim --example sim -- --minutes 60 --first 1000  for an hour, from seed 1000 on
//! cargo run --profile sim --example sim -- --one 42                   one seed, with its log
//! cargo run --release --example sim -- --speed                        how much faster than life it is
//! ```

#![expect(clippy::disallowed_methods, reason = "measures how long the runs take")]

mod daemon;
mod ng;
mod replication;

use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::Parser;
use tandem_shards::sabotage::{self, Sabotage};
use tandem_shards::sim::check::Counts;
use tandem_shards::sim::run::Outcome;
use tandem_shards::sim::swarm::Swarm;
use tandem_shards::sim::world::World;

use crate::daemon::{Tandem, run};

/// Runs the simulator.
#[derive(Debug, Parser)]
struct Arguments {
    /// Minutes to run; without it, until the seeds are done.
    #[arg(long)]
    minutes: Option<u64>,
    /// Number of seeds.
    #[arg(long, default_value_t = 500)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// Run one seed and print its log.
    #[arg(long)]
    one: Option<u64>,
    /// Three nodes that share their calls, and all faults on, whatever the seed says.
    #[arg(long)]
    all_faults: bool,
    /// Room of every queue between threads, whatever the seed says.
    #[arg(long)]
    queues: Option<usize>,
    /// Build one of the deliberate bugs in: its number, from 0.
    #[arg(long)]
    bug: Option<usize>,
    /// Measure three nodes that share fifty calls, without faults.
    #[arg(long)]
    speed: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    sabotage::choose(arguments.bug.map(|number| Sabotage::ALL[number]));
    match arguments.one {
        Some(seed) => one(arguments.swarm(seed)),
        None if arguments.speed => speed(),
        None => many(&arguments),
    }
}

impl Arguments {
    fn swarm(&self, seed: u64) -> Swarm {
        let swarm = if self.all_faults { Swarm::all_faults(seed) } else { Swarm::new(seed) };
        Swarm { queue_max: self.queues.unwrap_or(swarm.queue_max), ..swarm }
    }
}

fn one(swarm: Swarm) -> ExitCode {
    let outcome = run(swarm.clone(), true);
    for line in &outcome.lines {
        println!("{line}");
    }
    println!("{swarm:#?}");
    report(&outcome)
}

fn report(outcome: &Outcome) -> ExitCode {
    println!("seed {}: {} events, hash {:016x}", outcome.seed, outcome.events, outcome.hash);
    for violation in &outcome.violations {
        println!("  {violation}");
    }
    if outcome.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn speed() -> ExitCode {
    let mut swarm = Swarm::plain(1, 3, 50);
    // Sweeps come no more often than in life.
    (swarm.replication, swarm.hasty) = (true, true);
    let mut world = World::new(swarm, Rc::new(Tandem), false);
    let begun = Instant::now();
    world.run_chaos();
    let took = begun.elapsed();
    let age = world.age();
    let factor = age.as_secs_f64() / took.as_secs_f64();
    let relayed = world.checker.counts.relayed;
    println!(
        "three nodes, fifty calls up for {age:?}, {relayed} packets: {took:?}, {factor:.0} times real time"
    );
    ExitCode::SUCCESS
}

fn many(arguments: &Arguments) -> ExitCode {
    let begun = Instant::now();
    let end = arguments.minutes.map(|minutes| begun + Duration::from_secs(60 * minutes));
    let mut counts = Counts::default();
    let (mut runs, mut age, mut failed) = (0, Duration::ZERO, Vec::new());
    for seed in arguments.first.. {
        let over = match end {
            Some(end) => Instant::now() >= end,
            None => runs >= arguments.seeds,
        };
        if over {
            break;
        }
        let outcome = run(arguments.swarm(seed), false);
        counts.add(&outcome.counts);
        runs += 1;
        age += outcome.age;
        if !outcome.is_clean() {
            report(&outcome);
            failed.push(seed);
        }
    }
    let took = begun.elapsed();
    let factor = age.as_secs_f64() / took.as_secs_f64();
    println!("{runs} seeds, {age:?} of virtual time in {took:?} ({factor:.0} times as fast as life)");
    println!("{counts:?}");
    println!("failed: {failed:?}");
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
