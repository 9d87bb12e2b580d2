//! Bencode: the encoding of ng requests and replies, and of stored call records.
//!
//! Reading is strict about structure and lenient about order: keys come in any order, what follows the
//! outermost value is left to the caller, and a cut-off text is told apart from a broken one, since over TCP
//! the first only means that more has to come. Memory is bounded by [`Limits`] before anything is allocated.

use std::borrow::Cow;
use std::fmt;

use super::value::Value;

/// Limits of a text, however well formed it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Lists and dictionaries inside one another.
    pub depth: usize,
    /// Values of all kinds, keys included.
    pub items: usize,
    /// Bytes of the whole text. A string that claims more is refused before it has come in.
    pub bytes: usize,
}

impl Limits {
    /// For ng messages: far above what a proxy sends, and a few megabytes of memory at worst.
    pub const MESSAGE: Limits = Limits { depth: 16, items: 16 * 1024, bytes: 1 << 20 };
    /// For stored records of calls, which hold every stream of every party.
    pub const RECORD: Limits = Limits { depth: 16, items: 512 * 1024, bytes: 16 << 20 };
}

/// Reasons that a text cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BencodeError {
    /// Well formed as far as it goes, but it stops too early.
    Incomplete,
    /// Malformed at this offset.
    Malformed {
        /// Offset of the offending byte, counted from 0.
        offset: usize,
        /// The fault.
        reason: &'static str,
    },
}

impl fmt::Display for BencodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BencodeError::Incomplete => f.write_str("bencode stops too early"),
            BencodeError::Malformed { offset, reason } => write!(f, "bencode byte {offset}: {reason}"),
        }
    }
}

impl std::error::Error for BencodeError {}

/// Reads the first value of a text, and says how many bytes it took.
///
/// # Errors
/// See [`BencodeError`].
pub fn decode(text: &[u8], limits: Limits) -> Result<(Value<'_>, usize), BencodeError> {
    let bytes = limits.bytes;
    let read = &text[..text.len().min(bytes)];
    let mut decoder = Decoder { text: read, offset: 0, items_left: limits.items, bytes };
    match decoder.value(limits.depth) {
        Ok(value) => Ok((value, decoder.offset)),
        Err(BencodeError::Incomplete) if read.len() == bytes => {
            malformed(bytes, "longer than a message may be")
        }
        Err(error) => Err(error),
    }
}

/// Appends a value to a text.
pub fn encode(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Bytes(bytes) => encode_bytes(bytes, out),
        Value::Integer(number) => {
            out.push(b'i');
            if *number < 0 {
                out.push(b'-');
            }
            encode_digits(number.unsigned_abs(), out);
            out.push(b'e');
        }
        Value::List(items) => {
            out.push(b'l');
            for item in items {
                encode(item, out);
            }
            out.push(b'e');
        }
        Value::Dictionary(entries) => {
            out.push(b'd');
            for (key, value) in entries {
                encode_bytes(key, out);
                encode(value, out);
            }
            out.push(b'e');
        }
    }
}

fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    encode_digits(bytes.len() as u64, out);
    out.push(b':');
    out.extend_from_slice(bytes);
}

/// Replies are full of short numbers: what formatting does besides would take longer than all else.
fn encode_digits(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + u8::try_from(number % 10).expect("a digit");
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// Digits of a length that are looked at: more cannot be a length in any message.
const LENGTH_DIGITS_MAX: usize = 10;
/// Digits of an integer with its sign: `i64::MIN` has twenty.
const INTEGER_DIGITS_MAX: usize = 20;

#[derive(Debug)]
struct Decoder<'a> {
    text: &'a [u8],
    offset: usize,
    items_left: usize,
    bytes: usize,
}

