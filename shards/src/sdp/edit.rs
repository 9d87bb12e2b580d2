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

use super::extensions::Extensions;
use super::line::{Attribute, Line, LineKind};
use super::print::{NewLine, OriginAddress, Part, Printer};
use super::relayed::RelayedSection;
use super::{AddedMedia, MediaDescription, MediaPlan, OriginPlan, RelayPlan, SdpPlan, SessionDescription};
use crate::names::Family;

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
        for (index, media) in self.media.iter().enumerate() {
            match plan.media.get(index) {
                None | Some(MediaPlan::Keep) => editor.kept(media, &mut printer),
                Some(MediaPlan::Relay(relay)) => editor.relayed(media, relay, &mut printer),
                Some(MediaPlan::Reject) => editor.rejected(media, &mut printer),
                Some(MediaPlan::Remove) => {}
            }
        }
        for added in &plan.added {
            editor.added(added, &mut printer);
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
            added,
            attributes,
        } = self;
        *origin == OriginPlan::default()
            && session_name.is_none()
            && loop_id.is_none()
            && !remove_groups
            && !remove_ice
            && extensions_left_out.is_empty()
            && media.iter().all(|media| *media == MediaPlan::Keep)
            && added.is_empty()
            && attributes.is_empty()
    }
}

/// What becomes of a line, and what is inserted behind it.
pub(super) struct Edit<'a> {
    pub(super) change: Change<'a>,
    pub(super) after: Option<NewLine<'a>>,
}

/// What becomes of a line.
pub(super) enum Change<'a> {
    Keep,
    Drop,
    Replace(NewLine<'a>),
}

impl<'a> Change<'a> {
    pub(super) fn drop_if(condition: bool) -> Self {
        if condition { Change::Drop } else { Change::Keep }
    }

    pub(super) fn replace_by(new: Option<NewLine<'a>>) -> Self {
        new.map_or(Change::Keep, Change::Replace)
    }
}

impl<'a> From<Change<'a>> for Edit<'a> {
    fn from(change: Change<'a>) -> Self {
        Edit { change, after: None }
    }
}

/// A source, a plan, and what the sections have to know of each other.
struct Editor<'a> {
    source: &'a SessionDescription,
    plan: &'a SdpPlan,
    /// The address of the first relayed section, which the session's `c=` takes over.
    relay_address: Option<IpAddr>,
    /// What the session's `c=` says in the end.
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

    /// Whether any section has a header extension in the end.
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

    /// A section that is not relayed. It must not inherit the relay's address.
    fn kept(&self, media: &'a MediaDescription, printer: &mut Printer<'a>) {
        let inherited = self.source.connection.filter(|_| media.connection.is_none());
        let connection = inherited.filter(|source| self.session_address != source.address);
        let text = &self.source.text;
        let missing = connection.map(|source| NewLine::Copy(self.source.lines[source.line].content(text)));
        printer.begin(Part::Media(&media.kind));
        self.section(media, missing, printer, |_| Change::Keep.into());
        printer.end();
    }

    /// A rejected section carries no more than RFC 3264 section 6 needs, and what names it.
    fn rejected(&self, media: &'a MediaDescription, printer: &mut Printer<'a>) {
        let connection = NewLine::Connection(self.unspecified);
        let missing = media.connection.is_none().then_some(connection);
        printer.begin(Part::Rejected);
        self.section(media, missing, printer, |line| {
            let change = match line.kind {
                LineKind::Media => Change::Replace(NewLine::Media {
                    kind: &media.kind,
                    port: 0,
                    protocol: &media.protocol.text,
                    formats: &media.formats,
                }),
                LineKind::Connection => Change::Replace(connection),
                LineKind::Information | LineKind::Bandwidth => Change::Keep,
                LineKind::Attribute(Attribute::Mid | Attribute::Label) => Change::Keep,
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

    fn relayed(&self, media: &'a MediaDescription, relay: &'a RelayPlan, printer: &mut Printer<'a>) {
        let section = RelayedSection::new(self.source, media, relay, self.plan);
        let inherits = self.session_address == Some(relay.address);
        let missing = media.connection.is_none() && !inherits;
        let missing = missing.then_some(NewLine::Connection(relay.address));
        printer.begin(Part::Media(&media.kind));
        self.section(media, missing, printer, |line| section.edit(line));
        section.print_missing(printer);
        printer.end();
    }

    /// Prints a section by a rule, with a `c=` where one is missing: behind `m=` and `i=` (RFC 8866
    /// section 5).
    fn section(
        &self,
        media: &MediaDescription,
        missing_connection: Option<NewLine<'a>>,
        printer: &mut Printer<'a>,
        edit: impl Fn(&Line) -> Edit<'a>,
    ) {
        let lines = &self.source.lines[media.lines.clone()];
        let has_information = lines.get(1).is_some_and(|line| line.kind == LineKind::Information);
        let head = media.lines.start + usize::from(has_information);
        self.part(media.lines.clone(), printer, |index, line| {
            let Edit { change, after } = edit(line);
            Edit { change, after: after.or(missing_connection.filter(|_| index == head)) }
        });
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
