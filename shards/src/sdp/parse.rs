//! Splits an SDP into lines and reads the view.
//!
//! One pass over the text. What a relay acts on is checked here and nowhere else; everything else stays an
//! opaque line. The grammar is that of RFC 8866, read as leniently as rtpengine reads it: the order of lines
//! is free within a part, `o=`, `s=` and `t=` may lack or stand anywhere, and attributes with odd values are passed on.

use std::net::IpAddr;

use super::line::{Attribute, Line, LineKind};
use super::payload_type::PayloadType;
use super::values::{connection, fields, number, origin, rtcp, split_attribute, split_space};
use super::view::ProtocolClass;
use super::{Codec, Connection, Direction, MediaDescription, Protocol, SdpError, SessionDescription};
use crate::limits;
use crate::names::{Family, Text};

impl SessionDescription {
    /// Reads an SDP body. Text behind it, a further body part or the same again, is neither read nor rendered.
    pub fn parse(text: &[u8]) -> Result<Self, SdpError> {
        Self::parse_from(text, None)
    }

    /// Reads an SDP body of a party whose address is known better than from the body (flag `SIP-source-address`): so
    /// `c=` may lack, or be a host name.
    pub fn parse_from(text: &[u8], source: Option<IpAddr>) -> Result<Self, SdpError> {
        if text.len() > limits::SDP_BYTES_MAX {
            return Err(SdpError::TooLarge("bytes"));
        }
        let mut reader = Reader::new(text, source);
        let mut at = 0;
        while let Some(line) = Line::at(text, at) {
            at = reader.read(at, line)?;
        }
        reader.finish()
    }
}

/// Reasons to refuse a line.
enum Refusal {
    Syntax(&'static str),
    TooLarge(&'static str),
}

impl From<&'static str> for Refusal {
    fn from(reason: &'static str) -> Self {
        Refusal::Syntax(reason)
    }
}

/// State of the reader. The last section of `media` is the one that lines belong to.
struct Reader<'a> {
    text: &'a [u8],
    source: Option<IpAddr>,
    session: SessionDescription,
    inherited: Inherited,
}

/// The attributes of the session part that hold for all sections.
#[derive(Clone, Copy, Default)]
struct Inherited {
    ice: bool,
    ice_credentials: bool,
    fingerprint: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a [u8], source: Option<IpAddr>) -> Self {
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
        Reader { text, source, session, inherited: Inherited::default() }
    }

    /// Takes the line at an offset and returns where the next one begins.
    fn read(&mut self, at: usize, line: Result<Line, &'static str>) -> Result<usize, SdpError> {
        let read = line.map_err(Refusal::Syntax).and_then(|line| {
            self.interpret(line)?;
            self.session.lines.push(line);
            Ok(line.next())
        });
        read.map_err(|refusal| match refusal {
            Refusal::Syntax(reason) => SdpError::Syntax { line: Line::number(self.text, at), reason },
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
            LineKind::Origin if self.session.origin.is_none() => {
                self.session.origin = Some(origin(index, value));
            }
            LineKind::SessionName => self.session.session_name = Some((index, value.into())),
            LineKind::Connection if self.session.connection.is_some() => {
                return Err("a second c= line at session level");
            }
            LineKind::Connection => {
                self.session.connection = Some(Connection { line: index, address: connection(value).ok() });
            }
            LineKind::Attribute(Attribute::Direction(direction)) => {
                self.session.direction = Some(direction);
                self.supersede(|kind| matches!(kind, LineKind::Attribute(Attribute::Direction(_))));
            }
            LineKind::Attribute(Attribute::Ice) => self.inherited.ice = true,
            LineKind::Attribute(Attribute::IceCredential) => {
                (self.inherited.ice, self.inherited.ice_credentials) = (true, true);
            }
            LineKind::Attribute(Attribute::Fingerprint) => self.inherited.fingerprint = true,
            LineKind::Attribute(Attribute::Loop) => self.loop_id(value),
            _ => {}
        }
        Ok(())
    }

    fn line_of_media(&mut self, index: usize, kind: LineKind, value: &[u8]) -> Result<(), &'static str> {
        self.section().lines.end = index + 1;
        match kind {
            LineKind::Connection => {
                let address = connection(value).ok();
                self.section().connection = Some(Connection { line: index, address });
                // RFC 8866 section 5.7 allows several for layered multicast, which is not relayed.
                self.supersede(|kind| kind == LineKind::Connection);
            }
            LineKind::Attribute(attribute) => self.attribute_of_media(attribute, value),
            _ => {}
        }
        Ok(())
    }

    /// The section that lines belong to.
    fn section(&mut self) -> &mut MediaDescription {
        self.session.media.last_mut().expect("a section has begun")
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
            Attribute::Mid => {
                media.mid = Some(argument.into());
                self.supersede(|kind| kind == LineKind::Attribute(Attribute::Mid));
            }
            Attribute::Label => media.label = Some(argument.into()),
            Attribute::Ptime => media.ptime = number(argument),
            Attribute::Ice => media.ice = true,
            Attribute::IceCredential => (media.ice, media.ice_credentials) = (true, true),
            Attribute::Fingerprint => media.fingerprint = true,
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
            ice_credentials: false,
            fingerprint: false,
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
            media.address = match connection.and_then(|connection| connection.address).or(self.source) {
                Some(address) => address,
                None if media.port == 0 || media.protocol.class == ProtocolClass::NotRelayed => {
                    family.unspecified()
                }
                None => return Err(no_address(self.text, &session.lines, media, connection)),
            };
            media.direction = media.own_direction.or(session.direction).unwrap_or(Direction::SendRecv);
            media.ice |= self.inherited.ice;
            media.ice_credentials |= self.inherited.ice_credentials;
            media.fingerprint |= self.inherited.fingerprint;
            if let Some(rtcp) = &mut media.rtcp {
                rtcp.address = rtcp.address.filter(|address| *address != media.address);
            }
        }
        Ok(self.session)
    }
}

/// The reason that a section has no address.
fn no_address(text: &[u8], lines: &[Line], media: &MediaDescription, said: Option<Connection>) -> SdpError {
    let number = |line: usize| Line::number(text, lines[line].start());
    match said.map(|said| (said.line, connection(lines[said.line].value(text)))) {
        Some((line, Err(reason))) => SdpError::Syntax { line: number(line), reason },
        _ => SdpError::NoAddress { line: number(media.lines.start) },
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
mod tests;
