//! The file: TOML into [`Keys`], with every error of every key, not only the first.
//!
//! Each key is read alone first, so that one bad value does not hide the next; those that can be read
//! are then read together.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{KeyInfo, Keys, known};
use super::problem::{Origins, Place, Problem};

/// A file that was read as far as possible.
#[derive(Debug, Default)]
pub struct FileKeys {
    /// Its keys over the defaults.
    pub keys: Keys,
    /// Where they stand.
    pub origins: Origins,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// Reads the text of a file.
pub fn parse(path: &Path, text: &str) -> FileKeys {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { path, text, known: known(), file: FileKeys::default() };
    for error in errors {
        let place = reader.place(error.span().map_or(0, |span| span.start));
        reader.file.problems.push(Problem {
            place,
            key: String::new(),
            value: None,
            reason: error.message().to_owned(),
        });
    }
    let table = reader.table(table.into_inner(), None);
    let document = toml::de::Deserializer::from(Spanned::new(0..text.len(), table));
    // Each key was read alone, so together they can be read, unless the syntax itself is broken.
    match Keys::deserialize(document) {
        Ok(keys) => reader.file.keys = keys,
        Err(error) => assert!(!reader.file.problems.is_empty(), "keys that can be read alone: {error}"),
    }
    reader.file
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    known: Vec<KeyInfo>,
    file: FileKeys,
}

impl Reader<'_> {
    /// The entries of a table that can be read; the others become problems.
    fn table<'i>(&mut self, table: DeTable<'i>, parent: Option<&str>) -> DeTable<'i> {
        let mut good = DeTable::new();
        for (name, value) in table {
            let start = name.span().start;
            let path = match parent {
                Some(parent) => format!("{parent}.{}", name.get_ref()),
                None => name.get_ref().to_string(),
            };
            let span = value.span();
            let is_table = self.known.iter().any(|key| key.path.starts_with(&format!("{path}.")));
            match value.into_inner() {
                DeValue::Table(inner) if is_table => {
                    let inner = self.table(inner, Some(&path));
                    good.insert(name, Spanned::new(span, DeValue::Table(inner)));
                }
                _ if is_table => self.refuse(start, path, None, "is a table, written `[name]`".to_owned()),
                value if self.known.iter().any(|key| key.path == path) => {
                    let value = Spanned::new(span.clone(), value);
                    match read_alone(&path, &name, &value) {
                        Ok(()) => {
                            self.remember(&path, &value);
                            good.insert(name, value);
                        }
                        Err(error) => {
                            let at = error.span().map_or(span.start, |span| span.start);
                            let shown = self.text.get(span).map(shorten);
                            self.refuse(at, path, shown, error.message().to_owned());
                        }
                    }
                }
                _ => {
                    let reason = self.unknown(&path);
                    self.refuse(start, path, None, reason);
                }
            }
        }
        good
    }

    fn remember(&mut self, path: &str, value: &Spanned<DeValue<'_>>) {
        let place = self.place(value.span().start);
        self.file.origins.places.insert(path.to_owned(), place);
        for (index, item) in value.get_ref().as_array().into_iter().flatten().enumerate() {
            let place = self.place(item.span().start);
            self.file.origins.places.insert(format!("{path}[{index}]"), place);
        }
    }

    fn refuse(&mut self, offset: usize, key: String, value: Option<String>, reason: String) {
        let place = self.place(offset);
        self.file.problems.push(Problem { place, key, value, reason });
    }

    fn unknown(&self, path: &str) -> String {
        let distance = |key: &&KeyInfo| {
            let whole = strsim::damerau_levenshtein(path, &key.path);
            // A key that was put into the wrong table, or outside of its table.
            let bare = |text: &str| text.rsplit('.').next().unwrap_or_default().to_owned();
            whole.min(strsim::damerau_levenshtein(&bare(path), &bare(&key.path)) + 1)
        };
        match self.known.iter().min_by_key(distance) {
            Some(key) if distance(&key) <= 4 => match key.path.split_once('.') {
                Some((table, name)) => format!("unknown key; did you mean `{name}` in `[{table}]`?"),
                None => format!("unknown key; did you mean `{}`?", key.path),
            },
            _ => "unknown key; `tandem config default` lists all".to_owned(),
        }
    }

    fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place::File {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// Reads one key as if it stood alone in the file.
fn read_alone<'i>(
    path: &str,
    name: &Spanned<std::borrow::Cow<'i, str>>,
    value: &Spanned<DeValue<'i>>,
) -> Result<(), toml::de::Error> {
    let mut table = DeTable::new();
    table.insert(name.clone(), value.clone());
    if let Some((parent, _)) = path.split_once('.') {
        let mut outer = DeTable::new();
        let inner = Spanned::new(value.span(), DeValue::Table(table));
        outer.insert(Spanned::new(name.span(), parent.to_owned().into()), inner);
        table = outer;
    }
    Keys::deserialize(toml::de::Deserializer::from(Spanned::new(value.span(), table))).map(|_| ())
}

/// A value as it is shown in an error: one line, not too long, no password.
fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    let mut shown: String = line.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    match (shown.find("://"), shown.rfind('@')) {
        (Some(from), Some(to)) if from + 3 < to => shown.replace_range(from + 3..to, "***"),
        _ => {}
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let file = parse(Path::new("t.toml"), text);
        file.problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn all_errors_come_at_once_with_place_and_nearest_name() {
        let text =
            "port-min = 70000\nprot-max = 4\n[redis]\nurll = \"x\"\nexpires = \"soon\"\n[shard]\ncount = 1\n";
        let found = problems(text);
        assert_eq!(found.len(), 5, "{found:#?}");
        assert!(found[0].starts_with("t.toml:1:12: port-min = 70000: "), "{}", found[0]);
        assert!(found.iter().any(|p| p == "t.toml:2:1: prot-max: unknown key; did you mean `port-max`?"));
        assert!(
            found.iter().any(|p| p.contains("redis.urll: unknown key; did you mean `url` in `[redis]`?"))
        );
        assert!(found.iter().any(|p| p.starts_with("t.toml:5:11: redis.expires = \"soon\": invalid type")));
        assert!(found.iter().any(|p| p.starts_with("t.toml:6:2: shard: unknown key")), "{found:#?}");
    }

    #[test]
    fn a_key_outside_its_table_is_told_where_it_belongs() {
        let found = problems("subscribe-keyspace = [2]\n");
        assert!(found[0].ends_with("did you mean `subscribe-keyspace` in `[redis]`?"), "{found:?}");
    }

    #[test]
    fn lists_may_be_written_as_rtpengine_does() {
        let file = parse(
            Path::new("t.toml"),
            "interface = \"pub1/192.0.2.1; pub2/192.0.2.2\"\nlisten-ng = 2223\n\
             [redis]\nsubscribe-keyspace = [2, \"3\"]\n",
        );
        assert_eq!(file.problems, []);
        assert_eq!(file.keys.interface, ["pub1/192.0.2.1", "pub2/192.0.2.2"]);
        assert_eq!(file.keys.listen_ng, ["2223"]);
        assert_eq!(file.keys.redis.subscribe_keyspace, ["2", "3"]);
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(shorten("\"redis://:secret@h/1\""), "\"redis://***@h/1\"");
    }
}
