//! Carries out a plan.
//!
//! One mechanism: each part of the SDP (the session, then each section) has a rule that turns a line into an
//! [`Edit`]: what becomes of the line, and what is inserted behind it. [`Editor::part`] walks the lines, and
//! what a part lacks is printed at its end. A section that is not mentioned is kept.
//!
//! Invariant: a plan that changes nothing gives the body byte for byte, its line ends included. Any other
//! plan copies untouched lines as they are, and ends every line in CRLF.

use std::net::IpAddr;
use std::ops::Range;

use super::change::{Change, Edit};
use super::extensions::Extensions;
use super::line::{Attribute, Line, LineKind};
use super::print::{NewLine, OriginAddress, Part, Printer};
use super::relayed::RelayedSection;
use super::{AddedMedia, MediaPlan, OriginPlan, Place, RejectPlan, RelayPlan, SdpPlan, SessionDescription};
use crate::names::{Family, Text};

/// Bytes that one section may grow by before the text has to move.
const GROWTH_PER_MEDIA: usize = 128;

impl SessionDescription {
    /// The SDP with the plan carried out.
    pub fn render(&self, plan: &SdpPlan) -> Vec<u8> {
        if plan.changes_nothing() {
            return self.body().to_vec();
        }
        let editor = Editor::new(self, plan);
        let sections = self.media.len() + plan.added.len() + 1;
        let mut printer = Printer::new(&plan.attributes, self.text.len() + sections * GROWTH_PER_MEDIA);
        editor.session(&mut printer);
        let order_of_source = || {
            let sections = (0..self.media.len()).map(Place::Source);
            sections.chain((0..plan.added.len()).map(Place::Added))
        };
        if plan.order.is_empty() {
            order_of_source().for_each(|place| editor.place(place, &mut printer));
        } else {
            plan.order.iter().for_each(|place| editor.place(*place, &mut printer));
        }
        printer.into_text()
    }

    /// The text up to the end of the body.
    fn body(&self) -> &[u8] {
        &self.text[..self.lines.last().map_or(0, Line::next)]
    }
}

impl SdpPlan {
    fn changes_nothing(&self) -> bool {
        let SdpPlan {
            origin,
            session_name,
            loop_id,
            remove_groups,
            remove_ice,
            extensions_left_out,
            media,
            mids,
            added,
            order,
            attributes,
        } = self;
        *origin == OriginPlan::default()
            && session_name.is_none()
            && loop_id.is_none()
            && !remove_groups
            && !remove_ice
            && extensions_left_out.is_empty()
            && media.iter().all(|media| *media == MediaPlan::Keep)
            && mids.is_empty()
            && added.is_empty()
            && order.is_empty()
            && attributes.is_empty()
    }
}

/// A source, a plan, and what the sections have to know of each other.
struct Editor<'a> {
    source: &'a SessionDescription,
    plan: &'a SdpPlan,
    /// The address of the first relayed section, which the session's `c=` takes over.
    relay_address: Option<IpAddr>,
    /// Address of the session's `c=` in the end.
    session_address: Option<IpAddr>,
    /// The unspecified address, in the family of the outgoing SDP.
    unspecified: IpAddr,
    extensions: Extensions<'a>,
}

impl<'a> Editor<'a> {
    fn new(source: &'a SessionDescription, plan: &'a SdpPlan) -> Self {
        let relay_address = plan.media.iter().zip(&source.media).find_map(|(plan, _)| match plan {
            MediaPlan::Relay(relay) => Some(relay.address),
            _ => None,
        });
        let family = relay_address.map(Family::of).or(source.family()).unwrap_or(Family::Ip4);
        Editor {
            source,
            plan,
            relay_address,
            session_address: source.connection.and_then(|source| relay_address.or(source.address)),
            unspecified: family.unspecified(),
            extensions: Extensions::new(&plan.extensions_left_out),
        }
    }

    fn session(&self, printer: &mut Printer<'a>) {
        let end = self.source.media.first().map_or(self.source.lines.len(), |media| media.lines.start);
        printer.begin(Part::Session);
        self.part(0..end, printer, |_, line| self.session_change(line).into());
        if let Some(id) = &self.plan.loop_id {
            printer.print(NewLine::Loop(id));
        }
        printer.end();
    }

