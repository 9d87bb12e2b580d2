//! Flags as one text (`rtpp-flags`): what a proxy's script says, handed on unread.
//!
//! Words are separated by blanks. A word is a flag, or `key=value` where the value is plain, "quoted" (then
//! it may hold blanks), or a `[list of words]`, which may hold `key=value` again and is a dictionary then.

use std::borrow::Cow;

use crate::ng::value::Value;

/// Words of one text that are looked at.
const WORDS_MAX: usize = 1024;
/// Lists inside one another.
const DEPTH_MAX: usize = 4;

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// A flag.
    Flag(Vec<u8>),
    /// A key with its value.
    Entry(Vec<u8>, Value<'static>),
}

/// Reads a text. Nothing in it is an error: what makes no sense is a flag that nobody knows.
pub fn words(text: &[u8]) -> Vec<Word> {
    read(text, DEPTH_MAX)
}

/// Undoes the escapes of flag values: `--` stands for `=`, and `..` for a blank.
pub fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        rest = match rest {
            [b'-', b'-', rest @ ..] => {
                out.push(b'=');
                rest
            }
            [b'.', b'.', rest @ ..] => {
                out.push(b' ');
                rest
            }
            [byte, rest @ ..] => {
                out.push(*byte);
                rest
            }
            [] => return out,
        };
    }
}

fn read(text: &[u8], depth_left: usize) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = text.trim_ascii_start();
    while !rest.is_empty() && words.len() < WORDS_MAX {
        let (word, equals) = first_word(rest);
        words.push(match equals {
            Some(at) if at > 0 => Word::Entry(word[..at].to_vec(), value(&word[at + 1..], depth_left)),
            _ => Word::Flag(word.to_vec()),
        });
        rest = rest[word.len()..].trim_ascii_start();
    }
    words
}

/// The first word, and where its `=` is.
fn first_word(text: &[u8]) -> (&[u8], Option<usize>) {
    let (mut brackets, mut quoted, mut equals) = (0usize, false, None);
    for (index, byte) in text.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' => brackets += 1,
            b']' => brackets = brackets.saturating_sub(1),
            b'=' if brackets == 0 && equals.is_none() => equals = Some(index),
            byte if brackets == 0 && byte.is_ascii_whitespace() => return (&text[..index], equals),
            _ => {}
        }
    }
    (text, equals)
}

fn value(text: &[u8], depth_left: usize) -> Value<'static> {
    match text {
        [b'[', inner @ .., b']'] if depth_left > 0 => list(inner, depth_left - 1),
        [b'"', inner @ .., b'"'] => Value::from(inner.to_vec()),
        plain => Value::from(plain.to_vec()),
    }
}

fn list(text: &[u8], depth_left: usize) -> Value<'static> {
    let words = read(text, depth_left);
    if words.iter().any(|word| matches!(word, Word::Entry(..))) {
        let entry = |word| match word {
            Word::Entry(key, value) => (Cow::Owned(key), value),
            Word::Flag(key) => (Cow::Owned(key), Value::list()),
        };
        return Value::Dictionary(words.into_iter().map(entry).collect());
    }
    let item = |word| match word {
        Word::Flag(text) | Word::Entry(text, _) => value(&text, depth_left),
    };
    Value::List(words.into_iter().map(item).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_words_values_quotes_and_lists() {
        let text = b" replace-origin\tICE=remove label=\"a b\" =x codec=[strip=[PCMU  G729] except=opus] \
                     direction=[pub priv] via-branch= substitute=[[a b] c>d] deep=[[[[[x]]]]] [odd";
        let mut seen = Vec::new();
        for word in words(text) {
            seen.push(match word {
                Word::Flag(name) => name.escape_ascii().to_string(),
                Word::Entry(key, value) => format!("{}: {value:?}", key.escape_ascii()),
            });
        }
        let expected = [
            "replace-origin",
            "ICE: \"remove\"",
            "label: \"a b\"",
            "=x",
            "codec: {\"strip\": [\"PCMU\", \"G729\"], \"except\": \"opus\"}",
            "direction: [\"pub\", \"priv\"]",
            "via-branch: \"\"",
            "substitute: [[\"a\", \"b\"], \"c>d\"]",
            "deep: [[[[\"[x]\"]]]]",
            "[odd",
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn escapes_stand_for_equals_and_blank() {
        let cases = [("a--b", "a=b"), ("x..y", "x y"), ("a-b.c", "a-b.c"), ("---", "=-"), ("", "")];
        for (text, expected) in cases {
            assert_eq!(unescape(text.as_bytes()), expected.as_bytes(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[a-c=\\[\\]\" -]{0,60}") {
            prop_assert!(words(text.as_bytes()).len() <= text.len());
        }
    }
}
