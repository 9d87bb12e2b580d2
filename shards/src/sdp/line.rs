//! Lines of an SDP: where each one stands in the text, and of which kind it is.
//!
//! The text is looked at once. From then on the reader and the editor decide by [`LineKind`] and compare no
//! names again.

use super::Direction;
use super::payload_type::PayloadType;
use super::values::{split_attribute, split_space};

/// One line of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// Offset of its first byte.
    start: usize,
    /// Offset behind its last byte, without the line end.
    end: usize,
    /// Offset of the next line.
    next: usize,
    /// What it is.
    pub(super) kind: LineKind,
}

impl Line {
    /// The line at an offset. `None` where the body ends: at the end of the text, or at an empty line, behind
    /// which some agents send blank lines and others a further body part.
    pub(super) fn at(text: &[u8], start: usize) -> Option<Result<Line, &'static str>> {
        let rest = text.get(start..)?;
        let (length, next) = match rest.iter().position(|&byte| byte == b'\n') {
            Some(length) => (length, start + length + 1),
            None => (rest.len(), text.len()),
        };
        let content = &rest[..length];
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        if content.is_empty() {
            return None;
        }
        let end = start + content.len();
        Some(LineKind::of(content).map(|kind| Line { start, end, next, kind }))
    }

    /// Offset of the next line.
    pub(super) fn next(&self) -> usize {
        self.next
    }

    /// The line without its end.
    pub(super) fn content<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.start..self.end]
    }

    /// What stands behind `X=`.
    pub(super) fn value<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.start + 2..self.end]
    }
}

/// The kinds of lines that a relay tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineKind {
    /// `v=`.
    Version,
    /// `o=`.
    Origin,
    /// `s=`.
    SessionName,
    /// `i=`.
    Information,
    /// `c=`.
    Connection,
    /// `b=`.
    Bandwidth,
    /// `t=`.
    Time,
    /// `k=`, which "MUST NOT be used" (RFC 8866 section 5.12).
    Key,
    /// `m=`.
    Media,
    /// `a=`.
    Attribute(Attribute),
    /// A line that a later one of the same part overrules: the last `a=sendonly` or `a=rtcp` counts.
    Superseded,
    /// `u=`, `e=`, `p=`, `r=`, `z=`: passed on.
    Opaque,
}

impl LineKind {
    fn of(content: &[u8]) -> Result<Self, &'static str> {
        let [letter, b'=', value @ ..] = content else { return Err("not of the form X=value") };
        Ok(match letter {
            b'v' => LineKind::Version,
            b'o' => LineKind::Origin,
            b's' => LineKind::SessionName,
            b'i' => LineKind::Information,
            b'c' => LineKind::Connection,
            b'b' => LineKind::Bandwidth,
            b't' => LineKind::Time,
            b'k' => LineKind::Key,
            b'm' => LineKind::Media,
            b'a' => LineKind::Attribute(Attribute::of(value)),
            b'u' | b'e' | b'p' | b'r' | b'z' => LineKind::Opaque,
            _ => return Err("unknown line type"),
        })
    }
}

/// The attributes that a relay tells apart. Names compare with regard to case (RFC 8866 section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    /// `sendrecv`, `sendonly`, `recvonly`, `inactive`.
    Direction(Direction),
    /// `rtcp` (RFC 3605).
    Rtcp,
    /// `rtcp-mux` (RFC 5761).
    RtcpMux,
    /// `rtcp-mux-only` (RFC 8858).
    RtcpMuxOnly,
    /// `rtpmap` of a payload type.
    Rtpmap(PayloadType),
    /// `fmtp` of a payload type.
    Fmtp(PayloadType),
    /// `rtcp-fb` of one payload type; that of all (`*`) is [`Attribute::Other`].
    RtcpFeedback(PayloadType),
    /// `extmap` (RFC 8285).
    Extmap,
    /// `extmap-allow-mixed` (RFC 8285 section 6).
    ExtmapAllowMixed,
    /// `mid` (RFC 5888).
    Mid,
    /// `label` (RFC 4574).
    Label,
    /// `ptime`.
    Ptime,
    /// `group` (RFC 5888).
    Group,
    /// One of ICE (RFC 8839).
    Ice,
    /// `rtpengine`: the mark of a relay that this SDP went through.
    Loop,
    /// Any other.
    Other,
}

impl Attribute {
    fn of(value: &[u8]) -> Self {
        let (name, argument) = split_attribute(value);
        let of_payload_type = |attribute: fn(PayloadType) -> Attribute| {
            PayloadType::parse(split_space(argument).0).map_or(Attribute::Other, attribute)
        };
        match name {
            b"sendrecv" => Attribute::Direction(Direction::SendRecv),
            b"sendonly" => Attribute::Direction(Direction::SendOnly),
            b"recvonly" => Attribute::Direction(Direction::RecvOnly),
            b"inactive" => Attribute::Direction(Direction::Inactive),
            b"rtcp" => Attribute::Rtcp,
            b"rtcp-mux" => Attribute::RtcpMux,
            b"rtcp-mux-only" => Attribute::RtcpMuxOnly,
            b"rtpmap" => of_payload_type(Attribute::Rtpmap),
            b"fmtp" => of_payload_type(Attribute::Fmtp),
            b"rtcp-fb" => of_payload_type(Attribute::RtcpFeedback),
            b"extmap" => Attribute::Extmap,
            b"extmap-allow-mixed" => Attribute::ExtmapAllowMixed,
            b"mid" => Attribute::Mid,
            b"label" => Attribute::Label,
            b"ptime" => Attribute::Ptime,
            b"group" => Attribute::Group,
            b"candidate" | b"remote-candidates" | b"end-of-candidates" | b"ice-ufrag" | b"ice-pwd"
            | b"ice-options" | b"ice-lite" | b"ice-mismatch" | b"ice-pacing" | b"ice2" => Attribute::Ice,
            b"rtpengine" => Attribute::Loop,
            _ => Attribute::Other,
        }
    }
}
