//! Extension of a record by what rtpengine's schema cannot say: the object `tandem`, which rtpengine does not look at.
//!
//! Parties and media stand in it by the numbers they have in the record. Whatever is not there, or broken, is
//! as if the record came from an rtpengine.

use tandem_shards::call::signal::MuxOptions;
use tandem_shards::call::state::{
    CallSnapshot, CallState, LegState, MediaFlags, MediaState, PayloadType, RtpSeen, SentSdp, StreamCounts,
    StreamObserved,
};
use tandem_shards::limits::{LEGS_PER_CALL_MAX, MEDIA_PER_CALL_MAX};
use tandem_shards::names::{Tag, Text};
use tandem_shards::settings::Learning;
use tandem_shards::time::Timestamp;

use super::fields;
use super::json::Json;
use super::tree::Section;

const LEARNING: [(&str, Learning); 4] = [
    ("off", Learning::Off),
    ("immediate", Learning::Immediate),
    ("delayed", Learning::Delayed),
    ("heuristic", Learning::Heuristic),
];

/// Writes the extension; `all_media` in the order of their numbers, by party and position.
pub(super) fn write(json: &mut Json, call: &CallSnapshot, all_media: impl Iterator<Item = (usize, usize)>) {
    json.object("tandem");
    json.flag("answered", call.state.answered);
    if let Some((name, _)) = LEARNING.iter().find(|(_, learning)| Some(*learning) == call.state.learning) {
        json.plain("learning", name);
    }
    if let Some(guard) = call.state.guard {
        json.plain("guard", u8::from(guard));
    }
    if let Some(tos) = call.state.tos {
        json.plain("tos", tos);
    }
    json.objects("tags");
    for leg in &call.state.legs {
        write_party(json, leg);
    }
    json.close_list();
    json.objects("medias");
    for (leg, position) in all_media {
        write_media(json, call, leg, position);
    }
    json.close_list();
    json.close();
}

fn write_party(json: &mut Json, leg: &LegState) {
    json.item();
    json.flag("offerer", leg.offerer);
    json.flag("no_family", leg.family.is_none());
    json.plain("positions", leg.media.len());
    if !leg.sections.is_empty() {
        json.list("sections", leg.sections.iter().map(|position| u64::from(*position)));
    }
    if !leg.aliases.is_empty() {
        json.texts("aliases", leg.aliases.iter().map(Tag::as_bytes));
    }
    let sent = &leg.sent;
    if let Some((user, session, version)) = &sent.origin {
        json.texts("origin", [user, session, version].map(Text::as_bytes));
    }
    if let Some(name) = &sent.session_name {
        json.text("session_name", name.as_bytes());
    }
    if let Some(version) = sent.version {
        json.plain("version", version);
    }
    if sent.digest != 0 {
        json.plain("digest", sent.digest);
    }
    json.close();
}

fn write_media(json: &mut Json, call: &CallSnapshot, leg: usize, position: usize) {
    let media = call.state.media_at(leg, position).expect("a media of the call");
    json.item();
    write_flags(json, "flags", MediaFlags::NAMES, &media.flags.values());
    write_flags(json, "mux", MuxOptions::NAMES, &media.mux_options.values());
    if let Some(signalled) = media.signalled_at {
        json.plain("signalled", signalled.as_micros());
    }
    if let Some(told) = media.told_at {
        json.plain("told", told.as_micros());
    }
    let formats = Text::from(fields::format_text(media));
    if fields::read_formats(&formats) != media.formats {
        json.texts("formats", media.formats.iter().map(Text::as_bytes));
    }
    json.objects("payloads");
    let ptime = fields::entry_ptime(media);
    for (at, payload) in media.payload_types.iter().enumerate() {
        let entry = fields::unescape(fields::payload_entry(payload, ptime).as_bytes());
        if fields::read_payload_entry(&entry).as_ref() != Some(payload) {
            write_payload(json, at, payload);
        }
    }
    json.close_list();
    json.objects("streams");
    for (_, stream) in call.streams_of(leg, position) {
        write_stream(json, stream);
    }
    json.close_list();
    json.close();
}

/// The names of the flags that are set; nothing if none is.
fn write_flags(json: &mut Json, field: &str, names: &[&str], values: &[bool]) {
    let set: Vec<&[u8]> =
        names.iter().zip(values).filter(|(_, set)| **set).map(|(name, _)| name.as_bytes()).collect();
    if !set.is_empty() {
        json.texts(field, set);
    }
}

/// The values of flags whose names are listed.
fn read_flags<const N: usize>(section: &Section<'_>, field: &str, names: &[&str]) -> [bool; N] {
    let set = section.texts(field).unwrap_or_default();
    std::array::from_fn(|at| set.iter().any(|name| *name == *names[at].as_bytes()))
}

fn write_payload(json: &mut Json, at: usize, payload: &PayloadType) {
    json.item();
    json.plain("at", at);
    json.text("name", payload.name.as_bytes());
    json.text("parameters", payload.parameters.as_bytes());
    json.text("fmtp", payload.format.as_bytes());
    json.close();
}

