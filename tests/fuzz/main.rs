//! The bodies of the fuzz targets, run over their corpus as ordinary tests, on any machine.
//!
//! A new finding becomes a file of the corpus, named after what it showed.

mod bodies;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use bodies::{TARGETS, Target};
use tandem_shards::random::Random;

/// Bytes of all corpora: they are read by people too.
const CORPUS_BYTES_MAX: usize = 1 << 20;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name")).collect()
}

fn run_corpus(name: &str) {
    let target = Target::named(name);
    let corpus = folder().join("corpus").join(name);
    let inputs = names(&corpus);
    assert!(inputs.len() >= 10, "{name}: {} inputs are no corpus", inputs.len());
    target.run(&[]);
    for input in inputs {
        println!("{name}/{input}");
        target.run(&std::fs::read(corpus.join(&input)).expect("a file"));
    }
}

/// A test for each target, so that they run side by side and one finding does not hide another.
macro_rules! corpora {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                run_corpus(stringify!($name));
            }
        )*
        const TESTED: &[&str] = &[$(stringify!($name)),*];
    };
}

corpora!(bencode config ctl http ng packet record sdp shard);

/// Each call that is stored on the way is read again, and does what it did.
#[test]
fn two_thousand_random_lives_of_calls_are_stored_whole() {
    let target = Target::named("shard");
    for seed in 0..2000 {
        let mut random = Random::new(seed);
        let input: Vec<u8> = (0..600).map(|_| random.next_u64().to_be_bytes()[0]).collect();
        target.run(&input);
    }
}

#[test]
fn every_target_has_a_test_a_program_and_a_corpus() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(targets, TESTED.iter().map(|name| (*name).to_owned()).collect());
    assert_eq!(targets, names(&folder().join("corpus")));
    let programs = targets.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(names(&folder().join("targets")), programs);
    let manifest = std::fs::read_to_string(folder().join("Cargo.toml")).expect("a manifest");
    for name in targets {
        assert!(manifest.contains(&format!("path = \"targets/{name}.rs\"")), "{name} is not built");
    }
}

#[test]
fn the_corpora_are_small() {
    let mut bytes = 0;
    for target in &TARGETS {
        let corpus = folder().join("corpus").join(target.name);
        for input in names(&corpus) {
            let length = std::fs::metadata(corpus.join(&input)).expect("a file").len();
            let length = usize::try_from(length).expect("small");
            assert!(length <= target.input_bytes_max, "{}/{input} would be cut", target.name);
            bytes += length;
        }
    }
    assert!(bytes <= CORPUS_BYTES_MAX, "{bytes} bytes");
}
