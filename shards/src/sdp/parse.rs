//! Splits an SDP into lines and reads the view.
//!
//! One pass over the text. What a relay acts on is checked here and nowhere else; everything else stays an
//! opaque line. The grammar is that of RFC 8866, read as leniently as rtpengine reads it: the order of lines
//! is free within a part, `o=`, `s=` and `t=` may lack, and attributes with odd values are passed on.

use super::line::{Attribute, LineKind};
use super::payload_type::PayloadType;
use super::values::{connection, fields, number, origin, rtcp, split_attribute, split_space};
use super::{Codec, Connection, Direction, MediaDescription, Protocol, SdpError, SessionDescription};
use crate::limits;
use crate::names::{Family, Text};

pub(super) use super::line::Line;

impl SessionDescription {
    /// Reads an SDP body. An empty line ends it; what follows is neither read nor rendered.
    pub fn parse(text: &[u8]) -> Result<Self, SdpError> {
        if text.len() > limits::SDP_BYTES_MAX {
            return Err(SdpError::TooLarge("bytes"));
        }
        let mut reader = Reader::new(text);
        let mut at = 0;
        while let Some(line) = Line::at(text, at) {
            at = reader.read(line)?;
        }
        reader.finish()
    }
}

/// Why a line is refused.
enum Refusal {
    Syntax(&'static str),
    TooLarge(&'static str),
}

impl From<&'static str> for Refusal {
    fn from(reason: &'static str) -> Self {
        Refusal::Syntax(reason)
    }
}

/// What has been read so far. The last section of `media` is the one that lines belong to.
struct Reader<'a> {
    text: &'a [u8],
    session: SessionDescription,
    session_ice: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a [u8]) -> Self {
        let session = SessionDescription {
            text: text.into(),
            // Lines of real SDPs are about 24 bytes long.
            lines: Vec::with_capacity(text.len() / 24 + 1),
            origin: None,
            session_name: None,
            connection: None,
            direction: None,
            loop_ids: Vec::new(),
            media: Vec::new(),
        };
        Reader { text, session, session_ice: false }
    }

    /// Takes one line and returns where the next one begins.
    fn read(&mut self, line: Result<Line, &'static str>) -> Result<usize, SdpError> {
        let number = self.session.lines.len() + 1;
        let read = line.map_err(Refusal::Syntax).and_then(|line| {
            self.interpret(line)?;
            self.session.lines.push(line);
            Ok(line.next())
        });
        read.map_err(|refusal| match refusal {
            Refusal::Syntax(reason) => SdpError::Syntax { line: number, reason },
            Refusal::TooLarge(what) => SdpError::TooLarge(what),
        })
    }

    fn interpret(&mut self, line: Line) -> Result<(), Refusal> {
        let index = self.session.lines.len();
        let value = line.value(self.text);
        if index == 0 && (line.kind != LineKind::Version || value != b"0") {
            return Err("the first line must be v=0".into());
        }
        if line.kind == LineKind::Media {
            return self.media_line(index, value);
        }
        match self.session.media.last_mut() {
            Some(_) => self.line_of_media(index, line.kind, value)?,
            None => self.line_of_session(index, line.kind, value)?,
        }
        Ok(())
    }

    fn line_of_session(&mut self, index: usize, kind: LineKind, value: &[u8]) -> Result<(), &'static str> {
        match kind {
            LineKind::Origin if self.session.origin.is_some() => return Err("a second o= line"),
            LineKind::Origin => self.session.origin = Some(origin(index, value)?),
            LineKind::SessionName => self.session.session_name = Some((index, value.into())),
            LineKind::Connection if self.session.connection.is_some() => {
                return Err("a second c= line at session level");
            }
            LineKind::Connection => {
                self.session.connection = Some(Connection { line: index, address: connection(value)? });
            }
            LineKind::Attribute(Attribute::Direction(direction)) => {
                self.session.direction = Some(direction);
                self.supersede(|kind| matches!(kind, LineKind::Attribute(Attribute::Direction(_))));
            }
            LineKind::Attribute(Attribute::Ice) => self.session_ice = true,
            LineKind::Attribute(Attribute::Loop) => self.loop_id(value),
            _ => {}
        }
        Ok(())
    }

    fn line_of_media(&mut self, index: usize, kind: LineKind, value: &[u8]) -> Result<(), &'static str> {
        let media = self.session.media.last_mut().expect("a section has begun");
        media.lines.end = index + 1;
        match kind {
            LineKind::Version | LineKind::Origin | LineKind::SessionName | LineKind::Time => {
                return Err("v=, o=, s= and t= belong to the session, not to a media section");
            }
            LineKind::Connection => {
                media.connection = Some(Connection { line: index, address: connection(value)? });
                // RFC 8866 section 5.7 allows several for layered multicast, which is not relayed.
                self.supersede(|kind| kind == LineKind::Connection);
            }
            LineKind::Attribute(attribute) => self.attribute_of_media(attribute, value),
            _ => {}
        }
        Ok(())
    }

    fn attribute_of_media(&mut self, attribute: Attribute, value: &[u8]) {
        let media = self.session.media.last_mut().expect("a section has begun");
        let argument = split_attribute(value).1;
        match attribute {
            Attribute::Direction(direction) => {
                media.own_direction = Some(direction);
                self.supersede(|kind| matches!(kind, LineKind::Attribute(Attribute::Direction(_))));
            }
            Attribute::Rtcp => {
                // The editor replaces the line in any case, so an unreadable one overrules as well.
                media.rtcp = rtcp(argument);
                self.supersede(|kind| kind == LineKind::Attribute(Attribute::Rtcp));
            }
            Attribute::RtcpMux | Attribute::RtcpMuxOnly => media.rtcp_mux = true,
            Attribute::Mid => media.mid = Some(argument.into()),
            Attribute::Label => media.label = Some(argument.into()),
            Attribute::Ptime => media.ptime = number(argument),
            Attribute::Ice => media.ice = true,
            Attribute::Rtpmap(payload_type) => {
                if let Some(codec) = codec(media, payload_type) {
                    set_encoding(codec, split_space(argument).1);
                }
            }
            Attribute::Fmtp(payload_type) => {
                if let Some(codec) = codec(media, payload_type) {
                    codec.format = split_space(argument).1.into();
                }
            }
            Attribute::Loop => self.loop_id(value),
            _ => {}
        }
    }

    /// `m=TYPE PORT[/COUNT] PROTOCOL FORMATS`. Whether it has an address is seen when all has been read.
    fn media_line(&mut self, index: usize, value: &[u8]) -> Result<(), Refusal> {
        if self.session.media.len() == limits::MEDIA_PER_CALL_MAX {
            return Err(Refusal::TooLarge("media sections"));
        }
        let mut fields = fields(value);
        let (Some(kind), Some(ports), Some(protocol)) = (fields.next(), fields.next(), fields.next()) else {
            return Err("m= needs a type, a port, a protocol and formats".into());
        };
        let (port, port_count) = ports_of_media(ports)?;
        let protocol = Protocol::new(protocol.into());
        let formats: Vec<Text> = fields.take(limits::FORMATS_PER_MEDIA_MAX + 1).map(Text::from).collect();
        if formats.len() > limits::FORMATS_PER_MEDIA_MAX {
            return Err(Refusal::TooLarge("formats"));
        }
        let codecs = if protocol.is_rtp() { static_codecs(&formats) } else { Vec::new() };
        self.session.media.push(MediaDescription {
            lines: index..index + 1,
            kind: kind.into(),
            port,
            port_count,
            protocol,
            formats,
            connection: None,
            address: Family::Ip4.unspecified(),
            own_direction: None,
            direction: Direction::SendRecv,
            rtcp: None,
            rtcp_mux: false,
            mid: None,
            label: None,
            ptime: None,
            ice: false,
            codecs,
        });
        Ok(())
    }

    fn loop_id(&mut self, value: &[u8]) {
        self.session.loop_ids.push(split_attribute(value).1.into());
    }

    /// Marks the last line of a kind in the current part as overruled by the one being read.
    fn supersede(&mut self, of_kind: impl Fn(LineKind) -> bool) {
        let part = self.session.media.last().map_or(0, |media| media.lines.start);
        let earlier = self.session.lines[part..].iter_mut().rev().find(|line| of_kind(line.kind));
        if let Some(line) = earlier {
            line.kind = LineKind::Superseded;
        }
    }

    /// Fills in what sections inherit from the session.
    fn finish(mut self) -> Result<SessionDescription, SdpError> {
        if self.session.lines.is_empty() {
            return Err(SdpError::Syntax { line: 1, reason: "the first line must be v=0" });
        }
        let session = &mut self.session;
        let family = session.origin.as_ref().map_or(Family::Ip4, |origin| Family::of(origin.address));
        for media in &mut session.media {
            let connection = media.connection.or(session.connection);
            media.address = match connection {
                Some(connection) => connection.address,
                // A rejected section needs no address.
                None if media.port == 0 => family.unspecified(),
                None => return Err(SdpError::NoAddress { line: media.lines.start + 1 }),
            };
            media.direction = media.own_direction.or(session.direction).unwrap_or(Direction::SendRecv);
            media.ice |= self.session_ice;
            if let Some(rtcp) = &mut media.rtcp {
                rtcp.address = rtcp.address.filter(|address| *address != media.address);
            }
        }
        Ok(self.session)
    }
}

