//! Who speaks to whom: matches the tags and branches of a message to the parties of a call.
//!
//! A first offer makes two parties: the from-tag and one without a tag, which the first answer names. An offer
//! with another via-branch makes another party without a tag. Another to-tag in an answer is another name of
//! the same party (HEAD) while no final response was seen, unless `new-branch` says otherwise.

use super::signal::{Finality, Signal};
use super::{Call, Leg};
use crate::names::Tag;

/// A party of a call, perhaps one that is still to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LegRef {
    /// The party at a position.
    Known(usize),
    /// A new one.
    New,
}

/// Both parties of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parties {
    /// Whose SDP it is.
    pub(crate) speaker: LegRef,
    /// To whom it goes.
    pub(crate) listener: LegRef,
}

impl LegRef {
    /// The party, if there is one yet.
    pub(crate) fn of(self, call: Option<&Call>) -> Option<&Leg> {
        match (self, call) {
            (LegRef::Known(at), Some(call)) => call.legs.get(at),
            _ => None,
        }
    }
}

/// The parties of an offer: the from-tag speaks.
pub(crate) fn offer_parties(call: Option<&Call>, signal: &Signal) -> Parties {
    let Some(call) = call else {
        return Parties { speaker: LegRef::New, listener: LegRef::New };
    };
    let to = signal.to_tag.as_ref().and_then(|tag| call.leg_by_tag(tag));
    // A callee that speaks up before it ever answered has a tag that nobody has heard of.
    let unnamed_peer = || to.and_then(|to| untagged_peer(call, to));
    let speaker = call.leg_by_tag(&signal.from_tag).or_else(unnamed_peer);
    let listener = match (to, &signal.to_tag, &signal.branch) {
        (Some(to), ..) => Some(to),
        (None, Some(_), _) => speaker.and_then(|speaker| untagged_peer(call, speaker)),
        (None, None, Some(branch)) => call.legs.iter().position(|leg| leg.branch.as_ref() == Some(branch)),
        (None, None, None) => speaker.and_then(|speaker| call.legs[speaker].peer()),
    };
    Parties { speaker: known(speaker), listener: known(listener.filter(|at| Some(*at) != speaker)) }
}

/// The parties of an answer: the to-tag speaks, the from-tag made the offer.
pub(crate) fn answer_parties(call: &Call, signal: &Signal, to_tag: &Tag) -> Parties {
    let listener = call.leg_by_tag(&signal.from_tag);
    let by_tag = call.leg_by_tag(to_tag);
    let by_branch = || {
        let branch = signal.branch.as_ref()?;
        call.legs.iter().position(|leg| leg.branch.as_ref() == Some(branch))
    };
    let by_link = || match listener {
        Some(listener) => call.legs[listener].peer(),
        None => call.legs.iter().position(|leg| leg.tag.is_none()),
    };
    let speaker = by_tag.or_else(|| {
        let candidate = by_branch().or_else(by_link)?;
        may_be_renamed(&call.legs[candidate], signal).then_some(candidate)
    });
    Parties { speaker: known(speaker.filter(|at| Some(*at) != listener)), listener: known(listener) }
}

/// Whether a party may be known by another tag from now on.
fn may_be_renamed(leg: &Leg, signal: &Signal) -> bool {
    leg.tag.is_none() || (!leg.settled && !signal.options.new_branch)
}

fn untagged_peer(call: &Call, of: usize) -> Option<usize> {
    call.legs[of].peers.iter().rev().copied().find(|peer| call.legs[*peer].tag.is_none())
}

fn known(position: Option<usize>) -> LegRef {
    position.map_or(LegRef::New, LegRef::Known)
}

impl Leg {
    /// Takes a name: the first, or another one beside those it had.
    pub(crate) fn take_tag(&mut self, tag: &Tag) {
        if self.tag.as_ref() == Some(tag) {
            return;
        }
        self.aliases.retain(|alias| alias != tag);
        if let Some(before) = self.tag.replace(tag.clone()) {
            self.aliases.push(before);
        }
    }

    /// Notes whether the dialogue is settled.
    pub(crate) fn note_finality(&mut self, finality: Finality) {
        self.settled |= finality == Finality::Final;
    }
}