    fn session_change(&self, line: &Line) -> Change<'a> {
        match line.kind {
            LineKind::Origin if self.plan.origin != OriginPlan::default() => self.origin(),
            LineKind::SessionName => {
                Change::replace_by(self.plan.session_name.as_ref().map(NewLine::SessionName))
            }
            LineKind::Connection => Change::replace_by(self.relay_address.map(NewLine::Connection)),
            LineKind::Key => Change::Drop,
            LineKind::Attribute(Attribute::Group) => Change::drop_if(self.plan.remove_groups),
            LineKind::Attribute(Attribute::Ice | Attribute::IceCredential) => {
                Change::drop_if(self.plan.remove_ice)
            }
            LineKind::Attribute(Attribute::Extmap) => {
                Change::drop_if(!self.extensions.keep(line, &self.source.text))
            }
            LineKind::Attribute(Attribute::BadExtmap) => Change::drop_if(self.relay_address.is_some()),
            LineKind::Attribute(Attribute::ExtmapAllowMixed) => Change::drop_if(!self.has_extension()),
            _ => Change::Keep,
        }
    }

    /// Returns whether any section has a header extension in the end.
    fn has_extension(&self) -> bool {
        self.source.media.iter().any(|media| self.extensions.are_in(self.source, media))
    }

    fn origin(&self) -> Change<'a> {
        let Some(origin) = &self.source.origin else { return Change::Keep };
        let plan = &self.plan.origin;
        Change::Replace(NewLine::Origin {
            username: plan.username.as_ref().unwrap_or(&origin.username),
            session_id: plan.session_id.as_ref().unwrap_or(&origin.session_id),
            version: plan.version.as_ref().unwrap_or(&origin.version),
            address: match plan.address {
                Some(address) => OriginAddress::New(address),
                None => OriginAddress::Source(Family::of(origin.address), origin.host.as_bytes()),
            },
        })
    }

    fn place(&self, place: Place, printer: &mut Printer<'a>) {
        let index = match place {
            Place::Source(index) => index,
            Place::Added(index) => return self.added(&self.plan.added[index], printer),
        };
        match self.plan.media.get(index) {
            None | Some(MediaPlan::Keep) => self.kept(index, printer),
            Some(MediaPlan::Relay(relay)) => self.relayed(index, relay, printer),
            Some(MediaPlan::Reject(reject)) => self.rejected(index, reject, printer),
            Some(MediaPlan::Remove) => {}
        }
    }

    /// A section that is not relayed. It must not inherit the relay's address.
    fn kept(&self, index: usize, printer: &mut Printer<'a>) {
        let media = &self.source.media[index];
        let inherited = self.source.connection.filter(|_| media.connection.is_none());
        let connection = inherited.filter(|source| self.session_address != source.address);
        let text = &self.source.text;
        let missing = connection.map(|source| NewLine::Copy(self.source.lines[source.line].content(text)));
        printer.begin(Part::Media(&media.kind));
        self.section(index, missing, printer, |_| Change::Keep.into());
        printer.end();
    }

    /// A rejected section carries no more than RFC 3264 section 6 needs, and what names it.
    fn rejected(&self, index: usize, reject: &'a RejectPlan, printer: &mut Printer<'a>) {
        let media = &self.source.media[index];
        let connection = NewLine::Connection(self.unspecified);
        let missing = media.connection.is_none().then_some(connection);
        printer.begin(Part::Rejected);
        self.section(index, missing, printer, |line| {
            let change = match line.kind {
                LineKind::Media => Change::Replace(NewLine::Media {
                    kind: &media.kind,
                    port: 0,
                    protocol: reject.protocol.as_ref().unwrap_or(&media.protocol.text),
                    formats: reject.formats.as_ref().unwrap_or(&media.formats),
                }),
                LineKind::Connection => Change::Replace(connection),
                LineKind::Information | LineKind::Bandwidth => Change::Keep,
                LineKind::Attribute(Attribute::Label) => Change::Keep,
                _ => Change::Drop,
            };
            change.into()
        });
    }

    fn added(&self, added: &'a AddedMedia, printer: &mut Printer<'a>) {
        let AddedMedia { kind, protocol, formats, mid } = added;
        printer.begin(Part::Rejected);
        printer.print(NewLine::Media { kind, port: 0, protocol, formats });
        printer.print(NewLine::Connection(self.unspecified));
        if let Some(mid) = mid {
            printer.print(NewLine::Mid(mid));
        }
    }

    fn relayed(&self, index: usize, relay: &'a RelayPlan, printer: &mut Printer<'a>) {
        let media = &self.source.media[index];
        let section = RelayedSection::new(self.source, media, relay, self.plan);
        let inherits = self.session_address == Some(relay.address);
        let missing = media.connection.is_none() && !inherits;
        let missing = missing.then_some(NewLine::Connection(relay.address));
        printer.begin(Part::Media(&media.kind));
        self.section(index, missing, printer, |line| section.edit(line));
        section.print_missing(printer);
        printer.end();
    }

    /// Prints a section by a rule, in the words of the receiver as to `a=mid`, and with a `c=` where one is missing:
    /// behind `m=` and `i=` (RFC 8866 section 5).
    fn section(
        &self,
        index: usize,
        missing_connection: Option<NewLine<'a>>,
        printer: &mut Printer<'a>,
        edit: impl Fn(&Line) -> Edit<'a>,
    ) {
        let media = &self.source.media[index];
        let mid = self.plan.mids.get(index);
        let lines = &self.source.lines[media.lines.clone()];
        let has_information = lines.get(1).is_some_and(|line| line.kind == LineKind::Information);
        let head = media.lines.start + usize::from(has_information);
        self.part(media.lines.clone(), printer, |index, line| {
            let Edit { change, after } = match line.kind {
                LineKind::Attribute(Attribute::Mid) => mid_change(mid).into(),
                _ => edit(line),
            };
            Edit { change, after: after.or(missing_connection.filter(|_| index == head)) }
        });
        if let (Some(Some(mid)), None) = (mid, &media.mid) {
            printer.print(NewLine::Mid(mid));
        }
    }

    fn part(&self, lines: Range<usize>, printer: &mut Printer<'a>, edit: impl Fn(usize, &Line) -> Edit<'a>) {
        for index in lines {
            let line = &self.source.lines[index];
            let Edit { change, after } = edit(index, line);
            match change {
                Change::Keep => printer.keep(line.content(&self.source.text)),
                Change::Drop => {}
                Change::Replace(new) => printer.print(new),
            }
            if let Some(new) = after {
                printer.print(new);
            }
        }
    }
}

/// The edit of an `a=mid` line, if the plan has one.
fn mid_change(mid: Option<&Option<Text>>) -> Change<'_> {
    match mid {
        None => Change::Keep,
        Some(None) => Change::Drop,
        Some(Some(mid)) => Change::Replace(NewLine::Mid(mid)),
    }
}
