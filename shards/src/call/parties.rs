//! Parties of a message: matches its tags and branches to the parties of a call.
//!
//! A first offer makes two parties: the from-tag and one without a tag, which the first answer names. An offer
//! with another via-branch makes another party without a tag. Another to-tag in an answer is another name of
//! the same party (HEAD) while no final response was seen, unless `new-branch` says otherwise.

use super::signal::{Finality, Signal};
use super::state::{CallState, LegState};
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
    /// Party whose SDP it is.
    pub(crate) speaker: LegRef,
    /// To whom it goes.
    pub(crate) listener: LegRef,
}

impl LegRef {
    /// The party, if there is one yet.
    pub(crate) fn of(self, call: Option<&CallState>) -> Option<&LegState> {
        match (self, call) {
            (LegRef::Known(at), Some(call)) => call.legs.get(at),
            _ => None,
        }
    }
}

/// The parties of an offer: the from-tag speaks.
pub(crate) fn offer_parties(call: Option<&CallState>, signal: &Signal) -> Parties {
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
pub(crate) fn answer_parties(call: &CallState, signal: &Signal, to_tag: &Tag) -> Parties {
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

/// True if a party may be known by another tag from now on.
fn may_be_renamed(leg: &LegState, signal: &Signal) -> bool {
    leg.tag.is_none() || (!leg.settled && !signal.options.switches.new_branch)
}

fn untagged_peer(call: &CallState, of: usize) -> Option<usize> {
    call.legs[of]
        .peers
        .iter()
        .rev()
        .map(|peer| usize::from(*peer))
        .find(|peer| call.legs[*peer].tag.is_none())
}

fn known(position: Option<usize>) -> LegRef {
    position.map_or(LegRef::New, LegRef::Known)
}

impl CallState {
    /// The position of the party with a tag, by its present tag before any alias.
    pub(crate) fn leg_by_tag(&self, tag: &Tag) -> Option<usize> {
        let now = self.legs.iter().position(|leg| leg.tag.as_ref() == Some(tag));
        now.or_else(|| self.legs.iter().position(|leg| leg.aliases.contains(tag)))
    }

    /// Links two parties: each gets the other's media. `a` sends to `b` only if `forward` says so or it has
    /// nobody else.
    pub(crate) fn link(&mut self, a: usize, b: usize, forward: bool) {
        let place = |peers: &mut Vec<u16>, peer: usize, last: bool| {
            let peer = u16::try_from(peer).expect("few parties");
            let known = peers.iter().position(|p| *p == peer);
            match known {
                Some(position) if last => {
                    peers.remove(position);
                    peers.push(peer);
                }
                Some(_) => {}
                None if last || peers.is_empty() => peers.push(peer),
                None => peers.insert(0, peer),
            }
        };
        place(&mut self.legs[a].peers, b, forward);
        place(&mut self.legs[b].peers, a, true);
    }

    /// Takes a party out and closes the gap in the positions.
    pub(crate) fn remove_leg(&mut self, at: usize) {
        self.legs.remove(at);
        let at = u16::try_from(at).expect("few parties");
        for other in &mut self.legs {
            other.peers.retain(|peer| *peer != at);
            for peer in &mut other.peers {
                if *peer > at {
                    *peer -= 1;
                }
            }
        }
    }
}

impl LegState {
    /// True if the party goes by a tag, now or before.
    pub(crate) fn has_tag(&self, tag: &Tag) -> bool {
        self.tag.as_ref() == Some(tag) || self.aliases.contains(tag)
    }

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
