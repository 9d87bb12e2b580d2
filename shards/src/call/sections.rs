//! The sections of an SDP as each party counts and names them.
//!
//! A media has the same position in both parties, whatever the order of the sections in their SDPs: what was taken out
//! of the SDP to one of them (`sdp-media-remove`) comes back rejected in its place in every SDP to the other, and
//! sections that a party re-orders are told by `a=mid` and put back into the order of the other.

use std::collections::BTreeSet;

use super::draft::{Fate, Printed, SectionDraft};
use super::signal::Role;
use super::state::LegState;
use crate::limits::MEDIA_PER_CALL_MAX;
use crate::names::Text;
use crate::output::Refusal;
use crate::sdp::MediaDescription;

/// The positions of the media that the sections of a party's SDP are about: by `a=mid`, or else in the order that the
/// party knows, with new ones for what it has not had before.
///
/// # Errors
/// `TooLarge` if the call has no room for another media.
pub(crate) fn positions(
    speaker: Option<&LegState>,
    listener: Option<&LegState>,
    sections: &[MediaDescription],
) -> Result<Vec<usize>, Refusal> {
    // A party that comes in the middle of a call counts as its counterpart does.
    let counts = speaker.filter(|leg| !leg.media.is_empty()).or(listener);
    let named = sections.iter().map(|section| position_by_mid(speaker?, section));
    let mut positions: Vec<Option<usize>> = Vec::with_capacity(sections.len());
    for position in named {
        positions.push(position.filter(|_| !positions.contains(&position)));
    }
    let order = counts.map(LegState::order).unwrap_or_default();
    let others =
        counts.into_iter().flat_map(LegState::visible).filter(|at| !order.contains(at)).collect::<Vec<_>>();
    for index in 0..positions.len() {
        if positions[index].is_some() {
            continue;
        }
        let at_index = order.get(index).copied().into_iter();
        let known = at_index.chain(order.iter().copied()).chain(others.iter().copied());
        let is_new = |at: &usize| counts.is_none_or(|leg| leg.media_at(*at).is_none());
        let mut candidates = known.chain((0..MEDIA_PER_CALL_MAX).filter(is_new));
        let free = candidates.find(|at| !positions.contains(&Some(*at)));
        positions[index] = Some(free.ok_or(Refusal::TooLarge("media sections"))?);
    }
    Ok(positions.into_iter().flatten().collect())
}

fn position_by_mid(leg: &LegState, section: &MediaDescription) -> Option<usize> {
    let mid = section.mid.as_ref()?;
    leg.visible().find(|at| {
        let media = leg.media_at(*at);
        media.is_some_and(|media| media.mid.as_ref() == Some(mid) && media.kind == section.kind)
    })
}

/// Names the sections in the words of the listener. It keeps the names that it has; an offer gives it the speaker's
/// where it has none, or a number if that was asked for.
pub(crate) fn name(
    drafts: &mut [SectionDraft],
    role: Role,
    (speaker, listener): (Option<&LegState>, Option<&LegState>),
    sections: &[MediaDescription],
    generate: bool,
) {
    let mid_at = |leg: Option<&LegState>, at: usize| leg?.media_at(at)?.mid.clone();
    for draft in drafts.iter_mut() {
        draft.mid = mid_at(listener, draft.position);
    }
    if role == Role::Answer {
        return;
    }
    let listener_media = listener.into_iter().flat_map(|leg| leg.media.iter().flatten());
    let mut taken: BTreeSet<Text> = listener_media.filter_map(|media| media.mid.clone()).collect();
    for (draft, section) in drafts.iter_mut().zip(sections) {
        if draft.mid.is_none() {
            let speakers = section.mid.clone().or_else(|| mid_at(speaker, draft.position));
            draft.mid = speakers.filter(|mid| taken.insert(mid.clone()));
        }
    }
    for draft in drafts.iter_mut().filter(|draft| generate && draft.mid.is_none()) {
        let mut numbers = (draft.position + 1..).map(|number| Text::from(number.to_string().as_str()));
        draft.mid = numbers.find(|number| taken.insert(number.clone()));
    }
}

/// The sections toward the listener: in the order that it knows, what it has not had before behind them.
pub(crate) fn order(
    drafts: &[SectionDraft],
    role: Role,
    (speaker, listener): (Option<&LegState>, Option<&LegState>),
) -> Vec<Printed> {
    let is_hidden =
        |at: usize| speaker.and_then(|leg| leg.media_at(at)).is_some_and(|media| media.flags.hidden);
    let known = listener.map(LegState::order).unwrap_or_default();
    let mut order = Vec::with_capacity(drafts.len());
    for position in &known {
        match drafts.iter().position(|draft| draft.position == *position) {
            Some(index) if drafts[index].fate != Fate::Remove => order.push(Printed::Said(index)),
            Some(_) => {}
            // An answer has as many sections as the offer (RFC 3264 section 6).
            None if role == Role::Answer || is_hidden(*position) => order.push(Printed::Missing(*position)),
            None => {}
        }
    }
    let is_new = |draft: &SectionDraft| draft.fate != Fate::Remove && !known.contains(&draft.position);
    let mut new: Vec<usize> = (0..drafts.len()).filter(|index| is_new(&drafts[*index])).collect();
    new.sort_by_key(|index| drafts[*index].position);
    order.extend(new.into_iter().map(Printed::Said));
    order
}

/// Notes how the parties of an offer or answer count its sections.
pub(crate) fn note(
    drafts: &[SectionDraft],
    order: &[Printed],
    role: Role,
    (speaker, listener): (&mut LegState, &mut LegState),
) {
    if role == Role::Offer {
        speaker.set_order(drafts.iter().map(|draft| draft.position).collect());
    }
    let position = |printed: &Printed| match printed {
        Printed::Said(index) => drafts[*index].position,
        Printed::Missing(position) => *position,
    };
    listener.set_order(order.iter().map(position).collect());
}

impl LegState {
    /// Positions of its media in the order of the sections of its last SDP, from or to it.
    fn order(&self) -> Vec<usize> {
        if self.sections.is_empty() {
            return self.visible().collect();
        }
        let order = self.sections.iter().map(|position| usize::from(*position));
        order.filter(|at| self.visible().any(|visible| visible == *at)).collect()
    }

    /// Notes the order of its sections.
    fn set_order(&mut self, order: Vec<usize>) {
        let goes_without_saying = self.visible().eq(order.iter().copied());
        let position = |at: usize| u16::try_from(at).expect("few media");
        let sections = order.into_iter().filter(|_| !goes_without_saying).map(position);
        self.sections = sections.collect();
    }

    /// Positions of its media that are not hidden from it.
    fn visible(&self) -> impl Iterator<Item = usize> {
        let media = self.media.iter().enumerate();
        media.filter_map(|(at, media)| media.as_ref().filter(|media| !media.flags.hidden).map(|_| at))
    }
}
