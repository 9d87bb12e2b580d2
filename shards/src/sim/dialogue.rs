//! A dialogue: what the proxy and the parties of one call do, step by step.
//!
//! A step ends in requests to a node. A request is repeated with the same cookie until it is answered; when
//! nobody answers, the next node is asked, under another cookie. What parties want next is drawn when they have
//! nothing to do.

use crate::names::{Branch, CallId, Tag};
use crate::sdp::Direction;
use crate::time::Timestamp;

use super::front::Request;

/// Stage of a dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Not begun.
    New,
    /// The first offer is out.
    Offering,
    /// Callees ring.
    Ringing,
    /// The first answer is out.
    Answering,
    /// Talking.
    Up,
    /// A re-INVITE is out; its answer comes next.
    Changing,
    /// `delete` is out.
    Ending,
    /// Nothing more will be sent.
    Over,
}

/// Purpose of a request, and so the meaning of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The SDP goes to `to` (a leg).
    Offer { from: u8, to: u8 },
    /// The SDP goes to `to`, who offered.
    Answer { from: u8, to: u8 },
    /// The end.
    Delete,
    /// Before the same call is offered to another callee.
    Retry,
    /// A branch that lost.
    Cancel,
}

/// A request that waits for its answer.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) cookie: String,
    pub(super) request: Request,
    pub(super) purpose: Purpose,
    pub(super) node: usize,
    pub(super) tries: u32,
    pub(super) due: Timestamp,
    /// Nodes that did not answer.
    pub(super) dead_nodes: usize,
}

/// Change that a re-INVITE makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Nothing,
    Port,
    Direction(Direction),
}

/// A dialogue.
#[derive(Debug)]
pub(super) struct Dialogue {
    pub(super) number: u32,
    pub(super) call_id: CallId,
    pub(super) stage: Stage,
    pub(super) node: usize,
    /// Phones by leg: the caller, then callees.
    pub(super) phones: Vec<u32>,
    /// Legs that ring in this round.
    pub(super) ringing: Vec<u8>,
    /// The leg that answered.
    pub(super) callee: Option<u8>,
    pub(super) mux: bool,
    pub(super) guard: Option<bool>,
    /// Offered with branches.
    pub(super) forked: bool,
    pub(super) exchanges: Vec<Exchange>,
    /// Cookies used so far.
    pub(super) cookies: u32,
    /// Party that offers in the present re-INVITE.
    pub(super) offerer: u8,
    /// The relay may have another view than the parties: they must offer again.
    pub(super) broken: bool,
    /// Times it was tried with another callee.
    pub(super) rounds: u32,
    pub(super) hang_up_at: Timestamp,
    pub(super) forgotten: bool,
    /// Time at which both ways were to be heard from.
    pub(super) up_since: Timestamp,
}

impl Dialogue {
    /// The tag of a leg.
    pub(super) fn tag(&self, leg: u8) -> Tag {
        Tag::from(format!("t{}-{leg}", self.number).as_str())
    }

    /// The branch of a leg.
    pub(super) fn branch(&self, leg: u8) -> Branch {
        Branch::from(format!("z9hG4bK-{}-{leg}", self.number).as_str())
    }

    /// True if the dialogue is established and nothing is under way.
    pub(super) fn is_settled(&self) -> bool {
        self.stage == Stage::Up && self.exchanges.is_empty() && !self.broken
    }
}
