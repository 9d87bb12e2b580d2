//! The rules of this repository that no compiler knows, checked by reading its files.
//!
//! Each rule is a function from a file to what breaks it there, with the line and what to do about it. Beside each
//! stands text that breaks it: a rule that cannot fail says nothing. Rules that a compiler does know are lints, in
//! `Cargo.toml` and `clippy.toml`.

mod layers;
mod source;
mod text;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use source::code_of;

/// Directories to look at, besides the files at the top.
const DIRECTORIES: [&str; 6] = [".ci", "bench", "deploy", "shards", "src", "tests"];
/// Names of files and directories that were recorded or printed by a program, not written by us.
const RECORDED: [&str; 8] =
    ["completions", "corpus", "golden", "golden.txt", "recorded-head", "records", "tandem.8", "target"];

/// A file of the repository.
struct File {
    /// From the top of the repository, with slashes.
    path: String,
    text: String,
    /// The text without strings and comments, if it is Rust.
    code: String,
}

impl File {
    fn new(path: &str, text: &str) -> Self {
        let code = if path.ends_with(".rs") { code_of(text) } else { String::new() };
        File { path: path.to_owned(), text: text.to_owned(), code }
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The lines of code that `broken` says something about.
    fn search_code(&self, broken: impl Fn(&str) -> Option<String>) -> Vec<Breach> {
        search(&self.code, broken)
    }

    /// The same for lines as they were written.
    fn search_text(&self, broken: impl Fn(&str) -> Option<String>) -> Vec<Breach> {
        search(&self.text, broken)
    }
}

fn search(text: &str, broken: impl Fn(&str) -> Option<String>) -> Vec<Breach> {
    let lines = text.lines().zip(1..);
    lines.filter_map(|(line, number)| broken(line).map(|what| Breach { line: number, what })).collect()
}

/// A broken rule: the place, and what to do.
#[derive(Debug)]
struct Breach {
    line: usize,
    what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.what)
    }
}

struct Rule {
    name: &'static str,
    check: fn(&File) -> Vec<Breach>,
    shown_by: fn() -> Vec<Example>,
}

/// A made-up file, and the lines at which it breaks a rule: none shows what the rule lets pass.
struct Example {
    file: File,
    lines: Vec<usize>,
}

fn example(path: &str, text: &str, lines: &[usize]) -> Example {
    Example { file: File::new(path, text), lines: lines.to_vec() }
}

fn rules() -> impl Iterator<Item = &'static Rule> {
    layers::RULES.iter().chain(text::RULES)
}

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file that we wrote.
fn repository() -> Vec<File> {
    let mut paths = BTreeSet::new();
    let mut open: Vec<PathBuf> = DIRECTORIES.iter().map(|name| top().join(name)).collect();
    while let Some(directory) = open.pop() {
        for path in entries(&directory) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if RECORDED.contains(&name.as_str()) || name == "__pycache__" {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                paths.insert(path);
            }
        }
    }
    let of_top = entries(top()).into_iter().filter(|path| path.is_file());
    paths.extend(of_top.filter(|path| !path.ends_with("Cargo.lock")));
    let read = |path: &PathBuf| {
        let shown = path.strip_prefix(top()).expect("inside the repository").to_string_lossy().into_owned();
        // What is not text has no lines to judge.
        std::fs::read_to_string(path).ok().map(|text| File::new(&shown, &text))
    };
    paths.iter().filter_map(read).collect()
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap_or_else(|e| panic!("{}: {e}", directory.display()));
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

#[test]
fn the_repository_keeps_its_rules() {
    let files = repository();
    assert!(files.len() > 200, "only {} files: this test looks at the wrong place", files.len());
    let mut breaches = Vec::new();
    for (rule, file) in rules().flat_map(|rule| files.iter().map(move |file| (rule, file))) {
        for breach in (rule.check)(file) {
            breaches.push(format!("{}:{breach} [{}]", file.path, rule.name));
        }
    }
    assert!(breaches.is_empty(), "{} times a rule is broken:\n{}", breaches.len(), breaches.join("\n"));
}

#[test]
fn every_rule_can_be_broken() {
    for rule in rules() {
        let examples = (rule.shown_by)();
        assert!(examples.iter().any(|example| !example.lines.is_empty()), "{} is never broken", rule.name);
        for Example { file, lines } in examples {
            let breaches = (rule.check)(&file);
            let found: Vec<usize> = breaches.iter().map(|breach| breach.line).collect();
            assert_eq!(found, lines, "{} at {}: {:?}: {breaches:?}", rule.name, file.path, file.text);
        }
    }
}

#[test]
fn exceptions_are_still_needed() {
    let files = repository();
    for (path, reason) in layers::UNSAFE_ELSEWHERE {
        let file = files.iter().find(|file| file.path == *path);
        let needed = file.is_some_and(|file| source::has_word(&file.code, "unsafe"));
        assert!(needed, "{path} is excepted ({reason}) and has no `unsafe`: take it off the list");
    }
}
