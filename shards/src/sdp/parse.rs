//! Splits an SDP into lines and reads the view.
//!
//! One pass over the text. What a relay acts on is checked here and nowhere else; everything else stays an
//! opaque line. The grammar is that of RFC 8866, read as leniently as rtpengine reads it: the order of lines
//! is free within a part, `o=`, `s=` and `t=` may lack, and attributes with odd values are passed on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::line::{Attribute, LineKind, number, split_attribute, split_space};
use super::payload_type::PayloadType;
use super::{
    Codec, Connection, Direction, MediaDescription, Origin, Protocol, RtcpAttribute, SdpError,
    SessionDescription,
};
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
                None => return Err(SdpError::NoAddress),
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

/// `o=USERNAME ID VERSION IN FAMILY ADDRESS`. The user name may be empty, which rtpengine lets pass; so may
/// the address be a host name (RFC 8866 section 5.2), since nothing is ever sent to it. It reads as the
/// unspecified address then, and is passed on as text.
fn origin(line: usize, value: &[u8]) -> Result<Origin, &'static str> {
    let (username, rest) = split_space(value);
    let mut fields = fields(rest);
    let mut field = || fields.next().ok_or("o= needs six fields");
    let (session_id, version) = (field()?, field()?);
    let (network, family, address) = (field()?, field()?, field()?);
    let family = family_of(network, family)?;
    Ok(Origin {
        line,
        username: username.into(),
        session_id: session_id.into(),
        version: version.into(),
        address: address_of(family, address).unwrap_or(family.unspecified()),
    })
}

/// The address of a `c=` line, without a multicast TTL or count.
fn connection(value: &[u8]) -> Result<IpAddr, &'static str> {
    let mut fields = fields(value);
    let mut field = || fields.next().ok_or("c= needs a network type, an address type and an address");
    let family = family_of(field()?, field()?)?;
    let address = field()?;
    let address = address.split(|&byte| byte == b'/').next().unwrap_or(address);
    address_of(family, address).ok_or("c= needs an address of the family it names, not a host name")
}

fn family_of(network: &[u8], family: &[u8]) -> Result<Family, &'static str> {
    if !network.eq_ignore_ascii_case(b"IN") {
        return Err("the network type must be IN");
    }
    match family {
        b"IP4" => Ok(Family::Ip4),
        b"IP6" => Ok(Family::Ip6),
        _ => Err("the address type must be IP4 or IP6"),
    }
}

fn address_of(family: Family, text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    match family {
        Family::Ip4 => text.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        Family::Ip6 => text.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
    }
}

/// The fields of a line, parted by one space or more.
pub(super) fn fields(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b' ').filter(|field| !field.is_empty())
}

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

/// `PORT [IN FAMILY ADDRESS]` (RFC 3605 section 2.1). What cannot be read counts as absent, as in rtpengine.
fn rtcp(argument: &[u8]) -> Option<RtcpAttribute> {
    let mut fields = fields(argument);
    let port = number(fields.next()?)?;
    let Some(network) = fields.next() else { return Some(RtcpAttribute { port, address: None }) };
    let family = family_of(network, fields.next()?).ok()?;
    Some(RtcpAttribute { port, address: Some(address_of(family, fields.next()?)?) })
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
