//! Properties of the SDP editor: no input makes it panic, and what it prints says what the plan says.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::meaning::{PlanSeed, SectionSeed, assert_says};
use crate::recorded::Recording;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tandem_shards::sdp::{Direction, SdpPlan, SessionDescription};

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
        assert_says(&rendered, &source, &plan);
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
