//! Reads a record of any kind into a call.

use std::net::SocketAddr;

use tandem_shards::call::snapshot::{
    CallSnapshot, LegSnapshot, LegTreatment, MediaFlags, MediaSnapshot, PortSetSnapshot, SentSdp,
    StreamCounts, StreamSnapshot, Version,
};
use tandem_shards::limits::{
    FORMATS_PER_MEDIA_MAX, LEGS_PER_CALL_MAX, MEDIA_PER_CALL_MAX, PORT_SETS_PER_MEDIA_MAX,
};
use tandem_shards::names::{Branch, CallId, Component, Family, InterfaceName, Keyspace, Tag, Text};
use tandem_shards::sdp::Direction;
use tandem_shards::time::Timestamp;

use super::extension::Extension;
use super::fields::{self, common, reachable};
use super::tree::{Section, Tree};
use super::{Context, Record, RecordError, Writer, digest};

pub(super) fn read(
    call_id: &CallId,
    keyspace: Keyspace,
    stored: &[u8],
    context: &Context,
) -> Result<Record, RecordError> {
    let tree = Tree::parse(stored)?;
    let root = tree.find("json").ok_or_else(|| RecordError::NoSection("json".to_owned()))?;
    let extension = tree.extension().filter(|_| root.text("x_node").is_some()).map(Extension::of);
    let reader = Reader { tree: &tree, root: &root, context, extension: extension.as_ref() };
    let mut call = reader.call(call_id)?;
    call.ownership = context.ownership(keyspace);
    let writer = match (&extension, root.text("x_node")) {
        (Some(_), Some(node)) => Writer::Tandem(node),
        _ => Writer::Rtpengine,
    };
    let digest = digest(&call);
    Ok(Record { call, writer, digest })
}

struct Reader<'a> {
    tree: &'a Tree<'a>,
    root: &'a Section<'a>,
    context: &'a Context,
    extension: Option<&'a Extension<'a>>,
}

