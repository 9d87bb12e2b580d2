//! The page of every command, key, flag and value, written from the rows that the parser goes by.

use std::fmt::Write;

use tandem_shards::call::switches::Switches;

use super::commands::{CommandEffect, CommandKind};
use super::flags::not_done::{
    FLAG_PREFIXES, FLAGS as FLAGS_NOT_DONE, KEY_PREFIXES, KEYS as KEYS_NOT_DONE, Names,
};
use super::flags::table::{Effect, FLAGS, Flag, KEYS, Key, Values};

const HEAD: &str = "\
# Commands, keys, flags and values of ng

This page is written from the tables that the parser goes by (`src/ng/commands.rs`, `src/ng/flags/keys.rs`,
`src/ng/flags/words.rs`, `src/ng/flags/not_done.rs`, `shards/src/call/switches.rs`).

In names a blank, a hyphen and an underscore are the same, and case counts: `address family` is `address-family`, and
`Call-ID` is unknown. A list may also be one text with commas. Flags stand in the list `flags`, in the text
`rtpp-flags` (divided by blanks, with `key=value` and `key=[list]` among them; there `--` stands for `=` and `..` for a
blank), or are a key and a value of it in one word where the table says so. The names that are in no table are counted
(`tandem_ng_events_total{event=\"ignored-...\"}`) and have no effect: proxies and relays are never of the same age.

What asks for something that does not exist here never makes an offer fail. It is answered `ok`, counted in
`tandem_ng_not_done_total{feature}`, and said in the log with the call-id, a few times for each feature in ten seconds.
";

/// The page.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    commands(&mut page);
    keys(&mut page);
    flags(&mut page);
    not_done(&mut page);
    page
}

fn commands(page: &mut String) {
    page.push_str("\n## Commands\n\n| command | | effect |\n|---|---|---|\n");
    for kind in CommandKind::ALL {
        let end = match kind.effect() {
            CommandEffect::Done => "done",
            CommandEffect::OkAlone => "**answered `ok` alone**",
            CommandEffect::Refused => "**refused**",
        };
        let _ = writeln!(page, "| `{}` | {end} | {} |", kind.name(), kind.help());
    }
}

fn keys(page: &mut String) {
    page.push_str("\n## Keys\n\n| key | value | effect | as a flag |\n|---|---|---|---|\n");
    for key in KEYS {
        let value = match key.values {
            Values::Read(value, _) => value,
            Values::One(_) => "a word, see below",
            Values::List(_) => "a list of words, see below",
            Values::Names(_) => "a dictionary from words, see below, to names",
        };
        let flag = match key.flag {
            Flag::None => String::new(),
            Flag::Word | Flag::Read(_) => format!("`{}-VALUE`", key.names[0]),
        };
        let _ = writeln!(page, "| {} | {value} | {} | {flag} |", names(key.names), key.help);
    }
    for key in KEYS.iter().filter(|key| !key.values.words().is_empty()) {
        values(page, key);
    }
}

fn values(page: &mut String, key: &Key) {
    let _ = write!(page, "\nValues of `{}`:\n\n| value | | effect |\n|---|---|---|\n", key.names[0]);
    for word in key.values.words() {
        let _ = writeln!(page, "| {} | {} | {} |", names(word.names), end(word.effect), word.help);
    }
}

fn flags(page: &mut String) {
    page.push_str("\n## Flags\n\n| flag | | effect |\n|---|---|---|\n");
    for row in Switches::ROWS {
        let _ = writeln!(page, "| {} | done |{} |", names(row.names), row.help.trim_end_matches('.'));
    }
    for word in FLAGS {
        let _ = writeln!(page, "| {} | {} | {} |", names(word.names), end(word.effect), word.help);
    }
}

fn not_done(page: &mut String) {
    page.push_str(
        "\n## Names that ask for what does not exist here\n\nCase does not count. A value that declines\n",
    );
    page.push_str("(`off`, `no`, `none`, `false`, `disable`, `disabled`, `remove`) asks for nothing.\n\n");
    page.push_str("| feature | keys | flags |\n|---|---|---|\n");
    for feature in super::flags::not_done::Feature::ALL {
        let of = |all: &Names, tail: &str| -> String {
            let rows = all.iter().filter(|(of, _)| *of == feature).flat_map(|(_, names)| names.iter());
            rows.map(|name| format!("`{name}{tail}` ")).collect()
        };
        let keys = of(KEYS_NOT_DONE, "") + &of(KEY_PREFIXES, "...");
        let flags = of(FLAGS_NOT_DONE, "") + &of(FLAG_PREFIXES, "...");
        if !keys.is_empty() || !flags.is_empty() {
            let _ = writeln!(page, "| {} | {} | {} |", feature.name(), keys.trim_end(), flags.trim_end());
        }
    }
}

fn end(effect: Effect) -> String {
    match effect {
        Effect::Set(_) | Effect::Names(_) => "done".to_owned(),
        Effect::Always => "always so".to_owned(),
        Effect::NotDone(feature) => format!("**not done**: {}", feature.name()),
    }
}

fn names(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ")
}