impl<'a> Decoder<'a> {
    fn value(&mut self, depth_left: usize) -> Result<Value<'a>, BencodeError> {
        let start = self.offset;
        match self.peek()? {
            b'0'..=b'9' => Ok(Value::Bytes(Cow::Borrowed(self.string()?))),
            b'i' => self.integer(),
            b'l' | b'd' if depth_left == 0 => malformed(start, "nested too deep"),
            b'l' => self.list(depth_left - 1),
            b'd' => self.dictionary(depth_left - 1),
            b'e' => malformed(start, "an end where a value is due"),
            _ => malformed(start, "neither a length nor i, l or d"),
        }
    }

    fn list(&mut self, depth_left: usize) -> Result<Value<'a>, BencodeError> {
        self.count()?;
        self.offset += 1;
        let mut items = Vec::new();
        while self.peek()? != b'e' {
            items.push(self.value(depth_left)?);
        }
        self.offset += 1;
        Ok(Value::List(items))
    }

    fn dictionary(&mut self, depth_left: usize) -> Result<Value<'a>, BencodeError> {
        self.count()?;
        self.offset += 1;
        let mut entries = Vec::new();
        loop {
            match self.peek()? {
                b'e' => break,
                b'0'..=b'9' => {}
                _ => return malformed(self.offset, "a key must be a string"),
            }
            let key = self.string()?;
            if self.peek()? == b'e' {
                return malformed(self.offset, "a key without a value");
            }
            entries.push((Cow::Borrowed(key), self.value(depth_left)?));
        }
        self.offset += 1;
        Ok(Value::Dictionary(entries))
    }

    fn string(&mut self) -> Result<&'a [u8], BencodeError> {
        self.count()?;
        let start = self.offset;
        let rest = &self.text[start..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > LENGTH_DIGITS_MAX {
            return malformed(start, "a length of too many digits");
        }
        let length = rest[..digits].iter().fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        match rest.get(digits) {
            None => return Err(BencodeError::Incomplete),
            Some(b':') => {}
            Some(_) => return malformed(start + digits, "a length must be followed by a colon"),
        }
        let from = start + digits + 1;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > self.bytes.saturating_sub(from) {
            return malformed(start, "a string longer than a message may be");
        }
        let bytes = self.text.get(from..from + length).ok_or(BencodeError::Incomplete)?;
        self.offset = from + length;
        Ok(bytes)
    }

    fn integer(&mut self) -> Result<Value<'a>, BencodeError> {
        self.count()?;
        let start = self.offset + 1;
        let rest = &self.text[start..];
        let allowed = |(index, byte): (usize, &u8)| byte.is_ascii_digit() || (index == 0 && *byte == b'-');
        let length = rest.iter().enumerate().take_while(|item| allowed(*item)).count();
        if length > INTEGER_DIGITS_MAX {
            return malformed(start, "an integer of too many digits");
        }
        match rest.get(length) {
            None => return Err(BencodeError::Incomplete),
            Some(b'e') => {}
            Some(_) => return malformed(start + length, "neither a digit nor the end of an integer"),
        }
        let digits = std::str::from_utf8(&rest[..length]).unwrap_or_default();
        let Ok(number) = digits.parse() else {
            return malformed(start, "not an integer of 64 bits");
        };
        self.offset = start + length + 1;
        Ok(Value::Integer(number))
    }

    fn peek(&self) -> Result<u8, BencodeError> {
        self.text.get(self.offset).copied().ok_or(BencodeError::Incomplete)
    }

    fn count(&mut self) -> Result<(), BencodeError> {
        match self.items_left.checked_sub(1) {
            None => malformed(self.offset, "too many values"),
            Some(left) => {
                self.items_left = left;
                Ok(())
            }
        }
    }
}

