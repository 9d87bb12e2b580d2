//! Lines of an SDP: where each one stands in the text, and of which kind it is.
//!
//! The text is looked at once. From then on the reader and the editor decide by [`LineKind`] and compare no
//! names again.

use super::Direction;
use super::payload_type::PayloadType;
use super::values::{extension, split_attribute, split_space};

/// One line of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// Offset of its first byte.
    start: usize,
    /// Offset behind its last byte, without the line end.
    end: usize,
    /// Offset of the next line.
    next: usize,
    /// Kind of line.
    pub(super) kind: LineKind,
}

impl Line {
    /// The line at an offset; blank lines in a row are one. `None` where the body ends: at the end of the text, at
    /// blank lines that no line of an SDP follows (but a further body part, or nothing), or where another body
    /// begins, which some agents send behind the first.
    pub(super) fn at(text: &[u8], start: usize) -> Option<Result<Line, &'static str>> {
        let (content, next) = split_line(text, start)?;
        if content.is_empty() {
            return Self::blank(text, start, next).map(Ok);
        }
        if start > 0 && content.starts_with(b"v=") {
            return None;
        }
        let end = start + content.len();
        Some(LineKind::of(content).map(|kind| Line { start, end, next, kind }))
    }

    /// The blank lines from an offset on, if the body goes on behind them.
    fn blank(text: &[u8], start: usize, mut next: usize) -> Option<Line> {
        loop {
            let (content, after) = split_line(text, next)?;
            if !content.is_empty() {
                let goes_on = LineKind::of(content).is_ok_and(|kind| kind != LineKind::Version);
                return goes_on.then_some(Line { start, end: start, next, kind: LineKind::Blank });
            }
            next = after;
        }
    }

    /// Its number in the text, counted from 1.
    pub(super) fn number(text: &[u8], start: usize) -> usize {
        text[..start].iter().filter(|&&byte| byte == b'\n').count() + 1
    }

    /// Offset of its first byte.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// Offset of the next line.
    pub(super) fn next(&self) -> usize {
        self.next
    }

    /// The line without its end.
    pub(super) fn content<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.start..self.end]
    }

    /// The text behind `X=`; nothing in a blank line.
    pub(super) fn value<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        text.get(self.start + 2..self.end).unwrap_or_default()
    }
}

/// The line at an offset without its end, and the offset of the next one. NULs before the line end are no part of
/// it, and a line of blanks is empty.
fn split_line(text: &[u8], start: usize) -> Option<(&[u8], usize)> {
    let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
    let (line, next) = match rest.iter().position(|&byte| byte == b'\n') {
        Some(length) => (&rest[..length], start + length + 1),
        None => (rest, text.len()),
    };
    let mut content = line.strip_suffix(b"\r").unwrap_or(line);
    while let [before @ .., 0] = content {
        content = before;
    }
    let is_blank = content.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
    Some((if is_blank { &[] } else { content }, next))
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
    /// Blank lines within the body.
    Blank,
    /// Any other letter: passed on. `u=`, `e=`, `p=`, `r=`, `z=`, and what no version of SDP has, since a reader must
    /// ignore it (RFC 8866 section 5).
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
            letter if letter.is_ascii_alphabetic() => LineKind::Opaque,
            _ => return Err("not of the form X=value"),
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
    /// `extmap` (RFC 8285 section 5) with an id that packets can carry.
    Extmap,
    /// `extmap` that nobody can use.
    BadExtmap,
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
    /// `ice-ufrag` or `ice-pwd` (RFC 8839 section 5.4).
    IceCredential,
    /// Any other of ICE (RFC 8839).
    Ice,
    /// `fingerprint` (RFC 8122).
    Fingerprint,
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
            b"extmap" if extension(argument).is_some() => Attribute::Extmap,
            b"extmap" => Attribute::BadExtmap,
            b"extmap-allow-mixed" => Attribute::ExtmapAllowMixed,
            b"mid" => Attribute::Mid,
            b"label" => Attribute::Label,
            b"ptime" => Attribute::Ptime,
            b"group" => Attribute::Group,
            b"ice-ufrag" | b"ice-pwd" => Attribute::IceCredential,
            b"candidate" | b"remote-candidates" | b"end-of-candidates" | b"ice-options" | b"ice-lite"
            | b"ice-mismatch" | b"ice-pacing" | b"ice2" => Attribute::Ice,
            b"fingerprint" => Attribute::Fingerprint,
            b"rtpengine" => Attribute::Loop,
            _ => Attribute::Other,
        }
    }
}
