//! The editor's rules one by one: a body, a plan, and the exact text that comes out.
//!
//! Bodies are written with `|` for CRLF.

use std::net::IpAddr;

use tandem_shards::names::Text;
use tandem_shards::sdp::{
    AddedMedia, AttributeEdit, AttributeScope, Direction, MediaPlan, OriginPlan, Place, RejectPlan,
    RelayPlan, RtcpPlan, SdpPlan, SessionDescription,
};

const SESSION: &str = "v=0|o=- 1 1 IN IP4 127.0.0.1|s=-|c=IN IP4 127.0.0.1|t=0 0|";

fn render(source: &str, plan: &SdpPlan) -> String {
    let source = source.replace('|', "\r\n");
    let parsed = SessionDescription::parse(source.as_bytes()).expect(&source);
    String::from_utf8(parsed.render(plan)).expect("plain text").replace("\r\n", "|")
}

/// Checks the section of a body with one, under a plan for it.
fn check_media(name: &str, source: &str, plan: MediaPlan, expected: &str) {
    let session = SESSION.replace("c=IN IP4 127.0.0.1", "c=IN IP4 192.0.2.1");
    let plan = SdpPlan { media: vec![plan], ..SdpPlan::default() };
    assert_eq!(render(&format!("{SESSION}{source}"), &plan), format!("{session}{expected}"), "{name}");
}

fn relay() -> RelayPlan {
    RelayPlan {
        address: "192.0.2.1".parse().expect("an address"),
        port: 40000,
        protocol: "RTP/AVP".into(),
        formats: None,
        direction: None,
        rtcp: RtcpPlan::Omit,
        rtcp_mux: false,
        ptime: None,
    }
}

fn relayed(plan: RelayPlan) -> MediaPlan {
    MediaPlan::Relay(Box::new(plan))
}

#[test]
fn media_line() {
    for (name, source, plan, expected) in [
        ("port", "m=audio 6000 RTP/AVP 0|", relay(), "m=audio 40000 RTP/AVP 0|"),
        ("no count", "m=audio 6000/2 RTP/AVP 0|", relay(), "m=audio 40000 RTP/AVP 0|"),
        (
            "protocol",
            "m=image 6000 UDPTL t38|",
            RelayPlan { protocol: "udptl".into(), ..relay() },
            "m=image 40000 udptl t38|",
        ),
    ] {
        check_media(name, source, relayed(plan), expected);
    }
}

#[test]
fn connection_lines() {
    let second: IpAddr = "2001:db8::1".parse().expect("an address");
    let other = || relayed(RelayPlan { address: second, ..relay() });
    let session = |line: &str| format!("v=0|s=-|{line}");
    let (a, b) = ("m=audio 1 RTP/AVP 0|", "m=audio 2 RTP/AVP 0|");
    let (a_out, b_out) = ("m=audio 40000 RTP/AVP 0|", "m=audio 40000 RTP/AVP 0|");
    for (name, source, media, expected) in [
        (
            "the session's takes the first relayed address",
            session("c=IN IP4 127.0.0.1|") + a + b,
            vec![relayed(relay()), relayed(relay())],
            session("c=IN IP4 192.0.2.1|") + a_out + b_out,
        ),
        (
            "a section of its own address keeps its line",
            session("c=IN IP4 127.0.0.1|") + a + b + "c=IN IP4 127.0.0.9|",
            vec![relayed(relay()), relayed(relay())],
            session("c=IN IP4 192.0.2.1|") + a_out + b_out + "c=IN IP4 192.0.2.1|",
        ),
        (
            "another address is put behind m= and i=",
            session("c=IN IP4 127.0.0.1|") + a + b + "i=title|b=AS:1|",
            vec![relayed(relay()), other()],
            session("c=IN IP4 192.0.2.1|") + a_out + b_out + "i=title|c=IN IP6 2001:db8::1|b=AS:1|",
        ),
        (
            "a kept section keeps the address it had",
            session("c=IN IP4 127.0.0.1/127|") + "m=message 1 TCP/MSRP *|a=x|" + b,
            vec![MediaPlan::Keep, other()],
            session("c=IN IP6 2001:db8::1|") + "m=message 1 TCP/MSRP *|c=IN IP4 127.0.0.1/127|a=x|" + b_out,
        ),
        (
            "a kept section with its own line does not change",
            session("c=IN IP4 127.0.0.1|") + "m=message 1 TCP/MSRP *|c=IN IP4 127.0.0.2|" + b,
            vec![MediaPlan::Keep, relayed(relay())],
            session("c=IN IP4 192.0.2.1|") + "m=message 1 TCP/MSRP *|c=IN IP4 127.0.0.2|" + b_out,
        ),
        (
            "without relayed sections the session's stays",
            session("c=IN IP4 127.0.0.1|") + a + b,
            vec![MediaPlan::Keep, MediaPlan::Remove],
            session("c=IN IP4 127.0.0.1|") + a,
        ),
        (
            "no line at session level",
            session("") + "m=audio 0 RTP/AVP 0|" + b + "c=IN IP4 127.0.0.9|",
            vec![relayed(relay()), relayed(relay())],
            session("") + a_out + "c=IN IP4 192.0.2.1|" + b_out + "c=IN IP4 192.0.2.1|",
        ),
        (
            "of several in a section one remains",
            session("") + a + "c=IN IP4 224.2.1.1/127|c=IN IP4 224.2.1.2/127|",
            vec![relayed(relay())],
            session("") + a_out + "c=IN IP4 192.0.2.1|",
        ),
    ] {
        assert_eq!(render(&source, &SdpPlan { media, ..SdpPlan::default() }), expected, "{name}");
    }
}