fn malformed<T>(offset: usize, reason: &'static str) -> Result<T, BencodeError> {
    Err(BencodeError::Malformed { offset, reason })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    const SMALL: Limits = Limits { depth: 2, items: 6, bytes: 40 };

    #[test]
    fn reads_keys_in_any_order_and_leaves_what_follows() {
        let text = b"d1:bi-5e1:al1:x0:ee trailing";
        let (value, consumed) = decode(text, Limits::MESSAGE).expect("well formed");
        assert_eq!(consumed, 19);
        assert_eq!(value.find(b"b"), Some(&Value::Integer(-5)));
        assert_eq!(value.find(b"a"), Some(&Value::List(vec!["x".into(), "".into()])));
        assert_eq!(value.find(b"c"), None);
    }

    #[test]
    fn names_the_byte_that_is_wrong() {
        let cases: [(&[u8], usize); 16] = [
            (b"x", 0),
            (b"e", 0),
            (b"d7:commande", 10),
            (b"di1ei2ee", 1),
            (b"d1:a1:b-", 7),
            (b"l1x", 2),
            (b"i5x", 2),
            (b"ie", 1),
            (b"i-e", 1),
            (b"i1-e", 2),
            (b"i9223372036854775808e", 1),
            (b"99999999999:", 0),
            (b"50:x", 0),
            (b"llle", 2),
            (b"l1:a1:b1:c1:d1:e1:fe", 16),
            (b"l37:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaae", 1),
        ];
        for (text, expected) in cases {
            match decode(text, SMALL) {
                Err(BencodeError::Malformed { offset, .. }) => {
                    assert_eq!(offset, expected, "{}", text.escape_ascii());
                }
                other => panic!("{}: {other:?}", text.escape_ascii()),
            }
        }
    }

    #[test]
    fn what_reaches_the_limit_does_not_wait_for_more() {
        let full = "x".repeat(SMALL.bytes - 5);
        for tail in ["i1", "1", "0", "", "i-"] {
            let text = format!("l{}:{full}{tail}", full.len()).into_bytes();
            let whole = [&text[..], b"0000"].concat();
            let error = decode(&whole, SMALL).expect_err("a list without an end");
            assert!(matches!(error, BencodeError::Malformed { .. }), "{}: {error}", whole.escape_ascii());
        }
    }

    #[test]
    fn every_cut_of_a_sound_text_is_incomplete() {
        let text = b"d7:command4:ping4:listli1e0:dee1:ni-9223372036854775808ee";
        for length in 0..text.len() {
            assert_eq!(decode(&text[..length], Limits::MESSAGE), Err(BencodeError::Incomplete), "{length}");
        }
        assert!(decode(text, Limits::MESSAGE).is_ok());
    }

    /// Any value, not nested deeper than a message may be.
    pub(crate) fn any_value() -> impl Strategy<Value = Value<'static>> {
        let bytes = proptest::collection::vec(any::<u8>(), 0..12);
        let leaf = prop_oneof![bytes.clone().prop_map(Value::from), any::<i64>().prop_map(Value::Integer)];
        leaf.prop_recursive(4, 40, 6, move |inner| {
            let entry = (bytes.clone().prop_map(Cow::Owned), inner.clone());
            prop_oneof![
                proptest::collection::vec(inner, 0..6).prop_map(Value::List),
                proptest::collection::vec(entry, 0..6).prop_map(Value::Dictionary),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(
            value in any_value(),
            rest in proptest::collection::vec(any::<u8>(), 0..9),
        ) {
            let mut text = Vec::new();
            encode(&value, &mut text);
            let length = text.len();
            text.extend_from_slice(&rest);
            prop_assert_eq!(decode(&text, Limits::MESSAGE), Ok((value, length)));
        }

        #[test]
        fn what_can_be_decoded_survives_a_round_trip(text in "[0-9ilde:a-]{0,40}") {
            if let Ok((value, consumed)) = decode(text.as_bytes(), SMALL) {
                prop_assert!(consumed <= text.len());
                let mut again = Vec::new();
                encode(&value, &mut again);
                prop_assert_eq!(decode(&again, Limits::MESSAGE), Ok((value, again.len())));
            }
        }

        #[test]
        fn arbitrary_bytes_do_not_panic(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&text, Limits::MESSAGE);
            let _ = decode(&text, SMALL);
        }
    }
}
