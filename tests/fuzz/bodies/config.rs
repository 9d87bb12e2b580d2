//! The configuration file: any text gives a configuration, or reasons against it that name lines it has.

use std::path::Path;

use tandem::fuzzing::{Host, KeyFlags, Place, Problem, parse_file, validate};

pub fn run(input: &[u8]) {
    // A file that is not UTF-8 is refused before it is read.
    let Ok(text) = std::str::from_utf8(input) else { return };
    let host = Host { cpus: vec![0, 1], name: "host".to_owned(), redis_password: None };
    let file = parse_file(Path::new("f"), text);
    let was_read = file.problems.is_empty();
    file.problems.iter().for_each(|problem| check_place(problem, text));
    match validate(file, &KeyFlags::default(), &host) {
        Ok(config) => {
            assert!(was_read, "problems of the file are problems of the configuration");
            assert!(!config.keys.interfaces.is_empty() && !config.cpus.is_empty());
            assert!(config.keys.port_min > 0 && config.keys.port_min < config.keys.port_max);
            config.interfaces();
        }
        Err(problems) => {
            assert!(!problems.0.is_empty());
            problems.0.iter().for_each(|problem| check_place(problem, text));
        }
    }
}

/// A place in the file is one that it has.
fn check_place(problem: &Problem, text: &str) {
    assert!(!problem.to_string().is_empty());
    let Place::File { line, column, .. } = problem.place else { return };
    // The end of a text is a place too, behind its last line.
    let found = text.split('\n').nth(line - 1).unwrap_or_else(|| panic!("{problem}: there is no such line"));
    assert!((1..=found.chars().count() + 1).contains(&column), "{problem}: there is no such column");
}