fn write_stream(json: &mut Json, stream: &StreamObserved) {
    json.item();
    json.flag("confirmed", stream.confirmed.is_some());
    if stream.confirmed.is_some() && stream.confirmed != stream.endpoint {
        json.plain("source", fields::endpoint_text(stream.confirmed));
    }
    json.plain("last", stream.last_packet.as_micros());
    let out = stream.counts_out;
    if out != StreamCounts::default() {
        json.list("out", [out.packets, out.bytes, out.errors]);
    }
    if let Some(seen) = stream.rtp {
        let RtpSeen { ssrc, packets, bytes, timestamp, sequence, payload_type } = seen;
        let small = [ssrc.into(), packets, bytes, timestamp.into(), sequence.into(), payload_type.into()];
        json.list("rtp", small);
    }
    json.close();
}

/// The extension of a record, ready to be looked up by number.
#[derive(Debug)]
pub(super) struct Extension<'t> {
    root: Section<'t>,
    parties: Vec<Option<Section<'t>>>,
    media: Vec<Option<Section<'t>>>,
}

impl<'t> Extension<'t> {
    pub(super) fn of(root: Section<'t>) -> Extension<'t> {
        let parties = root.sections("tags").take(LEGS_PER_CALL_MAX).collect();
        let media = root.sections("medias").take(LEGS_PER_CALL_MAX * MEDIA_PER_CALL_MAX).collect();
        Extension { root, parties, media }
    }

    pub(super) fn read_call(&self, call: &mut CallState) {
        call.answered = self.root.flag("answered");
        let learning = self.root.text("learning");
        let named = |(name, _): &&(&str, Learning)| learning.as_ref().is_some_and(|l| *l == *name.as_bytes());
        call.learning = LEARNING.iter().find(named).map(|(_, learning)| *learning);
        call.guard = self.root.number("guard").map(|guard| guard != 0);
        call.tos = self.root.number("tos").and_then(|tos| u8::try_from(tos).ok());
    }

    pub(super) fn read_party(&self, number: usize, leg: &mut LegState) {
        let Some(Some(party)) = self.parties.get(number) else { return };
        leg.offerer = party.flag("offerer");
        if party.flag("no_family") {
            leg.family = None;
        }
        let positions = party.number("positions").and_then(|positions| usize::try_from(positions).ok());
        let positions = positions.unwrap_or(0).min(MEDIA_PER_CALL_MAX);
        if positions > leg.media.len() {
            leg.media.resize(positions, None);
        }
        let sections = party.numbers("sections").into_iter().take(MEDIA_PER_CALL_MAX);
        leg.sections = sections.filter_map(|at| u16::try_from(at).ok()).collect();
        let aliases = party.texts("aliases").unwrap_or_default();
        leg.aliases = aliases.iter().map(|alias| Tag::from(alias.as_bytes())).collect();
        let origin = <[Text; 3]>::try_from(party.texts("origin").unwrap_or_default());
        leg.sent = SentSdp {
            origin: origin.ok().map(|[user, session, version]| (user, session, version)),
            session_name: party.text("session_name"),
            version: party.number("version"),
            digest: party.number("digest").unwrap_or(0),
        };
    }

    /// Additions to the media's own section. `None` if there is nothing about it.
    pub(super) fn media(&self, number: usize) -> Option<MediaExtension<'t>> {
        let section = self.media.get(number)?.clone()?;
        let streams = section.sections("streams").take(2).collect();
        Some(MediaExtension { section, streams })
    }
}

/// The extension of one media.
#[derive(Debug)]
pub(super) struct MediaExtension<'t> {
    section: Section<'t>,
    streams: Vec<Option<Section<'t>>>,
}

impl MediaExtension<'_> {
    pub(super) fn read_media(&self, media: &mut MediaState) {
        let section = &self.section;
        media.flags = MediaFlags::of(read_flags(section, "flags", MediaFlags::NAMES));
        media.mux_options = MuxOptions::of(read_flags(section, "mux", MuxOptions::NAMES));
        media.signalled_at = section.number("signalled").map(Timestamp::from_micros);
        media.told_at = section.number("told").map(Timestamp::from_micros);
        if let Some(formats) = section.texts("formats") {
            media.formats = formats;
        }
        for payload in section.sections("payloads").flatten() {
            let at = payload.number("at").and_then(|at| usize::try_from(at).ok());
            if let Some(entry) = at.and_then(|at| media.payload_types.get_mut(at)) {
                entry.name = payload.text("name").unwrap_or_default();
                entry.parameters = payload.text("parameters").unwrap_or_default();
                entry.format = payload.text("fmtp").unwrap_or_default();
            }
        }
    }

    pub(super) fn read_stream(&self, at: usize, stream: &mut StreamObserved) {
        let Some(Some(section)) = self.streams.get(at) else { return };
        let source = section.parsed("source").ok().flatten().or(stream.endpoint);
        stream.confirmed = source.filter(|_| section.flag("confirmed"));
        if let Some(last) = section.number("last") {
            stream.last_packet = Timestamp::from_micros(last);
        }
        if let [packets, bytes, errors] = *section.numbers("out") {
            stream.counts_out = StreamCounts { packets, bytes, errors };
        }
        stream.rtp = rtp_seen(&section.numbers("rtp"));
    }
}

fn rtp_seen(numbers: &[u64]) -> Option<RtpSeen> {
    let [ssrc, packets, bytes, timestamp, sequence, payload_type] = *numbers else { return None };
    Some(RtpSeen {
        ssrc: u32::try_from(ssrc).ok()?,
        packets,
        bytes,
        timestamp: u32::try_from(timestamp).ok()?,
        sequence: u16::try_from(sequence).ok()?,
        payload_type: u8::try_from(payload_type).ok()?,
    })
}
