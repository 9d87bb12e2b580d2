//! Keys and flags: from whatever a proxy writes into typed fields, once.
//!
//! Nothing here fails. A key, flag or value that means nothing is counted and has no effect, since proxies
//! and relays are never of the same age. Spellings: a blank, a hyphen and an underscore are the same in
//! names; case counts, except where both cases are listed.

mod attributes;
mod codecs;
pub mod not_done;
mod options;
mod text;

use std::net::IpAddr;
use std::time::Duration;

use tandem_shards::call::signal::{Finality, Options};
use tandem_shards::names::{Branch, CallId, InterfaceName, Tag, Text};

use self::codecs::Escapes;
use self::not_done::Feature;
use self::options::Profile;
use self::text::Word;
use super::counters::Ignored;
use super::value::Value;

/// Keys and flags of one request that are remembered by name because they ask for what does not exist.
const NOT_DONE_MAX: usize = 16;
/// Bytes of each that are remembered.
const NOT_DONE_NAME_MAX: usize = 64;

/// What became of a key, flag or value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has its effect, if it has any.
    Taken,
    /// Nobody knows it.
    Unknown,
    /// The key is known, the value is not.
    BadValue,
    /// It is understood, and asks for what does not exist here.
    NotDone(Feature),
}

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
    /// What an offer or answer asks for.
    pub options: Options,
    /// Flag `debug`: the log is to tell all about the call.
    pub debug: bool,
    /// What was said in vain.
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

/// How a value was written: decides about escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    /// As a value of its own in the dictionary.
    Dictionary,
    /// Inside `rtpp-flags`.
    FlagText,
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

    fn key(&mut self, key: &[u8], value: &Value<'_>, written: Written) {
        let name = plain_name(key);
        let outcome = match name.as_slice() {
            b"flags" => {
                for flag in self.words(value) {
                    self.flag(&flag);
                }
                Outcome::Taken
            }
            b"rtpp-flags" if written == Written::Dictionary => self.flag_text(value),
            // A script's `via-branch=auto` tells the proxy to compute a branch; the word itself is none.
            b"via-branch" if written == Written::FlagText => Outcome::Taken,
            _ => match self.message_key(&name, value) {
                Outcome::Unknown => self.option_key(&name, value, written),
                outcome => outcome,
            },
        };
        match outcome {
            Outcome::Taken => {}
            Outcome::Unknown => self.ignored.keys += 1,
            Outcome::BadValue => self.ignored.values += 1,
            Outcome::NotDone(feature) => self.note_not_done(feature, key),
        }
    }

    fn note_not_done(&mut self, feature: Feature, name: &[u8]) {
        self.ignored.unsupported += 1;
        if self.not_done.len() < NOT_DONE_MAX {
            self.not_done.push((feature, name[..name.len().min(NOT_DONE_NAME_MAX)].to_vec()));
        }
    }

    /// Keys that say what the request is about.
    fn message_key(&mut self, name: &[u8], value: &Value<'_>) -> Outcome {
        match name {
            b"command" => set(&mut self.command, value.bytes().map(<[u8]>::to_vec)),
            b"sdp" => set(&mut self.sdp, value.bytes().map(<[u8]>::to_vec)),
            b"call-id" => set(&mut self.call_id, value.bytes().map(CallId::from)),
            b"from-tag" => set(&mut self.from_tag, value.bytes().map(Tag::from)),
            b"to-tag" => set(&mut self.to_tag, value.bytes().map(Tag::from)),
            b"via-branch" => set(&mut self.branch, value.bytes().map(Branch::from)),
            b"limit" => set(&mut self.limit, value.integer()),
            b"address" => set(&mut self.address, value.bytes().map(<[u8]>::to_vec)),
            b"body" => set(&mut self.body, value.bytes().map(<[u8]>::to_vec)),
            b"delete-delay" => {
                let seconds = value.integer().and_then(|seconds| u64::try_from(seconds).ok());
                set(&mut self.delete_delay, seconds.map(Duration::from_secs))
            }
            b"supports" => {
                for word in self.words(value) {
                    match plain_name(&word).as_slice() {
                        b"load-limit" => self.load_limit = true,
                        _ => self.ignored.values += 1,
                    }
                }
                Outcome::Taken
            }
            b"received-from" => {
                let words = self.words(value);
                let address = words.iter().rev().find_map(|word| address(word));
                set(&mut self.received_from, address)
            }
            b"SIP-code" | b"sip-code" => set(&mut self.sip_code, value.integer()),
            b"sip-message-type" | b"SIP-message-type" => match value.bytes().map(plain_name).as_deref() {
                Some(b"sip-request") => Outcome::Taken,
                Some(b"sip-reply") => {
                    self.sip_reply = true;
                    Outcome::Taken
                }
                _ => Outcome::BadValue,
            },
            _ => Outcome::Unknown,
        }
    }

    fn flag_text(&mut self, value: &Value<'_>) -> Outcome {
        let Some(text) = value.bytes() else {
            return Outcome::BadValue;
        };
        for word in text::words(text) {
            match word {
                Word::Flag(flag) => self.flag(&flag),
                Word::Entry(key, value) => self.key(&key, &value, Written::FlagText),
            }
        }
        Outcome::Taken
    }

    fn flag(&mut self, flag: &[u8]) {
        let name = plain_name(flag);
        let mut outcome = self.message_flag(&name);
        if outcome == Outcome::Unknown {
            outcome = self.option_flag(&name, flag);
        }
        match outcome {
            Outcome::Taken => {}
            Outcome::Unknown => self.ignored.flags += 1,
            Outcome::BadValue => self.ignored.values += 1,
            Outcome::NotDone(feature) => self.note_not_done(feature, flag),
        }
    }

    /// Flags that say how the request as a whole is meant.
    fn message_flag(&mut self, name: &[u8]) -> Outcome {
        let field = match name {
            b"fatal" => &mut self.fatal,
            b"fast" => &mut self.fast,
            b"to-tag" => &mut self.to_tag_counts,
            b"directional" => &mut self.directional,
            b"all" => &mut self.all,
            b"provisional" => &mut self.provisional,
            b"SIP-source-address" | b"sip-source-address" => &mut self.sip_source,
            b"trust-address" => {
                self.sip_source = false;
                return Outcome::Taken;
            }
            _ => return Outcome::Unknown,
        };
        *field = true;
        Outcome::Taken
    }

    /// What follows from several fields together.
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

/// Sets a field if the value is right.
fn set<T>(field: &mut Option<T>, value: Option<T>) -> Outcome {
    match value {
        Some(value) => {
            *field = Some(value);
            Outcome::Taken
        }
        None => Outcome::BadValue,
    }
}

/// A literal IP address, in brackets or not.
pub fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok()
}

#[cfg(test)]
mod tests;
