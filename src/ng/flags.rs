//! Keys and flags: from whatever a proxy writes into typed fields, once.
//!
//! Nothing here fails. A key, flag or value that means nothing is counted and has no effect, since proxies
//! and relays are never of the same age. Spellings: a blank, a hyphen and an underscore are the same in
//! names; case counts, except where both cases are listed.

mod attributes;
mod codecs;
mod keys;
pub mod not_done;
pub mod table;
mod text;
mod words;

use std::net::IpAddr;
use std::time::Duration;

use tandem_shards::call::signal::{Finality, Options};
use tandem_shards::names::{Branch, CallId, InterfaceName, Tag, Text};

use self::codecs::Escapes;
use self::not_done::Feature;
use self::table::{Effect, Flag, Key, Outcome, Values};
use super::counters::Ignored;
use super::value::Value;

/// Keys and flags of one request that are remembered by name because they ask for what does not exist.
const NOT_DONE_MAX: usize = 16;
/// Bytes of each that are remembered.
const NOT_DONE_NAME_MAX: usize = 64;

/// Everything that a request says.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// `command`, if it is a string.
    pub command: Option<Vec<u8>>,
    /// `sdp`.
    pub sdp: Option<Vec<u8>>,
    /// `call-id`.
    pub call_id: Option<CallId>,
    /// `from-tag`.
    pub from_tag: Option<Tag>,
    /// `to-tag`.
    pub to_tag: Option<Tag>,
    /// `via-branch`.
    pub branch: Option<Branch>,
    /// `limit`.
    pub limit: Option<i64>,
    /// `delete-delay`.
    pub delete_delay: Option<Duration>,
    /// `address`.
    pub address: Option<Vec<u8>>,
    /// `body` of the command `cli`.
    pub body: Option<Vec<u8>>,
    /// `supports` lists `load limit`.
    pub load_limit: bool,
    /// Flag `fatal`.
    pub fatal: bool,
    /// Flag `fast`.
    pub fast: bool,
    /// Flag `to-tag`: the key `to-tag` counts in `delete`.
    pub to_tag_counts: bool,
    /// Flag `directional`: the key `from-tag` counts in media commands.
    pub directional: bool,
    /// Flag `all`.
    pub all: bool,
    /// Options of an offer or answer.
    pub options: Options,
    /// Flag `debug`: the log is to tell all about the call.
    pub debug: bool,
    /// Keys, flags and values without effect, for the counters.
    pub ignored: Ignored,
    /// Features that were asked for and do not exist, with the key or flag; the first few.
    pub not_done: Vec<(Feature, Vec<u8>)>,
    sip_source: bool,
    received_from: Option<IpAddr>,
    direction: Vec<InterfaceName>,
    profile: Profile,
    provisional: bool,
    sip_code: Option<i64>,
    sip_reply: bool,
}

/// The way a value was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// A value of its own in the dictionary.
    Dictionary,
    /// Inside `rtpp-flags`.
    FlagText,
}

/// A value of a key.
#[derive(Debug)]
pub struct Given<'a> {
    value: &'a Value<'a>,
    written: Written,
}

impl<'a> Given<'a> {
    fn bytes(&self) -> Option<&'a [u8]> {
        self.value.bytes()
    }

    fn text(&self) -> Option<Text> {
        self.bytes().map(Text::from)
    }

    fn escapes(&self) -> Escapes {
        match self.written {
            Written::Dictionary => Escapes::None,
            Written::FlagText => Escapes::Undo,
        }
    }
}

/// A transport protocol that is put together from words (`SRTP AVPF`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Profile {
    given: bool,
    secure: bool,
    feedback: bool,
    dtls: bool,
}

impl Profile {
    /// Protocol as an `m=` line has it.
    fn protocol(self) -> Option<Text> {
        let text = match (self.dtls, self.secure, self.feedback) {
            (true, _, false) => "UDP/TLS/RTP/SAVP",
            (true, _, true) => "UDP/TLS/RTP/SAVPF",
            (false, true, false) => "RTP/SAVP",
            (false, true, true) => "RTP/SAVPF",
            (false, false, false) => "RTP/AVP",
            (false, false, true) => "RTP/AVPF",
        };
        self.given.then(|| Text::from(text))
    }
}

