//! Rules for the reader of every file: its size, its head, no loose ends, links that lead somewhere.

use std::path::Path;

use crate::source::{functions, has_word};
use crate::{Breach, DIRECTORIES, File, Rule, example, top};

/// Lines of a Rust file.
const FILE_LINES_MAX: usize = 500;
/// Lines of a function, from `fn` to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;
/// Characters of a line.
const LINE_CHARACTERS_MAX: usize = 120;
/// Files whose doc comments have not been reworded yet.
const NOT_YET: &[&str] = &[
    "src/redis/command.rs",
    "src/redis/control.rs",
    "src/redis/feed.rs",
    "src/redis/feed/leases.rs",
    "src/redis/feed/looks.rs",
    "src/redis/feed/notification.rs",
    "src/redis/feed/report.rs",
    "src/redis/feed/sweep.rs",
    "src/redis/feed/world.rs",
    "src/redis/follow_thread.rs",
    "src/redis/intent.rs",
    "src/redis/intent/tests.rs",
    "src/redis/replicator/follow.rs",
    "src/redis/replicator/publish.rs",
    "src/redis/replicator/tests.rs",
];
/// First words of clauses and pronouns, which no doc comment begins with.
const NO_OPENINGS: &[&str] = &[
    "As", "Because", "How", "If", "It", "Since", "So", "That", "There", "These", "They", "This", "Those",
    "What", "Whatever", "When", "Whenever", "Where", "Wherever", "Whether", "Which", "While", "Who",
    "Whoever", "Whom", "Whose", "Why",
];
/// Notes to oneself. Written in halves, since this file is looked at as well.
const LOOSE_ENDS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

pub const RULES: &[Rule] = &[
    Rule {
        name: "files are short",
        check: file_length,
        shown_by: || {
            vec![
                example("src/a.rs", &"\n".repeat(FILE_LINES_MAX + 1), &[FILE_LINES_MAX + 1]),
                example("src/a.rs", &"\n".repeat(FILE_LINES_MAX), &[]),
                example("tests/a.py", &"\n".repeat(FILE_LINES_MAX + 1), &[]),
            ]
        },
    },
    Rule {
        name: "functions are short",
        check: function_length,
        shown_by: || {
            let long = |lines: usize| format!("x;\nfn f() {{{}}}\n", "\n".repeat(lines - 1));
            vec![
                example("src/a.rs", &long(FUNCTION_LINES_MAX + 1), &[2]),
                example("src/a.rs", &long(FUNCTION_LINES_MAX), &[]),
                example("src/a.rs", &format!("fn f() {{\n\"{{\"; // {{\n}}{}", "\n".repeat(100)), &[]),
            ]
        },
    },
    Rule {
        name: "lines are short",
        check: line_length,
        shown_by: || {
            let (long, row) = ("ü".repeat(LINE_CHARACTERS_MAX + 1), "| a ".repeat(40));
            vec![
                example("src/a.rs", &format!("\n// {long}\n"), &[2]),
                example("README.md", &format!("{row}|\n{long}\n"), &[2]),
                example("deploy/tandem.toml", &"ü".repeat(LINE_CHARACTERS_MAX), &[]),
            ]
        },
    },
    Rule {
        name: "modules say what they are",
        check: module_doc,
        shown_by: || {
            vec![
                example("src/a.rs", "use std::fmt;\n", &[1]),
                example("shards/src/io/a.rs", "// A model.\n", &[1]),
                example("bench/src/a.rs", "//! A model.\n", &[]),
            ]
        },
    },
    Rule {
        name: "doc comments open with a noun or a verb",
        check: doc_opening,
        shown_by: || {
            vec![
                example(
                    "src/a.rs",
                    "//! What it is.\n//!\n//! It is so.\n\n/// Whether so.\n    /// When it began.\nx: u8,\n",
                    &[1, 5],
                ),
                example(
                    "src/a.rs",
                    "/// A node.\n/// Those that are there.\nfn f() {}\n    //! `That`.\n",
                    &[4],
                ),
                example("src/a.rs", "/// Thatch.\n\n// If so.\nlet x = \"\n/// How\";\n", &[]),
                example("README.md", "/// What it is.\n", &[]),
            ]
        },
    },
    Rule {
        name: "no loose ends",
        check: loose_ends,
        shown_by: || {
            let note = LOOSE_ENDS[0];
            vec![
                example("src/a.rs", &format!("f(); // {note}: g\n"), &[1]),
                example("tests/a.sh", &format!("# {}\n", LOOSE_ENDS[1]), &[1]),
                example("src/a.rs", "let x =\n    dbg!(y);\n", &[2]),
                example("src/a.rs", &format!("let {note}S = \"dbg!(x)\";\n"), &[]),
            ]
        },
    },
    Rule {
        name: "scripts stop at errors",
        check: scripts,
        shown_by: || {
            vec![
                example("tests/a.sh", "#!/bin/sh\nset -euo pipefail\n", &[1]),
                example("tests/a.sh", "#!/bin/bash\nset -eu\n", &[1]),
                example(".ci/run", "#!/bin/bash\nf\n", &[1]),
                example("tests/a.sh", "#!/bin/bash\n# Does.\nset -euo pipefail\n", &[]),
                example("tests/lib.sh", "# shellcheck shell=bash\n# Sourced, never run.\n", &[]),
            ]
        },
    },
    Rule {
        name: "pipes are read to their end",
        check: pipes,
        shown_by: || {
            let quiet = concat!("| grep", " -q");
            vec![
                example("tests/a.sh", &format!("f\ng {quiet} x\n"), &[2]),
                example("tests/a.sh", "f | grep -x y\ngrep -q x file\n", &[]),
            ]
        },
    },
    Rule {
        name: "links lead somewhere",
        check: links,
        shown_by: || {
            vec![
                example("README.md", "\nSee [the list](tests/no-such-list.md).\n", &[2]),
                example("README.md", "`src/no_such_file.rs` and `deploy/no-such/`\n", &[1, 1]),
                example(
                    "tests/conformance.md",
                    "[up](../README.md#tests) [out](https://example.net/)\n",
                    &[],
                ),
                example(
                    "ARCHITECTURE.md",
                    "```\n a -> src/no_such_file.rs (b)\n```\nsrc/nor_this.rs\n",
                    &[2],
                ),
                example("README.md", "`src/ng.rs:12`, `src → shards`, `tests/run.sh --x`, `src/*.rs`\n", &[]),
            ]
        },
    },
];

