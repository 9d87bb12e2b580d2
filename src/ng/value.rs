//! One value for both encodings of the ng protocol, so that requests are read and replies written once.
//!
//! A decoded value borrows from its datagram wherever the encoding allows it; JSON strings with escapes are
//! the exception. Dictionaries keep the order of the wire: `result` comes last in a reply, and a reply that
//! is decoded and encoded again is the same bytes.

use std::borrow::Cow;

/// Values of bencode. JSON is read into the same.
#[derive(Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// A byte string, not necessarily UTF-8.
    Bytes(Cow<'a, [u8]>),
    /// An integer.
    Integer(i64),
    /// A list.
    List(Vec<Value<'a>>),
    /// A dictionary in the order of the wire.
    Dictionary(Vec<(Cow<'a, [u8]>, Value<'a>)>),
}

impl<'a> Value<'a> {
    /// A dictionary without entries.
    pub const fn dictionary() -> Value<'a> {
        Value::Dictionary(Vec::new())
    }

    /// A list without items.
    pub const fn list() -> Value<'a> {
        Value::List(Vec::new())
    }

    /// The byte string, if it is one.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The integer, if it is one, or a byte string that says one in decimal: proxies send both.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            Value::Bytes(bytes) => std::str::from_utf8(bytes).ok()?.trim().parse().ok(),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn items(&self) -> Option<&[Value<'a>]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries in their order; none if it is no dictionary.
    pub fn entries(&self) -> impl Iterator<Item = (&[u8], &Value<'a>)> {
        let entries = match self {
            Value::Dictionary(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(|(key, value)| (key.as_ref(), value))
    }

    /// The first value under a key, if it is a dictionary that has it.
    pub fn find(&self, key: &[u8]) -> Option<&Value<'a>> {
        self.entries().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Appends an entry; the value must be a dictionary.
    ///
    /// # Panics
    /// If it is no dictionary.
    pub fn put(&mut self, key: impl Into<Cow<'a, [u8]>>, value: impl Into<Value<'a>>) {
        match self {
            Value::Dictionary(entries) => entries.push((key.into(), value.into())),
            _ => panic!("entries are put into dictionaries only"),
        }
    }

    /// Appends an entry with a text for its key; the value must be a dictionary.
    ///
    /// # Panics
    /// If it is no dictionary.
    pub fn set(&mut self, key: &'a str, value: impl Into<Value<'a>>) {
        self.put(key.as_bytes(), value);
    }

    /// The same value with everything copied out of the datagram.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
            Value::Integer(number) => Value::Integer(number),
            Value::List(items) => Value::List(items.into_iter().map(Value::into_owned).collect()),
            Value::Dictionary(entries) => {
                let owned = |(key, value): (Cow<'a, [u8]>, Value<'a>)| {
                    (Cow::Owned(key.into_owned()), value.into_owned())
                };
                Value::Dictionary(entries.into_iter().map(owned).collect())
            }
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Bytes(Cow::Borrowed(text.as_bytes()))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Value::Bytes(Cow::Borrowed(bytes))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Bytes(Cow::Owned(text.into_bytes()))
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Value::Bytes(Cow::Owned(bytes))
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Value::Integer(number)
    }
}

impl From<u64> for Value<'_> {
    /// Counters beyond what the wire can say stay at its end.
    fn from(number: u64) -> Self {
        Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Value::Integer(number.into())
    }
}

impl From<u16> for Value<'_> {
    fn from(number: u16) -> Self {
        Value::Integer(number.into())
    }
}

impl<'a> From<Vec<Value<'a>>> for Value<'a> {
    fn from(items: Vec<Value<'a>>) -> Self {
        Value::List(items)
    }
}

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Bytes(bytes) => write!(f, "\"{}\"", bytes.escape_ascii()),
            Value::Integer(number) => write!(f, "{number}"),
            Value::List(items) => f.debug_list().entries(items).finish(),
            Value::Dictionary(entries) => {
                let shown = entries.iter().map(|(key, value)| (key.escape_ascii().to_string(), value));
                f.debug_map().entries(shown).finish()
            }
        }
    }
}
