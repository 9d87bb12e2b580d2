//! Properties of the SDP editor: no input makes it panic, and what it prints says what the plan says.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::recorded::Recording;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tandem_shards::names::Text;
use tandem_shards::sdp::{
    AddedMedia, Direction, MediaDescription, MediaPlan, OriginPlan, RelayPlan, RtcpPlan, SdpPlan,
    SessionDescription,
};

/// Lines that real SDPs have in the wrong place, twice, or half.
const STRAY_LINES: [&str; 24] = [
    "c=IN IP4 224.2.1.1/127",
    "c=IN IP6 2001:db8::5",
    "m=audio 7000 RTP/AVP 18 3 0 96",
    "m=video 0 RTP/SAVPF 97 98",
    "m=application 9 TCP/MSRP *",
    "m=image 7008/2 udptl t38",
    "a=sendonly",
    "a=inactive",
    "a=rtcp:7001 IN IP6 2001:db8::6",
    "a=rtcp:none",
    "a=rtcp-mux",
    "a=rtcp-mux-only",
    "a=rtpmap:96 opus/48000/2",
    "a=rtpmap:18",
    "a=fmtp:18 annexb=no",
    "a=rtcp-fb:* nack",
    "a=extmap:1 urn:x",
    "a=candidate:1 1 UDP 1 192.0.2.9 9 typ host",
    "a=ice-lite",
    "a=mid:0",
    "a=ptime:x",
    "a=",
    "i=title",
    "k=clear:x",
];

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), plan in plans()) {
        let _ = SessionDescription::parse(&bytes);
        let text = [b"v=0\r\nm=audio 1 RTP/AVP 0\r\nc=IN IP4 127.0.0.1\r\na=", &bytes[..]].concat();
        if let Ok(source) = SessionDescription::parse(&text) {
            source.render(&plan.for_source(&source));
        }
    }

    #[test]
    fn damaged_bodies_do_not_make_it_panic(text in bodies(), damage in prop::collection::vec(
        (any::<Index>(), any::<u8>()), 1..8), plan in plans())
    {
        let mut text = text;
        for (at, byte) in damage {
            let at = at.index(text.len());
            text[at] = byte;
        }
        if let Ok(source) = SessionDescription::parse(&text) {
            prop_assert!(text.starts_with(&source.render(&SdpPlan::default())));
            source.render(&plan.for_source(&source));
        }
    }

    #[test]
    fn rendering_without_changes_is_the_identity(text in bodies()) {
        if let Ok(source) = SessionDescription::parse(&text) {
            prop_assert_eq!(source.render(&SdpPlan::default()), text);
        }
    }

    #[test]
    fn what_is_printed_says_what_was_planned(text in bodies(), plan in plans()) {
        let Ok(source) = SessionDescription::parse(&text) else { return Ok(()) };
        let plan = plan.for_source(&source);
        let rendered = source.render(&plan);
        let printed = SessionDescription::parse(&rendered).expect("what is printed can be read");
        prop_assert!(printed.loop_ids.contains(plan.loop_id.as_ref().expect("planned")));
        let mut sections = printed.media.iter();
        for (source, plan) in source.media.iter().zip(&plan.media) {
            match plan {
                MediaPlan::Remove => {}
                MediaPlan::Keep => assert_kept(source, sections.next().expect("kept")),
                MediaPlan::Reject => assert_eq!(sections.next().expect("rejected").port, 0),
                MediaPlan::Relay(relay) => assert_relayed(source, relay, sections.next().expect("relayed")),
            }
        }
        let added = sections.next().expect("one section is added");
        prop_assert_eq!((added.port, added.mid.as_ref()), (0, Some(&Text::from("added"))));
        prop_assert!(sections.next().is_none());
        let line_feeds = rendered.iter().filter(|&&byte| byte == b'\n').count();
        let line_ends = rendered.windows(2).filter(|pair| pair == b"\r\n").count();
        prop_assert_eq!(line_feeds, line_ends);
    }
}

fn assert_kept(source: &MediaDescription, printed: &MediaDescription) {
    assert_eq!((&printed.kind, printed.port), (&source.kind, source.port));
    assert_eq!((&printed.protocol, &printed.formats), (&source.protocol, &source.formats));
    // A rejected section may have no address of its own, and then takes any.
    if source.port != 0 {
        assert_eq!(printed.address, source.address);
    }
}

