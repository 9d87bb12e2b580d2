//! A fixed set of seeds, those that found something before, and one that somebody chose.

use std::io::Write as _;

use tandem_shards::sim::check::Counts;
use tandem_shards::sim::run::Outcome;
use tandem_shards::sim::swarm::Swarm;

use crate::daemon::run;

/// Seeds that found something, each with a line about it.
const FOUND: &str = include_str!("seeds.txt");
/// Seeds of a row that are run, in as many parts as there are tests for it.
const SEEDS: u64 = 120;

fn found() -> Vec<Swarm> {
    let lines = FOUND.lines().filter(|line| !line.starts_with('#'));
    let swarm = |line: &str| {
        let (seed, rest) = line.split_once(' ').expect("a seed and what it found");
        let seed = seed.parse().expect("a seed at the start of the line");
        if rest.starts_with("all-faults ") { Swarm::all_faults(seed) } else { Swarm::new(seed) }
    };
    lines.map(swarm).collect()
}

fn check(outcome: &Outcome) {
    assert!(
        outcome.is_clean(),
        "seed {}: {:#?}\nTANDEM_SEED={} cargo test --test sim one shows what happened",
        outcome.seed,
        outcome.violations,
        outcome.seed
    );
}

/// Runs every other seed, and adds up what was seen.
fn run_half(half: u64) -> Counts {
    let mut counts = Counts::default();
    for seed in (1..=SEEDS).filter(|seed| seed % 2 == half) {
        let outcome = run(Swarm::new(seed), false);
        check(&outcome);
        counts.add(&outcome.counts);
    }
    // A check that never ran proves nothing.
    let Counts {
        relayed,
        strays,
        guarded,
        learned,
        created,
        restored,
        taken_over,
        lively,
        survived,
        replicated,
        ..
    } = counts;
    let seen =
        [relayed, strays, guarded, learned, created, restored, taken_over, lively, survived, replicated];
    assert!(seen.iter().all(|count| *count > 0), "{counts:?}");
    counts
}

#[test]
fn odd_seeds_are_clean() {
    run_half(1);
}

#[test]
fn even_seeds_are_clean() {
    run_half(0);
}

#[test]
fn seeds_that_found_something_are_clean() {
    assert!(found().len() > 5);
    for swarm in found() {
        check(&run(swarm, false));
    }
}

#[test]
fn the_same_seed_gives_the_same_events() {
    for seed in [1, 2, 3, 4, 5] {
        let (first, second) = (run(Swarm::new(seed), false), run(Swarm::new(seed), true));
        assert_eq!((first.hash, first.events), (second.hash, second.events), "seed {seed}");
        assert!(!second.lines.is_empty());
    }
    assert_ne!(run(Swarm::new(1), false).hash, run(Swarm::new(2), false).hash);
}

/// Without `TANDEM_SEED` it is the first. The log goes past the test harness, which would keep it to itself.
#[test]
fn one() {
    let chosen = std::env::var("TANDEM_SEED").ok();
    let seed = chosen.as_deref().map_or(1, |seed| seed.parse().expect("TANDEM_SEED is a number"));
    let outcome = run(Swarm::new(seed), true);
    if chosen.is_some() {
        let mut log = outcome.lines.join("\n");
        log.push('\n');
        std::io::stdout().write_all(log.as_bytes()).expect("somebody reads it");
    }
    check(&outcome);
}