#[test]
fn direction_lines() {
    use Direction::{Inactive, RecvOnly, SendOnly, SendRecv};
    for (session, media, planned, expected_session, expected_media) in [
        // Replaced in place.
        ("", "a=x|a=sendrecv|a=y|", Some(SendOnly), "", "a=x|a=sendonly|a=y|"),
        // The last one counts, and is the only one to stay.
        ("", "a=sendrecv|a=recvonly|", Some(Inactive), "", "a=inactive|"),
        // Not said where it goes without saying.
        ("", "a=x|", Some(SendRecv), "", "a=x|"),
        ("", "a=x|", Some(RecvOnly), "", "a=x|a=recvonly|"),
        // Inherited.
        ("a=sendonly|", "a=x|", Some(SendOnly), "a=sendonly|", "a=x|"),
        ("a=sendonly|", "a=x|", Some(SendRecv), "a=sendonly|", "a=x|a=sendrecv|"),
        ("a=sendonly|", "a=recvonly|", None, "a=sendonly|", "a=recvonly|"),
    ] {
        let source = format!("{SESSION}{session}m=audio 1 RTP/AVP 0|{media}");
        let planned = relayed(RelayPlan { direction: planned, ..relay() });
        let plan = SdpPlan { media: vec![planned], ..SdpPlan::default() };
        let expected = format!("{expected_session}m=audio 40000 RTP/AVP 0|{expected_media}");
        let rendered = render(&source, &plan);
        assert!(rendered.ends_with(&format!("|t=0 0|{expected}")), "{source} gave {rendered}");
    }
}

#[test]
fn rtcp_lines() {
    let full = RtcpPlan::Full(("2001:db8::1".parse::<IpAddr>().expect("an address"), 40001).into());
    for (source, rtcp, rtcp_mux, expected) in [
        ("a=rtcp:6001|a=x|", RtcpPlan::Port(40001), false, "a=rtcp:40001|a=x|"),
        ("a=rtcp:6001 IN IP4 127.0.0.1|", RtcpPlan::Port(40001), false, "a=rtcp:40001|"),
        ("a=rtcp:nonsense|a=rtcp:2|", RtcpPlan::Port(40001), false, "a=rtcp:40001|"),
        ("a=rtcp:6001|a=x|", RtcpPlan::Omit, false, "a=x|"),
        ("a=x|", RtcpPlan::Port(40001), false, "a=x|a=rtcp:40001|"),
        ("a=x|", full, false, "a=x|a=rtcp:40001 IN IP6 2001:db8::1|"),
        ("a=rtcp-mux|a=rtcp-mux-only|a=x|", RtcpPlan::Omit, false, "a=x|"),
        ("a=rtcp-mux|a=x|", RtcpPlan::Port(40000), true, "a=rtcp-mux|a=x|a=rtcp:40000|"),
        ("a=rtcp-mux|a=rtcp-mux-only|", RtcpPlan::Omit, true, "a=rtcp-mux|a=rtcp-mux-only|"),
        // An offer of mux alone says both (RFC 8858 section 3).
        ("a=rtcp-mux-only|", RtcpPlan::Omit, true, "a=rtcp-mux-only|a=rtcp-mux|"),
        ("a=rtcp:6001|a=x|", RtcpPlan::Port(40000), true, "a=rtcp:40000|a=rtcp-mux|a=x|"),
        ("a=rtcp:6001|a=x|", RtcpPlan::Omit, true, "a=x|a=rtcp-mux|"),
        ("a=x|", RtcpPlan::Port(40000), true, "a=x|a=rtcp:40000|a=rtcp-mux|"),
    ] {
        let plan = relayed(RelayPlan { rtcp, rtcp_mux, ..relay() });
        let (before, after) = ("m=audio 1 RTP/AVP 0|", "m=audio 40000 RTP/AVP 0|");
        check_media(source, &format!("{before}{source}"), plan, &format!("{after}{expected}"));
    }
}

