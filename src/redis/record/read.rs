//! Reads a record of any kind into a call.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use tandem_shards::call::signal::MuxOptions;
use tandem_shards::call::state::{
    CallSnapshot, CallState, LegState, MediaState, PortSetState, Signalled, StreamCounts, StreamId,
    StreamObserved, Version,
};
use tandem_shards::limits::{
    FORMATS_PER_MEDIA_MAX, LEGS_PER_CALL_MAX, MEDIA_PER_CALL_MAX, PORT_SETS_PER_MEDIA_MAX,
};
use tandem_shards::names::{Branch, CallId, Component, Family, InterfaceName, Keyspace, Tag, Text};
use tandem_shards::sdp::{Direction, Protocol};
use tandem_shards::time::Timestamp;

use super::derive;
use super::extension::Extension;
use super::fields::{self, common, reachable};
use super::party;
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
    call.state.ownership = context.ownership(keyspace);
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
        let mut streams = Streams::new();
        let mut call = CallState {
            call_id: call_id.clone(),
            ownership: self.context.ownership(self.context.keyspace),
            contested: false,
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
            legs: self.legs(&mut streams)?,
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
            None => derive::call(&mut call),
        }
        let observed = call.streams().map(|id| (id, streams.remove(&id).expect("read with its media")));
        Ok(CallSnapshot { observed: observed.collect(), state: call })
    }

    fn last_signal(&self) -> Timestamp {
        fields::time(self.root.number("last_signal").unwrap_or(0))
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

    fn legs(&self, streams: &mut Streams) -> Result<Vec<LegState>, RecordError> {
        let mut legs = Vec::new();
        while let Some(section) = self.tree.find_numbered("tag", legs.len()) {
            if legs.len() == LEGS_PER_CALL_MAX {
                return Err(RecordError::TooMany("parties"));
            }
            let leg = self.leg(&section, legs.len(), streams)?;
            legs.push(leg);
        }
        if legs.is_empty() {
            return Err(RecordError::NoSection("tag-0".to_owned()));
        }
        for number in 0..legs.len() {
            legs[number].peers = self.peers(number, legs.len())?;
        }
        Ok(legs)
    }

    fn leg(
        &self,
        section: &Section<'_>,
        number: usize,
        streams: &mut Streams,
    ) -> Result<LegState, RecordError> {
        let family = section.text("desired_family").and_then(|text| parse_family(&text));
        let media = self.leg_media(number, streams)?;
        let mut leg = LegState {
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
            treatment: party::treatment(section),
            sent: party::sent(section),
            peers: Vec::new(),
            media,
            sections: Vec::new(),
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

    fn leg_media(
        &self,
        number: usize,
        streams: &mut Streams,
    ) -> Result<Vec<Option<MediaState>>, RecordError> {
        let mut all: Vec<Option<MediaState>> = Vec::new();
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
            let (media, observed) = self.media(&section, at)?;
            let place = |at: usize| u16::try_from(at).expect("below the limits");
            for (component, stream) in [Component::Rtp, Component::Rtcp].into_iter().zip(observed) {
                streams.insert(StreamId { leg: place(number), media: place(position), component }, stream);
            }
            all[position] = Some(media);
        }
        Ok(all)
    }

    /// The parties whose media a party gets; the one it sends to comes last.
    fn peers(&self, number: usize, legs: usize) -> Result<Vec<u16>, RecordError> {
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

    /// A media, and what was observed of its streams.
    fn media(
        &self,
        section: &Section<'_>,
        number: usize,
    ) -> Result<(MediaState, Vec<StreamObserved>), RecordError> {
        let family = section.required_text("desired_family")?;
        let flags = section.required_number("media_flags")?;
        let mut media = MediaState {
            kind: section.required_text("type")?,
            protocol: Protocol::new(section.required_text("protocol")?),
            interface: section.text("logical_intf").map(|name| interface(&name)).unwrap_or_default(),
            family: parse_family(&family).ok_or_else(|| section.bad("desired_family"))?,
            direction: Direction::new(flags & common::RECV != 0, flags & common::SEND != 0),
            flags: fields::media_flags(flags),
            mux_options: MuxOptions::default(),
            ptime: section
                .number("ptime")
                .and_then(|ptime| u32::try_from(ptime).ok())
                .filter(|ptime| *ptime > 0),
            mid: section.text("media_id"),
            payload_types: self.payload_types(number)?,
            formats: section.text("format_str").map(|text| fields::read_formats(&text)).unwrap_or_default(),
            signalled: Signalled::default(),
            signalled_at: None,
            told_at: None,
            port_sets: Vec::new(),
        };
        if media.formats.len() > FORMATS_PER_MEDIA_MAX {
            return Err(RecordError::TooMany("formats"));
        }
        let flows = self.flows(number)?;
        media.port_sets = self.port_sets(number, &flows)?;
        let extension = self.extension.and_then(|extension| extension.media(number));
        for flow in &flows {
            let signalled = reachable(flow.section.parsed("advertised_endpoint")?);
            match flow.component {
                Component::Rtp => media.signalled.rtp = signalled,
                Component::Rtcp => media.signalled.rtcp = signalled,
            }
        }
        if let Some(extension) = &extension {
            extension.read_media(&mut media);
        } else {
            let stream_flags = flows.first().map(|flow| flow.section.required_number("ps_flags"));
            derive::media(&mut media, stream_flags.transpose()?.unwrap_or(0), self.last_signal());
        }
        let mut streams = Vec::new();
        for component in media.components() {
            let flow = flows.iter().find(|flow| flow.component == component);
            let mut stream = self.stream(flow.expect("each port belongs to a flow"))?;
            stream.local = self.local(&media, component);
            if let Some(extension) = &extension {
                extension.read_stream(streams.len(), &mut stream);
            }
            streams.push(stream);
        }
        Ok((media, streams))
    }

    fn payload_types(
        &self,
        number: usize,
    ) -> Result<Vec<tandem_shards::call::state::PayloadType>, RecordError> {
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

    fn port_sets(&self, media: usize, flows: &[Flow<'_>]) -> Result<Vec<PortSetState>, RecordError> {
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
            sets.push(PortSetState {
                key,
                interface: first.interface.clone(),
                position: first.position,
                first: ports[0],
                count: consecutive(&ports),
            });
        }
        match (in_use, selected) {
            (Some(at), _) => {
                let set = sets.remove(at);
                sets.push(set);
            }
            (None, Some(selected)) => {
                let ports: Vec<u16> = flows.iter().map_while(|flow| flow.socket.as_ref()?.port).collect();
                sets.push(PortSetState {
                    key: None,
                    interface: selected.interface.clone(),
                    position: selected.position,
                    first: ports[0],
                    count: consecutive(&ports),
                });
            }
            (None, None) => {}
        }
        let surplus = sets.len().saturating_sub(PORT_SETS_PER_MEDIA_MAX);
        sets.drain(..surplus);
        Ok(sets)
    }

    fn stream(&self, flow: &Flow<'_>) -> Result<StreamObserved, RecordError> {
        let section = &flow.section;
        let flags = section.required_number("ps_flags")?;
        // Only versions before 11 have this bit, and only they lack the flags of the call.
        let confirmed = flags & fields::stream::CONFIRMED != 0 && self.root.number("call_flags").is_none();
        let endpoint = reachable(section.parsed("endpoint")?);
        // Where packets of an asymmetric party come from is not in the record.
        let source = endpoint.filter(|_| confirmed && flags & common::ASYMMETRIC == 0);
        let last_packet = section.number("last_packet").filter(|last| *last != 0).map(fields::time);
        Ok(StreamObserved {
            local: None,
            endpoint,
            confirmed: source,
            received: flags & fields::stream::RECEIVED != 0,
            counts_in: StreamCounts {
                packets: section.required_number("stats-packets")?,
                bytes: section.required_number("stats-bytes")?,
                errors: section.required_number("stats-errors")?,
            },
            counts_out: StreamCounts::default(),
            last_packet: last_packet.unwrap_or_else(|| self.last_signal()),
            rtp: None,
        })
    }

    /// The address here of a stream, for showing.
    fn local(&self, media: &MediaState, component: Component) -> Option<SocketAddr> {
        let (set, offset) = media.ports_of(component).filter(|_| !media.flags.disabled)?;
        let ip = fields::local_ip(&self.context.interfaces, &set.interface, set.position)?;
        Some(SocketAddr::new(ip, set.first + offset))
    }
}

/// Observations of each stream of a call.
type Streams = BTreeMap<StreamId, StreamObserved>;

/// The number of ports that follow each other from the first on, RTP and RTCP at most.
fn consecutive(ports: &[u16]) -> u16 {
    let pair = ports.get(1).is_some_and(|second| Some(*second) == ports[0].checked_add(1));
    if pair { 2 } else { 1 }
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
