//! Source of a party's packets: learning it, and guarding it afterwards.
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

use crate::call::state::RtpSeen;
use crate::reasons::DropReason;
use crate::sabotage::{self, Sabotage};
use crate::settings::Learning;
use crate::time::Timestamp;
use crate::wire::rtp::RtpPacket;

/// Time after the last signalling for which the source is learned.
pub const LEARNING_WINDOW: Duration = Duration::from_secs(3);
/// Most that a sequence number may be ahead to continue a stream from another source.
const CONTINUATION_GAP_MAX: u16 = 500;
/// Packets in a row from one new source that replace a silent one.
const CONTINUATION_PACKETS: u8 = 5;

/// Meaning of packets from elsewhere once the source is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Passed, and not learned.
    Open,
    /// Dropped while the confirmed source is alive.
    Guarded,
    /// Dropped (`strict-source`).
    Strict,
    /// Learned (`media-handover`).
    Handover,
}

/// Rules by which the source of a stream is found and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatchSpec {
    /// The address in the party's SDP; what packets are ranked against.
    pub signalled: Option<SocketAddr>,
    /// Time of the party's last SDP.
    pub signalled_at: Option<Timestamp>,
    /// Time of the last SDP to the party; before the first it does not know its port here.
    pub told_at: Option<Timestamp>,
    /// Policy for packets from elsewhere once the source is confirmed.
    pub policy: Policy,
    /// Mode of learning.
    pub learning: Learning,
    /// Packets are sent to the signalled address, wherever the party's come from.
    pub asymmetric: bool,
    /// A confirmed source stays while the party's SDP says the same.
    pub guard: bool,
}

impl LatchSpec {
    /// True if the endpoint stays as signalled.
    fn endpoint_is_fixed(&self) -> bool {
        self.asymmetric || self.learning == Learning::Off
    }

    /// Rules by which a source is found: what was found under other rules does not hold.
    fn finds_by(&self) -> (Learning, bool) {
        (self.learning, self.asymmetric)
    }

    /// The end of the window in which the source is learned. The clock of the node that was signalled may be ahead.
    fn window_end(&self, now: Timestamp) -> Timestamp {
        let last = self.signalled_at.max(self.told_at).unwrap_or(now);
        last.min(now) + LEARNING_WINDOW
    }
}

/// Knowledge of a party's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Latch {
    pub(super) spec: LatchSpec,
    pub(super) state: State,
    /// Source of the party's packets, as far as it is known.
    known: Option<SocketAddr>,
    /// Mode and symmetry under which it was found.
    found_by: (Learning, bool),
}

/// Certainty of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The party does not know our port yet, so nothing of it can come.
    Untold,
    /// Packets move the known source.
    Learning { until: Timestamp, best: Rank },
    /// The known source is the source. Candidates are counted when it falls silent.
    Confirmed { candidate: Option<(SocketAddr, u8)> },
}

/// Fit of a source with the SDP; lower is better.
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
    /// True if it says anything about the source.
    pub(crate) may_learn: bool,
    /// True if it goes on where the stream left off.
    pub(crate) continues: bool,
}

/// Result of the check of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) passes: Result<(), DropReason>,
    /// Knowledge learned from it, whether it passes or not.
    pub(crate) learned: Option<Learned>,
}

/// Knowledge about a source after a packet that was not there before.
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

impl Latch {
    /// A latch that no packet has come to.
    pub(super) fn new(spec: LatchSpec, now: Timestamp) -> Self {
        Latch::restored(spec, None, now)
    }

    /// Takes what another node knew: the source, if it was confirmed.
    pub(super) fn restored(spec: LatchSpec, confirmed: Option<SocketAddr>, now: Timestamp) -> Self {
        let mut latch = Latch { spec, state: State::Untold, known: confirmed, found_by: spec.finds_by() };
        match confirmed {
            _ if spec.told_at.is_none() => {}
            Some(_) => latch.state = State::Confirmed { candidate: None },
            None => latch.start(now),
        }
        latch
    }

    /// The source, once it is known for sure.
    pub(crate) fn confirmed(&self) -> Option<SocketAddr> {
        self.known.filter(|_| matches!(self.state, State::Confirmed { .. }))
    }

