//! Prints lines: those of the source as they are, and those that the relay says itself.
//!
//! Every line passes through [`Printer`] once, in order, which is also where the proxy's own edits
//! (`sdp-attr`) apply: they see finished lines and cannot tell who wrote them. Lines end in CRLF, whatever
//! the source used, as RFC 8866 section 5 wants and rtpengine does.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};

use super::payload_type::PayloadType;
use super::values::{split_attribute, split_space};
use super::{AttributeEdit, AttributeScope, Direction};
use crate::names::{Family, Text};

/// A line that does not stand in the source.
#[derive(Clone, Copy, Debug)]
pub(super) enum NewLine<'a> {
    /// `o=`.
    Origin { username: &'a Text, session_id: &'a Text, version: &'a Text, address: OriginAddress<'a> },
    /// `s=`.
    SessionName(&'a Text),
    /// `c=`.
    Connection(IpAddr),
    /// A line of another part of the source.
    Copy(&'a [u8]),
    /// `m=`.
    Media { kind: &'a Text, port: u16, protocol: &'a Text, formats: &'a [Text] },
    /// One of the direction attributes.
    Direction(Direction),
    /// `a=rtcp` with the port alone.
    RtcpPort(u16),
    /// `a=rtcp` with the address.
    RtcpFull(SocketAddr),
    /// `a=rtcp-mux`.
    RtcpMux,
    /// `a=rtpmap` of a static payload type.
    Rtpmap(PayloadType, &'static str),
    /// `a=ptime`.
    Ptime(u32),
    /// `a=mid`.
    Mid(&'a Text),
    /// `a=rtpengine`: the mark that this relay has been here.
    Loop(&'a Text),
}

/// The address of an `o=` line.
#[derive(Clone, Copy, Debug)]
pub(super) enum OriginAddress<'a> {
    /// A new one.
    New(IpAddr),
    /// Address of the source as it stands there, possibly a host name.
    Source(Family, &'a [u8]),
}

/// Destination of the lines.
#[derive(Debug)]
pub(super) struct Printer<'a> {
    text: Vec<u8>,
    edits: &'a [AttributeEdit],
    part: Part<'a>,
}

/// Part of the SDP that is being printed, for edits that name one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part<'a> {
    /// The session level.
    Session,
    /// A section of this media type.
    Media(&'a Text),
    /// A rejected section, which carries no attributes worth an edit.
    Rejected,
}

impl<'a> Printer<'a> {
    /// A printer for about so many bytes.
    pub(super) fn new(edits: &'a [AttributeEdit], bytes: usize) -> Self {
        Printer { text: Vec::with_capacity(bytes), edits, part: Part::Session }
    }

    /// Starts a part.
    pub(super) fn begin(&mut self, part: Part<'a>) {
        self.part = part;
    }

    /// Ends a part: what the proxy wants added comes last.
    pub(super) fn end(&mut self) {
        for added in edits_of(self.edits, self.part).flat_map(|edit| &edit.add) {
            push_attribute(&mut self.text, added);
        }
    }

    /// Prints a line of the source.
    pub(super) fn keep(&mut self, line: &[u8]) {
        let start = self.text.len();
        self.text.extend_from_slice(line);
        self.finish_line(start);
    }

    /// Prints a line of the relay's own.
    pub(super) fn print(&mut self, line: NewLine<'_>) {
        let start = self.text.len();
        line.write(&mut self.text);
        self.finish_line(start);
    }

    /// True if the proxy edits this very attribute in the current part.
    pub(super) fn is_edited(&self, attribute: &str) -> bool {
        let attribute = attribute.as_bytes();
        edits_of(self.edits, self.part).any(|edit| {
            edit.remove.iter().any(|pattern| matches(pattern, attribute))
                || edit.substitute.iter().any(|(pattern, _)| matches(pattern, attribute))
        })
    }

    /// The finished SDP.
    pub(super) fn into_text(self) -> Vec<u8> {
        self.text
    }

    /// Applies the proxy's edits to the line that begins at `start`, and ends it.
    fn finish_line(&mut self, start: usize) {
        if let Some(value) = self.text[start..].strip_prefix(b"a=") {
            let edits = || edits_of(self.edits, self.part);
            if edits().flat_map(|edit| &edit.remove).any(|pattern| matches(pattern, value)) {
                self.text.truncate(start);
                return;
            }
            let substitute =
                edits().flat_map(|edit| &edit.substitute).find(|(pattern, _)| matches(pattern, value));
            if let Some((_, replacement)) = substitute {
                self.text.truncate(start);
                push_attribute(&mut self.text, replacement);
                return;
            }
        }
        self.text.extend_from_slice(b"\r\n");
    }
}

impl NewLine<'_> {
    fn write(self, out: &mut Vec<u8>) {
        match self {
            NewLine::Origin { username, session_id, version, address } => {
                push(out, &[b"o=", username.as_bytes(), b" ", session_id.as_bytes(), b" "]);
                push(out, &[version.as_bytes(), b" IN "]);
                match address {
                    OriginAddress::New(address) => push_address(out, address),
                    OriginAddress::Source(family, address) => {
                        push(out, &[family.as_str().as_bytes(), b" ", address]);
                    }
                }
            }
            NewLine::SessionName(name) => push(out, &[b"s=", name.as_bytes()]),
            NewLine::Connection(address) => {
                out.extend_from_slice(b"c=IN ");
                push_address(out, address);
            }
            NewLine::Copy(line) => out.extend_from_slice(line),
            NewLine::Media { kind, port, protocol, formats } => {
                push(out, &[b"m=", kind.as_bytes()]);
                format(out, format_args!(" {port} "));
                out.extend_from_slice(protocol.as_bytes());
                for format in formats {
                    push(out, &[b" ", format.as_bytes()]);
                }
            }
            NewLine::Direction(direction) => push(out, &[b"a=", direction.as_str().as_bytes()]),
            NewLine::RtcpPort(port) => format(out, format_args!("a=rtcp:{port}")),
            NewLine::RtcpFull(address) => {
                format(out, format_args!("a=rtcp:{} IN ", address.port()));
                push_address(out, address.ip());
            }
            NewLine::RtcpMux => out.extend_from_slice(b"a=rtcp-mux"),
            NewLine::Rtpmap(payload_type, encoding) => {
                format(out, format_args!("a=rtpmap:{} {encoding}", payload_type.number()));
            }
            NewLine::Ptime(milliseconds) => format(out, format_args!("a=ptime:{milliseconds}")),
            NewLine::Mid(mid) => push(out, &[b"a=mid:", mid.as_bytes()]),
            NewLine::Loop(id) => push(out, &[b"a=rtpengine:", id.as_bytes()]),
        }
    }
}

fn push(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend_from_slice(part);
    }
}

fn push_attribute(out: &mut Vec<u8>, value: &Text) {
    push(out, &[b"a=", value.as_bytes(), b"\r\n"]);
}

/// `IP4 ADDRESS` or `IP6 ADDRESS`.
fn push_address(out: &mut Vec<u8>, address: IpAddr) {
    format(out, format_args!("{} {address}", Family::of(address).as_str()));
}

fn format(out: &mut Vec<u8>, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("a vector takes any text");
}

/// The edits for a part.
fn edits_of<'a>(edits: &'a [AttributeEdit], part: Part<'a>) -> impl Iterator<Item = &'a AttributeEdit> {
    edits.iter().filter(move |edit| match (part, &edit.scope) {
        (Part::Session, AttributeScope::Session) => true,
        (Part::Media(kind), AttributeScope::Media(of_kind)) => kind == of_kind,
        _ => false,
    })
}

/// Returns whether an edit means an attribute, in any case: by all that stands behind `a=`, by its name, or by its
/// name and the first word, which is the payload type of `rtpmap`, `fmtp` and `rtcp-fb`.
fn matches(pattern: &Text, value: &[u8]) -> bool {
    let named = || {
        let (name, _) = split_attribute(value);
        [name, split_space(value).0].iter().any(|part| pattern.as_bytes().eq_ignore_ascii_case(part))
    };
    pattern.as_bytes().eq_ignore_ascii_case(value) || named()
}
