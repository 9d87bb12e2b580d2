//! Where a party's packets come from: learning it, and guarding it afterwards.
//!
//! The signalled endpoint is a hint only, since phones sit behind NAT. For three seconds after signalling the
//! source is *learned*; each packet that fits better moves the endpoint at once, so that return traffic follows
//! at once. Then it is *confirmed*, and what happens to packets from elsewhere is a matter of policy:
//!
//! * `strict-source` drops them, `media-handover` learns them;
//! * the *guard* (tandem's default) drops them while the confirmed source is alive. When it has been silent for
//!   a while, a plausible continuation is learned: the same SSRC with a near sequence number, or several
//!   packets in a row. So nobody can inject, and a NAT that rebinds does not end the audio;
//! * otherwise they pass and are not learned, which is what rtpengine does.
//!
//! Learning modes and ranks follow rtpengine: an exact match with the SDP confirms at once, then same address
//! and other port, then same port and other address, then anything.

use std::net::SocketAddr;
use std::time::Duration;

use super::RelaySettings;
use crate::call::snapshot::{MediaFlags, RtpSeen};
use crate::output::DropReason;
use crate::sabotage::{self, Sabotage};
use crate::settings::Learning;
use crate::time::Timestamp;
use crate::wire::rtp::RtpPacket;

/// How long after the last signalling the source is learned.
pub(crate) const LEARNING_WINDOW: Duration = Duration::from_secs(3);
/// How far ahead a sequence number may be to continue a stream from another source.
const CONTINUATION_GAP_MAX: u16 = 500;
/// How many packets in a row from one new source replace a silent one.
const CONTINUATION_PACKETS: u8 = 5;

/// What packets from elsewhere mean once the source is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// They pass, and are not learned.
    Open,
    /// They are dropped while the confirmed source is alive.
    Guarded,
    /// They are dropped.
    Strict,
    /// They are learned.
    Handover,
}

impl Policy {
    /// The policy that the flags of a media and the guard make together.
    pub(crate) fn of(flags: &MediaFlags, guard: bool) -> Self {
        match (flags.media_handover, flags.strict_source, guard) {
            (true, ..) => Policy::Handover,
            (_, true, _) => Policy::Strict,
            (.., true) => Policy::Guarded,
            _ => Policy::Open,
        }
    }
}

/// What is known of a party's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) policy: Policy,
    pub(crate) state: State,
    /// What the SDP said; what packets are ranked against.
    pub(crate) advertised: Option<SocketAddr>,
}

/// How far the source is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The party does not know our port yet, so nothing of it can come.
    Untold,
    /// The endpoint is as signalled, and packets may come from anywhere (`asymmetric`, learning off).
    Fixed,
    /// Packets move the endpoint.
    Learning { mode: Learning, until: Timestamp, best: Rank },
    /// The endpoint is the source. Candidates are counted when it falls silent.
    Confirmed { candidate: Option<(SocketAddr, u8)> },
}

/// How well a source fits the SDP; lower is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Exact,
    OtherPort,
    OtherAddress,
    Anything,
    Nothing,
}

/// A packet, as far as its source matters.
#[derive(Debug)]
pub(crate) struct Packet {
    pub(crate) now: Timestamp,
    pub(crate) source: SocketAddr,
    /// Whether it says anything about the source.
    pub(crate) may_learn: bool,
    /// Whether it goes on where the stream left off.
    pub(crate) continues: bool,
}

/// An accepted packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accepted {
    /// Nothing new.
    AsKnown,
    /// The source is known for sure from now on.
    Confirmed,
    /// The confirmed source was replaced; this was it.
    Moved(SocketAddr),
}

impl Source {
    /// A source that is confirmed is what the endpoint says.
    pub(crate) fn is_confirmed(&self) -> bool {
        matches!(self.state, State::Confirmed { .. })
    }

    /// Decides on a packet and learns from it: moves `endpoint` where that follows.
    pub(crate) fn check(
        &mut self,
        packet: &Packet,
        endpoint: &mut Option<SocketAddr>,
        silent_for: Duration,
        settings: RelaySettings,
    ) -> Result<Accepted, DropReason> {
        match self.state {
            State::Confirmed { candidate } => {
                self.check_confirmed(packet, endpoint, silent_for, settings, candidate)
            }
            State::Learning { mode, until, best } if packet.may_learn => {
                Ok(self.learn(packet, endpoint, mode, until, best))
            }
            State::Untold if self.policy == Policy::Guarded => Err(DropReason::Guarded),
            State::Untold | State::Fixed | State::Learning { .. } => Ok(Accepted::AsKnown),
        }
    }

    fn learn(
        &mut self,
        packet: &Packet,
        endpoint: &mut Option<SocketAddr>,
        mode: Learning,
        until: Timestamp,
        best: Rank,
    ) -> Accepted {
        let rank = match (mode, self.advertised) {
            (Learning::Heuristic, Some(advertised)) => rank(packet.source, advertised),
            _ => Rank::Anything,
        };
        if rank <= best {
            *endpoint = Some(packet.source);
        }
        let best = best.min(rank);
        let sure = mode == Learning::Immediate || best == Rank::Exact || packet.now > until;
        if sure {
            self.state = State::Confirmed { candidate: None };
            return Accepted::Confirmed;
        }
        self.state = State::Learning { mode, until, best };
        Accepted::AsKnown
    }

    fn check_confirmed(
        &mut self,
        packet: &Packet,
        endpoint: &mut Option<SocketAddr>,
        silent_for: Duration,
        settings: RelaySettings,
        candidate: Option<(SocketAddr, u8)>,
    ) -> Result<Accepted, DropReason> {
        let known = match *endpoint {
            Some(known) if known != packet.source => known,
            _ => {
                if candidate.is_some() {
                    self.state = State::Confirmed { candidate: None };
                }
                return Ok(Accepted::AsKnown);
            }
        };
        match self.policy {
            Policy::Open => Ok(Accepted::AsKnown),
            Policy::Strict => Err(DropReason::UnexpectedSource),
            Policy::Handover => {
                *endpoint = Some(packet.source);
                Ok(Accepted::Moved(known))
            }
            Policy::Guarded
                if silent_for < settings.guard_silence && !sabotage::on(Sabotage::LearnAnyway) =>
            {
                Err(DropReason::Guarded)
            }
            Policy::Guarded => {
                let in_a_row = match candidate {
                    Some((address, count)) if address == packet.source => count + 1,
                    _ => 1,
                };
                if packet.may_learn && (packet.continues || in_a_row >= CONTINUATION_PACKETS) {
                    *endpoint = Some(packet.source);
                    self.state = State::Confirmed { candidate: None };
                    return Ok(Accepted::Moved(known));
                }
                self.state = State::Confirmed { candidate: Some((packet.source, in_a_row)) };
                Err(DropReason::Guarded)
            }
        }
    }
}

/// How well a source fits what the SDP said.
fn rank(source: SocketAddr, advertised: SocketAddr) -> Rank {
    match (source.ip() == advertised.ip(), source.port() == advertised.port()) {
        (true, true) => Rank::Exact,
        (true, false) => Rank::OtherPort,
        (false, true) => Rank::OtherAddress,
        (false, false) => Rank::Anything,
    }
}

/// Whether an RTP packet goes on where the last one left off.
pub(crate) fn continues(seen: &RtpSeen, rtp: &RtpPacket<'_>) -> bool {
    let ahead = rtp.sequence().wrapping_sub(seen.sequence);
    seen.packets > 0 && rtp.ssrc() == seen.ssrc && (1..=CONTINUATION_GAP_MAX).contains(&ahead)
}
