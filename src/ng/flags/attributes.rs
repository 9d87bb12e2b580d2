//! Edits of attribute lines: the key `sdp-attr`, and the same as flags.

use tandem_shards::names::Text;
use tandem_shards::sdp::{AttributeEdit, AttributeScope};

use super::codecs::Escapes;
use crate::ng::value::Value;

/// The edits of lines of one part of the SDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Add,
    Remove,
    Substitute,
}

impl Operation {
    fn named(name: &[u8]) -> Option<Operation> {
        match name {
            b"add" => Some(Operation::Add),
            b"remove" => Some(Operation::Remove),
            b"substitute" => Some(Operation::Substitute),
            _ => None,
        }
    }
}

/// Edits as they were read, and the number of items that say nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// The edits.
    pub edits: Vec<AttributeEdit>,
    /// Operations, lines and pairs that cannot be read.
    pub unreadable: u64,
}

/// The key `sdp-attr`: scopes, and in each `add`, `remove` and `substitute`. `None` if it is no such thing.
pub fn attribute_edits(value: &Value<'_>, escapes: Escapes) -> Option<Edits> {
    if !matches!(value, Value::Dictionary(_)) {
        return None;
    }
    let mut read = Edits::default();
    for (scope, operations) in value.entries() {
        let mut edit = empty(scope);
        read.unreadable += u64::from(!matches!(operations, Value::Dictionary(_)));
        for (operation, items) in operations.entries() {
            read.unreadable += match Operation::named(operation) {
                Some(Operation::Add) => lines(&mut edit.add, items, escapes),
                Some(Operation::Remove) => lines(&mut edit.remove, items, escapes),
                Some(Operation::Substitute) => pairs(&mut edit.substitute, items, escapes),
                None => 1,
            };
        }
        read.edits.push(edit);
    }
    Some(read)
}

/// A flag `sdp-attr-OPERATION-SCOPE-LINE` (without the first part), where the line to substitute is `FROM>TO`.
pub fn attribute_flag(rest: &[u8]) -> Option<AttributeEdit> {
    let (operation, rest) = split(rest, b'-')?;
    let (scope, line) = split(rest, b'-')?;
    let mut edit = empty(scope);
    match Operation::named(operation)? {
        Operation::Add => edit.add.push(self::line(line, Escapes::Undo)),
        Operation::Remove => edit.remove.push(self::line(line, Escapes::Undo)),
        Operation::Substitute => edit.substitute.push(arrow(line, Escapes::Undo)?),
    }
    Some(edit)
}

fn empty(scope: &[u8]) -> AttributeEdit {
    let scope = match scope {
        b"none" | b"global" | b"session" => AttributeScope::Session,
        media => AttributeScope::Media(Text::from(media)),
    };
    AttributeEdit { scope, add: vec![], remove: vec![], substitute: vec![] }
}

/// A line, or what tells one, as it stands behind `a=`, which may be written too.
fn line(text: &[u8], escapes: Escapes) -> Text {
    let text = escapes.text(text);
    text.as_bytes().strip_prefix(b"a=").map(Text::from).unwrap_or(text)
}

/// A list of texts, or one text; lines may hold commas, so they are not split. Returns what cannot be read.
fn lines(to: &mut Vec<Text>, value: &Value<'_>, escapes: Escapes) -> u64 {
    let one = std::slice::from_ref(value);
    let items = value.items().unwrap_or(one);
    let before = to.len();
    to.extend(items.iter().filter_map(Value::bytes).map(|text| line(text, escapes)));
    (items.len() + before - to.len()) as u64
}

/// `[[from, to], ...]`, or `[from, to]`, or `{from: to, ...}`, or `from>to` alone or several in a list. Returns
/// what cannot be read.
fn pairs(to: &mut Vec<(Text, Text)>, value: &Value<'_>, escapes: Escapes) -> u64 {
    let pair =
        |from: &Value<'_>, to: &Value<'_>| Some((line(from.bytes()?, escapes), line(to.bytes()?, escapes)));
    let item = |item: &Value<'_>| match item {
        Value::List(items) => match items.as_slice() {
            [from, to] => pair(from, to),
            _ => None,
        },
        text => arrow(text.bytes()?, escapes),
    };
    let found: Vec<Option<(Text, Text)>> = match value {
        Value::List(items) => match items.as_slice() {
            [Value::Bytes(from), Value::Bytes(_)] if !from.contains(&b'>') => vec![item(value)],
            items => items.iter().map(item).collect(),
        },
        Value::Dictionary(_) => {
            let entry =
                |(from, to): (&[u8], &Value<'_>)| Some((line(from, escapes), line(to.bytes()?, escapes)));
            value.entries().map(entry).collect()
        }
        text => vec![item(text)],
    };
    let unreadable = found.iter().filter(|pair| pair.is_none()).count();
    to.extend(found.into_iter().flatten());
    unreadable as u64
}