#[test]
fn formats() {
    let source = "m=audio 1 RTP/AVP 0 96 97|a=rtpmap:0 PCMU/8000|a=rtpmap:96 opus/48000/2|a=fmtp:96 x=1|\
                  a=rtcp-fb:96 nack|a=rtcp-fb:* ccm fir|a=rtpmap:97 foo/9000|a=fmtp:97 y|";
    for (formats, expected) in [
        (None, source.replace("audio 1 ", "audio 40000 ")),
        (
            Some(vec!["97", "0"]),
            "m=audio 40000 RTP/AVP 97 0|a=rtpmap:0 PCMU/8000|a=rtcp-fb:* ccm fir|a=rtpmap:97 foo/9000|\
             a=fmtp:97 y|"
                .to_string(),
        ),
        (Some(vec![]), "m=audio 40000 RTP/AVP|a=rtcp-fb:* ccm fir|".to_string()),
    ] {
        let formats = formats.map(|formats| formats.into_iter().map(Text::from).collect());
        check_media("formats", source, relayed(RelayPlan { formats, ..relay() }), &expected);
    }
}

#[test]
fn static_payload_types_are_named() {
    for (name, source, expected) in [
        (
            "but for PCMU, PCMA and the unknown",
            "m=audio 1 RTP/AVP 0 8 18 3 18 101 x|",
            "m=audio 40000 RTP/AVP 0 8 18 3 18 101 x|a=rtpmap:18 G729/8000|a=rtpmap:3 GSM/8000|",
        ),
        (
            "but for those that have a name",
            "m=audio 1 RTP/AVP 18|a=rtpmap:18 G729A/8000|",
            "m=audio 40000 RTP/AVP 18|a=rtpmap:18 G729A/8000|",
        ),
        ("only in RTP", "m=audio 1 FOO/BAR 18|", "m=audio 40000 RTP/AVP 18|"),
    ] {
        check_media(name, source, relayed(relay()), expected);
    }
    check_media_without_change("m=audio 1 RTP/AVP 18|");
}

/// A kept section beside a relayed one stays as it is, but for its address.
fn check_media_without_change(section: &str) {
    let media = vec![relayed(relay()), MediaPlan::Keep];
    let rendered = render(
        &format!("{SESSION}m=audio 1 RTP/AVP 0|{section}c=IN IP4 127.0.0.5|"),
        &SdpPlan { media, ..SdpPlan::default() },
    );
    assert!(rendered.ends_with(&format!("{section}c=IN IP4 127.0.0.5|")), "{rendered}");
}

#[test]
fn header_extensions() {
    let all =
        "a=extmap:1 urn:a|a=extmap:2/sendonly urn:b x=y|a=extmap:0 urn:z|a=extmap:4096 urn:z|a=extmap:3|";
    let mixed = "a=extmap-allow-mixed|";
    for (name, session, left_out, source, expected_session, expected) in [
        ("what nobody can use goes", "", &[][..], all, "", "a=extmap:1 urn:a|a=extmap:2/sendonly urn:b x=y|"),
        ("nothing is promised", "", &[], "a=extmap:1 urn:a|", "", "a=extmap:1 urn:a|"),
        (
            "a promise passes",
            "",
            &[],
            "a=extmap-allow-mixed|a=extmap:1 urn:a|",
            "",
            "a=extmap-allow-mixed|a=extmap:1 urn:a|",
        ),
        ("none to mix", "", &[], mixed, "", ""),
        ("by name, in any case", "", &["URN:B"], all, "", "a=extmap:1 urn:a|"),
        ("all", "", &["all"], "a=extmap-allow-mixed|a=extmap:1 urn:a|", "", ""),
        ("of the session", all, &["urn:a"], mixed, "a=extmap:2/sendonly urn:b x=y|", mixed),
        ("none of the session", "a=extmap-allow-mixed|a=extmap:1 urn:a|", &["all"], mixed, "", ""),
    ] {
        let plan = SdpPlan {
            media: vec![relayed(relay())],
            extensions_left_out: left_out.iter().map(|name| Text::from(*name)).collect(),
            ..SdpPlan::default()
        };
        let rendered = render(&format!("{SESSION}{session}m=audio 1 RTP/AVP 0|{source}"), &plan);
        let expected = format!("|t=0 0|{expected_session}m=audio 40000 RTP/AVP 0|{expected}");
        assert!(rendered.ends_with(&expected), "{name}: {rendered}");
    }
}