fn file_length(file: &File) -> Vec<Breach> {
    let lines = file.text.lines().count();
    if !file.is_rust() || lines <= FILE_LINES_MAX {
        return Vec::new();
    }
    let what = format!("{lines} lines; split it at a seam, {FILE_LINES_MAX} are enough");
    vec![Breach { line: lines, what }]
}

fn function_length(file: &File) -> Vec<Breach> {
    let long = functions(&file.code).into_iter().filter(|function| function.lines > FUNCTION_LINES_MAX);
    let breach = |function: crate::source::Function| Breach {
        line: function.line,
        what: format!(
            "`{}` has {} lines; give a part of it a name, {FUNCTION_LINES_MAX} are enough",
            function.name, function.lines
        ),
    };
    long.map(breach).collect()
}

fn line_length(file: &File) -> Vec<Breach> {
    // A row of a table cannot be wrapped.
    let markdown = file.path.ends_with(".md");
    file.search_text(|line| {
        let length = line.chars().count();
        let fits = length <= LINE_CHARACTERS_MAX || markdown && line.starts_with('|');
        (!fits).then(|| format!("{length} characters; wrap it, {LINE_CHARACTERS_MAX} are enough"))
    })
}

fn module_doc(file: &File) -> Vec<Breach> {
    let asked = ["src/", "shards/src/", "bench/src/"].iter().any(|path| file.path.starts_with(path));
    if !asked || !file.is_rust() || file.text.starts_with("//! ") {
        return Vec::new();
    }
    vec![Breach { line: 1, what: "begin with `//! `: what is this, and what always holds of it?".to_owned() }]
}

