//! The rule for a section that the relay stands in for.

use super::change::{Change, Edit};
use super::extensions::Extensions;
use super::line::{Attribute, Line, LineKind};
use super::payload_type::{PayloadType, PayloadTypes};
use super::print::{NewLine, Printer};
use super::{Direction, MediaDescription, RelayPlan, RtcpPlan, SdpPlan, SessionDescription};
use crate::names::Text;

/// A section, its plan, and what its lines say already.
pub(super) struct RelayedSection<'a> {
    media: &'a MediaDescription,
    plan: &'a RelayPlan,
    text: &'a [u8],
    remove_ice: bool,
    extensions: Extensions<'a>,
    /// True if an extension is there, to mix the forms of.
    has_extension: bool,
    /// The formats that `m=` lists in the end.
    formats: &'a [Text],
    /// Payload types whose attributes stay: those that are listed.
    payload_types: PayloadTypes,
    /// The direction that the section has without an attribute of its own.
    inherited_direction: Direction,
    found: Found,
}

/// Lines that a section has, so that they are not added.
#[derive(Default)]
struct Found {
    rtpmap: PayloadTypes,
    rtcp: bool,
    rtcp_mux: bool,
}

impl<'a> RelayedSection<'a> {
    pub(super) fn new(
        source: &'a SessionDescription,
        media: &'a MediaDescription,
        plan: &'a RelayPlan,
        session: &'a SdpPlan,
    ) -> Self {
        let formats = plan.formats.as_deref().unwrap_or(&media.formats);
        let mut found = Found::default();
        for line in &source.lines[media.lines.clone()] {
            found.add(line.kind);
        }
        let extensions = Extensions::new(&session.extensions_left_out);
        RelayedSection {
            media,
            plan,
            text: &source.text,
            remove_ice: session.remove_ice,
            extensions,
            has_extension: extensions.are_in(source, media),
            formats,
            payload_types: if media.protocol.is_rtp() {
                payload_types(formats).collect()
            } else {
                PayloadTypes::ALL
            },
            inherited_direction: source.direction.unwrap_or(Direction::SendRecv),
            found,
        }
    }

    /// Edit of a line.
    pub(super) fn edit(&self, line: &Line) -> Edit<'a> {
        let change = match line.kind {
            LineKind::Media => Change::Replace(NewLine::Media {
                kind: &self.media.kind,
                port: self.plan.port,
                protocol: &self.plan.protocol,
                formats: self.formats,
            }),
            LineKind::Connection => Change::Replace(NewLine::Connection(self.plan.address)),
            LineKind::Attribute(Attribute::Rtcp) => return self.edit_of_rtcp(),
            LineKind::Attribute(Attribute::Extmap) => Change::drop_if(!self.extensions.keep(line, self.text)),
            LineKind::Attribute(attribute) => self.change_of_attribute(attribute),
            LineKind::Key | LineKind::Superseded => Change::Drop,
            _ => Change::Keep,
        };
        change.into()
    }

    fn edit_of_rtcp(&self) -> Edit<'a> {
        match self.rtcp() {
            None => Change::Drop.into(),
            Some(rtcp) => Edit {
                change: Change::Replace(rtcp),
                after: self.lacks_rtcp_mux().then_some(NewLine::RtcpMux),
            },
        }
    }

    fn change_of_attribute(&self, attribute: Attribute) -> Change<'a> {
        match attribute {
            Attribute::Direction(_) => Change::replace_by(self.plan.direction.map(NewLine::Direction)),
            Attribute::RtcpMux | Attribute::RtcpMuxOnly => Change::drop_if(!self.plan.rtcp_mux),
            Attribute::Ice | Attribute::IceCredential => Change::drop_if(self.remove_ice),
            Attribute::BadExtmap => Change::Drop,
            Attribute::ExtmapAllowMixed => Change::drop_if(!self.has_extension),
            Attribute::Rtpmap(number) | Attribute::Fmtp(number) | Attribute::RtcpFeedback(number) => {
                Change::drop_if(!self.payload_types.contains(number))
            }
            _ => Change::Keep,
        }
    }

    /// Prints what the section has to say and does not say yet.
    pub(super) fn print_missing(&self, printer: &mut Printer<'a>) {
        if self.media.protocol.is_rtp() {
            self.print_static_rtpmaps(printer);
        }
        if self.media.own_direction.is_none() {
            let direction = self.plan.direction.unwrap_or(self.media.direction);
            // An edit of the proxy that names the direction needs a line to act on, as rtpengine always
            // prints one for RTP.
            let is_edited = || self.media.protocol.is_rtp() && printer.is_edited(direction.as_str());
            if direction != self.inherited_direction || is_edited() {
                printer.print(NewLine::Direction(direction));
            }
        }
        let rtcp = self.rtcp();
        if !self.found.rtcp
            && let Some(rtcp) = rtcp
        {
            printer.print(rtcp);
        }
        let follows_rtcp = self.found.rtcp && rtcp.is_some();
        if self.lacks_rtcp_mux() && !follows_rtcp {
            printer.print(NewLine::RtcpMux);
        }
        if let (Some(milliseconds), None) = (self.plan.ptime, self.media.ptime) {
            printer.print(NewLine::Ptime(milliseconds));
        }
    }

    /// rtpengine names static payload types. PCMU and PCMA, which everyone knows, are named only for an edit of the
    /// proxy to act on.
    fn print_static_rtpmaps(&self, printer: &mut Printer<'a>) {
        let mut named = self.found.rtpmap;
        for (known, attribute) in
            [(PayloadType::PCMU, "rtpmap:0 PCMU/8000"), (PayloadType::PCMA, "rtpmap:8 PCMA/8000")]
        {
            if !printer.is_edited(attribute) {
                named.insert(known);
            }
        }
        for payload_type in payload_types(self.formats) {
            if let Some(encoding) = payload_type.static_encoding()
                && !named.contains(payload_type)
            {
                named.insert(payload_type);
                printer.print(NewLine::Rtpmap(payload_type, encoding));
            }
        }
    }

    fn rtcp(&self) -> Option<NewLine<'a>> {
        match self.plan.rtcp {
            RtcpPlan::Omit => None,
            RtcpPlan::Port(port) => Some(NewLine::RtcpPort(port)),
            RtcpPlan::Full(address) => Some(NewLine::RtcpFull(address)),
        }
    }

    fn lacks_rtcp_mux(&self) -> bool {
        self.plan.rtcp_mux && !self.found.rtcp_mux
    }
}

impl Found {
    fn add(&mut self, kind: LineKind) {
        let LineKind::Attribute(attribute) = kind else { return };
        match attribute {
            Attribute::Rtpmap(payload_type) => self.rtpmap.insert(payload_type),
            Attribute::Rtcp => self.rtcp = true,
            Attribute::RtcpMux => self.rtcp_mux = true,
            _ => {}
        }
    }
}

/// The payload types among formats, of which other media have free text.
fn payload_types(formats: &[Text]) -> impl Iterator<Item = PayloadType> {
    formats.iter().filter_map(|format| PayloadType::parse(format.as_bytes()))
}