impl Reader<'_> {
    fn call(&self, call_id: &CallId) -> Result<CallSnapshot, RecordError> {
        let root = self.root;
        let last_signal = fields::time(root.required_number("last_signal")?);
        let flags = root.number("call_flags").unwrap_or(0);
        let mut call = CallSnapshot {
            call_id: call_id.clone(),
            ownership: self.context.ownership(self.context.keyspace),
            version: self.version(last_signal),
            created: fields::time(root.required_number("created")?),
            last_signal,
            deletion: self.deletion(),
            created_from: root.text("created_from").and_then(|text| parse_endpoint(&text)),
            tos: root.number("tos").and_then(|tos| u8::try_from(tos).ok()),
            answered: false,
            learning: None,
            guard: None,
            drop_traffic: flags & fields::call::DROP_TRAFFIC != 0,
            metadata: root.some_text("recording_metadata"),
            legs: self.legs()?,
        };
        let silence = flags & fields::call::SILENCE_MEDIA != 0;
        let block = root.flag("block_media") || flags & fields::call::BLOCK_MEDIA != 0;
        for leg in &mut call.legs {
            leg.treatment.block_media |= block;
            leg.treatment.silence_media |= silence;
            leg.treatment.block_dtmf |= root.flag("block_dtmf");
        }
        match self.extension {
            Some(extension) => extension.read_call(&mut call),
            None => infer_answer(&mut call),
        }
        Ok(call)
    }

    /// See [`Writer`] for what stands in for the version in rtpengine's records.
    fn version(&self, last_signal: Timestamp) -> Version {
        let stored = self.extension.and_then(|_| {
            let epoch = self.root.number("x_epoch")?;
            Some(Version { epoch, sequence: self.root.number("x_seq")? })
        });
        stored.unwrap_or(Version { epoch: 0, sequence: last_signal.as_micros() })
    }

    /// The call's own, or else the last of its parties'.
    fn deletion(&self) -> Option<Timestamp> {
        let due = |field| self.root.number(field).filter(|due| *due != 0).map(fields::time);
        due("deleted").or_else(|| due("ml_deleted"))
    }

    fn legs(&self) -> Result<Vec<LegSnapshot>, RecordError> {
        let mut legs = Vec::new();
        while let Some(section) = self.tree.find_numbered("tag", legs.len()) {
            if legs.len() == LEGS_PER_CALL_MAX {
                return Err(RecordError::TooMany("parties"));
            }
            let leg = self.leg(&section, legs.len())?;
            legs.push(leg);
        }
        if legs.is_empty() {
            return Err(RecordError::NoSection("tag-0".to_owned()));
        }
        for number in 0..legs.len() {
            legs[number].subscriptions = self.subscriptions(number, legs.len())?;
        }
        Ok(legs)
    }

    fn leg(&self, section: &Section<'_>, number: usize) -> Result<LegSnapshot, RecordError> {
        let family = section.text("desired_family").and_then(|text| parse_family(&text));
        let media = self.leg_media(number)?;
        let mut leg = LegSnapshot {
            tag: section.text("tag").map(|text| Tag::from(text.as_bytes())),
            aliases: self.aliases(number),
            branch: section.text("via-branch").map(|text| Branch::from(text.as_bytes())),
            label: section.text("label"),
            metadata: section.text("metadata"),
            created: fields::time(section.required_number("created")?),
            interface: section.text("logical_intf").map(|name| interface(&name)).unwrap_or_default(),
            family: family.or_else(|| media.iter().flatten().next().map(|media| media.family)),
            // The first offer makes the first tag.
            offerer: number == 0,
            settled: false,
            treatment: treatment(section),
            sent: sent(section),
            subscriptions: Vec::new(),
            media,
        };
        leg.settled =
            section.number("ml_flags").is_some_and(|flags| flags & fields::party::FINAL_RESPONSE != 0);
        if let Some(extension) = self.extension {
            extension.read_party(number, &mut leg);
        }
        Ok(leg)
    }

    fn aliases(&self, number: usize) -> Vec<Tag> {
        let Some(aliases) = self.tree.find_list("tag_aliases", number) else { return Vec::new() };
        aliases.texts().map(|alias| Tag::from(alias.as_bytes())).collect()
    }

    fn leg_media(&self, number: usize) -> Result<Vec<Option<MediaSnapshot>>, RecordError> {
        let mut all: Vec<Option<MediaSnapshot>> = Vec::new();
        for at in self.tree.list("medias", number)?.pointers()? {
            let section = self.tree.section("media", at)?;
            if section.pointer("tag") != Some(number) {
                return Err(section.bad("tag"));
            }
            let position = usize::from(section.required_u16("index")?);
            let position = position.checked_sub(1).ok_or_else(|| section.bad("index"))?;
            if position >= MEDIA_PER_CALL_MAX {
                return Err(RecordError::TooMany("media sections"));
            }
            if position >= all.len() {
                all.resize(position + 1, None);
            }
            all[position] = Some(self.media(&section, at)?);
        }
        Ok(all)
    }

    /// The parties whose media a party gets; the one it sends to comes last.
    fn subscriptions(&self, number: usize, legs: usize) -> Result<Vec<u16>, RecordError> {
        let mut parties: Vec<u16> = Vec::new();
        let mut add = |list: &super::tree::Entries<'_>, party: usize| {
            let known = u16::try_from(party).ok().filter(|_| party < legs);
            let party = known.ok_or_else(|| list.dangling(party))?;
            if !parties.contains(&party) {
                parties.push(party);
            }
            Ok::<(), RecordError>(())
        };
        let own_media = self.tree.list("medias", number)?.pointers()?;
        if let Some(list) = self.tree.find_list("subscriptions", number) {
            for entry in list.texts() {
                let party = first_field(&entry);
                add(&list, list.pointer(&party)?)?;
            }
        } else if own_media.iter().any(|at| self.tree.find_list("media-subscriptions", *at).is_some()) {
            for at in &own_media {
                let Some(list) = self.tree.find_list("media-subscriptions", *at) else { continue };
                for entry in list.texts() {
                    let section = self.tree.section("media", list.pointer(&first_field(&entry))?)?;
                    add(&list, section.pointer("tag").ok_or_else(|| section.bad("tag"))?)?;
                }
            }
        } else {
            let list = self.tree.find_list("associated_tags", number);
            let list = list.or_else(|| self.tree.find_list("other_tags", number));
            let list = list.ok_or_else(|| RecordError::NoSection(format!("subscriptions-{number}")))?;
            for party in list.pointers()? {
                add(&list, party)?;
            }
        }
        if self.extension.is_none()
            && let Some(target) = self.sends_to(&own_media)
            && let Some(at) = parties.iter().position(|party| usize::from(*party) == target)
        {
            let party = parties.remove(at);
            parties.push(party);
        }
        Ok(parties)
    }

    /// The party that the first sink of some media leads to.
    fn sends_to(&self, media: &[usize]) -> Option<usize> {
        let sink = |at: &usize| {
            let stream = *self.tree.find_list("streams", *at)?.pointers().ok()?.first()?;
            let sink = *self.tree.find_list("rtp_sinks", stream)?.pointers().ok()?.first()?;
            let media = self.tree.find_numbered("stream", sink)?.pointer("media")?;
            self.tree.find_numbered("media", media)?.pointer("tag")
        };
        media.iter().find_map(sink)
    }

    fn media(&self, section: &Section<'_>, number: usize) -> Result<MediaSnapshot, RecordError> {
        let family = section.required_text("desired_family")?;
        let flags = section.required_number("media_flags")?;
        let mut media = MediaSnapshot {
            kind: section.required_text("type")?,
            protocol: section.required_text("protocol")?,
            interface: section.text("logical_intf").map(|name| interface(&name)).unwrap_or_default(),
            family: parse_family(&family).ok_or_else(|| section.bad("desired_family"))?,
            direction: Direction::new(flags & common::RECV != 0, flags & common::SEND != 0),
            flags: media_flags(flags),
            ptime: section
                .number("ptime")
                .and_then(|ptime| u32::try_from(ptime).ok())
                .filter(|ptime| *ptime > 0),
            mid: section.text("media_id"),
            payload_types: self.payload_types(number)?,
            formats: section.text("format_str").map(|text| fields::read_formats(&text)).unwrap_or_default(),
            streams: Vec::new(),
            port_sets: Vec::new(),
        };
        if media.formats.len() > FORMATS_PER_MEDIA_MAX {
            return Err(RecordError::TooMany("formats"));
        }
        let flows = self.flows(number)?;
        media.port_sets = self.port_sets(number, &flows)?;
        let extension = self.extension.and_then(|extension| extension.media(number));
        let open = |flow: &Flow<'_>| flow.socket.as_ref().is_some_and(|socket| socket.port.is_some());
        let streams = match &extension {
            Some(extension) => extension.streams(),
            None => flows.iter().take_while(|flow| open(flow)).count(),
        };
        if let Some(extension) = &extension {
            extension.read_media(&mut media);
        } else {
            // rtpengine keeps no sockets for a media that was rejected.
            media.flags.disabled = streams == 0;
        }
        for (at, flow) in flows.iter().take(streams).enumerate() {
            let mut stream = self.stream(flow)?;
            stream.local = self.local(&media, at);
            if let Some(extension) = &extension {
                extension.read_stream(at, &mut stream);
            }
            media.streams.push(stream);
        }
        Ok(media)
    }

    fn payload_types(
        &self,
        number: usize,
    ) -> Result<Vec<tandem_shards::call::snapshot::PayloadType>, RecordError> {
        let Some(list) = self.tree.find_list("payload_types", number) else { return Ok(Vec::new()) };
        let mut payloads = Vec::new();
        for entry in list.texts() {
            let payload = fields::read_payload_entry(entry.as_bytes());
            payloads.push(payload.ok_or_else(|| list.dangling(&entry))?);
        }
        if payloads.len() > FORMATS_PER_MEDIA_MAX {
            return Err(RecordError::TooMany("payload types"));
        }
        Ok(payloads)
    }

    /// The RTP flow of a media and, if there is one, the RTCP flow.
    fn flows(&self, media: usize) -> Result<Vec<Flow<'_>>, RecordError> {
        let mut flows: [Option<Flow<'_>>; 2] = [None, None];
        for number in self.tree.list("streams", media)?.pointers()? {
            let section = self.tree.section("stream", number)?;
            if section.pointer("media") != Some(media) {
                return Err(section.bad("media"));
            }
            let component = match section.required_number("component")? {
                1 => Component::Rtp,
                2 => Component::Rtcp,
                _ => return Err(section.bad("component")),
            };
            let slot = &mut flows[usize::from(component == Component::Rtcp)];
            if slot.is_none() {
                let socket = section.pointer("sfd").map(|at| self.socket(at)).transpose()?;
                *slot = Some(Flow { number, component, section, socket });
            }
        }
        Ok(flows.into_iter().map_while(|flow| flow).collect())
    }

    fn socket(&self, number: usize) -> Result<Socket, RecordError> {
        let section = self.tree.section("sfd", number)?;
        let closed = section.text("fd").is_some_and(|fd| fd == *b"-1".as_slice());
        let port = section.required_u16("localport")?;
        let name = interface(&section.required_text("logical_intf")?);
        let family = section.required_text("pref_family")?;
        let family = parse_family(&family).ok_or_else(|| section.bad("pref_family"))?;
        let unique_id = section.required_u16("local_intf_uid")?;
        Ok(Socket {
            number,
            port: (!closed && port != 0).then_some(port),
            position: fields::position(&self.context.interfaces, &name, family, unique_id),
            interface: name,
            stream: section.pointer("stream").ok_or_else(|| section.bad("stream"))?,
        })
    }

    fn port_sets(&self, media: usize, flows: &[Flow<'_>]) -> Result<Vec<PortSetSnapshot>, RecordError> {
        let selected =
            flows.first().and_then(|flow| flow.socket.as_ref()).filter(|socket| socket.port.is_some());
        let mut sets = Vec::new();
        let mut in_use = None;
        for map in self.tree.list("maps", media)?.pointers()? {
            let section = self.tree.section("map", map)?;
            let wildcard = section.flag("wildcard");
            let key = section.parsed::<SocketAddr>("endpoint")?.filter(|_| !wildcard);
            let list = self.tree.list("map_sfds", map)?;
            let mut sockets = Vec::new();
            for entry in list.texts().filter(|entry| !entry.as_bytes().starts_with(b"loc-")) {
                sockets.push(self.socket(list.pointer(&entry)?)?);
            }
            let ports = flows.iter().map_while(|flow| {
                let socket = sockets.iter().find(|socket| socket.stream == flow.number)?;
                socket.port
            });
            let ports: Vec<u16> = ports.collect();
            let Some(first) = sockets.first().filter(|_| !ports.is_empty()) else { continue };
            if selected.is_some_and(|selected| sockets.iter().any(|s| s.number == selected.number)) {
                in_use = Some(sets.len());
            }
            sets.push(PortSetSnapshot {
                key,
                interface: first.interface.clone(),
                position: first.position,
                ports,
            });
        }
        match (in_use, selected) {
            (Some(at), _) => {
                let set = sets.remove(at);
                sets.push(set);
            }
            (None, Some(selected)) => sets.push(PortSetSnapshot {
                key: None,
                interface: selected.interface.clone(),
                position: selected.position,
                ports: flows.iter().map_while(|flow| flow.socket.as_ref()?.port).collect(),
            }),
            (None, None) => {}
        }
        let surplus = sets.len().saturating_sub(PORT_SETS_PER_MEDIA_MAX);
        sets.drain(..surplus);
        Ok(sets)
    }

    fn stream(&self, flow: &Flow<'_>) -> Result<StreamSnapshot, RecordError> {
        let section = &flow.section;
        let flags = section.required_number("ps_flags")?;
        // Only versions before 11 have this bit, and only they lack the flags of the call.
        let confirmed = flags & fields::stream::CONFIRMED != 0 && self.root.number("call_flags").is_none();
        let endpoint = reachable(section.parsed("endpoint")?);
        // Where packets of an asymmetric party come from is not in the record.
        let source = endpoint.filter(|_| confirmed && flags & common::ASYMMETRIC == 0);
        let last_packet = section.number("last_packet").filter(|last| *last != 0).map(fields::time);
        Ok(StreamSnapshot {
            component: flow.component,
            local: None,
            endpoint,
            advertised: reachable(section.parsed("advertised_endpoint")?),
            source,
            received: flags & fields::stream::RECEIVED != 0,
            counts_in: StreamCounts {
                packets: section.required_number("stats-packets")?,
                bytes: section.required_number("stats-bytes")?,
                errors: section.required_number("stats-errors")?,
            },
            counts_out: StreamCounts::default(),
            last_packet: last_packet
                .unwrap_or_else(|| fields::time(self.root.number("last_signal").unwrap_or(0))),
            rtp: None,
        })
    }

    /// The address here of a stream, for showing.
    fn local(&self, media: &MediaSnapshot, at: usize) -> Option<SocketAddr> {
        let set = media.port_sets.last().filter(|_| !media.flags.disabled)?;
        let ip = fields::local_ip(&self.context.interfaces, &set.interface, set.position)?;
        Some(SocketAddr::new(ip, *set.ports.get(at)?))
    }
}

