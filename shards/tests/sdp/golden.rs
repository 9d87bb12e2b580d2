//! The editor against recorded conversations: for each recorded body, a plan that asks for what rtpengine
//! made of it must give an SDP of the same meaning.
//!
//! Meaning leaves out layout: the level of `c=`, the order of attributes, and a `sendrecv` that goes without
//! saying. The comparison reads plain lines and uses nothing of the parser under test.

use crate::recorded::Recording;
use tandem_shards::names::Text;
use tandem_shards::sdp::view::ProtocolClass;
use tandem_shards::sdp::{
    AddedMedia, AttributeEdit, AttributeScope, MediaDescription, MediaPlan, OriginPlan, RejectPlan,
    RelayPlan, RtcpPlan, SdpPlan, SessionDescription,
};

#[test]
fn plans_give_the_recorded_meaning() {
    let recordings = Recording::all();
    assert!(recordings.len() > 50, "the recordings are read");
    for recording in recordings {
        let source = SessionDescription::parse(&recording.source).expect(&recording.name);
        let wanted = SessionDescription::parse(&recording.result).expect(&recording.name);
        let rendered = source.render(&plan_of(&recording, &source, &wanted));
        assert_eq!(Meaning::of(&rendered), Meaning::of(&recording.result), "{}", recording.name);
        assert_lines_end_in_crlf(&rendered, &recording.name);
    }
}

#[test]
fn a_plan_without_changes_gives_identical_bytes() {
    for recording in Recording::all() {
        let source = SessionDescription::parse(&recording.source).expect(&recording.name);
        let rendered = source.render(&SdpPlan::default());
        // What follows an empty line is not part of the body.
        let body = recording.source.windows(4).position(|window| window == b"\r\n\r\n");
        let body = body.map_or(&recording.source[..], |end| &recording.source[..end + 2]);
        assert_eq!(rendered, body, "{}", recording.name);
    }
}

/// Plan that the call would have to make for the recorded result.
fn plan_of(recording: &Recording, source: &SessionDescription, wanted: &SessionDescription) -> SdpPlan {
    let pairs = source.media.iter().zip(&wanted.media);
    let missing = wanted.media.get(source.media.len()..).unwrap_or_default();
    SdpPlan {
        origin: origin_plan(source, wanted),
        session_name: None,
        loop_id: wanted.loop_ids.first().cloned(),
        remove_groups: true,
        remove_ice: true,
        extensions_left_out: Vec::new(),
        media: pairs.map(|(source, wanted)| media_plan(recording, source, wanted)).collect(),
        mids: wanted.media.iter().map(|media| media.mid.clone()).collect(),
        added: missing.iter().map(added_media).collect(),
        order: Vec::new(),
        attributes: if recording.has_edits() { attribute_edits() } else { Vec::new() },
    }
}

fn origin_plan(source: &SessionDescription, wanted: &SessionDescription) -> OriginPlan {
    let (Some(source), Some(wanted)) = (&source.origin, &wanted.origin) else { panic!("both have o=") };
    OriginPlan {
        username: (source.username != wanted.username).then(|| wanted.username.clone()),
        session_id: (source.session_id != wanted.session_id).then(|| wanted.session_id.clone()),
        version: (source.version != wanted.version).then(|| wanted.version.clone()),
        address: (source.address != wanted.address).then_some(wanted.address),
    }
}

fn media_plan(recording: &Recording, source: &MediaDescription, wanted: &MediaDescription) -> MediaPlan {
    if wanted.port == 0 {
        return MediaPlan::Reject(RejectPlan::default());
    }
    if source.protocol.class == ProtocolClass::NotRelayed {
        return MediaPlan::Keep;
    }
    let text = String::from_utf8_lossy(&recording.result);
    let rtcp = match wanted.rtcp {
        None => RtcpPlan::Omit,
        Some(rtcp) if text.contains(&format!("a=rtcp:{} IN", rtcp.port)) => {
            RtcpPlan::Full((rtcp.address.unwrap_or(wanted.address), rtcp.port).into())
        }
        Some(rtcp) => RtcpPlan::Port(rtcp.port),
    };
    MediaPlan::Relay(Box::new(RelayPlan {
        address: wanted.address,
        port: wanted.port,
        protocol: wanted.protocol.text.clone(),
        formats: (source.formats != wanted.formats).then(|| wanted.formats.clone()),
        // With `sdp-attr`, the recorded direction is that of the proxy's edit, not that of the relay.
        direction: if recording.has_edits() { source.own_direction } else { wanted.own_direction },
        rtcp,
        rtcp_mux: wanted.rtcp_mux,
        ptime: wanted.ptime,
    }))
}

