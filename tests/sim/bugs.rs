//! Deliberate bugs, each with a seed that finds it: what the simulator is good for.

use tandem_shards::sabotage::{self, Sabotage};
use tandem_shards::sim::swarm::Swarm;

use crate::daemon::run;

/// A seed for each; `README.md` beside this says what it finds.
const FOUND_BY: [(Sabotage, u64); Sabotage::ALL.len()] = [
    (Sabotage::PortTwice, 8),
    (Sabotage::OtherCall, 1),
    (Sabotage::LearnAnyway, 1),
    (Sabotage::EarlyTimer, 1),
    (Sabotage::DeletionStays, 4),
    (Sabotage::OtherCookie, 1),
    (Sabotage::EpochIgnored, 23),
    (Sabotage::TombstoneDropped, 44),
    (Sabotage::ScanFirst, 92),
    (Sabotage::OwnDestroyed, 3),
    (Sabotage::UnreadDeleted, 33),
    (Sabotage::CleanTooSoon, 38),
    (Sabotage::RefusedLate, 1),
    (Sabotage::ForeignForever, 22),
];

#[test]
fn deliberate_bugs_are_found() {
    for (bug, seed) in FOUND_BY {
        sabotage::choose(Some(bug));
        let outcome = run(Swarm::new(seed), false);
        sabotage::choose(None);
        assert!(!outcome.is_clean(), "seed {seed} does not find {bug:?} any more");
    }
    assert!(Sabotage::ALL.iter().all(|bug| FOUND_BY.iter().any(|(known, _)| known == bug)));
}

#[test]
fn the_readme_names_the_seeds() {
    let readme = include_str!("README.md");
    for (bug, seed) in FOUND_BY {
        let row = format!("| `{bug:?}` | {seed} |");
        assert!(readme.contains(&row), "README.md has no row that starts with {row}");
    }
}
