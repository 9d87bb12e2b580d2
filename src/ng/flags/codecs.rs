//! The keys `codec` and `sdp-attr`: which payload types pass, and which attribute lines change.

use tandem_shards::call::signal::CodecOptions;
use tandem_shards::names::Text;
use tandem_shards::sdp::{AttributeEdit, AttributeScope};

use super::Outcome;
use super::not_done::Feature;
use super::text::unescape;
use crate::ng::value::Value;

/// Adds codec names to what an operation of the key `codec` works on.
pub fn add_codecs(options: &mut CodecOptions, operation: &[u8], names: Vec<Text>) -> Outcome {
    let list = match operation {
        // What is masked may be transcoded to and from, and is not offered to the other side.
        b"strip" | b"mask" => &mut options.strip,
        b"except" => &mut options.except,
        b"offer" => &mut options.offer,
        // What is not to be transcoded passes.
        b"ignore" => return Outcome::Taken,
        // These make codecs that the source does not have: that takes a transcoder.
        b"transcode" | b"set" | b"accept" | b"consume" => return Outcome::NotDone(Feature::Transcoding),
        _ => return Outcome::Unknown,
    };
    list.extend(names);
    Outcome::Taken
}

/// A flag `codec-OPERATION-NAME` (without the first part): the operation, and the name without escapes.
pub fn codec_flag(rest: &[u8]) -> Option<(&[u8], Text)> {
    let at = rest.iter().position(|byte| *byte == b'-')?;
    let (operation, name) = (&rest[..at], &rest[at + 1..]);
    (!name.is_empty()).then(|| (operation, Text::from(unescape(name))))
}

/// Whether texts come with the escapes of flag values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// They do.
    Undo,
    /// They do not.
    None,
}

impl Escapes {
    /// A text as it was meant.
    pub fn text(self, bytes: &[u8]) -> Text {
        match self {
            Escapes::Undo => Text::from(unescape(bytes)),
            Escapes::None => Text::from(bytes),
        }
    }
}

/// The key `sdp-attr`: scopes, and in each `add`, `remove` and `substitute`. `None` if it is no such thing.
pub fn attribute_edits(value: &Value<'_>, escapes: Escapes) -> Option<Vec<AttributeEdit>> {
    if !matches!(value, Value::Dictionary(_)) {
        return None;
    }
    let mut edits = Vec::new();
    for (scope, operations) in value.entries() {
        let scope = match scope {
            b"none" | b"global" | b"session" => AttributeScope::Session,
            media => AttributeScope::Media(Text::from(media)),
        };
        let mut edit = AttributeEdit { scope, add: vec![], remove: vec![], substitute: vec![] };
        for (operation, lines) in operations.entries() {
            match operation {
                b"add" => edit.add.extend(texts(lines, escapes)),
                b"remove" => edit.remove.extend(texts(lines, escapes)),
                b"substitute" => edit.substitute.extend(pairs(lines, escapes)),
                _ => {}
            }
        }
        edits.push(edit);
    }
    Some(edits)
}

/// A list of texts, or one text; lines may hold commas, so they are not split.
fn texts(value: &Value<'_>, escapes: Escapes) -> Vec<Text> {
    let one = std::slice::from_ref(value);
    value.items().unwrap_or(one).iter().filter_map(Value::bytes).map(|text| escapes.text(text)).collect()
}

/// `[[from, to], ...]`, or `[from, to]`, or `{from: to, ...}`.
fn pairs(value: &Value<'_>, escapes: Escapes) -> Vec<(Text, Text)> {
    let pair =
        |from: &Value<'_>, to: &Value<'_>| Some((escapes.text(from.bytes()?), escapes.text(to.bytes()?)));
    match value {
        Value::List(items) => match items.as_slice() {
            [from @ Value::Bytes(_), to @ Value::Bytes(_)] => pair(from, to).into_iter().collect(),
            items => items
                .iter()
                .filter_map(|item| match item.items()? {
                    [from, to] => pair(from, to),
                    _ => None,
                })
                .collect(),
        },
        dictionary => dictionary
            .entries()
            .filter_map(|(from, to)| Some((escapes.text(from), escapes.text(to.bytes()?))))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ng::bencode::{Limits, decode};

    #[test]
    fn reads_attribute_edits_in_all_forms() {
        let text = b"d4:noned3:addl7:foo:bare6:remove1:xe5:audiod10:substitutell1:a4:b--cel1:oeeee";
        let (value, _) = decode(text, Limits::MESSAGE).expect("well formed");
        let edits = attribute_edits(&value, Escapes::None).expect("a dictionary");
        assert_eq!(edits.len(), 2);
        assert_eq!(edits[0].scope, AttributeScope::Session);
        assert_eq!(edits[0].add, [Text::from("foo:bar")]);
        assert_eq!(edits[0].remove, [Text::from("x")]);
        assert_eq!(edits[1].scope, AttributeScope::Media(Text::from("audio")));
        assert_eq!(edits[1].substitute, [(Text::from("a"), Text::from("b--c"))]);
        let escaped = attribute_edits(&value, Escapes::Undo).expect("a dictionary");
        assert_eq!(escaped[1].substitute, [(Text::from("a"), Text::from("b=c"))]);
        assert_eq!(attribute_edits(&Value::Integer(1), Escapes::None), None);
    }

    #[test]
    fn codec_flags_keep_dashes_in_names() {
        assert_eq!(
            codec_flag(b"strip-telephone-event"),
            Some((&b"strip"[..], Text::from("telephone-event")))
        );
        assert_eq!(codec_flag(b"strip-"), None);
        assert_eq!(codec_flag(b"strip"), None);
    }
}
