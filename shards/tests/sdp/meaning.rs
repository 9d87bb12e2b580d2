//! Plans for SDPs, and what an SDP says that was printed by one. Shared with `tests/fuzz`.

use std::net::IpAddr;

use tandem_shards::fuzzing::{
    AddedMedia, Codec, Direction, MediaDescription, MediaPlan, OriginPlan, RejectPlan, RelayPlan, RtcpPlan,
    SdpPlan, SessionDescription,
};
use tandem_shards::limits::MEDIA_PER_CALL_MAX;
use tandem_shards::names::Text;

/// A plan before it is known how many sections there are.
#[derive(Clone, Debug)]
pub struct PlanSeed(pub Vec<SectionSeed>);

#[derive(Clone, Debug)]
pub struct SectionSeed {
    pub kind: u8,
    pub address: IpAddr,
    pub port: u16,
    pub direction: Option<Direction>,
    pub rtcp: u8,
    pub rtcp_mux: bool,
    pub formats: Option<u8>,
    pub extras: bool,
}

impl PlanSeed {
    pub fn for_source(&self, source: &SessionDescription) -> SdpPlan {
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
            // There is no room for more than a call may have.
            added: if source.media.len() < MEDIA_PER_CALL_MAX { vec![added] } else { Vec::new() },
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
            1 => MediaPlan::Reject(RejectPlan::default()),
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
            })),
        }
    }
}

/// Asserts that what was printed can be read, and says what was planned.
pub fn assert_says(rendered: &[u8], source: &SessionDescription, plan: &SdpPlan) {
    let printed = SessionDescription::parse(rendered).expect("what is printed can be read");
    assert!(printed.loop_ids.contains(plan.loop_id.as_ref().expect("planned")));
    let mut sections = printed.media.iter();
    for (source, plan) in source.media.iter().zip(&plan.media) {
        match plan {
            MediaPlan::Remove => {}
            MediaPlan::Keep => assert_kept(source, sections.next().expect("kept")),
            MediaPlan::Reject(_) => assert_eq!(sections.next().expect("rejected").port, 0),
            MediaPlan::Relay(relay) => assert_relayed(source, relay, sections.next().expect("relayed")),
        }
    }
    for _ in &plan.added {
        let added = sections.next().expect("one section is added");
        assert_eq!((added.port, added.mid.as_ref()), (0, Some(&Text::from("added"))));
    }
    assert!(sections.next().is_none());
    let line_feeds = rendered.iter().filter(|&&byte| byte == b'\n').count();
    let line_ends = rendered.windows(2).filter(|pair| pair == b"\r\n").count();
    assert_eq!(line_feeds, line_ends);
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
    assert!(!printed.ice, "the plan removes ICE");
    for codec in &printed.codecs {
        // A payload type that is listed twice means what its first entry does.
        let first = |codecs: &[Codec]| codecs.iter().find(|c| c.payload_type == codec.payload_type).cloned();
        assert_eq!(first(&printed.codecs), first(&source.codecs));
    }
}
