//! The form of the table of keys, flags and values: a row has the names, the effect in a sentence, and the effect.
//!
//! The parser goes by these rows and by nothing else, and so does the page of all of them, `deploy/doc/ng.md`. Keys are
//! in `keys.rs`, flags in `words.rs`; flags that are given or not are rows of [`Switches`]. The keys and flags of
//! `not_done.rs` ask for what does not exist here.

use tandem_shards::call::signal::Options;
use tandem_shards::call::switches::{SwitchRow, Switches};
use tandem_shards::names::Text;

use super::not_done::Feature;
use super::{Fields, Given};

pub use super::keys::KEYS;
pub use super::words::FLAGS;

/// The end of a key, flag or value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Taken, with whatever effect it has.
    Taken,
    /// Nobody knows it.
    Unknown,
    /// The key is known, the value is not.
    BadValue,
    /// Understood, and it asks for what does not exist here.
    NotDone(Feature),
}

/// A flag, or a value of a key.
#[derive(Debug)]
pub struct Word {
    /// Its names: the usual one first, then others that are not made by exchanging blank, hyphen and underscore.
    pub names: &'static [&'static str],
    /// Its effect in a sentence.
    pub help: &'static str,
    /// Its effect.
    pub effect: Effect,
}

/// The effect of a word.
#[derive(Clone, Copy, Debug)]
pub enum Effect {
    /// Noted in the fields.
    Set(fn(&mut Fields)),
    /// The names behind it are added to a list.
    Names(fn(&mut Options) -> &mut Vec<Text>),
    /// True of every request anyway.
    Always,
    /// Missing here.
    NotDone(Feature),
}

/// A key.
#[derive(Debug)]
pub struct Key {
    /// Its names: the usual one first, then others that are not made by exchanging blank, hyphen and underscore.
    pub names: &'static [&'static str],
    /// Its effect in a sentence.
    pub help: &'static str,
    /// Its values.
    pub values: Values,
    /// The flag `KEY-VALUE`, if it says the same.
    pub flag: Flag,
}

/// The values of a key.
#[derive(Clone, Copy, Debug)]
pub enum Values {
    /// A value of this description, and its reader.
    Read(&'static str, fn(&mut Fields, &Given<'_>) -> Outcome),
    /// One of these words.
    One(&'static [Word]),
    /// A list of these words.
    List(&'static [Word]),
    /// A dictionary from these words to names.
    Names(&'static [Word]),
}

/// The flag that is made of a key and a value.
#[derive(Clone, Copy, Debug)]
pub enum Flag {
    /// None.
    None,
    /// The value is a word of the key.
    Word,
    /// The rest of the flag, as it was written, is read by this.
    Read(fn(&mut Fields, &[u8]) -> Outcome),
}

impl Values {
    /// The words among the values.
    pub fn words(self) -> &'static [Word] {
        match self {
            Values::Read(..) => &[],
            Values::One(words) | Values::List(words) | Values::Names(words) => words,
        }
    }
}

/// The key of a plain name.
pub fn key(name: &[u8]) -> Option<&'static Key> {
    KEYS.iter().find(|key| is_one(key.names, name))
}

/// The key whose value is a part of a plain name (`KEY-VALUE`), and the length of `KEY-`.
pub fn key_of_flag(name: &[u8]) -> Option<(&'static Key, usize)> {
    let of = |key: &'static Key| {
        let starts = |known: &&&str| {
            name.strip_prefix(known.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'-'))
        };
        key.names.iter().find(starts).map(|known| (key, known.len() + 1))
    };
    KEYS.iter().filter(|key| !matches!(key.flag, Flag::None)).find_map(of)
}

/// The word of a plain name.
pub fn word(words: &'static [Word], name: &[u8]) -> Option<&'static Word> {
    words.iter().find(|word| is_one(word.names, name))
}

/// The switch of a plain name.
pub fn switch(name: &[u8]) -> Option<&'static SwitchRow> {
    Switches::ROWS.iter().find(|row| is_one(row.names, name))
}

fn is_one(names: &[&str], name: &[u8]) -> bool {
    names.iter().any(|known| known.as_bytes() == name)
}