    /// True if the party knows its port here.
    pub(super) fn is_told(&self) -> bool {
        self.state != State::Untold
    }

    /// True if each packet may move the source.
    pub(super) fn is_learning(&self) -> bool {
        matches!(self.state, State::Learning { .. })
    }

    /// True if what was found holds under other rules.
    pub(super) fn goes_by(&self, next: &LatchSpec) -> bool {
        self.spec.signalled == next.signalled && self.found_by == next.finds_by()
    }

    /// Takes new rules, and starts learning anew where they ask for it.
    ///
    /// rtpengine starts over at each SDP of the party. With the guard, a confirmed source stays while the SDP says the
    /// same as before, so that a re-INVITE opens no window for others. Nothing is learned before the party was told
    /// its port; each SDP to it extends the window. Rules that change without an SDP leave a confirmed source as it is.
    pub(super) fn follow(&mut self, next: LatchSpec, endpoint: &mut Option<SocketAddr>, now: Timestamp) {
        let before = std::mem::replace(&mut self.spec, next);
        let is_moved = before.signalled != next.signalled;
        let is_signalled = is_moved || next.signalled_at > before.signalled_at;
        if is_moved || (is_signalled && (next.signalled.is_none() || next.endpoint_is_fixed())) {
            *endpoint = next.signalled;
        }
        let holds = next.guard && !is_moved && self.found_by == next.finds_by();
        match &mut self.state {
            _ if next.told_at.is_none() => self.state = State::Untold,
            State::Untold => self.start(now),
            State::Confirmed { .. } if !is_signalled || holds => {}
            State::Learning { until, .. } if !is_signalled && next.learning != Learning::Off => {
                *until = next.window_end(now);
            }
            State::Learning { .. } | State::Confirmed { .. } => self.start(now),
        }
    }

    fn start(&mut self, now: Timestamp) {
        self.found_by = self.spec.finds_by();
        self.state = if self.spec.learning == Learning::Off {
            // The zero address of a held party says where not to send, not where its packets come from.
            self.known = self.spec.signalled.or(self.known);
            State::Confirmed { candidate: None }
        } else {
            State::Learning { until: self.spec.window_end(now), best: Rank::Nothing }
        };
    }

    /// Decides on a packet and learns from it: moves `endpoint` where that follows.
    pub(crate) fn check(
        &mut self,
        packet: &Packet,
        endpoint: &mut Option<SocketAddr>,
        silent_for: Duration,
        guard_silence: Duration,
    ) -> Checked {
        match self.state {
            State::Confirmed { candidate } => {
                self.check_confirmed(packet, endpoint, silent_for, guard_silence, candidate)
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
        let LatchSpec { policy, learning, .. } = self.spec;
        let rank = match (learning, self.spec.signalled) {
            (Learning::Heuristic, Some(signalled)) => rank(packet.source, signalled),
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
        guard_silence: Duration,
        candidate: Option<(SocketAddr, u8)>,
    ) -> Checked {
        let policy = self.spec.policy;
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
                if self.spec.learning == Learning::Off && self.spec.signalled == Some(packet.source) =>
            {
                self.take(packet.source, endpoint);
                Checked::moved(known)
            }
            Policy::Guarded if silent_for < guard_silence && !sabotage::on(Sabotage::LearnAnyway) => {
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
        if !self.spec.endpoint_is_fixed() {
            *endpoint = self.known;
        }
    }
}

/// Fit of a source with the SDP.
fn rank(source: SocketAddr, signalled: SocketAddr) -> Rank {
    match (source.ip() == signalled.ip(), source.port() == signalled.port()) {
        (true, true) => Rank::Exact,
        (true, false) => Rank::OtherPort,
        (false, true) => Rank::OtherAddress,
        (false, false) => Rank::Anything,
    }
}

/// True if an RTP packet goes on where the last one left off.
pub(crate) fn continues(seen: &RtpSeen, rtp: &RtpPacket<'_>) -> bool {
    let ahead = rtp.sequence().wrapping_sub(seen.sequence);
    seen.packets > 0 && rtp.ssrc() == seen.ssrc && (1..=CONTINUATION_GAP_MAX).contains(&ahead)
}