impl Fields {
    /// Reads a request.
    pub fn read(dictionary: &Value<'_>) -> Fields {
        let mut fields = Fields::default();
        for (key, value) in dictionary.entries() {
            fields.key(key, value, Written::Dictionary);
        }
        fields.settle();
        fields
    }

    fn key(&mut self, raw: &[u8], value: &Value<'_>, written: Written) {
        let name = plain_name(raw);
        let given = Given { value, written };
        let outcome = match table::key(&name) {
            Some(key) => self.value(key, &given),
            None => self.other_key(&name, &given),
        };
        match outcome {
            Outcome::Taken => {}
            Outcome::Unknown => self.ignored.keys += 1,
            Outcome::BadValue => self.ignored.values += 1,
            Outcome::NotDone(feature) => self.note_not_done(feature, raw),
        }
    }

    fn value(&mut self, key: &'static Key, given: &Given<'_>) -> Outcome {
        match key.values {
            Values::Read(_, read) => read(self, given),
            Values::One(words) => {
                match given.bytes().and_then(|name| table::word(words, &plain_name(name))) {
                    Some(word) => self.act(word.effect),
                    None => Outcome::BadValue,
                }
            }
            Values::List(words) => {
                for name in self.words(given.value) {
                    match table::word(words, &plain_name(&name)).map(|word| self.act(word.effect)) {
                        Some(Outcome::Taken) => {}
                        Some(Outcome::NotDone(feature)) => self.note_not_done(feature, &name),
                        Some(Outcome::Unknown | Outcome::BadValue) | None => self.ignored.values += 1,
                    }
                }
                Outcome::Taken
            }
            Values::Names(words) if matches!(given.value, Value::Dictionary(_)) => {
                for (operation, names) in given.value.entries() {
                    let names = self.texts(names, given.escapes());
                    match self.names(words, operation, names) {
                        Outcome::Taken => {}
                        Outcome::NotDone(feature) => self.note_not_done(feature, operation),
                        Outcome::Unknown | Outcome::BadValue => self.ignored.values += 1,
                    }
                }
                Outcome::Taken
            }
            Values::Names(_) => Outcome::BadValue,
        }
    }

    /// Keys that are no rows: an operation on codecs as a key of its own, and what does not exist here.
    fn other_key(&mut self, name: &[u8], given: &Given<'_>) -> Outcome {
        if let Some(feature) = Feature::of_key(name) {
            let is_declined = given.bytes().is_some_and(not_done::is_declined);
            return if is_declined { Outcome::Taken } else { Outcome::NotDone(feature) };
        }
        match table::key_of_flag(name) {
            Some((Key { values: Values::Names(words), .. }, at)) => {
                let names = self.texts(given.value, given.escapes());
                self.names(words, &name[at..], names)
            }
            _ => Outcome::Unknown,
        }
    }

    fn act(&mut self, effect: Effect) -> Outcome {
        match effect {
            Effect::Set(set) => set(self),
            Effect::Always | Effect::Names(_) => {}
            Effect::NotDone(feature) => return Outcome::NotDone(feature),
        }
        Outcome::Taken
    }

    /// Adds names to the list of an operation.
    fn names(&mut self, words: &'static [table::Word], operation: &[u8], names: Vec<Text>) -> Outcome {
        match table::word(words, operation).map(|word| word.effect) {
            Some(Effect::Names(list)) => {
                list(&mut self.options).extend(names);
                Outcome::Taken
            }
            Some(effect) => self.act(effect),
            None => Outcome::Unknown,
        }
    }

    fn note_not_done(&mut self, feature: Feature, name: &[u8]) {
        self.ignored.unsupported += 1;
        if self.not_done.len() < NOT_DONE_MAX {
            self.not_done.push((feature, name[..name.len().min(NOT_DONE_NAME_MAX)].to_vec()));
        }
    }

