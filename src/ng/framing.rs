//! Ends of messages in a stream: cookie, one space, one dictionary or object, and the next one follows.
//!
//! # The model
//!
//! A [`Framer`] is given bytes as they come and gives whole messages back. It follows lengths and brackets
//! only; whether a message makes sense is decided once it is whole. It goes on where it stopped, so that a
//! message that comes byte by byte costs no more than one that comes at once.
//!
//! rtpengine knows no end of JSON and closes when more than 1024 bytes wait; here both encodings work, up to
//! what a message may have anyway. White space between messages is skipped: people end lines.
//!
//! Invariant: no more than one message's [`MESSAGE_BYTES_MAX`] is kept besides what the caller pushes at
//! once.

use super::bencode::Limits;

/// Bytes of one message with its cookie.
pub const MESSAGE_BYTES_MAX: usize = Limits::MESSAGE.bytes + COOKIE_BYTES_MAX + 1;
/// Bytes of a cookie; those of proxies have about thirty.
pub const COOKIE_BYTES_MAX: usize = 1024;
/// Digits of a length or an integer, with its sign.
const DIGITS_MAX: usize = 20;

/// A stream that no message can be found in any more. What is left of it may hold a cookie to answer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(pub Vec<u8>);

/// The bytes of a stream that are no whole message yet.
#[derive(Debug, Default)]
pub struct Framer {
    bytes: Vec<u8>,
    /// Everything before this offset has been understood.
    at: usize,
    part: Part,
}

/// The part of a message that comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    /// White space, or the cookie and the space behind it.
    #[default]
    Cookie,
    /// The first byte of the dictionary.
    Start,
    /// A bencode token at this depth.
    Bencode { depth: usize },
    /// JSON at this depth of brackets.
    Json { depth: usize, inside: Inside },
    /// The next message.
    End,
}

/// Part of a JSON text that the framer is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Brackets,
    String,
    Escape,
}

/// Progress of one step.
enum Step {
    On(Part, usize),
    More,
    Broken,
}

impl Framer {
    /// Takes bytes that came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next message, if it is whole.
    ///
    /// # Errors
    /// The stream is [`Broken`].
    pub fn next_message(&mut self) -> Result<Option<Vec<u8>>, Broken> {
        loop {
            let step = match self.part {
                Part::Cookie => self.cookie(),
                Part::Start => self.start(),
                Part::Bencode { depth } => self.bencode(depth),
                Part::Json { depth, inside } => self.json(depth, inside),
                Part::End => {
                    let rest = self.bytes.split_off(self.at);
                    let message = std::mem::replace(&mut self.bytes, rest);
                    (self.at, self.part) = (0, Part::Cookie);
                    return Ok(Some(message));
                }
            };
            match step {
                Step::On(part, taken) => {
                    self.part = part;
                    self.at += taken;
                }
                Step::More if self.bytes.len() < MESSAGE_BYTES_MAX => return Ok(None),
                Step::More | Step::Broken => return Err(Broken(std::mem::take(&mut self.bytes))),
            }
        }
    }

