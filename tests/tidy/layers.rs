//! Layers: who may know whom, and what the sans-IO core may not know at all.

use crate::source::has_word;
use crate::{Breach, File, Rule, example};

/// Files outside `shards/src/io/` with `unsafe`, and why they cannot do without.
pub const UNSAFE_ELSEWHERE: &[(&str, &str)] = &[
    (
        "bench/src/phones.rs",
        "the kernel's receive stamps come in control messages that socket2 leaves as bytes",
    ),
    ("shards/tests/no_alloc.rs", "an allocator can only be written with it"),
    ("tests/fuzz/bodies/meter.rs", "an allocator can only be written with it"),
];

/// Words that a machine has no use for which gets its time and packets as values: their place is elsewhere.
const OUTSIDE: &[&str] = &[
    "UdpSocket",
    "TcpStream",
    "TcpListener",
    "std::thread",
    "thread::spawn",
    "std::fs",
    "fs::File",
    "std::env",
    "std::process",
    "Instant",
    "SystemTime",
    "crate::io",
    "glommio",
    "io_uring",
    "libc",
    "nix",
    "socket2",
    "crossbeam",
    "crossbeam_channel",
];

/// Most lines between `unsafe` and the beginning of its reason.
const REASON_LINES: usize = 8;

pub const RULES: &[Rule] = &[
    Rule {
        name: "shards do not know the daemon",
        check: layering,
        shown_by: || {
            vec![
                example(
                    "shards/Cargo.toml",
                    "[dependencies]\nlog = \"1\"\ntandem = { path = \"..\" }\n",
                    &[3],
                ),
                example("shards/Cargo.toml", "[dev-dependencies]\ntandem.workspace = true\n", &[2]),
                example("shards/Cargo.toml", "[package]\nname = \"tandem-shards\"\n", &[]),
                example("Cargo.toml", "[dependencies]\ntandem-shards = 1\ntandem-bench = 1\n", &[3]),
                example("shards/src/call.rs", "//! Of tandem.\nuse tandem::ng;\n", &[2]),
                example("shards/tests/calls.rs", "use tandem_shards::Shard;\nlet name = \"tandem\";\n", &[]),
                example("src/ng.rs", "use tandem_bench::load;\n", &[1]),
            ]
        },
    },
    Rule {
        name: "the core is sans-IO",
        check: sans_io,
        shown_by: || {
            vec![
                example("shards/src/relay.rs", "use std::net::{IpAddr, UdpSocket};\n", &[1]),
                example("shards/src/shard/deletion.rs", "fn f() {\n    std::thread::yield_now();\n}\n", &[2]),
                example(
                    "shards/src/shard.rs",
                    "use std::time::{Duration, Instant};\nuse crate::io::Clock;\n",
                    &[1, 2],
                ),
                example(
                    "shards/src/shard.rs",
                    "use std::time::Duration;\n// not an Instant\nuse crate::iota;\n",
                    &[],
                ),
                example("shards/src/io/sys.rs", "use std::time::Instant;\nuse libc::close;\n", &[]),
            ]
        },
    },
    Rule {
        name: "traits have no default methods",
        check: default_methods,
        shown_by: || {
            vec![
                example(
                    "src/ctl.rs",
                    "pub trait Control {\n    fn a(&self) -> u8;\n    fn b(&self) -> u8 {\n        0\n    }\n}\n",
                    &[3],
                ),
                example(
                    "src/ctl.rs",
                    "trait A: B {\n    fn a(\n        &self,\n    ) {\n    }\n}\nfn b() {}\n",
                    &[2],
                ),
                example(
                    "src/ctl.rs",
                    "trait A {\n    fn a(&self);\n}\nimpl A for B {\n    fn a(&self) {}\n}\n",
                    &[],
                ),
                example("tests/sim/ng.rs", "trait A {\n    fn a(&self) {}\n}\n", &[]),
            ]
        },
    },
    Rule {
        name: "unsafe has a place and a reason",
        check: unsafe_code,
        shown_by: || {
            vec![
                example("src/ng.rs", "// SAFETY: none\nunsafe { f() }\n", &[2]),
                example("shards/src/io/ring.rs", "// SAFETY: it lives\nlet x = unsafe { f() };\n", &[]),
                example("shards/src/io/ring.rs", "let y = 1;\nlet x = unsafe { f() };\n", &[2]),
                example("shards/src/io/ring.rs", "// SAFETY: it lives\nf();\n\nunsafe { f() };\n", &[4]),
                example(
                    "shards/src/io/ring.rs",
                    "// Not unsafe.\nlet x = \"unsafe {\";\n#[expect(unsafe_code)]\n",
                    &[],
                ),
            ]
        },
    },
    Rule {
        name: "one thread writes to standard error",
        check: standard_streams,
        shown_by: || {
            vec![
                example("src/ng.rs", "use std::io;\nlet mut out = io::stderr();\n", &[2]),
                example("shards/src/io.rs", "eprintln!(\"here\");\n", &[1]),
                example("src/ctl/client.rs", "let _ = io::stdout().write_all(text);\n", &[]),
                example("src/ng/tests.rs", "println!(\"here\");\n", &[]),
            ]
        },
    },
    Rule {
        name: "hash order is never seen",
        check: hash_order,
        shown_by: || {
            vec![
                example("src/a.rs", "calls: AHashMap<u8, u8>,\nfor (id, call) in &self.calls {\n", &[2]),
                example("src/a.rs", "let mut found = AHashSet::new();\nfor x in found {\n", &[2]),
                example("src/a.rs", "struct Index(AHashMap<u8, u8>);\nfor x in &mut self.0 {\n", &[2]),
                example(
                    "src/a.rs",
                    "fn f(calls: &mut AHashMap<u8, u8>) {\nlet c = calls.into_iter();\n",
                    &[2],
                ),
                example("src/a.rs", "calls: AHashMap<u8, u8>,\nlist: Vec<u8>,\nfor x in &self.list {\n", &[]),
            ]
        },
    },
    Rule {
        name: "a shard's hashes come from its seed",
        check: seeded,
        shown_by: || {
            vec![
                example(
                    "shards/src/a.rs",
                    "let map = AHashMap::new();\nlet state = RandomState::default();\n",
                    &[1, 2],
                ),
                example(
                    "shards/src/a.rs",
                    "AHashMap::with_hasher(RandomState::with_seeds(1, 2, 3, 4))\n",
                    &[],
                ),
                example("src/ng/cookie.rs", "let map = AHashMap::new();\n", &[]),
            ]
        },
    },
];