/// A doc comment is read beside the name that it is about: a relative clause has to be read twice.
fn doc_opening(file: &File) -> Vec<Breach> {
    if !file.is_rust() || NOT_YET.iter().any(|path| file.path.starts_with(path)) {
        return Vec::new();
    }
    let marker = |line: &str| ["//!", "///"].into_iter().find(|marker| line.trim_start().starts_with(marker));
    let (mut breaches, mut above) = (Vec::new(), None);
    for ((line, code), number) in file.text.lines().zip(file.code.lines()).zip(1..) {
        // In a string there is no comment: then the text before it is code.
        let opening = marker(line).filter(|_| code.trim().is_empty());
        if let Some(opening) = opening.filter(|opening| above != Some(*opening)) {
            let text = line.trim_start().trim_start_matches(opening).trim_start_matches([' ', '`', '*', '[']);
            let word = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            if NO_OPENINGS.contains(&word) {
                let what = format!("`{word}`: begin with a noun or with a verb in the third person");
                breaches.push(Breach { line: number, what });
            }
        }
        above = opening;
    }
    breaches
}

fn loose_ends(file: &File) -> Vec<Breach> {
    let mut breaches = file.search_text(|line| {
        let note = LOOSE_ENDS.iter().find(|note| has_word(line, note))?;
        Some(format!("`{note}`: do it, or write down as a fact what is left out and why"))
    });
    breaches.extend(
        file.search_code(|line| {
            line.contains("dbg!").then(|| "`dbg!` was for looking: take it out".to_owned())
        }),
    );
    breaches
}

fn scripts(file: &File) -> Vec<Breach> {
    let sourced = file.text.starts_with("# shellcheck shell=bash\n");
    if sourced || !(file.path.ends_with(".sh") || file.path.starts_with(".ci/")) {
        return Vec::new();
    }
    let what = if !file.text.starts_with("#!/bin/bash\n") {
        "begin with `#!/bin/bash`, or with `# shellcheck shell=bash` if it is only sourced"
    } else if !file.text.lines().any(|line| line == "set -euo pipefail") {
        "add `set -euo pipefail`: a script that goes on after an error tells lies"
    } else {
        return Vec::new();
    };
    vec![Breach { line: 1, what: what.to_owned() }]
}

/// `grep -q` ends at the first match; what writes the rest of the text then fails of a broken pipe, now and then.
fn pipes(file: &File) -> Vec<Breach> {
    if !file.path.ends_with(".sh") {
        return Vec::new();
    }
    file.search_text(|line| {
        let options = line.split_once("| grep -")?.1.split(' ').next()?;
        options
            .contains('q')
            .then(|| "let `contains` of tests/lib.sh look: it reads all of the text".to_owned())
    })
}

/// Links, paths in backquotes that start at the top of the repository, and files in drawings.
fn links(file: &File) -> Vec<Breach> {
    if !file.path.ends_with(".md") {
        return Vec::new();
    }
    let here = top().join(Path::new(&file.path).parent().unwrap_or(Path::new("")));
    let mut breaches = Vec::new();
    let mut is_drawn = false;
    for (line, number) in file.text.lines().zip(1..) {
        is_drawn ^= line.starts_with("```");
        let drawn = line
            .split([' ', '(', ')', ','])
            .filter(|word| is_drawn && word.ends_with(".rs") && is_path(word));
        let drawn = drawn.map(|word| (word, top().join(word)));
        let linked = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        let linked = linked.map(|(target, _)| target.split('#').next().unwrap_or(target));
        let linked = linked.filter(|target| !target.is_empty() && !target.contains(':'));
        let linked = linked.map(|target| (target, here.join(target)));
        let quoted = line.split('`').skip(1).step_by(2).filter(|quoted| is_path(quoted));
        let quoted = quoted.map(|quoted| (quoted, top().join(quoted)));
        for (target, path) in linked.chain(quoted).chain(drawn) {
            if !path.exists() {
                breaches
                    .push(Breach { line: number, what: format!("there is no {target}: name what is there") });
            }
        }
    }
    breaches
}

fn is_path(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    plain && DIRECTORIES.iter().any(|name| text.strip_prefix(name).is_some_and(|rest| rest.starts_with('/')))
}