    /// True if a message has begun.
    pub fn is_inside(&self) -> bool {
        !self.bytes.is_empty()
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn cookie(&mut self) -> Step {
        let blank = self.bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.bytes.drain(..blank);
        match self.bytes.iter().take(COOKIE_BYTES_MAX + 1).position(|byte| *byte == b' ') {
            Some(space) => Step::On(Part::Start, space + 1),
            None if self.bytes.len() > COOKIE_BYTES_MAX => Step::Broken,
            None => Step::More,
        }
    }

    fn start(&self) -> Step {
        match self.rest().first() {
            None => Step::More,
            Some(b'd') => Step::On(Part::Bencode { depth: 1 }, 1),
            Some(b'{') => Step::On(Part::Json { depth: 1, inside: Inside::Brackets }, 1),
            Some(_) => Step::Broken,
        }
    }

    fn bencode(&self, depth: usize) -> Step {
        match self.rest().first() {
            None => Step::More,
            Some(b'd' | b'l') => Step::On(Part::Bencode { depth: depth + 1 }, 1),
            Some(b'e') if depth == 1 => Step::On(Part::End, 1),
            Some(b'e') => Step::On(Part::Bencode { depth: depth - 1 }, 1),
            Some(b'i') => self.number(depth, 1, b'e'),
            Some(b'0'..=b'9') => self.number(depth, 0, b':'),
            Some(_) => Step::Broken,
        }
    }

    /// An integer, or a length and the string behind it.
    fn number(&self, depth: usize, from: usize, end: u8) -> Step {
        let rest = &self.rest()[from..];
        let Some(length) = rest.iter().position(|byte| !(byte.is_ascii_digit() || *byte == b'-')) else {
            return if rest.len() > DIGITS_MAX { Step::Broken } else { Step::More };
        };
        let taken = from + length + 1;
        if rest[length] != end || length > DIGITS_MAX {
            return Step::Broken;
        }
        if end == b'e' {
            return Step::On(Part::Bencode { depth }, taken);
        }
        let digits = std::str::from_utf8(&rest[..length]).unwrap_or_default();
        match digits.parse::<usize>() {
            Ok(string) if string > MESSAGE_BYTES_MAX => Step::Broken,
            Ok(string) if self.rest().len() < taken + string => Step::More,
            Ok(string) => Step::On(Part::Bencode { depth }, taken + string),
            Err(_) => Step::Broken,
        }
    }

    /// Strings and brackets are all that matters for the end. What cannot stand outside of strings is refused
    /// here, or a peer that sends nonsense would wait for an answer for ever (RFC 8259 section 2).
    fn json(&self, mut depth: usize, mut inside: Inside) -> Step {
        for (index, byte) in self.rest().iter().enumerate() {
            match (inside, byte) {
                (Inside::Escape, _) | (Inside::Brackets, b'"') => inside = Inside::String,
                (Inside::String, b'\\') => inside = Inside::Escape,
                (Inside::String, b'"') => inside = Inside::Brackets,
                (Inside::String, _) => {}
                (Inside::Brackets, b'{' | b'[') => depth += 1,
                (Inside::Brackets, b'}' | b']') if depth == 1 => return Step::On(Part::End, index + 1),
                (Inside::Brackets, b'}' | b']') => depth -= 1,
                (Inside::Brackets, byte) if b" \t\r\n,:+-.0123456789eEtrufalsn".contains(byte) => {}
                (Inside::Brackets, _) => return Step::Broken,
            }
        }
        match self.rest().len() {
            0 => Step::More,
            length => Step::On(Part::Json { depth, inside }, length),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ng::bencode::{self, tests::any_value};
    use crate::ng::value::Value;

    /// All messages of a stream that comes in pieces of this many bytes, and what is left when it breaks.
    fn frame(stream: &[u8], piece: usize) -> (Vec<Vec<u8>>, Option<Vec<u8>>) {
        let (mut framer, mut messages) = (Framer::default(), Vec::new());
        for piece in stream.chunks(piece) {
            framer.push(piece);
            loop {
                match framer.next_message() {
                    Ok(Some(message)) => messages.push(message),
                    Ok(None) => break,
                    Err(Broken(rest)) => return (messages, Some(rest)),
                }
            }
        }
        (messages, None)
    }

    #[test]
    fn messages_are_found_however_they_come() {
        let long = format!("5_1 d7:command5:offer3:sdp204800:{}e", "x".repeat(204_800));
        let cases: [(&str, &[&str]); 10] = [
            ("1_1 d7:command4:pinge", &["1_1 d7:command4:pinge"]),
            ("1 d1:ai-5ee2 d1:bl1:c1:dee", &["1 d1:ai-5ee", "2 d1:bl1:c1:dee"]),
            ("1 d1:ai5ee\r\n 2 d1:bd1:c1:dee\n", &["1 d1:ai5ee", "2 d1:bd1:c1:dee"]),
            ("1 {\"command\":\"ping\"}", &["1 {\"command\":\"ping\"}"]),
            (
                "1 {\"a\":\"}\\\"{\"}2 {\"b\":[{}, 1]}3 de",
                &["1 {\"a\":\"}\\\"{\"}", "2 {\"b\":[{}, 1]}", "3 de"],
            ),
            ("1 {\"a\":\"\\\\\"}2 de", &["1 {\"a\":\"\\\\\"}", "2 de"]),
            ("1 d7:command4:pin", &[]),
            ("1 {\"command\":\"}", &[]),
            ("", &[]),
            (&long, &[&long]),
        ];
        for (stream, expected) in cases {
            for piece in [1, 3, 1460, 1 << 20] {
                let (messages, broken) = frame(stream.as_bytes(), piece);
                assert_eq!(broken, None, "{stream:.40}");
                let messages: Vec<_> = messages.iter().map(|m| String::from_utf8_lossy(m)).collect();
                assert_eq!(messages, expected, "{stream:.40} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn a_stream_without_messages_is_broken() {
        let no_cookie = "x".repeat(COOKIE_BYTES_MAX + 1);
        let endless = format!("1 d3:sdp1048577:{}", "x".repeat(MESSAGE_BYTES_MAX));
        let nested = format!("1 {}", "d1:a".repeat(MESSAGE_BYTES_MAX / 4 + 1));
        let cases = [
            "1 x",
            "1  de",
            "1 l1:ae",
            "1 dx",
            "1 d1:a5e",
            "1 di5x",
            "1 d1x",
            "1 d99999999:x",
            "1 {command",
            "1 d111111111111111111111",
            &no_cookie,
            &endless,
            &nested,
        ];
        for stream in cases {
            for piece in [1460, 1 << 22] {
                let (messages, broken) = frame(stream.as_bytes(), piece);
                assert!(messages.is_empty(), "{stream:.40}");
                assert!(broken.is_some(), "{stream:.40}");
            }
        }
        let (messages, broken) = frame(b"1 de2 d5:hellox", 1);
        assert_eq!((messages, broken), (vec![b"1 de".to_vec()], Some(b"2 d5:hellox".to_vec())));
    }

    proptest! {
        /// The end of a message is where the decoder sees it, and no part of one is taken for a whole.
        #[test]
        fn the_decoder_agrees(value in any_value(), piece in 1usize..64) {
            let mut stream = b"cookie ".to_vec();
            bencode::encode(&Value::Dictionary(vec![(b"key".as_slice().into(), value)]), &mut stream);
            let (cut, broken) = frame(&stream[..stream.len() - 1], piece);
            prop_assert_eq!((cut.len(), broken), (0, None));
            let (messages, broken) = frame(&[stream.as_slice(), stream.as_slice()].concat(), piece);
            prop_assert_eq!((messages, broken), (vec![stream.clone(), stream], None));
        }

        /// Nothing that comes does harm, and no byte of a message is made up.
        #[test]
        fn any_bytes_do_no_harm(
            stream in proptest::collection::vec(any::<u8>(), 0..200),
            piece in 1usize..9,
        ) {
            let (messages, broken) = frame(&stream, piece);
            let bytes: usize = messages.iter().chain(&broken).map(Vec::len).sum();
            prop_assert!(bytes <= stream.len());
        }
    }
}