/// `FROM>TO`.
fn arrow(text: &[u8], escapes: Escapes) -> Option<(Text, Text)> {
    let (from, to) = split(text, b'>')?;
    Some((line(from, escapes), line(to, escapes)))
}

/// The parts before and behind the first of these bytes, if there is something in both.
fn split(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = text.iter().position(|byte| *byte == at)?;
    let (first, second) = (&text[..place], &text[place + 1..]);
    (!first.is_empty() && !second.is_empty()).then_some((first, second))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ng::bencode::Limits;
    use crate::ng::json;

    fn substitutes(json: &str, escapes: Escapes) -> (Vec<(Text, Text)>, u64) {
        let value =
            json::decode(format!("{{\"audio\":{{\"substitute\":{json}}}}}").as_bytes(), Limits::MESSAGE);
        let mut read = attribute_edits(&value.expect("JSON"), escapes).expect("a dictionary");
        (read.edits.remove(0).substitute, read.unreadable)
    }

    #[test]
    fn edits_are_read_in_all_forms() {
        let text = br#"{"none":{"add":["foo:bar","a=x"],"remove":"X"},"audio":{"replace":["y"]},"video":7}"#;
        let value = json::decode(text, Limits::MESSAGE).expect("JSON");
        let read = attribute_edits(&value, Escapes::None).expect("a dictionary");
        assert_eq!(read.edits[0].scope, AttributeScope::Session);
        assert_eq!(read.edits[0].add, [Text::from("foo:bar"), Text::from("x")]);
        assert_eq!(read.edits[0].remove, [Text::from("X")]);
        assert_eq!(read.edits[1].scope, AttributeScope::Media(Text::from("audio")));
        assert_eq!(read.unreadable, 2, "an operation that nobody knows, and a number");
        assert_eq!(attribute_edits(&Value::Integer(1), Escapes::None), None);
    }

    #[test]
    fn pairs_are_read_in_all_forms() {
        let one = vec![(Text::from("a"), Text::from("b--c"))];
        let two = vec![(Text::from("a"), Text::from("b--c")), (Text::from("d"), Text::from("e"))];
        for (json, expected) in [
            (r#"[["a","b--c"]]"#, &one),
            (r#"["a","b--c"]"#, &one),
            (r#"{"a":"b--c"}"#, &one),
            (r#""a>b--c""#, &one),
            (r#"["a=a>a=b--c"]"#, &one),
            (r#"[["a","b--c"],["d","e"]]"#, &two),
            (r#"["a>b--c","d>e"]"#, &two),
            (r#"["a>b--c",["d","e"]]"#, &two),
        ] {
            assert_eq!(substitutes(json, Escapes::None), (expected.clone(), 0), "{json}");
        }
        assert_eq!(substitutes(r#"[["a","b--c"]]"#, Escapes::Undo).0, [(Text::from("a"), Text::from("b=c"))]);
        assert_eq!(substitutes(r#"[["a"],"b",7,"c>",["d","e"]]"#, Escapes::None).1, 4);
    }

    #[test]
    fn flags_are_edits_too() {
        let read = |flag: &str| attribute_flag(flag.as_bytes());
        let edit = read("add-audio-x-y--1..2").expect("an edit");
        assert_eq!(edit.scope, AttributeScope::Media(Text::from("audio")));
        assert_eq!(edit.add, [Text::from("x-y=1 2")]);
        assert_eq!(read("remove-global-a--x").expect("an edit").remove, [Text::from("x")]);
        let edit = read("substitute-none-fmtp:101>fmtp:101..0-15").expect("an edit");
        assert_eq!(edit.scope, AttributeScope::Session);
        assert_eq!(edit.substitute, [(Text::from("fmtp:101"), Text::from("fmtp:101 0-15"))]);
        for flag in ["", "add", "add-audio", "add-audio-", "add--x", "replace-audio-x", "substitute-audio-x"]
        {
            assert_eq!(read(flag), None, "{flag}");
        }
    }
}
