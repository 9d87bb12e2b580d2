//! The sections of a record, from either encoding, looked up by name and number.

use std::borrow::Cow;
use std::fmt;
use std::io::Write as _;

use ahash::AHashMap;
use tandem_shards::names::Text;

use super::fields::{NOTHING, unescape};
use super::{RECORD_BYTES_MAX, RecordError, document};
use crate::ng::bencode::{self, Limits};
use crate::ng::value::Value;

const LIMITS: Limits = Limits { depth: 12, items: 256 * 1024, bytes: RECORD_BYTES_MAX };

/// The longest kind and the longest number.
const NAME_BYTES_MAX: usize = 64;

/// Encoding of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// JSON, with `%` escapes in the texts.
    Json,
    /// Bencode, as they are.
    Bencode,
}

/// A record taken apart.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    encoding: Encoding,
    sections: AHashMap<Cow<'a, [u8]>, Value<'a>>,
}

/// One section with fields.
#[derive(Clone, Debug)]
pub(super) struct Section<'t> {
    name: Name,
    encoding: Encoding,
    entries: &'t [(Cow<'t, [u8]>, Value<'t>)],
}

/// One section that is a list.
#[derive(Debug)]
pub(super) struct Entries<'t> {
    name: Name,
    encoding: Encoding,
    items: &'t [Value<'t>],
}

/// The name of a section: `json`, `tag-0`.
#[derive(Clone, Copy, Debug)]
struct Name {
    kind: &'static str,
    number: Option<usize>,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(f, "{}-{number}", self.kind),
            None => f.write_str(self.kind),
        }
    }
}

impl<'a> Tree<'a> {
    pub(super) fn parse(stored: &'a [u8]) -> Result<Tree<'a>, RecordError> {
        if stored.len() > RECORD_BYTES_MAX {
            return Err(RecordError::TooLarge { bytes: stored.len() });
        }
        let (encoding, root) = match stored.first() {
            Some(b'{') => (Encoding::Json, parse_json(stored)?),
            Some(b'd') => (Encoding::Bencode, parse_bencode(stored)?),
            _ => return Err(RecordError::Alien),
        };
        let Value::Dictionary(entries) = root else { return Err(RecordError::Alien) };
        Ok(Tree { encoding, sections: entries.into_iter().collect() })
    }

    /// A section, if it is there.
    pub(super) fn find(&self, kind: &'static str) -> Option<Section<'_>> {
        self.section_named(Name { kind, number: None })
    }

    /// A numbered section, if it is there.
    pub(super) fn find_numbered(&self, kind: &'static str, number: usize) -> Option<Section<'_>> {
        self.section_named(Name { kind, number: Some(number) })
    }

    /// A numbered section that must be there.
    pub(super) fn section(&self, kind: &'static str, number: usize) -> Result<Section<'_>, RecordError> {
        self.find_numbered(kind, number).ok_or_else(|| RecordError::NoSection(format!("{kind}-{number}")))
    }

    /// A numbered list, if it is there.
    pub(super) fn find_list(&self, kind: &'static str, number: usize) -> Option<Entries<'_>> {
        let name = Name { kind, number: Some(number) };
        let items = self.value(name)?.items()?;
        Some(Entries { name, encoding: self.encoding, items })
    }

    /// A numbered list that must be there.
    pub(super) fn list(&self, kind: &'static str, number: usize) -> Result<Entries<'_>, RecordError> {
        self.find_list(kind, number).ok_or_else(|| RecordError::NoSection(format!("{kind}-{number}")))
    }

    /// The extension, which both encodings would hold as it is.
    pub(super) fn extension(&self) -> Option<Section<'_>> {
        self.find("tandem")
    }

    fn section_named(&self, name: Name) -> Option<Section<'_>> {
        let entries = entries_of(self.value(name)?)?;
        Some(Section { name, encoding: self.encoding, entries })
    }

    /// Names are written on the stack: there are dozens in a record, and thousands of records at a start.
    fn value(&self, name: Name) -> Option<&Value<'a>> {
        let mut written = [0; NAME_BYTES_MAX];
        let mut rest = &mut written[..];
        write!(rest, "{name}").expect("kinds are short");
        let length = NAME_BYTES_MAX - rest.len();
        self.sections.get(&written[..length])
    }
}

impl<'t> Section<'t> {
    fn find(&self, field: &str) -> Option<&'t Value<'t>> {
        // Of two of one name the last counts, as it does for sections.
        self.entries.iter().rfind(|(name, _)| **name == *field.as_bytes()).map(|(_, value)| value)
    }

    /// A text, if it is there.
    pub(super) fn text(&self, field: &str) -> Option<Text> {
        text_of(self.encoding, self.find(field)?)
    }

    /// A text that is there and not empty.
    pub(super) fn some_text(&self, field: &str) -> Option<Text> {
        self.text(field).filter(|text| !text.is_empty())
    }

    /// A text that must be there.
    pub(super) fn required_text(&self, field: &'static str) -> Result<Text, RecordError> {
        self.text(field).ok_or_else(|| self.missing(field))
    }

    /// A number, if it is there and one.
    pub(super) fn number(&self, field: &str) -> Option<u64> {
        number_of(self.find(field)?)
    }

    /// True if a flag is set, that is, a number other than zero.
    pub(super) fn flag(&self, field: &str) -> bool {
        self.number(field).is_some_and(|number| number != 0)
    }

    /// A number that must be there.
    pub(super) fn required_number(&self, field: &'static str) -> Result<u64, RecordError> {
        let value = self.find(field).ok_or_else(|| self.missing(field))?;
        number_of(value).ok_or_else(|| self.bad(field))
    }

    /// A small number that must be there.
    pub(super) fn required_u16(&self, field: &'static str) -> Result<u16, RecordError> {
        u16::try_from(self.required_number(field)?).map_err(|_| self.bad(field))
    }

    /// The number of another section; none if it points to nothing.
    pub(super) fn pointer(&self, field: &'static str) -> Option<usize> {
        let number = self.number(field).filter(|number| *number != NOTHING)?;
        usize::try_from(number).ok()
    }

    /// A text that is parsed; nothing if it is empty, an error if it is neither.
    pub(super) fn parsed<T: std::str::FromStr>(&self, field: &'static str) -> Result<Option<T>, RecordError> {
        let text = self.required_text(field)?;
        if text.is_empty() {
            return Ok(None);
        }
        let parsed = std::str::from_utf8(text.as_bytes()).ok().and_then(|text| text.parse().ok());
        parsed.map(Some).ok_or_else(|| self.bad(field))
    }

    /// Sections inside a list.
    pub(super) fn sections(&self, field: &str) -> impl Iterator<Item = Option<Section<'t>>> + use<'_, 't> {
        let items = self.find(field).and_then(Value::items).unwrap_or_default();
        items.iter().map(|item| {
            let entries = entries_of(item)?;
            Some(Section { name: self.name, encoding: self.encoding, entries })
        })
    }

    /// Numbers inside a list.
    pub(super) fn numbers(&self, field: &str) -> Vec<u64> {
        let items = self.find(field).and_then(Value::items).unwrap_or_default();
        items.iter().filter_map(number_of).collect()
    }

    /// Texts inside a list, if it is there.
    pub(super) fn texts(&self, field: &str) -> Option<Vec<Text>> {
        let items = self.find(field)?.items()?;
        Some(items.iter().filter_map(|item| text_of(self.encoding, item)).collect())
    }

    fn missing(&self, field: &'static str) -> RecordError {
        RecordError::NoField { section: self.name.to_string(), field }
    }

    /// The error that a field says nonsense.
    pub(super) fn bad(&self, field: &'static str) -> RecordError {
        let value = match self.find(field) {
            Some(Value::Bytes(bytes)) => shown(bytes),
            other => format!("{other:?}").chars().take(SHOWN_BYTES_MAX).collect(),
        };
        RecordError::BadField { section: self.name.to_string(), field, value }
    }
}

impl Entries<'_> {
    /// The entries as texts; what is no text is left out.
    pub(super) fn texts(&self) -> impl Iterator<Item = Text> + '_ {
        self.items.iter().filter_map(|item| text_of(self.encoding, item))
    }