/// One stream of a media, with the socket it uses.
struct Flow<'t> {
    number: usize,
    component: Component,
    section: Section<'t>,
    socket: Option<Socket>,
}

struct Socket {
    number: usize,
    /// None if it is closed.
    port: Option<u16>,
    interface: InterfaceName,
    position: u16,
    stream: usize,
}

fn media_flags(flags: u64) -> MediaFlags {
    let set = |bit: u64| flags & bit != 0;
    MediaFlags {
        rtcp_mux: set(common::RTCP_MUX),
        mux_offered: set(common::RTCP_MUX),
        asymmetric: set(common::ASYMMETRIC),
        unidirectional: set(common::UNIDIRECTIONAL),
        strict_source: set(common::STRICT_SOURCE),
        media_handover: set(common::MEDIA_HANDOVER),
        generate_rtcp: set(fields::media::RTCP_GENERATED),
        disabled: false,
        passthrough: false,
        zero_address: false,
        hidden: false,
        loop_check: set(fields::media::LOOP_CHECK),
        told: true,
    }
}

/// What rtpengine's records do not say, but follows from who has a name: whether the call was answered, and
/// that before it was, nobody told its maker where to send.
fn infer_answer(call: &mut CallSnapshot) {
    call.answered = call.legs.iter().filter(|leg| leg.tag.is_some()).count() > 1;
    if !call.answered {
        let maker = call.legs.iter_mut().filter(|leg| leg.offerer);
        for media in maker.flat_map(|leg| leg.media.iter_mut().flatten()) {
            media.flags.told = false;
        }
    }
}