/// `PORT[/COUNT]`.
fn ports_of_media(ports: &[u8]) -> Result<(u16, u16), Refusal> {
    let mut parts = ports.splitn(2, |&byte| byte == b'/');
    let port = parts.next().and_then(number).ok_or("the port of m= must be a number up to 65535")?;
    let Some(count) = parts.next() else { return Ok((port, 1)) };
    match number::<u16>(count) {
        None | Some(0) => Err("the port count of m= must be a number from 1".into()),
        Some(count) if count > limits::PORTS_PER_MEDIA_MAX => Err(Refusal::TooLarge("ports of one media")),
        Some(count) => Ok((port, count)),
    }
}

/// Codecs of the formats before any `a=rtpmap` has been read.
fn static_codecs(formats: &[Text]) -> Vec<Codec> {
    let payload_types = formats.iter().filter_map(|format| PayloadType::parse(format.as_bytes()));
    let codecs = payload_types.map(|payload_type| {
        let mut codec = Codec {
            payload_type: payload_type.number(),
            name: Text::default(),
            clock_rate: 0,
            parameters: Text::default(),
            format: Text::default(),
        };
        if let Some(encoding) = payload_type.static_encoding() {
            set_encoding(&mut codec, encoding.as_bytes());
        }
        codec
    });
    codecs.collect()
}