fn added_media(wanted: &MediaDescription) -> AddedMedia {
    AddedMedia {
        kind: wanted.kind.clone(),
        protocol: wanted.protocol.text.clone(),
        formats: wanted.formats.clone(),
        mid: wanted.mid.clone(),
    }
}

/// The edits that the proxy asked for in the one recording with `sdp-attr`.
fn attribute_edits() -> Vec<AttributeEdit> {
    let edit = |scope| AttributeEdit { scope, add: Vec::new(), remove: Vec::new(), substitute: Vec::new() };
    vec![
        AttributeEdit { add: vec!["foo:bar".into()], ..edit(AttributeScope::Session) },
        AttributeEdit {
            remove: vec!["ptime:20".into()],
            substitute: vec![("sendrecv".into(), "sendonly".into())],
            ..edit(AttributeScope::Media(Text::from("audio")))
        },
    ]
}

fn assert_lines_end_in_crlf(rendered: &[u8], name: &str) {
    assert!(rendered.ends_with(b"\r\n"), "{name}");
    let line_feeds = rendered.iter().filter(|&&byte| byte == b'\n').count();
    let pairs = rendered.windows(2).filter(|window| window == b"\r\n").count();
    assert_eq!(line_feeds, pairs, "{name}");
}

/// Meaning of an SDP, whatever its layout.
#[derive(Debug, PartialEq, Eq)]
struct Meaning {
    origin: String,
    session_name: String,
    lines: Vec<String>,
    media: Vec<MediaMeaning>,
}

#[derive(Debug, PartialEq, Eq)]
enum MediaMeaning {
    Rejected,
    Open { media: String, connection: String, direction: String, lines: Vec<String> },
}

impl Meaning {
    fn of(text: &[u8]) -> Self {
        let text = std::str::from_utf8(text).expect("recordings are plain text");
        let mut parts: Vec<Vec<&str>> = vec![Vec::new()];
        for line in text.lines() {
            if line.starts_with("m=") {
                parts.push(Vec::new());
            }
            parts.last_mut().expect("there is a part").push(line);
        }
        let session = &parts[0];
        Meaning {
            origin: find(session, "o=").expect("recordings have o="),
            session_name: find(session, "s=").expect("recordings have s="),
            lines: other_lines(session),
            media: parts[1..].iter().map(|part| MediaMeaning::of(part, session)).collect(),
        }
    }
}

impl MediaMeaning {
    fn of(part: &[&str], session: &[&str]) -> Self {
        let media = part[0].to_string();
        if media.split(' ').nth(1) == Some("0") {
            return MediaMeaning::Rejected;
        }
        let direction = direction(part).or(direction(session)).unwrap_or("sendrecv").to_string();
        let connection = find(part, "c=").or(find(session, "c=")).expect("an open section has an address");
        MediaMeaning::Open { media, connection, direction, lines: other_lines(&part[1..]) }
    }
}

fn find(part: &[&str], prefix: &str) -> Option<String> {
    part.iter().find(|line| line.starts_with(prefix)).map(ToString::to_string)
}

fn direction<'a>(part: &[&'a str]) -> Option<&'a str> {
    part.iter().filter_map(|line| line.strip_prefix("a=")).find(|value| is_direction(value))
}

fn is_direction(value: &str) -> bool {
    ["sendrecv", "sendonly", "recvonly", "inactive"].contains(&value)
}

fn other_lines(part: &[&str]) -> Vec<String> {
    let other = |line: &&&str| {
        let (letter, value) = line.split_at(2);
        // rtpengine changes one form of header into the other, and promises so; here packets pass as they are.
        let compared_apart =
            ["v=", "o=", "s=", "c=", "t=", "m="].contains(&letter) || value == "extmap-allow-mixed";
        !compared_apart && (letter != "a=" || !is_direction(value))
    };
    let mut lines: Vec<String> = part.iter().filter(other).map(ToString::to_string).collect();
    lines.sort();
    lines
}
