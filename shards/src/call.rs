//! A call: its parties, their media, and what offers and answers do to them.
//!
//! A *leg* is one party; it has a *media* for each section of the SDP, linked to its counterpart's by position.
//! A media has one or two streams (RTP and RTCP) and sets of local ports. The ports belong to
//! the party that sends to them, that is, whose packets come in there; which set is in use toward a party
//! depends on the endpoint that the *other* party signalled, as in rtpengine: an unchanged re-INVITE keeps
//! all ports, a changed one gets new ports, going back to an earlier endpoint gets the earlier ports.
//!
//! All of it is plain data and pure functions: [`state`] (the call), [`signal`] (what is asked), `parties` (who speaks
//! to whom), `draft` and `drafting` (which ports it takes), `offer_answer` (the state that follows), `sdp_plan` (what
//! the SDP says then), [`routes`] (what the flows do then).

pub(crate) mod codecs;
pub(crate) mod draft;
mod drafting;
pub(crate) mod flags;
pub(crate) mod offer_answer;
pub(crate) mod parties;
pub mod routes;
pub(crate) mod sdp_plan;
pub(crate) mod sections;
pub mod signal;
pub mod state;
pub(crate) mod stored;
pub mod switches;