fn codec(media: &mut MediaDescription, payload_type: PayloadType) -> Option<&mut Codec> {
    media.codecs.iter_mut().find(|codec| codec.payload_type == payload_type.number())
}

/// `NAME/CLOCK-RATE[/PARAMETERS]`.
fn set_encoding(codec: &mut Codec, encoding: &[u8]) {
    let mut parts = encoding.splitn(3, |&byte| byte == b'/');
    codec.name = parts.next().unwrap_or_default().into();
    codec.clock_rate = parts.next().and_then(number).unwrap_or(0);
    codec.parameters = parts.next().unwrap_or_default().into();
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

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
            ("v=0|x=1|".to_string(), 2),
            ("v=0|nonsense|".to_string(), 2),
            ("v=0|a|".to_string(), 2),
            ("v=0|o=- 1 1 IN IP4|".to_string(), 2),
            ("v=0|o=- 1 1 TN IP4 127.0.0.1|".to_string(), 2),
            ("v=0|o=- 1 1 IN IP5 127.0.0.1|".to_string(), 2),
            (format!("{SESSION}o=- 1 1 IN IP4 127.0.0.1|"), 6),
            (format!("{SESSION}c=IN IP4 127.0.0.1|"), 6),
            ("v=0|c=IN IP4 host.example|".to_string(), 2),
            ("v=0|c=IN IP4 ::1|".to_string(), 2),
            ("v=0|c=IN IP6 127.0.0.1|".to_string(), 2),
            ("v=0|c=IN ip4 127.0.0.1|".to_string(), 2),
            ("v=0|c=IN IP4|".to_string(), 2),
            (format!("{SESSION}m=audio 6000|"), 6),
            (format!("{SESSION}m=audio 65536 RTP/AVP 0|"), 6),
            (format!("{SESSION}m=audio +1 RTP/AVP 0|"), 6),
            (format!("{SESSION}m=audio 6000/ RTP/AVP 0|"), 6),
            (format!("{SESSION}m=audio 6000/0 RTP/AVP 0|"), 6),
            (format!("{SESSION}{audio}o=- 1 1 IN IP4 127.0.0.1|"), 7),
            (format!("{SESSION}{audio}s=-|"), 7),
            (format!("{SESSION}{audio}t=0 0|"), 7),
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
        assert_eq!(
            parse("v=0|m=audio 1 RTP/AVP 0|").expect_err("no address"),
            SdpError::NoAddress { line: 2 }
        );
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
        ] {
            parse(text).expect(text);
        }
    }

    #[test]
    fn session_level() {
        let parsed = parse(
            "v=0|o=alice  11 99999999999999999999 IN IP6 ::1|s=A b|a=sendonly|a=inactive|a=rtpengine:x|",
        );
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
        let audio =
            media("m=audio 6000/2 RTP/AVP 0 x|i=t|a=mid:1|a=label:7|a=ptime:20|a=rtcp-mux|a=recvonly|");
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
            let expected =
                expected.map(|(port, of_rtcp)| RtcpAttribute { port, address: of_rtcp.map(address) });
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
}