fn treatment(section: &Section<'_>) -> LegTreatment {
    let flags = section.number("ml_flags").unwrap_or(0);
    LegTreatment {
        block_media: section.flag("block_media") || flags & fields::party::BLOCK_MEDIA != 0,
        block_dtmf: section.flag("block_dtmf"),
        silence_media: flags & fields::party::SILENCE_MEDIA != 0,
        block_short: flags & fields::party::BLOCK_SHORT != 0,
    }
}

/// What rtpengine 12.5 and later remember of the SDP that went to a party.
fn sent(section: &Section<'_>) -> SentSdp {
    let origin = || {
        let user = section.text("last_sdp_orig_username")?;
        let session = section.text("last_sdp_orig_session_id")?;
        Some((user, session, section.text("last_sdp_orig_version_num")?))
    };
    SentSdp {
        origin: origin(),
        session_name: None,
        version: section.number("last_sdp_orig_version_num"),
        digest: 0,
    }
}

fn interface(name: &Text) -> InterfaceName {
    InterfaceName::from(name.as_bytes())
}

fn parse_family(text: &Text) -> Option<Family> {
    [Family::Ip4, Family::Ip6].into_iter().find(|family| *text == *family.as_str().as_bytes())
}

fn parse_endpoint(text: &Text) -> Option<SocketAddr> {
    std::str::from_utf8(text.as_bytes()).ok()?.parse().ok()
}

/// The part of a subscription before the first slash: whom it is about.
fn first_field(entry: &Text) -> Text {
    Text::from(entry.as_bytes().split(|byte| *byte == b'/').next().unwrap_or_default())
}
