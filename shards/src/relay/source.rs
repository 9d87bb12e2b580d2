//! Where a party's packets come from: learning it, and guarding it afterwards.
//!
//! The signalled endpoint is a hint only, since phones sit behind NAT. For three seconds after signalling the
//! source is *learned*; each packet that fits better moves the endpoint at once, so that return traffic follows
//! at once. Then it is *confirmed*, and what happens to packets from elsewhere is a matter of policy:
//!
//! * `strict-source` drops them, and during learning those that fit worse than the best seen so far;
//!   `media-handover` learns them;
//! * the *guard* (tandem's default) drops them while the confirmed source is alive. When it has been silent for
//!   a while, a plausible continuation is learned: the same SSRC with a near sequence number, or several
//!   packets in a row. So nobody can inject, and a NAT that rebinds does not end the audio;
//! * otherwise they pass and are not learned, which is what rtpengine does.
//!
//! The source is known beside the endpoint that packets are sent to. Under `asymmetric` and with learning off
//! the endpoint stays as signalled. The source is learned all the same under `asymmetric`; with learning off it
//! is the signalled endpoint from the start.
//!
//! Learning modes and ranks follow rtpengine: an exact match with the SDP confirms at once, then same address
//! and other port, then same port and other address, then anything.

use std::net::SocketAddr;
use std::time::Duration;

use super::RelaySettings;
use crate::call::state::{MediaFlags, RtpSeen};
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

/// How the source of a media is found and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) policy: Policy,
    pub(crate) learning: Learning,
    /// Packets are sent to the signalled endpoint, wherever the party's come from.
    pub(crate) asymmetric: bool,
}

impl Rules {
    /// The rules that the flags of a media and the call's settings make together.
    pub(crate) fn of(flags: &MediaFlags, learning: Learning, guard: bool) -> Self {
        Rules { policy: Policy::of(flags, guard), learning, asymmetric: flags.asymmetric }
    }

    /// Whether the endpoint stays as signalled.
    fn endpoint_is_fixed(&self) -> bool {
        self.asymmetric || self.learning == Learning::Off
    }

    /// Whether what was found under other rules holds under these.
    fn find_as(&self, other: &Rules) -> bool {
        (self.learning, self.asymmetric) == (other.learning, other.asymmetric)
    }
}

/// What is known of a party's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) rules: Rules,
    pub(crate) state: State,
    /// What the SDP said; what packets are ranked against.
    pub(crate) advertised: Option<SocketAddr>,
    /// Where the party's packets come from, as far as it is known.
    pub(crate) known: Option<SocketAddr>,
}

/// How far the source is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The party does not know our port yet, so nothing of it can come.
    Untold,
    /// Packets move the known source.
    Learning { until: Timestamp, best: Rank },
    /// The known source is the source. Candidates are counted when it falls silent.
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

/// What the check of a packet came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) passes: Result<(), DropReason>,
    /// What was learned from it, whether it passes or not.
    pub(crate) learned: Option<Learned>,
}

/// What is known about a source after a packet and was not before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Learned {
    /// The source is known for sure.
    Confirmed,
    /// The confirmed source was replaced; this was it.
    Moved(SocketAddr),
}

impl Checked {
    const PASS: Checked = Checked { passes: Ok(()), learned: None };

    fn drop(reason: DropReason) -> Checked {
        Checked { passes: Err(reason), learned: None }
    }

    fn moved(from: SocketAddr) -> Checked {
        Checked { passes: Ok(()), learned: Some(Learned::Moved(from)) }
    }
}

impl Default for Source {
    /// The source of a party that was told nothing yet.
    fn default() -> Self {
        let rules = Rules { policy: Policy::Open, learning: Learning::default(), asymmetric: false };
        Source { rules, state: State::Untold, advertised: None, known: None }
    }
}

impl Source {
    /// The source, once it is known for sure.
    pub(crate) fn confirmed(&self) -> Option<SocketAddr> {
        self.known.filter(|_| matches!(self.state, State::Confirmed { .. }))
    }

    /// Takes what the party's SDP says, and starts learning anew where that asks for it.
    ///
    /// rtpengine starts over at each signal. With the guard (`keeps`), a confirmed source stays while the SDP
    /// says the same as before, so that a re-INVITE opens no window for others.
    pub(crate) fn signalled(
        &mut self,
        now: Timestamp,
        rules: Rules,
        advertised: Option<SocketAddr>,
        endpoint: &mut Option<SocketAddr>,
        keeps: bool,
    ) {
        let changed = self.advertised != advertised;
        if changed || advertised.is_none() || rules.endpoint_is_fixed() {
            *endpoint = advertised;
        }
        let same = !changed && self.rules.find_as(&rules);
        self.rules = rules;
        self.advertised = advertised;
        match self.state {
            State::Untold => {}
            State::Confirmed { .. } if keeps && same => {}
            State::Learning { .. } | State::Confirmed { .. } => self.start(now),
        }
    }