    fn flag_text(&mut self, value: &Value<'_>) -> Outcome {
        let Some(text) = value.bytes() else {
            return Outcome::BadValue;
        };
        for word in text::words(text) {
            match word {
                text::Word::Flag(flag) => self.flag(&flag),
                text::Word::Entry(key, value) => self.key(&key, &value, Written::FlagText),
            }
        }
        Outcome::Taken
    }

    fn flag(&mut self, raw: &[u8]) {
        let name = plain_name(raw);
        let outcome = if let Some(word) = table::word(table::FLAGS, &name) {
            self.act(word.effect)
        } else if let Some(switch) = table::switch(&name) {
            (switch.set)(&mut self.options.switches);
            Outcome::Taken
        } else {
            self.compound_flag(&name, raw)
        };
        match outcome {
            Outcome::Taken => {}
            Outcome::Unknown => self.ignored.flags += 1,
            Outcome::BadValue => self.ignored.values += 1,
            Outcome::NotDone(feature) => self.note_not_done(feature, raw),
        }
    }

    /// Flags that are made of a key and a value, and what does not exist here.
    fn compound_flag(&mut self, name: &[u8], raw: &[u8]) -> Outcome {
        if let Some((key, at)) = table::key_of_flag(name) {
            return match key.flag {
                Flag::Read(read) => read(self, &raw[at..]),
                Flag::Word => match table::word(key.values.words(), &name[at..]) {
                    Some(word) => self.act(word.effect),
                    None => Outcome::BadValue,
                },
                Flag::None => Outcome::Unknown,
            };
        }
        match Feature::of_flag(name) {
            Some(_) if name.rsplit(|byte| *byte == b'-').next().is_some_and(not_done::is_declined) => {
                Outcome::Taken
            }
            Some(feature) => Outcome::NotDone(feature),
            None => Outcome::Unknown,
        }
    }

    /// Sets fields that follow from several others together.
    fn settle(&mut self) {
        if self.sip_source {
            self.options.source_address = self.received_from;
        }
        let mut direction = std::mem::take(&mut self.direction).into_iter();
        if let Some(from) = direction.next() {
            self.options.interface_from.get_or_insert(from);
        }
        if let Some(to) = direction.next() {
            self.options.interface_to.get_or_insert(to);
        }
        if self.options.transport_protocol.is_none() {
            self.options.transport_protocol = self.profile.protocol();
        }
        self.options.finality = match self.sip_code {
            _ if self.provisional => Finality::Provisional,
            Some(100..=199) if self.sip_reply => Finality::Provisional,
            Some(200..) if self.sip_reply => Finality::Final,
            _ => Finality::Unknown,
        };
    }

    /// A list of words, or one text with words between commas; items of other types are counted.
    fn words(&mut self, value: &Value<'_>) -> Vec<Vec<u8>> {
        match value {
            Value::List(items) => {
                let words: Vec<Vec<u8>> = items.iter().filter_map(Value::bytes).map(<[u8]>::to_vec).collect();
                self.ignored.values += (items.len() - words.len()) as u64;
                words
            }
            Value::Bytes(text) => text
                .split(|byte| *byte == b',')
                .map(<[u8]>::trim_ascii)
                .filter(|word| !word.is_empty())
                .map(<[u8]>::to_vec)
                .collect(),
            _ => {
                self.ignored.values += 1;
                Vec::new()
            }
        }
    }

    fn texts(&mut self, value: &Value<'_>, escapes: Escapes) -> Vec<Text> {
        self.words(value).iter().map(|word| escapes.text(word)).collect()
    }
}

/// A name with its separators written as hyphens.
fn plain_name(name: &[u8]) -> Vec<u8> {
    name.iter().map(|byte| if matches!(byte, b' ' | b'_') { b'-' } else { *byte }).collect()
}

/// A literal IP address, in brackets or not.
pub fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok()
}

#[cfg(test)]
mod tests;
