//! Reads the JSON of a record: one pass, and texts stay where they are in what was read.
//!
//! A node that comes back reads thousands of records at once, so this is where its time goes.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::ng::value::Value;

/// The value of a JSON text.
pub(super) fn read(text: &[u8]) -> Result<Value<'_>, serde_json::Error> {
    let Item(value) = serde_json::from_slice(text)?;
    Ok(value.unwrap_or_else(Value::dictionary))
}

/// A value; none for what JSON has and bencode lacks (`null`, fractions), which means nothing in a record.
struct Item<'a>(Option<Value<'a>>);

struct ItemVisitor;

impl<'de> Deserialize<'de> for Item<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor).map(Item)
    }
}

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Option<Value<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Value::from(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Value::from(text.to_owned())))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Some(Value::Integer(i64::from(truth))))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(Value::Integer(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(number).ok().map(Value::Integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Item(item)) = seq.next_element()? {
            // Positions count, so what means nothing leaves an empty entry.
            items.push(item.unwrap_or_else(|| Value::from("")));
        }
        Ok(Some(Value::List(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((Item(key), Item(value))) = map.next_entry()? {
            let Some(Value::Bytes(key)) = key else { continue };
            entries.extend(value.map(|value| (key, value)));
        }
        Ok(Some(Value::Dictionary(entries)))
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn texts_are_not_copied_and_what_means_nothing_is_left_out() {
        let text =
            br#"{"a":"b","n":-7,"big":18446744073709551615,"half":1.5,"t":true,"x":null,"l":[1,null,"c\n"]}"#;
        let Value::Dictionary(entries) = read(text).expect("JSON") else { panic!("an object") };
        assert!(matches!(entries[0], (Cow::Borrowed(b"a"), Value::Bytes(Cow::Borrowed(b"b")))));
        let list = vec![Value::Integer(1), Value::from(""), Value::from("c\n")];
        let expected = [
            (Cow::Borrowed(&b"a"[..]), Value::from("b")),
            (Cow::Borrowed(&b"n"[..]), Value::Integer(-7)),
            (Cow::Borrowed(&b"t"[..]), Value::Integer(1)),
            (Cow::Borrowed(&b"l"[..]), Value::List(list)),
        ];
        assert_eq!(entries, expected);
    }

    #[test]
    fn what_is_no_json_or_nested_without_end_is_refused() {
        let deep = "[".repeat(100_000);
        for text in ["", "{", "{\"a\":1} x", "{\"a\"}", "{1:2}", &deep] {
            assert!(read(text.as_bytes()).is_err(), "{text:.20}");
        }
    }
}
