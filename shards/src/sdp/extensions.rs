//! RTP header extensions (RFC 8285) toward the listener: those that the speaker lists, less what the proxy leaves out.
//!
//! Packets pass as they are, so `a=extmap-allow-mixed` is said only where the speaker says it: the relay does not
//! change one form of header into the other.

use super::line::{Attribute, Line, LineKind};
use super::values::{extension, split_attribute};
use super::{MediaDescription, SessionDescription};
use crate::names::Text;

/// The extensions that stay.
#[derive(Clone, Copy)]
pub(super) struct Extensions<'a> {
    left_out: &'a [Text],
}

impl<'a> Extensions<'a> {
    pub(super) fn new(left_out: &'a [Text]) -> Self {
        Extensions { left_out }
    }

    /// Returns whether an `a=extmap` line stays.
    pub(super) fn keep(self, line: &Line, text: &[u8]) -> bool {
        let name = extension(split_attribute(line.value(text)).1).unwrap_or_default();
        !self.left_out.iter().any(|pattern| *pattern == *b"all".as_slice() || is(pattern, name))
    }

    /// Returns whether a section has one in the end, of its own or of the session.
    pub(super) fn are_in(self, source: &SessionDescription, media: &MediaDescription) -> bool {
        let session = source.media.first().map_or(source.lines.len(), |media| media.lines.start);
        [media.lines.clone(), 0..session].into_iter().any(|part| {
            let mut lines = source.lines[part].iter();
            lines.any(|line| {
                line.kind == LineKind::Attribute(Attribute::Extmap) && self.keep(line, &source.text)
            })
        })
    }
}

fn is(pattern: &Text, name: &[u8]) -> bool {
    pattern.as_bytes().eq_ignore_ascii_case(name)
}
