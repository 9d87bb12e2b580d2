//! The stored form of a call: rtpengine's record, in a form that its versions 10.5 and 13 both restore.
//!
//! A record is one JSON object (rtpengine 13 also writes bencode) of numbered sections: `json` for the call,
//! `tag-N` for a party, `media-N`, `stream-N` for one RTP or RTCP flow, `sfd-N` for a local socket and
//! `map-N` for the sockets that one endpoint asked for; lists such as `streams-N` tie them together by
//! number.
//!
//! * Written is the union of both schemas: every scalar a string, every number dense, every count exact,
//!   since a rtpengine that cannot read a record deletes it, and some miscounts kill it.
//! * What the schema cannot say stands beside it in the object `tandem` and in `x_` fields, which rtpengine
//!   does not look at. With them, reading what was written gives the same call again.
//! * Reading believes nothing: counts follow from what is there, every number is looked up, and whatever is
//!   wrong is a [`RecordError`].

#[cfg(test)]
mod acceptance;
mod derive;
mod digest;
mod document;
mod extension;
mod fields;
mod json;
mod party;
mod read;
#[cfg(test)]
pub(crate) mod specimen;
#[cfg(test)]
mod tests;
mod tree;
mod write;

use std::fmt;

use tandem_shards::call::state::{CallSnapshot, Ownership};
use tandem_shards::interfaces::Interfaces;
use tandem_shards::names::{CallId, Keyspace, Text};

pub use digest::digest;
pub use tandem_shards::age::Age;

/// Bytes of one record, both ways: a call at its ceilings stays far below.
pub const RECORD_BYTES_MAX: usize = 4 << 20;

/// Facts about the node that looks at a record, on which its meaning depends.
#[derive(Clone, Debug)]
pub struct Context {
    /// The name that this node signs its records with.
    pub node: Text,
    /// Keyspace of this node's own calls.
    pub keyspace: Keyspace,
    /// Addresses that stand behind the names of interfaces here.
    pub interfaces: Interfaces,
    /// DSCP byte of calls that leave it to the settings: rtpengine has no such thing as "unset".
    pub tos: u8,
}

impl Context {
    /// Ownership of a call that was found in a keyspace.
    pub fn ownership(&self, keyspace: Keyspace) -> Ownership {
        if keyspace == self.keyspace { Ownership::Own } else { Ownership::Foreign(keyspace) }
    }
}

/// A record that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The call.
    pub call: CallSnapshot,
    /// Writer of the record.
    pub writer: Writer,
    /// See [`digest()`].
    pub digest: u64,
}

/// Writers of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writer {
    /// A tandem of this name.
    Tandem(Text),
    /// An rtpengine. Its records have no version: the epoch is 0 and the sequence is the time of the last
    /// signalling, so that a call taken over from it by a tandem is newer. A record of the same version may
    /// still say something else, such as a learned endpoint; the digest tells.
    Rtpengine,
}

impl Record {
    /// Puts records of one call-id in order: a later call of the same name is newer than any of an earlier
    /// one, and within a call the version decides.
    pub fn age(&self) -> Age {
        self.call.state.age()
    }
}

/// Reasons that something stored under a call-id is no record that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// Longer than [`RECORD_BYTES_MAX`].
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// Something else's key: it starts like neither of the two encodings.
    Alien,
    /// Broken, though it starts like a record.
    Malformed(String),
    /// A section that must be there is not.
    NoSection(String),
    /// A field that must be there is not.
    NoField {
        /// The section.
        section: String,
        /// The field.
        field: &'static str,
    },
    /// A field says something that it cannot say.
    BadField {
        /// The section.
        section: String,
        /// The field.
        field: &'static str,
        /// Its content.
        value: String,
    },
    /// A list points to something that is not there.
    Dangling {
        /// The list.
        list: String,
        /// Its content.
        value: String,
    },
    /// More than a call may have here.
    TooMany(&'static str),
}

impl RecordError {
    /// A stable name for counters.
    pub fn name(&self) -> &'static str {
        match self {
            RecordError::TooLarge { .. } => "too-large",
            RecordError::Alien => "alien",
            RecordError::Malformed(_) => "malformed",
            RecordError::NoSection(_) => "no-section",
            RecordError::NoField { .. } => "no-field",
            RecordError::BadField { .. } => "bad-field",
            RecordError::Dangling { .. } => "dangling",
            RecordError::TooMany(_) => "too-many",
        }
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordError::TooLarge { bytes } => {
                write!(f, "record of {bytes} bytes; at most {RECORD_BYTES_MAX} are read")
            }
            RecordError::Alien => f.write_str("no call record"),
            RecordError::Malformed(why) => write!(f, "record is broken: {why}"),
            RecordError::NoSection(section) => write!(f, "record has no {section}"),
            RecordError::NoField { section, field } => write!(f, "{section} has no {field}"),
            RecordError::BadField { section, field, value } => write!(f, "{section}.{field} is {value:?}"),
            RecordError::Dangling { list, value } => {
                write!(f, "{list} points to {value:?}, which is not there")
            }
            RecordError::TooMany(what) => write!(f, "record has more {what} than a call may have"),
        }
    }
}

impl std::error::Error for RecordError {}

/// The record of a call.
pub fn write(call: &CallSnapshot, context: &Context) -> Vec<u8> {
    write::write(call, context)
}

/// Reads what is stored under a call-id.
///
/// # Errors
/// See [`RecordError`].
pub fn read(
    call_id: &CallId,
    keyspace: Keyspace,
    stored: &[u8],
    context: &Context,
) -> Result<Record, RecordError> {
    read::read(call_id, keyspace, stored, context)
}