    /// The entries as numbers of other sections.
    pub(super) fn pointers(&self) -> Result<Vec<usize>, RecordError> {
        self.texts()
            .filter(|text| number(text.as_bytes()) != Some(NOTHING))
            .map(|t| self.pointer(&t))
            .collect()
    }

    /// One entry as the number of another section.
    pub(super) fn pointer(&self, text: &Text) -> Result<usize, RecordError> {
        let number = number(text.as_bytes()).and_then(|number| usize::try_from(number).ok());
        number.ok_or_else(|| self.dangling(shown(text.as_bytes())))
    }

    /// The error that an entry points to nothing.
    pub(super) fn dangling(&self, value: impl fmt::Display) -> RecordError {
        RecordError::Dangling { list: self.name.to_string(), value: value.to_string() }
    }
}

fn text_of(encoding: Encoding, value: &Value<'_>) -> Option<Text> {
    match (value, encoding) {
        (Value::Bytes(bytes), Encoding::Json) if bytes.contains(&b'%') => Some(Text::from(unescape(bytes))),
        (Value::Bytes(bytes), _) => Some(Text::from(bytes.as_ref())),
        (Value::Integer(number), _) => Some(Text::from(number.to_string().as_str())),
        _ => None,
    }
}

fn number_of(value: &Value<'_>) -> Option<u64> {
    match value {
        Value::Bytes(bytes) => number(bytes),
        Value::Integer(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

fn number(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

const SHOWN_BYTES_MAX: usize = 60;

fn shown(bytes: &[u8]) -> String {
    bytes[..bytes.len().min(SHOWN_BYTES_MAX)].escape_ascii().to_string()
}

fn parse_bencode(stored: &[u8]) -> Result<Value<'_>, RecordError> {
    let (value, consumed) =
        bencode::decode(stored, LIMITS).map_err(|e| RecordError::Malformed(e.to_string()))?;
    if consumed < stored.len() {
        return Err(RecordError::Malformed(format!("bencode ends at byte {consumed}")));
    }
    Ok(value)
}

fn parse_json(stored: &[u8]) -> Result<Value<'_>, RecordError> {
    document::read(stored).map_err(|error| RecordError::Malformed(error.to_string()))
}

/// The entries of a dictionary.
#[expect(clippy::type_complexity, reason = "what a dictionary is made of")]
fn entries_of<'t, 'v>(value: &'t Value<'v>) -> Option<&'t [(Cow<'v, [u8]>, Value<'v>)]> {
    match value {
        Value::Dictionary(entries) => Some(entries),
        _ => None,
    }
}
