//! The file: TOML into [`Given`] values, with every error of every key, not only the first.
//!
//! Invariant: the work is bounded by the file's size, which has a limit, and so are the errors and their
//! length. A file that is something else (a core dump, a log) is refused in a sentence.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tandem_shards::keys::{Form, KeyInfo, items};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::given::{Given, GivenValue, ITEMS_MAX};
use super::keys::known;
use super::problem::{Place, Problem};

/// Bytes of a file: a hundred times what a node with all its interfaces needs.
pub const FILE_BYTES_MAX: usize = 1 << 20;
/// Longest time to read a file: a pipe may be one, if somebody writes to it.
const PATIENCE: Duration = Duration::from_secs(2);
/// Errors that are told; whoever has more has another kind of file.
const PROBLEMS_MAX: usize = 50;
/// Characters of a key that may be a known one with a slip in it.
const SLIP_CHARACTERS_MAX: usize = 64;

/// Reads a file.
///
/// # Errors
/// Why it cannot be read, or is no configuration.
pub fn read(path: &Path) -> Result<String, Problem> {
    let refuse = |reason: String| {
        let place = Place::WholeFile(path.to_owned());
        Problem { place, key: String::new(), value: None, reason }
    };
    let bytes = read_bytes(path).map_err(|error| match error.kind() {
        io::ErrorKind::TimedOut => {
            refuse(format!("nothing more to read came within {PATIENCE:?}: it is no file"))
        }
        _ => refuse(format!("cannot be read: {error}")),
    })?;
    if bytes.len() > FILE_BYTES_MAX {
        let limit = FILE_BYTES_MAX >> 20;
        return Err(refuse(format!("has more than {limit} MiB: this is no configuration of tandem")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        refuse(format!("is no text: byte {offset} is not UTF-8"))
    })
}

/// Reads a little more than may be in a file. The size that the system tells may be wrong, as that of a pipe or a
/// device is, and there may be nobody who writes to it.
#[expect(clippy::disallowed_methods, reason = "nothing runs yet that could be kept waiting")]
fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let mut file = File::options().read(true).custom_flags(flags.bits()).open(path)?;
    let (mut bytes, mut part) = (Vec::new(), vec![0; FILE_BYTES_MAX / 16]);
    let end = Instant::now() + PATIENCE;
    while bytes.len() <= FILE_BYTES_MAX {
        let left =
            PollTimeout::try_from(end.saturating_duration_since(Instant::now())).unwrap_or(PollTimeout::ZERO);
        if poll(&mut [PollFd::new(file.as_fd(), PollFlags::POLLIN)], left)? == 0 {
            return Err(io::ErrorKind::TimedOut.into());
        }
        match file.read(&mut part) {
            Ok(0) => break,
            Ok(length) => bytes.extend_from_slice(&part[..length]),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

/// Reads the text of a file as far as possible.
pub fn parse(path: &Path, text: &str) -> Given {
    let (table, errors) = DeTable::parse_recoverable(text);
    let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut reader = Reader { path, text, lines, known: known(), given: Given::default() };
    for error in errors {
        let offset = error.span().map_or(0, |span| span.start);
        reader.refuse(offset, String::new(), None, error.message().to_owned());
    }
    reader.table(table.get_ref(), None);
    reader.given
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    /// The offset of each line.
    lines: Vec<usize>,
    known: Vec<KeyInfo>,
    given: Given,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, parent: Option<&str>) {
        for (name, value) in table {
            if self.is_full() {
                break;
            }
            let start = name.span().start;
            let path = match parent {
                Some(parent) => format!("{parent}.{}", name.get_ref()),
                None => name.get_ref().to_string(),
            };
            let is_table = self.known.iter().any(|key| !key.table.is_empty() && key.table == path);
            match value.get_ref() {
                DeValue::Table(inner) if is_table => self.table(inner, Some(&path)),
                _ if is_table => self.refuse(start, path, None, "is a table, written `[name]`".to_owned()),
                _ => match self.known.iter().find(|key| key.path() == path).map(|key| key.shape.form) {
                    Some(form) => self.value(path, form, value),
                    None => {
                        let reason = self.unknown(&path);
                        self.refuse(start, path, None, reason);
                    }
                },
            }
        }
    }

    fn value(&mut self, path: String, form: Form, value: &Spanned<DeValue<'_>>) {
        let span = value.span();
        let array = value.get_ref().as_array().filter(|_| form == Form::List);
        let Some(array) = array else {
            match text_of(form, value.get_ref()) {
                Some(text) => {
                    let mut items = items(form, &text);
                    let count = items.len();
                    items.truncate(ITEMS_MAX);
                    let places = Vec::new();
                    self.given.put(path, GivenValue { place: self.place(span.start), items, places, count });
                }
                None => {
                    let shown = self.text.get(span.clone()).map(masked);
                    self.refuse(span.start, path, shown, form_in_words(form).to_owned());
                }
            }
            return;
        };
        let mut given = GivenValue::at(self.place(span.start), Vec::new());
        given.count = array.len();
        for item in array.iter().take(ITEMS_MAX) {
            let at = item.span();
            match text_of(Form::Text, item.get_ref()) {
                Some(text) => {
                    given.items.push(text);
                    given.places.push(self.place(at.start));
                }
                None => {
                    let shown = self.text.get(at.clone()).map(masked);
                    return self.refuse(at.start, path, shown, "must be a text or a number".to_owned());
                }
            }
        }
        self.given.put(path, given);
    }

    fn refuse(&mut self, offset: usize, key: String, value: Option<String>, reason: String) {
        if self.is_full() {
            return;
        }
        let place = self.place(offset);
        self.given.problems.push(Problem { place, key, value, reason });
        if self.is_full() {
            let place = Place::WholeFile(self.path.to_owned());
            let reason = format!("has more than {PROBLEMS_MAX} errors: the rest is not shown");
            self.given.problems.push(Problem { place, key: String::new(), value: None, reason });
        }
    }

    fn is_full(&self) -> bool {
        self.given.problems.len() >= PROBLEMS_MAX
    }

    fn unknown(&self, path: &str) -> String {
        if path.len() > SLIP_CHARACTERS_MAX {
            return "unknown key; `tandem config default` lists all".to_owned();
        }
        let distance = |key: &&KeyInfo| {
            let whole = strsim::damerau_levenshtein(path, &key.path());
            // A key that was put into the wrong table, or outside of its table.
            let bare = path.rsplit('.').next().unwrap_or_default();
            whole.min(strsim::damerau_levenshtein(bare, key.name) + 1)
        };
        match self.known.iter().min_by_key(distance) {
            Some(key) if distance(&key) <= 4 => match key.table {
                "" => format!("unknown key; did you mean `{}`?", key.name),
                table => format!("unknown key; did you mean `{}` in `[{table}]`?", key.name),
            },
            _ => "unknown key; `tandem config default` lists all".to_owned(),
        }
    }

    fn place(&self, offset: usize) -> Place {
        let line = self.lines.partition_point(|start| *start <= offset);
        let before = self.text.get(self.lines[line - 1]..offset).unwrap_or_default();
        Place::File { path: self.path.to_owned(), line, column: before.chars().count() + 1 }
    }
}

/// A value as a text, if it has the form.
fn text_of(form: Form, value: &DeValue<'_>) -> Option<String> {
    match (form, value) {
        (Form::Switch, DeValue::Boolean(is_on)) => Some(is_on.to_string()),
        (Form::Text | Form::List, DeValue::String(text)) => Some(text.to_string()),
        (Form::Decimal, DeValue::Float(number)) => Some(number.as_str().to_owned()),
        // A number of so many digits that it has no meaning is refused for its limits.
        (Form::Whole | Form::Decimal | Form::Text | Form::List, DeValue::Integer(number)) => {
            let parsed = i128::from_str_radix(number.as_str(), number.radix());
            Some(parsed.map_or(number.as_str().to_owned(), |number| number.to_string()))
        }
        _ => None,
    }
}

fn form_in_words(form: Form) -> &'static str {
    match form {
        Form::Switch => "must be true or false",
        Form::Whole => "must be a whole number",
        Form::Decimal => "must be a number",
        Form::Text => "must be a text",
        Form::List => "must be a list of texts",
    }
}

/// A value as it is shown: its first line, without a password.
fn masked(text: &str) -> String {
    let mut shown = text.lines().next().unwrap_or_default().to_owned();
    match (shown.find("://"), shown.rfind('@')) {
        (Some(from), Some(to)) if from + 3 < to => shown.replace_range(from + 3..to, "***"),
        _ => {}
    }
    shown
}

#[cfg(test)]
mod tests {
    use tandem_shards::names::Keyspace;
    use tandem_shards::settings::Settings;

    use super::*;
    use crate::config::keys::{NodeKeys, RedisKeys};

    fn problems(text: &str) -> Vec<String> {
        let mut given = parse(Path::new("t.toml"), text);
        let _: (NodeKeys, Settings, RedisKeys) = (given.read(), given.read(), given.read());
        given.problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn all_errors_come_at_once_with_place_and_nearest_name() {
        let text =
            "port-min = 70000\nprot-max = 4\n[redis]\nurll = \"x\"\nexpires = \"soon\"\n[shard]\ncount = 1\n";
        let found = problems(text);
        assert_eq!(found.len(), 5, "{found:#?}");
        assert!(found.iter().any(|p| p == "t.toml:1:12: port-min = 70000: must be 1 to 65535"), "{found:#?}");
        assert!(found.iter().any(|p| p == "t.toml:2:1: prot-max: unknown key; did you mean `port-max`?"));
        assert!(
            found.iter().any(|p| p.contains("redis.urll: unknown key; did you mean `url` in `[redis]`?"))
        );
        assert!(found.iter().any(|p| p == "t.toml:5:11: redis.expires = \"soon\": must be a whole number"));
        assert!(found.iter().any(|p| p.starts_with("t.toml:6:2: shard: unknown key")), "{found:#?}");
    }

    #[test]
    fn a_key_outside_its_table_is_told_where_it_belongs() {
        let found = problems("subscribe-keyspace = [2]\n");
        assert!(found[0].ends_with("did you mean `subscribe-keyspace` in `[redis]`?"), "{found:?}");
    }

    #[test]
    fn lists_may_be_written_as_rtpengine_does() {
        let mut given = parse(
            Path::new("t.toml"),
            "interface = \"pub1/192.0.2.1; pub2/192.0.2.2\"\nlisten-ng = 2223\n\
             [redis]\nsubscribe-keyspace = [2, \"3\"]\n",
        );
        let (keys, redis): (NodeKeys, RedisKeys) = (given.read(), given.read());
        assert_eq!(given.problems, []);
        let names: Vec<_> = keys.interfaces.iter().map(|interface| interface.name.to_string()).collect();
        assert_eq!(names, ["pub1", "pub2"]);
        assert_eq!(keys.listen_ng, ["127.0.0.1:2223".parse().expect("an address")]);
        assert_eq!(redis.subscribe_keyspace, [Keyspace(2), Keyspace(3)]);
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(masked("\"redis://:secret@h/1\""), "\"redis://***@h/1\"");
    }

    /// Errors of each strange text are few, and are found without going over the text again for each error.
    #[test]
    fn strange_texts_are_refused_in_few_words() {
        let room = FILE_BYTES_MAX / 2;
        let texts = [
            "[".repeat(room),
            format!("a = {}", "[".repeat(room)),
            format!("interface = {}", "[".repeat(room)),
            "a={b=".repeat(room / 5),
            "a.".repeat(room / 2) + "b = 1",
            format!("{} = 1", "k".repeat(room)),
            format!("\"{}\" = 1", "\\u001b".repeat(room / 6)),
            format!("port-min = \"{}\"", "x".repeat(room)),
            format!("timeout = {}", "9".repeat(room)),
            (0..room / 12).map(|n| format!("k{n} = {n}\n")).collect(),
            (0..room / 12).map(|n| format!("[t{n}]\n")).collect(),
            "[[a]]\n".repeat(room / 6),
            "port-min = 1\n".repeat(room / 13),
            "\u{1}\u{1b}[31m\n".repeat(room / 7),
            "= ] } \" ' , #\n".repeat(room / 14),
        ];
        for text in texts {
            let found = problems(&text);
            let length: usize = found.iter().map(String::len).sum();
            assert!(!found.is_empty() && length < 32 << 10, "{text:.40}: {} of {length} bytes", found.len());
            assert!(!found.concat().contains('\u{1b}'), "{text:.40}: {found:?}");
        }
    }

    #[test]
    fn a_file_that_is_too_long_or_no_text_is_refused_in_a_sentence() {
        let refused = |path: &Path| read(path).expect_err("refused").to_string();
        let endless = "/dev/zero: has more than 1 MiB: this is no configuration of tandem";
        assert_eq!(refused(Path::new("/dev/zero")), endless);
        let path = std::env::temp_dir().join(format!("tandem-file-{}.toml", std::process::id()));
        std::fs::write(&path, b"timeout = 60 # \xff\n").expect("writable");
        assert!(refused(&path).ends_with(": is no text: byte 15 is not UTF-8"), "{}", refused(&path));
        std::fs::write(&path, "# ".repeat(FILE_BYTES_MAX / 2)).expect("writable");
        assert_eq!(read(&path).expect("not too long").len(), FILE_BYTES_MAX);
        std::fs::remove_file(&path).expect("there");
    }
}