fn assert_relayed(source: &MediaDescription, plan: &RelayPlan, printed: &MediaDescription) {
    assert_eq!((printed.address, printed.port, printed.port_count), (plan.address, plan.port, 1));
    assert_eq!(printed.kind, source.kind);
    assert_eq!(printed.protocol.text, plan.protocol);
    assert_eq!(&printed.formats, plan.formats.as_ref().unwrap_or(&source.formats));
    assert_eq!(printed.direction, plan.direction.unwrap_or(source.direction));
    assert_eq!(printed.rtcp_mux, plan.rtcp_mux);
    let rtcp = printed.rtcp.map(|rtcp| (rtcp.port, rtcp.address.unwrap_or(plan.address)));
    match plan.rtcp {
        RtcpPlan::Omit => assert_eq!(rtcp, None),
        RtcpPlan::Port(port) => assert_eq!(rtcp, Some((port, plan.address))),
        RtcpPlan::Full(address) => assert_eq!(rtcp, Some((address.port(), address.ip()))),
    }
    assert_eq!(printed.ptime, source.ptime.or(plan.ptime));
    assert_eq!(printed.mid.as_ref(), source.mid.as_ref().or(plan.mid.as_ref()));
    assert!(!printed.ice, "the plan removes ICE");
    for codec in &printed.codecs {
        let in_source = source.codecs.iter().find(|of_source| of_source.payload_type == codec.payload_type);
        assert_eq!(Some(codec), in_source);
    }
}

/// A recorded body with lines taken out, put in and doubled.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let sources: Vec<Vec<u8>> = Recording::all().into_iter().map(|recording| recording.source).collect();
    let changes = prop::collection::vec((any::<Index>(), prop::option::of(select(&STRAY_LINES[..]))), 0..6);
    let line_end = select(&["\r\n", "\n"][..]);
    (select(sources), changes, line_end, any::<bool>()).prop_map(|(source, changes, line_end, is_ended)| {
        let text = String::from_utf8(source).expect("recordings are plain text");
        let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        for (at, stray) in changes {
            let at = 1 + at.index(lines.len() - 1);
            match stray {
                Some(stray) => lines.insert(at, stray),
                None if lines.len() > 4 => drop(lines.remove(at)),
                None => {}
            }
        }
        let end = if is_ended { line_end } else { "" };
        (lines.join(line_end) + end).into_bytes()
    })
}

/// A plan before it is known how many sections there are.
#[derive(Clone, Debug)]
struct PlanSeed(Vec<SectionSeed>);

#[derive(Clone, Debug)]
struct SectionSeed {
    kind: u8,
    address: IpAddr,
    port: u16,
    direction: Option<Direction>,
    rtcp: u8,
    rtcp_mux: bool,
    formats: Option<u8>,
    extras: bool,
}

fn plans() -> impl Strategy<Value = PlanSeed> {
    let directions = [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive];
    let addresses: [IpAddr; 3] =
        [Ipv4Addr::new(192, 0, 2, 1).into(), Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::LOCALHOST.into()];
    let section = (
        (0..6u8, select(addresses.to_vec()), 1..u16::MAX, prop::option::of(select(directions.to_vec()))),
        (0..3u8, any::<bool>(), prop::option::of(any::<u8>()), any::<bool>()),
    );
    let section =
        section.prop_map(|((kind, address, port, direction), (rtcp, rtcp_mux, formats, extras))| {
            SectionSeed { kind, address, port, direction, rtcp, rtcp_mux, formats, extras }
        });
    prop::collection::vec(section, 4).prop_map(PlanSeed)
}

impl PlanSeed {
    fn for_source(&self, source: &SessionDescription) -> SdpPlan {
        let seeds = self.0.iter().cycle();
        let added = AddedMedia {
            kind: "video".into(),
            protocol: "RTP/AVP".into(),
            formats: vec!["96".into()],
            mid: Some("added".into()),
        };
        SdpPlan {
            origin: OriginPlan { version: Some("99".into()), ..OriginPlan::default() },
            loop_id: Some("relay".into()),
            remove_ice: true,
            media: source.media.iter().zip(seeds).map(|(media, seed)| seed.for_media(media)).collect(),
            added: vec![added],
            ..SdpPlan::default()
        }
    }
}

impl SectionSeed {
    fn for_media(&self, media: &MediaDescription) -> MediaPlan {
        let chosen = |mask: u8| {
            let formats = media.formats.iter().enumerate();
            formats.filter(move |(index, _)| mask & (1 << (index % 8)) != 0).map(|(_, format)| format.clone())
        };
        match self.kind {
            0 => MediaPlan::Keep,
            1 => MediaPlan::Reject,
            2 => MediaPlan::Remove,
            _ => MediaPlan::Relay(Box::new(RelayPlan {
                address: self.address,
                port: self.port,
                protocol: media.protocol.text.clone(),
                formats: self.formats.map(|mask| chosen(mask).collect()),
                direction: self.direction,
                rtcp: match self.rtcp {
                    0 => RtcpPlan::Omit,
                    1 => RtcpPlan::Port(self.port),
                    _ => RtcpPlan::Full((self.address, self.port).into()),
                },
                rtcp_mux: self.rtcp_mux,
                ptime: self.extras.then_some(20),
                mid: self.extras.then(|| "1".into()),
            })),
        }
    }
}
