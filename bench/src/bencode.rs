//! bencode to and from JSON values: all that a client of the ng protocol needs.
//!
//! JSON strings stand for bencode strings; bytes that are not UTF-8 are replaced when read.

use std::fmt;

use serde_json::{Map, Value};

/// Deepest nesting accepted when reading; a relay's statistics need about ten.
const DEPTH_MAX: u32 = 32;

/// Offset at which bytes are no bencode value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    offset: usize,
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "not bencode at byte {}", self.offset)
    }
}

impl std::error::Error for Malformed {}

/// Writes a value. bencode knows integers, strings, lists and dictionaries: `true` becomes 1, `null` an empty
/// string, a fraction 0.
pub(crate) fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => encode_bytes(b"", out),
        Value::Bool(yes) => encode_integer(i64::from(*yes), out),
        Value::Number(number) => encode_integer(number.as_i64().unwrap_or(0), out),
        Value::String(text) => encode_bytes(text.as_bytes(), out),
        Value::Array(items) => {
            out.push(b'l');
            items.iter().for_each(|item| encode(item, out));
            out.push(b'e');
        }
        Value::Object(entries) => {
            out.push(b'd');
            for (key, entry) in entries {
                encode_bytes(key.as_bytes(), out);
                encode(entry, out);
            }
            out.push(b'e');
        }
    }
}

/// Reads one value that fills the whole input.
pub(crate) fn decode(input: &[u8]) -> Result<Value, Malformed> {
    let mut reader = Reader { input, offset: 0 };
    let value = reader.value(0)?;
    if reader.offset == input.len() { Ok(value) } else { Err(reader.malformed()) }
}

fn encode_integer(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("i{number}e").as_bytes());
}

fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{}:", bytes.len()).as_bytes());
    out.extend_from_slice(bytes);
}

struct Reader<'a> {
    input: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    fn malformed(&self) -> Malformed {
        Malformed { offset: self.offset }
    }

    fn peek(&self) -> Result<u8, Malformed> {
        self.input.get(self.offset).copied().ok_or_else(|| self.malformed())
    }

    fn value(&mut self, depth: u32) -> Result<Value, Malformed> {
        if depth > DEPTH_MAX {
            return Err(self.malformed());
        }
        match self.peek()? {
            b'i' => {
                self.offset += 1;
                let digits = self.until(b'e')?;
                digits.parse::<i64>().map(Value::from).map_err(|_| self.malformed())
            }
            b'l' => {
                let mut items = Vec::new();
                self.offset += 1;
                while self.peek()? != b'e' {
                    items.push(self.value(depth + 1)?);
                }
                self.offset += 1;
                Ok(Value::Array(items))
            }
            b'd' => {
                let mut entries = Map::new();
                self.offset += 1;
                while self.peek()? != b'e' {
                    let key = self.text()?;
                    entries.insert(key, self.value(depth + 1)?);
                }
                self.offset += 1;
                Ok(Value::Object(entries))
            }
            _ => self.text().map(Value::String),
        }
    }

    fn text(&mut self) -> Result<String, Malformed> {
        let length: usize = self.until(b':')?.parse().map_err(|_| self.malformed())?;
        let end = self.offset.checked_add(length).ok_or_else(|| self.malformed())?;
        let bytes = self.input.get(self.offset..end).ok_or_else(|| self.malformed())?;
        self.offset = end;
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }

    fn until(&mut self, end: u8) -> Result<&'a str, Malformed> {
        let rest = &self.input[self.offset..];
        let length = rest.iter().position(|byte| *byte == end).ok_or_else(|| self.malformed())?;
        let text = std::str::from_utf8(&rest[..length]).map_err(|_| self.malformed())?;
        self.offset += length + 1;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_survive_the_round_trip() {
        let value = json!({"command": "offer", "n": -3, "list": ["a", {"b": ""}], "empty": {}});
        let mut bytes = Vec::new();
        encode(&value, &mut bytes);
        assert_eq!(bytes, b"d7:command5:offer1:ni-3e4:listl1:ad1:b0:ee5:emptydee");
        assert_eq!(decode(&bytes), Ok(value));
    }

    #[test]
    fn broken_input_is_refused() {
        let deep = b"l".repeat(100);
        for input in [
            &b""[..],
            b"i1",
            b"ixe",
            b"5:abc",
            b"d1:ae",
            b"l",
            b"i1ee",
            b"-1:",
            b"99999999999999999999:a",
            &deep,
        ] {
            assert!(decode(input).is_err(), "{}", String::from_utf8_lossy(input));
        }
    }
}