/// A default that only a fake overrides lets tests assert what the product never does.
fn default_methods(file: &File) -> Vec<Breach> {
    let product = file.path.starts_with("src/") || file.path.starts_with("shards/src/");
    if !product || !file.is_rust() {
        return Vec::new();
    }
    // Depth of braces at which the trait's items stand, and the line of a method whose `;` or `{` is still to come.
    let (mut depth, mut items, mut method) = (0, None, None);
    let mut awaits_body = false;
    let mut breaches = Vec::new();
    for (line, number) in file.code.lines().zip(1..) {
        awaits_body |= items.is_none() && has_word(line, "trait");
        if items == Some(depth) && has_word(line, "fn") {
            method = Some(number);
        }
        for character in line.chars() {
            match character {
                '{' => {
                    depth += 1;
                    if std::mem::take(&mut awaits_body) {
                        items = Some(depth);
                    } else if let Some(line) = method.take_if(|_| items == Some(depth - 1)) {
                        let what = "a default: whoever has the trait says what it does".to_owned();
                        breaches.push(Breach { line, what });
                    }
                }
                '}' => {
                    items = items.filter(|at| *at != depth);
                    depth -= 1;
                }
                ';' if items == Some(depth) => method = None,
                ';' => awaits_body = false,
                _ => {}
            }
        }
    }
    breaches
}

fn layering(file: &File) -> Vec<Breach> {
    let (kept_from, words): (&str, &[&str]) = match file.path.as_str() {
        "Cargo.toml" => ("the daemon does not know its bench", &["tandem-bench"]),
        path if path.starts_with("shards/") => (
            "shards know neither the daemon nor the bench: hand values in",
            &["tandem", "tandem_bench", "tandem-bench"],
        ),
        path if path.starts_with("src/") => ("the daemon does not know its bench", &["tandem_bench"]),
        _ => return Vec::new(),
    };
    if file.is_rust() {
        return file.search_code(|line| {
            words.iter().find(|word| has_word(line, word)).map(|word| format!("`{word}`: {kept_from}"))
        });
    }
    if !file.path.ends_with("Cargo.toml") {
        return Vec::new();
    }
    // A dependency's name ends at the first character that no crate's name has.
    let name = |line: &str| line.split(|c: char| !c.is_alphanumeric() && c != '-').next().map(str::to_owned);
    file.search_text(|line| {
        let name = name(line)?;
        words.contains(&name.as_str()).then(|| format!("`{name}`: {kept_from}"))
    })
}

fn sans_io(file: &File) -> Vec<Breach> {
    let driver = ["shards/src/io.rs", "shards/src/io/", "shards/src/sim.rs", "shards/src/sim/"];
    if !file.path.starts_with("shards/src/") || driver.iter().any(|path| file.path.starts_with(path)) {
        return Vec::new();
    }
    file.search_code(|line| {
        let word = OUTSIDE.iter().find(|word| has_word(line, word))?;
        Some(format!("`{word}` belongs to shards/src/io: take it as a value, or give back an effect"))
    })
}