#[test]
fn ice_is_removed() {
    let ice = "a=candidate:1 1 UDP 1 127.0.0.1 1 typ host|a=remote-candidates:1 127.0.0.1 1|\
               a=end-of-candidates|a=ice-ufrag:a|a=ice-pwd:b|a=ice-options:trickle|a=ice-lite|\
               a=ice-mismatch|a=ice-pacing:50|a=ice2|";
    let source = format!("v=0|{ice}a=x|m=audio 1 RTP/AVP 0|c=IN IP4 127.0.0.1|{ice}a=y|");
    for (remove_ice, expected) in [
        (true, "v=0|a=x|m=audio 40000 RTP/AVP 0|c=IN IP4 192.0.2.1|a=y|".to_string()),
        (
            false,
            source.replace("audio 1 ", "audio 40000 ").replace("c=IN IP4 127.0.0.1", "c=IN IP4 192.0.2.1"),
        ),
    ] {
        let plan = SdpPlan { remove_ice, media: vec![relayed(relay())], ..SdpPlan::default() };
        assert_eq!(render(&source, &plan), expected);
    }
    let kept = SdpPlan { remove_ice: true, media: vec![MediaPlan::Keep], ..SdpPlan::default() };
    assert_eq!(
        render(&source, &kept),
        source.replacen(ice, "", 1),
        "sections that are not relayed keep theirs"
    );
}

#[test]
fn keys_are_dropped_where_something_changes() {
    let source =
        "v=0|c=IN IP4 127.0.0.1|k=clear:a|m=audio 1 RTP/AVP 0|k=clear:b|m=message 2 TCP/MSRP *|k=clear:c|";
    assert_eq!(render(source, &SdpPlan::default()), source);
    let plan = SdpPlan { media: vec![relayed(relay()), MediaPlan::Keep], ..SdpPlan::default() };
    assert_eq!(
        render(source, &plan),
        "v=0|c=IN IP4 192.0.2.1|m=audio 40000 RTP/AVP 0|m=message 2 TCP/MSRP *|c=IN IP4 127.0.0.1|k=clear:c|"
    );
}

#[test]
fn groups_are_removed() {
    let source = "v=0|a=group:BUNDLE 1 2|a=x|";
    assert_eq!(render(source, &SdpPlan { remove_groups: true, ..SdpPlan::default() }), "v=0|a=x|");
    assert_eq!(render(source, &SdpPlan { remove_ice: true, ..SdpPlan::default() }), source);
}

#[test]
fn ptime_is_added_where_missing() {
    for (source, expected) in [("", "a=ptime:20|"), ("a=ptime:30|", "a=ptime:30|")] {
        let plan = relayed(RelayPlan { ptime: Some(20), ..relay() });
        let expected = format!("m=audio 40000 RTP/AVP 0|{expected}");
        check_media("ptime", &format!("m=audio 1 RTP/AVP 0|{source}"), plan, &expected);
    }
}

#[test]
fn mids_are_those_of_the_receiver() {
    let source =
        |line: &str| format!("v=0|c=IN IP4 127.0.0.1|{}", format!("m=audio 1 RTP/AVP 0|{line}").repeat(3));
    let plan = |mid: Option<&str>| SdpPlan {
        media: vec![MediaPlan::Keep, MediaPlan::Reject(RejectPlan::default()), relayed(relay())],
        mids: vec![mid.map(Text::from); 3],
        ..SdpPlan::default()
    };
    let parts = [
        "v=0|c=IN IP4 192.0.2.1|m=audio 1 RTP/AVP 0|c=IN IP4 127.0.0.1|",
        "m=audio 0 RTP/AVP 0|c=IN IP4 0.0.0.0|",
        "m=audio 40000 RTP/AVP 0|",
    ];
    for (line, mid, expected) in [
        ("", Some("x"), "a=mid:x|"),
        ("a=mid:y|", Some("x"), "a=mid:x|"),
        ("a=mid:y|", None, ""),
        ("", None, ""),
    ] {
        assert_eq!(
            render(&source(line), &plan(mid)),
            parts.map(|part| format!("{part}{expected}")).concat(),
            "{line} {mid:?}"
        );
    }
    let kept = SdpPlan { mids: Vec::new(), ..plan(None) };
    assert_eq!(render(&source("a=mid:y|"), &kept).matches("a=mid:y|").count(), 3);
    check_media(
        "the last counts",
        "m=audio 1 RTP/AVP 0|a=mid:y|a=mid:z|",
        relayed(relay()),
        "m=audio 40000 RTP/AVP 0|a=mid:z|",
    );
}

