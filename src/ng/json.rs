//! JSON: the other encoding of the ng protocol, read into and written from the same [`Value`]s.
//!
//! What JSON has and bencode lacks becomes the text that a proxy would have sent in bencode: `true` is the
//! string `true`, `1.5` is the string `1.5`; `null` is nothing at all.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::bencode::Limits;
use super::value::Value;

/// Reasons that a JSON document cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// No JSON, or more of it than is accepted.
    Malformed,
    /// JSON, but not an object.
    NotAnObject,
}

/// Reads a JSON object.
///
/// # Errors
/// See `JsonError`.
pub fn decode(text: &[u8], limits: Limits) -> Result<Value<'static>, JsonError> {
    if text.len() > limits.bytes {
        return Err(JsonError::Malformed);
    }
    let json: Json = serde_json::from_slice(text).map_err(|_| JsonError::Malformed)?;
    if !json.is_object() {
        return Err(JsonError::NotAnObject);
    }
    read(json, limits.depth).flatten().ok_or(JsonError::Malformed)
}

/// `None` for what is nested too deep, `Some(None)` for what is left out.
fn read(json: Json, depth_left: usize) -> Option<Option<Value<'static>>> {
    let value = match json {
        Json::Null => return Some(None),
        Json::Bool(truth) => Value::from(truth.to_string()),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Value::from(number.to_string()), Value::Integer)
        }
        Json::String(text) => Value::from(text),
        Json::Array(items) => {
            let depth_left = depth_left.checked_sub(1)?;
            let mut list = Vec::with_capacity(items.len());
            for item in items {
                list.extend(read(item, depth_left)?);
            }
            Value::List(list)
        }
        Json::Object(entries) => {
            let depth_left = depth_left.checked_sub(1)?;
            let mut dictionary = Vec::with_capacity(entries.len());
            for (key, item) in entries {
                let key = Cow::Owned(key.into_bytes());
                dictionary.extend(read(item, depth_left)?.map(|value| (key, value)));
            }
            Value::Dictionary(dictionary)
        }
    };
    Some(Some(value))
}

/// Appends a value to a text. Bytes that are not UTF-8 come out as replacement characters: JSON cannot say
/// them.
pub fn encode(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Bytes(bytes) => encode_text(bytes, out),
        Value::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Value::List(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                encode(item, out);
            }
            out.push(b']');
        }
        Value::Dictionary(entries) => {
            out.push(b'{');
            for (index, (key, item)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                encode_text(key, out);
                out.push(b':');
                encode(item, out);
            }
            out.push(b'}');
        }
    }
}

fn encode_text(bytes: &[u8], out: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(bytes);
    serde_json::to_writer(out, text.as_ref()).expect("a string can be written to memory");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: &Value<'_>) -> String {
        let mut out = Vec::new();
        encode(value, &mut out);
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    #[test]
    fn reads_what_a_proxy_may_send() {
        let text =
            br#" {"s":"a\r\n\u00e9","n":-7,"big":18446744073709551615,"t":true,"x":null,"l":[1,null,"b"]} "#;
        let value = decode(text, Limits::MESSAGE).expect("well formed");
        let expected = r#"{"s":"a\r\né","n":-7,"big":"18446744073709551615","t":"true","l":[1,"b"]}"#;
        assert_eq!(written(&value), expected);
    }

    #[test]
    fn refuses_what_is_no_object() {
        let deep = "{\"a\":".repeat(30) + "1" + &"}".repeat(30);
        let cases: [(&str, JsonError); 6] = [
            ("", JsonError::Malformed),
            ("{\"command\":", JsonError::Malformed),
            ("{} x", JsonError::Malformed),
            ("[\"ping\"]", JsonError::NotAnObject),
            ("5", JsonError::NotAnObject),
            (&deep, JsonError::Malformed),
        ];
        for (text, expected) in cases {
            assert_eq!(decode(text.as_bytes(), Limits::MESSAGE), Err(expected), "{text}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_become_valid_json(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut value = Value::dictionary();
            value.set("k", bytes.as_slice());
            let again = decode(written(&value).as_bytes(), Limits::MESSAGE).expect("valid");
            if std::str::from_utf8(&bytes).is_ok() {
                prop_assert_eq!(again, value);
            }
        }
    }
}
