//! Tables of bodies: what is refused, what is let pass, and what is read of it.

use super::*;
use crate::sdp::RtcpAttribute;

const SESSION: &str = "v=0|o=- 1 1 IN IP4 127.0.0.1|s=-|c=IN IP4 127.0.0.1|t=0 0|";

fn parse(text: &str) -> Result<SessionDescription, SdpError> {
    SessionDescription::parse(text.replace('|', "\r\n").as_bytes())
}

/// The only section of a body.
fn media(section: &str) -> MediaDescription {
    let mut parsed = parse(&format!("{SESSION}{section}")).expect(section);
    assert_eq!(parsed.media.len(), 1, "{section}");
    parsed.media.remove(0)
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[test]
fn what_is_refused() {
    let audio = "m=audio 6000 RTP/AVP 0|";
    for (text, line) in [
        ("".to_string(), 1),
        ("|v=0|".to_string(), 1),
        ("v=1|".to_string(), 1),
        ("s=-|v=0|".to_string(), 1),
        ("v=0|nonsense|".to_string(), 2),
        ("v=0|1=x|".to_string(), 2),
        (format!("v=0|c=IN IP4 host.example|{audio}"), 2),
        (format!("v=0|c=IN IP4 ::1|{audio}"), 2),
        (format!("v=0|c=IN IP6 127.0.0.1|{audio}"), 2),
        (format!("v=0||||c=IN ip4 127.0.0.1|{audio}"), 5),
        (format!("v=0|c=IN IP4|{audio}"), 2),
        ("v=0|a|".to_string(), 2),
        (format!("{SESSION}c=IN IP4 127.0.0.1|"), 6),
        (format!("{SESSION}m=audio 6000|"), 6),
        (format!("{SESSION}m=audio 65536 RTP/AVP 0|"), 6),
        (format!("{SESSION}m=audio +1 RTP/AVP 0|"), 6),
        (format!("{SESSION}m=audio 6000/ RTP/AVP 0|"), 6),
        (format!("{SESSION}m=audio 6000/0 RTP/AVP 0|"), 6),
        (format!("{SESSION}{audio}c=IN IP4 host|"), 7),
    ] {
        let error = parse(&text).expect_err(&text);
        assert!(matches!(error, SdpError::Syntax { line: at, .. } if at == line), "{text}: {error}");
    }
}

#[test]
#[cfg_attr(miri, ignore = "texts beyond the largest take minutes there")]
fn what_is_too_large() {
    let audio = "m=audio 6000 RTP/AVP 0|";
    let formats: String = (0..129).map(|format| format!(" {format}")).collect();
    for (text, what) in [
        (format!("{SESSION}{}", audio.repeat(limits::MEDIA_PER_CALL_MAX + 1)), "media sections"),
        (format!("{SESSION}m=audio 6000 RTP/AVP{formats}|"), "formats"),
        (format!("{SESSION}m=audio 6000/5 RTP/AVP 0|"), "ports of one media"),
        (format!("{SESSION}{}", "a=x|".repeat(limits::SDP_BYTES_MAX / 5)), "bytes"),
    ] {
        assert_eq!(parse(&text).err(), Some(SdpError::TooLarge(what)));
    }
    assert_eq!(parse("v=0|m=audio 1 RTP/AVP 0|").expect_err("no address"), SdpError::NoAddress { line: 2 });
}

#[test]
fn what_is_let_pass() {
    for text in [
        "v=0",
        "v=0|",
        "v=0|s=|",
        "v=0|o= 1 1 IN IP4 127.0.0.1|",
        "v=0|o=- 1 1 in IP4 127.0.0.1 more|",
        "v=0|b=AS:1|e=x|p=x|u=x|r=x|z=x|k=x|a=|",
        "v=0|c=IN IP4 127.0.0.1|m=audio  6000  RTP/AVP|",
        "v=0|m=audio 0 RTP/AVP 0|",
        "v=0||not a line",
        "v=0|x=1|X=1|",
        "v=0|o=|o=x|o=- 1 1 TN IP4 127.0.0.1|o=- 1 1 IN IP5 127.0.0.1|o=- 1 1 IN IP4|",
        "v=0|c=IN IP4 host|",
        "v=0|c=IN IP4 host|m=audio 0 RTP/AVP 0|m=message 1 TCP/MSRP *|m=audio 1 RTP/AVP 0|c=IN IP6 [::1]|",
        "v=0|c=IN IP4 127.0.0.1|m=audio 1 RTP/AVP 0|o=- 1 1 IN IP4 127.0.0.1|s=-|t=0 0|",
    ] {
        parse(text).expect(text);
    }
}

#[test]
fn session_level() {
    let parsed =
        parse("v=0|o=alice  11 99999999999999999999 IN IP6 ::1|s=A b|a=sendonly|a=inactive|a=rtpengine:x|");
    let parsed = parsed.expect("a body");
    let origin = parsed.origin.as_ref().expect("there is o=");
    assert_eq!((origin.line, origin.address), (1, address("::1")));
    assert_eq!(origin.username, Text::from("alice"));
    assert_eq!(origin.session_id, Text::from("11"));
    assert_eq!(origin.version, Text::from("99999999999999999999"));
    assert_eq!(parsed.session_name, Some((2, Text::from("A b"))));
    assert_eq!(parsed.direction, Some(Direction::Inactive), "the last one counts");
    assert_eq!(parsed.loop_ids, [Text::from("x")]);
    assert!(parsed.media.is_empty());

    for (line, username, session_id, version, host) in [
        ("o=a b c 1 2 IN IP4 127.0.0.1", "a b c", "1", "2", "127.0.0.1"),
        ("o= 1 2 IN IP6 [::1]", "", "1", "2", "[::1]"),
        ("o=- 1 IN IP4 127.0.0.1", "-", "1", "0", "127.0.0.1"),
        ("o=- IN IP4", "-", "0", "0", "0.0.0.0"),
        ("o=IN IP6 host", "-", "0", "0", "host"),
        ("o=", "-", "0", "0", "0.0.0.0"),
        ("o=- 1 2 in IP4 host more", "-", "1", "2", "host"),
    ] {
        let origin = parse(&format!("v=0|{line}|")).expect(line).origin.expect("there is o=");
        assert_eq!((origin.username, origin.session_id), (username.into(), session_id.into()), "{line}");
        assert_eq!((origin.version, origin.host), (version.into(), host.into()), "{line}");
    }
    let host = parse("v=0|o=- 1 1 IN IP6 host.example|").expect("a body").origin.expect("there is o=");
    assert_eq!(host.address, address("::"));
}

#[test]
fn addresses() {
    for (section, expected) in [
        ("m=audio 1 RTP/AVP 0|", "127.0.0.1"),
        ("m=audio 1 RTP/AVP 0|c=IN IP6 2001:db8::1|", "2001:db8::1"),
        ("m=audio 1 RTP/AVP 0|c=IN IP4 224.2.1.1/127|", "224.2.1.1"),
        ("m=audio 1 RTP/AVP 0|c=IN IP4 224.2.1.1/127/3|", "224.2.1.1"),
        ("m=audio 1 RTP/AVP 0|c=IN IP4 127.0.0.1|c=IN IP4 127.0.0.2|", "127.0.0.2"),
    ] {
        assert_eq!(media(section).address, address(expected), "{section}");
    }
    let rejected = parse("v=0|o=- 1 1 IN IP6 ::1|m=audio 0 RTP/AVP 0|").expect("a body");
    assert_eq!(rejected.media[0].address, address("::"));
}

#[test]
fn media_level() {
    let audio = media("m=audio 6000/2 RTP/AVP 0 x|i=t|a=mid:1|a=label:7|a=ptime:20|a=rtcp-mux|a=recvonly|");
    assert_eq!(audio.lines, 5..12);
    assert_eq!((audio.port, audio.port_count), (6000, 2));
    assert_eq!(audio.formats, [Text::from("0"), Text::from("x")]);
    assert_eq!((audio.mid, audio.label), (Some("1".into()), Some("7".into())));
    assert_eq!((audio.ptime, audio.rtcp_mux, audio.ice), (Some(20), true, false));
    assert_eq!((audio.own_direction, audio.direction), (Some(Direction::RecvOnly), Direction::RecvOnly));
    assert!(media("m=audio 1 RTP/AVP 0|a=rtcp-mux-only|").rtcp_mux);
    assert!(media("m=audio 1 RTP/AVP 0|a=ice-ufrag:a|").ice);
    assert!(media("a=ice-lite|m=audio 1 RTP/AVP 0|").ice);

    let inherited = media("a=sendonly|m=audio 1 RTP/AVP 0|a=SendRecv|");
    assert_eq!((inherited.own_direction, inherited.direction), (None, Direction::SendOnly));
    assert_eq!(media("m=audio 1 RTP/AVP 0|").direction, Direction::SendRecv);
}

#[test]
fn rtcp_attributes() {
    for (value, expected) in [
        ("6001", Some((6001, None))),
        ("6001 IN IP4 127.0.0.9", Some((6001, Some("127.0.0.9")))),
        ("6001 IN IP4 127.0.0.1", Some((6001, None))),
        ("6001 IN IP4 host", None),
        ("x", None),
        ("", None),
    ] {
        let expected = expected.map(|(port, of_rtcp)| RtcpAttribute { port, address: of_rtcp.map(address) });
        assert_eq!(media(&format!("m=audio 1 RTP/AVP 0|a=rtcp:{value}|")).rtcp, expected, "{value}");
    }
}

#[test]
fn codecs() {
    let codec = |payload_type, name: &str, clock_rate, parameters: &str, format: &str| Codec {
        payload_type,
        name: name.into(),
        clock_rate,
        parameters: parameters.into(),
        format: format.into(),
    };
    let audio = media(
        "m=audio 1 RTP/AVP 107 18 8 99 300 x|a=fmtp:107 useinbandfec=1; x=2|a=rtpmap:107 opus/48000/2|\
         a=rtpmap:8 mine/9000|a=rtpmap:1 other/1|a=fmtp:18 annexb=no|",
    );
    let expected = [
        codec(107, "opus", 48000, "2", "useinbandfec=1; x=2"),
        codec(18, "G729", 8000, "", "annexb=no"),
        codec(8, "mine", 9000, "", ""),
        codec(99, "", 0, "", ""),
    ];
    assert_eq!(audio.codecs, expected);
    assert!(media("m=image 1 udptl t38|").codecs.is_empty());
}

#[test]
fn where_a_body_ends() {
    for (text, lines) in [
        ("v=0|s=-|||", "v=0|s=-|"),
        ("v=0|s=-||--boundary|a=x|", "v=0|s=-|"),
        ("v=0|s=-|v=0|s=x|", "v=0|s=-|"),
        ("v=0|s=-||v=0|s=x|", "v=0|s=-|"),
        ("v=0|s=-|\0", "v=0|s=-|"),
        ("v=0|s=-|\0\0|", "v=0|s=-|"),
        ("v=0|s=-||  |a=x|", "v=0|s=-||  |a=x|"),
        ("v=0|s=-\0|a=x", "v=0|s=-\0|a=x"),
    ] {
        let parsed = parse(text).expect(text);
        let rendered = parsed.render(&crate::sdp::SdpPlan::default());
        assert_eq!(String::from_utf8(rendered).expect("plain text").replace("\r\n", "|"), lines);
    }
    let parsed = parse("v=0|s=-||c=IN IP4 127.0.0.1||m=audio 1 RTP/AVP 0||a=inactive|").expect("a body");
    assert_eq!((parsed.media[0].lines.len(), parsed.media[0].direction), (3, Direction::Inactive));
}

#[test]
fn a_known_source_needs_no_address() {
    let source = Some(address("192.0.2.7"));
    for body in
        ["c=IN IP4 host|m=audio 1 RTP/AVP 0|", "m=audio 1 RTP/AVP 0|", "m=audio 1 RTP/AVP 0|c=IN IP4 x|"]
    {
        let text = format!("v=0|{body}").replace('|', "\r\n");
        assert!(SessionDescription::parse(text.as_bytes()).is_err(), "{body}");
        let parsed = SessionDescription::parse_from(text.as_bytes(), source).expect(body);
        assert_eq!(Some(parsed.media[0].address), source, "{body}");
    }
    let zero = SessionDescription::parse_from(b"v=0\nc=IN IP4 0.0.0.0\nm=audio 1 RTP/AVP 0\n", source);
    assert!(zero.expect("a body").media[0].is_held_by_zero_address());
}

#[test]
fn trickle_ice_is_no_hold() {
    let credentials = "a=ice-ufrag:x|a=ice-pwd:y|";
    for (section, held) in [
        (format!("m=audio 9 RTP/AVP 0|c=IN IP4 0.0.0.0|{credentials}"), false),
        (format!("m=audio 9 RTP/AVP 0|c=IN IP6 ::|{credentials}"), false),
        (format!("{credentials}m=audio 9 RTP/AVP 0|c=IN IP4 0.0.0.0|a=rtcp:9 IN IP4 0.0.0.0|"), false),
        (format!("m=audio 6000 RTP/AVP 0|c=IN IP4 0.0.0.0|{credentials}"), true),
        ("m=audio 9 RTP/AVP 0|c=IN IP4 0.0.0.0|a=ice-lite|".to_string(), true),
        (format!("m=audio 0 RTP/AVP 0|c=IN IP4 0.0.0.0|{credentials}"), false),
        (format!("m=audio 9 RTP/AVP 0|{credentials}"), false),
    ] {
        assert_eq!(media(&section).is_held_by_zero_address(), held, "{section}");
    }
}