#[test]
fn sections_in_the_order_of_the_receiver() {
    let source = "v=0|c=IN IP4 127.0.0.1|m=audio 1 RTP/AVP 0|m=video 2 RTP/AVP 96|";
    let added =
        AddedMedia { kind: "text".into(), protocol: "RTP/AVP".into(), formats: vec!["98".into()], mid: None };
    let plan = |order| SdpPlan { added: vec![added.clone()], order, ..SdpPlan::default() };
    let kinds = |order| -> Vec<String> {
        let rendered = render(source, &plan(order));
        let lines = rendered.split('|').filter_map(|line| line.strip_prefix("m="));
        lines.map(|line| line.split(' ').next().expect("a type").to_string()).collect()
    };
    assert_eq!(kinds(Vec::new()), ["audio", "video", "text"]);
    assert_eq!(kinds(vec![Place::Source(1), Place::Added(0), Place::Source(0)]), ["video", "text", "audio"]);
    assert_eq!(kinds(vec![Place::Added(0), Place::Source(1)]), ["text", "video"]);
}

#[test]
fn rejected_removed_and_added_sections() {
    let source = "m=video 6000/2 RTP/AVP 96|i=title|b=AS:64|b=RR:1|a=rtpmap:96 H264/90000|a=mid:v|\
                  a=label:7|a=sendonly|";
    let rejected = "m=video 0 RTP/AVP 96|i=title|c=IN IP4 0.0.0.0|b=AS:64|b=RR:1|a=mid:v|a=label:7|";
    let added = |mid: Option<&str>| AddedMedia {
        kind: "image".into(),
        protocol: "udptl".into(),
        formats: vec!["t38".into()],
        mid: mid.map(Text::from),
    };
    let plan = SdpPlan {
        media: vec![MediaPlan::Reject(RejectPlan::default()), MediaPlan::Remove],
        added: vec![added(Some("i")), added(None)],
        ..SdpPlan::default()
    };
    let added = "m=image 0 udptl t38|c=IN IP4 0.0.0.0|a=mid:i|m=image 0 udptl t38|c=IN IP4 0.0.0.0|";
    let rendered = render(&format!("{SESSION}{source}m=audio 1 RTP/AVP 0|a=x|"), &plan);
    assert_eq!(rendered, format!("{SESSION}{rejected}{added}"));

    // An own address is replaced, and the family is the outgoing one.
    let source = "v=0|m=audio 1 RTP/AVP 0|c=IN IP4 127.0.0.1|m=video 2 RTP/AVP 96|c=IN IP4 127.0.0.2|";
    let relayed = relayed(RelayPlan { address: "2001:db8::1".parse().expect("an address"), ..relay() });
    let plan =
        SdpPlan { media: vec![relayed, MediaPlan::Reject(RejectPlan::default())], ..SdpPlan::default() };
    assert_eq!(
        render(source, &plan),
        "v=0|m=audio 40000 RTP/AVP 0|c=IN IP6 2001:db8::1|m=video 0 RTP/AVP 96|c=IN IP6 ::|"
    );
}

#[test]
fn session_lines() {
    let source = "v=0|o=alice 1 2 IN IP4 host.example|s=A session|t=0 0|a=x|m=audio 0 RTP/AVP 0|";
    let text = |text: &str| Some(Text::from(text));
    let address = Some("2001:db8::1".parse().expect("an address"));
    for (origin, session_name, loop_id, expected) in [
        // A host name passes through untouched.
        (
            OriginPlan { version: text("3"), ..OriginPlan::default() },
            None,
            None,
            source.replace("1 2 IN", "1 3 IN"),
        ),
        (
            OriginPlan { username: text("bob"), session_id: text("9"), version: None, address },
            text("B"),
            None,
            source
                .replace("alice 1 2 IN IP4 host.example", "bob 9 2 IN IP6 2001:db8::1")
                .replace("A session", "B"),
        ),
        (OriginPlan::default(), None, text("id"), source.replace("a=x|", "a=x|a=rtpengine:id|")),
    ] {
        let plan = SdpPlan { origin, session_name, loop_id, ..SdpPlan::default() };
        assert_eq!(render(source, &plan), expected);
    }
}