    /// The party has been told its port: what comes in there may be learned from.
    pub(crate) fn told(&mut self, now: Timestamp, rules: Rules) {
        match &mut self.state {
            State::Untold => {
                self.rules = rules;
                self.start(now);
            }
            State::Learning { until, .. } => *until = now + LEARNING_WINDOW,
            State::Confirmed { .. } => {}
        }
    }

    /// Takes what another node knew: the signalled endpoint, and the source if it was confirmed.
    pub(crate) fn restored(
        &mut self,
        now: Timestamp,
        rules: Rules,
        advertised: Option<SocketAddr>,
        confirmed: Option<SocketAddr>,
        told: bool,
    ) {
        *self = Source { rules, state: State::Untold, advertised, known: confirmed };
        match confirmed {
            _ if !told => {}
            Some(_) => self.state = State::Confirmed { candidate: None },
            None => self.start(now),
        }
    }

    /// Whether a record says what the source is known by already.
    pub(crate) fn goes_by(&self, rules: &Rules, advertised: Option<SocketAddr>) -> bool {
        self.advertised == advertised && self.rules.find_as(rules)
    }

    fn start(&mut self, now: Timestamp) {
        self.state = if self.rules.learning == Learning::Off {
            // The zero address of a held party says where not to send, not where its packets come from.
            self.known = self.advertised.or(self.known);
            State::Confirmed { candidate: None }
        } else {
            State::Learning { until: now + LEARNING_WINDOW, best: Rank::Nothing }
        };
    }

    /// Decides on a packet and learns from it: moves `endpoint` where that follows.
    pub(crate) fn check(
        &mut self,
        packet: &Packet,
        endpoint: &mut Option<SocketAddr>,
        silent_for: Duration,
        settings: RelaySettings,
    ) -> Checked {
        match self.state {
            State::Confirmed { candidate } => {
                self.check_confirmed(packet, endpoint, silent_for, settings, candidate)
            }
            State::Learning { until, best } => self.learn(packet, endpoint, until, best),
            State::Untold => Checked::drop(DropReason::NotAnswered),
        }
    }

    fn learn(
        &mut self,
        packet: &Packet,
        endpoint: &mut Option<SocketAddr>,
        until: Timestamp,
        best: Rank,
    ) -> Checked {
        let Rules { policy, learning, .. } = self.rules;
        let rank = match (learning, self.advertised) {
            (Learning::Heuristic, Some(advertised)) => rank(packet.source, advertised),
            _ => Rank::Anything,
        };
        let fits_worse = rank > best;
        let strict = policy == Policy::Strict;
        let passes = if fits_worse && strict { Err(DropReason::UnexpectedSource) } else { Ok(()) };
        if !packet.may_learn {
            return Checked { passes, learned: None };
        }
        if !fits_worse {
            self.take(packet.source, endpoint);
        }
        let best = best.min(rank);
        let sure = learning == Learning::Immediate || best == Rank::Exact || packet.now > until;
        self.state =
            if sure { State::Confirmed { candidate: None } } else { State::Learning { until, best } };
        Checked { passes, learned: sure.then_some(Learned::Confirmed) }
    }

    fn check_confirmed(
        &mut self,
        packet: &Packet,
        endpoint: &mut Option<SocketAddr>,
        silent_for: Duration,
        settings: RelaySettings,
        candidate: Option<(SocketAddr, u8)>,
    ) -> Checked {
        let policy = self.rules.policy;
        let known = match self.known {
            Some(known) if known != packet.source => known,
            None if policy == Policy::Strict => return Checked::drop(DropReason::UnexpectedSource),
            _ => {
                if candidate.is_some() {
                    self.state = State::Confirmed { candidate: None };
                }
                return Checked::PASS;
            }
        };
        match policy {
            Policy::Open => Checked::PASS,
            Policy::Strict => Checked::drop(DropReason::UnexpectedSource),
            Policy::Handover => {
                self.take(packet.source, endpoint);
                Checked::moved(known)
            }
            // With learning off the party is at home at the signalled endpoint, whoever came in its place.
            Policy::Guarded
                if self.rules.learning == Learning::Off && self.advertised == Some(packet.source) =>
            {
                self.take(packet.source, endpoint);
                Checked::moved(known)
            }
            Policy::Guarded
                if silent_for < settings.guard_silence && !sabotage::on(Sabotage::LearnAnyway) =>
            {
                Checked::drop(DropReason::Guarded)
            }
            Policy::Guarded => {
                let in_a_row = match candidate {
                    Some((address, count)) if address == packet.source => count + 1,
                    _ => 1,
                };
                if packet.may_learn && (packet.continues || in_a_row >= CONTINUATION_PACKETS) {
                    self.take(packet.source, endpoint);
                    return Checked::moved(known);
                }
                self.state = State::Confirmed { candidate: Some((packet.source, in_a_row)) };
                Checked::drop(DropReason::Guarded)
            }
        }
    }

    /// Packets are the party's if they come from here.
    fn take(&mut self, source: SocketAddr, endpoint: &mut Option<SocketAddr>) {
        self.known = Some(source);
        if let State::Confirmed { candidate } = &mut self.state {
            *candidate = None;
        }
        if !self.rules.endpoint_is_fixed() {
            *endpoint = self.known;
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
