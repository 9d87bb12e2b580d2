//! Phones: they send tagged packets from where they said or from elsewhere, and note what they hear.
//!
//! The address says which phone it is: `10.x.y.z` is the phone's own, `11.x.y.z` the outside of the NAT before it,
//! `12.x.y.z` somebody who would like to be it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::packet::{self, BYTES, Tag, Told};
use crate::sdp::{Direction, SessionDescription};
use crate::time::Timestamp;

/// Owner of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Own(u32),
    Nat(u32),
    Spoofer(u32),
}

impl Owner {
    /// The phone it is about.
    pub(super) fn phone(self) -> u32 {
        match self {
            Owner::Own(phone) | Owner::Nat(phone) | Owner::Spoofer(phone) => phone,
        }
    }
}

/// Owner of this address, if it is a phone's.
pub(super) fn owner_of(ip: IpAddr) -> Option<Owner> {
    let IpAddr::V4(ip) = ip else { return None };
    let [net, a, b, c] = ip.octets();
    let phone = u32::from_be_bytes([0, a, b, c]);
    match net {
        10 => Some(Owner::Own(phone)),
        11 => Some(Owner::Nat(phone)),
        12 => Some(Owner::Spoofer(phone)),
        _ => None,
    }
}

/// A phone in a dialogue.
#[derive(Debug)]
pub(super) struct Phone {
    pub(super) number: u32,
    pub(super) dialogue: u32,
    /// 0 for the caller, then the callees.
    pub(super) leg: u8,
    /// The RTP port in its SDP; RTCP is on the next.
    pub(super) port: u16,
    /// The port outside its NAT, if there is one.
    pub(super) nat: Option<u16>,
    pub(super) direction: Direction,
    /// RTP and RTCP addresses that its peer's SDP named.
    pub(super) remote: Option<(SocketAddr, SocketAddr)>,
    /// Time and node of that SDP.
    pub(super) remote_since: Timestamp,
    pub(super) told_by: usize,
    /// Has a dialogue that wants packets.
    pub(super) talking: bool,
    /// Dead, or the microphone is off.
    pub(super) silent: bool,
    /// A tick is entered in the agenda.
    pub(super) ticking: bool,
    pub(super) restarts: u32,
    pub(super) serial: u32,
    pub(super) heard: Timestamp,
    pub(super) received: u64,
    /// Node that had its last packet, and the fate of the packet.
    pub(super) fate: (usize, &'static str),
    version: u32,
}

impl Phone {
    pub(super) fn new(number: u32, dialogue: u32, leg: u8, port: u16) -> Self {
        Phone {
            number,
            dialogue,
            leg,
            port,
            nat: None,
            direction: Direction::SendRecv,
            remote: None,
            remote_since: Timestamp::ZERO,
            told_by: 0,
            talking: false,
            silent: false,
            ticking: false,
            restarts: 0,
            serial: 0,
            heard: Timestamp::ZERO,
            received: 0,
            fate: (0, "nothing"),
            version: 0,
        }
    }

    /// An address of the phone in one of its networks.
    fn ip(&self, net: u8) -> IpAddr {
        let [_, a, b, c] = self.number.to_be_bytes();
        Ipv4Addr::new(net, a, b, c).into()
    }

    /// Source of its packets: RTP, or RTCP.
    pub(super) fn source(&self, rtcp: bool) -> SocketAddr {
        match self.nat {
            Some(port) => SocketAddr::new(self.ip(11), port + u16::from(rtcp)),
            None => SocketAddr::new(self.ip(10), self.port + u16::from(rtcp)),
        }
    }

    /// SDP that it goes by when it sends.
    pub(super) fn told(&self) -> Told {
        Told { at: self.remote_since, by: self.told_by }
    }

    /// Somebody who would like to be this phone.
    pub(super) fn spoofer(&self) -> SocketAddr {
        SocketAddr::new(self.ip(12), 6666)
    }

    /// True if a datagram to one of its addresses reaches it: a NAT lets in what answers the present binding.
    pub(super) fn is_reached_at(&self, to: SocketAddr) -> bool {
        let near = |port: u16| to.port() == port || to.port() == port + 1;
        match (owner_of(to.ip()), self.nat) {
            (Some(Owner::Nat(_)), Some(port)) => near(port),
            (Some(Owner::Own(_)), None) => near(self.port),
            _ => false,
        }
    }

    fn tag(&mut self, spoofed: bool) -> Tag {
        self.serial += 1;
        Tag { dialogue: self.dialogue, leg: self.leg, spoofed, serial: self.serial }
    }

    fn ssrc(&self) -> u32 {
        self.number << 8 | (self.restarts & 0xff)
    }

    /// The next RTP packet.
    pub(super) fn next_rtp(&mut self) -> [u8; BYTES] {
        let tag = self.tag(false);
        let ssrc = self.ssrc();
        // Starts so that the sequence number wraps in most calls.
        let sequence = u16::try_from((65_000 + tag.serial) & 0xffff).expect("16 bits");
        packet::rtp(tag, ssrc, sequence, tag.serial.wrapping_mul(160))
    }

    /// The next RTCP packet.
    pub(super) fn next_rtcp(&mut self) -> [u8; BYTES] {
        let tag = self.tag(false);
        let ssrc = self.ssrc();
        packet::rtcp(tag, ssrc)
    }

    /// A packet that goes on where the phone's stream is, by somebody who listens in.
    pub(super) fn next_spoofed(&self) -> [u8; BYTES] {
        let tag = Tag { dialogue: self.dialogue, leg: self.leg, spoofed: true, serial: self.serial };
        let sequence = u16::try_from((65_001 + tag.serial) & 0xffff).expect("16 bits");
        packet::rtp(tag, self.ssrc(), sequence, 0)
    }

    /// Its SDP, as it is now.
    pub(super) fn sdp(&mut self, mux: bool) -> String {
        self.version += 1;
        let (ip, port) = (self.ip(10), self.port);
        let direction = self.direction.as_str();
        let mux = if mux { "a=rtcp-mux\r\n" } else { "" };
        format!(
            "v=0\r\no=- {} {} IN IP4 {ip}\r\ns={}\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
             {mux}a={direction}\r\n",
            self.number,
            self.version,
            self.session_name()
        )
    }

    /// The `s=` line of its SDP: the same at the other end, and nobody else's.
    pub(super) fn session_name(&self) -> String {
        format!("call-{}-leg-{}", self.dialogue, self.leg)
    }

    /// Learns where to send from its peer's SDP.
    pub(super) fn take_sdp(&mut self, now: Timestamp, node: usize, sdp: &SessionDescription) {
        let Some(media) = sdp.media.first().filter(|media| media.port != 0) else { return };
        let rtp = SocketAddr::new(media.address, media.port);
        let rtcp_port = match media.rtcp {
            _ if media.rtcp_mux => media.port,
            Some(rtcp) => rtcp.port,
            None => media.port.saturating_add(1),
        };
        self.remote = Some((rtp, SocketAddr::new(media.address, rtcp_port)));
        self.remote_since = now;
        self.told_by = node;
    }
}