#[test]
fn edits_of_the_proxy() {
    let text = |list: &[&str]| list.iter().map(|&text| Text::from(text)).collect::<Vec<_>>();
    let edit = |scope, add: &[&str], remove: &[&str], substitute: &[(&str, &str)]| AttributeEdit {
        scope,
        add: text(add),
        remove: text(remove),
        substitute: substitute.iter().map(|&(from, to)| (from.into(), to.into())).collect(),
    };
    let audio = || AttributeScope::Media("audio".into());
    let source = "v=0|a=x:1|m=audio 1 RTP/AVP 0|c=IN IP4 127.0.0.1|a=x:1|a=fmtp:0 a|a=ptime:20|\
                  m=video 2 RTP/AVP 96|c=IN IP4 127.0.0.1|a=x:1|";
    let own = |line: &str| source.replace("m=video", &format!("{line}m=video"));
    for (name, attributes, expected) in [
        (
            "a whole value",
            vec![edit(audio(), &[], &["ptime:20", "fmtp:", "fmtp:0 ", "x:2"], &[])],
            source.replace("a=ptime:20|", ""),
        ),
        ("a name", vec![edit(audio(), &[], &["fmtp"], &[])], source.replace("a=fmtp:0 a|", "")),
        (
            "a name and the first word, in any case",
            vec![edit(audio(), &[], &["FMTP:0", "x:11"], &[("PTime", "ptime:30")])],
            source.replace("a=fmtp:0 a|", "").replace("ptime:20", "ptime:30"),
        ),
        (
            "removal before substitution",
            vec![edit(audio(), &[], &[], &[("fmtp", "y")]), edit(audio(), &[], &["fmtp:0"], &[])],
            source.replace("a=fmtp:0 a|", ""),
        ),
        (
            "the session alone",
            vec![edit(AttributeScope::Session, &["y"], &["x"], &[])],
            source.replacen("a=x:1|", "a=y|", 1),
        ),
        (
            "in place",
            vec![edit(audio(), &["z"], &[], &[("ptime:20", "ptime:30"), ("fmtp", "fmtp:0 b")])],
            own("a=z|").replace("ptime:20", "ptime:30").replace("fmtp:0 a", "fmtp:0 b"),
        ),
        (
            "what is added stays out of reach of other edits",
            vec![edit(audio(), &["new"], &["new"], &[("new", "old")])],
            own("a=new|"),
        ),
        (
            "other media",
            vec![edit(AttributeScope::Media("image".into()), &["z"], &["x"], &[])],
            source.to_string(),
        ),
    ] {
        assert_eq!(render(source, &SdpPlan { attributes, ..SdpPlan::default() }), expected, "{name}");
    }

    // A direction that goes without saying is said when an edit is about it.
    let plan = |direction, attributes| SdpPlan {
        media: vec![relayed(RelayPlan { direction: Some(direction), ..relay() })],
        attributes,
        ..SdpPlan::default()
    };
    let source = "v=0|m=audio 1 RTP/AVP 0|c=IN IP4 127.0.0.1|";
    let edits = vec![edit(audio(), &[], &[], &[("sendrecv", "sendonly")])];
    let rendered = render(source, &plan(Direction::SendRecv, edits.clone()));
    assert_eq!(rendered, "v=0|m=audio 40000 RTP/AVP 0|c=IN IP4 192.0.2.1|a=sendonly|");
    let rendered = render(source, &plan(Direction::RecvOnly, edits));
    assert_eq!(rendered, "v=0|m=audio 40000 RTP/AVP 0|c=IN IP4 192.0.2.1|a=recvonly|");
}

#[test]
fn line_ends() {
    let source = b"v=0\ns=-\r\nm=audio 1 RTP/AVP 0\nc=IN IP4 127.0.0.1\na=x";
    let parsed = SessionDescription::parse(source).expect("a body");
    assert_eq!(parsed.render(&SdpPlan::default()), source);
    let plan = SdpPlan { media: vec![MediaPlan::Remove], ..SdpPlan::default() };
    assert_eq!(parsed.render(&plan), b"v=0\r\ns=-\r\n");
}