fn unsafe_code(file: &File) -> Vec<Breach> {
    let excepted = UNSAFE_ELSEWHERE.iter().any(|(path, _)| *path == file.path);
    let allowed = excepted || file.path.starts_with("shards/src/io/");
    let text: Vec<&str> = file.text.lines().collect();
    let mut breaches = Vec::new();
    for (at, line) in file.code.lines().enumerate() {
        // A function that is unsafe to call states what its caller owes in its documentation.
        if !has_word(line, "unsafe") || line.contains("unsafe fn") {
            continue;
        }
        // The statement may begin above, and so may the reason; a blank line ends both.
        let above = text[..at].iter().rev().take(REASON_LINES).take_while(|line| !line.trim().is_empty());
        let what = if !allowed {
            "`unsafe` belongs to shards/src/io/, behind a safe function"
        } else if !above.into_iter().any(|line| line.contains("// SAFETY: ")) {
            "say in a `// SAFETY:` comment right above why this is sound"
        } else {
            continue;
        };
        breaches.push(Breach { line: at + 1, what: what.to_owned() });
    }
    breaches
}

/// A reader that has stopped would hold up whoever writes, and all who wait for that one.
fn standard_streams(file: &File) -> Vec<Breach> {
    let of_commands = ["src/cli.rs", "src/ctl/client.rs"];
    let of_tests = ["tests", "acceptance"].iter().any(|part| file.path.contains(part));
    let product = file.path.starts_with("src/") || file.path.starts_with("shards/src/");
    if !product || of_tests || file.path == "src/logging.rs" || of_commands.contains(&file.path.as_str()) {
        return Vec::new();
    }
    let words = ["stderr", "stdout", "eprintln", "println", "eprint", "print", "dbg"];
    file.search_code(|line| {
        let word = words.iter().find(|word| {
            let is_macro = !word.starts_with("std");
            has_word(line, word) && (!is_macro || line.contains(&format!("{word}!")))
        })?;
        Some(format!(
            "`{word}`: the daemon's words go through the log, whose thread alone waits for a reader"
        ))
    })
}

/// A `for` over a map of ahash's; clippy knows its methods by name, but not this.
fn hash_order(file: &File) -> Vec<Breach> {
    let names = hash_maps(&file.code);
    let is_map = |expression: &str| {
        let plain = expression.trim().trim_start_matches('&').trim_start_matches("mut ").trim();
        let name = plain.rsplit('.').next().unwrap_or(plain);
        names.iter().any(|map| map == name)
    };
    file.search_code(|line| {
        let looped = line.contains("for ").then(|| line.split_once(" in ")).flatten();
        let looped = looped.map(|(_, rest)| rest.trim_end().trim_end_matches('{'));
        let turned =
            line.split_once(".into_iter()").and_then(|(before, _)| before.split([' ', '(']).next_back());
        let map = looped.filter(|map| is_map(map)).or(turned.filter(|map| is_map(map)))?;
        Some(format!("`{}` goes in hash order, which is random: sort, or use a BTreeMap", map.trim()))
    })
}

/// The names of fields, parameters and variables that are declared as maps or sets of ahash.
fn hash_maps(code: &str) -> Vec<String> {
    let kinds = ["AHashMap<", "AHashSet<", "AHashMap::", "AHashSet::"];
    let mut names = Vec::new();
    for (at, _) in kinds.iter().flat_map(|kind| code.match_indices(kind)) {
        let before = code[..at].trim_end().trim_end_matches("&mut").trim_end_matches('&').trim_end();
        if before.ends_with('(')
            && !code[at..].starts_with("AHashMap::")
            && !code[at..].starts_with("AHashSet::")
        {
            // The field of a tuple.
            names.push("0".to_owned());
        }
        let Some(declared) = before.strip_suffix([':', '=']) else { continue };
        let name = declared.trim_end().rsplit(|c: char| !c.is_alphanumeric() && c != '_').next();
        names.extend(name.filter(|name| !name.is_empty()).map(str::to_owned));
    }
    names
}

fn seeded(file: &File) -> Vec<Breach> {
    if !file.path.starts_with("shards/") {
        return Vec::new();
    }
    let types = ["AHashMap", "AHashSet", "RandomState"];
    let makers = ["new", "default", "with_capacity", "from", "from_iter"];
    file.search_code(|line| {
        let made = types.iter().flat_map(|kind| makers.map(|maker| format!("{kind}::{maker}")));
        let made = made.into_iter().find(|call| has_word(line, call))?;
        Some(format!("`{made}` is seeded at random: use `with_hasher` and a seed that came in"))
    })
}
